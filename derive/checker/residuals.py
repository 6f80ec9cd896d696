"""Equations as expressions that are zero, and the symbols that they may be solved for."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.errors import PremiseError
from derive.expr.nodes import (
    Add,
    Derivative,
    Dim,
    Expr,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
)
from derive.expr.walk import free_indices, free_symbols, post_order

ZERO, ONE = Fraction(0), Fraction(1)


def residual_of(equation: Expr) -> Expr:
    """The difference of the sides without the denominators of its terms: Newton's method crosses no pole.

    Where a denominator is zero the equation has no value and the difference may be zero: such a point is none of its
    solutions (`poles_of`).
    """
    assert isinstance(equation, Relation), equation
    return _cleared(_difference(equation.lhs, equation.rhs))


def poles_of(equation: Expr) -> list[Expr]:
    """What must not be zero where `residual_of` is."""
    assert isinstance(equation, Relation), equation
    return list(_common([_parted(t) for t in _terms(_difference(equation.lhs, equation.rhs), 1)]))


def _difference(lhs: Expr, rhs: Expr) -> Expr:
    if isinstance(rhs, Number) and rhs.value == 0:
        return lhs
    if isinstance(lhs, Number) and lhs.value == 0:
        return rhs
    if lhs.shape != rhs.shape:
        raise PremiseError(f"the premise {lhs!r} = {rhs!r} relates different shapes")
    return Add((lhs, Neg(rhs)))


def _cleared(residual: Expr) -> Expr:
    """The sum times the least common multiple of the denominators of its terms that have symbols in them."""
    parts = [_parted(term) for term in _terms(residual, 1)]
    common = _common(parts)
    if not common:
        return residual
    found = []
    for sign, above, own in parts:
        powers, rest = _factored(own)
        missing = [
            _power(b, n - powers.get(b, ZERO)) for b, n in common.items() if n != powers.get(b)
        ]
        kept = Quotient(above, rest) if rest is not None else above
        term = Product((*missing, kept)) if missing else kept
        found.append(Neg(term) if sign < 0 else term)
    return Add(tuple(found))


def _common(parts: Sequence[tuple[int, Expr, Expr | None]]) -> dict[Expr, Fraction]:
    """The bases of the denominators with their highest exponents; none for a single term."""
    common: dict[Expr, Fraction] = {}
    for _, _, own in parts if len(parts) > 1 else ():
        for base, exponent in _factored(own)[0].items():
            common[base] = max(common.get(base, ZERO), exponent)
    return common


def _factored(denominator: Expr | None) -> tuple[dict[Expr, Fraction], Expr | None]:
    """The factors with symbols, as bases with exponents, and the product of the others."""
    if denominator is None:
        return {}, None
    factors: tuple[Expr, ...] = (denominator,)
    if isinstance(denominator, Product) and not any(f.shape for f in denominator.factors):
        factors = denominator.factors
    powers: dict[Expr, Fraction] = {}
    rest = []
    for factor in factors:
        base, exponent = factor, ONE
        if isinstance(factor, Power) and isinstance(factor.exponent, Number):
            base, exponent = factor.base, factor.exponent.value
        if not free_symbols(base) or base.shape or exponent <= 0:
            rest.append(factor)
        else:
            powers[base] = powers.get(base, ZERO) + exponent
    if not rest:
        return powers, None
    return powers, rest[0] if len(rest) == 1 else Product(tuple(rest))


def _power(base: Expr, exponent: Fraction) -> Expr:
    return base if exponent == ONE else Power(base, Number(exponent))


def _terms(node: Expr, sign: int) -> list[tuple[int, Expr]]:
    """The terms of nested sums with their signs."""
    if isinstance(node, Neg):
        return _terms(node.operand, -sign)
    if isinstance(node, Add):
        return [part for term in node.terms for part in _terms(term, sign)]
    return [(sign, node)]


def _parted(term: tuple[int, Expr]) -> tuple[int, Expr, Expr | None]:
    """The sign, the numerator and the denominator of a term."""
    sign, node = term
    if isinstance(node, Quotient):
        return sign, node.numerator, node.denominator
    return sign, node, None


def entries(node: Expr) -> tuple[str, ...]:
    """The sizes of a node and of its free indices, without order: equal where there are as many entries."""
    extents = []
    for index in free_indices(node):
        if not isinstance(index.upper, Dim) or index.lower != Number(Fraction(1)):
            return ("?",)
        extents.append(str(index.upper.size))
    return tuple(sorted((*extents, *(str(s) for s in node.shape))))


def unknowns_of(equation: Expr, claimed: Sequence[Expr] = ()) -> list[Symbol]:
    """The free symbols of an equation in the order in which authors solve for them.

    First what stands alone on the left of the claim, then the variables of derivatives.
    """
    left = (
        claimed[0].base if claimed and isinstance(claimed[0], Item) else next(iter(claimed), None)
    )
    free = free_symbols(equation)
    inside = [
        v
        for node in post_order(equation, into_definitions=True)
        if isinstance(node, Derivative)
        for v in node.wrt
        if isinstance(v, Symbol)
    ]
    return list(dict.fromkeys([*(s for s in free if s == left), *inside, *free]))
