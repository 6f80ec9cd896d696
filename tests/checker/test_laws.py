"""Symbols with a law: the referee's own values, true claims that hold, near misses that fail, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from derive.checker.judgement import judge_relation
from derive.checker.laws import in_order, inputs, law_roots, obey, to_sample
from derive.checker.sampling import sample
from derive.expr.build import (
    apply,
    dims,
    equals,
    grad,
    identity,
    index,
    norm2,
    ones,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.facts import Law
from derive.expr.nodes import Expr, Extremum

N, D = dims("n d")
X, w, y = symbol("X", N, D, facts=["full_column_rank"]), symbol("w", D), symbol("y", N)
LAM = symbol(r"\lambda", facts=["positive"])
S = symbol("S", D, D, facts=["pd"])
T = symbol("T", D, D, facts=["pd"])
SIGMA = symbol(r"\Sigma", D, D, facts=["pd"])
I_D = identity(D)
i, k = index("i", N), index("k", D)
x = symbol("x", N, facts=["probability"])
p = symbol("p", facts=["probability"])
q, counts = symbol("q", D, facts=["simplex"]), symbol("c", D, facts=["positive"])
u = symbol("u", D, facts=["unit_norm"])
b = symbol("b")
LOSS = symbol("L", definition=norm2(X @ w - y) + LAM * norm2(w))
LIKELIHOOD = sum_over(i, x[i] * apply("log", p) + (1 - x[i]) * apply("log", 1 - p))
WITH_B = norm2(X @ w + b * ones(N) - y)
EQUATIONS = (equals(grad(WITH_B, w), zeros(D)), equals(grad(WITH_B, b), 0))

RIDGE = symbol(r"\hat w", D, law=Law("minimiser", (LOSS, w)))
RATE = symbol(r"\hat p", law=Law("maximiser", (LIKELIHOOD, p)))
SHARES = symbol(
    r"\hat q", D, law=Law("maximiser", (sum_over(k, counts[k] * apply("log", q[k])), q))
)
AXIS = symbol(r"\hat u", D, law=Law("maximiser", (u.T @ S @ u, u)))
TOP = symbol(r"\lambda_1", law=Law("eigenvalue", (S, 1)))
FIRST = symbol("u_1", D, law=Law("eigenvector", (S, 1)))
ALL = symbol("U", D, D, law=Law("eigenvectors", (S,)))
VALUES = symbol(r"\Lambda", D, D, facts=["diagonal"], law=Law("eigenvalues", (S,)))
SLOPES = symbol("w", D, law=Law("solves", (EQUATIONS, (w, b))))
OFFSET = symbol("b", law=Law("solves", (EQUATIONS, (w, b))))
COVARIANCE = symbol(
    r"\hat\Sigma",
    D,
    D,
    facts=["pd"],
    law=Law(
        "maximiser",
        (-N * apply("logdet", SIGMA) - apply("trace", apply("inverse", SIGMA) @ T), SIGMA),
    ),
)

TRUE: dict[str, tuple[Expr, Expr]] = {
    "ridge": (RIDGE, apply("inverse", X.T @ X + LAM * I_D) @ X.T @ y),
    "rate": (RATE, sum_over(i, x[i]) / N),
    "shares": (SHARES, counts / apply("sum", counts)),
    "axis": (S @ AXIS, (AXIS.T @ S @ AXIS) * AXIS),
    "axis value": (AXIS.T @ S @ AXIS, TOP),
    "axis up to sign": (FIRST @ FIRST.T, AXIS @ AXIS.T),
    "eigenpair": (S @ FIRST, TOP * FIRST),
    "decomposition": (S, ALL @ VALUES @ ALL.T),
    "orthogonal": (ALL.T @ ALL, I_D),
    "trace": (apply("trace", S), apply("trace", VALUES)),
    "intercept": (OFFSET, (apply("sum", y) - ones(N).T @ X @ SLOPES) / N),
    "covariance": (COVARIANCE, T / N),
}

FALSE: dict[str, tuple[Expr, Expr]] = {
    "ridge with the wrong sign": (RIDGE, apply("inverse", X.T @ X - LAM * I_D) @ X.T @ y),
    "ridge without penalty": (RIDGE, apply("inverse", X.T @ X) @ X.T @ y),
    "rate with n - 1": (RATE, sum_over(i, x[i]) / (N - 1)),
    "shares not normalised": (SHARES, counts),
    "smallest eigenvalue": (TOP, apply("min_entry", apply("eigenvalues", S))),
    "sign of an eigenvector": (FIRST, AXIS),
    "decomposition transposed": (S, ALL.T @ VALUES @ ALL),
    "intercept without the slope": (OFFSET, apply("sum", y) / N),
    "covariance with n - 1": (COVARIANCE, T / (N - 1)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_claims_about_solutions_hold(name: str) -> None:
    lhs, rhs = TRUE[name]
    verdict = judge_relation(lhs, "=", rhs, time_limit=20)
    assert (verdict.kind, verdict.why) == ("holds", "")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ["ridge", "rate", "decomposition", "axis value"])
def test_true_claims_hold_for_other_seeds(name: str, seed: int) -> None:
    assert (
        judge_relation(TRUE[name][0], "=", TRUE[name][1], seed=seed, time_limit=20).kind == "holds"
    )


@pytest.mark.parametrize("name", FALSE)
def test_near_misses_fail_with_a_counterexample(name: str) -> None:
    lhs, rhs = FALSE[name]
    verdict = judge_relation(lhs, "=", rhs, time_limit=20)
    assert verdict.kind == "fails"
    assert verdict.counterexample is not None


def test_an_optimum_is_found_without_its_formula() -> None:
    t = symbol("t", D)
    best = Extremum("argmin", (t - w).T @ S @ (t - w) + norm2(t), t)
    right = apply("inverse", S + I_D) @ S @ w
    assert judge_relation(best, "=", right).kind == "holds"
    assert judge_relation(best, "=", S @ apply("inverse", S + I_D + I_D) @ w).kind == "fails"


def test_what_is_not_unique_is_refused_with_the_reason() -> None:
    basis = symbol("W", D, D, facts=["orthonormal_columns"])
    best = symbol("V", D, D, law=Law("maximiser", (apply("trace", basis.T @ S @ basis), basis)))
    verdict = judge_relation(best, "=", I_D)
    assert verdict.kind == "unchecked"
    assert "not unique" in verdict.why


def test_an_objective_without_a_minimum_is_unchecked() -> None:
    s = symbol("s")
    nowhere = symbol("s^*", law=Law("minimiser", (s * 3, s)))
    verdict = judge_relation(nowhere, "=", LAM)
    assert verdict.kind == "unchecked"
    assert "fits its law" in verdict.why


def test_a_derivative_through_a_law_is_refused() -> None:
    verdict = judge_relation(grad(norm2(RIDGE), LAM), "=", LAM * 0)
    assert verdict.kind == "unchecked"
    assert "by its law" in verdict.why


def test_eigenpairs_of_a_general_matrix_are_refused() -> None:
    g = symbol("G", D, D)
    vector = symbol("v", D, law=Law("eigenvector", (g, 1)))
    verdict = judge_relation(norm2(vector), "=", LAM / LAM)
    assert verdict.kind == "unchecked"
    assert "not symmetric" in verdict.why


def test_what_a_law_needs_is_found_and_ordered() -> None:
    assert set(to_sample([RIDGE])) == {X, y, LAM}
    assert w not in inputs(RIDGE)
    second = symbol("v", D, law=Law("minimiser", (norm2(w - RIDGE), w)))
    assert in_order([second]) == [RIDGE, second]
    assert LOSS in law_roots([second])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_referee_agrees_with_least_squares(seed: int) -> None:
    points = sample([X, y, LAM], {"n": 5, "d": 3}, 6, seed)
    solved = obey(points, [RIDGE], seed)
    assert solved.count == 6
    for place in range(6):
        a = np.asarray(solved.values[X][place], float)
        target = np.asarray(solved.values[y][place], float)
        shift = float(solved.values[LAM][place]) * np.eye(3)
        expected = np.linalg.solve(a.T @ a + shift, a.T @ target)
        assert np.allclose(solved.values[RIDGE][place], expected, rtol=1e-7)


def test_solved_values_are_balls_that_contain_the_solution_tightly() -> None:
    solved = obey(sample([X, y, LAM], {"n": 5, "d": 3}, 2, 0), [RIDGE], 0)
    radii = [float(b.rad()) for b in solved.solved[RIDGE].flat]  # type: ignore[attr-defined]
    assert 0 < max(radii) < 1e-40
    assert solved.subset([1]).solved[RIDGE].shape == (1, 3)  # type: ignore[attr-defined]


P_DIM, Q_DIM = dims("p q")
S_XX = symbol("S_{xx}", P_DIM, P_DIM, facts=["pd"])
S_YY = symbol("S_{yy}", Q_DIM, Q_DIM, facts=["pd"])
S_XY, W_X, W_Y = symbol("S_{xy}", P_DIM, Q_DIM), symbol("w_x", P_DIM), symbol("w_y", Q_DIM)
RHO, MU = symbol(r"\rho"), symbol(r"\mu")
UNIT = (equals(W_X.T @ S_XX @ W_X, 1), equals(W_Y.T @ S_YY @ W_Y, 1))
CORRELATED = (
    equals(S_XY @ W_Y - RHO * S_XX @ W_X, zeros(P_DIM)),
    equals(S_XY.T @ W_X - MU * S_YY @ W_Y, zeros(Q_DIM)),
)


@pytest.mark.parametrize(
    ("premises", "lhs", "rhs", "wanted"),
    [
        (UNIT, RHO * W_X.T @ S_XX @ W_X, RHO, "holds"),
        ((*UNIT, CORRELATED[0]), W_X.T @ S_XY @ W_Y, RHO, "holds"),
        ((*UNIT, *CORRELATED), RHO, MU, "holds"),
        (CORRELATED, RHO, MU, "fails"),
    ],
)
def test_canonical_correlation(
    premises: tuple[Expr, ...], lhs: Expr, rhs: Expr, wanted: str
) -> None:
    verdict = judge_relation(lhs, "=", rhs, premises=premises, time_limit=None)
    assert verdict.kind == wanted, verdict
