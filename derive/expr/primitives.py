"""The primitives over which the meaning of every function is written once.

Each evaluator (NumPy with points as leading axes, balls, JAX) implements this protocol and nothing
else, so a function cannot mean two things. Arrays may carry leading batch axes; every primitive
works on the trailing axes, whose number is passed as `rank` where it is not clear from the
operation. Scalars have rank 0, columns 1, matrices and rows 2.
"""

from __future__ import annotations

from typing import Any, Protocol

Array = Any


class Primitives(Protocol):
    """Array operations of one evaluator."""

    def number(self, numerator: int, denominator: int = 1) -> Array:
        """An exact rational as a scalar."""

    def constant(self, name: str) -> Array:
        """`pi`, `e`, `eulergamma` as a scalar."""

    def add(self, a: Array, b: Array) -> Array: ...
    def subtract(self, a: Array, b: Array) -> Array: ...
    def multiply(self, a: Array, b: Array) -> Array: ...
    def divide(self, a: Array, b: Array) -> Array: ...
    def power(self, a: Array, b: Array) -> Array:
        """Real power entry by entry; an integer exponent is exact for a negative base, 0^0 is 1."""

    def negative(self, a: Array) -> Array: ...

    def unary(self, name: str, a: Array) -> Array:
        """A scalar function entry by entry: exp log sqrt sin cos tan sinh cosh tanh arcsin arccos arctan erf gamma
        lgamma digamma trigamma abs sign floor log1p expm1 sigmoid softplus bessel_i0 bessel_i1."""

    def root_of_squares(self, a: Array) -> Array:
        """The square root of sums of squares: an enclosure that reaches below zero does so by its width only."""

    def maximum(self, a: Array, b: Array) -> Array: ...
    def minimum(self, a: Array, b: Array) -> Array: ...

    def compare(self, op: str, a: Array, b: Array) -> Array:
        """A boolean (three-valued for balls) entry by entry: = != < <= > >=."""

    def select(self, condition: Array, a: Array, b: Array) -> Array:
        """`a` where the condition is true, else `b`, entry by entry."""

    def matmul(self, a: Array, b: Array) -> Array:
        """Matrix product of two rank-2 arrays."""

    def transpose(self, a: Array) -> Array:
        """Swap the last two axes of a rank-2 array."""

    def inverse(self, a: Array) -> Array: ...
    def det(self, a: Array) -> Array: ...
    def logdet(self, a: Array) -> Array:
        """log of the determinant; undefined (NaN) where the determinant is not positive."""

    def logabsdet(self, a: Array) -> Array: ...

    def eigvals(self, a: Array) -> Array:
        """Eigenvalues of a symmetric matrix, largest first: rank 1."""

    def sum(self, a: Array, axes: int) -> Array:
        """Sum over the last `axes` axes."""

    def max(self, a: Array, axes: int) -> Array:
        """Largest entry over the last `axes` axes."""

    def min(self, a: Array, axes: int) -> Array: ...

    def shift(self, a: Array) -> Array:
        """A constant near the largest entry along the last axis (or 0 where nothing overflows), without derivative.

        Only for values that do not depend on it, such as log-sum-exp.
        """

    def size(self, a: Array, axis: int) -> int:
        """Length of an axis counted from the end (negative)."""

    def arange(self, n: int) -> Array:
        """1, 2, ..., n: rank 1."""

    def eye(self, n: int) -> Array: ...
    def full(self, shape: tuple[int, ...], value: int) -> Array: ...

    def expand(self, a: Array, axis: int) -> Array:
        """A new axis of length 1 at `axis` (negative, counted from the end of the result)."""

    def squeeze(self, a: Array, axis: int) -> Array:
        """Drop an axis of length 1 at `axis` (negative)."""

    def reshape(self, a: Array, rank: int, shape: tuple[int, ...]) -> Array:
        """Reshape the last `rank` axes, row by row."""

    def diagonal(self, a: Array) -> Array:
        """The diagonal of the last two axes: rank 1."""
