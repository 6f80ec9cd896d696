"""A product with labelled axes in textbook notation: pinned labels become indices, open ones matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from derive.expr.nodes import (
    Apply,
    Expr,
    Index,
    Indicator,
    Item,
    Product,
    Reduce,
    Transpose,
)
from derive.expr.sizes import ONE, Shape, Size
from derive.expr.walk import free_indices
from derive.tensor.chains import Contraction, Piece
from derive.tensor.graph import Node, Numbered, Power, factors_of
from derive.tensor.lift import Lift, Pin, Pins, letters_of, truth_of
from derive.tensor.notation import (
    CannotWrite,
    Chain,
    Link,
    Scalar,
    filled,
    multiplied,
    scaled,
)

F1 = Fraction(1)


def term(lift: Lift, node: Node, pins: Pins) -> Expr:
    """The product as an expression of the open axes."""
    shape = lift.open(node, pins)
    if len(shape) > 2:
        raise CannotWrite("a tensor of more than two axes")
    if _numbers(lift, node, pins):
        return by_entries(lift, node, pins, shape)
    summed = list(range(node.rank, len(node.data.sizes)))
    loops = _loop_labels(lift, node, pins)
    rest = sorted((x for x in summed if x not in loops), key=lambda x: -_degree(node, x))
    soft = _soft_labels(lift, node, pins, loops)
    alone = not shape and _only_there(lift, node, pins, soft)
    if 1 <= len(soft) <= 2 and alone:
        with suppress(CannotWrite):
            return _Term(lift, node, pins, loops, soft).expr()
    slices = len(soft) > 1 or (soft and not shape and not alone)  # entries read better than slices
    for extra in range(len(rest) if slices else 0, len(rest) + 1):
        try:
            return _Term(lift, node, pins, [*loops, *rest[:extra]]).expr()
        except CannotWrite:
            continue
    return by_entries(lift, node, pins, shape)


def _numbers(lift: Lift, node: Node, pins: Pins) -> bool:
    """Whether the index of an open axis is used as a number."""
    rows = zip(node.args, node.data.labels, strict=True)
    return any(
        flag == 2 and label < node.rank and pins[label] is None
        for arg, labels in rows
        for label, flag in zip(labels, lift.loops(arg), strict=True)
    )


def _degree(node: Node, label: int) -> int:
    return sum(label in labels for labels in node.data.labels)


def _soft_labels(lift: Lift, node: Node, pins: Pins, loops: list[int]) -> list[int]:
    """Pinned axes of matrices that are multiplied by something: printed as an entry of the product, `(V^T V)_{jl}`."""
    found: dict[int, None] = {}
    for arg, labels in zip(node.args, node.data.labels, strict=True):
        if arg.op in ("delta", "hot") or len(labels) != 2:
            continue
        if any(lift.loops(arg)):
            continue
        for here, other in (labels, labels[::-1]):
            pin = pins[here] if here < node.rank else None
            if pin is not None and pin.base == ONE and other >= node.rank and other not in loops:
                found[here] = None
    return list(found)


def _only_there(lift: Lift, node: Node, pins: Pins, soft: list[int]) -> bool:
    """Whether the other pinned axes occur in deltas and in members of families alone."""
    for arg, labels in zip(node.args, node.data.labels, strict=True):
        for label, flag in zip(labels, lift.loops(arg), strict=True):
            other = label < node.rank and pins[label] is not None and label not in soft
            if other and not flag and arg.op != "delta":
                return False
    return True


def _loop_labels(lift: Lift, node: Node, pins: Pins) -> list[int]:
    """The summed labels that are printed as sums over an index."""
    found: dict[int, None] = {}
    for arg, labels in zip(node.args, node.data.labels, strict=True):
        for label, flag in zip(labels, lift.loops(arg), strict=True):
            if flag and label >= node.rank:
                found[label] = None
    return list(found)


def by_entries(lift: Lift, node: Node, pins: Pins, shape: Shape) -> Expr:
    """Entries times unit vectors, summed: the notation for an array whose entries only index notation can give."""
    if not 1 <= len(shape) <= 2:
        raise CannotWrite("not a vector or a matrix")
    taken = lift.letters_in_use(pins)
    taken.update((i.name, None) for i in lift.graph.hints.values())
    full: list[Pin | None] = list(pins)
    units: list[Expr] = []
    indices: list[Index] = []
    for axis, pin in enumerate(pins):
        if pin is None:
            size = node.shape[axis]
            index = lift.fresh_index(size, letters_of(lift, node, axis), taken)
            indices.append(index)
            full[axis] = Pin(index, _base(index))
            units.append(Apply("unit_vector", (index,), (size,)))
    with lift.within(indices):
        entry = lift(node, tuple(full))
    if len(units) == 2:
        units[1] = Transpose(units[1])
    return Reduce("sum", tuple(indices), multiplied([entry, *units]))


def _base(index: Index) -> Size:
    from derive.tensor.values import extent

    return extent(index)[0]


class _Term:
    """One product with a chosen set of pinned summed labels."""

    def __init__(
        self, lift: Lift, node: Node, pins: Pins, loops: list[int], soft: Sequence[int] = ()
    ) -> None:
        self.lift, self.node = lift, node
        self.soft = {k: pins[k] for k in soft}
        self.pins: dict[int, Pin] = {
            k: p for k, p in enumerate(pins) if p is not None and k not in soft
        }
        self.open_out = [k for k, p in enumerate(pins) if p is None or k in soft]
        self.sizes = dict(enumerate(node.data.sizes))
        self.factors: list[Numbered] = list(factors_of(node))
        self.indices: list[Index] = []
        self.conditions: list[Expr] = []
        self.scalars: list[Scalar] = []
        self.pieces: list[Piece] = []
        self.deltas: list[tuple[int, int]] = []
        self._choose(loops)

    def _choose(self, loops: list[int]) -> None:
        taken = self.lift.letters_in_use(list(self.pins.values()))
        picked = self._picked(loops)
        for label in loops:
            if label in picked:
                continue
            hints = [
                h
                for arg, labels, _ in self.factors
                for axis, x in enumerate(labels)
                if x == label
                for h in letters_of(self.lift, arg, axis)
            ]
            index = self.lift.fresh_index(self.sizes[label], hints, taken)
            self.indices.append(index)
            self.pins[label] = Pin(index, _base(index))
        for label, hot in picked.items():
            node, labels, _ = hot
            if all(x in self.pins for x in labels[:-1]):
                expr = self.lift(node.args[0], tuple(self.pins[x] for x in labels[:-1]))
                self.pins[label] = Pin(expr, node.data)
                self.factors.remove(hot)

    def _picked(self, loops: list[int]) -> dict[int, Numbered]:
        """Summed labels that a one-hot factor selects, with that factor."""
        found: dict[int, Numbered] = {}
        for factor in self.factors:
            node, labels, power = factor
            if node.op == "hot" and power == 1 and labels[-1] >= self.node.rank:
                ready = all(x in self.pins or x in loops for x in labels[:-1])
                if ready and labels[-1] not in found and labels[-1] not in labels[:-1]:
                    found[labels[-1]] = factor
        return found

    def expr(self) -> Expr:
        """The whole term."""
        with self.lift.within(self.indices):
            for factor in self.factors:
                self._factor(*factor)
        for a, b in self.deltas:
            if not (a in self.open_out and b in self.open_out):
                raise CannotWrite("a delta")
        solved = Contraction(self.pieces, self.open_out, self.sizes)
        solved.solve()
        self.scalars.extend(solved.scalars)
        body = solved.result(self.deltas)
        if self.soft:
            if body is None or self._depends(body):
                raise CannotWrite("an entry")
            picks = tuple(p.expr for _, p in sorted(self.soft.items()) if p is not None)
            body, self.open_out = Item(body, picks), []
        shape = tuple(self.sizes[x] for x in self.open_out)
        chain = _chain(body)
        return self._assembled(chain, body, shape)

    def _factor(self, node: Node, labels: tuple[int, ...], power: Power) -> None:
        lift = self.lift
        pins = tuple(self.pins.get(x) for x in labels)
        own = tuple(x for x in labels if x not in self.pins)
        if node.op == "delta" and len(own) == 2:
            self.deltas.append((own[0], own[1]))
            return
        if len(own) > 2:
            raise CannotWrite("a factor of more than two axes")
        if truth_of(node) and not own:
            self.conditions.append(lift.condition(node, pins))
            return
        if not own and power.denominator == 2:
            norm = self._norm(node, labels)
            if norm is not None:
                self.scalars.append((norm, power * 2))
                return
        expr = lift(node, pins)
        if not own:
            self.scalars.append((expr, power))
            return
        symmetric = len(own) == 2 and lift.graph.symmetric(node) and labels[-2:] == own
        self.pieces.append(Piece(own, (Link(expr, symmetric),), power))

    def _norm(self, node: Node, labels: tuple[int, ...]) -> Expr | None:
        """||x|| where the node is the sum of the squares of x."""
        if node.op != "einsum" or node in self.lift.graph.names or len(node.args) != 1:
            return None
        data = node.data
        inner, own = node.args[0], data.labels[0]
        if data.powers[0] != 2 or data.coefficient != 1 or len(set(own)) != len(own):
            return None
        outer = {k: self.pins[x] for k, x in enumerate(labels)}
        pins = tuple(outer.get(x) for x in own)
        free = pins.count(None)
        flags = self.lift.loops(inner)
        if free not in (1, 2) or any(f and p is None for f, p in zip(flags, pins, strict=True)):
            return None
        name = "norm" if free == 1 else "norm_frobenius"
        return Apply(name, (self.lift(inner, pins),))

    # ------------------------------------------------------------------------------ sums over indices

    def _assembled(self, chain: Chain, body: Expr | None, shape: Shape) -> Expr:
        coefficient = self.node.data.coefficient
        own = [c for c in self.conditions if not self._depends(c)]
        self.scalars.extend((Indicator(c), F1) for c in own)
        self.conditions = [c for c in self.conditions if self._depends(c)]
        outside = [s for s in self.scalars if not self._depends(s[0])]
        inside = [s for s in self.scalars if self._depends(s[0])]
        first = [k for k, link in enumerate(chain) if self._depends(link.expr)]
        before: Chain = chain
        core: Chain = ()
        after: Chain = ()
        if first:
            before, core, after = (
                chain[: first[0]],
                chain[first[0] : first[-1] + 1],
                chain[first[-1] + 1 :],
            )
        for group in self._groups(inside, core):
            indices, conditions, scalars, links = group
            value = scaled(F1, scalars, multiplied([x.expr for x in links]) if links else None)
            total = Reduce("sum", tuple(indices), value, tuple(conditions))
            if links:
                core = (Link(total),)
            else:
                outside.append((total, F1))
        whole = (*before, *core, *after)
        inner = multiplied([x.expr for x in whole]) if whole else None
        return self._filled(scaled(coefficient, outside, inner), shape, inner)

    def _filled(self, expr: Expr, shape: Shape, inner: Expr | None) -> Expr:
        if inner is not None or not shape:
            return expr
        return filled(expr, shape)

    def _depends(self, expr: Expr) -> bool:
        return bool(self.indices) and any(i in self.indices for i in free_indices(expr))

    def _groups(
        self, inside: list[Scalar], core: Chain
    ) -> list[tuple[list[Index], list[Expr], list[Scalar], Chain]]:
        """Parts that share indices, so that independent sums are written apart."""
        parts: list[tuple[Any, list[Index]]] = []
        if core:
            used = [i for x in core for i in free_indices(x.expr)]
            parts.append((core, [i for i in self.indices if i in used]))
        items: list[Any] = [*inside, *self.conditions]
        for item in items:
            expr: Expr = item[0] if isinstance(item, tuple) else item
            used = list(free_indices(expr))
            parts.append((item, [i for i in self.indices if i in used]))
        groups: list[tuple[list[Index], list[Any]]] = []
        for part, used in parts:
            near = [g for g in groups if any(i in g[0] for i in used)]
            joined = [i for i in self.indices if i in used or any(i in g[0] for g in near)]
            members = [m for g in near for m in g[1]] + [part]
            groups = [g for g in groups if g not in near]
            groups.append((joined, members))
        found: list[tuple[list[Index], list[Expr], list[Scalar], Chain]] = []
        for indices, members in groups:
            conditions = [m for m in members if isinstance(m, Expr)]
            scalars = [m for m in members if isinstance(m, tuple) and m is not core]
            links = core if core and any(m is core for m in members) else ()
            found.append((indices, conditions, scalars, links))
        return found


def _chain(body: Expr | None) -> Chain:
    if body is None:
        return ()
    if isinstance(body, Product):
        return tuple(Link(x) for x in body.factors)
    return (Link(body),)
