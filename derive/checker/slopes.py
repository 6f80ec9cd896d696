"""The value of derivatives and differentials: the body once, on dual numbers with all directions together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from derive.checker.duals import Dual, plain
from derive.checker.entries import item_positions
from derive.checker.evaluator import Evaluator, Scope, Value, handles
from derive.checker.plan import base_symbol
from derive.errors import EvaluationError
from derive.expr import nodes as n
from derive.expr.facts import declared
from derive.expr.nodes import Expr, Symbol


@handles(n.Derivative)
def _derivative(ev: Evaluator, node: n.Derivative, scope: Scope) -> Value:
    level = scope.level
    bindings: dict[Expr, Value] = {}
    for variable in node.wrt:
        level += 1
        symbol = base_symbol(variable)
        value = bindings.get(symbol, scope.memo.get(symbol))
        bindings[symbol] = Dual(level, value, _seed(ev, variable, symbol, scope, level))
    directions = scope.directions
    for variable in node.wrt:
        directions *= max(1, math.prod(ev.dims(variable.shape)))
    ev.check_work(scope.tuples, directions)
    inner = scope.inner(bindings, level=level, directions=directions)
    result = ev.value(node.body, inner)
    for position in range(len(node.wrt) - 1, -1, -1):
        result = _changes(ev, result, scope.level + position + 1, node.body, node.wrt[position:])
    shapes = [len(v.shape) for v in node.wrt]
    return _variables_in_order(ev, result, node.body.rank, shapes)


def _changes(ev: Evaluator, result: Value, level: int, body: Expr, done: tuple[Expr, ...]) -> Value:
    """The change of level `level` with its directions as last axes (the axes of later variables stand before them)."""
    shape = ev.dims(done[0].shape)
    if isinstance(result, Dual) and result.level == level:
        return ev.k.directions_last(result.change, shape)
    rank = body.rank + sum(len(v.shape) for v in done[1:])
    value = ev.k.multiply(ev.k.spread_tuples(result, rank, _tuples(result, rank)), ev.k.number(0))
    while not isinstance(value, Dual) and value.ndim > rank + 1 + level:
        value = value[0]  # an axis of directions that were multiplied away
    value = ev.spread(value, 0, len(shape))
    return ev.k.multiply(value, ev.k.full(shape, 1)) if shape else value


def _tuples(value: Value, rank: int) -> int:
    shape = plain(value).shape
    return int(shape[-rank - 1]) if len(shape) > rank else 1


def _variables_in_order(ev: Evaluator, value: Value, rank: int, lengths: list[int]) -> Value:
    """The axes of the variables stand last variable first; put them in the written order."""
    if sum(1 for length in lengths if length) < 2:
        return value
    blocks, start = [], rank
    for length in reversed(lengths):
        blocks.append(list(range(start, start + length)))
        start += length
    core = [*range(rank), *(axis for block in reversed(blocks) for axis in block)]
    return ev.k.permute(value, core)


def _seed(ev: Evaluator, variable: Expr, symbol: Symbol, scope: Scope, level: int) -> Value:
    """The directions of one variable: axes (D, 1 ..., P, T, *dims of the symbol)."""
    dims = ev.dims(symbol.shape)
    if isinstance(variable, n.Item):
        index = item_positions(ev, variable, scope)
        kept = [axis for axis, i in enumerate(variable.indices) if i is None]
        free = [dims[axis] for axis in kept]
        count = int(np.prod(free)) if free else 1
        points, tuples = np.broadcast_shapes(*(i.shape for i in index))
        seed = np.zeros((count, points, tuples, *dims))
        d, p, t = np.indices((count, points, tuples))
        places: list[Any] = [None] * len(dims)
        if free:
            for axis, values in zip(kept, np.unravel_index(d, free), strict=True):
                places[axis] = values
        fixed = [axis for axis, i in enumerate(variable.indices) if i is not None]
        for axis, values in zip(fixed, index, strict=True):
            places[axis] = np.broadcast_to(values, (points, tuples))[p, t]
            if ((values < 0) | (values >= dims[axis])).any():
                raise EvaluationError(f"{variable!r} lies outside {symbol.name}")
        seed[(d, p, t, *places)] = 1.0
    else:
        count = int(np.prod(dims)) if dims else 1
        ev.base.check_size((count, count))
        seed = np.eye(count).reshape((count, 1, 1, *dims))
        if declared(symbol.facts, "symmetric_entries"):
            seed = np.maximum(
                seed, np.swapaxes(seed, -1, -2)
            )  # an entry moves with its mirror image
    seed = seed.reshape((seed.shape[0], *([1] * (level - 1)), *seed.shape[1:]))
    return ev.base.integers(seed)


@handles(n.Differential)
def _differential(ev: Evaluator, node: n.Differential, scope: Scope) -> Value:
    level = scope.level + 1
    bindings: dict[Expr, Value] = {}
    for symbol in node.wrt:
        if symbol not in ev.tangents:
            raise EvaluationError(f"the differential of {symbol.name} has no value")
        change = ev.tangents[symbol].reshape((1,) * level + ev.tangents[symbol].shape)
        bindings[symbol] = Dual(level, scope.memo[symbol], change)
    result = ev.value(node.body, scope.inner(bindings, level=level))
    if isinstance(result, Dual) and result.level == level:
        return ev.k.directions_last(result.change, ())
    rank = node.body.rank
    return ev.k.multiply(ev.k.spread_tuples(result, rank, _tuples(result, rank)), ev.k.number(0))
