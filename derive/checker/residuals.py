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
    Product,
    Quotient,
    Relation,
    Symbol,
)
from derive.expr.walk import free_indices, free_symbols, post_order


def residual_of(equation: Expr) -> Expr:
    """The difference of the sides without the denominators of its terms: Newton's method crosses no pole.

    Where a denominator is zero the equation has no value, and such a point is none of its solutions.
    """
    assert isinstance(equation, Relation), equation
    return _cleared(_difference(equation.lhs, equation.rhs))


def _difference(lhs: Expr, rhs: Expr) -> Expr:
    if isinstance(rhs, Number) and rhs.value == 0:
        return lhs
    if isinstance(lhs, Number) and lhs.value == 0:
        return rhs
    if lhs.shape != rhs.shape:
        raise PremiseError(f"the premise {lhs!r} = {rhs!r} relates different shapes")
    return Add((lhs, Neg(rhs)))


def _cleared(residual: Expr) -> Expr:
    """The sum times the denominators of its terms that have symbols in them."""
    parts = [_parted(term) for term in _terms(residual, 1)]
    below = list(dict.fromkeys(d for _, _, d in parts if d is not None and free_symbols(d)))
    if not below or len(parts) < 2:
        return residual
    found = []
    for sign, above, own in parts:
        others = [d for d in below if d != own]
        kept = Quotient(above, own) if own is not None and own not in below else above
        term = Product((*others, kept)) if others else kept
        found.append(Neg(term) if sign < 0 else term)
    return Add(tuple(found))


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
