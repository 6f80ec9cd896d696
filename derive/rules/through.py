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
    users = _users(start)
    if start in users.get(x, ()):
        return None
    return tuple(z for z in users.get(x, ()) if isinstance(z, Symbol))


_LATEST: list[tuple[Expr, dict[Expr, tuple[Expr, ...]]]] = []


def _users(root: Expr) -> dict[Expr, tuple[Expr, ...]]:
    """For each symbol behind `root`: the named quantities whose formulas it stands in, and `root` itself.

    The latest answer is kept: a backward recursion asks once for each layer.
    """
    if _LATEST and _LATEST[0][0] is root:
        return _LATEST[0][1]
    found: dict[Expr, dict[Expr, None]] = {}
    named = [n for n in post_order(root, into_definitions=True) if isinstance(n, Symbol)]
    for whole, formula in [*((z, z.definition) for z in named), (root, root)]:
        if formula is not None:
            for part in post_order(formula):
                if isinstance(part, Symbol) and part is not whole:
                    found.setdefault(part, {})[whole] = None
    made = {part: tuple(users) for part, users in found.items()}
    _LATEST[:] = [(root, made)]
    return made


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
        if z.definition is None:
            return None
        frozen = _frozen(z.definition, x)
        inner = Derivative(node.body, (z,), node.style)
        stand_in = Symbol(f"cotangent of {z.name}", inner.shape)
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
