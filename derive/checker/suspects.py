"""Which points of a batch are told apart: the most suspicious ones, exact ones, those where everything is zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.checker.sampling import Points

#: random points that are decided in balls at each assignment of sizes
RANDOM = 2


def largest(measure: Any, finite: Any, count: int) -> list[int]:
    """The positions among `finite` where a measure is largest, the earlier ones first."""
    if not len(finite):
        return []
    if count == 1:
        return [int(finite[np.argmax(measure[finite])])]
    ranked = finite[np.argsort(-measure[finite], kind="stable")]
    return [int(i) for i in ranked[:count]]


def exact_points(left: Any, right: Any, states: Any) -> list[int]:
    """The first points at which both sides are the same exact numbers, without any rounding."""
    from derive.checker.decision import State

    equal = np.flatnonzero(states == State.EQUAL)[:RANDOM].tolist()
    if not all(entry.is_exact() for position in equal for entry in left[position].flat):
        return []
    return [i for i in equal if all(entry.is_exact() for entry in right[i].flat)]


def vanishes(points: Points, position: int, left: Any, right: Any) -> bool:
    """Whether a symbol is zero and both sides with it: 0 < 0, where `unless it is zero` is often left unsaid."""
    entries = (entry for side in (left, right) for entry in np.ravel(side[position]))
    return any(not np.any(v[position]) for v in points.values.values()) and all(
        entry.is_zero() for entry in entries
    )


def worst_difference(absolute: Any, left: Any, right: Any, finite: Any) -> float:
    """The largest difference at a point relative to the largest entry of both sides there."""
    gap = absolute[finite]
    if not gap.any():
        return 0.0
    sizes = [np.abs(side).reshape(len(side), -1).max(axis=1, initial=0.0) for side in (left, right)]
    size = np.maximum(*sizes)[finite]
    with np.errstate(all="ignore"):
        share = np.where(size > 0, gap / size, 0.0)
    return max(0.0, float(share.max()))
