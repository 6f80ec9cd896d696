"""Formulas as a textbook prints them, in LaTeX and in one line of Unicode."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.expr.build import (
    abstract_function,
    apply,
    broadcast,
    call,
    cases,
    delta,
    diag,
    dims,
    e,
    equals,
    grad,
    hadamard,
    hessian,
    identity,
    index,
    indicator,
    item,
    jacobian,
    norm2,
    ones,
    partial,
    pi,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.nodes import (
    Derivative,
    Differential,
    Expr,
    Extremum,
    Integral,
    Item,
    Limit,
    Matrix,
    Neg,
    Number,
    Quotient,
    Reduce,
    Relation,
)
from derive.writer import latex, text

n, d, k = dims("n d k")
X, S = symbol("X", n, d), symbol(r"\Sigma", d, d)
y, w, v, p, z = symbol("y", n), symbol("w", d), symbol("v", d), symbol("p", k), symbol("z", k)
a, b, c = symbol("a"), symbol("b"), symbol("c")
x = symbol("x", n, d, family=1)
examples = symbol("x", n, d, family=1, marker="sup")
i, j = index("i", n), index("j", d)
loss = symbol("L", definition=norm2(X @ w - y) / n)
phi = abstract_function(r"\phi")
zero, half = Number(Fraction(0)), Number(Fraction(1, 2))

FORMULAS: list[tuple[Expr, str, str]] = [
    (2 / n * X.T @ (X @ w - y), r"\frac{2}{n} X^\top (X w - y)", "2/n Xᵀ(Xw − y)"),
    (norm2(X @ w - y) / n, r"\frac{\lVert X w - y \rVert^2}{n}", "‖Xw − y‖²/n"),
    (apply("inverse", S).T, r"\Sigma^{-\top}", "Σ⁻ᵀ"),
    (apply("inverse", S), r"\Sigma^{-1}", "Σ⁻¹"),
    (item(x, i), "x_i", "xᵢ"),
    (item(examples, i), "x^{(i)}", "x⁽ⁱ⁾"),
    (Item(examples, (i, j)), "x^{(i)}_j", "x⁽ⁱ⁾ⱼ"),
    (item(examples, i).T, r"(x^{(i)})^\top", "(x⁽ⁱ⁾)ᵀ"),
    (X[i, j], "X_{ij}", "Xᵢⱼ"),
    (X[1, 2], "X_{1, 2}", "X_{1,2}"),
    (X[i, :], "X_{i:}", "X_{i:}"),
    ((X @ w)[i], "[X w]_i", "[Xw]ᵢ"),
    # sums: what follows is taken in only where it carries the index
    (sum_over(i, item(y, i)) + b, r"\sum_{i=1}^{n} y_i + b", "Σ_{i=1}^n yᵢ + b"),
    (
        sum_over(i, item(y, i)) + item(y, i),
        r"\left( \sum_{i=1}^{n} y_i \right) + y_i",
        "(Σ_{i=1}^n yᵢ) + yᵢ",
    ),
    (sum_over(i, item(y, i) + b), r"\sum_{i=1}^{n} (y_i + b)", "Σ_{i=1}^n (yᵢ + b)"),
    (
        sum_over(i, item(y, i)) * b,
        r"\left( \sum_{i=1}^{n} y_i \right) b",
        "(Σ_{i=1}^n yᵢ) b",
    ),
    (
        Reduce("prod", (i,), item(y, i), (Relation("!=", i, j),)),
        r"\prod_{i=1, i \neq j}^{n} y_i",
        "Π_{i=1, i ≠ j}^n yᵢ",
    ),
    # products, signs, powers
    (a * (b + c), r"a\,(b + c)", "a·(b + c)"),
    (Number(Fraction(2)) * Number(Fraction(3)), r"2 \cdot 3", "2·3"),
    (half * half, r"\frac{1}{2} \cdot \frac{1}{2}", "1/2·(1/2)"),
    (a - (b - c), "a - (b - c)", "a − (b − c)"),
    (a * -b, r"a\,(-b)", "a·(−b)"),
    (-(a + b), "-(a + b)", "−(a + b)"),
    (Neg(Neg(a)), "-(-a)", "−(−a)"),
    ((-a) ** 2, "(-a)^2", "(−a)²"),
    (-(a**2), "-a^2", "−a²"),
    ((a / b) ** 2, r"\left( \frac{a}{b} \right)^2", "(a/b)²"),
    ((a**b) ** c, "(a^b)^c", "(aᵇ)ᶜ"),
    (a ** (b**c), "a^{b^c}", "a^(bᶜ)"),
    (a**half, "a^{1/2}", "a^(1/2)"),
    (e ** (-(a**2) / 2), r"e^{-a^2/2}", "e^(−a²/2)"),
    (a / (b / c), r"\frac{a}{\frac{b}{c}}", "a/(b/c)"),
    (Quotient(a, b, "slash") * c, "(a/b) c", "(a/b) c"),
    # functions
    (apply("log", a) * b, r"\log(a) b", "log(a) b"),
    (b * apply("log", a), r"b \log a", "b log a"),
    (apply("log", a) ** 2, r"(\log a)^2", "(log a)²"),
    (apply("sin", a) ** 2 * b, r"\sin^2(a) b", "sin²(a) b"),
    (apply("log", a * b), r"\log(a b)", "log(ab)"),
    (apply("logdet", S), r"\log\det \Sigma", "log det Σ"),
    (apply("sigmoid", z), r"\sigma(z)", "σ(z)"),
    (call(phi, a) * (a + b), r"\phi(a)\,(a + b)", "φ(a)·(a + b)"),
    (call(phi, z, order=1), r"\phi'(z)", "φ′(z)"),
    (hadamard(X.T @ y, w), r"(X^\top y) \odot w", "(Xᵀy) ⊙ w"),
    (X @ hadamard(w, v), r"X\,(w \odot v)", "X·(w ⊙ v)"),
    (hadamard(p, 1 - p), r"p \odot (1 - p)", "p ⊙ (1 − p)"),
    (diag(p) - p @ p.T, r"\operatorname{diag}(p) - p p^\top", "diag(p) − ppᵀ"),
    (apply("softmax", z)[i], r"[\operatorname{softmax}(z)]_i", "[softmax(z)]ᵢ"),
    (delta(i, j), r"\delta_{ij}", "δᵢⱼ"),
    # constant arrays: with their size only where nothing else shows it
    (X.T @ X + a * identity(d), r"X^\top X + a I", "XᵀX + aI"),
    (a * identity(d), "a I_d", "aI_d"),
    (ones(n).T @ X, r"\mathbf{1}^\top X", "𝟏ᵀX"),
    (ones(n) @ w.T, r"\mathbf{1}_n w^\top", "𝟏ₙwᵀ"),
    (zeros(n), r"\mathbf{0}_n", "𝟎ₙ"),
    (equals(w, zeros(d)), "w = 0", "w = 0"),
    (broadcast(a, n), r"a \mathbf{1}_n", "a𝟏ₙ"),
    # calculus
    (grad(loss, w), r"\nabla_w L", "∇_w L"),
    (hessian(loss, w), r"\nabla^2_w L", "∇²_w L"),
    (partial(loss, w), r"\frac{\partial L}{\partial w}", "∂L/∂w"),
    (jacobian(X @ w, w), r"\frac{\partial}{\partial w}(X w)", "∂/∂w(Xw)"),
    (
        Derivative(loss, (w, w), "partial"),
        r"\frac{\partial^2 L}{\partial w\,\partial w^\top}",
        "∂² L/∂w ∂wᵀ",
    ),
    (grad(loss, w).T @ v, r"(\nabla_w L)^\top v", "(∇_w L)ᵀv"),
    (X @ Differential(w, (w,)), r"X \, \mathrm{d}w", "X dw"),
    (Integral(a * b, a, zero, b), r"\int_{0}^{b} a b\,\mathrm{d}a", "∫_0^b ab da"),
    (Limit(a / b, b, zero, "+"), r"\lim_{b \to 0^+} \frac{a}{b}", "lim_{b→0⁺} a/b"),
    (Extremum("argmin", loss, w), r"\operatorname*{arg\,min}_{w} L", "arg min_w L"),
    (indicator(equals(a, b)), r"\mathbf{1}\{a = b\}", "𝟏{a = b}"),
    (
        cases((a, a > 0), otherwise=0),
        r"\begin{cases} a & \text{if } a > 0 \\ 0 & \text{otherwise} \end{cases}",
        "{a if a > 0; 0 otherwise}",
    ),
    (
        Matrix(((X.T @ X, w), (w.T, a))),
        r"\begin{bmatrix} X^\top X & w \\ w^\top & a \end{bmatrix}",
        "[XᵀX, w; wᵀ, a]",
    ),
]


@pytest.mark.parametrize(("expr", "expected", "line"), FORMULAS, ids=[f[1] for f in FORMULAS])
def test_formula(expr: Expr, expected: str, line: str) -> None:
    assert latex(expr) == expected
    assert text(expr) == line


def test_a_name_that_the_document_has_taken_is_not_used_for_a_function() -> None:
    sigma = symbol(r"\sigma", facts=["positive"])
    assert latex(apply("sigmoid", z)) == r"\sigma(z)"
    assert latex(sigma * apply("sigmoid", a)) == r"\sigma \operatorname{sigmoid}(a)"
    assert latex(apply("sigmoid", z), taken=[r"\sigma"]) == r"\operatorname{sigmoid}(z)"


def test_a_constant_is_upright_where_a_symbol_has_its_letter() -> None:
    weights = symbol(r"\pi", k)
    assert latex(pi * weights) == r"\mathrm{\pi} \pi"
    assert latex(e**a) == "e^a"
    assert latex(e**a, taken=["e"]) == r"\mathrm{e}^a"


def test_names_given_as_plain_words() -> None:
    assert latex(symbol("lambda") * symbol("loss")) == r"\lambda \mathit{loss}"
    assert latex(symbol("n_in")) == "n_{in}"
    assert text(symbol(r"\hat{w}", d)) == "ŵ"
    assert text(symbol(r"\mathbf{x}", d).T) == "𝐱ᵀ"


def test_a_deep_expression_needs_no_recursion() -> None:
    deep: Expr = a
    for _ in range(3000):
        deep = -deep
    assert latex(deep).count("-") == 3000
