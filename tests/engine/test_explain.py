"""A step is explained only when the named rule reproduces it; a false step never is."""

from __future__ import annotations

from itertools import islice

import pytest

from derive.checker import judge_relation
from derive.checker.mutants import mutants
from derive.engine import explain, worked
from derive.expr import build as b
from derive.expr.nodes import Expr, Symbol
from derive.rules import RULES
from derive.rules.rule import Rule

n, d = b.dims("n d")
X, w, y = b.symbol("X", "n", "d"), b.symbol("w", "d"), b.symbol("y", "n")
A, B, C = (b.symbol(name, "n", "n") for name in "ABC")
x, c = b.symbol("x", "n"), b.symbol("c", "n")
S = b.symbol("S", "n", "n", facts=["symmetric"])
MSE = b.symbol("L", definition=b.norm2(X @ w - y) / n)


def trace(matrix: Expr) -> Expr:
    return b.apply("trace", matrix)


TRUE: list[tuple[Expr, Expr, str]] = [
    (b.norm2(X @ w - y), (X @ w - y).T @ (X @ w - y), "definition of the norm"),
    (b.grad(MSE, w), 2 / n * X.T @ (X @ w - y), "chain rule for a squared norm"),
    (2 / n * X.T @ (X @ w - y), 2 / n * (X.T @ X @ w - X.T @ y), "distribute"),
    (x.T @ A @ x, trace(A @ x @ x.T), "trace trick"),
    (trace(A @ B @ C), trace(B @ C @ A), "cyclic property of the trace"),
    (trace(A @ B @ C), trace(C @ A @ B), "cyclic property of the trace"),
    (S.T @ x + x, S @ x + x, "symmetric matrix"),
    (b.norm2(x - c), b.norm2(x) - 2 * x.T @ c + b.norm2(c), "expand the square"),
    (A @ x + A.T @ x, (A + A.T) @ x, "collect terms"),
    (x.T @ A @ c + 1, c.T @ A.T @ x + 1, "a scalar equals its transpose"),
    (b.grad(x.T @ A @ x, x), (A + A.T) @ x, "product rule; collect"),
    (b.norm2(x), x.T @ x, "Definition of the norm"),
]

FALSE: list[tuple[Expr, Expr, str]] = [
    (b.grad(MSE, w), 2 / n * X.T @ (X @ w + y), "chain rule for a squared norm"),
    (b.grad(MSE, w), 1 / n * X.T @ (X @ w - y), "chain rule for a squared norm"),
    (x.T @ A @ x, trace(A.T @ x @ x.T @ A), "trace trick"),
    (trace(A @ B @ C), trace(B @ A @ C), "cyclic property of the trace"),
    (A.T @ x + x, A @ x + x, "symmetric matrix"),
    (b.norm2(x - c), b.norm2(x) + b.norm2(c), "expand the square"),
    (A @ x + A.T @ x, 2 * A @ x, "collect terms"),
]

#: true, but by another rule than the one that is named
OTHERWISE: list[tuple[Expr, Expr, str]] = [
    (b.norm2(x), x.T @ x, "cyclic property of the trace"),
    (b.grad(b.norm2(x), x), 2 * x, "quotient rule"),
    (trace(A @ B), trace(B @ A), "a rule that nobody knows"),
    (A @ x + A.T @ x, (A + A.T) @ x, "trace trick"),
]


@pytest.mark.parametrize(("lhs", "rhs", "rule"), TRUE)
def test_explained(lhs: Expr, rhs: Expr, rule: str) -> None:
    assert judge_relation(lhs, "=", rhs).kind == "holds"
    assert explain(lhs, rhs, rule)


@pytest.mark.parametrize(("lhs", "rhs", "rule"), FALSE)
def test_false_step_is_not_explained(lhs: Expr, rhs: Expr, rule: str) -> None:
    assert judge_relation(lhs, "=", rhs).kind == "fails"
    assert not explain(lhs, rhs, rule)


@pytest.mark.parametrize(("lhs", "rhs", "rule"), OTHERWISE)
def test_other_rule_does_not_explain(lhs: Expr, rhs: Expr, rule: str) -> None:
    assert not explain(lhs, rhs, rule)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_rule_explains_its_example_and_no_false_neighbour(rule: Rule) -> None:
    lhs = rule.example()
    rhs = rule.rewrite(lhs)
    assert rhs is not None
    assert explain(lhs, rhs, rule.name)
    for mutant in islice(mutants(rhs), 12):
        if explain(lhs, mutant.expr, rule.name):
            assert judge_relation(lhs, "=", mutant.expr).kind != "fails", (lhs, mutant.expr)


def test_engine_explains_its_own_steps() -> None:
    chain = worked(b.norm2(X @ w - y) / n, w)
    sides = chain.sides()
    for before, step in zip(sides, chain.steps, strict=False):
        assert isinstance(before, Expr)
        assert isinstance(step.rhs, Expr)
        assert explain(before, step.rhs, step.reason.rule), (before, step.rhs, step.reason.rule)


def test_definition_is_put_in() -> None:
    r = b.symbol("r", definition=X @ w - y)
    assert explain(r.T @ r, (X @ w - y).T @ r, "definition")
    assert not explain(r.T @ r, (X @ w + y).T @ r, "definition")
    assert isinstance(r, Symbol)


def test_fact_about_the_variable_is_not_used_inside_its_derivative() -> None:
    u = b.symbol("u", "n", facts=["unit_norm"])
    inside = b.grad(u.T @ u, u)
    assert not explain(inside, b.zeros("n"), "orthonormal columns")
    assert not explain(inside, b.grad(b.as_expr(1) + 0 * (u.T @ u), u), "orthonormal columns")
    turned = b.grad(trace(A @ S.T), S)
    assert not explain(turned, b.grad(trace(A @ S), S), "symmetric matrix")


def test_named_quantity_that_is_the_variable_is_not_opened() -> None:
    Z = b.symbol("Z", definition=A @ x)
    assert not explain(b.grad(Z.T @ c, Z), b.grad((A @ x).T @ c, Z), "definition")


QUADRATIC = b.symbol("f", definition=x.T @ A @ x + c.T @ x)
SPECIAL: list[tuple[Expr, Expr, str, bool]] = [
    (b.grad(QUADRATIC, x), (A + A.T) @ x + c, "identify the gradient", True),
    (b.grad(QUADRATIC, x), (A + A.T) @ x - c, "identify the gradient", False),
    (
        b.hessian(QUADRATIC, x),
        b.jacobian((A + A.T) @ x + c, x),
        "the Hessian is the Jacobian of the gradient",
        True,
    ),
    (
        b.hessian(QUADRATIC, x),
        b.jacobian(2 * A @ x + c, x),
        "the Hessian is the Jacobian of the gradient",
        False,
    ),
    (b.grad(QUADRATIC, x), A.T @ x + A @ x + c, "reverse accumulation", True),
    (b.grad(QUADRATIC, x), A @ x + A @ x + c, "reverse accumulation", False),
    (x.T @ A @ x, trace(x.T @ A @ x), "trace of a scalar", True),
]


@pytest.mark.parametrize(("lhs", "rhs", "rule", "expected"), SPECIAL)
def test_rules_about_a_whole_side(lhs: Expr, rhs: Expr, rule: str, expected: bool) -> None:
    assert (judge_relation(lhs, "=", rhs).kind == "holds") is expected
    assert explain(lhs, rhs, rule) is expected


def test_completing_the_square() -> None:
    H = b.symbol("H", "n", "n", facts=["pd"])
    square = (x + b.apply("inverse", H) @ c).T @ H @ (x + b.apply("inverse", H) @ c)
    rest = c.T @ b.apply("inverse", H) @ c
    assert explain(x.T @ H @ x + 2 * c.T @ x, square - rest, "completing the square")
    assert not explain(x.T @ H @ x + 2 * c.T @ x, square + rest, "completing the square")
