"""Expressions to SymPy and back again."""

from __future__ import annotations

import pytest
import sympy

from derive.errors import NoRuleError
from derive.expr.build import apply, dims, index, infinity, sum_over, symbol
from derive.expr.nodes import Integral, Reduce, Symbol
from derive.expr.sympy_bridge import from_sympy, to_sympy

x, y = symbol("x"), symbol("y", facts=["positive"])
n, m = dims("n m")
A, B, v = symbol("A", n, m), symbol("B", m, n), symbol("v", n)
S = symbol("S", n, n)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (x**2 * apply("sin", x) + 1, "x**2*sin(x) + 1"),
        (apply("log", y) / 3, "log(y)/3"),
        (apply("sigmoid", x), "1/(1 + exp(-x))"),
        (apply("trace", A @ B), "Trace(A*B)"),
        (S.T + S, "S + S.T"),
        (apply("inverse", S) @ v, "S**(-1)*v"),
        (v.T @ S @ v, "Trace((v.T*S)*v)"),
        (sum_over(index("i", 5), index("i", 5) * x), "Sum(i*x, (i, 1, 5))"),
        (Integral(apply("exp", -x), x, None, infinity), "Integral(exp(-x), (x, -oo, oo))"),
    ],
    ids=str,
)
def test_sympy_says_the_same(expr, text: str) -> None:
    assert str(to_sympy(expr)) == text


@pytest.mark.parametrize(
    "expr", [x**2 + y * x, apply("trace", A @ B), S @ S.T, apply("inverse", S) @ v], ids=str
)
def test_there_and_back_is_the_same_up_to_order(expr) -> None:
    back = from_sympy(to_sympy(expr), {s.name: s for s in (x, y, A, B, v, S)})
    assert to_sympy(back) == to_sympy(expr)
    assert back.shape == expr.shape


def test_bound_variables_come_back_bound() -> None:
    k, t = sympy.Symbol("k"), sympy.Symbol("t")
    found = from_sympy(sympy.Sum(k**2, (k, 1, 5)))
    assert isinstance(found, Reduce)
    assert repr(found.indices[0].upper) == "5"
    integral = from_sympy(sympy.Integral(t**2, (t, 0, 1)))
    assert isinstance(integral, Integral)
    assert integral.variable == Symbol("t")


def test_what_has_no_counterpart_is_refused() -> None:
    with pytest.raises(NoRuleError, match="softmax"):
        to_sympy(apply("softmax", v))
    with pytest.raises(NoRuleError, match="no counterpart"):
        from_sympy(sympy.Function("g")(sympy.Symbol("x")))
