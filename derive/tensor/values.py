"""Lowered expressions: a node whose leading axes are the free indices of the expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from derive.errors import NoRuleError, ShapeError
from derive.expr.build import as_size
from derive.expr.nodes import Expr, Index
from derive.expr.plain import plain
from derive.expr.sizes import Shape, Size
from derive.expr.walk import free_indices, substitute
from derive.tensor.graph import Factor, Graph, Label, Node

F1 = Fraction(1)


@dataclass(frozen=True, slots=True)
class Value:
    """`node` has one axis for each of `indices`, then the axes of the expression."""

    node: Node
    indices: tuple[Index, ...] = ()

    @property
    def shape(self) -> Shape:
        """The shape of the expression."""
        return self.node.shape[len(self.indices) :]

    def labels(self, own: Sequence[Label] | None = None) -> tuple[Label, ...]:
        """A label for each axis: the indices, then `own` (0, 1, ... by default)."""
        rest = range(len(self.shape)) if own is None else own
        return (*self.indices, *rest)

    def factor(self, own: Sequence[Label] | None = None, power: Fraction = F1) -> Factor:
        """The value as a factor of a product."""
        return (self.node, self.labels(own), power)


def joined(values: Sequence[Value]) -> tuple[Index, ...]:
    """All indices of the values, in order of first use."""
    return tuple(dict.fromkeys(i for v in values for i in v.indices))


def product(
    graph: Graph,
    factors: Sequence[tuple[Value, Sequence[Label]]],
    out: Sequence[Label],
    coefficient: Fraction | int = 1,
    sizes: dict[Label, Size] | None = None,
    powers: Sequence[Fraction | int] = (),
) -> Value:
    """The product of values with own labels; indices stay."""
    indices = joined([v for v, _ in factors])
    given = tuple(powers) or (1,) * len(factors)
    rows = [v.factor(own, Fraction(p)) for (v, own), p in zip(factors, given, strict=True)]
    node = graph.product(rows, (*indices, *out), coefficient, dict(sizes or {}))
    return Value(node, indices)


def aligned(graph: Graph, value: Value, indices: tuple[Index, ...], shape: Shape) -> Node:
    """The node with exactly these indices first; a scalar is spread over `shape`."""
    if value.indices == indices and value.shape == shape:
        return value.node
    own = range(len(value.shape))
    sizes: dict[Label, Size] = {i: extent(i)[1] for i in indices}
    sizes.update(enumerate(shape))
    return graph.product([value.factor(own)], (*indices, *range(len(shape))), 1, sizes)


def entrywise(graph: Graph, name: str, values: Sequence[Value], data: object = None) -> Value:
    """An entrywise function of values of one shape, or scalars."""
    indices = joined(values)
    shape = max((v.shape for v in values), key=len)
    nodes = [aligned(graph, v, indices, shape) for v in values]
    return Value(graph.map(name, *nodes, data=data), indices)


def add(graph: Graph, values: Sequence[Value]) -> Value:
    """The sum of values of one shape."""
    indices = joined(values)
    shape = max((v.shape for v in values), key=len)
    return Value(graph.add([aligned(graph, v, indices, shape) for v in values]), indices)


def reindexed(value: Value, change: dict[Index, Index]) -> Value:
    """The same node with other indices for its leading axes."""
    return Value(value.node, tuple(change.get(i, i) for i in value.indices))


# ------------------------------------------------------------------------------------ ranges


def extent(index: Index) -> tuple[Size, Size]:
    """(first value, number of values) of an index; a bound by another index is widened to that index's range."""
    lower, upper = _bound(index.lower, 0), _bound(index.upper, 1)
    return lower, upper - lower + 1


def _bound(bound: Expr, end: int) -> Size:
    inner = free_indices(bound)
    if inner:
        widened = substitute(bound, {i: (i.lower, i.upper)[end] for i in inner})
        limit = _size((inner[0].lower, inner[0].upper)[end])
        value = _size(widened)
        offset = (value - limit).constant
        if len(inner) > 1 or offset is None:
            raise NoRuleError(f"the bound {plain(bound)} of an index is not an index plus a number")
        return limit if (offset >= 0) == (end == 0) else value
    return _size(bound)


def _size(bound: Expr) -> Size:
    try:
        return as_size(bound)
    except ShapeError:
        raise NoRuleError(f"the bound {plain(bound)} of an index is not a size") from None


def conditions(index: Index) -> list[tuple[str, Expr]]:
    """The conditions that a widened range must be restricted by: (operator, bound)."""
    found = []
    if free_indices(index.lower):
        found.append((">=", index.lower))
    if free_indices(index.upper):
        found.append(("<=", index.upper))
    return found


_serial = count()


def placeholder(like: Size) -> Index:
    """An index that no expression contains, over a range of the given size."""
    from derive.expr.nodes import Dim, Number

    return Index(f" {next(_serial)}", Number(F1), Dim(like))
