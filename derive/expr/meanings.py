"""What each function of whole arrays, and each composite elementwise function, means over the primitives.

A meaning takes the primitives, the arrays, the ranks of the arguments and the parameters as integers; arrays may carry
leading batch axes, so only trailing axes are touched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.expr.primitives import Array, Primitives

#: meaning(primitives, arrays, ranks of the arguments, params as integers) -> array
Meaning = Callable[[Primitives, tuple[Array, ...], tuple[int, ...], tuple[Any, ...]], Array]


def unary(name: str) -> Meaning:
    return lambda k, a, r, p: k.unary(name, a[0])


def over_all(k: Primitives, a: Array, rank: int) -> Array:
    return k.sum(a, rank) if rank else a


def count(k: Primitives, a: Array, rank: int) -> int:
    total = 1
    for axis in range(1, rank + 1):
        total *= k.size(a, -axis)
    return total


def sigmoid(k: Primitives, x: Array) -> Array:
    """1 / (1 + e^-x): a primitive, since what neither overflows nor cancels needs |x|, which has a kink at 0."""
    return k.unary("sigmoid", x)


def softplus(k: Primitives, x: Array) -> Array:
    """log(1 + e^x): a primitive for the same reason as the sigmoid."""
    return k.unary("softplus", x)


def logsumexp(k: Primitives, x: Array, keep: bool = False) -> Array:
    top = k.expand(k.shift(x), -1)
    total = k.add(k.unary("log", k.expand(k.sum(k.unary("exp", k.subtract(x, top)), 1), -1)), top)
    return total if keep else k.squeeze(total, -1)


def log_softmax(k: Primitives, x: Array) -> Array:
    return k.subtract(x, logsumexp(k, x, keep=True))


def arcsinh(k: Primitives, x: Array) -> Array:
    """log(x + sqrt(x^2 + 1)), written so that nothing cancels near 0."""
    one, square = k.number(1), k.multiply(x, x)
    root = k.unary("sqrt", k.add(square, one))
    return k.unary("log1p", k.add(x, k.divide(square, k.add(root, one))))


def arccosh(k: Primitives, x: Array) -> Array:
    """log(x + sqrt(x^2 - 1)) for x >= 1: a product of roots, so that x <= -1 is outside the domain."""
    below, above = k.subtract(x, k.number(1)), k.add(x, k.number(1))
    return k.unary("log", k.add(x, k.multiply(k.unary("sqrt", below), k.unary("sqrt", above))))


def arctanh(k: Primitives, x: Array) -> Array:
    difference = k.subtract(k.unary("log1p", x), k.unary("log1p", k.negative(x)))
    return k.divide(difference, k.number(2))


def gauss(k: Primitives, x: Array) -> Array:
    """The standard normal distribution function."""
    root2 = k.unary("sqrt", k.number(2))
    return k.divide(k.add(k.number(1), k.unary("erf", k.divide(x, root2))), k.number(2))


def gauss_density(k: Primitives, x: Array) -> Array:
    scale = k.unary("sqrt", k.multiply(k.number(2), k.constant("pi")))
    return k.divide(k.unary("exp", k.divide(k.multiply(x, x), k.number(-2))), scale)


def trace(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    return k.sum(k.diagonal(a[0]), 1) if r[0] else a[0]


def inverse(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    return k.inverse(a[0]) if r[0] else k.divide(k.number(1), a[0])


def matrix_or_scalar(matrix: str, scalar: Callable[[Primitives, Array], Array]) -> Meaning:
    return lambda k, a, r, p: getattr(k, matrix)(a[0]) if r[0] else scalar(k, a[0])


def norm2(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    return (
        k.root_of_squares(over_all(k, k.multiply(a[0], a[0]), r[0]))
        if r[0]
        else k.unary("abs", a[0])
    )


def two_axes(k: Primitives, a: Array, rank: int) -> Array:
    """A column as n x 1, a scalar as 1 x 1."""
    for _ in range(2 - rank):
        a = k.expand(a, -1)
    return a


def kron(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    left, right = two_axes(k, a[0], r[0]), two_axes(k, a[1], r[1])
    m, n, s, t = k.size(left, -2), k.size(left, -1), k.size(right, -2), k.size(right, -1)
    product = k.multiply(k.reshape(left, 2, (m, 1, n, 1)), k.reshape(right, 2, (1, s, 1, t)))
    if n * t == 1 and max(r) < 2:
        return k.reshape(product, 4, (m * s,) if max(r) else ())
    return k.reshape(product, 4, (m * s, n * t))


def outer_product(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    return k.multiply(k.expand(a[0], -1), k.expand(a[1], -2))


def column_vec(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    """Stacks the columns."""
    if r[0] < 2:
        return a[0]
    return k.reshape(k.transpose(a[0]), 2, (k.size(a[0], -1) * k.size(a[0], -2),))


def diag_matrix(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    vector = a[0] if r[0] == 1 else k.squeeze(a[0], -2)
    return k.multiply(k.expand(vector, -1), k.eye(k.size(vector, -1)))


def broadcast_to(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    """A scalar to every entry, a vector to every row."""
    if r[0] == len(p):
        return a[0]
    value = k.expand(a[0], -2) if r[0] == 1 else a[0]
    if not r[0]:
        for _ in p:
            value = k.expand(value, -1)
    return k.multiply(value, k.full(tuple(p), 1))


def kronecker_delta(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    return k.select(k.compare("=", a[0], a[1]), k.number(1), k.number(0))


def unit_vector(
    k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
) -> Array:
    return k.select(k.compare("=", k.arange(p[0]), k.expand(a[0], -1)), k.number(1), k.number(0))


def mean(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    return k.divide(over_all(k, a[0], r[0]), k.number(count(k, a[0], r[0])))


def leaky(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]) -> Array:
    slope = spread(k, a[1], r[0], r[1])
    return k.select(k.compare(">", a[0], k.number(0)), a[0], k.multiply(slope, a[0]))


def spread(k: Primitives, a: Array, rank: int, own: int) -> Array:
    """A scalar with trailing axes of length 1, so that it meets arrays of `rank` axes."""
    for _ in range(rank - own):
        a = k.expand(a, -1)
    return a


def pair(method: str) -> Meaning:
    """An entrywise function of two arguments, either of which may be a scalar."""

    def meaning(
        k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
    ) -> Array:
        rank = max(r)
        return getattr(k, method)(spread(k, a[0], rank, r[0]), spread(k, a[1], rank, r[1]))

    return meaning


def fold(method: str) -> Meaning:
    def meaning(
        k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: tuple[Any, ...]
    ) -> Array:
        rank = max(r)
        value = spread(k, a[0], rank, r[0])
        for other, own in zip(a[1:], r[1:], strict=True):
            value = getattr(k, method)(value, spread(k, other, rank, own))
        return value

    return meaning


def of(function: Callable[[Primitives, Array], Array]) -> Meaning:
    return lambda k, a, r, p: function(k, a[0])


def relu(k: Primitives, x: Array) -> Array:
    return k.maximum(x, k.number(0))


def elu(k: Primitives, x: Array) -> Array:
    return k.select(k.compare(">", x, k.number(0)), x, k.unary("expm1", k.minimum(x, k.number(0))))


def factorial(k: Primitives, x: Array) -> Array:
    return k.unary("gamma", k.add(x, k.number(1)))
