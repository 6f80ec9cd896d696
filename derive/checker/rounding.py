"""Numbers that an author has rounded: `1.69 * 0.59 = 0.997` in a worked example is meant to the digits written.

Only relations without any symbol come here, after they have failed as they stand. A decimal stands for the numbers
that round to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

from derive.checker.verdicts import Verdict
from derive.expr.nodes import Add, Apply, Constant, Expr, Neg, Number, Power, Product, Quotient
from derive.expr.walk import post_order

MOST_DIGITS = 12
HOLDS = "equal to the digits that are written"
MAY_HOLD = "the numbers are rounded: within the digits that are written the sides may be equal"
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
}
_CONSTANTS = {"pi": math.pi, "e": math.e}


def rounded(verdict: Verdict, lhs: Expr, rhs: Expr) -> Verdict:
    """A failed verdict on an equation of numbers, or what it is when its decimals are rounded numbers."""
    error, whole = _written(rhs)
    a, b = _value(lhs, {}), _value(rhs, {})
    if a is None or b is None or not math.isfinite(a) or not math.isfinite(b):
        return verdict
    if error and abs(a - b) <= error * (1 + 1e-9):
        return Verdict("holds", verdict.evidence, why=HOLDS)
    moved = whole + _uncertainty(lhs, a) + (0.0 if error else _uncertainty(rhs, b))
    if moved and abs(a - b) <= (error + moved) * (1 + 1e-6):
        return Verdict("unchecked", verdict.evidence, why=MAY_HOLD)
    return verdict


def _written(side: Expr) -> tuple[float, float]:
    """Half a unit of the last digit of a side that is one number, or one number times a power of ten, else 0.

    First that of a decimal, which says how many digits are meant. Second that of `3 \\times 10^{5}`: its author may
    mean one digit, or the number itself.
    """
    if isinstance(side, Neg):
        return _written(side.operand)
    if isinstance(side, Number):
        return _half(side), 0.0
    if isinstance(side, Product) and len(side.factors) == 2:
        number, scale = side.factors
        if isinstance(number, Neg):
            number = number.operand
        ten = isinstance(scale, Power) and isinstance(scale.base, Number) and scale.base.value == 10
        size = _value(scale, {}) if ten else None
        if size is not None and isinstance(number, Number):
            half = _half(number)
            return half * size, 0.0 if half else 0.5 * size
    return 0.0, 0.0


def _half(number: Number) -> float:
    """Half a unit of the last decimal of a number; 0 for an integer and for a fraction that is no decimal."""
    value = abs(number.value)
    for digits in range(1, MOST_DIGITS):
        if value.denominator > 1 and (value * 10**digits).denominator == 1:
            return 0.5 * 10.0**-digits
    return 0.0


def _uncertainty(side: Expr, value: float) -> float:
    """How far a side moves when its decimals move by half a unit of their last digit."""
    total = 0.0
    for node in dict.fromkeys(post_order(side)):
        half = _half(node) if isinstance(node, Number) else 0.0
        if half and isinstance(node, Number):
            shifted = Number(node.value + Fraction(half).limit_denominator(10 ** (MOST_DIGITS + 2)))
            other = _value(side, {node: shifted})
            total += abs(other - value) if other is not None else 0.0
    return total


def _value(side: Expr, changed: dict[Expr, Number]) -> float | None:
    """The side as a float, with some of its numbers changed; None where a node is none of arithmetic."""
    done: dict[Expr, float] = {}
    for node in post_order(side):
        try:
            found = _node(node, changed, done)
        except (ArithmeticError, ValueError, KeyError, TypeError):
            return None
        if found is None:
            return None
        done[node] = found
    return done[side]


def _node(node: Expr, changed: dict[Expr, Number], done: dict[Expr, float]) -> float | None:
    if isinstance(node, Number):
        return float(changed.get(node, node).value)
    if isinstance(node, Constant):
        return _CONSTANTS[node.name]
    if isinstance(node, Add):
        return sum(done[t] for t in node.terms)
    if isinstance(node, Neg):
        return -done[node.operand]
    if isinstance(node, Product):
        return math.prod(done[f] for f in node.factors)
    if isinstance(node, Quotient):
        return done[node.numerator] / done[node.denominator]
    if isinstance(node, Power):
        return float(done[node.base] ** done[node.exponent])
    if isinstance(node, Apply) and len(node.args) == 1:
        return _FUNCTIONS[node.function](done[node.args[0]])
    return None
