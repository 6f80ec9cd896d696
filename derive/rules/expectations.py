"""Linearity of the expectation."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Add, Apply, Expectation, Expr, Neg, Product, Quotient, Reduce, Symbol
from derive.expr.shapes import product_plan
from derive.rules import forms
from derive.rules.algebra import scalars_and_arrays
from derive.rules.reach import depends


def expectation_linear(node: Expr) -> Expr | None:
    """E[a f + B g + c] = a E[f] + B E[g] + c; the trace and the transpose go outside."""
    if not isinstance(node, Expectation) or node.kind != "E":
        return None
    made = _expected(node.args[0], node.over)
    return None if made == node else made


def _expected(body: Expr, over: tuple[Symbol, ...]) -> Expr:
    if not any(depends(body, x) for x in over):
        return body
    if isinstance(body, Add):
        return forms.total([_expected(t, over) for t in body.terms], body.shape)
    if isinstance(body, Neg):
        return forms.negative(_expected(body.operand, over))
    if isinstance(body, Quotient) and not any(depends(body.denominator, x) for x in over):
        return forms.divided(_expected(body.numerator, over), body.denominator)
    if isinstance(body, Reduce) and body.kind == "sum":
        return Reduce("sum", body.indices, _expected(body.body, over), body.where, body.written)
    if isinstance(body, Apply) and body.function in ("trace", "sum", "diag", "diagonal"):
        return Apply(body.function, (_expected(body.args[0], over),))
    if isinstance(body, Product):
        return _expected_product(body, over)
    return Expectation("E", (body,), over)


def _expected_product(body: Product, over: tuple[Symbol, ...]) -> Expr:
    front, arrays = scalars_and_arrays(body)
    moving = [k for k, f in enumerate(arrays) if any(depends(f, x) for x in over)]
    if any(depends(front, x) for x in over) or not moving:
        inner = [f for f in body.factors if f.shape or any(depends(f, x) for x in over)]
        fixed = [f for f in body.factors if not any(f is g for g in inner)]
        whole = forms.juxtaposed(inner)
        return (
            forms.times(*fixed, Expectation("E", (whole,), over))
            if fixed
            else Expectation("E", (body,), over)
        )
    first, last = moving[0], moving[-1] + 1
    middle = forms.juxtaposed(arrays[first:last]) if product_fits(arrays[first:last]) else None
    if middle is None:
        return forms.times(front, Expectation("E", (forms.juxtaposed(arrays),), over))
    return forms.times(front, *arrays[:first], Expectation("E", (middle,), over), *arrays[last:])


def product_fits(factors: Sequence[Expr]) -> bool:
    """Whether neighbouring factors have a product of their own."""
    return product_plan(tuple(f.shape for f in factors)) is not None
