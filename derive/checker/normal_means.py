r"""Integrals over a space under a normal density: `\int f(x) N(x; m, S) dx` is the mean of f(x) under that law.

A rule of quadrature over all of a space needs many nodes and few dimensions; that of the normal law is exact for
polynomials, as they stand beside a density in entropies and divergences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.expr.core import Add, Apply, Expr, Neg, Number, Product, Quotient, Symbol
from derive.expr.facts import Law
from derive.expr.nodes import Call, Expectation, Integral
from derive.expr.normal_densities import normal_factor
from derive.expr.walk import children, free_symbols, post_order, substitute, transform


def as_means(expr: Expr) -> Expr:
    """The expression with means in place of integrals over a space R^n under normal densities."""

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Integral) or not node.variable.shape:
            return None
        if node.lower is not None or node.upper is not None:
            return None
        return _mean(node.body, node.variable)

    if not any(isinstance(n, Integral) and n.variable.shape for n in post_order(expr, True)):
        return expr
    return transform(expr, change, into_definitions=True)


def _mean(body: Expr, x: Symbol) -> Expr | None:
    """The integral of a body over the space of x as means; None where some term has no normal density as a factor."""
    if isinstance(body, Neg):
        inside = _mean(body.operand, x)
        return Neg(inside) if inside is not None else None
    if isinstance(body, Add):
        terms = [_mean(term, x) for term in body.terms]
        return Add(tuple(t for t in terms if t is not None)) if None not in terms else None
    factors = _factors(body, x)
    for place, factor in enumerate(factors):
        law = _law(factor, x)
        if law is None:
            continue
        others = factors[:place] + factors[place + 1 :]
        rest = _product(others)
        if not _is_smooth(rest, x):
            continue
        drawn = replace(Symbol(x.name, x.dims), law=Law("random", ("normal", *law)))
        return Expectation("E", (substitute(rest, {x: drawn}),), (drawn,))
    return None


def _product(factors: Sequence[Expr]) -> Expr:
    if not factors:
        return Number(Fraction(1))
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _factors(body: Expr, x: Symbol) -> list[Expr]:
    """The numbers that are multiplied, densities of x as a whole; a denominator as its reciprocal."""
    if _law(body, x) is not None:
        return [body]
    if isinstance(body, Product) and all(not f.shape for f in body.factors):
        found: list[Expr] = []
        for factor in body.factors:
            pair = Product((found[-1], factor)) if found else factor
            if _law(pair, x) is not None:
                found[-1:] = [pair]
            else:
                found.extend(_factors(factor, x))
        return found
    if isinstance(body, Neg):
        return [Number(Fraction(-1)), *_factors(body.operand, x)]
    if isinstance(body, Quotient) and not body.numerator.shape:
        return [*_factors(body.numerator, x), Quotient(Number(Fraction(1)), body.denominator)]
    return [body]


def _law(factor: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    """Mean and covariance of the normal density of x that a factor is."""
    if isinstance(factor, Call) and factor.args == (x,) and factor.function.body is not None:
        parameters = factor.function.parameters
        found = normal_factor(factor.function.body, parameters[0]) if len(parameters) == 1 else None
        if found is None or any(x in free_symbols(part) for part in found):
            return None
        return found
    return normal_factor(factor, x)


def _is_smooth(rest: Expr, x: Symbol) -> bool:
    """Whether no density and no exponential of x is left outside of a logarithm, for which few nodes do not suffice."""
    stack = [rest]
    while stack:
        node = stack.pop()
        if isinstance(node, Apply) and node.function == "log":
            continue
        if isinstance(node, (Apply, Call)) and x in free_symbols(node):
            linear = isinstance(node, Apply) and node.function in _POLYNOMIAL
            if not linear:
                return False
        stack.extend(children(node))
    return True


_POLYNOMIAL = frozenset(["inner", "trace", "sqnorm", "broadcast", "diag", "hadamard", "outer"])


__all__ = ["as_means"]
