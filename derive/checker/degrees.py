"""The degree of a polynomial in a random variable: means of low degrees need few nodes under a normal law."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Expr,
    Item,
    Matrix,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expr.walk import free_symbols

LINEAR = frozenset(["trace", "diag", "diagonal", "vec", "sum", "mean", "broadcast"])
BILINEAR = frozenset(["inner", "outer", "hadamard", "kronecker"])
NORMS = frozenset(["norm", "norm_frobenius"])


def degree_in(node: Expr, z: Symbol) -> int | None:
    """The degree of a polynomial in the entries of z, at most; None for what is not seen to be one."""
    if z not in free_symbols(node):
        return 0
    if isinstance(node, Symbol):
        return 1 if node == z else None
    if isinstance(node, Add):
        return _largest(node.terms, z)
    if isinstance(node, Matrix):
        return _largest([part for row in node.rows for part in row], z)
    if isinstance(node, Product):
        return _total(node.factors, z)
    if isinstance(node, (Neg, Transpose)):
        return degree_in(node.operand, z)
    if isinstance(node, Item):
        fixed = all(i is None or z not in free_symbols(i) for i in node.indices)
        return degree_in(node.base, z) if fixed else None
    if isinstance(node, Quotient):
        return degree_in(node.numerator, z) if z not in free_symbols(node.denominator) else None
    if isinstance(node, Power):
        return _of_power(node, z)
    if isinstance(node, Reduce) and node.kind in ("sum", "array") and not node.where:
        return degree_in(node.body, z)
    if isinstance(node, Apply) and node.function in LINEAR:
        return degree_in(node.args[0], z)
    if isinstance(node, Apply) and node.function in BILINEAR:
        return _total(node.args, z)
    return None


def _of_power(node: Power, z: Symbol) -> int | None:
    """Powers to natural numbers, and even powers of Euclidean norms."""
    exponent = node.exponent.value if isinstance(node.exponent, Number) else Fraction(1, 2)
    if exponent.denominator != 1 or exponent < 0:
        return None
    base = node.base
    if isinstance(base, Apply) and base.function in NORMS:
        if exponent % 2:
            return None
        base = base.args[0]
    inner = degree_in(base, z)
    return None if inner is None else inner * int(exponent)


def _largest(parts: tuple[Expr, ...] | list[Expr], z: Symbol) -> int | None:
    degrees = [degree_in(part, z) for part in parts]
    return None if None in degrees else max(d for d in degrees if d is not None)


def _total(parts: tuple[Expr, ...], z: Symbol) -> int | None:
    degrees = [degree_in(part, z) for part in parts]
    return None if None in degrees else sum(d for d in degrees if d is not None)


__all__ = ["degree_in"]
