"""Products in normal form: nested products joined, deltas contracted, powers of one base merged, labels numbered."""

from __future__ import annotations

from fractions import Fraction
from itertools import count
from math import isqrt
from typing import Any

from derive.expr.sizes import Size
from derive.tensor import facts, patterns
from derive.tensor.graph import (
    ONE,
    Factor,
    Graph,
    Label,
    Node,
    Power,
    Terms,
    coefficient_of,
    factors_of,
)
from derive.tensor.sums import scaled

#: a product with more factors is not joined into another one: cost stays linear in the depth of a network
JOINED = 14
#: a power with more binary digits stays a power: 2^(10^9) would take a minute and hundreds of megabytes
LONGEST = 4096

Work = dict[tuple[Node, tuple[Label, ...]], Power]


def build(
    graph: Graph,
    factors: Any,
    out: tuple[Label, ...],
    coefficient: Fraction,
    sizes: dict[Label, Size],
) -> Node:
    """The product node; see `Graph.product`."""
    state = _State(graph, coefficient, sizes, out)
    for node, labels, power in factors:
        state.take(node, tuple(labels), power)
    state.contract_deltas(out)
    state.simplify(out)
    return state.finish(out)


class _State:
    """A product under construction: coefficient, factors by (node, labels) with exponents, sizes of labels."""

    def __init__(
        self,
        graph: Graph,
        coefficient: Fraction,
        sizes: dict[Label, Size],
        out: tuple[Label, ...] = (),
    ) -> None:
        self.graph = graph
        self.coefficient = coefficient
        self.sizes = dict(sizes)
        self.place = {label: k for k, label in enumerate(out)}
        self.work: Work = {}
        self.deltas: list[tuple[Label, Label]] = []
        self._fresh = count()
        self.joined = 0

    def fresh(self) -> Label:
        """A label that nobody else has."""
        return ("fresh", next(self._fresh))

    def take(self, node: Node, labels: tuple[Label, ...], power: Power) -> None:
        """Multiply by node(labels) ** power."""
        if not power:
            return
        if power.denominator == 1:
            power = power.numerator  # an int: quicker to hash and compare
        for label, size in zip(labels, node.shape, strict=True):
            self.sizes[label] = size
        if node.op in ("sum", "map") and node.rank >= 2 and power.denominator == 1:
            labels = self._in_order(node, labels, int(power))
        if node.op == "delta":
            self.deltas.append((labels[0], labels[1]))
        elif node.op == "einsum" and self._joins(node, power):
            self._join(node, labels, power)
        elif node.op == "sum" and power.denominator == 1 and self._all_negative(node):
            self.coefficient *= -1 if power % 2 else 1
            terms = [scaled(self.graph, term, Fraction(-1)) for term in node.args]
            self._put(self.graph.add(terms), labels, power)
        else:
            self._put(node, labels, power)

    def _put(self, node: Node, labels: tuple[Label, ...], power: Power) -> None:
        key = (node, labels)
        total = self.work.pop(key, 0) + power
        if total:
            self.work[key] = ONE if facts.idempotent(node) and total > 0 else total

    def _in_order(self, node: Node, labels: tuple[Label, ...], power: int) -> tuple[Label, ...]:
        """The labels with the one that comes first in the result in front, where exchanging the first two axes
        leaves the node as it is or turns its sign: y_j - y_i is -(y_i - y_j)."""
        first, second = (self.place.get(label) for label in labels[:2])
        if second is None or (first is not None and first <= second):
            return labels
        sign = facts.exchanged(self.graph, node)
        if not sign:
            return labels
        self.coefficient *= sign if power % 2 else 1
        return (labels[1], labels[0], *labels[2:])

    def _all_negative(self, node: Node) -> bool:
        """Whether -a - b is a multiple of a + b, which has no name and was not written so."""
        if node in self.graph.names or node in self.graph.authored:
            return False
        return all(coefficient_of(term) < 0 for term in node.args)

    def _joins(self, node: Node, power: Power) -> bool:
        data: Terms = node.data
        if node in self.graph.names and node.args:
            return False
        if len(node.args) > 1 and len(self.work) + len(node.args) > JOINED:
            return False
        summed = len(data.sizes) > node.rank
        if power == 1:
            return True
        if summed:
            return False
        if root(data.coefficient, power) is None:
            return False
        return power.denominator == 1 or all(map(facts.nonnegative, node.args))

    def _join(self, node: Node, labels: tuple[Label, ...], power: Power) -> None:
        data: Terms = node.data
        names: dict[int, Label] = dict(enumerate(labels))
        for number in range(node.rank, len(data.sizes)):
            names[number] = self.fresh()
            self.sizes[names[number]] = data.sizes[number]
        scale = root(data.coefficient, power)
        assert scale is not None
        self.coefficient *= scale
        for inner, own, exponent in factors_of(node):
            self.take(inner, tuple(names[k] for k in own), exponent * power)

    # ------------------------------------------------------------------------------ deltas

    def contract_deltas(self, out: tuple[Label, ...]) -> None:
        """Identify the labels that deltas join; a delta stays only between two labels of the result."""
        while self.deltas:
            pending, self.deltas = self.deltas, []
            for node, labels in [k for k in self.work if k[0].op == "delta"]:
                del self.work[node, labels]
                pending.append((labels[0], labels[1]))
            groups = _joined_labels(pending)
            position = {label: k for k, label in enumerate(out)}
            rename: dict[Label, Label] = {}
            kept: list[tuple[Label, Label]] = []
            for group in groups:
                stay = sorted((x for x in group if x in position), key=lambda x: position[x])
                first = stay[0] if stay else group[0]
                rename.update({x: first for x in group if x != first})
                kept.extend((first, other) for other in stay[1:])
            old, self.work = self.work, {}
            for (node, labels), power in old.items():
                self._put(node, tuple(rename.get(x, x) for x in labels), power)
            for x in rename:
                if x not in position:
                    self.sizes.pop(x, None)
            for pair in kept:
                self.work[(self.graph.delta(self.sizes[pair[0]]), pair)] = ONE

    def simplify(self, out: tuple[Label, ...]) -> None:
        """Apply facts and known patterns until nothing changes."""
        for _ in range(40):
            change = facts.apply_fact(self.graph, self.work, out) or patterns.fold(
                self.graph, self.work, out
            )
            if change is None:
                return
            for key in change.removed:
                self.work.pop(key, None)
            for label in change.dropped:
                self.sizes.pop(label, None)
            self.coefficient *= change.coefficient
            for node, labels, power in change.added:
                self.take(node, labels, power)
            self.contract_deltas(out)

    # ------------------------------------------------------------------------------ normal form

    def finish(self, out: tuple[Label, ...]) -> Node:
        """Number the labels and make the node."""
        graph = self.graph
        used = {label for _, labels in self.work for label in labels}
        for label in [x for x in self.sizes if x not in used and x not in out]:
            self.take(graph.dim(self.sizes.pop(label)), (), ONE)
        shape = tuple(self.sizes[x] for x in out)
        if self.coefficient == 0:
            empty = Terms(Fraction(0), (), (), shape)
            return graph.make("einsum", empty, (), shape)
        factors = [(n, labels, p) for (n, labels), p in self.work.items()]
        if len(factors) == 1 and self.coefficient == 1:
            node, labels, power = factors[0]
            if power == 1 and labels == out:
                return node
        numbers = _numbering(graph, factors, out)
        rows = sorted(
            (
                (n, _oriented(graph, n, tuple(numbers[x] for x in labels)), p)
                for n, labels, p in factors
            ),
            key=lambda f: (f[0].id, f[1], f[2]),
        )
        whole = len(rows) == 1 and self.coefficient == 1 and rows[0][2] == 1
        if whole and rows[0][1] == tuple(range(len(out))):
            return rows[0][0]
        by_number = {numbers[x]: s for x, s in self.sizes.items() if x in numbers}
        data = Terms(
            self.coefficient,
            tuple(r[1] for r in rows),
            tuple(r[2] for r in rows),
            tuple(by_number[k] for k in range(len(by_number))),
        )
        return graph.make("einsum", data, tuple(r[0] for r in rows), shape)


def _joined_labels(pairs: list[tuple[Label, Label]]) -> list[list[Label]]:
    """Connected groups of labels, in order of appearance."""
    group: dict[Label, list[Label]] = {}
    for a, b in pairs:
        left, right = group.setdefault(a, [a]), group.setdefault(b, [b])
        if left is not right:
            left.extend(right)
            for label in right:
                group[label] = left
    found: dict[int, list[Label]] = {id(g): g for g in group.values()}
    return list(found.values())


def _oriented(graph: Graph, node: Node, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Labels of a symmetric node in ascending order."""
    if len(numbers) >= 2 and numbers[-2] > numbers[-1] and graph.symmetric(node):
        return (*numbers[:-2], numbers[-1], numbers[-2])
    return numbers


def _numbering(graph: Graph, factors: list[Factor], out: tuple[Label, ...]) -> dict[Label, int]:
    """Out labels first; summed labels ordered by where they occur, refined by their neighbours."""
    numbers: dict[Label, int] = {label: k for k, label in enumerate(out)}
    summed = list(dict.fromkeys(x for _, labels, _ in factors for x in labels if x not in numbers))
    if not summed:
        return numbers
    colour: dict[Label, Any] = {x: (0, numbers[x]) for x in out} | dict.fromkeys(summed, (1, 0))
    rounds = 1 if len(summed) == 1 else min(len(summed) + 1, 6)
    for _ in range(rounds):
        found: dict[Label, list[Any]] = {x: [] for x in summed}
        for node, labels, power in factors:
            loose = len(labels) >= 2 and graph.symmetric(node)
            around = tuple(colour[x] for x in labels)
            for place, label in enumerate(labels):
                if label in found:
                    seat = len(labels) - 2 if loose and place == len(labels) - 1 else place
                    near = tuple(sorted(around)) if loose else around
                    found[label].append((node.id, power, seat, near))
        ranked = sorted({(colour[x], tuple(sorted(found[x]))) for x in summed})
        position = {value: k for k, value in enumerate(ranked)}
        colour.update({x: (1, position[colour[x], tuple(sorted(found[x]))]) for x in summed})
        if len(ranked) == len(summed):
            break
    for label in sorted(summed, key=lambda x: colour[x]):
        numbers[label] = len(numbers)
    return numbers


def root(value: Fraction, power: Power) -> Fraction | None:
    """value ** power when it is rational, real and not too long to write out, else None."""
    digits = max(abs(value.numerator), value.denominator).bit_length() - 1
    if digits * abs(Fraction(power)) > LONGEST:
        return None
    if power.denominator == 1:
        return value**power.numerator if value or power > 0 else None
    if value < 0:
        return None
    if value in (0, 1):
        return value if value or power > 0 else None
    if power.denominator != 2:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    if top * top != value.numerator or bottom * bottom != value.denominator:
        return None
    return Fraction(top, bottom) ** power.numerator
