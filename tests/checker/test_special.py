"""Special points obey what is declared and refute; a claim that holds elsewhere is told where it has no value."""

from __future__ import annotations

import numpy as np
import pytest

from derive.checker import judge_relation
from derive.checker.sampling import satisfies
from derive.checker.special import special_points
from derive.expr.build import apply, dims, indicator, norm, norm2, symbol
from derive.expr.facts import Fact
from derive.expr.nodes import Expr, Relation, as_expr

n, d = dims("n d")
x, y = symbol("x"), symbol("y")
a, b = symbol("a", n), symbol("b", n)
A = symbol("A", n, n)
P = symbol("P", n, n, facts=["pd"])


@pytest.mark.parametrize(
    ("facts", "wanted", "missing"),
    [
        ((), "x = 0", ""),
        (("nonzero",), "x = -1", "x = 0"),
        (("positive",), "x = 1", "x = 0"),
        (("nonnegative",), "x = 0", "x = -1"),
        (("integer",), "x = 0", ""),
        ((Fact("interval", (0, 3)),), "x = 1", "x = 0"),
    ],
)
def test_values_stay_in_the_domain(facts: tuple[str, ...], wanted: str, missing: str) -> None:
    scalar = symbol("x", facts=facts)
    found = special_points((scalar,), (), 64, 0)
    assert found is not None
    assert wanted in found.labels
    assert missing not in found.labels or not missing
    assert satisfies(scalar, found.points.values[scalar]).all()


def test_matrices_keep_their_facts() -> None:
    found = special_points((P,), (("n", 3),), 64, 0)
    assert found is not None
    assert "P = I" in found.labels
    assert "P = 0" not in found.labels
    for value in found.points.values[P]:
        np.testing.assert_array_equal(value, value.T)
        assert np.linalg.eigvalsh(value).min() > 0


def test_facts_that_cannot_be_verified_leave_only_equal_symbols() -> None:
    p, q = (symbol(name, n, facts=["simplex"]) for name in "pq")
    found = special_points((p, q), (("n", 3),), 64, 0)
    assert found is not None
    assert found.labels == ("q = p",)


@pytest.mark.parametrize(
    ("lhs", "rhs", "where"),
    [
        (x / x, as_expr(1), "x = 0"),
        (x**2 / apply("abs", x), apply("abs", x), "x = 0"),
        ((x**2 - y**2) / (x - y), x + y, "y = x"),
        (apply("inverse", A) @ A, A @ apply("inverse", A), ""),
        (a.T @ a / norm(a), norm(a), "a = 0"),
    ],
)
def test_where_a_side_has_no_value_is_said(lhs: Expr, rhs: Expr, where: str) -> None:
    verdict = judge_relation(lhs, "=", rhs)
    assert verdict.kind == "holds", verdict
    assert (where in verdict.why) if where else not verdict.why


@pytest.mark.parametrize(
    ("lhs", "op", "rhs"),
    [
        (apply("relu", x), "=", apply("min", apply("relu", x), as_expr(1000))),
        (apply("max", x, y - 300), "=", x),
        (indicator(Relation("=", x, y)), "=", as_expr(0)),
        (apply("abs", a.T @ b) / (norm(a) * norm(b)), "<", as_expr(1)),
        (norm2(a) + norm2(b), ">", 2 * a.T @ b),
        (apply("log", symbol("t", facts=["positive"])), "<", symbol("t", facts=["positive"]) - 1),
    ],
)
def test_false_at_special_points_only_is_not_accepted(lhs: Expr, op: str, rhs: Expr) -> None:
    assert judge_relation(lhs, op, rhs).kind == "fails"
