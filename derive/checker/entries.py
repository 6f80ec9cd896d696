"""The value of entries by index, and of the integers that pick them."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.checker.evaluator import Evaluator, Scope, Value, handles
from derive.expr import nodes as n
from derive.expr.nodes import Expr, Symbol


def integer_value(ev: Evaluator, node: Expr, scope: Scope) -> Any:
    """An integer scalar (an index, `t + j - 1`, `2 n`, a label) as an int64 array of axes (P or 1, T or 1)."""
    if isinstance(node, n.Number) and node.value.denominator == 1:
        return np.full((1, 1), int(node.value), dtype=np.int64)
    if isinstance(node, n.Dim):
        return np.full((1, 1), node.size.value(ev.sizes), dtype=np.int64)
    found = np.asarray(ev.k.to_integers(ev.value(node, scope)))
    return found.reshape((1,) * (2 - found.ndim) + found.shape) if found.ndim < 2 else found


def item_positions(ev: Evaluator, node: n.Item, scope: Scope) -> list[Any]:
    """The given indices of an item, counted from 0."""
    base = node.base
    found = []
    for axis, index in enumerate(node.indices):
        if index is None:
            continue
        origin = base.origin if isinstance(base, Symbol) and axis < base.family else 1
        found.append(integer_value(ev, index, scope) - origin)
    return found


@handles(n.Item)
def _item(ev: Evaluator, node: n.Item, scope: Scope) -> Value:
    base = scope.memo[node.base]
    axes = [axis for axis, i in enumerate(node.indices) if i is not None]
    if not axes:
        return base
    index = item_positions(ev, node, scope)
    shape = ev.dims(node.base.shape)
    for axis, values in zip(axes, index, strict=True):
        if ((values < 0) | (values >= shape[axis])).any():
            ev.notes[f"{node!r} leaves its range (1 to {shape[axis]})"] = None
    return ev.k.gather(base, node.base.rank, axes, index, scope.tuples)
