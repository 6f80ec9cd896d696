"""Premises that give a symbol a value: an equation `s = expression` makes a name of the free symbol s."""

from __future__ import annotations

from collections.abc import Sequence

from derive.checker.domains import reduced
from derive.expr.nodes import (
    Derivative,
    Differential,
    Expr,
    Function,
    Index,
    Item,
    Relation,
    Symbol,
)
from derive.expr.walk import free_indices, post_order, symbols, transform


def is_equation(premise: Expr) -> bool:
    """Whether a premise is an equation with a symbol in it."""
    return (
        isinstance(premise, Relation)
        and premise.op == "="
        and any(isinstance(n, Symbol) for n in post_order(premise))
    )


def assignment(premise: Expr, everywhere: Sequence[Expr]) -> tuple[Symbol, Expr] | None:
    """(s, e) for a premise s = e in which the free symbol s does not occur in e."""
    if not is_equation(premise):
        return None
    assert isinstance(premise, Relation)
    for symbol, value in ((premise.lhs, premise.rhs), (premise.rhs, premise.lhs)):
        if (
            not isinstance(symbol, Symbol)
            or symbol.definition is not None
            or symbol.law is not None
        ):
            continue
        if symbol.shape != value.shape or reduced(symbol.facts):
            continue
        if symbol in symbols(value) or any(isinstance(n, Index) for n in free_indices(value)):
            continue
        if not (_in_functions(symbol, everywhere) or _is_held(symbol, value, everywhere)):
            return symbol, value
    return None


def _is_held(symbol: Symbol, value: Expr, everywhere: Sequence[Expr]) -> bool:
    """Whether a derivative holds the symbol fixed by something on which its value depends.

    The premise b = A x speaks of one point; the derivative of x^T x - v^T (A x - b) by x takes b as a constant, which
    it would not be as a name for A x."""
    inside = symbols(value)
    for root in everywhere:
        for node in post_order(root, into_definitions=True):
            if isinstance(node, Derivative):
                variables: Sequence[Expr] = node.wrt
            elif isinstance(node, Differential):
                variables = node.wrt
            else:
                continue
            bases = (v.base if isinstance(v, Item) else v for v in variables)
            if any(base in inside for base in bases) and symbol in symbols(node.body):
                return True
    return False


def _in_functions(symbol: Symbol, everywhere: Sequence[Expr]) -> bool:
    for root in everywhere:
        for node in post_order(root, into_definitions=True):
            if (
                isinstance(node, Function)
                and node.body is not None
                and symbol in symbols(node.body)
            ):
                return True
    return False


def with_name(root: Expr, symbol: Symbol, defined: Symbol) -> Expr:
    """The expression with the symbol as a name for its value, also behind definitions."""
    return transform(root, lambda n: defined if n == symbol else None, into_definitions=True)
