"""Primitives in ball arithmetic (python-flint `arb`): enclosures that contain the exact value, at a chosen precision.

Arrays are NumPy arrays of `arb`. Conditions have three values, True, False and None (undecided); an undecided
selection is
the hull of both. Undefined is a ball that is not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import flint
import numpy as np
from flint import acb, arb, arb_mat, fmpq

from derive.checker.arrays import Array, ArrayKernel
from derive.errors import EvaluationError

NAN = arb("nan")


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Balls inside are computed with this precision."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value
    out = np.empty((), dtype=object)
    out[()] = value
    return out


def _map(function: Callable[..., Any], inputs: int) -> Callable[..., Any]:
    ufunc = np.frompyfunc(function, inputs, 1)
    return lambda *a: _array(ufunc(*a))


def _positive(x: Any, value: Callable[[], Any]) -> Any:
    return value() if x > 0 else NAN


def _sign(x: Any) -> Any:
    if x > 0:
        return arb(1)
    if x < 0:
        return arb(-1)
    if x.is_zero():
        return arb(0)
    return arb(0, 1) if x.is_finite() else NAN


def _abs(x: Any) -> Any:
    return abs(x)


def _polygamma(order: int) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        if not x > 0:
            return NAN
        return acb(x).polygamma(order).real

    return function


def _sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x) without overflow."""
    if x > 0:
        return 1 / (1 + (-x).exp())
    z = x.exp()
    return z / (1 + z)


def _softplus(x: Any) -> Any:
    """log(1 + e^x) without overflow."""
    return x + (-x).exp().log1p() if x > 0 else x.exp().log1p()


UNARY: dict[str, Callable[[Any], Any]] = {
    "exp": arb.exp,
    "log": arb.log,
    "sqrt": arb.sqrt,
    "sin": arb.sin,
    "cos": arb.cos,
    "tan": arb.tan,
    "sinh": arb.sinh,
    "cosh": arb.cosh,
    "tanh": arb.tanh,
    "arcsin": arb.asin,
    "arccos": arb.acos,
    "arctan": arb.atan,
    "erf": arb.erf,
    "gamma": arb.gamma,
    "lgamma": lambda x: _positive(x, x.lgamma),
    "digamma": lambda x: _positive(x, x.digamma),
    "trigamma": _polygamma(1),
    "polygamma2": _polygamma(2),
    "bessel_i0": lambda x: x.bessel_i(0),
    "bessel_i1": lambda x: x.bessel_i(1),
    "abs": _abs,
    "sign": _sign,
    "floor": arb.floor,
    "log1p": arb.log1p,
    "expm1": arb.expm1,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
}


@cache
def _unary(name: str) -> Callable[..., Any]:
    if name not in UNARY:
        raise EvaluationError(f"{name} has no meaning for balls")
    return _map(UNARY[name], 1)


def _exact_integer(x: Any) -> int | None:
    if not (x.is_exact() and x.is_integer()):
        return None
    if abs(x) > 2**62:
        return None
    return int(x.unique_fmpz())


def _power(a: Any, b: Any) -> Any:
    n = _exact_integer(b)
    if n is None:
        if a.is_zero() and b > 0:
            return arb(0)
        return a**b
    return _integer_power(a, n)


def _integer_power(a: Any, n: int) -> Any:
    if n == 0:
        return arb(1)
    if n < 0 and a.contains(0):
        return NAN
    return _repeated(a, n) if a.contains(0) else a**n


def _repeated(a: Any, n: int) -> Any:
    """a^n for n > 0 by squaring: flint's power of a ball around zero goes through the logarithm and is undefined."""
    result, square = arb(1), a
    while n:
        if n & 1:
            result = result * square
        n >>= 1
        if n:
            square = square * square
    return result


def _less(a: Any, b: Any) -> bool | None:
    if a < b:
        return True
    if a >= b:
        return False
    return None


def _equal(a: Any, b: Any) -> bool | None:
    if a != b:
        return False
    if a == b:
        return True
    return None


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


COMPARE: dict[str, Callable[..., Any]] = {
    "=": _map(_equal, 2),
    "!=": _map(lambda a, b: _not(_equal(a, b)), 2),
    "<": _map(_less, 2),
    "<=": _map(lambda a, b: _not(_less(b, a)), 2),
    ">": _map(lambda a, b: _less(b, a), 2),
    ">=": _map(lambda a, b: _not(_less(a, b)), 2),
}


def _and(a: bool | None, b: bool | None) -> bool | None:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(a: bool | None, b: bool | None) -> bool | None:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def _choose(condition: bool | None, a: Any, b: Any) -> Any:
    if condition is None:
        return a.union(b) if a.is_finite() and b.is_finite() else NAN
    return a if condition else b


def _max(a: Any, b: Any) -> Any:
    return a.max(b)


def _min(a: Any, b: Any) -> Any:
    return a.min(b)


def _root_of_squares(a: Any) -> Any:
    return a.nonnegative_part().sqrt()


_ROOT_OF_SQUARES = _map(_root_of_squares, 1)
_SELECT, _MAX, _MIN = _map(_choose, 3), _map(_max, 2), _map(_min, 2)
_AND, _OR, _NOT = _map(_and, 2), _map(_or, 2), _map(_not, 1)
_POWER = _map(_power, 2)
_INTEGER_POWER = _map(_integer_power, 2)
_BALL = _map(arb, 1)
_RATIONAL = _map(lambda q: arb(fmpq(q.numerator, q.denominator)), 1)


class BallKernel(ArrayKernel):
    """Arrays of balls; used inside `precision(bits)`."""

    xp = np
    most_work = 400_000
    #: whether a term of a sum vanished in rounding; only a `WatchfulKernel` looks
    vanished = False

    def exact(self, values: Any) -> Array:
        """An array of floats, or of `Fraction` objects, as balls around the exact values."""
        values = np.asarray(values)
        return _RATIONAL(values) if values.dtype == object else _BALL(values)

    def number(self, numerator: int, denominator: int = 1) -> Array:
        return _array(arb(numerator) if denominator == 1 else arb(fmpq(numerator, denominator)))

    def constant(self, name: str) -> Array:
        table: dict[str, Callable[[], Any]] = {
            "pi": arb.pi,
            "e": arb.const_e,
            "eulergamma": arb.const_euler,
        }
        if name not in table:
            raise EvaluationError(f"the constant {name} has no value")
        return _array(table[name]())

    def undefined(self) -> Array:
        return _array(NAN)

    def integers(self, values: Any) -> Array:
        return _BALL(np.asarray(values, dtype=np.float64))

    def to_integers(self, a: Array) -> Any:
        def one(x: Any) -> int:
            n = _exact_integer(x)
            if n is None:
                raise EvaluationError("an index is not an integer")
            return n

        return np.vectorize(one, otypes=[np.int64])(a)

    def add(self, a: Array, b: Array) -> Array:
        return _array(a + b)

    def subtract(self, a: Array, b: Array) -> Array:
        return _array(a - b)

    def multiply(self, a: Array, b: Array) -> Array:
        return _array(a * b)

    def divide(self, a: Array, b: Array) -> Array:
        return _array(a / b)

    def power(self, a: Array, b: Array) -> Array:
        if b.size == 1:
            n = _exact_integer(b.item())
            if n is not None:
                return _INTEGER_POWER(a, n).reshape(np.broadcast_shapes(a.shape, b.shape))
        return _POWER(a, b)

    def negative(self, a: Array) -> Array:
        return _array(-a)

    def unary(self, name: str, a: Array) -> Array:
        return _unary(name)(a)

    def root_of_squares(self, a: Array) -> Array:
        return _ROOT_OF_SQUARES(a)

    def maximum(self, a: Array, b: Array) -> Array:
        return _MAX(a, b)

    def minimum(self, a: Array, b: Array) -> Array:
        return _MIN(a, b)

    def compare(self, op: str, a: Array, b: Array) -> Array:
        return COMPARE[op](a, b)

    def logical(self, op: str, args: tuple[Array, ...]) -> Array:
        if op == "not":
            return _NOT(args[0])
        result = args[0]
        for other in args[1:]:
            result = (_AND if op == "and" else _OR)(result, other)
        return result

    def select(self, condition: Array, a: Array, b: Array) -> Array:
        return _SELECT(condition, a, b)

    def known(self, condition: Array) -> Any:
        """The condition as NumPy booleans; an error where one is undecided."""
        condition = np.asarray(condition)
        if condition.dtype == object:
            if any(c is None for c in condition.flat):
                raise EvaluationError("a condition on indices is undecided")
            condition = condition.astype(bool)
        return condition

    def mask(self, valid: Any, a: Array) -> Array:
        return _SELECT(np.asarray(valid, dtype=object), a, self.undefined())

    def matmul(self, a: Array, b: Array) -> Array:
        if not a.shape[-1]:
            return self.full((*a.shape[:-1], b.shape[-1]), 0)
        return _array(np.matmul(a, b))

    def _each(self, function: Callable[[Any], Any], a: Array, core: tuple[int, ...]) -> Array:
        n = a.shape[-1]
        flat = a.reshape((-1, n * n))
        out = np.empty((len(flat), *core), dtype=object)
        for i, entries in enumerate(flat):
            try:
                out[i] = function(arb_mat(n, n, list(entries)))
            except ZeroDivisionError:
                out[i] = _filled(core, NAN)
        return out.reshape((*a.shape[:-2], *core))

    def inverse(self, a: Array) -> Array:
        n = a.shape[-1]

        def one(m: Any) -> Any:
            return _objects(m.inv().entries()).reshape(n, n)

        return self._each(one, a, (n, n))

    def det(self, a: Array) -> Array:
        return self._each(lambda m: m.det(), a, ())

    def logdet(self, a: Array) -> Array:
        return self._each(lambda m: m.det().log(), a, ())

    def logabsdet(self, a: Array) -> Array:
        return self._each(lambda m: abs(m.det()).log(), a, ())

    def eigvals(self, a: Array) -> Array:
        n = a.shape[-1]
        self._need_symmetric(a)

        def one(m: Any) -> Any:
            try:
                found = flint.acb_mat(m).eig()
            except ValueError as error:
                raise ZeroDivisionError(str(error)) from error
            return _objects(sorted((z.real for z in found), key=lambda x: -float(x.mid())))

        if n == 1:
            return a[..., 0]
        return self._each(one, a, (n,))

    def _need_symmetric(self, a: Array) -> None:
        if any(x != y for x, y in zip(a.flat, np.swapaxes(a, -1, -2).flat, strict=True)):
            raise EvaluationError("eigenvalues are taken of a matrix that is not symmetric")

    def sum(self, a: Array, axes: int) -> Array:
        return _array(np.add.reduce(a, tuple(range(-axes, 0)))) if axes else a

    def prod(self, a: Array) -> Array:
        """Product along the last axis."""
        return self.fold_axis(a, -1, self.multiply)

    def shift(self, a: Array) -> Array:
        """Zero: no exponential overflows here."""
        return _array(arb(0))

    def max(self, a: Array, axes: int) -> Array:
        return self.fold_axis(a.reshape((*a.shape[: a.ndim - axes], -1)), -1, self.maximum)

    def min(self, a: Array, axes: int) -> Array:
        return self.fold_axis(a.reshape((*a.shape[: a.ndim - axes], -1)), -1, self.minimum)

    def arange(self, n: int) -> Array:
        return _objects([arb(i) for i in range(1, n + 1)])

    def eye(self, n: int) -> Array:
        return _BALL(np.eye(n))

    def full(self, shape: tuple[int, ...], value: int) -> Array:
        self.check_size(shape)
        return _filled(shape, arb(value))


def _vanishes(total: Any, a: Any, b: Any) -> bool:
    """Whether a term that is not zero lies wholly below the rounding of the sum."""
    if total.is_exact() or not total.is_finite():
        return False
    radius = total.rad()
    return (a != 0 and abs(a) < radius) or (b != 0 and abs(b) < radius)


_VANISHES = np.frompyfunc(_vanishes, 3, 1)


class WatchfulKernel(BallKernel):
    """Balls that remember whether a term of a sum vanished in rounding (saturation: 1 + e^{-100000} is 1)."""

    def __init__(self) -> None:
        self.vanished = False

    def add(self, a: Array, b: Array) -> Array:
        total = _array(a + b)
        self.vanished = self.vanished or bool(np.any(_VANISHES(total, a, b)))
        return total

    def subtract(self, a: Array, b: Array) -> Array:
        total = _array(a - b)
        self.vanished = self.vanished or bool(np.any(_VANISHES(total, a, b)))
        return total

    def unary(self, name: str, a: Array) -> Array:
        value = super().unary(name, a)
        if name in ("tanh", "erf"):
            self.vanished = self.vanished or any(abs(y).contains(1) for y in value.flat)
        return value


def _objects(values: list[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def _filled(shape: tuple[int, ...], value: Any) -> Any:
    out = np.empty(shape, dtype=object)
    out[...] = value
    return out
