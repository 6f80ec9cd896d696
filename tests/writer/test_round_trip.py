"""What is printed in LaTeX reads back to an expression of equal value."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings

from derive.checker import judge_relation
from derive.derivation import Given
from derive.expr.build import (
    apply,
    cases,
    dims,
    e,
    equals,
    grad,
    hessian,
    index,
    indicator,
    infinity,
    item,
    norm2,
    partial,
    pi,
    product_over,
    sum_over,
    symbol,
)
from derive.expr.facts import Law
from derive.expr.nodes import (
    Derivative,
    Differential,
    Expectation,
    Expr,
    Extremum,
    Function,
    Integral,
    Item,
    Limit,
    Matrix,
    Number,
    Symbol,
    as_expr,
)
from derive.expr.walk import post_order, substitute, symbols
from derive.reader.reading.expression import read_expression
from derive.writer import latex
from derive.writer.notation import notation_row


def _load(name: str) -> ModuleType:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"writer_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


random_expressions = _load("random_expressions")


def declarations(expr: Expr) -> Iterator[str]:
    """The declarations that a page prints for the symbols of an expression, definitions last."""
    defined: list[Symbol] = []
    for node in post_order(expr):
        if isinstance(node, Symbol) and node.definition is not None:
            yield from declarations(node.definition)
            defined.append(node)
        elif isinstance(node, (Symbol, Function)):
            law = node.law.args if isinstance(node, Symbol) and node.law is not None else ()
            for argument in law:
                yield from declarations(argument) if isinstance(argument, Expr) else ()
            yield notation_row(Given(node)).declaration
    for node in defined:
        assert node.definition is not None
        yield f"{latex(node)} = {latex(node.definition)}"


def read_back(expr: Expr, extra: tuple[str, ...] = ()) -> Expr:
    """The printed expression as the reader understands it, its symbols replaced by the original ones of that name."""
    given_texts = list(dict.fromkeys([*extra, *declarations(expr)]))
    found = read_expression(latex(expr), given=given_texts)
    own = {s.name: s for s in symbols(expr)}
    for read in symbols(found):
        original = own.get(read.name)
        if original is not None and original != read and original.dims == read.dims:
            found = substitute(found, {read: original}, into_definitions=True)
    return found


def agrees(expr: Expr, found: Expr) -> bool:
    """Equal trees, or equal values by the judge; a claim that it cannot decide at any point counts as no objection."""
    if found == expr:
        return True
    return found.shape == expr.shape and judge_relation(expr, "=", found).kind != "fails"


SIZES = (r"x \in \mathbb{R}^n", r"v \in \mathbb{R}^m")


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_expressions.expressions())
def test_a_random_expression_reads_back(expr: Expr) -> None:
    found = read_back(expr, SIZES)
    assert agrees(expr, found), f"{latex(expr)} reads as {found!r}"


n, m = dims("n m")
a, b = symbol("a"), symbol("b")
x, w, y = symbol("x", n), symbol("w", m), symbol("y", n)
X, A = symbol("X", n, m), symbol("A", n, n)
family = symbol("u", n, m, family=1, marker="sup")
points = symbol("p", n, m, family=1)
i, j = index("i", n), index("j", n)
loss = symbol("L", definition=norm2(X @ w - y) / n)
normal = symbol("z", n, law=Law("random", ("normal", x, A)))
zero = as_expr(0)

SPECIAL: list[Expr] = [
    grad(loss, w),
    hessian(loss, w),
    partial(loss, w),
    Derivative(loss, (w, w), "partial"),
    Derivative(a**3, (a, a), "d"),
    Derivative(apply("exp", a) * b, (a, b), "partial"),
    grad(norm2(X @ w - y), w).T @ w,
    2 * grad(loss, w) - w,
    partial(X @ w, w),
    Integral(e ** (-(a**2)), a, zero, infinity),
    2 * Integral(a * b, a, zero, as_expr(1)) + b,
    Integral(a + b, a, zero, b),
    Limit(apply("sin", a) / a, a, zero),
    Limit((a + b) / (1 + a), a, infinity),
    Extremum("min", norm2(w - X.T @ y), w),
    Extremum("argmin", norm2(w - X.T @ y), w),
    Expectation("E", (normal,), (normal,)),
    Expectation("E", (normal.T @ A @ normal,), (normal,)),
    sum_over(i, item(family, i)) / n,
    sum_over(i, item(points, i) @ item(points, i).T),
    sum_over((i, j), X[i, 1] * A[i, j] * y[j]),
    product_over(i, item(y, i)),
    product_over(i, item(y, i) + a),
    sum_over(i, Item(family, (i, as_expr(1))) * y[i]) * a,
    sum_over(i, y[i]) + product_over(j, y[j]),
    sum_over(i, sum_over(j, A[i, j]) * y[i]),
    sum_over(i, y[i] * indicator(equals(y[i], a))),
    cases((a, a > b), (-a, a <= b)) * b,
    Matrix(((A, x), (x.T, a))),
    apply("inverse", A).T @ x,
    a ** Number(as_expr(0.5).value),
    (a * b) ** -2,
    pi * a**2,
    -(a - b) / (a + b),
    a - (b - a) - (-b),
    (a / b) / (b / a),
    a / (b * (a / b)),
    apply("kronecker", A, X),
]


@pytest.mark.parametrize("expr", SPECIAL, ids=latex)
def test_every_notation_reads_back(expr: Expr) -> None:
    found = read_back(expr, SIZES)
    assert agrees(expr, found), f"{latex(expr)} reads as {found!r}"


def test_constants_and_the_differential_read_back_where_their_letter_is_taken() -> None:
    weights, size = symbol(r"\pi", n), dims("d")[0]
    base, data = symbol("e", n), symbol("U", size, n)
    for expr in (2 * pi * weights, e**a * base, data @ Differential(x, (x,))):
        found = read_back(expr, SIZES)
        assert agrees(expr, found), f"{latex(expr)} reads as {found!r}"


def test_a_differential_reads_back() -> None:
    for expr in (Differential(X, (X,)), X @ Differential(w, (w,)), Differential(A, (A,)) @ x):
        assert read_back(expr, SIZES) == expr
