"""Which generator makes the values of a declared combination of facts, and nothing more than the facts grant.

Combinations of facts without a generator raise `EvaluationError`; no value is ever rounded into a domain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.checker.draws import (
    Draw,
    binary,
    count,
    integer,
    interval,
    natural,
    negative,
    nonnegative,
    nonzero_integer,
    one_hot,
    positive,
    probability,
    real,
    sign,
    simplex,
    stochastic_rows,
    sums_to_one,
)
from derive.checker.draws_matrix import (
    all_weights,
    antisymmetric,
    centred,
    diagonal,
    full_column_rank,
    full_row_rank,
    joint_probabilities,
    lower_triangular,
    orthogonal,
    orthonormal_columns,
    pd,
    positive_diagonal,
    positive_symmetric,
    psd,
    symmetric,
    symmetric_joint_probabilities,
    total_one,
    unit_norm,
    upper_triangular,
    zero_diagonal,
    zero_diagonal_nonnegative,
    zero_diagonal_symmetric,
    zero_diagonal_symmetric_nonnegative,
)
from derive.errors import EvaluationError
from derive.expr.facts import FACTS, Fact, implied
from derive.expr.sizes import Size

Generator = Callable[[Draw], Any]

#: the facts left after dropping what others imply, sorted -> generator;
#: beside a zero diagonal a sign is said of the other entries
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
        "count positive": natural,
        "count nonzero": natural,
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
        "nonnegative symmetric": positive_symmetric,
        "positive symmetric": positive_symmetric,
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
        "positive zero_diagonal": zero_diagonal_nonnegative,
        "positive symmetric zero_diagonal": zero_diagonal_symmetric_nonnegative,
        "positive total_one zero_diagonal": joint_probabilities,
        "positive symmetric total_one zero_diagonal": symmetric_joint_probabilities,
        "nonnegative total_one zero_diagonal": joint_probabilities,
        "nonnegative symmetric total_one zero_diagonal": symmetric_joint_probabilities,
        "symmetric total_one zero_diagonal": symmetric_joint_probabilities,
        "total_one zero_diagonal": joint_probabilities,
        "nonnegative total_one": all_weights,
        "positive total_one": all_weights,
        "total_one": total_one,
        "distinct_eigenvalues": real,
        "distinct_eigenvalues symmetric": symmetric,
        "distinct_eigenvalues pd": pd,
    }.items()
}

#: facts that general position grants without more
GENERAL = {"real", "square", "zero_outside"}


def reduced(facts: tuple[Fact, ...]) -> frozenset[str]:
    """The declared facts without those that others imply and those that hold in general position."""
    names = {f.name for f in facts}
    followed = {i for name in names for i in implied(name)[1:]}
    left = names - followed
    return frozenset(left - GENERAL) if left - GENERAL else frozenset()


#: facts that may stand beside an interval: what they add
WITH_INTERVAL = {"integer", "count", "natural", "positive", "nonnegative", "negative", "nonzero"}


def bounds_of(facts: tuple[Fact, ...]) -> tuple[Any, ...]:
    """The values of a finite set, or the intersection of the declared intervals and signs as (lower, upper).

    A bound that is a size counts as at its smallest; a draw at given sizes takes the facts of `at_sizes`.
    """
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
        low, high = (
            None if b is None else Fraction(_smallest(b) if isinstance(b, Size) else b)
            for b in fact.bounds
        )
        lower = low if lower is None or (low is not None and low > lower) else lower
        upper = high if upper is None or (high is not None and high < upper) else upper
    return (lower, upper)


def _smallest(size: Size) -> int:
    return size.value(dict.fromkeys(size.names, 1))


def at_sizes(facts: tuple[Fact, ...], sizes: Mapping[str, int]) -> tuple[Fact, ...]:
    r"""The facts with numbers for bounds that are sizes: labels in `\{1, \dots, K\}`.

    A size that no shape or sum has can be as large as one likes, and is no bound.
    """

    def number(value: Any) -> Any:
        if not isinstance(value, Size):
            return value
        return value.value(sizes) if set(value.names) <= set(sizes) else None

    if not any(isinstance(b, Size) for f in facts for b in f.bounds):
        return facts
    return tuple(replace(f, bounds=tuple(map(number, f.bounds))) for f in facts)


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
