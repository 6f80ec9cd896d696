"""Planted mistakes are named, and what is suggested holds; nothing is suggested where nothing was verified."""

from __future__ import annotations

import numpy as np
import pytest

from derive.checker.causes import decider, with_cause, with_reading
from derive.checker.diagnosis import Sample, constant_ratio, recognised
from derive.checker.edit_parts import Setting
from derive.checker.judgement import judge_relation
from derive.checker.verdicts import Verdict
from derive.derivation import Unreadable
from derive.expr.build import (
    apply,
    dims,
    equals,
    grad,
    identity,
    index,
    jacobian,
    norm,
    norm2,
    ones,
    partial,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.facts import Law
from derive.expr.nodes import Expr, Number, Relation, as_expr

N, D = dims("n d")
X, w, y = symbol("X", N, D, facts=["full_column_rank"]), symbol("w", D), symbol("y", N)
z, mu = symbol("z", D), symbol(r"\mu", D)
A, B = symbol("A", N, N), symbol("B", N, N)
a, b, c = symbol("a", N), symbol("b", N), symbol("c", N)
S = symbol("S", D, D, facts=["pd"])
T = symbol("t", facts=["probability"])
LAM = symbol(r"\lambda", facts=["positive"])
LOSS = symbol("L", definition=norm2(X @ w - y) / N + LAM * norm2(w))
BEST = symbol(r"\hat w", D, law=Law("minimiser", (norm2(X @ w - y) + LAM * norm2(w), w)))
I_D = identity(D)
i, j = index("i", N), index("j", N)


def inverse(m: Expr) -> Expr:
    return apply("inverse", m)


def sigmoid(m: Expr) -> Expr:
    return apply("sigmoid", m)


CROSS = -(T * apply("log", sigmoid(w.T @ z)) + (1 - T) * apply("log", 1 - sigmoid(w.T @ z)))

PLANTED: list[tuple[str, Expr, str, Expr]] = [
    ("factor_n", grad(LOSS, w), "=", 2 * X.T @ (X @ w - y) + 2 * LAM * w),
    ("factor_2_or_half", grad(LOSS, w), "=", (1 / N) * X.T @ (X @ w - y) + 2 * LAM * w),
    ("sign", grad(LOSS, w), "=", (2 / N) * X.T @ (y - X @ w) + 2 * LAM * w),
    ("dropped_regulariser", grad(LOSS, w), "=", (2 / N) * X.T @ (X @ w - y)),
    ("dropped_term", grad(LOSS, w), "=", (2 / N) * X.T @ (X @ w) + 2 * LAM * w),
    ("dropped_regulariser", BEST, "=", inverse(X.T @ X) @ X.T @ y),
    ("sign", BEST, "=", inverse(X.T @ X - LAM * I_D) @ X.T @ y),
    ("missing_inverse", BEST, "=", (X.T @ X + LAM * I_D) @ X.T @ y),
    ("order_swap", (A @ B).T, "=", A.T @ B.T),
    ("missing_transpose", (A @ B).T, "=", B @ A.T),
    ("order_swap", inverse(A @ B), "=", inverse(A) @ inverse(B)),
    ("missing_transpose", grad(a.T @ A @ a, a), "=", (A + A) @ a),
    ("layout", grad(c.T @ a, a), "=", c.T),
    ("layout", jacobian(A @ a, a), "=", A.T),
    ("complement", grad(CROSS, w), "=", ((1 - sigmoid(w.T @ z)) - T) * z),
    ("sign", grad(CROSS, w), "=", (T - sigmoid(w.T @ z)) * z),
    ("chain_rule", grad(CROSS, w), "=", (sigmoid(w.T @ z) - T) * ones(D)),
    (
        "chain_rule",
        grad(apply("log", sigmoid(w.T @ z)), w),
        "=",
        sigmoid(w.T @ z) * (1 - sigmoid(w.T @ z)) * z,
    ),
    ("exponent", grad(norm(w), w), "=", w / norm2(w)),
    ("off_by_one_range", sum_over(i, b[i]) - b[j], "=", sum_over(i, b[i])),
    (
        "off_by_one_range",
        sum_over(i, b[i]),
        "=",
        sum_over(i, b[i], Relation("!=", i, j)),
    ),
    ("wrong_symbol", a.T @ A @ c + a.T @ a, "=", a.T @ A @ a + a.T @ a),
    ("wrong_relation", norm(a + c), ">=", norm(a) + norm(c)),
    ("missing_inverse", grad((z - mu).T @ inverse(S) @ (z - mu) / 2, mu), "=", S @ (mu - z)),
    ("dropped_factor", w / norm(w) * (w.T @ z) / norm(z), "=", w * (w.T @ z) / norm(z)),
    ("missing_log", apply("logdet", S), "=", apply("det", S)),
]


k = index("k", D)
ROWS = symbol("x", N, D, family=1)
X_I = ROWS[i]
LIKELIHOOD = symbol(
    r"\ell",
    definition=-(N / 2) * apply("logdet", S)
    - sum_over(i, (X_I - mu).T @ inverse(S) @ (X_I - mu)) / 2,
)
BETWEEN = symbol("S_b", definition=(z - mu) @ (z - mu).T)
QUOTIENT = symbol("J", definition=(w.T @ BETWEEN @ w) / (w.T @ S @ w))
COSINE = symbol("c", definition=a.T @ b / (norm(a) * norm(b)))
ACTIVE = symbol("f", definition=LAM / 2 * norm2(w - z) + 1 - w.T @ mu)
MEAN = symbol("m", definition=sum_over(i, a[i]) / N)
DEVIATION = symbol("s", definition=apply("sqrt", sum_over(i, (a[i] - MEAN) ** 2) / N))

PLANTED += [
    (
        "factor_2_or_half",
        grad(LIKELIHOOD, mu),
        "=",
        -(as_expr(1) / 2) * sum_over(i, inverse(S) @ (X_I - mu)),
    ),
    ("missing_inverse", grad(LIKELIHOOD, mu), "=", sum_over(i, S @ (X_I - mu))),
    (
        "wrong_symbol",
        grad(QUOTIENT, w),
        "=",
        2 / (w.T @ S @ w) * (S @ w - QUOTIENT * BETWEEN @ w),
    ),
    (
        "dropped_factor",
        b / (norm(a) * norm(b)) - (a.T @ b) * a / (norm(a) ** 3 * norm(b)),
        "=",
        1 / norm(a) * (b / norm(b) - COSINE * a),
    ),
    (
        "dropped_regulariser",
        sum_over(i, (X @ w - y)[i] * X[i, k]) + LAM * w[k],
        "=",
        (X.T @ (X @ w - y))[k],
    ),
    ("factor_2_or_half", grad(ACTIVE, w), "=", 2 * LAM * (w - z) - mu),
    ("factor_n", partial(DEVIATION, a[j]), "=", (a[j] - MEAN) / DEVIATION),
]

CASES = [(seed, *case) for n, case in enumerate(PLANTED) for seed in range(3) if n % 3 == seed]


@pytest.mark.parametrize(("seed", "kind", "lhs", "op", "rhs"), CASES)
def test_a_planted_mistake_is_named_and_its_correction_holds(
    seed: int, kind: str, lhs: Expr, op: str, rhs: Expr
) -> None:
    verdict = judge_relation(lhs, op, rhs, seed=seed, time_limit=10)
    assert verdict.kind == "fails"
    found = with_cause(verdict, lhs, op, rhs, seed=seed, budget=5).diagnosis
    assert found is not None
    assert found.kind == kind
    if kind == "wrong_relation":
        assert judge_relation(lhs, "<=", rhs, seed=seed + 50).kind == "holds"
        return
    sides = [(lhs, found.corrected), (found.corrected, rhs)]
    again = [decider(())(left, op, right, seed + 50).kind for left, right in sides]
    assert "holds" in again


def test_a_statement_far_from_the_truth_gets_no_diagnosis() -> None:
    lhs, rhs = apply("sin", a.T @ c), norm2(a) ** 3 + apply("exp", c.T @ c) * 7
    verdict = judge_relation(lhs, "=", rhs)
    assert verdict.kind == "fails"
    assert with_cause(verdict, lhs, "=", rhs).diagnosis is None


def test_a_missing_assumption_is_discovered() -> None:
    g = symbol("G", D, D)
    verdict = with_cause(
        judge_relation(w.T @ g @ z, "=", z.T @ g @ w), w.T @ g @ z, "=", z.T @ g @ w
    )
    named = verdict.assumptions or (verdict.diagnosis and verdict.diagnosis.message)
    assert named


def test_the_assumption_names_the_symbol_and_the_fact() -> None:
    from derive.checker.assumptions import discover

    g = symbol("G", D, D)
    found = discover(w.T @ g @ z, "=", z.T @ g @ w, decider(()), budget=5)
    assert found == ("holds only if G is symmetric",)


def test_a_verdict_that_holds_is_left_alone() -> None:
    verdict = judge_relation(w.T @ z, "=", z.T @ w)
    assert with_cause(verdict, w.T @ z, "=", z.T @ w) is verdict


def test_a_constant_ratio_is_read_across_sizes() -> None:
    base = np.array([[1.0, -2.0], [3.0, 0.5]])
    samples = [Sample({"n": n, "d": 7 - n}, base / n, base) for n in (3, 4)]
    ratio = constant_ratio(samples)
    assert ratio is not None
    [(value, kind)] = list(recognised(ratio, Setting(("d", "n"))))
    assert kind == "factor_n"
    assert repr(value) == "1/n"


def test_a_varying_ratio_is_none() -> None:
    base = np.array([[1.0, -2.0], [3.0, 0.5]])
    assert constant_ratio([Sample({}, base, base + 1)]) is None


def test_minus_one_is_a_sign_and_one_half_a_factor() -> None:
    base = np.array([[1.0, -2.0], [3.0, 0.5]])
    for factor, name in ((-1.0, "sign"), (0.5, "factor_2_or_half"), (3.0, "dropped_factor")):
        ratio = constant_ratio([Sample({}, factor * base, base)])
        assert ratio is not None
        [(value, kind)] = list(recognised(ratio, Setting()))
        assert kind == name
        assert not isinstance(value, Number) or float(value.value) == factor


def test_premises_hold_at_the_points_of_a_diagnosis() -> None:
    stationary = equals(grad(ACTIVE, w), zeros(D))
    wrong = z - 1 / LAM * mu
    verdict = judge_relation(w, "=", wrong, premises=[stationary])
    assert verdict.kind == "fails"
    found = with_cause(verdict, w, "=", wrong, (stationary,), budget=5).diagnosis
    assert found is not None
    assert found.kind == "sign"
    assert judge_relation(w, "=", found.corrected, premises=[stationary]).kind == "holds"


def test_a_reading_beside_an_ill_typed_side_is_judged() -> None:
    wrong, meant = X @ X.T @ y, X.T @ y
    side = Unreadable(r"X y", "sizes clash", True, (("missing_transpose", meant),))
    found = with_reading(Verdict("fails"), grad(y.T @ X @ w, w), "=", side)
    assert found.diagnosis is not None
    assert found.diagnosis.kind == "missing_transpose"
    other = Unreadable(r"X y", "sizes clash", True, (("missing_transpose", wrong),))
    assert with_reading(Verdict("fails"), grad(y.T @ X @ w, w), "=", other).diagnosis is None


def test_an_equation_that_repeats_another_is_no_obstacle() -> None:
    twice = [equals(grad(ACTIVE, w), zeros(D)), equals(LAM * (w - z) - mu, zeros(D))]
    assert judge_relation(w, "=", z + 1 / LAM * mu, premises=twice).kind == "holds"
    assert judge_relation(w, "=", z - 1 / LAM * mu, premises=twice).kind == "fails"
    against = [twice[0], equals(LAM * (w - z) + mu, zeros(D))]
    assert judge_relation(w, "=", z + 1 / LAM * mu, premises=against).kind == "unchecked"
