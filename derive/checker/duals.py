"""Derivatives over any kernel: dual numbers, nested for higher orders, many directions at once.

A `Dual` of level l holds a value and its change along the directions of level l; both are values of lower
levels. The axis of
directions of level l stands at position -(core + 2 + l), so that values without it broadcast. This is the judge's own
differentiation, written on the primitives; it shares nothing with the rules that derive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from derive.checker.arrays import Array, ArrayKernel
from derive.errors import EvaluationError

Value = Any  # an array of the base kernel, or a Dual


@dataclass(frozen=True, slots=True)
class Dual:
    """`value` and its `change` along the directions of `level` (the same core shape, one more leading axis)."""

    level: int
    value: Value
    change: Value

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.value.shape)

    @property
    def ndim(self) -> int:
        return int(self.value.ndim)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on duals; `tie` is where it is about to switch, so that nothing can be said of a derivative there."""

    truth: Array
    tie: Array


def plain(a: Value) -> Array:
    """The value without its changes."""
    while isinstance(a, Dual):
        a = a.value
    return a


class DualKernel:
    """The primitives on duals over `base`; plain arrays pass through to it."""

    def __init__(self, base: ArrayKernel) -> None:
        self.base: Any = base

    # what does not depend on values

    def number(self, numerator: int, denominator: int = 1) -> Value:
        return self.base.number(numerator, denominator)

    def constant(self, name: str) -> Value:
        return self.base.constant(name)

    def undefined(self) -> Value:
        return self.base.undefined()

    def integers(self, values: Any) -> Value:
        return self.base.integers(values)

    def to_integers(self, a: Value) -> Any:
        return self.base.to_integers(plain(a))

    def arange(self, n: int) -> Value:
        return self.base.arange(n)

    def eye(self, n: int) -> Value:
        return self.base.eye(n)

    def full(self, shape: tuple[int, ...], value: int) -> Value:
        return self.base.full(shape, value)

    def size(self, a: Value, axis: int) -> int:
        return int(self.base.size(plain(a), axis))

    def known(self, condition: Any) -> Any:
        return self.base.known(condition.truth if isinstance(condition, Condition) else condition)

    # linear in one argument

    def _linear(self, name: str, a: Value, *rest: Any) -> Value:
        if isinstance(a, Dual):
            return Dual(
                a.level, self._linear(name, a.value, *rest), self._linear(name, a.change, *rest)
            )
        return getattr(self.base, name)(a, *rest)

    def negative(self, a: Value) -> Value:
        return self._linear("negative", a)

    def transpose(self, a: Value) -> Value:
        return self._linear("transpose", a)

    def sum(self, a: Value, axes: int) -> Value:
        return self._linear("sum", a, axes) if axes else a

    def expand(self, a: Value, axis: int) -> Value:
        return self._linear("expand", a, axis)

    def squeeze(self, a: Value, axis: int) -> Value:
        return self._linear("squeeze", a, axis)

    def reshape(self, a: Value, rank: int, shape: tuple[int, ...]) -> Value:
        return self._linear("reshape", a, rank, shape)

    def diagonal(self, a: Value) -> Value:
        return self._linear("diagonal", a)

    def lift(self, a: Value, rank: int, parents: Any) -> Value:
        return self._linear("lift", a, rank, parents)

    def spread_tuples(self, a: Value, rank: int, count: int) -> Value:
        return self._linear("spread_tuples", a, rank, count)

    def gather(self, a: Value, rank: int, axes: Sequence[int], index: Any, tuples: int) -> Value:
        return self._linear("gather", a, rank, axes, index, tuples)

    def segments(self, a: Value, rank: int, table: Any, neutral: int) -> Value:
        if isinstance(a, Dual):
            return Dual(
                a.level,
                self.segments(a.value, rank, table, neutral),
                self.segments(a.change, rank, table, 0),
            )
        return self.base.segments(a, rank, table, neutral)

    def directions_last(self, a: Value, shape: tuple[int, ...]) -> Value:
        return self._linear("directions_last", a, shape)

    def permute(self, a: Value, order: Sequence[int]) -> Value:
        """The core axes in another order."""
        return self._linear("permute", a, order)

    def sum_axis(self, a: Value, axis: int) -> Value:
        """Sum along one axis (negative)."""
        return self._linear("sum_axis", a, axis)

    def take(self, a: Value, position: int, axis: int) -> Value:
        """One entry along a core axis (negative)."""
        if isinstance(a, Dual):
            return Dual(
                a.level, self.take(a.value, position, axis), self.take(a.change, position, axis)
            )
        return self.base.take(a, position, axis)

    def concatenate(self, parts: Sequence[Value], axis: int, rank: int) -> Value:
        level = self._level(*parts)
        if not level:
            return self.base.concatenate(parts, axis, rank)
        pairs = [self._split(p, level) for p in parts]
        changes = [c if c is not None else self.multiply(v, self.number(0)) for v, c in pairs]
        return Dual(
            level,
            self.concatenate([v for v, _ in pairs], axis, rank),
            self.concatenate(changes, axis, rank),
        )

    # arithmetic

    @staticmethod
    def _level(*values: Value) -> int:
        return max((v.level for v in values if isinstance(v, Dual)), default=0)

    @staticmethod
    def _split(a: Value, level: int) -> tuple[Value, Value | None]:
        if isinstance(a, Dual) and a.level == level:
            return a.value, a.change
        return a, None

    def _sum(self, a: Value | None, b: Value | None) -> Value | None:
        if a is None or b is None:
            return a if b is None else b
        return self.add(a, b)

    def _made(self, level: int, value: Value, change: Value | None) -> Value:
        return value if change is None else Dual(level, value, change)

    def _binary(
        self,
        a: Value,
        b: Value,
        operation: Callable[[Value, Value], Value],
        by_a: Callable[[Value, Value, Value, Value], Value],
        by_b: Callable[[Value, Value, Value, Value], Value],
    ) -> Value:
        """operation(a, b) with changes by_a(change of a, a, b, result) and by_b(change of b, a, b, result)."""
        level = self._level(a, b)
        (va, ca), (vb, cb) = self._split(a, level), self._split(b, level)
        value = operation(va, vb)
        first = None if ca is None else by_a(ca, va, vb, value)
        second = None if cb is None else by_b(cb, va, vb, value)
        return self._made(level, value, self._sum(first, second))

    def add(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.add(a, b)
        spread = self._like
        return self._binary(
            a, b, self.add, lambda c, x, y, r: spread(c, r), lambda c, x, y, r: spread(c, r)
        )

    def _like(self, change: Value, result: Value) -> Value:
        """A change with the core and batch axes of the result (a scalar added to an array)."""
        own, full = plain(change).shape, plain(result).shape
        tail = own[max(len(own) - len(full), 0) :]
        if tail == full[len(full) - len(tail) :] and len(own) > len(full):
            return change
        return self.add(change, self.multiply(result, self.number(0)))

    def subtract(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.subtract(a, b)
        return self.add(a, self.negative(b))

    def multiply(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.multiply(a, b)
        return self._binary(
            a,
            b,
            self.multiply,
            lambda c, x, y, r: self.multiply(c, y),
            lambda c, x, y, r: self.multiply(x, c),
        )

    def divide(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.divide(a, b)
        return self._binary(
            a,
            b,
            self.divide,
            lambda c, x, y, r: self.divide(c, y),
            lambda c, x, y, r: self.negative(self.divide(self.multiply(r, c), y)),
        )

    def matmul(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.matmul(a, b)
        return self._binary(
            a,
            b,
            self.matmul,
            lambda c, x, y, r: self.matmul(c, y),
            lambda c, x, y, r: self.matmul(x, c),
        )

    def power(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.power(a, b)
        one, zero = self.number(1), self.number(0)

        def by_base(c: Value, x: Value, y: Value, r: Value) -> Value:
            flat = self.compare("=", y, zero)
            slope = self.multiply(y, self.power(x, self.subtract(y, one)))
            return self.multiply(self.select(flat, zero, slope), c)

        def by_exponent(c: Value, x: Value, y: Value, r: Value) -> Value:
            return self.multiply(self.multiply(r, self.unary("log", x)), c)

        return self._binary(a, b, self.power, by_base, by_exponent)

    def root_of_squares(self, a: Value) -> Value:
        return self.unary("sqrt", a) if isinstance(a, Dual) else self.base.root_of_squares(a)

    def unary(self, name: str, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.unary(name, a)
        value = self.unary(name, a.value)
        slope = SLOPES.get(name)
        if slope is None:
            raise EvaluationError(f"the derivative of {name} has no meaning in the judge")
        change = self.multiply(slope(self, a.value, value), a.change)
        return Dual(a.level, value, change)

    # comparison and choice

    def compare(self, op: str, a: Value, b: Value) -> Any:
        truth = self.base.compare(op, plain(a), plain(b))
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return truth
        return Condition(truth, self.base.compare("=", plain(a), plain(b)))

    def logical(self, op: str, args: tuple[Any, ...]) -> Any:
        truths = tuple(c.truth if isinstance(c, Condition) else c for c in args)
        ties = tuple(c.tie for c in args if isinstance(c, Condition))
        truth = self.base.logical(op, truths)
        return Condition(truth, self.base.logical("or", ties)) if ties else truth

    def select(self, condition: Any, a: Value, b: Value) -> Value:
        if isinstance(condition, Condition):
            return self._select_tied(condition, a, b)
        level = self._level(a, b)
        if not level:
            return self.base.select(condition, a, b)
        (va, ca), (vb, cb) = self._split(a, level), self._split(b, level)
        zero = self.number(0)
        change = self.select(condition, zero if ca is None else ca, zero if cb is None else cb)
        value = self.select(condition, va, vb)
        return Dual(level, value, change)

    def _select_tied(self, condition: Condition, a: Value, b: Value) -> Value:
        """A choice that is about to switch has no derivative there, unless both branches agree."""
        chosen = self.select(condition.truth, a, b)
        return self._spoil(condition.tie, chosen, a, b, top=True)

    def _spoil(self, tie: Array, chosen: Value, a: Value, b: Value, top: bool) -> Value:
        if not isinstance(chosen, Dual):
            if top:
                return chosen
            same = self.base.compare("=", self.base.subtract(plain(a), plain(b)), self.number(0))
            bad = self.base.logical("and", (tie, self.base.logical("not", (same,))))
            return self.base.select(bad, self.undefined(), chosen)
        (va, ca), (vb, cb) = self._split(a, chosen.level), self._split(b, chosen.level)
        zero = self.number(0)
        change = self._spoil(
            tie, chosen.change, zero if ca is None else ca, zero if cb is None else cb, top=False
        )
        return Dual(chosen.level, self._spoil(tie, chosen.value, va, vb, top), change)

    def maximum(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.maximum(a, b)
        return self.select(self.compare(">=", a, b), a, b)

    def minimum(self, a: Value, b: Value) -> Value:
        if not (isinstance(a, Dual) or isinstance(b, Dual)):
            return self.base.minimum(a, b)
        return self.select(self.compare("<=", a, b), a, b)

    def _fold(self, a: Value, axes: int, combine: Callable[[Value, Value], Value]) -> Value:
        total = 1
        for axis in range(1, axes + 1):
            total *= self.size(a, -axis)
        flat = self.reshape(a, axes, (total,))
        result = self.take(flat, 0, -1)
        for position in range(1, total):
            result = combine(result, self.take(flat, position, -1))
        return result

    def shift(self, a: Value) -> Value:
        return self.base.shift(plain(a))

    def max(self, a: Value, axes: int) -> Value:
        return self._fold(a, axes, self.maximum) if isinstance(a, Dual) else self.base.max(a, axes)

    def min(self, a: Value, axes: int) -> Value:
        return self._fold(a, axes, self.minimum) if isinstance(a, Dual) else self.base.min(a, axes)

    def prod(self, a: Value) -> Value:
        return self._fold(a, 1, self.multiply) if isinstance(a, Dual) else self.base.prod(a)

    # matrices

    def inverse(self, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.inverse(a)
        value = self.inverse(a.value)
        change = self.negative(self.matmul(self.matmul(value, a.change), value))
        return Dual(a.level, value, change)

    def _trace_with_inverse(self, a: Dual) -> Value:
        """tr(A^-1 dA)."""
        product = self.multiply(self.transpose(self.inverse(a.value)), a.change)
        return self.sum(product, 2)

    def det(self, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.det(a)
        value = self.det(a.value)
        return Dual(a.level, value, self.multiply(value, self._trace_with_inverse(a)))

    def logdet(self, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.logdet(a)
        return Dual(a.level, self.logdet(a.value), self._trace_with_inverse(a))

    def logabsdet(self, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.logabsdet(a)
        return Dual(a.level, self.logabsdet(a.value), self._trace_with_inverse(a))

    def eigvals(self, a: Value) -> Value:
        if not isinstance(a, Dual):
            return self.base.eigvals(a)
        values = self.eigvals(a.value)
        slopes = [
            self.sum(self.multiply(self.transpose(p), a.change), 2)
            for p in self._projectors(a.value, values)
        ]
        parts = [self.expand(slope, -1) for slope in slopes]
        return Dual(a.level, values, self.concatenate(parts, -1, 1))

    def _projectors(self, a: Value, values: Value) -> list[Value]:
        """P_i = prod_{j != i} (A - l_j I) / (l_i - l_j) onto each eigenvector; dl_i = tr(P_i dA)."""
        size = self.size(values, -1)
        single = [self.take(values, i, -1) for i in range(size)]
        rest = [self.subtract(a, self._times_identity(v, size)) for v in single]
        found: list[Value] = []
        for i in range(size):
            projector = self._times_identity(
                self.add(self.multiply(single[i], self.number(0)), self.number(1)), size
            )
            for j in range(size):
                if j != i:
                    gap = self.subtract(single[i], single[j])
                    factor = self.divide(rest[j], self.expand(self.expand(gap, -1), -1))
                    projector = self.matmul(projector, factor)
            found.append(projector)
        return found

    def _times_identity(self, v: Value, size: int) -> Value:
        return self.multiply(self.expand(self.expand(v, -1), -1), self.eye(size))


Slope = Callable[[DualKernel, Value, Value], Value]


def _abs_slope(k: DualKernel, x: Value, y: Value) -> Value:
    zero = k.number(0)
    at_zero = k.select(k.compare("=", plain(x), zero), k.undefined(), k.number(-1))
    return k.select(k.compare(">", plain(x), zero), k.number(1), at_zero)


def _step_slope(k: DualKernel, x: Value, y: Value) -> Value:
    zero = k.number(0)
    return k.select(k.compare("=", plain(x), zero), k.undefined(), zero)


def _floor_slope(k: DualKernel, x: Value, y: Value) -> Value:
    return k.select(k.compare("=", plain(x), plain(y)), k.undefined(), k.number(0))


def _over_root(sign: int) -> Slope:
    def slope(k: DualKernel, x: Value, y: Value) -> Value:
        rest = k.subtract(k.number(1), k.multiply(x, x))
        return k.divide(k.number(sign), k.unary("sqrt", rest))

    return slope


def _erf_slope(k: DualKernel, x: Value, y: Value) -> Value:
    bell = k.unary("exp", k.negative(k.multiply(x, x)))
    return k.divide(k.multiply(k.number(2), bell), k.unary("sqrt", k.constant("pi")))


SLOPES: dict[str, Slope] = {
    "exp": lambda k, x, y: y,
    "log": lambda k, x, y: k.divide(k.number(1), x),
    "log1p": lambda k, x, y: k.divide(k.number(1), k.add(x, k.number(1))),
    "expm1": lambda k, x, y: k.unary("exp", x),
    "sqrt": lambda k, x, y: k.divide(k.number(1), k.multiply(k.number(2), y)),
    "sin": lambda k, x, y: k.unary("cos", x),
    "cos": lambda k, x, y: k.negative(k.unary("sin", x)),
    "tan": lambda k, x, y: k.add(k.multiply(y, y), k.number(1)),
    "sinh": lambda k, x, y: k.unary("cosh", x),
    "cosh": lambda k, x, y: k.unary("sinh", x),
    "tanh": lambda k, x, y: k.subtract(k.number(1), k.multiply(y, y)),
    "arcsin": _over_root(1),
    "arccos": _over_root(-1),
    "arctan": lambda k, x, y: k.divide(k.number(1), k.add(k.multiply(x, x), k.number(1))),
    "erf": _erf_slope,
    "gamma": lambda k, x, y: k.multiply(y, k.unary("digamma", x)),
    "lgamma": lambda k, x, y: k.unary("digamma", x),
    "digamma": lambda k, x, y: k.unary("trigamma", x),
    "trigamma": lambda k, x, y: k.unary("polygamma2", x),
    "sigmoid": lambda k, x, y: k.multiply(y, k.unary("sigmoid", k.negative(x))),
    "softplus": lambda k, x, y: k.unary("sigmoid", x),
    "bessel_i0": lambda k, x, y: k.unary("bessel_i1", x),
    "bessel_i1": lambda k, x, y: k.subtract(k.unary("bessel_i0", x), k.divide(y, x)),
    "abs": _abs_slope,
    "sign": _step_slope,
    "floor": _floor_slope,
}
