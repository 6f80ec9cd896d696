"""The chain rule through named intermediate quantities: the backward recursion of a network.

With Z = X W + 1 b^T between W and L, dL/dW = X^T dL/dZ. In dL/dZ the quantity Z is the variable.
"""

from __future__ import annotations

from dataclasses import replace

from derive.expr.nodes import Derivative, Expr, Symbol
from derive.expr.walk import post_order, substitute
from derive.rules import forms
from derive.rules.adjoint import adjoint
from derive.rules.calculus import is_free_entrywise
from derive.rules.reach import depends


def consumers(body: Expr, x: Expr) -> tuple[Symbol, ...] | None:
    """The named quantities through which alone `body` depends on x; None when x stands in body itself."""
    start = body
    while isinstance(start, Symbol) and start.definition is not None and start != x:
        start = start.definition
    if x in post_order(start):
        return None
    found: dict[Symbol, None] = {}
    for node in post_order(start, into_definitions=True):
        named = isinstance(node, Symbol) and node.definition is not None and node != x
        if named and isinstance(node, Symbol) and x in post_order(node.definition or node):
            found[node] = None
    return tuple(found)


def through(node: Expr) -> Expr | None:
    """dL/dx = sum over the quantities z made from x of (dz/dx)^T dL/dz."""
    if not isinstance(node, Derivative) or len(node.wrt) != 1 or node.body.shape:
        return None
    x = node.wrt[0]
    if not isinstance(x, Symbol) or (x.rank < 2 and len(steps_between(node.body, x)) < 2):
        return None
    return pulled_back(node, x)


def pulled_back(node: Derivative, x: Symbol) -> Expr | None:
    """dL/dx by dL/dz of the quantities z made from x; None where x stands in L itself."""
    if not is_free_entrywise(x):
        return None
    named = consumers(node.body, x)
    if not named:
        return None
    terms = []
    for z in named:
        if z.definition is None or not depends(node.body, z):
            return None
        frozen = _frozen(z.definition, x)
        inner = Derivative(node.body, (z,), node.style)
        stand_in = Symbol("C", inner.shape)
        back = adjoint(stand_in, substitute(z.definition, frozen), x)
        if back is None:
            return None
        thawed: dict[Expr, Expr] = {letter: named for named, letter in frozen.items()}
        back = substitute(substitute(back, thawed), {z.definition: z})
        terms.append(substitute(back, {stand_in: inner}))
    return forms.total(terms, x.shape)


def _frozen(definition: Expr, x: Symbol) -> dict[Expr, Expr]:
    """Every other named quantity of the definition as a letter that is taken as given."""
    return {
        s: replace(s, name=f"given {s.name}", definition=None)
        for s in post_order(definition)
        if isinstance(s, Symbol) and s.definition is not None and s != x
    }


def steps_between(body: Expr, x: Symbol) -> tuple[Symbol, ...]:
    """The named quantities behind `body` that depend on x, without body itself."""
    return tuple(
        s
        for s in post_order(body, into_definitions=True)
        if isinstance(s, Symbol)
        and s.definition is not None
        and s not in (x, body)
        and depends(s, x)
    )
