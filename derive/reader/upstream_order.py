"""A loss that is known by its gradient alone has no second derivatives that could be checked."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Derivative, Expr
from derive.expr.walk import post_order, symbols
from derive.reader.formula_core import Formula


def refuse_second(reader: Formula, body: Expr, wrt: Sequence[Expr], start: int) -> None:
    """Refuse a derivative by `wrt` that would be the second one of such a loss: it is linear here, not by nature."""
    within = tuple(symbols(body))
    parts = [body, *(s.definition for s in within if s.definition is not None)]
    if len(wrt) < 2 and not any(isinstance(n, Derivative) for p in parts for n in post_order(p)):
        return
    losses = {entry.latex for entry in reader.table.variables() if entry.upstream}
    for symbol in within:
        if symbol.name in losses:
            raise reader.error(
                f"of {symbol.name} only the gradient is spoken of, its second derivatives are open",
                start,
            )
