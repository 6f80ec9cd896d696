"""Exact random matrices: symmetric, definite, orthogonal, triangular, centred, joint probabilities."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derive.checker.draws import Draw, positive, real, sign, weights
from derive.errors import EvaluationError


def symmetric(d: Draw) -> Any:
    values = real(d)
    upper = np.triu(values)
    return upper + np.swapaxes(np.triu(values, 1), -1, -2)


def positive_symmetric(d: Draw) -> Any:
    upper = np.triu(positive(d))
    return upper + np.swapaxes(np.triu(upper, 1), -1, -2)


def antisymmetric(d: Draw) -> Any:
    upper = np.triu(real(d), 1)
    return upper - np.swapaxes(upper, -1, -2)


def _coarse(d: Draw) -> Any:
    return d.rng.integers(-8, 9, size=d.shape) / 8.0


def pd(d: Draw) -> Any:
    """B B^T + c I on a coarse grid: symmetric to the last bit, of general eigenvectors."""
    n = d.dims[-1]
    shape = (d.points,) + (1,) * len(d.dims)
    b = d.rng.integers(-1, 2, size=d.shape).astype(float) if d.plain else _coarse(d)
    shift = np.ones(shape) if d.plain else d.rng.choice([0.25, 0.5, 1.0, 2.0], size=shape)
    value = b @ np.swapaxes(b, -1, -2) + shift * np.eye(n)
    scale = np.where(d.scales() >= 4, 4.0, np.where(d.scales() < 0.25, 0.25, 1.0))
    return value * scale


def psd(d: Draw) -> Any:
    """B B^T; singular for some points."""
    b = _coarse(d)
    if d.dims[-1] > 1:
        singular = (np.arange(d.points) % 3 == 1).reshape((-1,) + (1,) * len(d.dims))
        b = np.where(singular & (np.arange(d.dims[-1]) == 0), 0.0, b)
    return b @ np.swapaxes(b, -1, -2)


def diagonal(d: Draw) -> Any:
    return real(d) * np.eye(d.dims[-1])


def positive_diagonal(d: Draw) -> Any:
    return positive(d) * np.eye(d.dims[-1])


def lower_triangular(d: Draw) -> Any:
    return np.tril(real(d))


def upper_triangular(d: Draw) -> Any:
    return np.triu(real(d))


def zero_diagonal(d: Draw) -> Any:
    return real(d) * (1.0 - np.eye(d.dims[-1]))


def zero_diagonal_symmetric(d: Draw) -> Any:
    return symmetric(d) * (1.0 - np.eye(d.dims[-1]))


def zero_diagonal_nonnegative(d: Draw) -> Any:
    return positive(d) * (1.0 - np.eye(d.dims[-1]))


def zero_diagonal_symmetric_nonnegative(d: Draw) -> Any:
    upper = np.triu(positive(d), 1)
    return upper + np.swapaxes(upper, -1, -2)


def joint_probabilities(d: Draw) -> Any:
    """Nonnegative entries off the diagonal with sum one in all."""
    n = d.dims[-1]
    off = [i for i in range(n * n) if i // n != i % n]
    lead = d.dims[:-2]
    shares = weights(d, (*lead, len(off)), 1024) / 1024.0
    values = np.zeros((d.points, *lead, n * n))
    values[..., off] = shares
    return values.reshape(d.shape)


def symmetric_joint_probabilities(d: Draw) -> Any:
    """Symmetric, nonnegative, zero diagonal, sum one in all (as in t-SNE)."""
    n = d.dims[-1]
    lead = d.dims[:-2]
    rows, columns = np.triu_indices(n, 1)
    shares = weights(d, (*lead, len(rows)), 1024) / 2048.0
    values = np.zeros(d.shape)
    values[..., rows, columns] = shares
    return values + np.swapaxes(values, -1, -2)


def all_weights(d: Draw) -> Any:
    """Positive entries with sum one in all."""
    many = int(np.prod(d.dims))
    return (weights(d, (many,), 4096) / 4096.0).reshape(d.shape)


def total_one(d: Draw) -> Any:
    values = real(d)
    flat = values.reshape(d.points, -1)
    flat[:, -1] = 1.0 - flat[:, :-1].sum(axis=-1)
    return values


def centred(d: Draw) -> Any:
    """Columns (the entries of a vector) sum to zero."""
    axis = -1 if len(d.dims) == 1 else -2
    values = real(d)
    total = values.sum(axis=axis, keepdims=True)
    last = np.take(values, [-1], axis=axis) - total
    rest = np.take(values, range(values.shape[axis] - 1), axis=axis)
    return np.concatenate([rest, last], axis=axis)


def full_column_rank(d: Draw) -> Any:
    """A general matrix; general position has full rank, which the tests and the balls confirm."""
    if len(d.dims) >= 2 and d.dims[-2] < d.dims[-1]:
        raise EvaluationError(f"a {d.dims[-2]} x {d.dims[-1]} matrix has no full column rank")
    return real(d)


def full_row_rank(d: Draw) -> Any:
    if len(d.dims) >= 2 and d.dims[-2] > d.dims[-1]:
        raise EvaluationError(f"a {d.dims[-2]} x {d.dims[-1]} matrix has no full row rank")
    return real(d)


def unit_norm(d: Draw) -> Any:
    """Rational unit vectors by stereographic projection: (2 t, |t|^2 - 1) / (|t|^2 + 1), signs and places shuffled."""
    if not d.dims:
        return sign(d).astype(object)
    length = d.dims[-1]
    lead = (d.points, *d.dims[:-1])
    out = np.empty((int(np.prod(lead)), length), dtype=object)
    for i in range(len(out)):
        t = [Fraction(int(v), 4) for v in d.rng.integers(-7, 8, size=length - 1)]
        t = [v or Fraction(1, 4) for v in t]
        square = sum((v * v for v in t), Fraction(0))
        entries = [2 * v / (square + 1) for v in t] + [(square - 1) / (square + 1)]
        if length == 1:
            entries = [Fraction(1)]
        order = d.rng.permutation(length)
        flip = int(d.rng.choice([-1, 1]))
        out[i] = [entries[j] * flip for j in order]
    return out.reshape((*lead, length))


def orthogonal(d: Draw) -> Any:
    """(I - S)^-1 (I + S) D with S antisymmetric and random signs D: both determinants, not symmetric."""
    n = d.dims[-1]
    lead = (d.points, *d.dims[:-2])
    out = np.empty((int(np.prod(lead)), n, n), dtype=object)
    for i in range(len(out)):
        out[i] = _cayley(n, d.rng)
    return out.reshape((*lead, n, n))


def _cayley(n: int, rng: np.random.Generator) -> Any:
    import flint

    upper = {}
    for i in range(n):
        for j in range(i + 1, n):
            upper[i, j] = flint.fmpq(int(rng.choice([-3, -2, -1, 1, 2, 3])), 2)
    entries = [
        upper[i, j] if i < j else -upper[j, i] if j < i else flint.fmpq(0)
        for i in range(n)
        for j in range(n)
    ]
    s = flint.fmpq_mat(n, n, entries)
    one = flint.fmpq_mat(n, n, [flint.fmpq(int(i == j)) for i in range(n) for j in range(n)])
    q = (one - s).inv() * (one + s)
    signs = [int(v) for v in rng.choice([-1, 1], size=n)]
    out = np.empty((n, n), dtype=object)
    for i in range(n):
        for j in range(n):
            value = q[i, j]
            out[i, j] = Fraction(int(value.p), int(value.q)) * signs[j]
    return out


def orthonormal_columns(d: Draw) -> Any:
    """Columns of an orthogonal matrix."""
    if len(d.dims) < 2:
        return unit_norm(d)
    n, k = d.dims[-2:]
    if n < k:
        raise EvaluationError(f"a {n} x {k} matrix has no orthonormal columns")
    square = orthogonal(Draw(d.points, (*d.dims[:-1], n), d.rng))
    return square[..., :k]
