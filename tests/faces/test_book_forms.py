"""Derivatives in the form that a book gives them: the author's order of terms, sums where the author writes sums."""

from __future__ import annotations

import numpy as np
import pytest

import derive

SCALARS = r"x_i, y_i \in \mathbb{R}, i = 1, \dots, n"

FORMS = [
    (r"\|Xw-y\|_2^2 + \lambda\|w\|_2^2", "w", [r"X \in \mathbb{R}^{n\times d}", r"\lambda > 0"],
     r"2 X^\top (X w - y) + 2 \lambda w"),
    (r"x^\top A x + b^\top x + c", "x", [r"A \in \mathbb{R}^{n\times n}", r"c \in \mathbb{R}"],
     r"(A + A^\top) x + b"),
    (r"\frac1n\sum_{i=1}^n(y_i-a-bx_i)^2", "b", [SCALARS, r"a,b\in\mathbb{R}"],
     r"-\frac{2}{n} \sum_{i=1}^{n} x_i\,(y_i - a - b x_i)"),
    (r"\sum_{i=1}^n [x_i\log p + (1-x_i)\log(1-p)]", "p", [SCALARS, r"p \in (0,1)"],
     r"\frac{1}{p} \sum_{i=1}^{n} x_i - \frac{\sum_{i=1}^{n} (1 - x_i)}{1 - p}"),
    (r"\sum_{k=1}^K m_k\ln\mu_k", r"\mu_k", [r"m_k,\mu_k > 0, k=1,\dots,K"], r"\frac{m_k}{\mu_k}"),
    (r"\sum_{i=1}^n x_i\log x_i", "x", [r"x \in \mathbb{R}^n, x_i > 0"], r"\log x + 1"),
    (r"x^2", "x", [], "2 x"),
    (r"a^\top X b", "X", [], r"a b^\top"),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "wrt", "given", "form"), FORMS, ids=[f[0] for f in FORMS])
def test_a_derivative_has_the_form_of_a_book(expr, wrt, given, form) -> None:
    assert derive.differentiate(expr, wrt=wrt, given=given, check=False).latex == form


@pytest.mark.parametrize(
    ("expr", "given", "where", "form"),
    [
        ("f(x)", ["a > 0", r"x \in \mathbb{R}"], ["f(z) = az^2"], "x^2"),
        ("f(a)", ["a > 0"], ["f(z) = az^2"], "3 a^2"),
    ],
)
def test_a_variable_in_the_body_of_a_function_is_differentiated_by(
    expr, given, where, form
) -> None:
    found = derive.differentiate(expr, wrt="a", given=given, where=where)
    assert (found.latex, found.verdict) == (form, "holds")


def test_a_row_in_numerator_layout_ends_the_derivation() -> None:
    found = derive.differentiate(r"\|Xw-y\|_2^2", wrt="w", layout="numerator", check=False)
    assert found.latex == r"2 (X w - y)^\top X"
    assert found.steps[-1]["latex"] == found.latex


def test_the_derivative_of_eigenvalues_is_judged() -> None:
    given = [r"X = X^\top \in \mathbb{R}^{n \times n}"]
    found = derive.differentiate(r"\sum_{i=1}^n \lambda_i(X)^2", wrt="X", given=given)
    assert (found.latex, found.verdict) == ("2 X", "holds")


SQUARE = [r"A, X \in \mathbb{R}^{n \times n}", r"k \in \mathbb{N}"]


@pytest.mark.parametrize(
    ("expr", "form"),
    [
        (r"\operatorname{tr}(X^k)", r"k\,(X^{k - 1})^\top"),
        (r"\det(X^k)", r"k\,(\det X)^k X^{-\top}"),
        (r"\ln\det(X^k)", r"k X^{-\top}"),
    ],
)
def test_powers_with_a_letter_for_their_exponent(expr, form) -> None:
    found = derive.differentiate(expr, wrt="X", given=SQUARE)
    assert (found.latex, found.verdict) == (form, "holds")


def test_a_product_with_such_a_power_is_a_sum_that_runs() -> None:
    found = derive.differentiate(r"\operatorname{tr}(A X^k)", wrt="X", given=SQUARE, check=False)
    assert found.latex == r"\sum_{r=0}^{k - 1} (X^r)^\top A^\top (X^{k - 1 - r})^\top"
    scope = {"np": np}
    exec(found.numpy, scope)
    a, x = np.arange(9.0).reshape(3, 3), np.cos(np.arange(9.0)).reshape(3, 3)
    want = (x @ x @ a + x @ a @ x + a @ x @ x).T
    np.testing.assert_allclose(scope["gradient"](A=a, X=x, k=3), want)


@pytest.mark.parametrize(
    ("expr", "form"),
    [
        (r"\|x\|_p^p", r"p\,(\lvert x \rvert^{\odot (p - 1)} \odot \operatorname{sign}(x))"),
        (r"\|x\|_2^p", r"p \lVert x \rVert^{p - 2} x"),
    ],
)
def test_powers_of_one_base_are_joined(expr, form) -> None:
    given = [r"x \in \mathbb{R}^n", "p > 1"]
    assert derive.differentiate(expr, wrt="x", given=given, check=False).latex == form


ROWS = [r"x_i, \beta \in \mathbb{R}^p", r"y_i \in \mathbb{N}, i=1,\dots,n", r"a > 0"]


@pytest.mark.parametrize(
    ("expr", "wrt", "given", "where", "kind", "form"),
    [
        (r"x_1^2 x_2+x_1 x_2^3", "x", [r"x \in \mathbb{R}^2"], [], "gradient",
         r"\begin{bmatrix} 2 x_1 x_2 + x_2^3 \\ x_1^2 + 3 x_1 x_2^2 \end{bmatrix}"),
        (r"x_1^2 x_2+x_1 x_2^3", "x", [r"x = (x_1, x_2)^\top \in \mathbb{R}^2"], [], "hessian",
         r"\begin{bmatrix} 2 x_2 & 2 x_1 + 3 x_2^2 \\ 2 x_1 + 3 x_2^2 & 6 x_1 x_2 \end{bmatrix}"),
        (r"\sum_{i=1}^n \left[y_i \ln\frac{a e^{x_i^\top\beta}}{1+a e^{x_i^\top\beta}}"
         r" - \frac1a\ln(1+a e^{x_i^\top\beta})\right]", r"\beta", ROWS, [], "gradient",
         r"\sum_{i=1}^{n} \frac{(y_i - \exp(x_i^\top \beta)) x_i}{1 + a \exp(x_i^\top \beta)}"),
        (r"\operatorname{tr}(C)", "A", [r"A \in \mathbb{R}^{n\times m}", r"C = A A^\top \in \mathbb{R}^{n\times n}"],
         [], "gradient", "2 A"),
        (r"e^\top \exp(x)", "x", [r"x \in \mathbb{R}^n", r"e = \mathbf{1} \in \mathbb{R}^n"], [], "gradient",
         r"\exp(x)"),
        (r"z", "x", [r"x, u \in \mathbb{R}^n"], [r"z = y^\top y", "y = x - u"], "gradient", "2 y"),
        (r"tr(X^\top X)", "X", [r"X \in \mathbb{R}^{n\times m}"], [], "gradient", "2 X"),
        (r"\sum_{i=1}^n\sum_{j=1}^n \log(1+\|y_i-y_j\|^2)", "y_i", [r"y_1,\dots,y_n \in \mathbb{R}^d"], [], "gradient",
         r"4 \sum_{j=1}^{n} \frac{y_i - y_j}{1 + \lVert y_i - y_j \rVert^2}"),
        (r"\sum_{i=1}^n \sum_{j=1}^n a_{ij} x_i x_j", "x",
         [r"A = (a_{ij}) \in \mathbb{R}^{n\times n}", r"x\in\mathbb{R}^n"], [], "gradient", r"(A + A^\top) x"),
        (r"\ln B(a, b)", "a", ["a, b > 0"], [], "gradient", r"\psi(a) - \psi(a + b)"),
    ],
)  # fmt: skip
def test_forms_that_books_give(expr, wrt, given, where, kind, form) -> None:
    found = derive.differentiate(expr, wrt=wrt, given=given, where=where, kind=kind, check=False)
    assert found.latex == form
