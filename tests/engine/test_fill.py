"""Holes are filled by steps that hold; what cannot be filled stays visible."""

from __future__ import annotations

from derive.checker import judge_relation
from derive.derivation import Chain, Derivation, Reason, Step
from derive.engine import between, fill
from derive.expr import build as b
from derive.expr.nodes import Expr

n, d = b.dims("n d")
X, w, y = b.symbol("X", "n", "d"), b.symbol("w", "d"), b.symbol("y", "n")
A, x = b.symbol("A", "n", "n"), b.symbol("x", "n")


def filled(lhs: Expr, rhs: Expr, op: str = "=") -> Chain:
    hole = Step(op, rhs, Reason(), role="hole", source="X")
    made = fill(Derivation(blocks=(Chain(lhs, (hole,)),)))
    chain = made.blocks[0]
    assert isinstance(chain, Chain)
    return chain


def test_hole_between_a_gradient_and_its_expanded_form() -> None:
    target = 2 / n * (X.T @ X @ w - X.T @ y)
    chain = filled(b.grad(b.norm2(X @ w - y) / n, w), target)
    assert chain.steps[-1].rhs == target
    assert chain.steps[-1].reason.text == "distribute"
    assert chain.steps[-1].source == "X"
    assert len(chain.steps) == 4
    assert all(step.made_by_engine and step.role == "claim" for step in chain.steps)
    for before, step in zip(chain.sides(), chain.steps, strict=False):
        assert isinstance(before, Expr)
        assert isinstance(step.rhs, Expr)
        assert judge_relation(before, "=", step.rhs).kind == "holds"


def test_hole_in_algebra() -> None:
    lines = between(b.norm2(X @ w - y), w.T @ X.T @ X @ w - 2 * y.T @ X @ w + y.T @ y)
    assert lines is not None
    assert [words for _, _, words in lines] == [("definition of the norm",), ("distribute",)]


def test_trace_trick_fills_a_hole() -> None:
    lines = between(x.T @ A @ x, b.apply("trace", A @ x @ x.T))
    assert lines is not None
    assert [names for _, names, _ in lines] == [("trace trick",)]


def test_false_hole_stays_visible() -> None:
    chain = filled(b.norm2(x), 2 * x.T @ x)
    (step,) = chain.steps
    assert step.reason.text == "not filled"
    assert step.role == "claim"
    assert step.rhs == 2 * x.T @ x


def test_inequality_is_not_filled() -> None:
    (step,) = filled(b.norm2(x), b.norm2(x) + 1, "<=").steps
    assert step.reason.text == "not filled"
    assert step.op == "<="
