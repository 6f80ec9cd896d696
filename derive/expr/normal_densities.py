r"""Normal densities as formulas, and the mean and the covariance of a formula that is one."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Function,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.walk import free_symbols

ONE, TWO, HALF = Number(Fraction(1)), Number(Fraction(2)), Number(Fraction(1, 2))


def normal_parts(function: Function) -> tuple[Expr, Expr] | None:
    """Mean and covariance (of a number: variance) of a function of t that is `N(t; m, S)`; None of any other."""
    parameter, *others = function.parameters
    if others or function.body is None:
        return None
    return normal_factor(function.body, parameter)


def normal_factor(body: Expr, parameter: Symbol) -> tuple[Expr, Expr] | None:
    """Mean and covariance of a formula that is `N(t; m, S)` in the symbol t; None of any other."""
    if not isinstance(body, Product) or len(body.factors) != 2:
        return None
    last = body.factors[1]
    if not isinstance(last, Apply) or last.function != "exp" or not isinstance(last.args[0], Neg):
        return None
    found = _parts(last.args[0].operand, parameter)
    if found is None or any(parameter in free_symbols(part) for part in found):
        return None
    return found if normal_density(parameter, *found) == body else None


def normal_density(x: Expr, mean: Expr, covariance: Expr) -> Expr:
    """`N(x; mean, covariance)` written out; of a number with its variance."""
    if not x.shape:
        two_pi = Product((TWO, Constant("pi"), covariance))
        centred = x if _is_zero(mean) else Add((x, Neg(mean)))
        exponent = Neg(Quotient(Power(centred, TWO), Product((TWO, covariance))))
        return Product((Quotient(ONE, Apply("sqrt", (two_pi,))), Apply("exp", (exponent,))))
    centred = Add((x, Neg(mean)))
    form = Product((Transpose(centred), Apply("inverse", (covariance,)), centred))
    circle = Power(Product((TWO, Constant("pi"))), Neg(Quotient(Dim(x.shape[0]), TWO)))
    scale = Product((circle, Power(Apply("det", (covariance,)), Number(Fraction(-1, 2)))))
    return Product((scale, Apply("exp", (Neg(Product((HALF, form))),))))


def _is_zero(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 0


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
    """m of `t - m`, zero of t."""
    if centred == place and not place.shape:
        return Number(Fraction(0))
    if not isinstance(centred, Add) or len(centred.terms) != 2:
        return None
    first, second = centred.terms
    return second.operand if first == place and isinstance(second, Neg) else None


__all__ = ["normal_density", "normal_factor", "normal_parts"]
