"""Nodes that only the judge makes: a table of exact numbers, a Cholesky factor, a value known at two levels of a rule.

An expectation or integral becomes a sum over the entries of tables (nodes and weights of a rule), so that every kernel
evaluates it, and differentiates it, like any other sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import flint
import numpy as np
from flint import arb

from derive.checker.ball_kernel import BallKernel, WatchfulKernel
from derive.checker.duals import Dual, plain
from derive.checker.evaluate import Evaluator, Scope, Value, handles
from derive.expr.core import Expr
from derive.expr.sizes import Shape


@dataclass(frozen=True, eq=False, repr=False)
class Table(Expr):
    """Exact numbers of shape `dims`, row by row in one tuple of rationals. The name determines the values."""

    name: str
    dims: Shape
    values: tuple[Any, ...] = ()

    def key(self) -> tuple[Any, ...]:
        return (self.name, self.dims)

    def _shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True, eq=False, repr=False)
class Cholesky(Expr):
    """The lower triangular L with L L^T = operand; undefined where the operand is not positive definite."""

    operand: Expr

    def _shape(self) -> Shape:
        return self.operand.shape


@handles(Table)
def _table(ev: Evaluator, node: Table, scope: Scope) -> Value:
    dims = ev.dims(node.dims)
    ev.base.check_size(dims)
    bits = flint.ctx.prec if isinstance(ev.base, BallKernel) else 0
    key = (node.name, bits)
    if key not in _arrays:
        while len(_arrays) >= MOST_ARRAYS:
            _arrays.pop(next(iter(_arrays)))
        _arrays[key] = _numbers(node, bits)
    return ev.base.xp.asarray(_arrays[key].reshape((1, 1, *dims)))


#: tables as NumPy arrays, of balls at a precision or (with 0 bits) of float64
_arrays: dict[tuple[str, int], Any] = {}
MOST_ARRAYS = 64


def _numbers(node: Table, bits: int) -> Any:
    if bits:
        out = np.empty(len(node.values), dtype=object)
        out[:] = [arb(flint.fmpq(q.numerator, q.denominator)) for q in node.values]
        return out
    return np.array([float(q) for q in node.values])


@handles(Cholesky)
def _cholesky(ev: Evaluator, node: Cholesky, scope: Scope) -> Value:
    k, a = ev.k, scope.memo[node.operand]
    count = k.size(a, -1)

    def entry(i: int, j: int) -> Value:
        return k.take(k.take(a, i, -2), j, -1)

    rows: list[list[Value]] = [[None] * count for _ in range(count)]
    for i in range(count):
        for j in range(count):
            if j > i:
                rows[i][j] = k.multiply(entry(i, j), k.number(0))
                continue
            total = entry(i, j)
            for m in range(j):
                total = k.subtract(total, k.multiply(rows[i][m], rows[j][m]))
            rows[i][j] = k.unary("sqrt", total) if i == j else k.divide(total, rows[j][j])
    lines = [k.concatenate([k.expand(x, -1) for x in r], -1, 1) for r in rows]
    return k.concatenate([k.expand(line, -2) for line in lines], -2, 2)


@dataclass(frozen=True, eq=False, repr=False)
class Converged(Expr):
    """A value known by a rule at two levels: `fine`, with the difference from `coarse` as its uncertainty in balls."""

    coarse: Expr
    fine: Expr

    def _shape(self) -> Shape:
        return self.fine.shape


#: how many times the difference of two levels is taken as the error, the least relative error, and the largest
#: relative difference that counts as converging (in bits)
SAFETY, LEAST, CONVERGING = 4, 140, 20
#: added to the size of a value, which may be zero by symmetry
TINY = 1e-6


@handles(Converged)
def _converged(ev: Evaluator, node: Converged, scope: Scope) -> Value:
    fine = scope.memo[node.fine]
    if not isinstance(ev.base, BallKernel):
        return fine
    watched = ev.base.vanished if isinstance(ev.base, WatchfulKernel) else False
    gap = ev.k.subtract(fine, scope.memo[node.coarse])
    value = ev.k.add(fine, _error(fine, gap, node.rank))
    if isinstance(ev.base, WatchfulKernel):
        # a mean of zero lies below the error of its rule: no term is lost by that
        ev.base.vanished = watched
    return value


def _error(fine: Value, gap: Value, rank: int) -> Value:
    """Balls around zero that hold the error of a rule, undefined where the two levels are far apart."""
    if isinstance(gap, Dual):
        same = isinstance(fine, Dual) and fine.level == gap.level
        value, change = (fine.value, fine.change) if same else (fine, gap.change)
        return Dual(gap.level, _error(value, gap.value, rank), _error(change, gap.change, rank))
    whole = plain(fine)
    axes = tuple(range(whole.ndim - rank, whole.ndim))
    largest = np.asarray(_SIZE(whole), dtype=float)
    largest = largest.max(axis=axes, keepdims=True) if rank else largest
    return np.asarray(_BALL(*np.broadcast_arrays(gap, largest)), dtype=object)


def _ball(gap: Any, largest: float) -> Any:
    if not gap.is_finite() or abs(gap) > largest * 2.0**-CONVERGING + TINY:
        return arb("nan")
    return arb(0, 1) * (abs(gap) * SAFETY + arb(largest + TINY) * arb(2) ** -LEAST)


_SIZE = np.frompyfunc(lambda x: float(abs(x).upper()) if x.is_finite() else 0.0, 1, 1)
_BALL = np.frompyfunc(_ball, 2, 1)
