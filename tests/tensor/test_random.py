"""Random typed expressions: the generated derivative agrees with autodiff of the generated expression."""

import os

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from derive.expr.build import apply, broadcast, diag, dims, hadamard, index, norm2, sum_over, symbol
from derive.expr.core import Relation, as_expr
from derive.expr.nodes import Indicator
from derive.tensor import derivative, entries, equal, generate, normalise, parameter_names

jax.config.update("jax_enable_x64", True)
n, m = dims("n m")
A, S = symbol("A", n, n), symbol("S", n, n, facts=["pd"])
X = symbol("X", n, m)
x, y, c = symbol("x", n), symbol("y", n), symbol("c", facts=["positive"])
i, j = index("i", n), index("j", n)
ARGUMENTS = (A, S, X, x, y, c)
SIZES = {"n": 3, "m": 2}
ENTRYWISE = ("exp", "tanh", "sin", "sigmoid", "softplus", "abs", "arctan", "silu")


def vectors(depth):
    if not depth:
        return st.sampled_from((x, y, c * x, x - y))
    v, s, M = vectors(depth - 1), scalars(depth - 1), matrices(depth - 1)
    return st.one_of(
        st.builds(lambda a, b: a + b, v, v),
        st.builds(lambda a, b: a - b, v, v),
        st.builds(hadamard, v, v),
        st.builds(lambda f, a: apply(f, a), st.sampled_from(ENTRYWISE), v),
        st.builds(lambda a: apply("softmax", a), v),
        st.builds(lambda M, a: M @ a, M, v),
        st.builds(lambda M, a: M.T @ a, M, v),
        st.builds(lambda a, b: a * b, s, v),
        st.builds(lambda a: a / (1 + norm2(a)), v),
        st.builds(lambda a: broadcast(1, n) - a, v),
        st.builds(lambda M: apply("diagonal", M), M),
    )


def matrices(depth):
    if not depth:
        return st.sampled_from((A, S, X @ X.T, A.T))
    v, M = vectors(depth - 1), matrices(depth - 1)
    return st.one_of(
        st.builds(lambda a, b: a @ b, M, M),
        st.builds(lambda a, b: a + b, M, M),
        st.builds(lambda a: a.T, M),
        st.builds(hadamard, M, M),
        st.builds(lambda a, b: a @ b.T, v, v),
        st.builds(diag, v),
        st.builds(lambda a: apply("tanh", a), M),
        st.builds(lambda a: apply("inverse", a @ a.T + 2 * S), M),
        st.builds(lambda a: apply("softmax", a), M),
    )


def scalars(depth):
    if not depth:
        return st.sampled_from((x.T @ y, c, norm2(x), x.T @ A @ x, 2 * c, x[1]))
    v, M, s = vectors(depth - 1), matrices(depth - 1), scalars(depth - 1)
    return st.one_of(
        st.builds(lambda a, b: a.T @ b, v, v),
        st.builds(norm2, v),
        st.builds(lambda a: apply("logsumexp", a), v),
        st.builds(lambda a: apply("trace", a), M),
        st.builds(lambda a: apply("logdet", a @ a.T + S), M),
        st.builds(lambda a: sum_over(i, a[i] ** 2 * y[i]), v),
        st.builds(lambda a: sum_over([i, j], (a[i] - y[j]) ** 2, Relation("!=", i, j)), v),
        st.builds(lambda a: sum_over(i, Indicator(Relation(">", y[i], as_expr(0))) * a[i]), v),
        st.builds(lambda a: apply("log", 1 + apply("exp", a)), s),
        st.builds(lambda a, b: a * b, s, s),
        st.builds(lambda a, b: a + b, s, s),
        st.builds(lambda a: a / (1 + a**2), s),
    )


def point(seed):
    rng = np.random.default_rng(seed)

    def draw(s):
        shape = tuple(k.value(SIZES) for k in s.dims)
        if s is S:
            a = rng.standard_normal(shape)
            return jnp.asarray(a @ a.T / 3 + np.eye(3))
        return jnp.asarray(0.5 * rng.standard_normal(shape) if s is not c else 0.7)

    names = parameter_names(ARGUMENTS)
    return {names[s.name]: draw(s) for s in ARGUMENTS}


def run(expr, target="jax", layout=None):
    scope = {"jax": jax, "jnp": jnp, "np": np}
    exec(generate(expr, ARGUMENTS, target, "function", layout=layout), scope)
    return scope["function"]


def agree(got, want):
    want = np.asarray(want)
    scale = max(1.0, float(np.abs(want).max(initial=0.0)))
    assert np.shape(got) == want.shape
    np.testing.assert_allclose(np.asarray(got), want, rtol=1e-7, atol=1e-7 * scale)


#: `DERIVE_SLOW_TESTS` tries ten times as many
MANY = 10 if os.environ.get("DERIVE_SLOW_TESTS") else 1
QUICK = settings(
    max_examples=25 * MANY, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@QUICK
@given(scalars(2), st.sampled_from((x, A, c, X)))
def test_gradient_agrees_with_autodiff(body, variable):
    values = point(1)
    name = parameter_names(ARGUMENTS)[variable.name]
    function = run(body)
    with jax.disable_jit():
        want = jax.grad(lambda v: function(**{**values, name: v}) + 0.0)(values[name])
    result = derivative(body, (variable,))
    assert result.shape == variable.shape
    agree(run(result)(**values), want)


@settings(QUICK, max_examples=12 * MANY)
@given(vectors(1))
def test_jacobian_agrees_with_autodiff(body):
    values = point(2)
    function = run(body)
    want = jax.jacrev(lambda v: function(**{**values, "x": v}))(values["x"])
    agree(run(derivative(body, (x,)))(**values), want)


@settings(QUICK, max_examples=12 * MANY)
@given(scalars(1), st.sampled_from((x, X)))
def test_hessian_agrees_with_autodiff(body, variable):
    values = point(3)
    name = parameter_names(ARGUMENTS)[variable.name]
    function = run(body)
    want = jax.hessian(lambda v: function(**{**values, name: v}))(values[name])
    if variable is x:
        agree(run(derivative(body, (x, x)))(**values), want)
    else:
        found = entries(body, (X, X))
        agree(run(found.value, layout=found.layout)(**values), want)


@settings(QUICK, max_examples=20 * MANY)
@given(st.one_of(scalars(2), vectors(2)))
def test_normal_form_keeps_the_value(body):
    values = point(4)
    want = run(body)(**values)
    agree(run(normalise(body))(**values), want)
    agree(run(normalise(body), "numpy")(**{k: np.asarray(v) for k, v in values.items()}), want)


@settings(QUICK, max_examples=60 * MANY)
@given(scalars(1), scalars(1))
def test_what_is_proved_equal_is_equal(a, b):
    values = point(5)
    assert equal(a, a)
    if equal(a, b):
        agree(run(a)(**values), run(b)(**values))
