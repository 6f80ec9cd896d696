r"""Conditions that zero always meets: `A w = \lambda w` holds of w = 0 for every lambda, and says nothing there.

Such conditions are met apart from zero where a vector in them has a length. Two lengths are tried, so that nothing
else is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.checker.verdicts import Verdict
from derive.derivation import Alternative
from derive.expr.nodes import Expr, Number, Product, Relation, Transpose
from derive.expr.walk import free_symbols

LENGTHS = (Fraction(7, 5), Fraction(11, 3))
#: entries below this are zero for the eye: `s > 0` is met there in the limit only
TINY = 1e-6


def of_some_length(
    other: Alternative, premises: tuple[Expr, ...]
) -> Iterator[list[tuple[Expr, ...]]]:
    """For each vector of the sides that the conditions speak of, the premises with each of its lengths."""
    inside = {s for premise in premises for s in free_symbols(premise)}
    sides = (*free_symbols(other.lhs), *free_symbols(other.rhs))
    for vector in dict.fromkeys(s for s in sides if s in inside and len(s.shape) == 1):
        square = Product((Transpose(vector), vector))
        yield [(*premises, Relation("=", square, Number(length))) for length in LENGTHS]


def at_an_edge(failed: Verdict) -> bool:
    """Whether a counterexample has entries that are all but zero, or there is none."""
    import numpy as np

    found = failed.counterexample
    if found is None:
        return True
    entries = np.concatenate([np.ravel(np.asarray(v, dtype=float)) for v in found.values.values()])
    return bool(((entries != 0) & (np.abs(entries) < TINY)).any())
