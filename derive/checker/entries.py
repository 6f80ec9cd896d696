"""The value of entries by index, and of the integers that pick them."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.checker.evaluator import Evaluator, Scope, Value, handles
from derive.expr import nodes as n
from derive.expr.facts import declared
from derive.expr.nodes import Expr, Symbol


def integer_value(ev: Evaluator, node: Expr, scope: Scope) -> Any:
    """An integer scalar (an index, `t + j - 1`, `2 n`, a label) as an int64 array of axes (P or 1, T or 1)."""
    found = scope.integers.get(node)
    if found is None:
        found = scope.integers[node] = _integers(ev, node, scope)
    return found


def _integers(ev: Evaluator, node: Expr, scope: Scope) -> Any:
    if isinstance(node, n.Number) and node.value.denominator == 1:
        return np.full((1, 1), int(node.value), dtype=np.int64)
    if isinstance(node, n.Dim):
        return np.full((1, 1), node.size.value(ev.sizes), dtype=np.int64)
    if isinstance(node, n.Index):
        home = ev.home(node, scope)
        found = home.integers.get(node)
        if found is not None:
            for parents in scope.above(home):
                found = found if found.shape[1] == 1 else found[:, parents]
            return found
    found = np.asarray(ev.k.to_integers(ev.value(node, scope)))
    return found.reshape((1,) * (2 - found.ndim) + found.shape) if found.ndim < 2 else found


def item_positions(ev: Evaluator, node: n.Item, scope: Scope) -> list[Any]:
    """The given indices of an item, counted from 0."""
    return [
        integer_value(ev, index, scope) - origin
        for index, origin in zip(node.indices, item_origins(node), strict=True)
        if index is not None
    ]


def item_origins(node: n.Item) -> list[int]:
    """The first value of the index of each axis."""
    base = node.base
    family = base.family if isinstance(base, Symbol) else 0
    return [
        base.origin if isinstance(base, Symbol) and axis < family else 1
        for axis in range(len(node.indices))
    ]


@handles(n.Item)
def _item(ev: Evaluator, node: n.Item, scope: Scope) -> Value:
    if ev.plan.entry(node) is not None:
        alone = _one_entry(ev, node, scope)
        return _entry_of(ev, node, ev.value(node.base, scope), scope) if alone is None else alone
    return _entry_of(ev, node, scope.memo[node.base], scope)


def _one_entry(ev: Evaluator, node: n.Item, scope: Scope) -> Value | None:
    """One entry of an array given by its entries, or None where an index varies with the point or leaves its range."""
    made = ev.plan.entry(node)
    assert made is not None
    shape = ev.dims(node.base.shape)
    index = item_positions(ev, node, scope)
    inside = _inside(index, shape)
    padded = _is_padded(node)
    if any(values.shape[0] != 1 for values in index) or not (padded or inside.all()):
        return None
    bound: dict[Expr, Value] = {}
    for own, values in zip(made.indices, _nearest(index, shape), strict=True):
        bound[own] = ev.base.integers(values + integer_value(ev, own.lower, scope))
    entry = ev.value(made.body, scope.inner(bound))
    return entry if inside.all() else ev.k.multiply(entry, ev.base.integers(inside.astype(int)))


def _is_padded(node: n.Item) -> bool:
    """Whether entries outside of the range of the array are zero."""
    return isinstance(node.base, Symbol) and bool(declared(node.base.facts, "zero_outside"))


def _inside(index: list[Any], shape: tuple[int, ...]) -> Any:
    """Where all positions are in the range of their axis."""
    inside = np.ones((1, 1), dtype=bool)
    for values, size in zip(index, shape, strict=True):
        inside = inside & (values >= 0) & (values < size)
    return inside


def _nearest(index: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """The positions moved into the range of their axis."""
    return [np.clip(values, 0, size - 1) for values, size in zip(index, shape, strict=True)]


def _entry_of(ev: Evaluator, node: n.Item, base: Value, scope: Scope) -> Value:
    axes = [axis for axis, i in enumerate(node.indices) if i is not None]
    if not axes:
        return base
    index = item_positions(ev, node, scope)
    shape = ev.dims(node.base.shape)
    if _is_padded(node):
        return _padded(ev, node, base, axes, index, scope)
    origins = item_origins(node)
    for axis, values in zip(axes, index, strict=True):
        if ((values < 0) | (values >= shape[axis])).any():
            first, last = origins[axis], origins[axis] + shape[axis] - 1
            ev.notes[f"{node!r} leaves its range ({first} to {last})"] = None
    return ev.k.gather(base, node.base.rank, axes, index, scope.tuples)


def _padded(
    ev: Evaluator, node: n.Item, base: Value, axes: list[int], index: list[Any], scope: Scope
) -> Value:
    """Entries of an array that is zero outside: the nearest entry, times 0 where an index leaves its range."""
    lengths = tuple(ev.dims(node.base.shape)[axis] for axis in axes)
    inside = _inside(index, lengths)
    entry = ev.k.gather(base, node.base.rank, axes, _nearest(index, lengths), scope.tuples)
    if inside.all():
        return entry
    return ev.k.multiply(entry, ev.spread(ev.base.integers(inside.astype(int)), 0, node.rank))
