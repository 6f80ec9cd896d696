"""Float64 values of many candidate relations at one batch of points, to sort them out before the judge decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.checker.diagnosis import Sample
from derive.checker.evaluate import Evaluator
from derive.checker.expansion import expand
from derive.checker.numpy_kernel import NumpyKernel
from derive.checker.plan import Plan
from derive.checker.premises import prepare
from derive.checker.problem import Problem
from derive.checker.sampling import Points, sample
from derive.errors import DeriveError, EvaluationError
from derive.expr.nodes import Expr
from derive.expr.walk import free_symbols

#: points of each batch, and assignments of sizes
POINTS, SIZES = 8, 2


class Screen:
    """The points of a relation, at which other relations are evaluated too; each side is evaluated once."""

    def __init__(self, lhs: Expr, rhs: Expr, premises: tuple[Expr, ...], seed: int) -> None:
        self.premises = premises
        self.problem = Problem(lhs, rhs, premises, seed)
        self.kernel = NumpyKernel()
        self.batches: list[Points] = []
        for choice, sizes in enumerate(self.problem.sizes(SIZES + 2)):
            try:
                points = self.problem.points(sizes, POINTS, 40 + choice)
            except EvaluationError:
                continue
            self.batches.append(points.subset(range(min(POINTS, points.count))))
            if len(self.batches) == SIZES:
                break
        self.memo: dict[tuple[Expr, int], Any] = {}

    def __call__(self, lhs: Expr, rhs: Expr) -> list[Sample] | None:
        """Both sides at the batches, or None where no batch has points."""
        if self.premises:
            prepared = prepare(lhs, rhs, self.premises)
            lhs, rhs = prepared.lhs, prepared.rhs
        found = []
        for number, points in enumerate(self.batches):
            left, right = self._side(lhs, number, points), self._side(rhs, number, points)
            rank = max(lhs.rank, rhs.rank)
            left, right = _aligned(left, lhs.rank, rank), _aligned(right, rhs.rank, rank)
            found.append(Sample(points.sizes, left, right))
        return found or None

    def _side(self, expr: Expr, number: int, points: Points) -> Any:
        key = (expr, number)
        if key not in self.memo:
            try:
                self.memo[key] = self._evaluated(expr, points)
            except DeriveError as error:
                self.memo[key] = error
        found = self.memo[key]
        if isinstance(found, DeriveError):
            raise found
        return found

    def _evaluated(self, expr: Expr, points: Points) -> Any:
        """One side as (P, T, *core)."""
        problem = self.problem
        values = points.floats()
        extra = [s for s in free_symbols(expr) if s not in points.values]
        if extra:
            drawn = sample(extra, points.sizes, points.count, problem.seed)
            values = {**values, **drawn.floats()}
        (sum_form,) = expand((expr,), points.sizes, problem.seed, level=0)
        plan = Plan((sum_form, *problem.indices, *problem.index_premises))
        with np.errstate(all="ignore"):
            ev = Evaluator(
                self.kernel,
                points.sizes,
                values,
                plan,
                tangents=points.floats(True),
                realisation=points.realisation,
            )
            scope = problem.open(ev)
            value = np.asarray(
                ev.k.spread_tuples(ev.value(sum_form, scope), expr.rank, scope.tuples)
            )
        return np.broadcast_to(value, (points.count, *value.shape[1:]))


def _aligned(value: Any, own: int, rank: int) -> Any:
    """A scalar side with the axes of an array."""
    return value.reshape((*value.shape, *(1,) * (rank - own)))
