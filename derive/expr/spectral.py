"""The meaning of functions of eigenvalues and singular values, over the primitives."""

from __future__ import annotations

from typing import Any

from derive.expr.primitives import Array, Primitives


def _gram(k: Primitives, x: Array) -> tuple[Array, bool]:
    """The smaller of X^T X and X X^T, and whether it is the first: no eigenvalue of it is zero in general."""
    turned = k.transpose(x)
    if k.size(x, -2) >= k.size(x, -1):
        return k.matmul(turned, x), True
    return k.matmul(x, turned), False


def nuclear_norm(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: Any) -> Array:
    """The sum of the singular values of X (m, n): a number. Horn and Johnson, Matrix Analysis, section 5.6."""
    return k.sum(k.unary("sqrt", k.eigvals(_gram(k, a[0])[0])), 1)


def spectral_norm(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: Any) -> Array:
    """The largest singular value of X (m, n): a number. Horn and Johnson, Matrix Analysis, section 5.6."""
    return k.unary("sqrt", k.max(k.eigvals(_gram(k, a[0])[0]), 1))


def eigenprojector(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: Any) -> Array:
    """v_i v_i^T = prod over j != i of (A - l_j I) / (l_i - l_j), of the single i-th eigenvalue of A (n, n): (n, n).

    Magnus, On differentiating eigenvalues and eigenvectors (1985).
    """
    values = k.eigvals(a[0])
    return _projector(k, a[0], values, k.expand(a[1], -1))


def polar(k: Primitives, a: tuple[Array, ...], r: tuple[int, ...], p: Any) -> Array:
    """U V^T of X = U S V^T: X (X^T X)^{-1/2}, or (X X^T)^{-1/2} X where that has the full rank: (m, n).

    Higham, Functions of Matrices (2008), chapter 8.
    """
    gram, first = _gram(k, a[0])
    values = k.eigvals(gram)
    size = k.size(values, -1)
    root = None
    for i in range(1, size + 1):
        place = k.expand(k.number(i), -1)
        chosen = k.sum(k.multiply(_hot(k, size, place), values), 1)
        scale = k.divide(k.number(1), k.unary("sqrt", chosen))
        part = k.multiply(_lifted(k, scale), _projector(k, gram, values, place))
        root = part if root is None else k.add(root, part)
    return k.matmul(a[0], root) if first else k.matmul(root, a[0])


def _projector(k: Primitives, matrix: Array, values: Array, place: Array) -> Array:
    size = k.size(values, -1)
    own = k.sum(k.multiply(_hot(k, size, place), values), 1)
    result = k.eye(size)
    for j in range(1, size + 1):
        here = k.expand(k.number(j), -1)
        other = k.sum(k.multiply(_hot(k, size, here), values), 1)
        same = k.compare("=", here, place)
        gap = k.select(same, k.number(1), k.expand(k.subtract(own, other), -1))
        rest = k.subtract(matrix, k.multiply(_lifted(k, other), k.eye(size)))
        factor = k.divide(rest, k.expand(gap, -1))
        factor = k.select(k.expand(same, -1), k.eye(size), factor)
        result = k.matmul(result, factor)
    return result


def _hot(k: Primitives, size: int, place: Array) -> Array:
    """The unit vector of a number that has an axis of length 1."""
    return k.select(k.compare("=", k.arange(size), place), k.number(1), k.number(0))


def _lifted(k: Primitives, number: Array) -> Array:
    return k.expand(k.expand(number, -1), -1)
