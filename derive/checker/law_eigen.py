"""Eigenpairs as the referee finds them: `eigh` on the sampled matrix, refined in balls by Newton on S U = U diag(l).

Eigenvalues are in descending order and separated; signs of eigenvectors are random, so that no claim may rest on them.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from derive.checker.evaluate import Evaluator
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.checker.sampling import Points
from derive.checker.solver import BITS, Frame, System, refine
from derive.errors import EvaluationError
from derive.expr.facts import declared
from derive.expr.nodes import (
    Add,
    Apply,
    Dim,
    Expr,
    Filled,
    Index,
    Neg,
    Number,
    Product,
    Symbol,
    Transpose,
)

#: least relative distance of neighbouring eigenvalues
APART = 1e-4


def eigen(points: Points, symbol: Symbol, seed: int) -> Points:
    """The points with the value of one symbol that is an eigenvalue, an eigenvector, or all of them."""
    from derive.checker.laws import with_solved

    assert symbol.law is not None
    matrix, *rest = symbol.law.args
    if not isinstance(matrix, Expr) or matrix.rank != 2:
        raise EvaluationError(f"the law of {symbol!r} needs a matrix")
    chosen, values, vectors = _pairs(points, matrix, seed)
    found = _part(symbol, values, vectors, rest, points.sizes)
    return with_solved(chosen, {symbol: found})


def _pairs(points: Points, matrix: Expr, seed: int) -> tuple[Points, Any, Any]:
    """The points with separated eigenvalues, all eigenvalues (P, d) and eigenvectors as columns (P, d, d), as balls."""
    from derive.checker.ball_kernel import BallKernel, precision

    with np.errstate(all="ignore"):
        ev = Evaluator(NumpyKernel(), points.sizes, points.floats(), Plan((matrix,)))
        value = np.asarray(ev.value(matrix), dtype=float)
    d = value.shape[-1]
    value = np.broadcast_to(value.reshape((-1, d, d)), (points.count, d, d))
    if not np.allclose(value, np.swapaxes(value, 1, 2), rtol=1e-9, atol=1e-12):
        raise EvaluationError(f"{matrix!r} is not symmetric, so its eigenpairs are not sampled")
    values, vectors = np.linalg.eigh(value)
    values, vectors = values[:, ::-1], vectors[:, :, ::-1]
    gaps = -np.diff(values, axis=1)
    largest = np.abs(values).max(axis=1, keepdims=True) + 1e-300
    kept = np.flatnonzero((gaps > APART * largest).all(axis=1))
    if not len(kept):
        raise EvaluationError(f"the eigenvalues of {matrix!r} are not separated at any point")
    chosen = points.subset([int(i) for i in kept])
    signs = Random(f"signs {seed} {matrix!r}")
    flips = np.array([[signs.choice((-1.0, 1.0)) for _ in range(d)] for _ in kept])
    system, u, lam = _system(matrix)
    frame = Frame(system, points.sizes, chosen.floats(), points.realisation)
    start = frame.flat({u: vectors[kept] * flips[:, None, :], lam: values[kept]})
    with precision(BITS):
        exact = chosen.balls(BallKernel())
    balls, sure = refine(frame, start, exact)
    good = [int(i) for i in np.flatnonzero(sure)]
    split = frame.split(balls[good])
    return chosen.subset(good), split[lam], split[u]


def _system(matrix: Expr) -> tuple[System, Symbol, Symbol]:
    """S U - U diag(lambda) = 0 and diag(U^T U) = 1."""
    u = Symbol("eigenvectors'", matrix.shape)
    lam = Symbol("eigenvalues'", matrix.shape[:1])
    pair = Add((Product((matrix, u)), Neg(Product((u, Apply("diag", (lam,)))))))
    norms = Apply("diagonal", (Product((Transpose(u), u)),))
    unit = Add((norms, Neg(Filled("ones", matrix.shape[:1]))))
    return System.of((pair, unit), (u, lam)), u, lam


def _part(symbol: Symbol, values: Any, vectors: Any, rest: list[Any], sizes: dict[str, int]) -> Any:
    """What the law of a symbol names, of the symbol's shape (P, *dims)."""
    assert symbol.law is not None
    dims = tuple(s.value(sizes) for s in symbol.dims)
    kind = symbol.law.kind
    if kind in ("eigenvalue", "eigenvector") and not symbol.family:
        k = _position(rest[0] if rest else 1, sizes, values.shape[1])
        found = values[:, k] if kind == "eigenvalue" else vectors[:, :, k]
    elif kind in ("eigenvalue", "eigenvalues"):
        found = values[:, : dims[0]] if dims else values
        if len(dims) == 2 or declared(symbol.facts, "diagonal"):
            found = _diagonal(found)
    elif kind == "eigenvector":
        found = np.swapaxes(vectors, 1, 2)[:, : dims[0]]
    else:
        found = vectors[:, :, : dims[1]] if len(dims) == 2 else vectors
    if found.shape[1:] != dims:
        raise EvaluationError(f"{symbol!r} of size {dims} does not fit its law")
    return found


def _diagonal(values: Any) -> Any:
    from flint import arb

    count = values.shape[1]
    out = np.empty((*values.shape, count), dtype=object)
    out[...] = arb(0)
    for i in range(count):
        out[:, i, i] = values[:, i]
    return out


def _position(k: Any, sizes: dict[str, int], count: int) -> int:
    """The place, from 0, of the k-th largest."""
    if isinstance(k, Index):
        raise EvaluationError(f"the eigenpair of index {k.name} needs a family of symbols")
    if isinstance(k, Dim):
        k = k.size.value(sizes)
    if isinstance(k, Number):
        k = k.value
    place = Fraction(k) - 1
    if place.denominator != 1 or not 0 <= place < count:
        raise EvaluationError(f"there is no eigenvalue number {k} of {count}")
    return int(place)
