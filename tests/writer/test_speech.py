"""Formulas in words: what a listener hears has one meaning."""

from __future__ import annotations

import pytest

from derive.expr.build import apply, dims, grad, index, item, jacobian, norm2, symbol
from derive.expr.core import Expr
from derive.expr.facts import Law
from derive.expr.probability import expectation
from derive.writer import spoken
from derive.writer.spoken import spoken_name
from derive.writer.spoken_latex import spoken_latex

n, d = dims("n d")
X, w, y = symbol("X", n, d), symbol("w", d), symbol("y", n)
x, a = symbol("x"), symbol("a")
t = symbol("t", law=Law("random", ("any",)))
A, v = symbol("A", n, n), symbol("v", n)
i, j = index("i", n), index("j", n)


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        (apply("log", x) ** 2, "the square of the logarithm of x"),
        (apply("log", x**2), "the logarithm of x squared"),
        (expectation(t, t) ** 2, "the square of the expectation of t"),
        (expectation(t**2, t), "the expectation of t squared"),
        (norm2(X @ w - y), "the squared norm of the quantity X times w minus y end quantity"),
        (
            grad(norm2(w), w).T,
            "the transpose of the gradient of the squared norm of w with respect to w",
        ),
        (A.T @ v, "A transpose times v"),
        (x**a, "x to the power a"),
        (apply("kronecker_delta", i, j), "Kronecker delta i j"),
        (
            apply("kronecker_delta", i, i + j),
            "Kronecker delta i and the quantity i plus j end quantity",
        ),
        (item(A.T, i, None), "row i of A transpose"),
        (
            jacobian(A @ v, v),
            "the Jacobian of the quantity A times v end quantity with respect to v",
        ),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_words_of_a_formula(expr: Expr, words: str) -> None:
    assert spoken(expr) == words


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\hat{w}", "w hat"),
        (r"\sigma^2", "sigma squared"),
        (r"x^\star", "x star"),
        (r"W^{(l)}", "W superscript l"),
    ],
)
def test_words_of_a_name(latex: str, words: str) -> None:
    assert spoken_name(latex) == words


def test_words_of_declarations() -> None:
    assert spoken_latex(r"x_i \in \mathbb{R}, i = 1, \dots, n").endswith("i equals 1 up to n")
    assert spoken_latex(r"f : \mathbb{R} \to \mathbb{R}") == "f from R to R"
