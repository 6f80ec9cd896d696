r"""Lagrangians: where a derivative of one is set to zero, the constraints behind the multipliers hold too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Call,
    Derivative,
    Expr,
    Item,
    Neg,
    Number,
    Product,
    Reduce,
    Relation,
    Symbol,
)
from derive.expr.walk import free_symbols, post_order


def constraints(premises: Sequence[Expr]) -> tuple[Expr, ...]:
    """The equations `g = 0` of the terms `\\lambda g` in the functions whose derivatives the premises set to zero."""
    found: dict[Expr, None] = {}
    for premise in premises:
        for node in post_order(premise):
            if isinstance(node, Derivative):
                body, wrt = _value(node.body), node.wrt
                varied = [v.base if isinstance(v, Item) else v for v in wrt]
                found.update(dict.fromkeys(_of_terms(body, varied)))
    return tuple(Relation("=", g, Number(Fraction(0))) for g in found)


def _value(body: Expr) -> Expr:
    """What a loss is defined as."""
    if isinstance(body, Symbol) and body.definition is not None:
        return body.definition
    if isinstance(body, Call) and tuple(body.function.parameters) == tuple(body.args):
        return body.function.body or body
    return body


def _of_terms(body: Expr, varied: Sequence[Expr]) -> Iterator[Expr]:
    terms = body.terms if isinstance(body, Add) else ()
    for position, term in enumerate(terms):
        inside = term.operand if isinstance(term, Neg) else term
        others = [t for i, t in enumerate(terms) if i != position]
        over: Reduce | None = None
        if isinstance(inside, Reduce) and inside.kind == "sum" and not inside.where:
            over, inside = inside, inside.body
        if not isinstance(inside, Product) or len(inside.factors) != 2:
            continue
        for multiplier, constraint in (inside.factors, inside.factors[::-1]):
            symbol = multiplier.base if isinstance(multiplier, Item) else multiplier
            if not isinstance(symbol, Symbol) or symbol.definition is not None or symbol.facts:
                continue
            if any(symbol in free_symbols(part) for part in (constraint, *others)):
                continue
            if not any(v in free_symbols(constraint) for v in varied if isinstance(v, Symbol)):
                continue
            if isinstance(constraint, Add) and (over is None or _is_total(constraint)):
                yield constraint


def _is_total(constraint: Add) -> bool:
    """Whether a constraint says that numbers sum to something: `1 - \\sum_j \\theta_j`."""
    parts = [t.operand if isinstance(t, Neg) else t for t in constraint.terms]
    return len(parts) == 2 and any(isinstance(p, Reduce) for p in parts)
