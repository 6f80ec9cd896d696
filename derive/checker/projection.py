"""Points that satisfy equations, with as many unknowns or more: each sampled point moves to the nearest solution.

`S u = lambda u` determines neither u nor lambda nor S; a random point is moved along the least change of all continuous
quantities in the equations until they hold, so that the points stay random on the set of solutions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.checker.solver import BITS, Frame, System, refine, search
from derive.errors import PremiseError
from derive.expr.facts import declared
from derive.expr.nodes import Add, Apply, Expr, Neg, Number, Power, Symbol
from derive.expr.walk import free_symbols

#: facts of a quantity that may be moved; they are checked at the solutions
MOVABLE = frozenset(
    [
        "real",
        "positive",
        "nonnegative",
        "negative",
        "nonzero",
        "interval",
        "probability",
        "symmetric",
        "psd",
        "pd",
        "square",
        "invertible",
        "full_column_rank",
        "full_row_rank",
    ]
)


#: facts of vectors that are equations: they are solved together with the premise
EQUATIONS = frozenset(["simplex", "sums_to_one", "unit_norm"])
ONE, TWO = Number(Fraction(1)), Number(Fraction(2))


class Projection:
    """Solves residual = 0 for all continuous symbols in it, or for those of `only`, by least changes.

    Steps are shortened until they lead nearer and keep signs and definiteness. `spare` takes over where that fails.
    """

    def __init__(
        self,
        residuals: Sequence[Expr],
        only: Sequence[Symbol] = (),
        spare: Projection | None = None,
    ) -> None:
        found: dict[Symbol, None] = {}
        kept: dict[Expr, None] = {}
        for residual in residuals:
            for symbol in only or free_symbols(residual):
                if symbol.law is not None or not all(
                    _movable(symbol, f.name) for f in symbol.facts
                ):
                    continue
                found[symbol] = None
                kept.update(dict.fromkeys(fact_equations(symbol)))
        if not found:
            raise PremiseError("the premise has no unknown that may vary")
        self.residuals, self.unknowns = (*residuals, *kept), tuple(found)
        self.spare, self.failed = spare, False
        self.parts: tuple[Expr, ...] = (
            *self.residuals,
            *(spare.parts if spare is not None else ()),
        )

    def floats(self, problem: Any, points: Any) -> Any:
        """The points moved to solutions, without those where that fails."""
        if self.failed and self.spare is not None:
            return self.spare.floats(problem, points)
        unknowns = tuple(u for u in self.unknowns if u in points.values)
        system = System.of(self.residuals, unknowns)
        frame = Frame(system, points.sizes, points.floats(), points.realisation)
        flat, ok = search(frame, frame.flat(points.values), 0)
        with np.errstate(all="ignore"):
            ok &= frame.inside(flat)
        kept = [int(i) for i in np.flatnonzero(ok)]
        if not kept and self.spare is not None:
            self.failed = True
            return self.spare.floats(problem, points)
        if not kept:
            listed = ", ".join(u.name for u in unknowns)
            raise PremiseError(f"the premise could not be solved for {listed}")
        return replace(points, values={**points.values, **frame.split(flat)}).subset(kept)

    def balls(self, problem: Any, kernel: Any, points: Any, values: dict[Symbol, Any]) -> None:
        """The solutions in balls of high precision."""
        if self.failed and self.spare is not None:
            self.spare.balls(problem, kernel, points, values)
            return
        from flint import arb

        from derive.checker.ball_kernel import BallKernel, precision

        unknowns = tuple(u for u in self.unknowns if u in points.values)
        with precision(BITS):
            exact = points.balls(BallKernel())
        frame = Frame(
            System.of(self.residuals, unknowns), points.sizes, points.floats(), points.realisation
        )
        found, ok = refine(frame, frame.flat(points.values), exact)
        for unknown, block in frame.split(found).items():
            block = np.array(block, dtype=object)
            for point in np.flatnonzero(~ok):
                block[point] = np.frompyfunc(lambda _: arb("nan"), 1, 1)(block[point])
            values[unknown] = block.reshape(values[unknown].shape)


def _movable(symbol: Symbol, fact: str) -> bool:
    return fact in MOVABLE or (fact in EQUATIONS and symbol.rank == 1 and not symbol.family)


def fact_equations(symbol: Symbol) -> tuple[Expr, ...]:
    """Entries that sum to one, a norm of one: as expressions that are zero."""
    if symbol.rank != 1 or symbol.family:
        return ()
    if declared(symbol.facts, "sums_to_one"):
        return (Add((Apply("sum", (symbol,)), Neg(ONE))),)
    if declared(symbol.facts, "unit_norm"):
        return (Add((Power(Apply("norm", (symbol,)), TWO), Neg(ONE))),)
    return ()
