"""Derivatives of the elementwise functions: one row each, f'(x) as an expression in x and y = f(x), for scalars.

There is no default: a function without a row raises `NoRuleError` where its derivative is asked
for. Where the derivative does not exist (the kink of ReLU at 0), the row gives the value that JAX
takes, and the function's row lists the kink.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import NoRuleError
from derive.expr.core import Apply, Constant, Expr, Relation, as_expr
from derive.expr.nodes import Cases, Indicator

Rule = Callable[[Expr, Expr], Expr]


def _f(name: str, x: Expr) -> Expr:
    return Apply(name, (x,))


def _step(x: Expr) -> Expr:
    return Indicator(Relation(">", x, as_expr(0)))


def _elu(x: Expr, y: Expr) -> Expr:
    return Cases(((as_expr(1), Relation(">", x, as_expr(0))),), _f("exp", x))


def _silu(x: Expr, y: Expr) -> Expr:
    s = _f("sigmoid", x)
    return s * (1 + x * (1 - s))


DERIVATIVES: dict[str, Rule] = {
    "exp": lambda x, y: y,
    "log": lambda x, y: 1 / x,
    "log1p": lambda x, y: 1 / (1 + x),
    "expm1": lambda x, y: _f("exp", x),
    "sqrt": lambda x, y: 1 / (2 * y),
    "sin": lambda x, y: _f("cos", x),
    "cos": lambda x, y: -_f("sin", x),
    "tan": lambda x, y: 1 + y**2,
    "sinh": lambda x, y: _f("cosh", x),
    "cosh": lambda x, y: _f("sinh", x),
    "tanh": lambda x, y: 1 - y**2,
    "arcsin": lambda x, y: 1 / _f("sqrt", 1 - x**2),
    "arccos": lambda x, y: -1 / _f("sqrt", 1 - x**2),
    "arctan": lambda x, y: 1 / (1 + x**2),
    "arcsinh": lambda x, y: 1 / _f("sqrt", 1 + x**2),
    "arccosh": lambda x, y: 1 / (_f("sqrt", x - 1) * _f("sqrt", x + 1)),
    "arctanh": lambda x, y: 1 / (1 - x**2),
    "erf": lambda x, y: 2 / _f("sqrt", Constant("pi")) * _f("exp", -(x**2)),
    "gamma": lambda x, y: y * _f("digamma", x),
    "lgamma": lambda x, y: _f("digamma", x),
    "digamma": lambda x, y: _f("trigamma", x),
    "bessel_i0": lambda x, y: _f("bessel_i1", x),
    "bessel_i1": lambda x, y: _f("bessel_i0", x) - y / x,
    "abs": lambda x, y: _f("sign", x),
    "sign": lambda x, y: as_expr(0),
    "factorial": lambda x, y: y * _f("digamma", x + 1),
    "sigmoid": lambda x, y: y * (1 - y),
    "softplus": lambda x, y: _f("sigmoid", x),
    "relu": lambda x, y: _step(x),
    "elu": _elu,
    "normal_cdf": lambda x, y: _f("normal_pdf", x),
    "normal_pdf": lambda x, y: -x * y,
    "gelu": lambda x, y: _f("normal_cdf", x) + x * _f("normal_pdf", x),
    "silu": _silu,
}


def elementwise_derivative(name: str, x: Expr, y: Expr) -> Expr:
    """f'(x) for a scalar x with value y = f(x); raises `NoRuleError` when the table has no row."""
    rule = DERIVATIVES.get(name)
    if rule is None:
        raise NoRuleError(f"{name} has no derivative rule; rows: {', '.join(DERIVATIVES)}")
    return rule(x, y)
