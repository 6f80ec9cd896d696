"""Expectations, variances, integrals and limits, as they are written in Python."""

from __future__ import annotations

from derive.errors import UsageError
from derive.expr.core import ExprLike, Symbol, as_expr
from derive.expr.nodes import Expectation, Integral, Limit


def expectation(body: ExprLike, *over: Symbol) -> Expectation:
    """E[body] over random symbols, whose laws name their distributions; several symbols are independent."""
    return Expectation("E", (as_expr(body),), _random(over))


def variance(body: ExprLike, *over: Symbol) -> Expectation:
    """Var[body]: a number for a scalar, the covariance matrix of a vector."""
    return Expectation("Var", (as_expr(body),), _random(over))


def covariance(first: ExprLike, second: ExprLike, *over: Symbol) -> Expectation:
    """Cov[first, second]."""
    return Expectation("Cov", (as_expr(first), as_expr(second)), _random(over))


def integral(
    body: ExprLike, variable: Symbol, lower: ExprLike | None = None, upper: ExprLike | None = None
) -> Integral:
    """The integral of `body` over `variable`, over all its space where no limits are given."""
    return Integral(
        as_expr(body),
        variable,
        None if lower is None else as_expr(lower),
        None if upper is None else as_expr(upper),
    )


def limit(body: ExprLike, variable: Symbol, target: ExprLike, side: str = "") -> Limit:
    """The limit of `body` as a scalar goes to `target`; `side` is "+", "-" or both by default."""
    if side not in ("", "+", "-"):
        raise UsageError(f"a limit comes from the side '+', '-' or both (''), got {side!r}")
    return Limit(as_expr(body), variable, as_expr(target), side)


def _random(over: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    if not over:
        raise UsageError("an expectation needs the random symbols that it is taken over, got 0")
    for symbol in over:
        if not isinstance(symbol, Symbol) or symbol.law is None or symbol.law.kind != "random":
            raise UsageError(f"{symbol!r} is not random; declare it with note.random")
    return over


__all__ = ["covariance", "expectation", "integral", "limit", "variance"]
