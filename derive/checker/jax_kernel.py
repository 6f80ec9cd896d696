"""Primitives in JAX float64, for automatic differentiation of the original function; loaded on first use."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

from derive.checker.arrays import Array, ArrayKernel  # noqa: E402
from derive.errors import EvaluationError  # noqa: E402


class Mixed:
    """An array module that works in NumPy on what is known, and in JAX on what is traced."""

    def __getattr__(self, name: str) -> Any:
        known, traced = getattr(np, name), getattr(jnp, name)

        def call(*args: Any, **options: Any) -> Any:
            return (traced if _any_traced(args) else known)(*args, **options)

        setattr(self, name, call)
        return call


def _any_traced(args: Any) -> bool:
    return any(
        _any_traced(a) if isinstance(a, (list, tuple)) else isinstance(a, jax.Array) for a in args
    )


MIXED = Mixed()
COMPARE = {
    "=": MIXED.equal,
    "!=": MIXED.not_equal,
    "<": MIXED.less,
    "<=": MIXED.less_equal,
    ">": MIXED.greater,
    ">=": MIXED.greater_equal,
}
#: names of `jax.numpy`, or of `jax.scipy.special`
DIRECT = [
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arcsin",
    "arccos",
    "arctan",
    "abs",
    "sign",
    "floor",
    "log1p",
    "expm1",
]
SPECIAL = {"erf": "erf", "lgamma": "gammaln", "digamma": "digamma", "gamma": "gamma"} | {
    "bessel_i0": "i0",
    "bessel_i1": "i1",
}


@cache
def _unary(name: str) -> Any:
    from jax.scipy import special

    if name in DIRECT:
        return getattr(MIXED, name)
    if name in SPECIAL:
        return getattr(special, SPECIAL[name])
    if name == "sigmoid":
        return jax.nn.sigmoid
    if name == "softplus":
        return lambda x: MIXED.maximum(x, 0.0) + MIXED.log1p(MIXED.exp(-MIXED.abs(x)))
    order = {"trigamma": 1, "polygamma2": 2}.get(name)
    if order is None:
        raise EvaluationError(f"{name} has no meaning in jax")
    return lambda x: special.polygamma(order, x)


class JaxKernel(ArrayKernel):
    """Arrays of `jax.numpy`; nothing is masked with NaN, which would spoil derivatives."""

    xp = MIXED
    marks_undefined = False

    def traces(self, a: Array) -> bool:
        return isinstance(a, jax.Array)

    def pick(self, a: Array, positions: Any, axis: int) -> Array:
        if not self.traces(a):
            return np.take(a, positions, axis=axis)
        axis %= a.ndim
        table = np.eye(a.shape[axis])[:, np.asarray(positions).reshape(-1)]
        return jnp.moveaxis(jnp.tensordot(a, table, axes=([axis], [0])), -1, axis)

    def pick_rows(self, a: Array, positions: Any, lead: int, count: int) -> Array:
        table = np.eye(count)[np.asarray(positions)]
        table = table.reshape(table.shape + (1,) * (a.ndim - lead - 1))
        return jnp.sum(a * table, axis=lead)

    def take(self, a: Array, position: int, axis: int) -> Array:
        if not self.traces(a):
            return np.take(a, position, axis=axis)
        return jnp.squeeze(self.pick(a, [position], axis), axis=axis)

    def diagonal(self, a: Array) -> Array:
        if not self.traces(a):
            return super().diagonal(a)
        return jnp.sum(a * np.eye(a.shape[-1]), axis=-1)

    def number(self, numerator: int, denominator: int = 1) -> Array:
        return np.float64(numerator / denominator)

    def constant(self, name: str) -> Array:
        table = {"pi": np.pi, "e": np.e, "eulergamma": np.euler_gamma}
        if name not in table:
            raise EvaluationError(f"the constant {name} has no value")
        return np.float64(table[name])

    def undefined(self) -> Array:
        return np.float64(np.nan)

    def integers(self, values: Any) -> Array:
        return np.asarray(values, dtype=np.float64)

    def to_integers(self, a: Array) -> Any:
        a = np.asarray(a)
        if (np.floor(a) != a).any():
            raise EvaluationError("an index is not an integer")
        return a.astype(np.int64)

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def subtract(self, a: Array, b: Array) -> Array:
        return a - b

    def multiply(self, a: Array, b: Array) -> Array:
        return a * b

    def divide(self, a: Array, b: Array) -> Array:
        return a / b

    def power(self, a: Array, b: Array) -> Array:
        if not isinstance(b, jax.core.Tracer):
            exponents = np.asarray(b)
            if exponents.size and (exponents == np.floor(exponents)).all():
                first = int(exponents.flat[0])
                if (exponents == first).all():
                    return jnp.asarray(a) ** first
        return jnp.power(a, b)

    def negative(self, a: Array) -> Array:
        return -a

    def unary(self, name: str, a: Array) -> Array:
        return _unary(name)(a)

    def root_of_squares(self, a: Array) -> Array:
        return self.unary("sqrt", a)

    def maximum(self, a: Array, b: Array) -> Array:
        return MIXED.maximum(a, b)

    def minimum(self, a: Array, b: Array) -> Array:
        return MIXED.minimum(a, b)

    def compare(self, op: str, a: Array, b: Array) -> Array:
        return COMPARE[op](a, b)

    def logical(self, op: str, args: tuple[Array, ...]) -> Array:
        if op == "not":
            return MIXED.logical_not(args[0])
        result = args[0]
        for other in args[1:]:
            result = (MIXED.logical_and if op == "and" else MIXED.logical_or)(result, other)
        return result

    def select(self, condition: Array, a: Array, b: Array) -> Array:
        return MIXED.where(condition, a, b)

    def known(self, condition: Array) -> Any:
        return np.asarray(condition)

    def matmul(self, a: Array, b: Array) -> Array:
        return MIXED.matmul(a, b)

    def inverse(self, a: Array) -> Array:
        return jnp.linalg.inv(a)

    def det(self, a: Array) -> Array:
        return jnp.linalg.det(a)

    def logdet(self, a: Array) -> Array:
        return jnp.linalg.slogdet(a)[1]

    def logabsdet(self, a: Array) -> Array:
        return jnp.linalg.slogdet(a)[1]

    def eigvals(self, a: Array) -> Array:
        return jnp.linalg.eigvalsh(a)[..., ::-1]

    def sum(self, a: Array, axes: int) -> Array:
        return MIXED.sum(a, axis=tuple(range(-axes, 0))) if axes else a

    def prod(self, a: Array) -> Array:
        return MIXED.prod(a, axis=-1)

    def shift(self, a: Array) -> Array:
        """The largest entry along the last axis; JAX takes no derivative of it."""
        if not self.traces(a):
            return np.max(a, axis=-1)
        from jax import lax

        return lax.stop_gradient(MIXED.max(lax.stop_gradient(a), axis=-1))

    def max(self, a: Array, axes: int) -> Array:
        return MIXED.max(a, axis=tuple(range(-axes, 0)))

    def min(self, a: Array, axes: int) -> Array:
        return MIXED.min(a, axis=tuple(range(-axes, 0)))

    def arange(self, n: int) -> Array:
        return np.arange(1.0, n + 1.0)

    def eye(self, n: int) -> Array:
        return np.eye(n)

    def full(self, shape: tuple[int, ...], value: int) -> Array:
        self.check_size(shape)
        return np.full(shape, float(value))
