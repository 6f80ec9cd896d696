"""The table of tidying rules, in the order in which they are tried."""

from __future__ import annotations

from derive.expr import build as b
from derive.expr.nodes import Expr
from derive.rules import tidy as t
from derive.rules.rule import Rule

PP = "Petersen and Pedersen (2012), The Matrix Cookbook"
STRANG = "Strang (2016), Introduction to Linear Algebra"


def _x() -> Expr:
    return b.symbol("x", "n")


def _square(name: str = "A", *facts: str) -> Expr:
    return b.symbol(name, "n", "n", facts=facts)


def _examples() -> Expr:
    X, p, i = b.symbol("X", "n", "d"), b.symbol("p", "n"), b.index("i", "n")
    return b.sum_over(i, (p[i] - 1) * X[i])


def _scaled_sum() -> Expr:
    X, c, i = b.symbol("X", "n", "d"), b.symbol("c"), b.index("i", "n")
    return b.sum_over(i, c * X[i])


def _unit_sum() -> Expr:
    c, p, k = b.symbol("c", "n"), b.symbol("p", "n"), b.index("k", "n")
    return b.sum_over(k, c[k] * (p - b.unit_vector(k, "n")))


def _rule(
    name: str,
    words: str,
    source: str,
    rewrite: object,
    example: object,
    *also: str,
    needs: tuple[str, ...] = (),
) -> Rule:
    statement = (getattr(rewrite, "__doc__", "") or "").strip()
    return Rule(name, statement, words, source, rewrite, example, needs, also)  # type: ignore[arg-type]


TIDYING: tuple[Rule, ...] = (
    _rule(
        "inverse of a transpose",
        "$(A^\\top)^{-1} = (A^{-1})^\\top$",
        f"{PP}, (3)",
        t.inverse_transpose,
        lambda: b.apply("inverse", _square().T),
    ),
    _rule(
        "symmetric matrix",
        "a symmetric matrix equals its transpose",
        f"{STRANG}, section 2.7",
        t.symmetric,
        lambda: _square("S", "symmetric").T,
        "symmetry",
        needs=("symmetric",),
    ),
    _rule(
        "constant factor out of a sum",
        "a constant factor goes in front of the sum",
        f"{STRANG}, section 1.1",
        t.constant_out_of_sum,
        _scaled_sum,
    ),
    _rule(
        "collect",
        "collect terms",
        f"{STRANG}, section 2.4",
        t.collect,
        lambda: _square() @ _x() + _square().T @ _x(),
        "collect like terms",
        "factor out",
        "collect",
    ),
    _rule(
        "multiply out",
        "multiply out and cancel",
        f"{STRANG}, section 2.4",
        t.multiply_out,
        lambda: (1 + b.symbol("a")) * b.symbol("c") - b.symbol("c"),
        "simplify",
        "cancel",
    ),
    _rule(
        "sign into the bracket",
        "the sign goes into the bracket",
        f"{STRANG}, section 2.4",
        t.sign_inside,
        lambda: -(_square() @ (_x() - _square() @ b.symbol("y", "n"))),
    ),
    _rule(
        "sum of unit vectors",
        "a weighted sum of unit vectors is the vector of the weights",
        f"{STRANG}, section 2.1",
        t.unit_vectors,
        _unit_sum,
    ),
    _rule(
        "sums over examples",
        "the sum over examples as a matrix product",
        f"{STRANG}, section 2.4",
        t.sum_to_matrix_product,
        _examples,
        "sum over examples to matrix product",
        "sum to matrix product",
    ),
)
