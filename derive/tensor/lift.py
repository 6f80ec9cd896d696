"""From the index form back to textbook notation.

Each axis of a node is either open (an axis of the expression) or pinned to an index. Axes that count the
members of a family, or on which an index is used as a number, are pinned to letters and printed as sums;
everything else becomes matrix notation (`derive.tensor.chains`). Where that does not suffice, summed labels
are pinned too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import NoRuleError
from derive.expr import nodes as e
from derive.expr.functions import TABLE
from derive.expr.nodes import Apply, Expr, Filled, Index, Item, Neg, Relation, Symbol
from derive.expr.sizes import ONE, Shape, Size
from derive.expr.walk import free_indices, substitute
from derive.tensor import matrices, spectra
from derive.tensor.facts import COMPARISONS
from derive.tensor.graph import Graph, Name, Node, is_number, reachable
from derive.tensor.notation import CannotWrite, filled, number, scaled, summed
from derive.tensor.values import extent

F1 = Fraction(1)


@dataclass(frozen=True, slots=True)
class Pin:
    """An index expression for an axis; its value minus `base` is the position."""

    expr: Expr
    base: Size = ONE

    def counted_from(self, origin: Size) -> Expr:
        """The index of an axis whose first position has the index `origin`."""
        if origin == self.base:
            return self.expr
        shift = origin - self.base
        return e.Add((self.expr, size_expr(shift)))


def size_expr(size: Size) -> Expr:
    value = size.constant
    if value is None:
        return e.Dim(size)
    return Neg(number(-value)) if value < 0 else number(value)


Pins = tuple[Pin | None, ...]


class Lift:
    """Writes the nodes of one graph."""

    def __init__(self, graph: Graph, scope: tuple[str, ...] = (), families: bool = True) -> None:
        self.graph = graph
        self.families = families  # whether members of a family are written one by one
        self.scope = scope  # letters in use around the node
        self.done: dict[tuple[Node, Pins, tuple[str, ...]], Expr] = {}
        self._loops: dict[Node, tuple[int, ...]] = graph.memo.setdefault(("loops", families), {})

    def __call__(self, node: Node, pins: Pins) -> Expr:
        key = (node, pins, self.scope)
        found = self.done.get(key)
        if found is None:
            found = self._named(node, pins)
            if found is None:
                rule = RULES.get(node.op)
                if rule is None:
                    raise NoRuleError(f"{node.op} has no matrix or index notation")
                found = rule(self, node, pins)
            self.done[key] = found
        return found

    def letters_in_use(self, pins: Sequence[Pin | None]) -> dict[str, None]:
        """Names that an index bound here may not have."""
        used = dict.fromkeys(self.scope)
        used.update((i.name, None) for p in pins if p for i in free_indices(p.expr))
        return used

    @contextmanager
    def within(self, indices: Sequence[Index]) -> Iterator[None]:
        """The scope of indices that a sum binds."""
        before = self.scope
        self.scope = (*before, *(i.name for i in indices))
        try:
            yield
        finally:
            self.scope = before

    def open(self, node: Node, pins: Pins) -> Shape:
        """The shape of the expression."""
        return tuple(s for s, p in zip(node.shape, pins, strict=True) if p is None)

    def entry(self, expr: Expr, pins: Pins) -> Expr:
        """An expression for all axes with the pinned ones picked."""
        if all(p is None for p in pins):
            return expr
        return Item(expr, tuple(None if p is None else p.expr for p in pins))

    def _named(self, node: Node, pins: Pins) -> Expr | None:
        name: Name | None = self.graph.names.get(node)
        if name is None:
            return None
        count = len(name.indices)
        lead, own = pins[:count], pins[count:]
        change: dict[Expr, Expr] = {}
        for index, pin in zip(name.indices, lead, strict=True):
            if pin is None:
                return None
            if pin.expr != index:
                change[index] = pin.expr
        if change and isinstance(name.expr, Symbol):
            return None
        expr = substitute(name.expr, change) if change else name.expr
        if isinstance(expr, Symbol):
            own = tuple(
                None if p is None else Pin(p.counted_from(_origin(expr, k)))
                for k, p in enumerate(own)
            )
        if any(own) and any(p is None for p in own) and len(own) != expr.rank:
            return None
        return self.entry(expr, own)

    def loops(self, node: Node) -> tuple[int, ...]:
        """For each axis: 1 when it counts members of a family, 2 when its index is used as a number, else 0."""
        if node not in self._loops:
            for part in reachable([node], self._loops):
                self._loops[part] = self._loop_axes(part)
        return self._loops[node]

    def _loop_axes(self, node: Node) -> tuple[int, ...]:
        if node.op == "leaf":
            symbol: Symbol = node.data
            if symbol in self.graph.listed:
                return (1,)
            return tuple(int(self.families and k < symbol.family) for k in range(node.rank))
        if node.op == "iota":
            return (2,)
        if node.op == "hot":
            return (*(2 for _ in node.args[0].shape), 0)
        if node.op == "opaque":
            count = len(node.data[1])
            return tuple(2 * (k < count) for k in range(node.rank))
        flags = [0] * node.rank
        if node.op == "projectors":
            return (2, 0, 0)
        if node.op == "einsum":
            for arg, labels in zip(node.args, node.data.labels, strict=True):
                for label, flag in zip(labels, self.loops(arg), strict=True):
                    if flag and label < node.rank:
                        flags[label] = max(flags[label], flag)
            return tuple(flags)
        for arg in node.args:
            for k, flag in enumerate(self.loops(arg)[: node.rank]):
                flags[k] = max(flags[k], flag)
        return tuple(flags)

    def fresh_index(self, size: Size, hints: Sequence[Index], taken: dict[str, None]) -> Index:
        """A letter for a summed label: the author's where it is not in use."""
        for hint in hints:
            if hint.name not in taken and extent(hint)[1] == size:
                taken[hint.name] = None
                return hint
        for name in LETTERS:
            if name not in taken:
                taken[name] = None
                return Index(name, number(1), size_expr(size))
        raise NoRuleError("no letter is left for an index")

    def condition(self, node: Node, pins: Pins) -> Expr:
        """A node of truth values as a condition."""
        if node.op == "map" and node.data[0] in COMPARISONS:
            name = node.data[0]
            if name in ("and", "or", "not"):
                return e.Logic(name, tuple(self.condition(a, pins) for a in node.args))
            a, b = (self.argument(x, pins) for x in node.args)
            return Relation(name, a, b)
        several = node.op == "einsum" and len(node.args) > 1 and all(map(truth_of, node.args))
        if several and all(x < node.rank for labels in node.data.labels for x in labels):
            rows = zip(node.args, node.data.labels, strict=True)
            parts = [self.condition(a, tuple(pins[x] for x in own)) for a, own in rows]
            if all(p.shape == parts[0].shape for p in parts):
                return e.Logic("and", tuple(parts))
        return Relation("=", self(node, pins), number(1))

    def argument(self, node: Node, pins: Pins) -> Expr:
        """An argument beside which a scalar may stand for an array of equal entries."""
        scalar = _as_scalar(self.graph, node)
        return self(node, pins) if scalar is None else self(scalar, ())


LETTERS = tuple("ijklmpqrstuvabcdefgh")


def _as_scalar(graph: Graph, node: Node) -> Node | None:
    """The scalar that an array of equal entries repeats."""
    if not node.rank:
        return node
    if node.op == "sum":
        parts = [_as_scalar(graph, a) for a in node.args]
        return None if None in parts else graph.add(p for p in parts if p is not None)
    if node.op != "einsum" or any(node.data.labels):
        return None
    rows = [(a, (), p) for a, p in zip(node.args, node.data.powers, strict=True)]
    return graph.product(rows, (), node.data.coefficient)


def truth_of(node: Node) -> bool:
    return node.op == "map" and node.data[0] in COMPARISONS


def _origin(symbol: Symbol, axis: int) -> Size:
    return Size.of(symbol.origin if axis < symbol.family else 1)


# ------------------------------------------------------------------------------------ rules


def _leaf(self: Lift, node: Node, pins: Pins) -> Expr:
    symbol: Symbol = self.graph.aliases.get(node.data, node.data)
    placed = tuple(
        None if p is None else Pin(p.counted_from(_origin(symbol, k))) for k, p in enumerate(pins)
    )
    return self.entry(symbol, placed)


def _iota(self: Lift, node: Node, pins: Pins) -> Expr:
    if pins[0] is None:
        raise CannotWrite("the values of an index as a vector")
    return pins[0].counted_from(node.data)


def _delta(self: Lift, node: Node, pins: Pins) -> Expr:
    a, b = pins
    if a is None and b is None:
        return Filled("identity", node.shape)
    if a is not None and b is not None:
        if a == b:
            return number(1)
        return Apply("kronecker_delta", (a.counted_from(ONE), b.counted_from(ONE)))
    pin = a if a is not None else b
    assert pin is not None
    return Apply("unit_vector", (pin.counted_from(ONE),), node.shape[:1])


def _hot(self: Lift, node: Node, pins: Pins) -> Expr:
    picked = self(node.args[0], pins[:-1])
    if picked.shape:
        raise CannotWrite("a one-hot matrix")
    last = pins[-1]
    if last is not None:
        return Apply("kronecker_delta", (last.counted_from(node.data), picked))
    position = Pin(picked, node.data).counted_from(ONE)
    return Apply("unit_vector", (position,), node.shape[-1:])


def _sum(self: Lift, node: Node, pins: Pins) -> Expr:
    from derive.tensor.terms import by_entries

    if any(flag == 2 and p is None for flag, p in zip(self.loops(node), pins, strict=True)):
        return by_entries(self, node, pins, self.open(node, pins))
    return summed([self(term, pins) for term in node.args])


def _map(self: Lift, node: Node, pins: Pins) -> Expr:
    name, data = node.data
    shape = self.open(node, pins)
    if len(shape) > 2:
        raise CannotWrite("an entrywise function of a tensor")
    if name in COMPARISONS:
        return e.Indicator(self.condition(node, pins))
    if name == "select":
        condition, yes, no = node.args
        branch = (self(yes, pins), self.condition(condition, pins))
        return e.Cases((branch,), self(no, pins))
    if name == "call":
        function, order = data
        return e.Call(function, (self(node.args[0], pins),), order)
    if name in ("max", "min"):
        return Apply(name, tuple(self.argument(a, pins) for a in node.args))
    if name == "power":
        base, exponent = self(node.args[0], pins), self.argument(node.args[1], pins)
        return e.Power(base, exponent) if not shape else Apply("hadamard_power", (base, exponent))
    x = self(node.args[0], pins)
    if name == "softplus" and name not in self.graph.written:
        one = filled(number(1), shape) if shape else number(1)
        return Apply("log", (e.Add((one, Apply("exp", (x,)))),))
    if name not in TABLE:
        raise NoRuleError(f"{name} has no notation")
    return Apply(name, (x,))


def _of_matrix(name: str) -> Callable[[Lift, Node, Pins], Expr]:
    def rule(self: Lift, node: Node, pins: Pins) -> Expr:
        inner = node.args[0]
        batch = inner.rank - 2
        whole = Apply(name, (self(inner, (*pins[:batch], None, None)),))
        return self.entry(whole, pins[batch:])

    return rule


def _of_last_axis(self: Lift, node: Node, pins: Pins) -> Expr:
    """softmax, by rows for a matrix; over the members of a family as a fraction."""
    inner = node.args[0]
    last = pins[-1]
    if self.loops(inner)[-1]:
        if last is None:
            raise CannotWrite("a softmax over members")
        top, below = Apply("exp", (self(inner, pins),)), _exp_sum(self, inner, pins[:-1])
        return Apply("hadamard_divide", (top, below)) if below.shape else e.Quotient(top, below)
    if len(pins) > 1 and pins[0] is None and last is not None:
        whole = Apply("softmax", (self(inner, (*pins[:-1], None)),))
        if len(whole.shape) > 2:
            raise CannotWrite("a softmax of a tensor")
        return Item(whole, (None,) * (whole.rank - 1) + (last.expr,))
    whole = Apply("softmax", (self(inner, (*pins[:-1], None)),))
    return self.entry(whole, (None,) * (whole.rank - 1) + (last,))


def _exp_sum(self: Lift, inner: Node, pins: Pins) -> Expr:
    rank = inner.rank
    exp = self.graph.map("exp", inner)
    total = self.graph.product([(exp, tuple(range(rank)), F1)], range(rank - 1))
    return self(total, pins)


def _logsumexp(self: Lift, node: Node, pins: Pins) -> Expr:
    inner = node.args[0]
    written = "logsumexp" in self.graph.written or "log_softmax" in self.graph.written
    if self.loops(inner)[-1] or not written:
        return Apply("log", (_exp_sum(self, inner, pins),))
    return Apply("logsumexp", (self(inner, (*pins, None)),))


def _prod(self: Lift, node: Node, pins: Pins) -> Expr:
    return _over_index(self, "prod", node.args[0], pins, 1)


def _extreme(self: Lift, node: Node, pins: Pins) -> Expr:
    inner, axes = node.args[0], node.data
    if not any(self.loops(inner)[-axes:]) and axes == len(
        self.open(inner, (*pins, *(None,) * axes))
    ):
        return Apply(f"{node.op}_entry", (self(inner, (*pins, *(None,) * axes)),))
    return _over_index(self, node.op, inner, pins, axes)


def _over_index(self: Lift, kind: str, inner: Node, pins: Pins, axes: int) -> Expr:
    """A reduction over the last axes of a node, its condition as the condition of the index."""
    if any(p is None for p in pins):
        raise CannotWrite(f"{kind} over an index of an array")
    taken = self.letters_in_use(pins)
    indices = tuple(
        self.fresh_index(size, letters_of(self, inner, inner.rank - axes + k), taken)
        for k, size in enumerate(inner.shape[-axes:])
    )
    full = (*pins, *(Pin(i) for i in indices))
    with self.within(indices):
        return _reduction(self, kind, indices, inner, full)


def _reduction(self: Lift, kind: str, indices: tuple[Index, ...], inner: Node, full: Pins) -> Expr:
    where: tuple[Expr, ...] = ()
    if inner.op == "map" and inner.data[0] == "select" and is_number(inner.args[2]):
        where = (self.condition(inner.args[0], full),)
        inner = inner.args[1]
    return e.Reduce(kind, indices, self(inner, full), where)


def letters_of(self: Lift, node: Node, axis: int) -> list[Index]:
    """The author's indices for an axis, nearest first."""
    own = self.graph.hints.get((node, axis))
    found = [own] if own is not None else []
    if node.op == "einsum":
        for arg, labels in zip(node.args, node.data.labels, strict=True):
            for k, label in enumerate(labels):
                if label == axis:
                    found.extend(letters_of(self, arg, k))
    elif node.op in ("sum", "map", "softmax") or (node.args and axis < node.rank):
        for arg in node.args:
            if axis < arg.rank and node.op != "reshape":
                found.extend(letters_of(self, arg, axis))
    return list(dict.fromkeys(found))[:6]


def _reshape(self: Lift, node: Node, pins: Pins) -> Expr:
    inner = node.args[0]
    if node.data == 0 and node.rank == 1 and inner.rank == 2:
        turned = self.graph.transpose(inner)
        return self.entry(Apply("vec", (self(turned, (None, None)),)), pins)
    if node.data == 0 and inner.rank == 4 and inner.op == "einsum" and len(inner.args) == 2:
        return self.entry(_kronecker(self, inner), pins)
    raise NoRuleError("a reshaped array has no matrix notation")


def _kronecker(self: Lift, inner: Node) -> Expr:
    data = inner.data
    parts = dict(zip(data.labels, inner.args, strict=True))
    left, right = parts.get((0, 2)), parts.get((1, 3))
    if left is None or right is None or data.powers != (1, 1):
        raise NoRuleError("a reshaped array has no matrix notation")
    pair = tuple(self(x, (None, None)) for x in (left, right))
    return scaled(data.coefficient, (), Apply("kronecker", pair))


def _concat(self: Lift, node: Node, pins: Pins) -> Expr:
    if node.rank != 2:
        raise CannotWrite("blocks of a tensor")
    lines = node.args if node.data == -2 else (node,)
    rows = []
    for line in lines:
        parts = line.args if line.op == "concat" and line.data == -1 else (line,)
        rows.append(tuple(self(p, (None, None)) for p in parts))
    return self.entry(e.Matrix(tuple(rows)), pins)


def _opaque(self: Lift, node: Node, pins: Pins) -> Expr:
    expr, indices = node.data
    change: dict[Expr, Expr] = {}
    for index, pin in zip(indices, pins[: len(indices)], strict=True):
        if pin is None:
            raise CannotWrite("an opaque family")
        change[index] = pin.expr
    return self.entry(substitute(expr, change), pins[len(indices) :])


def _eigenvalues(self: Lift, node: Node, pins: Pins) -> Expr:
    whole = Apply("eigenvalues", (self(node.args[0], (*pins[:-1], None, None)),))
    return self.entry(whole, pins[-1:])


def _einsum(self: Lift, node: Node, pins: Pins) -> Expr:
    from derive.tensor.terms import term

    return term(self, node, pins)


RULES: dict[str, Callable[[Lift, Node, Pins], Expr]] = {
    "leaf": _leaf,
    "dim": lambda self, node, pins: e.Dim(node.data),
    "constant": lambda self, node, pins: e.Constant(node.data),
    "iota": _iota,
    "delta": _delta,
    "hot": _hot,
    "sum": _sum,
    "map": _map,
    "einsum": _einsum,
    "inverse": _of_matrix("inverse"),
    "det": _of_matrix("det"),
    "logdet": _of_matrix("logdet"),
    "logabsdet": _of_matrix("logabsdet"),
    "softmax": _of_last_axis,
    "logsumexp": _logsumexp,
    "prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "reshape": _reshape,
    "concat": _concat,
    "opaque": _opaque,
    "eigenvalues": _eigenvalues,
    "matrix_power": matrices.write_power,
    "power_sum": matrices.write_sum,
    "projectors": spectra.write_projector,
    "nuclear_norm": _of_matrix("nuclear_norm"),
    "polar": _of_matrix("polar"),
}


@contextmanager
def deep_recursion(graph: Graph) -> Iterator[None]:
    """Room for expressions as deep as the graph."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, 2000 + 12 * len(graph)))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
