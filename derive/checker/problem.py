"""One relation made ready for evaluation: its plan, symbols, sizes, free indices and premises, and both sides at
points.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from derive.checker.edit_parts import is_zero
from derive.checker.evaluate import Evaluator, Scope
from derive.checker.extents import by_entries, extents, places, size_names, zero_blocks
from derive.checker.plan import Plan
from derive.checker.program import Program
from derive.checker.sampling import Points, choose_sizes, fits, joined, sample, satisfies, sizes_for
from derive.checker.special import Batch, Special, free_batch, named_numbers, special_points
from derive.checker.surfaces import beside, switches
from derive.errors import EvaluationError, PremiseError
from derive.expr.nodes import (
    Call,
    Constant,
    Derivative,
    Differential,
    Expectation,
    Expr,
    Extremum,
    Function,
    Index,
    Integral,
    Item,
    Limit,
    Logic,
    Reduce,
    Relation,
    Symbol,
)
from derive.expr.walk import free_symbols, post_order

if TYPE_CHECKING:
    from derive.checker.premises import Solver

#: kinds that become sums before they are evaluated
EXPANDED = frozenset({Expectation, Integral, Limit})
#: how often points are drawn again until this many satisfy the premises
ATTEMPTS, ENOUGH = 12, 24
#: a denominator below this in a premise that was solved without it counts as zero
NO_POLE = 1e-9
#: points where each is expensive: a law to be solved, a sum over many nodes
SLOW_POINTS = 8
#: relative difference of two levels of a rule in float64 above which a point is not used
CONVERGED = 1e-12


class Problem:
    """lhs and rhs (of one shape) under premises."""

    def __init__(self, lhs: Expr, rhs: Expr, premises: Sequence[Expr] = (), seed: int = 0) -> None:
        plan = Plan((lhs, rhs))
        if Extremum in plan.kinds:
            from derive.checker.laws import without_extrema

            lhs, rhs = without_extrema(lhs), without_extrema(rhs)
        if Integral in plan.kinds:
            from derive.checker.normal_means import as_means

            lhs, rhs = as_means(lhs), as_means(rhs)
        self.lhs, self.rhs, self.seed = lhs, rhs, seed
        self.poles: tuple[Expr, ...] = ()
        self.premises, self.solvers, self.parts = self._prepared(premises)
        roots = (self.lhs, self.rhs, *self.premises, *self.parts)
        self.plan = plan if roots == plan.roots else Plan(roots)
        lawful = any(isinstance(n, Symbol) and n.law is not None for n in self.plan.order)
        if lawful:
            from derive.checker import laws

            laws.refuse_derivatives(self.plan.order)
        kinds = self.plan.kinds
        self.has_derivative = Derivative in kinds or Differential in kinds
        self.switches = switches(self.plan.order)
        more = (*(laws.behind(self.plan.order) if lawful else ()), *self.switches)
        if more:
            self.plan = Plan((*self.plan.roots, *more))
        free = self._free()
        self.lawful = tuple(s for s in free if s.law is not None and _solved(s))
        self.symbols = tuple(s for s in free if s not in self.lawful)
        self.arrays = tuple(s for s in self.plan.order if isinstance(s, Symbol) and by_entries(s))
        endless = Constant in kinds and Reduce in kinds
        self.expands = (endless or bool(kinds & EXPANDED)) and self._needs_expansion()
        self._expanded: dict[tuple[int, ...], tuple[Expr, Expr, Plan]] = {}
        self._programs: dict[tuple[int, ...], Program | None] = {}
        self.tangents = tuple(self._varied()) if Differential in kinds else ()
        self.indices = self._indices() if Index in kinds else ()
        self.extents = (
            *extents(self.indices),
            *(places(self.plan.order) if Item in kinds else ()),
            *zero_blocks(self.plan.order),
        )
        self.names = size_names(self.plan.order)
        self.numbers = named_numbers(self.plan.order)
        self.size_premises = [p for p in self.premises if self._only_sizes(p)]
        if Integral in kinds or Expectation in kinds:
            from derive.checker.integrals import small_spaces

            self.size_premises += small_spaces(self.plan.order)
        self.index_premises = [p for p in self.premises if self._only_indices(p)]
        self.point_premises = [
            p for p in self.premises if p not in self.size_premises and p not in self.index_premises
        ]
        self.abstract = Call in kinds and any(
            isinstance(n, Call) and n.function.body is None for n in self.plan.order
        )
        self.early_premises = [
            p for p in self.point_premises if not any(s in self.lawful for s in free_symbols(p))
        ]
        self.enough = SLOW_POINTS if self.lawful or self.expands else ENOUGH

    def _prepared(
        self, premises: Sequence[Expr]
    ) -> tuple[tuple[Expr, ...], tuple[Solver, ...], tuple[Expr, ...]]:
        """Conditions, solvers and parts after the premises were put into both sides."""
        if not premises:
            return (), (), ()
        from derive.checker.premises import prepare

        prepared = prepare(self.lhs, self.rhs, premises)
        self.lhs, self.rhs = prepared.lhs, prepared.rhs
        self.poles = prepared.poles
        return prepared.conditions, prepared.solvers, prepared.parts

    def _needs_expansion(self) -> bool:
        from derive.checker.expansion import needs_expansion

        return needs_expansion(self.lhs, self.rhs)

    def _free(self) -> list[Symbol]:
        free: dict[Symbol, None] = {}
        everywhere: set[Expr] = set()
        for root in self.plan.roots:
            everywhere |= self.plan.deps[root]
        for node in self.plan.order:
            if not isinstance(node, Symbol) or node.definition is not None:
                continue
            if node in everywhere or node not in self.plan.bindable:
                free[node] = None
        return list(free)

    def _varied(self) -> list[Symbol]:
        found: dict[Symbol, None] = {}
        for node in self.plan.order:
            if isinstance(node, Differential):
                found.update(dict.fromkeys(node.wrt))
        return list(found)

    def _indices(self) -> tuple[Index, ...]:
        free = self.plan.deps[self.lhs] | self.plan.deps[self.rhs]
        for premise in self.premises:
            if self._only_indices(premise):
                free |= self.plan.deps[premise]
        return tuple(n for n in self.plan.order if isinstance(n, Index) and n in free)

    @cached_property
    def differentiated(self) -> tuple[bool, bool]:
        """Whether a derivative occurs in the left side, and in the right side."""
        kinds = (Derivative, Differential)

        def inside(side: Expr) -> bool:
            return any(isinstance(n, kinds) for n in post_order(side, into_definitions=True))

        return inside(self.lhs), inside(self.rhs)

    def _only_sizes(self, premise: Expr) -> bool:
        return not any(isinstance(n, (Symbol, Index, Function)) for n in post_order(premise))

    def _only_indices(self, premise: Expr) -> bool:
        kinds = (Symbol, Function)
        return not self._only_sizes(premise) and not any(
            isinstance(n, kinds) for n in post_order(premise)
        )

    # ------------------------------------------------------------------ sizes and points

    def allowed(self, sizes: Any) -> bool:
        """Whether an assignment of sizes fits the facts and the premises on sizes."""
        if not fits((*self.symbols, *self.tangents, *self.arrays))(sizes):
            return False
        if self.lawful:
            from derive.checker.laws import sizes_fit

            if not sizes_fit(self.lawful, sizes):
                return False
        if any(extent.value(sizes) < 1 for extent in self.extents):
            return False
        from derive.checker.numpy_kernel import NumpyKernel

        for premise in self.size_premises:
            ev = Evaluator(NumpyKernel(), sizes, {}, self.plan)
            if not bool(np.all(ev.value(premise))):
                return False
        return True

    def sizes(self, wanted: int = 3) -> list[dict[str, int]]:
        """Assignments of the sizes."""
        if not self.size_premises and not self.lawful and not self.extents:
            return sizes_for(self.names, (*self.symbols, *self.tangents, *self.arrays), wanted)
        return choose_sizes(self.names, self.allowed, wanted)

    def points(self, sizes: dict[str, int], count: int, choice: int, plain: bool = False) -> Points:
        """Points for one assignment of sizes; `choice` numbers it."""
        points = self._allowed_points(sizes, count, choice, plain)
        if plain or not self.switches or self.lawful or self.solvers or self.expands:
            return points
        with np.errstate(all="ignore"):
            more = beside(self, self.float_kernel(), points)
        if more is not None and self.point_premises:
            more = more.subset(np.flatnonzero(self.satisfied(more)).tolist())
        return points if more is None or not more.count else points.with_more([more])

    def batch(self, sizes: dict[str, int], count: int, choice: int) -> Batch:
        """Random and special points for one assignment of sizes; `choice` numbers it."""
        if self.conditional or self.switches:
            special = self.specials(sizes, count, choice)
            return Batch.of(self.points(sizes, count, choice), special)
        return free_batch(
            self.symbols,
            tuple(sizes.items()),
            count,
            self.seed + 101 * choice,
            self.tangents,
            choice + 7 * self.seed,
            self.numbers,
        )

    @property
    def conditional(self) -> bool:
        """Whether points are solved for, rejected or expensive."""
        return bool(self.lawful or self.solvers or self.expands or self.point_premises)

    def specials(self, sizes: dict[str, int], count: int, choice: int) -> Special | None:
        """Special points for one assignment of sizes, where values are free; None where there are none."""
        if self.lawful or self.solvers or self.expands or not self.symbols:
            return None
        found = special_points(
            self.symbols,
            tuple(sizes.items()),
            count,
            self.seed + 101 * choice,
            self.tangents,
            choice + 7 * self.seed,
            self.numbers,
        )
        if found is None or not self.point_premises:
            return found
        kept = np.flatnonzero(self.satisfied(found.points)).tolist()
        return found.subset(kept) if kept else None

    def _allowed_points(
        self, sizes: dict[str, int], count: int, choice: int, plain: bool = False
    ) -> Points:
        points = self._drawn(sizes, count, self.seed + 101 * choice, choice, plain)
        if not (self.solvers or self.point_premises):
            return points
        parts = [self._fitting(points)]
        for attempt in range(1, ATTEMPTS):
            if sum(p.count for p in parts) >= min(count, self.enough):
                break
            more = self._drawn(
                sizes, count, self.seed + 101 * choice + 7919 * attempt, choice, plain
            )
            parts.append(self._fitting(more))
        found = joined([p for p in parts if p.count] or parts[:1])
        if not found.count:
            listed = ", ".join(repr(p) for p in self.point_premises)
            raise PremiseError(f"no sampled point satisfies {listed or 'the premises'}")
        return found.subset(range(min(count, found.count)))

    def _drawn(
        self, sizes: dict[str, int], count: int, seed: int, choice: int, plain: bool
    ) -> Points:
        points = sample(
            self.symbols,
            sizes,
            min(count, SLOW_POINTS) if self.expands else count,
            seed,
            tangents=self.tangents,
            realisation=choice + 7 * self.seed,
            plain=plain,
        )
        if self.lawful:
            kept = np.flatnonzero(self.satisfied(points, self.early_premises))[:SLOW_POINTS]
            if not len(kept):
                raise PremiseError("no sampled point satisfies the premises")
            from derive.checker.laws import obey

            points = obey(points.subset([int(i) for i in kept]), self.lawful, seed)
        return self._converging(points) if self.expands else points

    def _converging(self, points: Points) -> Points:
        """The points at which the rules for expectations and integrals agree at two levels in float64, if any."""
        if any(isinstance(n, Limit) for n in self.plan.order):
            return points
        kernel, sides = self.float_kernel(), []
        for level in (0, 1):
            from derive.checker.expansion import expand

            both = expand((self.lhs, self.rhs), points.sizes, self.seed, level)
            plan = Plan((*both, *self.index_premises))
            with np.errstate(all="ignore"):
                ev = Evaluator(
                    kernel,
                    points.sizes,
                    points.floats(),
                    plan,
                    tangents=points.floats(True),
                    realisation=points.realisation,
                )
                scope = self.open(ev)
                found = [ev.k.spread_tuples(ev.value(e, scope), e.rank, scope.tuples) for e in both]
            sides.append(
                [
                    _all_points(v, e.rank, points.count).reshape(points.count, -1)
                    for v, e in zip(found, both, strict=True)
                ]
            )
        kept = np.ones(points.count, dtype=bool)
        least = CONVERGED if is_zero(self.lhs) or is_zero(self.rhs) else 0.0  # rounding about zero
        with np.errstate(all="ignore"):
            for coarse, fine in zip(*sides, strict=True):
                size = np.abs(fine).max(axis=1)
                gap = np.abs(fine - coarse).max(axis=1)
                kept &= np.isfinite(size) & (gap <= np.maximum(CONVERGED * size, least))
        return points.subset([int(i) for i in np.flatnonzero(kept)]) if kept.any() else points

    def at(self, sizes: dict[str, int]) -> tuple[Expr, Expr, Plan]:
        """Both sides and their plan, with expectations, integrals and limits as sums at these sizes."""
        if not self.expands:
            return self.lhs, self.rhs, self.plan
        key = tuple(sizes.values())
        if key not in self._expanded:
            from derive.checker.expansion import expand

            lhs, rhs = expand((self.lhs, self.rhs), sizes, self.seed)
            roots = (lhs, rhs, *self.premises, *self.parts, *self.switches)
            self._expanded[key] = lhs, rhs, Plan(roots)
        return self._expanded[key]

    def _program(self, sizes: dict[str, int]) -> Program | None:
        """Both sides as a list of operations, where they bind nothing; made at the first use."""
        key = tuple(sizes.values()) if self.expands else ()
        if key not in self._programs:
            lhs, rhs, plan = self.at(sizes)
            self._programs[key] = None if self.indices else Program.of(plan, (lhs, rhs))
        return self._programs[key]

    def _fitting(self, points: Points) -> Points:
        """The points with equations solved, where the conditions and the facts of solved symbols hold."""
        for solver in self.solvers if points.count else ():
            points = solver.floats(self, points)
        kept = self.satisfied(points) & self._off_poles(points)
        for solver in self.solvers:
            for unknown in solver.unknowns:
                kept &= satisfies(unknown, points.values[unknown])
        return points.subset([int(i) for i in np.flatnonzero(kept)])

    def _off_poles(self, points: Points) -> Any:
        """For each point, whether the denominators that premises were solved without are not zero."""
        kept = np.ones(points.count, dtype=bool)
        if not self.poles:
            return kept
        with np.errstate(all="ignore"):
            ev, _ = self.evaluator_at(self.float_kernel(), points, points.floats())
            for pole in self.poles:
                values = np.abs(ev.value(pole, self.scope_for(ev, pole)))
                flat = values.reshape(values.shape[0], -1).min(axis=1)
                kept &= np.broadcast_to(flat > NO_POLE, kept.shape)
        return kept

    def satisfied(self, points: Points, premises: Sequence[Expr] | None = None) -> Any:
        """For each point, whether the conditions among the premises (or some of them) hold in float64."""
        kernel = self.float_kernel()
        kept = np.ones(points.count, dtype=bool)
        listed = self.point_premises if premises is None else premises
        if not listed:
            return kept
        with np.errstate(all="ignore"):
            ev, _ = self.evaluator_at(kernel, points, points.floats())
            for premise in listed:
                inside = self.scope_for(ev, premise)
                truth = np.asarray(ev.k.known(ev.value(premise, inside)))
                kept &= np.broadcast_to(
                    truth.reshape(truth.shape[0] if truth.ndim else 1, -1).all(axis=1), kept.shape
                )
        return kept

    def scope_for(self, ev: Evaluator, node: Expr) -> Scope:
        """A scope in which the indices that are free in `node`, and no others, take all their values."""
        from derive.checker.binders import open_index

        scope = ev.root
        for index in self.plan.order:
            if isinstance(index, Index) and index in self.plan.deps[node]:
                scope = open_index(ev, index, scope)
        return scope

    @staticmethod
    def float_kernel() -> Any:
        """The kernel of float64 numbers."""
        from derive.checker.numpy_kernel import NumpyKernel

        return NumpyKernel()

    # ------------------------------------------------------------------ values

    def evaluator(self, kernel: Any, points: Points, balls: bool) -> tuple[Evaluator, Scope]:
        """An evaluator at points, and the scope in which the free indices take all their values."""
        values = points.balls(kernel) if balls else points.floats()
        if balls:
            for solver in self.solvers:
                solver.balls(self, kernel, points, values)
            kernel.vanished = (
                False  # what vanished while equations were solved says nothing about the sides
            )
        return self.evaluator_at(kernel, points, values, balls)

    def evaluator_at(
        self, kernel: Any, points: Points, values: dict[Symbol, Any], balls: bool | None = None
    ) -> tuple[Evaluator, Scope]:
        """An evaluator with given values of the symbols."""
        if balls is None:
            balls = hasattr(kernel, "exact")
        tangents = points.balls(kernel, True) if balls else points.floats(True)
        ev = Evaluator(
            kernel,
            points.sizes,
            values,
            self.at(points.sizes)[2],
            tangents=tangents,
            realisation=points.realisation,
        )
        return ev, self.open(ev)

    def open(self, ev: Evaluator) -> Scope:
        from derive.checker.binders import narrowed, open_index

        scope = ev.root
        for index in self.indices:
            scope = open_index(ev, index, scope)
        for premise in self.index_premises:
            known = np.asarray(ev.k.known(ev.value(premise, scope))).reshape(-1)
            scope = narrowed(ev, scope, np.broadcast_to(known, (scope.tuples,)))
        if not scope.tuples:
            raise EvaluationError("the free indices have no value at these sizes")
        return scope

    def sides(self, kernel: Any, points: Points, balls: bool) -> tuple[Any, Any, Evaluator]:
        """Both sides, each (P, T, *core)."""
        ev, scope = self.evaluator(kernel, points, balls)
        roots = self.at(points.sizes)[:2]
        program = self._program(points.sizes)
        values = program.run(ev) if program else [ev.value(node, scope) for node in roots]
        sides = []
        for node, value in zip(roots, values, strict=True):
            value = ev.k.spread_tuples(value, node.rank, scope.tuples)
            sides.append(_all_points(value, node.rank, points.count))
        left, right = sides
        if self.lhs.rank != self.rhs.rank:
            rank = max(self.lhs.rank, self.rhs.rank)
            left, right = (
                ev.spread(left, self.lhs.rank, rank),
                ev.spread(right, self.rhs.rank, rank),
            )
        return left, right, ev


def _solved(symbol: Symbol) -> bool:
    """Whether a law gives the value of a symbol; a random one is sampled, any other law is refused."""
    from derive.checker.laws import lawful

    if lawful(symbol):
        return True
    if symbol.law is not None and symbol.law.kind != "random":
        raise EvaluationError(f"{symbol.name} obeys a law without a sampler: {symbol.law.kind}")
    return False


def _all_points(value: Any, rank: int, count: int) -> Any:
    if value.shape[0] == count:
        return value
    return np.broadcast_to(value, (count, *value.shape[1:]))


def is_condition(node: Expr) -> bool:
    """Whether a premise has a truth value."""
    return isinstance(node, (Relation, Logic))
