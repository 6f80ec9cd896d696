"""Derivatives of what does not vary: such a relation says 0 = 0 whatever factors stand there."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.errors import EvaluationError
from derive.expr.nodes import Derivative
from derive.expr.walk import post_order

#: the size of a rounded zero beside quantities of moderate size, and the points that are looked at
ROUNDING, POINTS = 1e-10, 4


def constants_are_derived(problem: Any, sizes: dict[str, int]) -> bool:
    """Whether each side has a derivative that is zero at every point in float64: then any other factor would do.

    Also where a derivative has no value of its own, so that nothing can be said for it.
    """
    sides = [
        [node for node in dict.fromkeys(post_order(side)) if isinstance(node, Derivative)]
        for side in (problem.lhs, problem.rhs)
    ]
    if not all(sides):
        return False
    try:
        points = problem.points(sizes, POINTS, 0)
        with np.errstate(all="ignore"):
            ev, _ = problem.evaluator_at(problem.float_kernel(), points, points.floats())
            return all(any(_vanishes(problem, ev, node) for node in side) for side in sides)
    except EvaluationError:
        return True


def _vanishes(problem: Any, ev: Any, node: Derivative) -> bool:
    """Whether no entry of a derivative is seen to differ from zero; one without a value is not seen to."""
    found = np.asarray(ev.value(node, problem.scope_for(ev, node)), dtype=float)
    return not (np.abs(found) >= ROUNDING).any()
