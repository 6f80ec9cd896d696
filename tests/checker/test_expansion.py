"""Expectations, integrals and limits: known values hold, near misses fail, what does not converge is unchecked."""

from __future__ import annotations

from fractions import Fraction
from math import prod

import pytest

from derive.checker.expansion import expand, needs_expansion
from derive.checker.judgement import judge_relation
from derive.checker.quadrature import (
    gauss_hermite,
    gauss_legendre,
    hermite_of_degree_five,
    tanh_sinh,
)
from derive.errors import EvaluationError
from derive.expr.build import (
    apply,
    array_over,
    dims,
    grad,
    identity,
    index,
    infinity,
    item,
    ones,
    pi,
    sum_over,
    symbol,
)
from derive.expr.facts import Law
from derive.expr.nodes import Expectation, Expr, Integral, Limit, as_expr

(D,) = dims("d")
MU, S = symbol(r"\mu", D), symbol("S", D, D, facts=["pd"])
m, s = symbol("m"), symbol("s", facts=["positive"])
p, shares = symbol("p", facts=["probability"]), symbol("q", D, facts=["simplex"])
x = symbol("x")
Z = symbol("z", D, law=Law("random", ("normal", MU, S)))
G = symbol("g", law=Law("random", ("normal", m, s**2)))
COIN = symbol("b", law=Law("random", ("bernoulli", p)))
COINS = symbol("b", D, law=Law("random", ("bernoulli", p)))
LABEL = symbol("c", D, law=Law("random", ("categorical", shares)))
ANY = symbol("a", law=Law("random", ("any",)))
OTHER = symbol("o", law=Law("random", ("any",)))
FLAT = symbol("f", law=Law("random", ("uniform", m, m + s)))
DIE = symbol("e", law=Law("random", ("finite", (as_expr(1), as_expr(4)), (p, 1 - p))))
KNOWN = symbol("k", law=Law("random", ("any", m, s**2)))
COPIES = symbol("y", 3, law=Law("random", ("iid", KNOWN)))
DRAWS = symbol(
    "w", 3, law=Law("random", ("iid", symbol("t", law=Law("random", ("finite", MU, shares)))))
)
STEPS = symbol("h", 3, law=Law("random", ("any", m * ones(3))))
V, L = symbol("v", D), symbol("l", D)


def mean(value: Expr, *over: Expr) -> Expectation:
    return Expectation("E", (value,), tuple(over))  # type: ignore[arg-type]


def spread(kind: str, *args: Expr) -> Expectation:
    return Expectation(kind, args, (args[0],))  # type: ignore[arg-type]


def exp(value: Expr) -> Expr:
    return apply("exp", value)


BELL = exp(-((x - m) ** 2) / (2 * s**2))

TRUE: dict[str, tuple[Expr, Expr]] = {
    "second moment": (mean(Z @ Z.T, Z), S + MU @ MU.T),
    "quadratic form": (mean(Z.T @ S @ Z, Z), apply("trace", S @ S) + MU.T @ S @ MU),
    "a mean of zero": (mean((G - m) ** 2 - s**2, G), as_expr(0)),
    "another mean of zero": (mean((G - m) / s * ((G - m) ** 2 / s**2 - 1), G), as_expr(0)),
    "covariance of a normal": (spread("Cov", Z), S),
    "moment generating": (mean(exp(G / 4), G), exp(m / 4 + s**2 / 32)),
    "variance of a coin": (spread("Var", COIN), p * (1 - p)),
    "independent coins": (spread("Cov", COINS), p * (1 - p) * identity(D)),
    "covariance of a label": (spread("Cov", LABEL), apply("diag", shares) - shares @ shares.T),
    "variance by moments": (spread("Var", ANY), mean(ANY**2, ANY) - mean(ANY, ANY) ** 2),
    "independence": (mean(ANY * OTHER, ANY, OTHER), mean(ANY, ANY) * mean(OTHER, OTHER)),
    "uniform": (spread("Var", FLAT), s**2 / 12),
    "finite": (mean(DIE, DIE), 4 - 3 * p),
    "mean of a law with a mean": (mean(KNOWN, KNOWN), m),
    "variance of a law with a variance": (spread("Var", KNOWN), s**2),
    "copies": (spread("Cov", COPIES), s**2 * identity(3)),
    "sum of copies": (mean(apply("sum", COPIES) ** 2, COPIES), 3 * s**2 + 9 * m**2),
    "copies of a finite law": (mean(apply("sum", DRAWS), DRAWS), 3 * shares.T @ MU),
    "integral over the space": (
        Integral(exp(L.T @ V - V.T @ S @ V / 2), V),
        (2 * pi) ** (D / 2)
        * exp(L.T @ apply("inverse", S) @ L / 2)
        / apply("sqrt", apply("det", S)),
    ),
    "slope inside an expectation": (mean(grad(Z.T @ S @ Z, Z), Z), 2 * S @ MU),
    "slope inside an integral": (Integral(grad(BELL, x) * x, x), -apply("sqrt", 2 * pi) * s),
    "rough ends": (
        Integral(x ** (s - 1) * (1 - x) ** 2, x, as_expr(0), as_expr(1)),
        2 / (s * (s + 1) * (s + 2)),
    ),
    "gradient of an expectation": (grad(mean(Z.T @ S @ Z, Z), MU), 2 * S @ MU),
    "gaussian integral": (Integral(BELL, x), apply("sqrt", 2 * pi) * s),
    "gamma integral": (
        Integral(x**2 * exp(-s * x), x, as_expr(0), infinity),
        2 / s**3,
    ),
    "finite range": (Integral(apply("sin", x), x, as_expr(0), s), 1 - apply("cos", s)),
    "limit of a quotient": (Limit(apply("sin", s * x) / x, x, as_expr(0)), s),
    "limit at infinity": (Limit((1 + s / x) ** x, x, infinity), exp(s)),
}

FALSE: dict[str, tuple[Expr, Expr]] = {
    "second moment": (mean(Z @ Z.T, Z), S),
    "moment generating": (mean(exp(G / 4), G), exp(m / 4 + s**2 / 16)),
    "variance of a coin": (spread("Var", COIN), p),
    "covariance of a label": (spread("Cov", LABEL), apply("diag", shares)),
    "variance by moments": (spread("Var", ANY), mean(ANY**2, ANY)),
    "mean of a square": (mean(ANY**2, ANY), mean(ANY, ANY) ** 2),
    "uniform": (spread("Var", FLAT), s**2 / 4),
    "copies": (spread("Cov", COPIES), s * identity(3)),
    "third moment of an unnamed law": (mean((KNOWN - m) ** 3, KNOWN), 0 * s),
    "copies of a finite law": (mean(apply("sum", DRAWS) ** 2, DRAWS), (3 * shares.T @ MU) ** 2),
    "integral over the space": (
        Integral(exp(-V.T @ S @ V / 2), V),
        (2 * pi) ** (D / 2) * apply("sqrt", apply("det", S)),
    ),
    "gaussian integral": (Integral(BELL, x), apply("sqrt", 2 * pi) * s**2),
    "slope inside an expectation": (mean(grad(Z.T @ S @ Z, Z), Z), S @ MU),
    "rough ends": (Integral(x ** (s - 1), x, as_expr(0), as_expr(1)), 1 / (s + 1)),
    "limit of a quotient": (Limit(apply("sin", s * x) / x, x, as_expr(0)), 1 / s),
}


@pytest.mark.parametrize("name", TRUE)
def test_known_values_hold(name: str) -> None:
    verdict = judge_relation(*_sides(TRUE[name]), time_limit=20)
    assert (verdict.kind, verdict.why) == ("holds", "")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ["variance by moments", "quadratic form", "gaussian integral"])
def test_known_values_hold_for_other_seeds(name: str, seed: int) -> None:
    assert judge_relation(*_sides(TRUE[name]), seed=seed, time_limit=20).kind == "holds"


@pytest.mark.parametrize("name", FALSE)
def test_near_misses_fail(name: str) -> None:
    assert judge_relation(*_sides(FALSE[name]), time_limit=20).kind == "fails"


def _sides(pair: tuple[Expr, Expr]) -> tuple[Expr, str, Expr]:
    return pair[0], "=", pair[1]


def test_jensen_holds_and_not_the_other_way() -> None:
    left, right = exp(mean(ANY / 8, ANY)), mean(exp(ANY / 8), ANY)
    assert judge_relation(left, "<=", right, time_limit=20).kind == "holds"
    assert judge_relation(left, ">=", right, time_limit=20).kind == "fails"


@pytest.mark.parametrize(
    ("lhs", "rhs"),
    [
        (Limit(apply("abs", x * s) / x, x, as_expr(0)), s),
        (Limit(apply("sin", x), x, infinity), as_expr(0) * s),
        (Integral(1 / x, x, as_expr(0), s), s),
    ],
)
def test_what_does_not_converge_is_unchecked(lhs: Expr, rhs: Expr) -> None:
    assert judge_relation(lhs, "=", rhs, time_limit=20).kind == "unchecked"


def test_a_random_array_may_count_from_zero() -> None:
    t = index("t", 3, 0)
    past = index("i", t)
    path = array_over((t,), sum_over(past, s**past * item(STEPS, past)))
    walk = symbol("p", definition=path, family=1, origin=0)
    expected = m * sum_over(past, s**past)
    assert judge_relation(mean(item(walk, t), STEPS), "=", expected, time_limit=20).kind == "holds"
    wrong = m * sum_over(past, s ** (past - 1))
    assert judge_relation(mean(item(walk, t), STEPS), "=", wrong, time_limit=20).kind == "fails"


def test_a_random_variable_without_a_law_is_unchecked() -> None:
    free = symbol("v")
    verdict = judge_relation(mean(free, free), "=", s)
    assert verdict.kind == "unchecked"
    assert "no declared distribution" in verdict.why


def test_too_many_dimensions_are_refused() -> None:
    with pytest.raises(EvaluationError, match="too many"):
        expand((mean(apply("exp", Z.T @ Z), Z),), {"d": 12})


def test_polynomials_of_low_degree_need_few_nodes_in_many_dimensions() -> None:
    d = 12
    nodes, weights = hermite_of_degree_five(d)
    assert len(nodes) == 2 * d * d + 1
    assert sum(weights) == 1
    for powers, moment in (((2,), 1), ((4,), 3), ((2, 2), 1), ((3, 1), 0), ((1, 1), 0), ((5,), 0)):
        total = sum(
            w * prod(x**p for x, p in zip(node, powers, strict=False))
            for node, w in zip(nodes, weights, strict=True)
        )
        assert abs(total - moment) < 1e-40, powers
    assert sum(w * n[0] ** 6 for n, w in zip(nodes, weights, strict=True)) != 15


def test_only_expressions_with_such_nodes_are_expanded() -> None:
    assert not needs_expansion(S @ MU)
    assert needs_expansion(symbol("h", definition=mean(G, G)))
    assert expand((S @ MU,), {"d": 3}) == (S @ MU,)


def test_rules_integrate_what_they_promise() -> None:
    nodes, weights = gauss_hermite(1, 0)
    moments = [sum(w * t[0] ** k for t, w in zip(nodes, weights, strict=True)) for k in range(9)]
    for k, exact in enumerate((1, 0, 1, 0, 3, 0, 15, 0, 105)):
        assert abs(Fraction(moments[k]) - exact) < Fraction(1, 10**40)
    nodes_l, weights_l = gauss_legendre(8)
    even = sum(w * t**6 for t, w in zip(nodes_l, weights_l, strict=True))
    assert abs(even - Fraction(2, 7)) < Fraction(1, 10**40)
    line, chances = tanh_sinh("line", Fraction(1, 60))
    total = sum(float(w) / (1.0 + float(t) ** 2) for t, w in zip(line, chances, strict=True))
    assert abs(total - 3.141592653589793) < 1e-12
