"""Expectations, integrals, limits and series replaced by sums that every kernel evaluates, for one choice of sizes.

The judge calls `expand` for each choice of sizes before it plans an evaluation. What a rule gives approximately becomes
a `Converged` node: in balls its uncertainty is the difference of two levels of the rule, so that the judge never takes
an error of quadrature for a counterexample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.checker.expectations import Setup, expectation
from derive.checker.integrals import integral, limit
from derive.checker.kinked_means import kinked_mean
from derive.checker.series import endless, series
from derive.checker.tables import Converged
from derive.expr.nodes import Add, Expectation, Expr, Integral, Limit
from derive.expr.walk import post_order, transform

KINDS = (Expectation, Integral, Limit)


def needs_expansion(*exprs: Expr) -> bool:
    """Whether an expectation, integral, limit or series occurs, also behind definitions."""
    return any(
        isinstance(node, KINDS) or endless(node)
        for e in exprs
        for node in post_order(e, into_definitions=True)
    )


def expand(
    exprs: Sequence[Expr], sizes: Mapping[str, int], seed: int = 0, level: int | None = None
) -> tuple[Expr, ...]:
    """The expressions with finite sums in place of expectations, integrals, limits and series, innermost first.

    With a `level` the rules are used at that level alone, and limits stay as they are."""

    def change(node: Expr) -> Expr | None:
        if not (isinstance(node, KINDS) or endless(node)):
            return None
        if level is not None and isinstance(node, Limit):
            return None
        if level is not None:
            return _expanded(node, Setup(sizes, level, seed))
        coarse, fine = Setup(sizes, 0, seed), Setup(sizes, 1, seed)
        first = _expanded(node, coarse)
        return first if coarse.exact else Converged(first, _expanded(node, fine))

    return tuple(transform(e, change, into_definitions=True) for e in exprs)


def _expanded(node: Expr, setup: Setup) -> Expr:
    if isinstance(node, Expectation):
        pieces = kinked_mean(node)
        if pieces is not None:
            return Add(tuple(integral(piece, setup) for piece in pieces))
        return expectation(node, setup)
    if isinstance(node, Integral):
        return integral(node, setup)
    if endless(node):
        return series(node, setup)
    assert isinstance(node, Limit)
    return limit(node, setup)
