"""Points at which formulas are known to go wrong, and which random points never meet.

Zero, one and minus one, an array of equal entries, a unit vector, the identity, symbols that are equal, numbers that
the relation names, values far out and close to zero: each where the declared facts of the symbol allow it. Such a point
can refute a claim and show where a side has no value; it never supports one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

import numpy as np

from derive.checker.domains import bounds_of
from derive.checker.sampling import Points, sample
from derive.expr.facts import implied
from derive.expr.nodes import Expr, Number, Symbol

#: the most points, the most numbers of a relation that are tried, and the largest of them
MOST, NUMBERS, LARGEST_NUMBER = 56, 4, 10**9
#: powers of two by which random values are moved out and in
FAR = (10, 20, -20)
#: random points from which the other symbols take their values
BASES = 6
#: relative differences above these may be more than rounding
SEEN, SEEN_FAR_OUT = 1e-12, 1e-8
#: the most pairs of symbols that are made equal or opposite
PAIRS = 8

#: facts about single entries, and facts that a positive factor does not change
ENTRYWISE: dict[str, Callable[[Any], bool]] = {
    "real": lambda v: True,
    "nonzero": lambda v: bool((v != 0).all()),
    "nonnegative": lambda v: bool((v >= 0).all()),
    "positive": lambda v: bool((v > 0).all()),
    "negative": lambda v: bool((v < 0).all()),
    "integer": lambda v: bool((v == np.floor(v)).all()),
    "count": lambda v: bool((v >= 0).all()),
    "natural": lambda v: bool((v > 0).all()),
    "probability": lambda v: bool(((v > 0) & (v < 1)).all()),
    "interval": lambda v: True,
    "zero_outside": lambda v: True,
}
SCALABLE: dict[str, Callable[[Any], bool]] = {
    "square": lambda v: True,
    "symmetric": lambda v: bool((v == np.swapaxes(v, -1, -2)).all()),
    "symmetric_entries": lambda v: bool((v == np.swapaxes(v, -1, -2)).all()),
    "antisymmetric": lambda v: bool((v == -np.swapaxes(v, -1, -2)).all()),
    "diagonal": lambda v: bool((v * (1 - np.eye(v.shape[-1])) == 0).all()),
    "lower_triangular": lambda v: bool((np.triu(v, 1) == 0).all()),
    "upper_triangular": lambda v: bool((np.tril(v, -1) == 0).all()),
    "zero_diagonal": lambda v: bool((np.diagonal(v, axis1=-2, axis2=-1) == 0).all()),
    "psd": lambda v: SCALABLE["diagonal"](v) and bool((v >= 0).all()),
    "pd": lambda v: SCALABLE["psd"](v) and _rank(v) == v.shape[-1],
    "invertible": lambda v: _rank(v) == v.shape[-1],
    "full_column_rank": lambda v: v.ndim > 1 and _rank(v) == v.shape[-1],
    "full_row_rank": lambda v: v.ndim > 1 and _rank(v) == v.shape[-2],
    "centred": lambda v: bool((v.sum(axis=-1 if v.ndim == 1 else -2) == 0).all()),
}
#: of those, the facts that change of sign may break
SIGNED = {"psd", "pd"}


def _rank(v: Any) -> int:
    """The smallest rank of matrices of zeros and ones."""
    return int(np.min(np.linalg.matrix_rank(v)))


@dataclass(frozen=True)
class Special:
    """Points, and what is special about each; empty where a side without a value says nothing about the claim."""

    points: Points
    labels: tuple[str, ...]

    @cached_property
    def rounding(self) -> Any:
        """The relative differences that rounding may explain: larger far out, where more digits cancel."""
        return np.array([SEEN if label else SEEN_FAR_OUT for label in self.labels])

    def subset(self, chosen: Sequence[int]) -> Special:
        """Some of the points."""
        return Special(self.points.subset(chosen), tuple(self.labels[i] for i in chosen))


@dataclass(frozen=True, slots=True)
class Batch:
    """Random points, special ones where there are any, and all of them together."""

    points: Points
    special: Special | None
    together: Points

    @staticmethod
    def of(points: Points, special: Special | None) -> Batch:
        """The points with the special ones behind them."""
        return Batch(points, special, points.with_more([special.points]) if special else points)


@lru_cache(maxsize=64)
def free_batch(
    symbols: tuple[Symbol, ...],
    sizes: tuple[tuple[str, int], ...],
    count: int,
    seed: int,
    tangents: tuple[Symbol, ...],
    realisation: int,
    numbers: tuple[Fraction, ...],
) -> Batch:
    """The points of relations that put no condition on these symbols, which all share them."""
    points = sample(symbols, dict(sizes), count, seed, tangents=tangents, realisation=realisation)
    special = None
    if symbols:
        special = special_points(symbols, sizes, count, seed, tangents, realisation, numbers)
    return Batch.of(points, special)


def named_numbers(nodes: Sequence[Expr]) -> tuple[Fraction, ...]:
    """The numbers of a relation at which a symbol may be special, smallest first."""
    found = {abs(n.value): None for n in nodes if isinstance(n, Number)}
    listed = sorted(v for v in found if v not in (0, 1) and v <= LARGEST_NUMBER and _is_dyadic(v))
    return tuple(listed[:NUMBERS])


def _is_dyadic(value: Fraction) -> bool:
    return value.denominator & (value.denominator - 1) == 0 and value.denominator <= 2**40


@lru_cache(maxsize=1024)
def special_points(
    symbols: tuple[Symbol, ...],
    sizes: tuple[tuple[str, int], ...],
    count: int,
    seed: int,
    tangents: tuple[Symbol, ...] = (),
    realisation: int = 0,
    numbers: tuple[Fraction, ...] = (),
) -> Special | None:
    """Special values of some symbols, the others as at the first random points; None where there are none."""
    base = sample(symbols, dict(sizes), count, seed, tangents=tangents, realisation=realisation)
    rows: list[tuple[str, dict[Symbol, Any]]] = []
    for label, changed in _patterns(symbols, base, numbers):
        if changed:
            rows.append((label, changed))
        if len(rows) == MOST:
            break
    if not rows:
        return None
    picked = [i % min(BASES, base.count) for i in range(len(rows))]
    values = {}
    for symbol in symbols:
        own = base.values[symbol][picked]
        for row, (_, changed) in enumerate(rows):
            if symbol in changed:
                own[row] = changed[symbol]
        values[symbol] = own
    moved = {s: v[picked] for s, v in base.tangents.items()}
    points = Points(dict(sizes), len(rows), values, moved, realisation)
    return Special(points, tuple(label for label, _ in rows))


def _patterns(
    symbols: Sequence[Symbol], base: Points, numbers: Sequence[Fraction]
) -> Iterator[tuple[str, dict[Symbol, Any]]]:
    """What is special and the values that make it so, the most telling first."""
    plain = {s: _plain(s, base.values[s][0]) for s in symbols if _movable(s)}
    zero = {s: found["0"] for s, found in plain.items() if "0" in found}
    one = {s: found["1"] for s, found in plain.items() if "1" in found}
    if len(zero) > 1:
        yield _joined(zero, "0"), zero
    if len(one) > 1:
        yield _joined(one, "1"), one
    for s, found in plain.items():
        for label, value in found.items():
            yield f"{s.name} = {label}", {s: value}
    yield from islice(_equal(symbols, base), PAIRS)
    for s in plain:
        for value in _scaled(s, base.values[s]):
            yield "", {s: value}
    for s in plain:
        for value in _of_numbers(s, base.values[s][0], numbers) if not s.rank else ():
            yield f"{s.name} = {float(value):g}", {s: value}


def _joined(values: dict[Symbol, Any], label: str) -> str:
    return ", ".join(f"{s.name} = {label}" for s in values)


def _movable(symbol: Symbol) -> bool:
    """Whether every fact of a symbol can be verified on a special value."""
    names = {i for f in symbol.facts for i in implied(f.name)}
    return all(name in ENTRYWISE or name in SCALABLE for name in names)


def _allowed(symbol: Symbol, value: Any, scaled: bool = False) -> bool:
    """Whether a value has the declared facts; `scaled`: those that a factor leaves as they are need no look."""
    names = {i: None for f in symbol.facts for i in implied(f.name)}
    if not all(ENTRYWISE[n](value) for n in names if n in ENTRYWISE):
        return False
    lower, upper = bounds_of(symbol.facts)
    if (lower is not None and not (value > float(lower)).all()) or (
        upper is not None and not (value < float(upper)).all()
    ):
        return False
    return scaled or all(SCALABLE[n](value) for n in names if n in SCALABLE)


def allowed_values(symbol: Symbol, value: Any) -> bool:
    """Whether every declared fact of a symbol can be verified on a value, and holds."""
    return _movable(symbol) and _allowed(symbol, np.asarray(value, dtype=np.float64))


def _plain(symbol: Symbol, like: Any) -> dict[str, Any]:
    """Zero, one, minus one, the identity, a unit vector, and a value with one entry zero, where they are allowed."""
    like = np.asarray(like, dtype=np.float64)
    rank = symbol.rank - symbol.family
    found: dict[str, Any] = {"0": np.zeros(like.shape), "1": np.ones(like.shape)}
    if rank == 2 and like.shape[-1] == like.shape[-2]:
        found["I"] = np.broadcast_to(np.eye(like.shape[-1]), like.shape)
    if rank == 1 and like.shape[-1] > 1:
        found["e_1"] = np.broadcast_to(np.eye(like.shape[-1])[0], like.shape)
        holed = like.copy()
        holed[..., 0] = 0.0
        found["(0, ...)"] = holed
    found["-1"] = -np.ones(like.shape)
    return {label: v for label, v in found.items() if _allowed(symbol, v)}


def _of_numbers(symbol: Symbol, like: Any, numbers: Sequence[Fraction]) -> Iterator[Any]:
    for number in numbers:
        for value in (float(number), -float(number)):
            full = np.full(np.shape(like), value)
            if _allowed(symbol, full):
                yield full


def _scaled(symbol: Symbol, values: Any) -> Iterator[Any]:
    """A random value and its negative moved far out and close to zero, from the end of a half-open interval."""
    like = np.asarray(values[0], dtype=np.float64)
    lower, upper = bounds_of(symbol.facts)
    end = lower if lower is not None else upper
    start = 0.0 if end is None or end == -1 else float(end)
    sure = {i for f in symbol.facts for i in implied(f.name)}.isdisjoint(SIGNED)
    for power in FAR:
        factor = 2.0**power
        if "integer" in {i for f in symbol.facts for i in implied(f.name)} and power < 0:
            continue
        for sign in (1.0, -1.0) if sure else (1.0,):
            value = start + sign * factor * (like - start)
            if np.isfinite(value).all() and _allowed(symbol, value, scaled=True):
                yield value


def _equal(symbols: Sequence[Symbol], base: Points) -> Iterator[tuple[str, dict[Symbol, Any]]]:
    """Pairs of symbols with the same shape and facts, equal and opposite."""
    for position, first in enumerate(symbols):
        for other in symbols[position + 1 :]:
            if first.dims != other.dims or first.facts != other.facts:
                continue
            if base.values[first].dtype != base.values[other].dtype:
                continue
            value = base.values[first][0]
            yield f"{other.name} = {first.name}", {first: value, other: value}
            if _movable(other) and _allowed(other, np.negative(value)):
                yield f"{other.name} = -{first.name}", {first: value, other: np.negative(value)}
