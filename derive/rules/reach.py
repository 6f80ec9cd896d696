"""Whether an expression depends on a variable: by reachability through definitions alone."""

from __future__ import annotations

from derive.expr.nodes import Derivative, Expr, Item, Symbol
from derive.expr.walk import children, post_order

_KNOWN: dict[tuple[Expr, Symbol], bool] = {}
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
    if (node, symbol) in _KNOWN:
        return _KNOWN[node, symbol]
    if len(_KNOWN) > _LIMIT:
        _KNOWN.clear()
    stack = [node]
    while stack:
        part = stack[-1]
        if (part, symbol) in _KNOWN:
            stack.pop()
            continue
        if part == symbol:
            _KNOWN[part, symbol] = True
            continue
        below = _parts(part)
        missing = [c for c in below if (c, symbol) not in _KNOWN]
        if missing:
            stack.extend(missing)
        else:
            _KNOWN[part, symbol] = any(_KNOWN[c, symbol] for c in below)
    return _KNOWN[node, symbol]


def _parts(node: Expr) -> tuple[Expr, ...]:
    """The parts; at the variables of an inner derivative the value at the point counts, so they are parts as well."""
    if isinstance(node, Derivative):
        return (node.body, *node.wrt)
    return children(node, into_definitions=True)
