"""Relations other than equality: inequalities (points, then descent on the gap), approximations, proportions.

`>=` and `>` come here with their sides exchanged; a counterexample then shows them in that order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from derive.checker.domains import reduced
from derive.checker.identity import Identity
from derive.checker.sampling import Points
from derive.checker.special import SEEN, Special, allowed_values
from derive.checker.verdicts import Evidence, Verdict
from derive.expr.nodes import Expr, Number, Symbol
from derive.expr.walk import free_indices, post_order

#: rounds of descent on the gap of an inequality, and the points that start it
ROUNDS, STARTS = 48, 24
#: plain numbers are multiples of one over this
PLAIN = 8
#: facts of symbols that descent may move: freely, or keeping the sign
FREE = (frozenset[str](), frozenset({"real"}), frozenset({"nonzero"}), frozenset({"invertible"}))
SIGNED = (frozenset({"positive"}), frozenset({"nonnegative"}), frozenset({"negative"}))


class Order(Identity):
    """lhs <= rhs or lhs < rhs."""

    def __init__(
        self, lhs: Expr, rhs: Expr, premises: tuple[Expr, ...], seed: int, op: str = "<="
    ) -> None:
        super().__init__(lhs, rhs, premises, seed)
        self.op = op
        self.strict = op == "<"
        self.tried = 0

    def compare(self, left: Any, right: Any) -> tuple[Any, Any, Any]:
        """Points are suspect by how far the left side lies above the right one."""
        left, right = np.broadcast_arrays(left, right)
        left, right = left.reshape(len(left), -1), right.reshape(len(right), -1)
        undefined = ~np.isfinite(left).all(axis=1) + 2 * ~np.isfinite(right).all(axis=1)
        gap = (left - right).max(axis=1)
        size = np.maximum(np.abs(left), np.abs(right)).max(axis=1)
        return gap, gap / (1.0 + size), undefined

    def states(self, left: Any, right: Any, points: Points) -> Any:
        from derive.checker.decision import judge_points

        return judge_points(left, right, self.op).states

    def suspicious(self, relative: Any, rounding: Any) -> Any:
        """For each special point, whether the left side may be above the right one, for `<` also level with it."""
        return relative > (-SEEN if self.strict else 0.0)

    def _at_sizes(self, sizes: dict[str, int], choice: int) -> None:
        super()._at_sizes(sizes, choice)
        if self.record.failed is None:
            lowest = self._descend(self.problem.points(sizes, STARTS, choice))
            self._decide(lowest)
            if self.op == "<" and self.record.failed is None:
                self._decide_special(self._snapped(lowest))

    def _snapped(self, points: Points) -> Special:
        """The points moved to plain numbers near by, where the sides may be equal exactly."""
        values, fine = dict(points.values), np.ones(points.count, dtype=bool)
        for symbol in [s for s in values if _moves(s) and not self.problem.lawful]:
            rounded = np.round(np.asarray(values[symbol], dtype=float) * PLAIN) / PLAIN
            values[symbol] = rounded
            fine &= [allowed_values(symbol, value) for value in rounded]
        moved = replace(points, values=values)
        kept = np.flatnonzero(fine & self.problem.satisfied(moved)).tolist()
        return Special(moved.subset(kept), tuple(_zeros(moved, i) for i in kept))

    def _descend(self, points: Points) -> Points:
        """Points moved, within what is declared, to where the right side exceeds the left least."""
        rng = np.random.default_rng(self.seed + 17)
        movable = [s for s in points.values if _moves(s) and not self.problem.lawful]
        movable = [s for s in movable if not any(s in v.unknowns for v in self.problem.solvers)]
        best = self._gap(points)
        if not movable:
            return points.subset(np.argsort(best)[:2].tolist())
        step = np.full(points.count, 0.5)
        for _ in range(ROUNDS):
            trial = _perturbed(points, movable, step, rng)
            gap = self._gap(trial)
            self.tried += points.count
            better = gap < best
            points = _merged(points, trial, movable, better)
            best = np.where(better, gap, best)
            step = np.where(better, step * 1.5, step * 0.75)
        return points.subset(np.argsort(best, kind="stable")[:2].tolist())

    def _gap(self, points: Points) -> Any:
        """Smallest right minus left at each point, relative to its size; infinite where undefined or outside
        premises.
        """
        with np.errstate(all="ignore"):
            left, right, _ = self.problem.sides(self.floats, points, balls=False)
            _, share, undefined = self.compare(left, right)
            allowed = self.problem.satisfied(points)
        return np.where((undefined == 0) & allowed & np.isfinite(share), -share, np.inf)

    def referee(self) -> str:
        return f"not refuted ({self.record.points + self.tried} points, descent)"

    def _vacuous(self) -> str:
        return ""


def _zeros(points: Points, position: int) -> str:
    """What is zero at a point, for messages."""
    zero = [f"{s.name} = 0" for s, v in points.values.items() if not np.any(v[position])]
    return ", ".join(zero) or "a point"


def _moves(symbol: Symbol) -> bool:
    return reduced(symbol.facts) in (*FREE, *SIGNED)


def _perturbed(points: Points, movable: list[Symbol], step: Any, rng: Any) -> Points:
    values = dict(points.values)
    for symbol in movable:
        old = np.asarray(values[symbol], dtype=np.float64)
        size = step.reshape((-1,) + (1,) * (old.ndim - 1))
        noise = rng.standard_normal(old.shape) * (rng.random(old.shape) < 0.7)
        if reduced(symbol.facts) in SIGNED:
            values[symbol] = old * np.exp(np.clip(size * noise, -20, 20))
        else:
            values[symbol] = old + size * noise * np.maximum(np.abs(old), 0.25)
    return replace(points, values=values)


def _merged(points: Points, trial: Points, movable: list[Symbol], better: Any) -> Points:
    values = dict(points.values)
    for symbol in movable:
        mask = better.reshape((-1,) + (1,) * (values[symbol].ndim - 1))
        values[symbol] = np.where(mask, trial.values[symbol], values[symbol])
    return replace(points, values=values)


class Unequal(Identity):
    """lhs != rhs."""

    strict = True

    def compare(self, left: Any, right: Any) -> tuple[Any, Any, Any]:
        absolute, relative, undefined = super().compare(left, right)
        return -absolute, -relative, undefined

    def suspicious(self, relative: Any, rounding: Any) -> Any:
        """For each special point, whether the sides may be equal."""
        return relative > -SEEN

    def states(self, left: Any, right: Any, points: Points) -> Any:
        from derive.checker.decision import judge_points

        return judge_points(left, right, "!=").states

    def referee(self) -> str:
        return f"not refuted ({self.record.points} points)"

    def _vacuous(self) -> str:
        return ""


class Approximation(Identity):
    """lhs is approximately rhs: decided for numbers by the digits that are written, else only where both are equal."""

    def verdict(self) -> Verdict:
        """Numbers are rounded as written; expressions hold only when they are equal."""
        found = super().verdict()
        if found.kind != "fails" or found.counterexample is None:
            return found
        evidence = found.evidence or Evidence(seed=self.seed)
        if self.problem.symbols or self.problem.names:
            why = f"an approximation: the sides differ by up to {evidence.worst:.1%} at the sampled points"
            return Verdict("unchecked", evidence, why=why)
        left, right = float(found.counterexample.lhs), float(found.counterexample.rhs)
        slack = max(_last_digit(self.problem.lhs), _last_digit(self.problem.rhs))
        if abs(left - right) <= slack:
            return Verdict(
                "holds", replace(evidence, tolerance=slack, referee="rounded as written")
            )
        if abs(left - right) > 0.05 * max(abs(left), abs(right)):
            return found
        return Verdict("unchecked", evidence, why=f"the sides differ by {abs(left - right):.3g}")


def _last_digit(side: Expr) -> float:
    """One unit of the last digit that is written in a number, 0 for other expressions."""
    unit = 0.0
    for node in post_order(side):
        if isinstance(node, Number) and "." in node.text:
            digits = node.text.split(".")[1].rstrip("}")
            unit = max(unit, 10.0 ** -len(digits))
    return unit


class Proportion(Identity):
    """lhs is proportional to rhs: the ratio is one number over all points (of one assignment of sizes) and entries."""

    def compare(self, left: Any, right: Any) -> tuple[Any, Any, Any]:
        left, right = np.broadcast_arrays(left, right)
        left, right = left.reshape(len(left), -1), right.reshape(len(right), -1)
        return super().compare(left * right[:1, :1], right * left[:1, :1])

    def states(self, left: Any, right: Any, points: Points) -> Any:
        """Cross products with the first point of this assignment of sizes, at the current precision."""
        from derive.checker.decision import judge_points

        first = self.problem.points(points.sizes, 64, self._choice).subset([0])
        base_left, base_right, _ = self.problem.sides(self.balls, first, True)
        left, right = left.reshape(len(left), -1), right.reshape(len(right), -1)
        a, b = base_left.reshape(-1)[0], base_right.reshape(-1)[0]
        return judge_points(left * b, right * a).states

    def _at_sizes(self, sizes: dict[str, int], choice: int) -> None:
        self._choice = choice
        super()._at_sizes(sizes, choice)

    def verdict(self) -> Verdict:
        """A ratio that varies refutes, unless it varies only with what may be part of the constant."""
        found = super().verdict()
        if found.kind == "fails" and (
            len(self.problem.symbols) > 1 or free_indices(self.problem.lhs)
        ):
            why = "the ratio of the sides varies; it may be constant in the variable that is meant, which is not stated"
            return Verdict("unchecked", found.evidence, why=why)
        return found

    def referee(self) -> str:
        return "balls, ratio over points"
