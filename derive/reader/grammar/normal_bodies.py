"""The mean and the covariance of a function that is a normal density, found in its formula."""

from __future__ import annotations

from derive.expr.nodes import (
    Add,
    Apply,
    Dim,
    Expr,
    Function,
    Neg,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.sizes import Shape
from derive.expr.walk import free_symbols
from derive.reader.grammar.values import HALF, ONE, TWO


def normal_parts(function: Function) -> tuple[Expr, Expr] | None:
    """Mean and covariance (of a number: variance) of `N(t; m, S)` as a formula in t; None of any other function."""
    body, (parameter, *others) = function.body, function.parameters
    if others or not isinstance(body, Product) or len(body.factors) != 2:
        return None
    last = body.factors[1]
    if not isinstance(last, Apply) or last.function != "exp" or not isinstance(last.args[0], Neg):
        return None
    found = _parts(last.args[0].operand, parameter)
    if found is None or any(parameter in free_symbols(part) for part in found):
        return None
    return found


def _parts(exponent: Expr, place: Symbol) -> tuple[Expr, Expr] | None:
    if isinstance(exponent, Quotient) and isinstance(exponent.numerator, Power):
        mean, below = _mean(exponent.numerator.base, place), exponent.denominator
        if mean is None or not isinstance(below, Product) or len(below.factors) != 2:
            return None
        return mean, below.factors[1]
    if not isinstance(exponent, Product) or len(exponent.factors) != 2:
        return None
    form = exponent.factors[1]
    if not isinstance(form, Product) or len(form.factors) != 3:
        return None
    turned, middle, centred = form.factors
    mean = _mean(centred, place)
    if mean is None or turned != Transpose(centred):
        return None
    return (
        (mean, middle.args[0])
        if isinstance(middle, Apply) and middle.function == "inverse"
        else None
    )


def _mean(centred: Expr, place: Symbol) -> Expr | None:
    """m of `t - m`."""
    if not isinstance(centred, Add) or len(centred.terms) != 2:
        return None
    first, second = centred.terms
    return second.operand if first == place and isinstance(second, Neg) else None


def scalar_normal_kl(m: Expr, s: Expr, n: Expr, t: Expr) -> Expr:
    """KL of two normal laws on the line with means m, n and variances s, t."""
    log = Apply("log", (Quotient(t, s),))
    square = Power(Add((m, Neg(n))), TWO)
    return Product((HALF, Add((log, Quotient(Add((s, square)), t), Neg(ONE)))))


def vector_normal_kl(m: Expr, s: Expr, n: Expr, t: Expr, shape: Shape) -> Expr:
    """KL of two normal laws of vectors with means m, n and covariances s, t."""
    inverse = Apply("inverse", (t,))
    gap = Add((n, Neg(m)))
    log = Add((Apply("logdet", (t,)), Neg(Apply("logdet", (s,)))))
    form = Product((Transpose(gap), inverse, gap))
    trace = Apply("trace", (Product((inverse, s)),))
    return Product((HALF, Add((log, Neg(Dim(shape[0])), trace, form))))
