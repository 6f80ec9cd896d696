"""Newton's iteration for points that satisfy equations: float64 for many points at once, then balls.

Equations and their derivatives are evaluated like every other expression (derivatives on dual numbers): the iteration
knows nothing of any formula that is claimed for the solution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.checker.binders import open_index
from derive.checker.evaluate import Evaluator
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.checker.sampling import satisfies
from derive.expr.facts import declared
from derive.expr.nodes import Derivative, Expr, Symbol
from derive.expr.walk import free_indices

#: iterations of the float64 search, halvings of one step
STEPS, HALVINGS = 50, 12
SETTLED = 2 / 3
"""Share of the points at which a search ends; the few that creep along a singular Jacobian cost the most steps."""
#: bits of the refined solution and of the radius around it
BITS, RADIUS = 320, 150


@dataclass(frozen=True)
class System:
    """Equations `residuals = 0` in `unknowns`; with an `objective` they are its stationarity (and constraints)."""

    unknowns: tuple[Symbol, ...]
    residuals: tuple[Expr, ...]
    objective: Expr | None = None
    jacobian: tuple[tuple[Expr, ...], ...] = field(default=())

    @staticmethod
    def of(residuals: Sequence[Expr], unknowns: Sequence[Symbol]) -> System:
        """A system of equations."""
        rows = tuple(tuple(Derivative(r, (u,)) for u in unknowns) for r in residuals)
        return System(tuple(unknowns), tuple(residuals), None, rows)

    @staticmethod
    def stationary(objective: Expr, unknowns: Sequence[Symbol]) -> System:
        """The stationary points of an objective."""
        gradients = tuple(Derivative(objective, (u,)) for u in unknowns)
        rows = tuple(tuple(Derivative(objective, (u, v)) for v in unknowns) for u in unknowns)
        return System(tuple(unknowns), gradients, objective, rows)


@dataclass(frozen=True)
class Solution:
    """Values of the unknowns at the points that converged: float64 (P, *dims), and balls around the true solution."""

    kept: tuple[int, ...]
    floats: dict[Symbol, Any]
    balls: dict[Symbol, Any]


class Frame:
    """The fixed values at P points, and how a flat vector of unknowns (P, N) is laid into them."""

    def __init__(
        self,
        system: System,
        sizes: Mapping[str, int],
        fixed: Mapping[Symbol, Any],
        realisation: int = 0,
    ) -> None:
        self.system, self.sizes, self.fixed = system, dict(sizes), dict(fixed)
        self.realisation = realisation
        self.dims = {u: tuple(s.value(sizes) for s in u.shape) for u in system.unknowns}
        flat = [e for row in system.jacobian for e in row]
        extra = [system.objective] if system.objective is not None else []
        self.plan = Plan([*system.residuals, *flat, *extra])
        self.indices = {r: free_indices(r) for r in system.residuals}
        self.basis = self._basis()

    def _basis(self) -> Any:
        """Orthonormal directions (N, R) in which the unknowns may vary: a symmetric matrix stays symmetric, since
        an extremum over symmetric matrices is a saddle when all entries vary. None when there is no such unknown."""
        if not any(declared(u.facts, "symmetric") for u in self.dims):
            return None
        blocks = []
        for u, dims in self.dims.items():
            many = int(np.prod(dims)) if dims else 1
            symmetric = len(dims) == 2 and declared(u.facts, "symmetric")
            blocks.append(_symmetric_directions(dims[0]) if symmetric else np.eye(many))
        rows, columns = sum(len(b) for b in blocks), sum(b.shape[1] for b in blocks)
        basis, row, column = np.zeros((rows, columns)), 0, 0
        for block in blocks:
            basis[row : row + block.shape[0], column : column + block.shape[1]] = block
            row, column = row + block.shape[0], column + block.shape[1]
        return basis

    def flat(self, values: Mapping[Symbol, Any]) -> Any:
        """Arrays (P, *dims) as (P, N)."""
        return np.concatenate(
            [np.asarray(values[u], float).reshape((len(values[u]), -1)) for u in self.dims], axis=1
        )

    def split(self, flat: Any) -> dict[Symbol, Any]:
        """(P, N) as arrays (P, *dims)."""
        found, start = {}, 0
        for u, dims in self.dims.items():
            many = int(np.prod(dims)) if dims else 1
            found[u] = flat[:, start : start + many].reshape((len(flat), *dims))
            start += many
        return found

    def inside(self, flat: Any) -> Any:
        """For each point, whether the unknowns have the signs, bounds and definiteness that are declared."""
        kept = np.isfinite(flat).all(axis=1)
        for u, values in self.split(flat).items():
            kept &= satisfies(u, values)
            if len(self.dims[u]) == 2 and declared(u.facts, "psd"):
                safe = np.where(kept[:, None, None], values, np.eye(values.shape[1]))
                kept &= np.linalg.eigvalsh((safe + np.swapaxes(safe, 1, 2)) / 2)[:, 0] > 0
        return kept

    def evaluator(self, kernel: Any, flat: Any, fixed: Mapping[Symbol, Any]) -> Evaluator:
        """An evaluator with these unknowns."""
        own = {u: v.reshape((len(flat), 1, *self.dims[u])) for u, v in self.split(flat).items()}
        return Evaluator(
            kernel, self.sizes, {**fixed, **own}, self.plan, realisation=self.realisation
        )

    def residual(self, ev: Evaluator, points: int) -> Any:
        """All equations as (P, M)."""
        parts = [
            _flat(self._value(ev, r, r, points), r.rank, points) for r in self.system.residuals
        ]
        return np.concatenate(parts, axis=1)

    def jacobian(self, ev: Evaluator, points: int) -> Any:
        """(P, M, N)."""
        rows = []
        for residual, row in zip(self.system.residuals, self.system.jacobian, strict=True):
            blocks = []
            for entry, unknown in zip(row, self.system.unknowns, strict=True):
                many = int(np.prod(self.dims[unknown])) if unknown.shape else 1
                value = self._value(ev, entry, residual, points)
                blocks.append(_flat(value, entry.rank, points).reshape((points, -1, many)))
            rows.append(np.concatenate(blocks, axis=2))
        return np.concatenate(rows, axis=1)

    def _value(self, ev: Evaluator, expr: Expr, residual: Expr, points: int) -> Any:
        """A value (P, T, *core) for all values of the free indices of a residual."""
        scope = ev.root
        for index in self.indices[residual]:
            scope = open_index(ev, index, scope)
        return ev.k.spread_tuples(ev.value(expr, scope), expr.rank, scope.tuples)


def _symmetric_directions(n: int) -> Any:
    """An orthonormal basis of the symmetric n x n matrices, as columns of length n^2."""
    columns = []
    for i in range(n):
        for j in range(i, n):
            direction = np.zeros((n, n))
            direction[i, j] = direction[j, i] = 1.0 if i == j else np.sqrt(0.5)
            columns.append(direction.reshape(-1))
    return np.stack(columns, axis=1)


def _flat(value: Any, rank: int, points: int) -> Any:
    """A value (P or 1, T, *core) as (P, T * entries)."""
    value = np.asarray(value)
    lead = value.reshape((value.shape[0], -1))
    return np.broadcast_to(lead, (points, lead.shape[1]))


def search(frame: Frame, start: Any, minimise: int) -> tuple[Any, Any]:
    """Newton from `start` (P, N) in float64: the solutions, and whether each converged.

    `minimise` is 1, -1 (maximise) or 0 (solve).
    For an extremum a step uses the absolute curvature, so that it leads down (up) also away from the solution.
    """
    kernel, v = NumpyKernel(), np.array(start, dtype=float)
    points = len(v)
    with np.errstate(all="ignore"):
        merit, gradient, matrix = _look(frame, kernel, v, minimise)
        for _ in range(STEPS):
            step = _step(frame, gradient, matrix, minimise)
            size = np.abs(step).max(axis=1, initial=0.0) / (
                1.0 + np.abs(v).max(axis=1, initial=0.0)
            )
            active = np.isfinite(size) & (size > 1e-14)
            if not active.any() or np.mean(size <= 1e-12) >= SETTLED:
                break
            v, moved = _advance(frame, kernel, v, step, merit, active, minimise)
            if not moved.any():
                break
            merit, gradient, matrix = _look(frame, kernel, v, minimise)
        step = _step(frame, gradient, matrix, minimise)
        small = np.abs(step).max(axis=1, initial=0.0) <= 1e-9 * (
            1.0 + np.abs(v).max(axis=1, initial=0.0)
        )
        done = small & np.isfinite(v).all(axis=1) & np.isfinite(gradient).all(axis=1)
        if minimise:
            curved = np.where(done[:, None, None], matrix, np.eye(matrix.shape[2]) * minimise)
            lowest = np.linalg.eigvalsh(minimise * (curved + np.swapaxes(curved, 1, 2)) / 2)
            spread = np.abs(lowest).max(axis=1) + 1e-30
            done &= lowest[:, 0] > 1e-9 * spread
        else:
            scale = np.abs(matrix).max(axis=(1, 2)) * (1.0 + np.abs(v).max(axis=1)) + 1e-12
            done &= np.abs(gradient).max(axis=1, initial=0.0) <= 1e-8 * scale
    return v, done & (np.arange(points) >= 0)


def _look(frame: Frame, kernel: Any, v: Any, minimise: int) -> tuple[Any, Any, Any]:
    ev = frame.evaluator(kernel, v, frame.fixed)
    gradient = np.array(frame.residual(ev, len(v)), dtype=float)
    matrix = np.array(frame.jacobian(ev, len(v)), dtype=float)
    if frame.basis is not None:
        matrix = matrix @ frame.basis
        if minimise:
            gradient, matrix = gradient @ frame.basis, frame.basis.T @ matrix
    return _merit(frame, ev, len(v), minimise), gradient, matrix


def _merit(frame: Frame, ev: Evaluator, points: int, minimise: int) -> Any:
    """What a step must not increase: the objective, or the squared length of the residual."""
    if minimise and frame.system.objective is not None:
        found = np.asarray(ev.value(frame.system.objective), dtype=float).reshape(-1)
        return minimise * np.array(np.broadcast_to(found, (points,)), dtype=float)
    return (np.array(frame.residual(ev, points), dtype=float) ** 2).sum(axis=1)


def _step(frame: Frame, gradient: Any, matrix: Any, minimise: int) -> Any:
    """The Newton step (P, N) from the gradient and the matrix in the directions of the basis."""
    bad = ~(np.isfinite(matrix).all(axis=(1, 2)) & np.isfinite(gradient).all(axis=1))
    g = np.where(bad[:, None], 0.0, gradient)
    m = np.where(bad[:, None, None], 0.0, matrix)
    if minimise:
        values, vectors = np.linalg.eigh((m + np.swapaxes(m, 1, 2)) / 2)
        floor = 1e-8 * np.abs(values).max(axis=1, keepdims=True) + 1e-300
        inverse = minimise / np.maximum(np.abs(values), floor)
        along = np.einsum("pji,pj->pi", vectors, g) * inverse
        step = -np.einsum("pij,pj->pi", vectors, along)
    else:
        step = -np.einsum("pij,pj->pi", np.linalg.pinv(m, rcond=1e-10), g)
    if frame.basis is not None:
        step = step @ frame.basis.T
    return np.where(bad[:, None], np.nan, step)


def _advance(
    frame: Frame, kernel: Any, v: Any, step: Any, merit: Any, active: Any, minimise: int
) -> tuple[Any, Any]:
    """The step, halved at each point until the merit does not grow."""
    length = np.where(active, 1.0, 0.0)
    step = np.where(active[:, None], step, 0.0)
    slack = 1e-13 * (1.0 + np.abs(merit))
    good = ~active
    for _ in range(HALVINGS):
        trial = v + length[:, None] * step
        new = _merit(frame, frame.evaluator(kernel, trial, frame.fixed), len(v), minimise)
        good = good | (np.isfinite(new) & ~(new > merit + slack) & frame.inside(trial))
        if good.all():
            break
        length = np.where(good, length, length / 2)
    length = np.where(good, length, 0.0)
    moved = (length > 0) & active
    return v + length[:, None] * np.where(np.isfinite(step), step, 0.0), moved


def refine(frame: Frame, v: Any, exact: Mapping[Symbol, Any]) -> tuple[Any, Any]:
    """The solutions in balls of `BITS` bits with a radius, from float64 ones, and whether each point converged.

    The Jacobian stays that of float64, so that each iteration gains about 14 digits.
    """
    from flint import arb

    from derive.checker.ball_kernel import BallKernel, precision

    with np.errstate(all="ignore"):
        ev = frame.evaluator(NumpyKernel(), v, frame.fixed)
        matrix = np.array(frame.jacobian(ev, len(v)), dtype=float)
        basis = np.eye(v.shape[1]) if frame.basis is None else frame.basis
        inverse = basis @ np.linalg.pinv(matrix @ basis, rcond=1e-10)
    kernel = BallKernel()
    with precision(BITS):
        x = np.frompyfunc(lambda q: arb(float(q)), 1, 1)(v).astype(object)
        change = x
        for _ in range(14):
            residual = frame.residual(frame.evaluator(kernel, x, exact), len(v))
            change = _corrections(inverse, residual)
            x = np.frompyfunc(lambda a, b: (a - b).mid(), 2, 1)(x, change)
            if _all_small(change, x):
                break
        ok = np.array([_small(c, y) for c, y in zip(change, x, strict=True)])
        margin = arb(2) ** (-RADIUS)
        balls = np.frompyfunc(lambda q: q + arb(0, 1) * margin * (1 + abs(q)), 1, 1)(x)
    return balls, ok


def _corrections(inverse: Any, residual: Any) -> Any:
    """inverse @ residual at each point, with float64 matrices and balls."""
    from flint import arb

    out = np.empty((inverse.shape[0], inverse.shape[1]), dtype=object)
    for p in range(inverse.shape[0]):
        for i in range(inverse.shape[1]):
            total = arb(0)
            for j in range(inverse.shape[2]):
                total += float(inverse[p, i, j]) * residual[p, j]
            out[p, i] = total
    return out


def _small(change: Any, x: Any) -> bool:
    from flint import arb

    limit = arb(2) ** (-RADIUS - 20)
    return all(bool(abs(c) < limit * (1 + abs(y))) for c, y in zip(change, x, strict=True))


def _all_small(change: Any, x: Any) -> bool:
    return all(_small(c, y) for c, y in zip(change, x, strict=True))
