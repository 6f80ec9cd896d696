"""A worked derivation as the blocks of a page: by a matrix the differential first, then the gradient."""

from __future__ import annotations

from collections.abc import Sequence

from derive.derivation import Chain
from derive.engine.differentials import by_differential
from derive.engine.recursion import recursion
from derive.engine.worked import worked
from derive.errors import DeriveError
from derive.expr.nodes import Expr, Symbol
from derive.rules.through import steps_between


def worked_blocks(
    body: Expr, wrt: Expr | Sequence[Expr], kind: str = "gradient"
) -> tuple[Chain, ...]:
    """One or two chains, the last of them from the derivative to its result.

    For a gradient by a matrix, without named quantities between: `df = ... = tr(G^T dX)`, then `gradient = G`.
    """
    given = (wrt,) if isinstance(wrt, Expr) else tuple(wrt)
    if kind == "gradient" and len(given) == 1 and isinstance(given[0], Symbol) and not body.shape:
        try:
            found = _of_a_symbol(body, given[0])
        except DeriveError:
            found = None
        if found is not None:
            return found
    return (worked(body, given, kind),)


def _of_a_symbol(body: Expr, x: Symbol) -> tuple[Chain, ...] | None:
    chains = recursion(body, x)
    if chains is None and x.rank == 2 and not x.family and not steps_between(body, x):
        return by_differential(body, x)
    return chains
