"""Points that satisfy what is declared: sizes pairwise different, values exact, the same for the same seed.

The values of a symbol depend on its name, shape and facts, the sizes and the seed only, so that the relations
of a document
share them.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from math import prod
from random import Random
from typing import Any

import numpy as np

from derive.checker.domains import at_sizes, bounds_of, draw
from derive.checker.draws import Draw
from derive.errors import EvaluationError
from derive.expr.facts import declared
from derive.expr.nodes import Symbol

#: sizes for one, two, ... names: pairwise different, odd and even, larger first and smaller first
TEMPLATES: dict[int, tuple[tuple[int, ...], ...]] = {
    0: ((), (), ()),
    1: ((3,), (4,), (5,)),
    2: ((4, 3), (3, 5), (5, 2)),
    3: ((3, 4, 2), (4, 2, 5), (2, 5, 3)),
    4: ((3, 4, 2, 5), (4, 2, 5, 3), (2, 5, 3, 4)),
    5: ((3, 4, 2, 5, 6), (4, 2, 6, 3, 5), (2, 5, 3, 6, 4)),
}
#: more size symbols than this get sizes of at most 3
MANY = 6
#: the largest product of small sizes
LARGEST = 400
#: small assignments among which some are chosen
POOL = 200
#: the most entries that one symbol may have at a point
MOST_ENTRIES = 20_000

Allowed = Callable[[Mapping[str, int]], bool]


@dataclass(frozen=True)
class Points:
    """Values of symbols at `count` points: float64 arrays (P, *dims), and `Fraction` arrays where those are not
    exact.
    """

    sizes: dict[str, int]
    count: int
    values: dict[Symbol, Any]
    tangents: dict[Symbol, Any] = field(default_factory=dict)
    realisation: int = 0

    def floats(self, tangents: bool = False) -> dict[Symbol, Any]:
        """Arrays (P, 1, *dims) of float64, made once; not to be changed."""
        return self._tangent_floats if tangents else self._floats

    @cached_property
    def _floats(self) -> dict[Symbol, Any]:
        return {s: _with_tuples(np.asarray(v, dtype=np.float64)) for s, v in self.values.items()}

    @cached_property
    def _tangent_floats(self) -> dict[Symbol, Any]:
        return {s: _with_tuples(np.asarray(v, dtype=np.float64)) for s, v in self.tangents.items()}

    def balls(self, kernel: Any, tangents: bool = False) -> dict[Symbol, Any]:
        """Arrays (P, 1, *dims) of balls around the exact values."""
        source = self.tangents if tangents else self.values
        return {s: kernel.exact(_with_tuples(v)) for s, v in source.items()}

    def with_more(self, others: Sequence[Points]) -> Points:
        """These points and others of the same symbols."""
        parts = (self, *others)
        return replace(
            self,
            count=sum(p.count for p in parts),
            values={s: np.concatenate([p.values[s] for p in parts]) for s in self.values},
            tangents={s: np.concatenate([p.tangents[s] for p in parts]) for s in self.tangents},
        )

    def subset(self, chosen: Sequence[int]) -> Points:
        """Some of the points."""
        picked = list(chosen)
        return Points(
            self.sizes,
            len(picked),
            {s: v[picked] for s, v in self.values.items()},
            {s: v[picked] for s, v in self.tangents.items()} if self.tangents else {},
            self.realisation,
        )


def _with_tuples(v: Any) -> Any:
    return v.reshape((v.shape[0], 1, *v.shape[1:]))


def fits(symbols: Iterable[Symbol]) -> Allowed:
    """Whether sizes respect the facts: enough rows for full column rank, no size below 1."""
    listed = tuple(symbols)

    def allowed(sizes: Mapping[str, int]) -> bool:
        for symbol in listed:
            dims = [s.value(sizes) for s in symbol.dims]
            if any(d < 1 for d in dims) or int(np.prod(dims, dtype=object)) > MOST_ENTRIES:
                return False
            member = dims[symbol.family :]
            if len(member) == 2:
                if declared(symbol.facts, "full_column_rank") and member[0] < member[1]:
                    return False
                if declared(symbol.facts, "full_row_rank") and member[0] > member[1]:
                    return False
        return True

    return allowed


def choose_sizes(names: Sequence[str], allowed: Allowed, wanted: int = 3) -> list[dict[str, int]]:
    """`wanted` assignments of the size symbols that are allowed, the first ones pairwise different where possible."""
    names = sorted(names)
    found: list[dict[str, int]] = []
    if not names:
        return [{} for _ in range(3)]
    if len(names) > MANY:
        return _separating(names, allowed, wanted)
    for sizes in itertools.islice(_candidates(names), 4000):
        if sizes not in found and allowed(sizes):
            found.append(sizes)
            if len(found) == wanted:
                return found
    if not found:
        raise EvaluationError(f"no small sizes {', '.join(names)} fit what is declared")
    return [found[i % len(found)] for i in range(max(3, len(found)))]


def _separating(names: Sequence[str], allowed: Allowed, wanted: int) -> list[dict[str, int]]:
    """`wanted` small assignments, each the one that tells most of the names apart that the ones before do not."""
    pool = list(itertools.islice((s for s in _small(names) if allowed(s)), POOL))
    if not pool:
        raise EvaluationError(f"no small sizes {', '.join(names)} fit what is declared")
    alike = list(itertools.combinations(names, 2))
    found: list[dict[str, int]] = []
    while pool and len(found) < wanted:
        best = max(pool, key=lambda s: sum(s[a] != s[b] for a, b in alike))
        pool.remove(best)
        found.append(best)
        alike = [(a, b) for a, b in alike if best[a] == best[b]]
    return [found[i % len(found)] for i in range(max(3, len(found)))]


@lru_cache(maxsize=4096)
def sizes_for(
    names: tuple[str, ...], symbols: tuple[Symbol, ...], wanted: int
) -> list[dict[str, int]]:
    """`choose_sizes` for what the facts of some symbols allow; the result is shared, not to be changed."""
    return choose_sizes(names, fits(symbols), wanted)


def _candidates(names: Sequence[str]) -> Iterator[dict[str, int]]:
    count = len(names)
    if count > MANY:
        yield from _small(names)
        return
    for template in TEMPLATES.get(count, ()):
        yield dict(zip(names, template, strict=True))
    if count <= 5:
        pool: Iterable[tuple[int, ...]] = itertools.permutations(range(2, 8), count)
    else:
        pool = (tuple(2 + (i * step + 1) % 5 for i in range(count)) for step in (1, 2, 3, 4))
    for values in pool:
        yield dict(zip(names, values, strict=True))
    if count > 3:
        yield from _mixtures(names)
    for values in itertools.islice(itertools.product(range(1, 9), repeat=min(count, 6)), 3000):
        rest = [2] * (count - len(values))
        yield dict(zip(names, (*values, *rest), strict=True))


def _mixtures(names: Sequence[str]) -> Iterator[dict[str, int]]:
    """Sizes 1 to 5 in many mixtures, for names that premises tie to each other: with all sizes 1, to which counting up
    from the smallest would come first, most false claims hold."""
    count, random = len(names), Random(len(names))
    for _ in range(800):
        values = random.choices((1, 2, 3, 4, 5), weights=(1, 4, 4, 3, 2), k=count)
        if values.count(1) <= count // 3 and prod(values) <= 40 * 2**count:
            yield dict(zip(names, values, strict=True))


def _small(names: Sequence[str]) -> Iterator[dict[str, int]]:
    """Sizes 1 to 3 in many mixtures: a sum over many indices has as many terms as the product of their sizes."""
    count, random = len(names), Random(len(names))
    for _ in range(3000):
        values = random.choices((1, 2, 3), weights=(1, 3, 2), k=count)
        if values.count(1) <= count // 3 and prod(values) <= min(2**count, LARGEST):
            yield dict(zip(names, values, strict=True))


def smallest_sizes(names: Sequence[str], allowed: Allowed) -> Iterator[dict[str, int]]:
    """Allowed assignments from the smallest on, for counterexamples."""
    listed = sorted(names)
    if not listed:
        yield {}
        return
    options = sorted(
        itertools.product(range(1, 4), repeat=min(len(listed), 4)), key=lambda v: (sum(v), v)
    )
    for values in options:
        sizes = dict(zip(listed, (*values, *([2] * (len(listed) - len(values)))), strict=True))
        if allowed(sizes):
            yield sizes
    if len(listed) > MANY:
        yield from (sizes for sizes in _small(listed) if allowed(sizes))


@lru_cache(maxsize=4096)
def _drawn(
    symbol: Symbol, dims: tuple[int, ...], count: int, seed: int, plain: bool, role: str
) -> Any:
    key = f"{symbol.name}|{symbol.dims}|{[(f.name, f.bounds) for f in symbol.facts]}|{dims}|{plain}|{role}"
    rng = np.random.default_rng([seed, zlib.crc32(key.encode())])
    facts = symbol.facts if role == "value" else _tangent_facts(symbol)
    request = Draw(count, dims, rng, bounds_of(facts), plain)
    if symbol.family and role == "value":
        return _family(symbol, request)
    return draw(facts, request)


def _family(symbol: Symbol, request: Draw) -> Any:
    """Members drawn one by one, each as a value of the member's shape."""
    lead = request.dims[: symbol.family]
    many = int(np.prod(lead))
    member = request.dims[symbol.family :]
    one = replace(request, dims=member)
    parts = [draw(symbol.facts, one) for _ in range(many)]
    return np.stack(parts, axis=1).reshape((request.points, *lead, *member))


def _tangent_facts(symbol: Symbol) -> tuple[Any, ...]:
    linear = {
        "symmetric",
        "antisymmetric",
        "diagonal",
        "lower_triangular",
        "upper_triangular",
        "zero_diagonal",
        "centred",
    }
    from derive.expr.facts import Fact

    if declared(symbol.facts, "symmetric") and not declared(symbol.facts, "diagonal"):
        return (Fact("symmetric"),)
    return tuple(f for f in symbol.facts if f.name in linear)


def sample(
    symbols: Sequence[Symbol],
    sizes: dict[str, int],
    count: int,
    seed: int,
    *,
    tangents: Sequence[Symbol] = (),
    realisation: int = 0,
    plain: bool = False,
) -> Points:
    """`count` points for free symbols at given sizes; `plain` asks for small integers where the facts allow."""

    def values(symbol: Symbol, role: str) -> Any:
        dims = tuple(s.value(sizes) for s in symbol.dims)
        if any(d < 0 for d in dims) or int(np.prod(dims, dtype=object)) > MOST_ENTRIES:
            raise EvaluationError(f"{symbol.name} of size {dims} cannot be sampled")
        facts = at_sizes(symbol.facts, sizes)
        drawn = symbol if facts is symbol.facts else replace(symbol, facts=facts)
        return _drawn(drawn, dims, count, seed, plain, role)

    return Points(
        dict(sizes),
        count,
        {s: values(s, "value") for s in symbols},
        {s: values(s, "tangent") for s in tangents},
        realisation,
    )


def joined(parts: Sequence[Points]) -> Points:
    """Several sets of points as one."""
    return parts[0] if len(parts) == 1 else parts[0].with_more(parts[1:])


def satisfies(symbol: Symbol, values: Any) -> Any:
    """For each point, whether solved values have the signs and bounds that are declared."""
    flat = np.asarray(values, dtype=np.float64).reshape(len(values), -1)
    kept = np.isfinite(flat).all(axis=1)
    lower, upper = bounds_of(symbol.facts) if symbol.facts else (None, None)
    if lower is not None:
        kept &= (flat > float(lower)).all(axis=1)
    if upper is not None:
        kept &= (flat < float(upper)).all(axis=1)
    if declared(symbol.facts, "probability"):
        kept &= ((flat > 0) & (flat < 1)).all(axis=1)
    if declared(symbol.facts, "nonnegative"):  # the bound above is that of integers
        kept &= (flat >= 0).all(axis=1)
    if declared(symbol.facts, "nonzero"):
        kept &= (flat != 0).all(axis=1)
    return kept
