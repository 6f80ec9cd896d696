"""Array code for products: matrix products, entrywise products and sums where they suffice, einsum for the rest.

Conditions mask the factors beside them by `where`, so that a value that is not finite under a false condition
does not count; inverses become linear solves; a one-hot factor becomes indexing where the index is provably
inside the axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from derive.expr.sizes import Size
from derive.tensor.emit import ADD, ATOM, MUL, Code, fraction
from derive.tensor.facts import COMPARISONS
from derive.tensor.graph import Node, Power, factors_of

if TYPE_CHECKING:
    from derive.tensor.emit import Emitter

F1 = Fraction(1)
LETTERS = "ijklmnpqrstuvwxyzabcdefgh"


@dataclass(slots=True)
class Part:
    """An array factor: its code, labels, exponent, and the node it came from."""

    code: Code
    labels: tuple[int, ...]
    power: Power = F1
    node: Node | None = None


def emit_product(emitter: Emitter, node: Node) -> Code:
    """The code of a product node."""
    return _Product(emitter, node).code()


class _Product:
    def __init__(self, emitter: Emitter, node: Node) -> None:
        self.emit = emitter
        self.node = node
        self.np = emitter.np
        self.sizes = node.data.sizes
        self.rank = node.rank
        self.top: list[Code] = []
        self.bottom: list[Code] = []
        self.parts: list[Part] = []
        self.masks: list[Part] = []

    def code(self) -> Code:
        """Scalars outside, arrays contracted inside."""
        for factor, labels, power in factors_of(self.node):
            code = self.emit.value(factor)
            if not labels:
                self._scalar(code, power)
            elif factor.op == "map" and factor.data[0] in COMPARISONS:
                self.masks.append(Part(self._condition(factor), labels, F1, factor))
            else:
                self.parts.append(Part(self._full(factor), labels, power, factor))
        self._index_by_one_hot()
        if self.masks:
            self._mask()
        self._solve()
        array = self._array() if self.parts else None
        loose = array is None and self.rank > 0
        return self._scaled(array, loose)

    def _full(self, node: Node) -> Code:
        code = self.emit.value(node)
        return Code(self.emit.full(node)) if code.loose else code

    def _condition(self, node: Node) -> Code:
        code = self.emit.get(node)
        return Code(f"{self.emit.full(node)} > 0", 1) if code.loose else code

    def _scalar(self, code: Code, power: Power) -> None:
        target = self.top if power > 0 else self.bottom
        target.append(self._raised(code, power if power > 0 else -power))

    def _raised(self, code: Code, power: Power) -> Code:
        if power == 1:
            return code
        if power == Fraction(1, 2):
            return Code(f"{self.np}.sqrt({code.text})")
        if power.denominator == 1:
            return Code(f"{code.at(ATOM)} ** {power.numerator}", MUL)
        return Code(f"{code.at(ATOM)} ** ({power.numerator} / {power.denominator})", MUL)

    # ------------------------------------------------------------------------------ special factors

    def _index_by_one_hot(self) -> None:
        for hot in list(self.parts):
            node = hot.node
            if node is None or node.op != "hot" or hot.power != 1 or hot.labels[-1] < self.rank:
                continue
            label, lead = hot.labels[-1], hot.labels[:-1]
            others = [p for p in self.parts + self.masks if p is not hot and label in p.labels]
            if len(others) != 1 or others[0] in self.masks or others[0].labels.count(label) != 1:
                continue
            base = others[0]
            if not inside(node.args[0], node.data, node.shape[-1]) or set(lead) & set(base.labels):
                continue
            axis = base.labels.index(label)
            index = self.emit.get(node.args[0])
            origin = self.emit.size(node.data)
            shift = f"{index.at(ADD)} - {origin}" if origin != "0" else index.text
            text = f"{self.np}.take({base.code.text}, {shift}, axis={axis})"
            base.code, base.node = Code(text), None
            base.labels = (*base.labels[:axis], *lead, *base.labels[axis + 1 :])
            self.parts.remove(hot)

    def _mask(self) -> None:
        """where(condition, product of the factors that may not be finite, 0)."""
        labels = list(dict.fromkeys(x for m in self.masks for x in m.labels))
        risky = [
            p
            for p in self.parts
            if (p.power < 0 or p.node is None or p.node.op not in ("leaf", "delta", "iota"))
            and set(p.labels) & set(labels)
            and len(set(p.labels)) == len(p.labels)
        ]
        for part in risky:
            labels.extend(x for x in part.labels if x not in labels)
        condition = " & ".join(f"({self._spread(m, labels).text})" for m in self.masks)
        if len(self.masks) == 1:
            condition = self._spread(self.masks[0], labels).text
        self.parts = [p for p in self.parts if p not in risky]
        value = self._entrywise(risky, labels).text if risky else "1.0"
        whole = Code(f"{self.np}.where({condition}, {value}, 0.0)")
        covered = dict.fromkeys(x for p in [*self.masks, *risky] for x in p.labels)
        assert list(covered)
        assert set(covered) == set(labels)
        self.parts.append(Part(whole, tuple(labels)))

    def _solve(self) -> None:
        """inv(A) times one other factor is a linear solve."""
        for part in list(self.parts):
            node = part.node
            if node is None or node.op != "inverse" or node.rank != 2 or part.power != 1:
                continue
            if part.labels[0] == part.labels[1] or part not in self.parts:
                continue
            for place in (1, 0):
                label, other = part.labels[place], part.labels[1 - place]
                near = [p for p in self.parts if p is not part and label in p.labels]
                if label < self.rank or len(near) != 1 or near[0].power != 1:
                    continue
                right = near[0]
                if len(right.labels) > 2 or right.labels.count(label) != 1:
                    continue
                matrix = self.emit.full(node.args[0])
                self._solved(part, right, matrix, place, label, other)
                break

    def _solved(
        self, part: Part, right: Part, matrix: str, place: int, label: int, other: int
    ) -> None:
        base = Code(matrix, self.emit.get(part.node.args[0]).level if part.node else ATOM)
        left = base.text if place == 1 else f"{base.at(ATOM)}.T"
        text = right.code.text
        if len(right.labels) == 2 and right.labels[1] == label:
            text = f"{right.code.at(ATOM)}.T"
        rest = tuple(x for x in right.labels if x != label)
        self.parts.remove(part)
        place_of = self.parts.index(right)
        solved = Code(f"{self.np}.linalg.solve({left}, {text})")
        self.parts[place_of] = Part(solved, (other, *rest))

    # ------------------------------------------------------------------------------ arrays

    def _array(self) -> Code:
        out = tuple(range(self.rank))
        parts = self.parts
        used = {x for p in parts for x in p.labels}
        kept = tuple(x for x in out if x in used)
        summed = [x for x in used if x >= self.rank]
        plain = all(len(set(p.labels)) == len(p.labels) for p in parts)
        if not summed and plain and not any(_delta(p) for p in parts):
            code = self._entrywise(parts, list(kept))
        elif len(parts) == 1 and plain and kept == tuple(x for x in parts[0].labels if x in kept):
            code = self._sum_of(parts[0], kept)
        else:
            code = self._pair(kept) or self._contracted(kept)
        return self._expanded(code, kept, out)

    def _sum_of(self, part: Part, kept: tuple[int, ...]) -> Code:
        value = self._powered(part)
        axes = tuple(k for k, x in enumerate(part.labels) if x not in kept)
        if not axes:
            return value
        if not kept:
            return Code(f"{self.np}.sum({value.text})")
        axis = str(axes[0]) if len(axes) == 1 else str(axes)
        return Code(f"{self.np}.sum({value.text}, axis={axis})")

    def _powered(self, part: Part) -> Code:
        if part.power > 0:
            return self._raised(part.code, part.power)
        return Code(f"1 / {self._raised(part.code, -part.power).at(ATOM)}", MUL)

    def _pair(self, kept: tuple[int, ...]) -> Code | None:
        """A @ B for two factors that share one summed label."""
        if len(self.parts) != 2:
            return None
        a, b = self.parts
        shared = set(a.labels) & set(b.labels)
        if len(shared) != 1 or max(len(a.labels), len(b.labels)) > 2:
            return None
        (label,) = shared
        if label in kept or any(len(set(p.labels)) != len(p.labels) for p in self.parts):
            return None
        for left, right in ((a, b), (b, a)):
            rows = tuple(x for x in left.labels if x != label)
            columns = tuple(x for x in right.labels if x != label)
            if rows + columns == kept:
                first, second = self._powered(left).at(ATOM), self._powered(right).at(ATOM)
                if len(left.labels) == 2 and left.labels[0] == label:
                    first += ".T"
                if len(right.labels) == 2 and right.labels[1] == label:
                    second += ".T"
                return Code(f"{first} @ {second}", MUL)
        return None

    def _contracted(self, kept: tuple[int, ...]) -> Code:
        letters: dict[int, str] = {}
        for label in [*kept, *(x for p in self.parts for x in p.labels)]:
            letters.setdefault(label, LETTERS[len(letters)])
        inputs = ",".join("".join(letters[x] for x in p.labels) for p in self.parts)
        result = "".join(letters[x] for x in kept)
        arrays = ", ".join(self._operand(p) for p in self.parts)
        more = ", optimize=True" if self.np == "np" and len(self.parts) > 2 else ""
        return Code(f'{self.np}.einsum("{inputs}->{result}", {arrays}{more})')

    def _operand(self, part: Part) -> str:
        return self._powered(part).text

    def _entrywise(self, parts: list[Part], labels: list[int]) -> Code:
        """Product of arrays broadcast over `labels`."""
        above = [self._raised(self._spread(p, labels), p.power) for p in parts if p.power > 0]
        below = [self._raised(self._spread(p, labels), -p.power) for p in parts if p.power < 0]
        # `a * b @ c` is `(a * b) @ c` in Python: a matrix product that is not the first factor has brackets
        shown = [c.at(ATOM) if k and " @ " in c.text else c.at(MUL) for k, c in enumerate(above)]
        text = " * ".join(shown) if above else "1"
        if not below:
            return above[0] if len(above) == 1 else Code(text, MUL)
        for c in below:
            text += f" / {c.at(ATOM)}"
        return Code(text, MUL)

    def _spread(self, part: Part, labels: list[int]) -> Code:
        """The array with its axes in the order of `labels`, a new axis for each that it lacks."""
        order = [x for x in labels if x in part.labels]
        code = part.code
        if order != list(part.labels):
            axes = tuple(part.labels.index(x) for x in order)
            turned = f"{code.at(ATOM)}.T" if len(axes) == 2 else ""
            code = Code(turned or f"{self.np}.transpose({code.text}, {axes})")
        first = next((k for k, x in enumerate(labels) if x in part.labels), len(labels))
        picks = [":" if x in part.labels else "None" for x in labels[first:]]
        if "None" not in picks:
            return code
        return Code(f"{code.at(ATOM)}[{', '.join(picks)}]")

    def _expanded(self, code: Code, kept: tuple[int, ...], out: tuple[int, ...]) -> Code:
        """All axes of the result, those without a factor by broadcasting."""
        if kept == out:
            return code
        spread = self._spread(Part(code, kept), list(out))
        shape = self.emit.shape(tuple(self.sizes[x] for x in out))
        return Code(f"{self.np}.broadcast_to({spread.text}, {shape})")

    # ------------------------------------------------------------------------------ scalars

    def _scaled(self, array: Code | None, loose: bool) -> Code:
        value = self.node.data.coefficient
        above, below = abs(value.numerator), value.denominator
        top = [*self.top, *([array] if array is not None else [])]
        texts = [c.at(MUL) if k == 0 else c.at(MUL + 1) for k, c in enumerate(top)]
        if above != 1 or not texts:
            texts = [str(above), *(c.at(MUL + 1) if "@" in c.text else c.at(MUL) for c in top)]
        if value == Fraction(1, 2) and top:
            texts, below = ["0.5", *(c.at(MUL + 1) if "@" in c.text else c.at(MUL) for c in top)], 1
        text = " * ".join(texts)
        under = [fraction(Fraction(below))] if below != 1 else []
        for c in [*under, *self.bottom]:
            text += f" / {c.at(ATOM)}"
        single = len(texts) == 1 and not under and not self.bottom
        level = top[0].level if single and top else ATOM if single else MUL
        if value < 0:
            text, level = (f"-{text}" if level >= MUL else f"-({text})"), ADD
        return Code(text, level, loose)


def _delta(part: Part) -> bool:
    return part.node is not None and part.node.op == "delta"


def inside(index: Node, origin: Size, size: Size) -> bool:
    """Whether all values of an affine index node lie in origin .. origin + size - 1, for all sizes >= 1."""
    bounds = affine_bounds(index)
    if bounds is None:
        return False
    below = (bounds[0] - origin).constant
    above = (origin + size - 1 - bounds[1]).constant
    return below is not None and below >= 0 and above is not None and above >= 0


def affine_bounds(node: Node) -> tuple[Size, Size] | None:
    """The least and largest value of a sum of indices and sizes."""
    if node.op == "iota":
        return node.data, node.data + node.shape[0] - 1
    if node.op == "dim":
        return node.data, node.data
    if node.op == "sum":
        low, high = Size.of(0), Size.of(0)
        for part in node.args:
            bounds = affine_bounds(part)
            if bounds is None:
                return None
            low, high = low + bounds[0], high + bounds[1]
        return low, high
    if node.op != "einsum" or node.data.coefficient.denominator != 1 or len(node.args) > 1:
        return None
    scale = node.data.coefficient.numerator
    if not node.args:
        return Size.of(scale), Size.of(scale)
    inner = affine_bounds(node.args[0])
    if inner is None or node.data.powers != (1,) or len(node.data.sizes) != node.rank:
        return None
    ends = (inner[0] * scale, inner[1] * scale)
    return ends if scale >= 0 else (ends[1], ends[0])
