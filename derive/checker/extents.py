"""The sizes that a relation names: in shapes and parameters, in arrays given by entries, in ranges of free indices."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ShapeError
from derive.expr.build import as_size
from derive.expr.nodes import (
    NODE_TYPES,
    Apply,
    Dim,
    Expr,
    Filled,
    Index,
    Item,
    Number,
    Reduce,
    Symbol,
)
from derive.expr.shapes import ranges_shape
from derive.expr.sizes import Size
from derive.expr.walk import size_names as sizes_below

KNOWN = frozenset(NODE_TYPES)


def by_entries(node: Expr) -> bool:
    """Whether a node is a symbol that is defined by its entries."""
    made = node.definition if isinstance(node, Symbol) else None
    return isinstance(made, Reduce) and made.kind == "array"


def extents(indices: Sequence[Index]) -> tuple[Size, ...]:
    """The lengths of the ranges of free indices that are differences of sizes, and so may be empty."""
    found: dict[Size, None] = {}
    for index in indices:
        try:
            (length,) = ranges_shape((index,))
        except ShapeError:
            continue
        if any(coefficient < 0 for _, coefficient in length.terms):
            found[length] = None
    return tuple(found)


def places(nodes: Sequence[Expr]) -> tuple[Size, ...]:
    r"""What must be one at least for entries at places given by sizes to be there: t - 1, n - t + 2 of `x_{t-1}`."""
    found: dict[Size, None] = {}
    for node in nodes:
        if not isinstance(node, Item) or by_entries(node.base):
            continue
        for axis, index in zip(node.base.shape, node.indices, strict=False):
            if index is None or isinstance(index, (Number, Index)):
                continue
            try:
                place = as_size(index)
            except ShapeError:
                continue
            if place.names:
                found.update(dict.fromkeys((place, axis + 1 + place * -1)))
    return tuple(size for size in found if size.names)


def zero_blocks(nodes: Sequence[Expr]) -> tuple[Size, ...]:
    r"""The sizes of values that are differences: m - n of the zeros below an n x n block of m rows."""
    sizes = dict.fromkeys(s for n in nodes if isinstance(n, (Filled, Apply)) for s in n.shape)
    return tuple(s for s in sizes if s.names and any(c < 0 for _, c in s.terms))


def size_names(nodes: Sequence[Expr]) -> tuple[str, ...]:
    """The size symbols of all shapes and parameters, sorted."""
    found: dict[str, None] = {}
    for node in nodes:
        values = node.shape
        if isinstance(node, Dim):
            values = (node.size,)
        elif isinstance(node, Apply) and node.params:
            values = (*values, *(p for p in node.params if isinstance(p, Size)))
        elif isinstance(node, Filled):
            values = node.dims
        elif not isinstance(node, (Symbol, Apply)) and type(node) not in KNOWN:
            found.update(dict.fromkeys(sizes_below(node)))
        for size in values:
            found.update(dict.fromkeys(size.names))
    return tuple(sorted(found))
