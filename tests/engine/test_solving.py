"""Conditions solved for their unknown: the solution makes the condition true."""

from __future__ import annotations

import pytest

from derive.checker import judge_relation
from derive.engine import solve
from derive.expr import build as b
from derive.expr.nodes import Expr, Relation, Symbol
from derive.expr.walk import substitute

X = b.symbol("X", "n", "d", facts=["full_column_rank"])
w, y, W = b.symbol("w", "d"), b.symbol("y", "n"), b.symbol("W", "d", "k")
Y = b.symbol("Y", "n", "k")
lam = b.symbol(r"\lambda", facts=["positive"])
i = b.index("i", "n")
xs, mu = b.symbol("x", "n", "d", family=1), b.symbol(r"\mu", "d")
Sigma = b.symbol(r"\Sigma", "d", "d", facts=["pd"])
q, m = b.symbol("q"), b.symbol("m", facts=["positive"])
(n,) = b.dims("n")

LINEAR: dict[str, tuple[Expr, Symbol, str]] = {
    "normal equations": (2 * X.T @ (X @ w - y), w, "(X^T X)^-1 X^T y"),
    "ridge": (2 * X.T @ (X @ w - y) + 2 * lam * w, w, "(X^T X + lambda I)^-1 X^T y"),
    "mean": (b.apply("inverse", Sigma) @ b.sum_over(i, xs[i] - mu), mu, "1/n (sum_{i} x_i)"),
    "matrix": (X.T @ (X @ W - Y), W, "(X^T X)^-1 X^T Y"),
}


@pytest.mark.parametrize("name", LINEAR)
def test_linear_condition(name: str) -> None:
    gradient, unknown, expected = LINEAR[name]
    (solution,) = solve(Relation("=", gradient, b.zeros(*gradient.shape)), unknown)
    assert repr(solution.value) == expected
    assert solution.condition is not None
    put = substitute(gradient, {unknown: solution.value})
    verdict = judge_relation(put + unknown, "=", unknown)
    assert verdict.kind == "holds", verdict.why


def test_scalar_condition_by_sympy() -> None:
    (solution,) = solve(Relation("=", m / q - (n - m) / (1 - q), b.as_expr(0)), q)
    assert repr(solution.value) == "m/n"


def test_two_roots() -> None:
    t = b.symbol("t")
    found = solve(Relation("=", t**2 - 4, b.as_expr(0)), t)
    assert sorted(repr(s.value) for s in found) == ["-2", "2"]


def test_what_is_not_linear_has_no_solution_here() -> None:
    x = b.symbol("x", "n")
    assert solve(Relation("=", b.norm(x) * x, b.zeros("n")), x) == ()
    assert solve(Relation("<", w, b.zeros("d")), w) == ()
