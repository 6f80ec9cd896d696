"""Exact random numbers and vectors: what the generators of all facts are made of.

A generator takes a `Draw` and returns float64 arrays whose entries are exact (dyadic rationals), or arrays of
`Fraction`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from derive.errors import EvaluationError

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


def weights(d: Draw, dims: tuple[int, ...], total: int) -> Any:
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
    return weights(d, d.dims, total) / total


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
