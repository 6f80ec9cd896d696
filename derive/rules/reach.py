"""Whether an expression depends on a variable: by reachability through definitions alone."""

from __future__ import annotations

from derive.expr.nodes import Derivative, Expr, Item, Symbol
from derive.expr.walk import children, post_order

#: by identity of node and symbol, both kept alive: to compare two equal 1000-layer networks would be a deep recursion
_KNOWN: dict[tuple[int, int], tuple[Expr, Expr, bool]] = {}
_LIMIT = 200_000


def base_symbol(variable: Expr) -> Symbol | None:
    """The symbol of a variable: x itself, or that of a member x_i."""
    if isinstance(variable, Item):
        return base_symbol(variable.base)
    return variable if isinstance(variable, Symbol) else None


def depends(node: Expr, variable: Expr) -> bool:
    """Whether `variable` (for a member x_i: any member) is reached from the node, also behind definitions."""
    symbol = base_symbol(variable)
    if symbol is None:
        return variable in post_order(node, into_definitions=True)
    if len(_KNOWN) > _LIMIT:
        _KNOWN.clear()
    own = id(symbol)
    stack = [node]
    while stack:
        part = stack[-1]
        if (id(part), own) in _KNOWN:
            stack.pop()
            continue
        below = () if part == symbol else _parts(part)
        missing = [c for c in below if (id(c), own) not in _KNOWN]
        if missing:
            stack.extend(missing)
            continue
        found = part == symbol or any(_KNOWN[id(c), own][2] for c in below)
        _KNOWN[id(part), own] = (part, symbol, found)
    return _KNOWN[id(node), own][2]


def _parts(node: Expr) -> tuple[Expr, ...]:
    """The parts; at the variables of an inner derivative the value at the point counts, so they are parts as well."""
    if isinstance(node, Derivative):
        return (node.body, *node.wrt)
    return children(node, into_definitions=True)
