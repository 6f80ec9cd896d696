"""A worked derivation as the blocks of a page: by a matrix the differential first, then the gradient."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation import Chain
from derive.engine.differentials import by_differential
from derive.engine.recursion import recursion
from derive.engine.worked import worked
from derive.expr.nodes import Expr, Symbol
from derive.rules.through import steps_between


def worked_blocks(
    body: Expr, wrt: Expr | Sequence[Expr], kind: str = "gradient"
) -> tuple[Chain, ...]:
    """One or two chains, the last of them from the derivative to its result.

    For a gradient by a matrix, without named quantities between: `df = ... = tr(G^T dX)`, then `gradient = G`.
    """
    given = (wrt,) if isinstance(wrt, Expr) else tuple(wrt)
    x = given[0]
    if kind == "gradient" and len(given) == 1 and isinstance(x, Symbol) and not body.shape:
        chains = recursion(body, x)
        if chains is not None:
            return chains
    plain = kind == "gradient" and len(given) == 1 and not body.shape
    matrix = isinstance(x, Symbol) and x.rank == 2 and not x.family
    if plain and matrix and isinstance(x, Symbol) and not steps_between(body, x):
        found: tuple[Chain, Chain] | None = by_differential(body, x)
        if found is not None:
            return found
    return (worked(body, given, kind),)
