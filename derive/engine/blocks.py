"""A worked derivation as the blocks of a page: for a matrix variable the differential first, then the gradient read off."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation import Block, Chain
from derive.engine.differentials import by_differential
from derive.engine.worked import worked
from derive.expr.nodes import Expr, Symbol
from derive.rules.through import steps_between


def worked_blocks(
    body: Expr, wrt: Expr | Sequence[Expr], kind: str = "gradient"
) -> tuple[Block, ...]:
    """One or two chains, the last of them from the derivative to its result.

    For the gradient by a matrix that is not reached through named quantities: `df = ... = tr(G^T dX)`, then `gradient = G`.
    """
    given = (wrt,) if isinstance(wrt, Expr) else tuple(wrt)
    x = given[0]
    if (
        kind == "gradient"
        and len(given) == 1
        and isinstance(x, Symbol)
        and x.rank == 2
        and not x.family
    ):
        if not body.shape and not steps_between(body, x):
            found: tuple[Chain, Chain] | None = by_differential(body, x)
            if found is not None:
                return found
    return (worked(body, given, kind),)
