"""Nodes and weights of integration rules as dyadic rationals: Gauss-Hermite, Gauss-Legendre, double exponential."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from itertools import product as cartesian
from typing import Any

from derive.errors import EvaluationError

Rule = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
Grid = tuple[tuple[tuple[Fraction, ...], ...], tuple[Fraction, ...]]

BITS = 200

#: Gauss-Hermite nodes for each dimension at level 0 and 1, by the number of dimensions
HERMITE = {1: (48, 64), 2: (20, 26), 3: (5, 7), 4: (3, 4), 5: (2, 3), 6: (2, 3), 7: (2, 3)}

#: step and end of the trapezoid rule over R^m at level 0 and 1, by the number of dimensions
SPACE: dict[int, tuple[tuple[Fraction, Fraction], ...]] = {
    1: ((Fraction(1, 24), Fraction(6)), (Fraction(1, 32), Fraction(7))),
    2: ((Fraction(1, 8), Fraction(7, 2)), (Fraction(1, 9), Fraction(4))),
}

#: where the trapezoid rule behind a double exponential rule ends
FAR = 4.7


@lru_cache(maxsize=64)
def gauss_hermite(dimensions: int, level: int) -> Grid:
    """Nodes and weights for the standard normal law in a few dimensions (a tensor grid)."""
    if dimensions not in HERMITE:
        raise EvaluationError(f"a normal law in {dimensions} dimensions has too many nodes")
    points, weights = _gauss("hermite", HERMITE[dimensions][level])
    grid = tuple(cartesian(points, repeat=dimensions))
    return grid, tuple(_times(ws) for ws in cartesian(weights, repeat=dimensions))


#: the largest degree of polynomials whose normal means `hermite_of_degree_five` has exactly
DEGREE = 5


@lru_cache(maxsize=32)
def hermite_of_degree_five(dimensions: int) -> Grid:
    """Nodes and weights for the standard normal law, exact for polynomials up to degree 5 in any dimension n: the
    centre, the points at the root of 3 on each axis, and on each pair of axes (Stroud and Secrest 1963)."""
    import mpmath

    n = dimensions
    with mpmath.workdps(70):
        far = _fraction(mpmath.sqrt(3), mpmath)
    zero, both = Fraction(0), (far, -far)
    centre = [(zero,) * n]
    axes = [tuple(x if i == j else zero for j in range(n)) for i in range(n) for x in both]
    pairs = [
        tuple(x if i == k else y if j == k else zero for k in range(n))
        for i in range(n)
        for j in range(i)
        for x in both
        for y in both
    ]
    parts = (
        (centre, 1 + Fraction(n * (n - 7), 18)),
        (axes, Fraction(4 - n, 18)),
        (pairs, Fraction(1, 36)),
    )
    kept = [(point, weight) for points, weight in parts for point in points if weight]
    return tuple(point for point, _ in kept), tuple(weight for _, weight in kept)


def gauss_legendre(count: int) -> Rule:
    """Nodes and weights on [-1, 1]; the weights sum to 2."""
    return _gauss("legendre", count)


@lru_cache(maxsize=32)
def tanh_sinh(kind: str, step: Fraction, far: float = FAR) -> Rule:
    """The double exponential rule with a step: `line` for (-oo, oo), `half` for (0, oo), `unit` for (0, 1)."""
    import mpmath

    with mpmath.workdps(60):
        h, quarter = mpmath.mpf(step.numerator) / step.denominator, mpmath.pi / 2
        nodes, weights = [], []
        for j in range(-int(far / h), int(far / h) + 1):
            t = j * h
            s, c = quarter * mpmath.sinh(t), quarter * mpmath.cosh(t)
            if kind == "unit":
                x = 1 / (1 + mpmath.exp(-2 * s))
                slope = 2 * x / (1 + mpmath.exp(2 * s))
            else:
                line = kind == "line"
                x, slope = (mpmath.sinh(s), mpmath.cosh(s)) if line else (mpmath.exp(s),) * 2
            nodes.append(_fraction(x, mpmath))
            weights.append(_fraction(h * c * slope, mpmath))
        return tuple(nodes), tuple(weights)


@lru_cache(maxsize=16)
def whole_space(dimensions: int, level: int) -> Grid:
    """Nodes and weights for R^m: a tensor grid of the trapezoid rule after x = sinh t on each axis.

    The coarse level ends earlier than the fine one, so that what is cut off shows as their difference.
    """
    import mpmath

    if dimensions not in SPACE:
        raise EvaluationError(f"an integral over R^{dimensions} has too many nodes")
    step, far = SPACE[dimensions][level]
    nodes, weights = [], []
    with mpmath.workdps(60):
        for j in range(-int(far / step), int(far / step) + 1):
            t = mpmath.mpf(j * step.numerator) / step.denominator
            nodes.append(_fraction(mpmath.sinh(t), mpmath))
            weights.append(_fraction(mpmath.cosh(t) * step.numerator / step.denominator, mpmath))
    grid = tuple(cartesian(nodes, repeat=dimensions))
    return grid, tuple(_times(ws) for ws in cartesian(weights, repeat=dimensions))


def _times(values: tuple[Fraction, ...]) -> Fraction:
    total = Fraction(1)
    for value in values:
        total = Fraction(round(total * value * 2**BITS), 2**BITS)
    return total


@lru_cache(maxsize=64)
def _gauss(name: str, count: int) -> Rule:
    """NumPy's nodes, refined by Newton's iteration on the orthogonal polynomial in mpmath."""
    import mpmath
    import numpy as np

    with mpmath.workdps(70):
        if name == "legendre":
            start = np.polynomial.legendre.leggauss(count)[0]
            found = [_refined(float(x), count, _legendre, mpmath) for x in start]
            pairs = [(x, 2 / ((1 - x * x) * slope * slope)) for x, slope in found]
        else:
            start = np.polynomial.hermite_e.hermegauss(count)[0]
            found = [_refined(float(x), count, _hermite, mpmath) for x in start]
            top = mpmath.factorial(count)
            pairs = [(x, top / (slope * slope)) for x, slope in found]
        nodes = tuple(_fraction(x, mpmath) for x, _ in pairs)
        return nodes, tuple(_fraction(w, mpmath) for _, w in pairs)


def _refined(x: float, count: int, values: Callable[..., Any], mpmath: Any) -> tuple[Any, Any]:
    node = mpmath.mpf(x)
    for _ in range(4):
        value, slope = values(node, count)
        node -= value / slope
    return node, values(node, count)[1]


def _hermite(x: Any, count: int) -> tuple[Any, Any]:
    """He_n(x) and its derivative n He_{n-1}(x)."""
    before, now = 1, x
    for n in range(1, count):
        before, now = now, x * now - n * before
    return now, count * before


def _legendre(x: Any, count: int) -> tuple[Any, Any]:
    """P_n(x) and its derivative."""
    before, now = 1, x
    for n in range(1, count):
        before, now = now, ((2 * n + 1) * x * now - n * before) / (n + 1)
    return now, count * (x * now - before) / (x * x - 1)


def _fraction(x: Any, mpmath: Any) -> Fraction:
    return Fraction(int(mpmath.nint(mpmath.ldexp(x, BITS))), 2**BITS)
