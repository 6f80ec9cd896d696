"""Primitives in NumPy float64: the fast first look at many points at once. Undefined is NaN."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from derive.checker.arrays import Array, ArrayKernel
from derive.errors import EvaluationError

COMPARE: dict[str, Any] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _entrywise(function: Any) -> Any:
    """A function of floats on arrays; an error is NaN."""

    def guarded(x: float) -> float:
        try:
            return float(function(x))
        except (ValueError, OverflowError):
            return math.nan

    return np.vectorize(guarded, otypes=[np.float64])


def _lgamma(x: float) -> float:
    return math.lgamma(x) if x > 0 else math.nan


def _special(name: str) -> Any:
    from scipy import special

    if name == "digamma":
        return lambda x: np.where(x > 0, special.digamma(x), np.nan)
    if name in ("bessel_i0", "bessel_i1"):
        return special.i0 if name == "bessel_i0" else special.i1
    order = {"trigamma": 1, "polygamma2": 2}[name]
    return lambda x: np.where(x > 0, special.polygamma(order, x), np.nan)


def _sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x) from e^-|x|, which neither overflows nor cancels."""
    z = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1.0, z) / (1.0 + z)


UNARY: dict[str, Any] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "abs": np.abs,
    "sign": np.sign,
    "floor": np.floor,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sigmoid": _sigmoid,
    "softplus": lambda x: np.logaddexp(x, 0.0),
    "erf": _entrywise(math.erf),
    "gamma": _entrywise(math.gamma),
    "lgamma": _entrywise(_lgamma),
}


@cache
def _unary(name: str) -> Any:
    if name in ("digamma", "trigamma", "polygamma2", "bessel_i0", "bessel_i1"):
        return _special(name)
    if name not in UNARY:
        raise EvaluationError(f"{name} has no meaning for float64")
    return UNARY[name]


class NumpyKernel(ArrayKernel):
    """float64 arrays; used inside `np.errstate(all="ignore")`."""

    xp = np

    def number(self, numerator: int, denominator: int = 1) -> Array:
        try:
            return np.float64(numerator / denominator)
        except OverflowError:
            return np.float64(math.inf if (numerator > 0) == (denominator > 0) else -math.inf)

    def constant(self, name: str) -> Array:
        table = {"pi": math.pi, "e": math.e, "eulergamma": 0.5772156649015329}
        if name not in table:
            raise EvaluationError(f"the constant {name} has no value")
        return np.float64(table[name])

    def undefined(self) -> Array:
        return np.float64(math.nan)

    def integers(self, values: Any) -> Array:
        """An array of Python or NumPy integers as numbers."""
        return np.asarray(values, dtype=np.float64)

    def to_integers(self, a: Array) -> Any:
        """The values as integers (int64), or an error where one is not an integer."""
        a = np.asarray(a)
        if not np.isfinite(a).all() or (np.floor(a) != a).any() or (np.abs(a) > 2**52).any():
            raise EvaluationError("an index is not an integer")
        return a.astype(np.int64)

    def add(self, a: Array, b: Array) -> Array:
        return a + b

    def subtract(self, a: Array, b: Array) -> Array:
        return a - b

    def multiply(self, a: Array, b: Array) -> Array:
        return a * b

    def divide(self, a: Array, b: Array) -> Array:
        return np.divide(a, b)

    def power(self, a: Array, b: Array) -> Array:
        return np.power(np.asarray(a, dtype=np.float64), b)

    def negative(self, a: Array) -> Array:
        return -a

    def unary(self, name: str, a: Array) -> Array:
        return _unary(name)(a)

    def root_of_squares(self, a: Array) -> Array:
        return self.unary("sqrt", a)

    def maximum(self, a: Array, b: Array) -> Array:
        return np.maximum(a, b)

    def minimum(self, a: Array, b: Array) -> Array:
        return np.minimum(a, b)

    def compare(self, op: str, a: Array, b: Array) -> Array:
        return COMPARE[op](a, b)

    def logical(self, op: str, args: tuple[Array, ...]) -> Array:
        """`and`, `or`, `not` of conditions."""
        if op == "not":
            return np.logical_not(args[0])
        combine = np.logical_and if op == "and" else np.logical_or
        result = args[0]
        for other in args[1:]:
            result = combine(result, other)
        return result

    def select(self, condition: Array, a: Array, b: Array) -> Array:
        return np.where(condition, a, b)

    def known(self, condition: Array) -> Any:
        """The condition as NumPy booleans."""
        return np.asarray(condition)

    def matmul(self, a: Array, b: Array) -> Array:
        return np.matmul(a, b)

    def inverse(self, a: Array) -> Array:
        """Inverses of stacks of matrices; a singular matrix is NaN and spoils no other."""
        try:
            return np.linalg.inv(a)
        except np.linalg.LinAlgError:
            singular = np.linalg.slogdet(a)[0][..., None, None] == 0
            return np.where(
                singular, np.nan, np.linalg.inv(np.where(singular, self.eye(a.shape[-1]), a))
            )

    def det(self, a: Array) -> Array:
        return np.linalg.det(a)

    def logdet(self, a: Array) -> Array:
        sign, value = np.linalg.slogdet(a)
        return np.where(sign > 0, value, np.nan)

    def logabsdet(self, a: Array) -> Array:
        sign, value = np.linalg.slogdet(a)
        return np.where(sign != 0, value, np.nan)

    def eigvals(self, a: Array) -> Array:
        if not np.allclose(a, np.swapaxes(a, -1, -2), rtol=1e-9, atol=1e-12, equal_nan=True):
            raise EvaluationError("eigenvalues are taken of a matrix that is not symmetric")
        bad = ~np.isfinite(a).all(axis=(-1, -2), keepdims=True)
        values = np.linalg.eigvalsh(np.where(bad, 0.0, a))[..., ::-1]
        return np.where(bad[..., 0], np.nan, values)

    def sum(self, a: Array, axes: int) -> Array:
        if axes == 1:
            return np.add.reduce(a, -1)
        return np.add.reduce(a, tuple(range(-axes, 0))) if axes else a

    def prod(self, a: Array) -> Array:
        """Product along the last axis."""
        return np.prod(a, axis=-1)

    def max(self, a: Array, axes: int) -> Array:
        return np.max(a, axis=tuple(range(-axes, 0)))

    def min(self, a: Array, axes: int) -> Array:
        return np.min(a, axis=tuple(range(-axes, 0)))

    def arange(self, n: int) -> Array:
        return np.arange(1.0, n + 1.0)

    def eye(self, n: int) -> Array:
        return np.eye(n)

    def full(self, shape: tuple[int, ...], value: int) -> Array:
        self.check_size(shape)
        return np.full(shape, float(value))
