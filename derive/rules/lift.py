"""Derivatives of elementwise functions at arrays: phi'(u) entry by entry, and at scalars."""

from __future__ import annotations

from derive.errors import NoRuleError
from derive.expr.derivatives import elementwise_derivative
from derive.expr.functions import row
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Cases,
    Expr,
    Indicator,
    Neg,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
)
from derive.expr.sizes import Shape
from derive.expr.walk import free_symbols, substitute
from derive.rules import forms


def is_elementwise(node: Expr) -> bool:
    """Whether the node applies one scalar function to (each entry of) one argument."""
    if isinstance(node, Call):
        return len(node.args) == 1 and (node.function.elementwise or not node.args[0].shape)
    return isinstance(node, Apply) and row(node.function).elementwise


def slope(node: Expr, value: Expr | None = None) -> Expr | None:
    """phi'(u) for the node phi(u), entry by entry; `value` is how the page calls phi(u). None without a rule.

    u: any shape, result: the same shape.
    """
    if isinstance(node, Call):
        if node.function.body is not None:
            return None
        return Call(node.function, node.args, node.order + 1)
    assert isinstance(node, Apply)
    x, y = Symbol("x"), Symbol("y")
    try:
        scalar = elementwise_derivative(node.function, x, y)
    except NoRuleError:
        return None
    there: dict[Expr, Expr] = {x: node.args[0], y: node if value is None else value}
    if not node.shape:
        return substitute(scalar, there)
    return lifted(scalar, there, node.shape)


def lifted(node: Expr, values: dict[Expr, Expr], shape: Shape) -> Expr:
    """A scalar formula entry by entry, with arrays in place of its symbols."""
    if isinstance(node, Symbol) and node in values:
        return values[node]
    if not any(s in values for s in free_symbols(node)):
        if forms.is_ones(node) and len(shape) == 1:
            return forms.ones_like(shape)
        return Apply("broadcast", (node,), shape)
    if isinstance(node, Add):
        return Add(tuple(lifted(t, values, shape) for t in node.terms))
    if isinstance(node, Neg):
        return Neg(lifted(node.operand, values, shape))
    if isinstance(node, Product):
        return _lifted_product(node, values, shape)
    if isinstance(node, Quotient):
        top = lifted(node.numerator, values, shape)
        return Apply("hadamard_divide", (top, lifted(node.denominator, values, shape)))
    if isinstance(node, Power):
        if forms.constant_value(node.exponent) == 2:
            base = lifted(node.base, values, shape)
            return Apply("hadamard", (base, base))
        return Apply("hadamard_power", (lifted(node.base, values, shape), node.exponent))
    if isinstance(node, Apply):
        return Apply(node.function, tuple(lifted(a, values, shape) for a in node.args), node.params)
    if isinstance(node, Indicator):
        return Indicator(lifted(node.condition, values, shape))
    if isinstance(node, Relation):
        return Relation(node.op, lifted(node.lhs, values, shape), node.rhs)
    if isinstance(node, Cases):
        branches = tuple(
            (lifted(v, values, shape), lifted(c, values, shape)) for v, c in node.branches
        )
        last = None if node.otherwise is None else lifted(node.otherwise, values, shape)
        return Cases(branches, last)
    raise NoRuleError(f"{node!r} ({type(node).__name__}) has no entrywise form")


def _lifted_product(node: Product, values: dict[Expr, Expr], shape: Shape) -> Expr:
    fixed = [f for f in node.factors if not any(s in values for s in free_symbols(f))]
    moving = [lifted(f, values, shape) for f in node.factors if not any(f is g for g in fixed)]
    return forms.times(*fixed, forms.entrywise(*moving)) if fixed else forms.entrywise(*moving)
