"""Expectations, integrals and limits replaced by sums that every kernel evaluates, for one choice of sizes.

The judge calls `expand` for each choice of sizes before it plans an evaluation. Where a rule is not exact it calls it
at two levels, and decides only where they agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.checker.expectations import Setup, expectation
from derive.checker.integrals import integral, limit
from derive.expr.nodes import Expectation, Expr, Integral, Limit
from derive.expr.walk import post_order, transform

KINDS = (Expectation, Integral, Limit)


@dataclass(frozen=True, slots=True)
class Expanded:
    """Expressions without expectations, integrals and limits.

    `exact` is false if a quadrature rule or a limit stands in them, `balls_only` if float64 may not look at them."""

    exprs: tuple[Expr, ...]
    exact: bool = True
    balls_only: bool = False


def needs_expansion(*exprs: Expr) -> bool:
    """Whether an expectation, integral or limit occurs, also behind definitions."""
    return any(
        isinstance(node, KINDS) for e in exprs for node in post_order(e, into_definitions=True)
    )


def expand(
    exprs: tuple[Expr, ...], sizes: Mapping[str, int], level: int = 0, seed: int = 0
) -> Expanded:
    """The expressions with sums in place of expectations, integrals and limits, innermost first."""
    setup = Setup(sizes, level, seed)

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Expectation):
            return expectation(node, setup)
        if isinstance(node, Integral):
            return integral(node, setup)
        return limit(node, setup) if isinstance(node, Limit) else None

    done = tuple(transform(e, change, into_definitions=True) for e in exprs)
    return Expanded(done, setup.exact, setup.balls_only)
