"""Random typed scalar functions of a vector, and of a scalar: every step of the worked derivative holds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.checker import judge_relation
from derive.engine import explain, worked
from derive.expr import build as b
from derive.expr.nodes import Expr

A, B = b.symbol("A", "m", "d"), b.symbol("B", "d", "d")
S = b.symbol("S", "d", "d", facts=["symmetric"])
x, u, c = b.symbol("x", "d"), b.symbol("u", "d"), b.symbol("c", "m")
t, a = b.symbol("t"), b.symbol("a", facts=["positive"])

AFFINE = st.sampled_from([x, x - u, 2 * x, B @ x, S @ x + u, -x])
SMOOTH = ("tanh", "sigmoid", "sin", "softplus")


@st.composite
def vectors(draw: st.DrawFn) -> Expr:
    inner = draw(AFFINE)
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return b.apply(draw(st.sampled_from(SMOOTH)), inner)
    if kind == 1:
        return b.hadamard(inner, u)
    if kind == 2:
        return b.apply("softmax", inner)
    return inner


@st.composite
def scalars(draw: st.DrawFn) -> Expr:
    first, second = draw(vectors()), draw(vectors())
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return b.norm2(first)
    if kind == 1:
        return u.T @ first
    if kind == 2:
        return first.T @ B @ second
    if kind == 3:
        return b.norm2(A @ x - c) + a * b.norm2(first)
    if kind == 4:
        return b.apply("logsumexp", first) - u.T @ second
    if kind == 5:
        return b.apply("tanh", u.T @ first) * (first.T @ second)
    return b.apply("sum", first) / (1 + b.norm2(second))


@st.composite
def scalar_functions(draw: st.DrawFn) -> Expr:
    f: Expr = t
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.integers(0, 5))
        name = draw(st.sampled_from(SMOOTH))
        if kind == 0:
            f = b.apply(name, f)
        elif kind == 1:
            f = f * b.apply(name, t)
        elif kind == 2:
            f = f / (2 + t**2)
        elif kind == 3:
            f = f**2 + a * t
        elif kind == 4:
            f = b.apply("exp", -f)
        else:
            f = 3 * f - t
    return f


def check(body: Expr, variable: Expr) -> None:
    chain = worked(body, variable)
    assert 1 <= len(chain.steps) <= 8
    for before, after in pairwise(chain.sides()):
        assert isinstance(before, Expr)
        assert isinstance(after, Expr)
        verdict = judge_relation(before, "=", after)
        assert verdict.kind != "fails", (before, after)


COMMON = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@COMMON
@given(scalars())
def test_gradient_of_a_random_function_of_a_vector(body: Expr) -> None:
    check(body, x)


@COMMON
@given(scalar_functions())
def test_derivative_of_a_random_function_of_a_scalar(body: Expr) -> None:
    check(body, t)


@COMMON
@given(
    scalars(), scalars(), st.sampled_from(["linearity", "product rule", "chain rule", "collect"])
)
def test_no_two_different_functions_are_explained_as_equal(f: Expr, g: Expr, rule: str) -> None:
    if explain(f, g, rule):
        assert judge_relation(f, "=", g).kind != "fails", (f, g)
