"""Every kernel means the same: all functions of the table, all kinds of nodes, derivatives, random expressions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.checker.ball_kernel import BallKernel, precision
from derive.checker.duals import SLOPES
from derive.checker.evaluate import HANDLERS, OPERATIONS, Evaluator
from derive.checker.jax_kernel import JaxKernel
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.checker.problem import Problem
from derive.errors import DeriveError, EvaluationError
from derive.expr import nodes
from derive.expr.build import (
    apply,
    dims,
    grad,
    hessian,
    identity,
    index,
    item,
    ones,
    product_over,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.facts import Fact
from derive.expr.functions import ELEMENTWISE, TABLE
from derive.expr.nodes import NODE_TYPES, Apply, Expr, Symbol

n, d = dims("n d")
SIZES = {"n": 4, "d": 3}
A, S = symbol("A", n, n), symbol("S", n, n, facts=["pd"])
X, v, w = symbol("X", n, d), symbol("v", n), symbol("w", n)
x = symbol("x")


def both(expr: Expr, points: int = 5, seed: int = 0) -> tuple[Any, Any, Any]:
    """The value by NumPy, by balls (middles and radii), at the same points."""
    problem = Problem(expr, expr, (), seed)
    sizes = {name: SIZES.get(name, 3) for name in problem.names}
    where = problem.points(sizes, points, 0)
    with np.errstate(all="ignore"):
        floats = problem.sides(NumpyKernel(), where, False)[0]
    with precision(200):
        balls = problem.sides(BallKernel(), where, True)[0]
    middle = np.vectorize(lambda b: float(b.mid()), otypes=[float])(balls)
    radius = np.vectorize(lambda b: float(b.rad()), otypes=[float])(balls)
    return floats, middle, radius


def by_jax(expr: Expr, points: int = 5, seed: int = 0) -> Any:
    problem = Problem(expr, expr, (), seed)
    sizes = {name: SIZES.get(name, 3) for name in problem.names}
    return problem.sides(JaxKernel(), problem.points(sizes, points, 0), False)[0]


def agree(expr: Expr, tolerance: float = 1e-8) -> None:
    floats, middle, radius = both(expr)
    finite = np.isfinite(floats) & np.isfinite(middle)
    assert finite.any(), expr
    assert (np.isfinite(floats) == np.isfinite(middle)).mean() > 0.7, expr
    size = 1e-12 + np.abs(middle[finite])
    assert (np.abs(floats - middle)[finite] <= tolerance * size + radius[finite]).all(), expr
    other = np.asarray(by_jax(expr))
    finite &= np.isfinite(other)
    size = 1e-12 + np.abs(middle[finite])
    assert (np.abs(other - middle)[finite] <= tolerance * size).all(), expr


def arguments(name: str) -> tuple[tuple[Expr, ...], tuple[Any, ...]]:
    special: dict[str, tuple[tuple[Expr, ...], tuple[Any, ...]]] = {
        "trace": ((A,), ()),
        "det": ((A,), ()),
        "logdet": ((S,), ()),
        "logabsdet": ((A,), ()),
        "inverse": ((A,), ()),
        "eigenvalues": ((S,), ()),
        "eigenprojector": ((S, nodes.as_expr(2)), ()),
        "nuclear_norm": ((X,), ()),
        "spectral_norm": ((X,), ()),
        "polar": ((X,), ()),
        "diagonal": ((A,), ()),
        "vec": ((X,), ()),
        "kronecker": ((X, A), ()),
        "softmax": ((X,), ()),
        "log_softmax": ((v,), ()),
        "broadcast": ((x,), X.shape),
        "kronecker_delta": ((nodes.as_expr(2), nodes.as_expr(2)), ()),
        "unit_vector": ((nodes.as_expr(2),), v.shape),
        "leaky_relu": ((v, nodes.as_expr(0.1)), ()),
        "hadamard_power": ((v, nodes.as_expr(3)), ()),
    }
    if name in special:
        return special[name]
    row = TABLE[name]
    if row.domain is not None:
        low, high = row.domain
        bounds = (low, high)
        return (symbol("v", n, facts=[Fact("interval", bounds)]),), ()
    if name in ("gamma", "factorial"):
        return (symbol("v", n, facts=["positive"]) / 4,), ()
    return (v, w)[: row.arity if row.arity > 0 else 2], ()


@pytest.mark.parametrize("name", list(TABLE))
def test_every_function_means_the_same_in_every_kernel(name: str) -> None:
    args, params = arguments(name)
    agree(
        Apply(name, args, params),
        1e-6 if name in ("gamma", "factorial", "det", "inverse") else 1e-8,
    )


@pytest.mark.parametrize("name", [row.name for row in ELEMENTWISE if row.name != "trigamma"])
def test_derivative_of_every_elementwise_function(name: str) -> None:
    args, params = arguments(name)
    base = args[0] if isinstance(args[0], Symbol) else args[0].numerator  # type: ignore[attr-defined]
    one = symbol("s", facts=base.facts)
    inside: Expr = one if isinstance(args[0], Symbol) else one / 4
    value, slope = Apply(name, (inside,), params), grad(Apply(name, (inside,), params), one)
    problem = Problem(value, slope, (), 1)
    points = problem.points({}, 8, 0)
    step = 2.0**-40
    shifted = {s: np.asarray(p, float) + step for s, p in points.values.items()}
    import dataclasses

    moved = dataclasses.replace(points, values=shifted)
    with precision(300):
        low, exact, _ = problem.sides(BallKernel(), points, True)
        high, _, _ = problem.sides(BallKernel(), moved, True)
        rise = (high - low) / (exact * 0 + step)
        for a, b in zip(rise.flat, exact.flat, strict=True):
            if a.is_finite() and b.is_finite():
                assert abs(a - b) < 1e-6 * (1 + abs(b) ** 3), name
    assert name not in SLOPES or callable(SLOPES[name])


def test_every_kind_of_node_is_evaluated_or_refused_by_name() -> None:
    judged_elsewhere = {"Function", "Integral", "Expectation", "Limit", "Extremum"}
    for kind in NODE_TYPES:
        assert kind in HANDLERS or kind in OPERATIONS or kind.__name__ in judged_elsewhere, kind


def test_what_has_no_meaning_at_a_point_is_refused_by_name() -> None:
    problem = Plan((nodes.Constant("infty"),))
    with pytest.raises(EvaluationError, match="infty"):
        Evaluator(NumpyKernel(), {}, {}, problem).value(nodes.Constant("infty"))
    free = nodes.Differential(x, (x,))
    with pytest.raises(EvaluationError, match="differential of x"):
        Evaluator(NumpyKernel(), {}, {x: np.ones((1, 1))}, Plan((free,))).value(free)


i, j, t = index("i", n), index("j", n), index("t", n)
P = symbol("p", n, d, family=1)
EXPRESSIONS: Mapping[str, Expr] = {
    "sum over entries": sum_over([i, j], A[i, j] * v[i] * w[j]),
    "sum with a condition": sum_over([i, j], v[i] / (2 + w[j] ** 2), nodes.Relation("!=", i, j)),
    "product": product_over(i, 1 + v[i] ** 2),
    "triangular": sum_over(i, sum_over(index("l", i), v[index("l", i)] * w[i])),
    "members": sum_over([i, j], (item(P, i) - item(P, j)).T @ item(P, i)),
    "gradient": grad(apply("logsumexp", A @ v), v),
    "gradient by a matrix": grad(v.T @ A @ A @ w, A),
    "hessian": hessian(apply("log", 1 + v.T @ v), v),
    "mixed": nodes.Derivative(apply("exp", v.T @ w / 8), (v, w)),
    "by a member": nodes.Derivative(
        sum_over([i, j], (item(P, i).T @ item(P, j)) ** 2), (nodes.Item(P, (t, None)),)
    ),
    "nested": grad(grad(x**3 * v.T @ w, x) ** 2, v),
    "blocks": nodes.Matrix(((A, X), (X.T, identity(d)))),
    "cases": nodes.Cases(((x**2, x > 1),), x),
    "filled": ones("n") + zeros("n") + v,
    "power of a matrix": (A @ A) ** 2 - A**4,
    "row": (v.T @ A) @ (w.T @ A).T,
}


@pytest.mark.parametrize("name", list(EXPRESSIONS))
def test_structures_agree(name: str) -> None:
    expr = EXPRESSIONS[name]
    if name == "power of a matrix":
        assert both(expr)[0] == pytest.approx(0, abs=1e-6 * 1e6)
        return
    agree(expr, 1e-7)


def scalars() -> st.SearchStrategy[Expr]:
    leaves = st.sampled_from([x, symbol("y"), v.T @ w, apply("sum", v)]) | st.builds(
        lambda a, b: nodes.as_expr(Fraction(a, b)), st.integers(-4, 4), st.integers(1, 5)
    )

    def more(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda a, b: a / (2 + b**2), inner, inner),
            st.builds(
                lambda a, name: apply(name, a),
                inner,
                st.sampled_from(["sin", "tanh", "sigmoid", "softplus", "arctan"]),
            ),
            st.builds(lambda a: sum_over(i, a * v[i]), inner),
        )

    return st.recursive(leaves, more, max_leaves=6)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(scalars())
def test_random_expressions_agree(expr: Expr) -> None:
    floats, middle, radius = both(expr + x * 0)
    finite = np.isfinite(floats) & np.isfinite(middle)
    size = 1.0 + np.abs(middle[finite])
    assert (np.abs(floats - middle)[finite] <= 1e-6 * size).all()
    assert (radius[finite] <= 1e-30 * size).all()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(scalars())
def test_gradients_of_random_expressions_agree_with_jax(expr: Expr) -> None:
    from derive.checker.referee import confirm

    slope = grad(expr + x * 0, x)
    problem = Problem(slope, slope)
    sizes = dict.fromkeys(problem.names, 3)
    assert confirm(problem, problem.points(sizes, 2, 0).subset([0])) is not False


def test_ranges() -> None:
    def value(expr: Expr) -> float:
        plan = Plan((expr,))
        return float(
            np.asarray(Evaluator(NumpyKernel(), SIZES, {}, plan).value(expr)).reshape(-1)[0]
        )

    k = index("k", 0)
    assert value(sum_over(k, k)) == 0
    assert value(product_over(k, k)) == 1
    assert value(sum_over(index("k", nodes.as_expr(3), 5), index("k", nodes.as_expr(3), 5))) == 0
    with pytest.raises(DeriveError, match="terms"):
        value(sum_over(index("k", 10**12), index("k", 10**12)))
