"""Points at which premises hold: an equation is solved for a symbol, an inequality rejects points.

An equation `s = expression` makes `s` a defined symbol. Other equations are solved by Newton's method for as
many free symbols
as there are equations: in float64 for the batch, then refined in balls to the precision of the decision (`Solver`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from derive.checker.assignments import assignment, is_equation, with_name
from derive.checker.domains import reduced
from derive.checker.residuals import entries, poles_of, residual_of, unknowns_of
from derive.errors import EvaluationError, PremiseError
from derive.expr.nodes import (
    Derivative,
    Expr,
    Relation,
    Symbol,
)
from derive.expr.walk import free_symbols, symbols

if TYPE_CHECKING:
    from derive.checker.projection import Projection

#: facts that a solved symbol may carry: they are checked afterwards
CHECKABLE = frozenset(
    {"real", "positive", "nonnegative", "negative", "nonzero", "probability", "interval"}
)
NEWTON_STEPS, RETRIES = 40, 4
#: points that suffice once no further one has been solved for so many steps
SUFFICE, IDLE = 8, 3
#: a residual below this share of its terms counts as solved in float64
SOLVED = 1e-9
#: the condition number above which the equations do not determine their unknowns
SINGULAR = 1e13
#: solved unknowns, the points kept and the arrays that they came from, by equations and these arrays
_SOLVED: dict[Any, tuple[dict[Symbol, Any], Any, list[Any]]] = {}


class Solver(Protocol):
    """Replaces the values of some symbols by exact ones: floats by iteration, balls by refinement."""

    unknowns: tuple[Symbol, ...]

    def floats(self, problem: Any, points: Any) -> Any:
        """The points with the unknowns solved, without those where it fails."""

    def balls(self, problem: Any, kernel: Any, points: Any, values: dict[Symbol, Any]) -> None:
        """Refines `values` of the unknowns (arrays (P, 1, *dims) of balls) in place, to the current precision."""


@dataclass(frozen=True)
class Prepared:
    """A relation and premises after substitution, the solvers left, and the conditions that reject points.

    `parts` are what the solvers evaluate; `poles` are not zero where the premises have values.
    """

    lhs: Expr
    rhs: Expr
    conditions: tuple[Expr, ...]
    solvers: tuple[Solver, ...] = ()
    parts: tuple[Expr, ...] = ()
    poles: tuple[Expr, ...] = ()


def prepare(lhs: Expr, rhs: Expr, premises: Sequence[Expr]) -> Prepared:
    """Equations among the premises become definitions where a symbol stands alone, else solvers."""
    rest = _connected(premises, (lhs, rhs))
    changed = True
    while changed:
        changed = False
        for position, premise in enumerate(rest):
            found = assignment(premise, (lhs, rhs, *rest))
            if found is None:
                continue
            symbol, value = found
            del rest[position]
            defined = replace(symbol, definition=value, facts=(), law=None)
            lhs, rhs, *rest = (with_name(e, symbol, defined) for e in (lhs, rhs, *rest))
            changed = True
            break
    equations = [p for p in rest if is_equation(p)]
    others = tuple(p for p in rest if not is_equation(p))
    if not equations:
        return Prepared(lhs, rhs, others)
    solver = _solver(equations, (lhs, rhs))
    poles = tuple(dict.fromkeys(pole for e in equations for pole in poles_of(e)))
    return Prepared(lhs, rhs, others, (solver,), (*solver.parts, *poles), poles)


def _connected(premises: Sequence[Expr], sides: Sequence[Expr]) -> list[Expr]:
    """The premises that share a symbol with the sides, directly or through others: the rest restricts nothing here."""
    known = {s: None for side in sides for s in _mentioned(side)}
    inside = [(premise, _mentioned(premise)) for premise in premises]
    kept: dict[int, None] = {i: None for i, (_, own) in enumerate(inside) if not own}
    grew = True
    while grew:
        grew = False
        for position, (_, own) in enumerate(inside):
            if position not in kept and any(s in known for s in own):
                kept[position], grew = None, True
                known.update(dict.fromkeys(own))
    return [premise for position, (premise, _) in enumerate(inside) if position in kept]


def _mentioned(root: Expr) -> tuple[Symbol, ...]:
    """The symbols of an expression and of the laws that they obey."""
    found = symbols(root)
    if all(s.law is None for s in found):
        return found
    from derive.checker.laws import law_roots

    return (*found, *(s for expr in law_roots(found) for s in symbols(expr)))


def _solver(equations: Sequence[Expr], sides: Sequence[Expr]) -> Newton | Projection:
    """For unknowns with as many entries as equations; else, and where that fails, for the nearest solution."""
    from derive.checker.projection import Projection

    nearest: Projection | None = None
    try:
        nearest = Projection([residual_of(e) for e in equations if isinstance(e, Relation)])
        newton = Newton.of(equations, sides)
    except EvaluationError:
        if nearest is None:
            return Newton.of(equations, sides)
        return _alone(equations, sides, nearest)
    alone = _alone(equations, sides, nearest)
    if any(u not in newton.unknowns and reduced(u.facts) - CHECKABLE for u in alone.unknowns):
        return alone  # what the author solves for has facts that Newton's method does not keep
    last = newton
    while isinstance(last.spare, Newton):
        last = last.spare
    if all(u in nearest.unknowns for u in last.unknowns):
        last.spare = Projection((*last.residuals, *last.repeated), last.unknowns, nearest)
    else:
        last.spare = nearest
    return newton


def _alone(equations: Sequence[Expr], claimed: Sequence[Expr], nearest: Projection) -> Projection:
    """The nearest solution in unknowns of the shapes of the equations alone, a definite matrix say; else in all.

    Entries that sum to one are an equation more, and a number that has no facts is one unknown more: a multiplier.
    """
    from derive.checker.projection import Projection, fact_equations

    chosen: list[Symbol] = []
    residuals = []
    for equation in equations:
        assert isinstance(equation, Relation)
        residual = residual_of(equation)
        free = [u for u in unknowns_of(equation, claimed) if u in nearest.unknowns]
        fitting = [u for u in free if u not in chosen and entries(u) == entries(residual)]
        if fitting and fitting[0] not in claimed:  # what is constrained is what is sought
            fitting.sort(key=lambda u: not fact_equations(u))
        if not fitting and entries(residual):
            return nearest
        residuals.append(residual)
        chosen += fitting[:1]
    free = [u for u in nearest.unknowns if u not in chosen]
    numbers = [u for u in free if not u.shape and not reduced(u.facts) - {"real"}]
    stated = [*residuals, *(e for u in chosen for e in fact_equations(u))]
    return Projection(residuals, (*chosen, *numbers[: len(stated) - len(chosen)]), nearest)


class Newton:
    """Solves equations residual = 0 for unknowns with as many entries, together."""

    def __init__(
        self,
        residuals: Sequence[Expr],
        unknowns: Sequence[Symbol],
        repeated: Sequence[Expr] = (),
        spare: Newton | Projection | None = None,
    ) -> None:
        self.spare, self.failed = spare, False
        self.residuals = tuple(residuals)
        self.unknowns = tuple(unknowns)
        self.repeated = tuple(repeated)
        self.jacobian = tuple(
            tuple(Derivative(r, (u,), "partial") for u in self.unknowns) for r in self.residuals
        )
        self.parts: tuple[Expr, ...] = (
            *self.residuals,
            *self.repeated,
            *(j for line in self.jacobian for j in line),
            *(spare.parts if spare is not None else ()),
        )

    @staticmethod
    def of(equations: Sequence[Expr], sides: Sequence[Expr]) -> Newton:
        """The unknowns are chosen by shape, first those by which a derivative is taken in the equation.

        An equation whose unknown has been solved for already repeats what is known: it must hold at the points found.
        It is taken so where it has no other unknown, and where solving for another one fails (`spare`).
        """
        first = Newton._chosen(equations, sides, again=True)
        second = Newton._chosen(equations, sides, again=False)
        if first is None:
            assert second is not None
            return second
        return first if second is None else Newton(*first.given, second)

    @property
    def given(self) -> tuple[tuple[Expr, ...], tuple[Symbol, ...], tuple[Expr, ...]]:
        """The equations, their unknowns, and the equations that are only checked."""
        return self.residuals, self.unknowns, self.repeated

    @staticmethod
    def _chosen(equations: Sequence[Expr], claimed: Sequence[Expr], again: bool) -> Newton | None:
        """Unknowns for the equations; without `again` none for one in which a chosen unknown of its shape occurs.

        None where that makes no difference.
        """
        residuals: list[Expr] = []
        unknowns: list[Symbol] = []
        repeated: list[Expr] = []
        for equation in equations:
            assert isinstance(equation, Relation)
            residual = residual_of(equation)
            candidates = [c for c in _candidates(equation, claimed) if c not in unknowns]
            fitting = [c for c in candidates if entries(c) == entries(residual)]
            seen = [
                u
                for u in unknowns
                if entries(u) == entries(residual) and u in _candidates(equation, claimed)
            ]
            if seen and not (again and fitting):
                repeated.append(residual)
                continue
            if not fitting:
                every = (e for e in equations if isinstance(e, Relation))
                others = (c for e in every for c in _candidates(e, claimed) if c not in unknowns)
                fitting = [c for c in others if entries(c) == entries(residual)]
            if not fitting:
                raise PremiseError(
                    f"the premise {equation!r} could not be solved for a symbol of its shape"
                )
            residuals.append(residual)
            unknowns.append(fitting[0])
        return Newton(residuals, unknowns, repeated) if again or repeated else None

    # ------------------------------------------------------------------ float64

    def floats(self, problem: Any, points: Any) -> Any:
        """The points at which the equations were solved; relations under the same premises share the work."""
        if self.failed and self.spare is not None:
            return self.spare.floats(problem, points)
        inside = {s: None for r in self.residuals for s in free_symbols(r)}
        used = [points.values[s] for s in inside if s in points.values]
        sizes = tuple(sorted(points.sizes.items()))
        key = (
            self.residuals,
            self.unknowns,
            self.repeated,
            sizes,
            points.realisation,
            *map(id, used),
        )
        if key not in _SOLVED:
            if len(_SOLVED) > 64:
                _SOLVED.clear()
            solved, kept = self._solved(problem, points)
            _SOLVED[key] = ({u: solved.values[u] for u in self.unknowns}, kept, used)
        values, kept, _ = _SOLVED[key]
        if not len(kept) and self.spare is not None:
            self.failed = True
            return self.spare.floats(problem, points)
        if not len(kept):
            raise PremiseError(f"the premise could not be solved for {self._names()}")
        return replace(points, values={**points.values, **values}).subset([int(i) for i in kept])

    def _solved(self, problem: Any, points: Any) -> tuple[Any, Any]:
        from derive.checker.numpy_kernel import NumpyKernel

        kernel = NumpyKernel()
        solved, since = 0, 0
        with np.errstate(all="ignore"):
            for count in range(NEWTON_STEPS):
                values = points.floats()
                residual, jacobian = self._system(problem, kernel, points, values)
                step = _solve(jacobian, residual)
                size = np.abs(step).max(axis=1)
                points = _moved(points, self.unknowns, -step)
                reached = 1.0 + _largest(points, self.unknowns)
                done = size < 1e-13 * reached
                since = 0 if done.sum() > solved else since + 1
                solved = max(solved, int(done.sum()))
                if not (np.isfinite(size) & ~done).any() or (count > 10 and done.mean() > 0.5):
                    break
                if solved >= SUFFICE and since > IDLE:
                    break  # the others wander
            residual, jacobian = self._system(problem, kernel, points, points.floats())
            scale = 1.0 + np.abs(jacobian).max(axis=(1, 2))
            good = (size < 1e-11 * reached) & np.isfinite(residual).all(axis=1)
            good &= np.abs(residual).max(axis=1) < SOLVED * scale
            regular = np.linalg.cond(np.where(np.isfinite(jacobian), jacobian, 0.0)) < SINGULAR
            good &= self._repeats(problem, kernel, points, scale)
        return points, np.flatnonzero(good & regular)

    def _repeats(self, problem: Any, kernel: Any, points: Any, scale: Any) -> Any:
        """For each point, whether the equations that were not solved hold too."""
        good = np.ones(points.count, dtype=bool)
        ev, _ = problem.evaluator_at(kernel, points, points.floats())
        for residual in self.repeated:
            scope = problem.scope_for(ev, residual)
            value = ev.k.spread_tuples(ev.value(residual, scope), residual.rank, scope.tuples)
            flat = np.broadcast_to(value, (points.count, *value.shape[1:])).reshape(
                points.count, -1
            )
            good &= np.abs(flat).max(axis=1) < SOLVED * scale
        return good

    def _names(self) -> str:
        return ", ".join(u.name for u in self.unknowns)

    def _system(self, problem: Any, kernel: Any, points: Any, values: dict[Symbol, Any]) -> Any:
        """Residuals (P, m) and Jacobian (P, m, m)."""
        ev, _ = problem.evaluator_at(kernel, points, values)
        scopes = {r: problem.scope_for(ev, r) for r in self.residuals}

        def flat(node: Expr, residual: Expr) -> Any:
            scope, split = scopes[residual], residual.rank
            value = ev.k.spread_tuples(ev.value(node, scope), node.rank, scope.tuples)
            value = np.broadcast_to(value, (points.count, *value.shape[1:]))
            rows = int(np.prod(ev.dims(node.shape)[:split], dtype=int)) * scope.tuples
            return value.reshape((points.count, rows, -1))

        residual = np.concatenate([flat(r, r)[..., 0] for r in self.residuals], axis=1)
        lines = [
            np.concatenate([flat(j, r) for j in line], axis=2)
            for r, line in zip(self.residuals, self.jacobian, strict=True)
        ]
        jacobian = np.concatenate(lines, axis=1)
        if jacobian.shape[1] != jacobian.shape[2]:
            raise EvaluationError(
                f"the premise has {jacobian.shape[1]} equations for {jacobian.shape[2]} unknowns"
            )
        return residual, jacobian

    # ------------------------------------------------------------------ balls

    def balls(self, problem: Any, kernel: Any, points: Any, values: dict[Symbol, Any]) -> None:
        """Newton steps on the middles until the step is as small as the precision allows; its size bounds the
        radius.
        """
        if self.failed and self.spare is not None:
            self.spare.balls(problem, kernel, points, values)
            return
        import flint
        from flint import arb

        last = None
        for _ in range(int(np.log2(flint.ctx.prec)) + 6):
            residual, jacobian = self._system(problem, kernel, points, values)
            step = _solve_balls(jacobian, residual)
            size = max((float(abs(s).upper().log().mid()) if s != 0 else -1e9) for s in step.flat)
            start = 0
            for unknown in self.unknowns:
                old = values[unknown]
                many = int(np.prod(old.shape[1:], dtype=int))
                part = step[:, start : start + many].reshape(old.shape)
                values[unknown] = _middles(old - part)
                start += many
            if last is not None and (size > last - 1 or size < -0.6 * flint.ctx.prec):
                last = size
                break
            last = size
        radius = arb(2) ** (-int(0.55 * flint.ctx.prec))
        widen = np.frompyfunc(lambda x: x + arb(0, radius) * (1 + abs(x)), 1, 1)
        for unknown in self.unknowns:
            values[unknown] = widen(values[unknown])
        if last is None or last > -0.3 * flint.ctx.prec:
            nan = np.frompyfunc(lambda x: arb("nan"), 1, 1)
            for unknown in self.unknowns:
                values[unknown] = nan(values[unknown])


def _candidates(equation: Relation, claimed: Sequence[Expr]) -> list[Symbol]:
    """Free symbols of an equation that may be solved for, in order of preference."""
    return [
        s
        for s in unknowns_of(equation, claimed)
        if s.definition is None and s.law is None and reduced(s.facts) <= CHECKABLE
    ]


def _largest(points: Any, unknowns: Sequence[Symbol]) -> Any:
    """The largest entry of the unknowns at each point."""
    flat = [np.abs(points.values[u]).reshape(points.count, -1).max(axis=1) for u in unknowns]
    return np.max(flat, axis=0)


def _solve(jacobian: Any, residual: Any) -> Any:
    finite = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(residual).all(axis=1)
    safe = np.where(finite[:, None, None], jacobian, np.eye(jacobian.shape[1]))
    right = np.where(finite[:, None], residual, np.nan)[..., None]
    try:
        return np.linalg.solve(safe, right)[..., 0]
    except np.linalg.LinAlgError:
        return np.stack([_least(a, b) for a, b in zip(safe, right[..., 0], strict=True)])


def _least(a: Any, b: Any) -> Any:
    try:
        return np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        return np.full(b.shape, np.nan)


def _solve_balls(jacobian: Any, residual: Any) -> Any:
    from flint import arb, arb_mat

    out = np.empty(residual.shape, dtype=object)
    size = residual.shape[1]
    for p in range(len(residual)):
        matrix = arb_mat(size, size, list(jacobian[p].reshape(-1)))
        right = arb_mat(size, 1, list(residual[p]))
        try:
            out[p] = list(matrix.solve(right).entries())
        except ZeroDivisionError:
            out[p] = [arb("nan")] * size
    return out


_middles = np.frompyfunc(lambda x: x.mid(), 1, 1)


def _moved(points: Any, unknowns: Sequence[Symbol], step: Any) -> Any:
    values, start = dict(points.values), 0
    for unknown in unknowns:
        old = np.asarray(values[unknown], dtype=np.float64)
        many = int(np.prod(old.shape[1:], dtype=int))
        values[unknown] = old + step[:, start : start + many].reshape(old.shape)
        start += many
    return replace(points, values=values)
