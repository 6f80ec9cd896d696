"""Traced JAX functions give the same values in NumPy, without the compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
ROWS = np.array([2, 0, 1])
MATRIX = np.linspace(-1, 2, 20).reshape(4, 5) ** 3
VECTOR = np.array([0.5, -1.0, 2.0, 0.25, -0.75, 1.5])
SQUARE = MATRIX[:, :4] @ MATRIX[:, :4].T + np.eye(4)


@pytest.mark.parametrize(
    ("function", "at"),
    [
        (lambda x: jnp.sort(x)[::-1], VECTOR),
        (jax.grad(lambda x: jnp.sum(jnp.sort(x) * jnp.arange(6.0))), VECTOR),
        (lambda a: a[ROWS], MATRIX),
        (lambda a: a[:, ROWS], MATRIX),
        (lambda a: a[ROWS, jnp.array([0, 4, 4])], MATRIX),
        (jax.grad(lambda a: jnp.sum(a[ROWS] ** 2) + jnp.sum(a[:, ROWS] ** 3)), MATRIX),
        (jax.grad(lambda a: jnp.sum(a[jnp.array([1, 1]), jnp.array([0, 0])] ** 2)), MATRIX),
        (lambda a: jnp.asarray(a).at[1].set(3.0), MATRIX),
        (jax.grad(lambda x: jnp.sum(jnp.cumprod(x))), VECTOR),
        (jax.grad(lambda x: jnp.sum(x[1:] * x[:-1])), VECTOR),
        (jax.grad(lambda s: jnp.linalg.det(s)), SQUARE),
        (jax.grad(lambda s: jnp.linalg.slogdet(s)[1]), SQUARE),
        (jax.grad(lambda x: jnp.sum(jax.scipy.special.gammaln(x**2))), VECTOR),
        (jax.grad(lambda x: jnp.sum(jax.scipy.special.digamma(x**2))), VECTOR),
    ],
)
def test_values(function: Callable[[Any], Any], at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from derive.checker import jaxpr

    def compiled(equation: Any, values: list[Any]) -> list[Any]:
        assert equation.primitive.name == "platform_index", equation.primitive.name
        return by_jax(equation, values)

    by_jax = jaxpr._by_jax
    monkeypatch.setattr(jaxpr, "_by_jax", compiled)
    (found,) = jaxpr.run(jax.make_jaxpr(function)(at), [at])
    np.testing.assert_allclose(found, function(at), rtol=1e-10, atol=1e-12)
