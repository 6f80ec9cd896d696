"""Exact random values for every declared fact, and nothing more than the fact grants.

A generator returns float64 arrays whose entries are exact (dyadic rationals), or arrays of `Fraction` where the domain has no
dyadic points in general position (orthogonal matrices, unit vectors). Combinations of facts without a generator raise
`EvaluationError`; no value is ever rounded into a domain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from derive.errors import EvaluationError
from derive.expr.facts import FACTS, Fact, implied

#: scale of each point; the first ones are also decided in balls
SCALES = (1.0, 1.0, 0.25, 4.0, 16.0, 1.0, 0.0625, 4.0, 0.25, 16.0)
GRID = 2.0**-10


@dataclass(frozen=True, slots=True)
class Draw:
    """A request: number of points, shape of one value, axes that count family members, random state."""

    points: int
    dims: tuple[int, ...]
    rng: np.random.Generator
    bounds: tuple[Any, ...] = ()
    plain: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.points, *self.dims)

    def scales(self) -> Any:
        """One scale for each point, along the first axis."""
        if self.plain:
            return np.ones((self.points,) + (1,) * len(self.dims))
        base = np.array([SCALES[i % len(SCALES)] for i in range(self.points)])
        mixed = self.rng.choice([1.0, 1.0, 1.0, 0.25, 4.0], size=self.points)
        mixed[:2] = 1.0
        return (base * mixed).reshape((-1,) + (1,) * len(self.dims))

    def magnitudes(self) -> Any:
        """Positive numbers around 1 on a dyadic grid, never zero; small integers for plain points."""
        if self.plain:
            return self.rng.integers(1, 4, size=self.shape).astype(float)
        return self.rng.integers(300, 2200, size=self.shape) * GRID

    def signs(self) -> Any:
        """Random signs; among the first points also all positive, all negative, and patterns of few entries."""
        signs = self.rng.choice([-1.0, 1.0], size=self.shape)
        entries = int(np.prod(self.dims)) if self.dims else 1
        if entries <= 3 and not self.plain and self.points >= 8:
            flat = signs.reshape(self.points, entries)
            for p in range(2, self.points):
                pattern = (p + int(self.rng.integers(0, 2))) if p % 2 else p // 2
                flat[p] = [1.0 if (pattern >> e) & 1 else -1.0 for e in range(entries)]
        elif self.points >= 8:
            signs[3], signs[4] = 1.0, -1.0
        return signs


Generator = Callable[[Draw], Any]


def real(d: Draw) -> Any:
    return d.signs() * d.magnitudes() * d.scales()


def positive(d: Draw) -> Any:
    return d.magnitudes() * d.scales()


def nonnegative(d: Draw) -> Any:
    values = positive(d)
    if values[0].size > 1:
        hidden = d.rng.random(d.shape) < 0.1
        hidden[:2] = False
        values = np.where(hidden, 0.0, values)
    return values


def negative(d: Draw) -> Any:
    return -positive(d)


def integer(d: Draw) -> Any:
    reach = 3 if d.plain else 9
    values = d.rng.integers(-reach, reach + 1, size=d.shape).astype(float)
    return values


def nonzero_integer(d: Draw) -> Any:
    return d.rng.choice([-1.0, 1.0], size=d.shape) * natural(d)


def natural(d: Draw) -> Any:
    return d.rng.integers(1, 4 if d.plain else 10, size=d.shape).astype(float)


def count(d: Draw) -> Any:
    return d.rng.integers(0, 4 if d.plain else 10, size=d.shape).astype(float)


def binary(d: Draw) -> Any:
    values = d.rng.integers(0, 2, size=d.shape).astype(float)
    if not d.dims and d.points > 1:
        values[0], values[1] = 0.0, 1.0
    return values


def sign(d: Draw) -> Any:
    return 2.0 * binary(d) - 1.0


def probability(d: Draw) -> Any:
    return d.rng.integers(1, 4 if d.plain else 256, size=d.shape) / (4.0 if d.plain else 256.0)


def interval(d: Draw) -> Any:
    """Dyadic points strictly inside (lower, upper), clustered near both ends for some points."""
    lower, upper = (None if b is None else Fraction(b) for b in d.bounds)
    if lower is None and upper is None:
        return real(d)
    if upper is None:
        return _outward(d, lower, 1.0)
    if lower is None:
        return _outward(d, upper, -1.0)
    share = d.rng.integers(1, 1024, size=d.shape) / 1024.0
    if not d.plain:
        ends = d.rng.random(d.shape) < 0.15
        ends[:2] = False
        share = np.where(
            ends, np.where(share < 0.5, share / 64.0, 1.0 - (1.0 - share) / 64.0), share
        )
    values = float(lower) + share * (float(upper) - float(lower))
    inside = np.vectorize(lambda v: lower < Fraction(v) < upper, otypes=[bool])(values)
    if not inside.all():
        middle = float((lower + upper) / 2)
        if not lower < Fraction(middle) < upper:
            raise EvaluationError(f"the interval ({lower}, {upper}) has no float64 inside")
        values = np.where(inside, values, middle)
    return values


def _outward(d: Draw, end: Fraction | None, direction: float) -> Any:
    assert end is not None
    values = float(end) + direction * positive(d)
    safe = np.vectorize(lambda v: (Fraction(v) - end) * int(direction) > 0, otypes=[bool])(values)
    if not safe.all():
        raise EvaluationError(f"cannot place points beside {end}")
    return values


def _weights(d: Draw, dims: tuple[int, ...], total: int) -> Any:
    """Positive integers along the last axis with sum `total`, in general position."""
    length = dims[-1]
    if length < 1:
        raise EvaluationError("no entry to carry the sum one")
    if length > total // 4:
        raise EvaluationError(f"a simplex of {length} entries is too large")
    shape = (d.points, *dims)
    if length == 1:
        return np.full(shape, float(total))
    spare = total - length
    cuts = np.sort(d.rng.integers(0, spare + 1, size=(*shape[:-1], length - 1)), axis=-1)
    ends = np.concatenate(
        [np.zeros((*shape[:-1], 1), int), cuts, np.full((*shape[:-1], 1), spare)], axis=-1
    )
    return (np.diff(ends, axis=-1) + 1).astype(float)


def simplex(d: Draw) -> Any:
    total = 64 if d.plain and d.dims[-1] <= 8 else 1024
    return _weights(d, d.dims, total) / total


def stochastic_rows(d: Draw) -> Any:
    return simplex(d)


def sums_to_one(d: Draw) -> Any:
    values = real(d)
    values[..., -1] = 1.0 - values[..., :-1].sum(axis=-1)
    return values


def one_hot(d: Draw) -> Any:
    if not d.dims:
        raise EvaluationError("a one-hot scalar has no sample")
    position = d.rng.integers(0, d.dims[-1], size=d.shape[:-1])
    return (position[..., None] == np.arange(d.dims[-1])).astype(float)


def symmetric(d: Draw) -> Any:
    values = real(d)
    upper = np.triu(values)
    return upper + np.swapaxes(np.triu(values, 1), -1, -2)


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
    weights = _weights(d, (*lead, len(off)), 1024) / 1024.0
    values = np.zeros((d.points, *lead, n * n))
    values[..., off] = weights
    return values.reshape(d.shape)


def symmetric_joint_probabilities(d: Draw) -> Any:
    """Symmetric, nonnegative, zero diagonal, sum one in all (as in t-SNE)."""
    n = d.dims[-1]
    lead = d.dims[:-2]
    rows, columns = np.triu_indices(n, 1)
    weights = _weights(d, (*lead, len(rows)), 1024) / 2048.0
    values = np.zeros(d.shape)
    values[..., rows, columns] = weights
    return values + np.swapaxes(values, -1, -2)


def all_weights(d: Draw) -> Any:
    """Positive entries with sum one in all."""
    many = int(np.prod(d.dims))
    return (_weights(d, (many,), 4096) / 4096.0).reshape(d.shape)


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


#: the facts left after dropping what others imply, sorted -> generator
GENERATORS: dict[frozenset[str], Generator] = {
    frozenset(names.split()): generator
    for names, generator in {
        "": real,
        "real": real,
        "nonzero": real,
        "nonnegative": nonnegative,
        "nonnegative nonzero": positive,
        "positive": positive,
        "negative": negative,
        "integer": integer,
        "integer nonzero": nonzero_integer,
        "natural": natural,
        "integer positive": natural,
        "count": count,
        "integer nonnegative": count,
        "probability": probability,
        "interval": interval,
        "binary": binary,
        "sign": sign,
        "simplex": simplex,
        "sums_to_one": sums_to_one,
        "positive sums_to_one": simplex,
        "nonnegative sums_to_one": simplex,
        "probability sums_to_one": simplex,
        "stochastic_rows": stochastic_rows,
        "rows_sum_to_one": sums_to_one,
        "nonnegative rows_sum_to_one": stochastic_rows,
        "positive rows_sum_to_one": stochastic_rows,
        "one_hot": one_hot,
        "one_hot_rows": one_hot,
        "unit_norm": unit_norm,
        "symmetric": symmetric,
        "symmetric_entries": symmetric,
        "invertible symmetric": symmetric,
        "antisymmetric": antisymmetric,
        "pd": pd,
        "psd": psd,
        "square": real,
        "invertible": real,
        "orthogonal": orthogonal,
        "orthonormal_columns": orthonormal_columns,
        "full_column_rank": full_column_rank,
        "full_row_rank": full_row_rank,
        "diagonal": diagonal,
        "diagonal invertible": diagonal,
        "diagonal pd": positive_diagonal,
        "diagonal positive": positive_diagonal,
        "diagonal nonnegative": positive_diagonal,
        "lower_triangular": lower_triangular,
        "upper_triangular": upper_triangular,
        "invertible lower_triangular": lower_triangular,
        "invertible upper_triangular": upper_triangular,
        "centred": centred,
        "zero_diagonal": zero_diagonal,
        "symmetric zero_diagonal": zero_diagonal_symmetric,
        "nonnegative zero_diagonal": zero_diagonal_nonnegative,
        "nonnegative symmetric zero_diagonal": zero_diagonal_symmetric_nonnegative,
        "nonnegative total_one zero_diagonal": joint_probabilities,
        "nonnegative symmetric total_one zero_diagonal": symmetric_joint_probabilities,
        "nonnegative total_one": all_weights,
        "positive total_one": all_weights,
        "total_one": total_one,
        "distinct_eigenvalues": real,
        "distinct_eigenvalues symmetric": symmetric,
        "distinct_eigenvalues pd": pd,
    }.items()
}

#: facts that general position grants without more
GENERAL = {"real", "square"}


def reduced(facts: tuple[Fact, ...]) -> frozenset[str]:
    """The declared facts without those that others imply and those that hold in general position."""
    names = {f.name for f in facts}
    followed = {i for name in names for i in implied(name)[1:]}
    left = names - followed
    return frozenset(left - GENERAL) if left - GENERAL else frozenset()


#: facts that may stand beside an interval: what they add
WITH_INTERVAL = {"integer", "count", "natural", "positive", "nonnegative", "negative", "nonzero"}


def bounds_of(facts: tuple[Fact, ...]) -> tuple[Any, ...]:
    """The values of a finite set, or the intersection of the declared intervals and signs as (lower, upper)."""
    for fact in facts:
        if fact.name == "finite_set":
            return fact.bounds
    lower: Fraction | None = None
    upper: Fraction | None = None
    names = {i for f in facts for i in implied(f.name)}
    if names & {"positive", "nonnegative"}:
        lower = Fraction(0) if "positive" in names else Fraction(-1)
    if "negative" in names:
        upper = Fraction(0)
    for fact in facts:
        if fact.name != "interval":
            continue
        low, high = (None if b is None else Fraction(b) for b in fact.bounds)
        lower = low if lower is None or (low is not None and low > lower) else lower
        upper = high if upper is None or (high is not None and high < upper) else upper
    return (lower, upper)


def integer_interval(d: Draw) -> Any:
    """Integers strictly inside (lower, upper)."""
    low = None if d.bounds[0] is None else int(np.floor(float(d.bounds[0]))) + 1
    high = None if d.bounds[1] is None else int(np.ceil(float(d.bounds[1]))) - 1
    low = (high - 9 if high is not None else 0) if low is None else low
    high = low + 9 if high is None else high
    if high < low:
        raise EvaluationError(f"there is no integer between {d.bounds[0]} and {d.bounds[1]}")
    return d.rng.integers(low, high + 1, size=d.shape).astype(float)


def generator(facts: tuple[Fact, ...]) -> Generator:
    """The generator of a set of facts, or an `EvaluationError` that names the combination."""
    left = reduced(facts)
    if "interval" in left and left - {"interval"} <= WITH_INTERVAL:
        if left & {"integer", "count", "natural"}:
            return integer_interval
        if "nonnegative" not in left:
            return interval
    found = GENERATORS.get(left)
    if found is None:
        listed = ", ".join(FACTS[name][0] for name in sorted(left))
        raise EvaluationError(f"no sample of a symbol that is at once {listed}")
    return found


def draw(facts: tuple[Fact, ...], d: Draw) -> Any:
    """Values for a symbol with these facts; a matrix on a simplex or of unit norm is taken as one long vector."""
    make = generator(facts)
    if make is simplex and len(d.dims) > 1:
        make = all_weights
    return make(d)


def finite_set(d: Draw) -> Any:
    """Values of a declared finite set of rationals."""
    values = [Fraction(b) for b in d.bounds]
    if not values:
        raise EvaluationError("a finite set without values has no sample")
    chosen = d.rng.integers(0, len(values), size=d.shape)
    out = np.empty(d.shape, dtype=object)
    out[...] = np.array(values, dtype=object)[chosen]
    return out


GENERATORS[frozenset({"finite_set"})] = finite_set
