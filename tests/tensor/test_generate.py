"""Generated source: parameters, sizes, stability, conditions, truth values, identity factors kept symbolic."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from derive.errors import NoRuleError, UsageError
from derive.expr.build import abstract_function, apply, call, dims, index, norm2, sum_over, symbol
from derive.expr.core import Relation, as_expr
from derive.expr.nodes import Indicator, Integral
from derive.tensor import derivative, entries, generate, parameter_names, size_arguments, structure

jax.config.update("jax_enable_x64", True)
n, m, k = dims("n m k")
X, y, w = symbol("X", n, m), symbol("y", n), symbol("w", m)
x = symbol("x", n)
i, j = index("i", n), index("j", n)


def compiled(source):
    scope = {"jax": jax, "jnp": jnp, "np": np}
    exec(source, scope)
    return scope["gradient"]


def test_source_is_short_and_readable():
    source = generate(derivative(norm2(X @ w - y) / n, (w,)), (X, y, w))
    assert source == (
        "def gradient(X, y, w):\n    n = X.shape[0]\n    return 2 * (X.T @ (X @ w - y)) / n\n"
    )


def test_names_become_identifiers():
    latex = (
        r"\lambda",
        r"\hat{w}",
        r"\mathbf{W}^{(l)}",
        r"\sigma^2",
        "x'",
        r"\bar{x}",
        "w",
        r"\mathbf{w}",
    )
    names = parameter_names([symbol(s) for s in latex])
    assert list(names) == list(latex)
    assert list(names.values()) == [
        "lambda_", "w_hat", "W_l", "sigma2", "x_prime", "x_bar", "w", "w_2",
    ]  # fmt: skip


def test_sizes_come_from_shapes_or_are_arguments():
    t = symbol("t")
    assert size_arguments(n * t, (t,)) == ("n",)
    assert compiled(generate(n * t, (t,)))(2.0, 5) == 10.0
    shifted = symbol("v", n + k - 1)
    source = generate(n * norm2(shifted) * norm2(symbol("u", k)), (shifted, symbol("u", k)))
    assert compiled(source)(np.ones(6), np.ones(3)) == 4 * 6 * 3


def test_large_arguments_do_not_overflow():
    loss = sum_over(i, apply("log", 1 + apply("exp", -y[i] * x[i])))
    gradient = compiled(generate(derivative(loss, (x,)), (x, y)))
    big = np.array([1000.0, -1000.0, 0.5])
    assert np.isfinite(gradient(big, np.ones(3))).all()
    total = apply("log", sum_over(i, apply("exp", x[i])))
    assert np.isfinite(compiled(generate(total, (x,)))(big))


def test_a_false_condition_masks_what_is_not_finite():
    loss = sum_over([i, j], 1 / (x[i] - x[j]) ** 2, Relation("!=", i, j))
    gradient = compiled(generate(derivative(loss, (x,)), (x,)))
    assert np.isfinite(gradient(jnp.arange(4.0))).all()


def test_truth_values_are_numbers_in_numpy():
    both = sum_over(
        i, Indicator(Relation(">", x[i], as_expr(0))) + Indicator(Relation(">", y[i], as_expr(0)))
    )
    value = compiled(generate(both, (x, y), "numpy"))
    assert value(np.ones(3), np.ones(3)) == 6.0


def test_identity_factors_stay_symbolic():
    T, U, V = symbol("T", m, n), symbol("U", m, k), symbol("V", n, k)
    found = entries(norm2(T - U @ V.T), (U, U))
    source = generate(found.value, (V, U), layout=found.layout, structured=True)
    assert "eye" not in source
    assert structure(found.value, found.layout).pairs == ((0, 2),)
    core = compiled(source)(V=np.ones((5, 2)), U=np.ones((3, 2)))
    np.testing.assert_allclose(core[0] if core.ndim > 2 else core, 10 * np.ones((2, 2)))


def test_what_cannot_be_computed_is_refused():
    phi, t = abstract_function(r"\phi"), symbol("t")
    with pytest.raises(NoRuleError, match="phi"):
        generate(call(phi, x), (x,))
    with pytest.raises(NoRuleError, match="Integral"):
        generate(Integral(t, t, as_expr(0), as_expr(1)), (t,))
    with pytest.raises(UsageError, match="not an argument"):
        generate(X @ w, (X,))
    with pytest.raises(UsageError, match="jax, numpy or torch"):
        generate(X @ w, (X, w), "fortran")


@pytest.mark.parametrize("target", ["jax", "numpy"])
def test_an_entrywise_product_with_a_matrix_product_has_brackets(target):
    A = symbol("A", n, n)
    source = generate(apply("hadamard", x, A @ y), (A, x, y), target)
    A0, x0, y0 = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 3.0]), np.array([2.0, 5.0])
    assert np.allclose(compiled(source)(A0, x0, y0), x0 * (A0 @ y0))
