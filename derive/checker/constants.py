"""Derivatives of what does not vary: such a relation says 0 = 0 whatever factors stand there."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.errors import EvaluationError
from derive.expr.nodes import Derivative
from derive.expr.walk import post_order

#: the size of a rounded zero beside quantities of moderate size, and the points that are looked at
ROUNDING, POINTS = 1e-10, 4


def only_constants_are_derived(problem: Any, sizes: dict[str, int]) -> bool:
    """Whether both sides have derivatives, and each of these is zero at every point in float64.

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
        kernel = problem.float_kernel()
        with np.errstate(all="ignore"):
            ev, _ = problem.evaluator_at(kernel, points, points.floats())
            for node in dict.fromkeys([*sides[0], *sides[1]]):
                found = np.asarray(ev.value(node, problem.scope_for(ev, node)), dtype=float)
                if not (np.abs(found) < ROUNDING).all():
                    return False
    except EvaluationError:
        return True
    return True
