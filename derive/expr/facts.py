"""Facts about symbols, three-valued: what is declared, what follows from it, and what is not known.

A fact is `true`, `false` or unknown (`None`); unknown is never treated as true. Positive definite (`pd`) and positive
semidefinite (`psd`) are different facts. A `Law` ties a symbol to a premise (a minimiser of L, an eigenvector of S, a
random vector with a distribution), for which the checker has a sampler.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from derive.errors import UsageError


@dataclass(frozen=True, slots=True)
class Fact:
    """A property of a symbol; `bounds` only for `interval`: (lower, upper) as exact numbers or None, both open."""

    name: str
    bounds: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        if self.name not in FACTS:
            raise UsageError(f"unknown fact {self.name!r}; known facts: {', '.join(sorted(FACTS))}")


@dataclass(frozen=True, slots=True)
class Law:
    """A premise on a symbol: `kind` and its arguments (expressions, symbols, relations, names).

    minimiser(objective, variable), maximiser(...), stationary(objective, variable): a point for the variable;
    solves(relations, unknowns): the symbol is the unknown of the same name; eigenvalue(S, k), eigenvector(S, k),
    eigenvectors(S, k), eigenvalues(S): the k-th largest (an index, a number or a size), shared by one S;
    random(distribution name, parameters...): see `DISTRIBUTIONS`.
    """

    kind: str
    args: tuple[Any, ...] = ()


#: fact -> (meaning for messages, facts that it implies)
FACTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "real": ("real", ()),
    "nonzero": ("not zero", ("real",)),
    "nonnegative": ("every entry >= 0", ("real",)),
    "positive": ("every entry > 0", ("nonnegative", "nonzero")),
    "negative": ("every entry < 0", ("nonzero",)),
    "integer": ("every entry an integer", ("real",)),
    "natural": ("a positive integer", ("integer", "positive")),
    "count": ("an integer >= 0", ("integer", "nonnegative")),
    "probability": ("every entry in (0, 1)", ("positive",)),
    "interval": ("in an open interval", ("real",)),
    "binary": ("every entry 0 or 1", ("count",)),
    "sign": ("every entry -1 or 1", ("integer", "nonzero")),
    "simplex": ("positive entries that sum to one", ("probability", "sums_to_one")),
    "stochastic_rows": ("positive entries, rows sum to one", ("probability",)),
    "sums_to_one": ("entries sum to one", ("real",)),
    "rows_sum_to_one": ("rows sum to one", ("real",)),
    "one_hot": ("one entry 1, the others 0", ("binary", "sums_to_one")),
    "one_hot_rows": ("each row one-hot", ("binary", "rows_sum_to_one")),
    "unit_norm": ("Euclidean norm 1", ("nonzero",)),
    "symmetric": ("symmetric", ("square",)),
    "antisymmetric": ("antisymmetric", ("square",)),
    "psd": ("positive semidefinite", ("symmetric",)),
    "pd": ("positive definite", ("psd", "invertible")),
    "square": ("as many rows as columns", ()),
    "invertible": ("invertible", ("square",)),
    "orthogonal": ("orthogonal", ("orthonormal_columns", "invertible")),
    "orthonormal_columns": ("orthonormal columns", ("full_column_rank",)),
    "full_column_rank": ("full column rank", ()),
    "full_row_rank": ("full row rank", ()),
    "diagonal": ("diagonal", ("symmetric",)),
    "lower_triangular": ("lower triangular", ("square",)),
    "upper_triangular": ("upper triangular", ("square",)),
    "centred": ("columns sum to zero", ()),
    "zero_diagonal": ("zero diagonal", ("square",)),
    "total_one": ("entries sum to one in all", ("real",)),
    "distinct_eigenvalues": ("pairwise different eigenvalues", ("square",)),
    "finite_set": ("values of a finite set", ()),
    "zero_outside": ("zero where an index leaves its range", ()),
    "symmetric_entries": (
        "the entries on and above the diagonal are the variables",
        ("symmetric",),
    ),
}

#: facts that exclude each other
CONTRADICTIONS: tuple[tuple[str, str], ...] = (
    ("positive", "negative"),
    ("nonnegative", "negative"),
)

#: distribution -> names of its parameters; those of `any`, a law without a name, may be left out, and
#: the members of a symbol that is `iid` are independent copies of another random symbol; `subset` is
#: a vector of zeros and ones, all with the same number of ones alike
DISTRIBUTIONS: dict[str, tuple[str, ...]] = {
    "normal": ("mean", "covariance"),
    "bernoulli": ("probability",),
    "categorical": ("probabilities",),
    "uniform": ("lower", "upper"),
    "finite": ("values", "probabilities"),
    "any": ("mean", "variance"),
    "iid": ("symbol",),
    "subset": ("size",),
}


@cache
def implied(name: str) -> tuple[str, ...]:
    """The fact and everything that follows from it, in order of discovery."""
    found: dict[str, None] = {}
    queue = [name]
    while queue:
        fact = queue.pop()
        if fact not in found:
            found[fact] = None
            queue.extend(FACTS[fact][1])
    return tuple(found)


def declared(facts: tuple[Fact, ...], name: str) -> bool | None:
    """Whether the declared facts make `name` true, false, or leave it unknown."""
    closure = {fact for given in facts for fact in implied(given.name)}
    if name in closure:
        return True
    for a, b in CONTRADICTIONS:
        if (name == a and b in closure) or (name == b and a in closure):
            return False
    return None
