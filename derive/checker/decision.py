"""What two enclosures say about one entry, and what all entries say about a point."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

#: two balls agree when their difference is below this share of their size
AGREE = arb(2) ** -64
#: the same where quadrature rules, whose error the balls contain, stand in a side
AGREE_BY_RULES = arb(2) ** -36
PRECISIONS = (128, 512, 2048)


class State:
    """The state of a point, from agreement to proof of the contrary; plain integers, compared in arrays."""

    EQUAL = 0
    NEAR_ZERO = 1
    LOOSE = 2
    BOTH_UNDEFINED = 3
    LEFT_UNDEFINED = 4
    RIGHT_UNDEFINED = 5
    DIFFERENT = 6


#: states of a point where only the left or only the right side has no value
UNDEFINED_SIDE = (State.LEFT_UNDEFINED, State.RIGHT_UNDEFINED)


def entry_state(a: Any, b: Any, agree: Any = AGREE) -> int:
    """What two balls say: equal (tightly enclosed), near zero (ask again more precisely), loose, undefined,
    different.
    """
    fine_a, fine_b = a.is_finite(), b.is_finite()
    if not (fine_a and fine_b):
        if fine_a or fine_b:
            return State.RIGHT_UNDEFINED if fine_a else State.LEFT_UNDEFINED
        return State.BOTH_UNDEFINED
    if a != b:
        return State.DIFFERENT
    if a == b:
        return State.EQUAL
    size_a, size_b = a.abs_lower(), b.abs_lower()
    size = size_a if size_a > size_b else size_b
    gap = (a - b).abs_upper()
    if gap < agree * size:
        return State.EQUAL
    return State.NEAR_ZERO if gap < agree else State.LOOSE


def order_state(a: Any, b: Any) -> int:
    """The same for a <= b: `EQUAL` where it is true or both agree, `DIFFERENT` where a is above b."""
    if a <= b:
        return State.EQUAL
    state = entry_state(a, b)
    return state if state != State.DIFFERENT or a > b else State.LOOSE


def strict_state(a: Any, b: Any) -> int:
    """The same for a < b."""
    if a < b:
        return State.EQUAL
    if a >= b:
        return State.DIFFERENT
    state = entry_state(a, b)
    return State.LOOSE if state in (State.EQUAL, State.NEAR_ZERO) else state


def unequal_state(a: Any, b: Any) -> int:
    """The same for a != b."""
    state = entry_state(a, b)
    if state == State.DIFFERENT:
        return State.EQUAL
    if state == State.EQUAL:
        return State.DIFFERENT if a == b else State.LOOSE
    return state


def near_state(a: Any, b: Any) -> int:
    """Equality of values that come from rules with an error of their own (expectations, integrals)."""
    return entry_state(a, b, AGREE_BY_RULES)


STATES: dict[str, Callable[[Any, Any], int]] = {
    "=": entry_state,
    "~=": near_state,
    "<=": order_state,
    "<": strict_state,
    "!=": unequal_state,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """States of points (the worst over entries) and the position of the worst entry of each."""

    states: Any
    worst: Any


def judge_points(left: Any, right: Any, op: str = "=") -> Judged:
    """States of the points along the first axis of two arrays of balls, for one of = <= < !=."""
    if left.shape != right.shape:
        left, right = np.broadcast_arrays(left, right)
    points = left.shape[0]
    state = STATES[op]
    found = [state(a, b) for a, b in zip(left.ravel(), right.ravel(), strict=True)]
    if not any(found):
        return Judged(np.zeros(points, dtype=np.int64), np.zeros(points, dtype=np.int64))
    table = np.array(found, dtype=np.int64).reshape(points, -1)
    return Judged(table.max(axis=1), table.argmax(axis=1))


def compare_floats(left: Any, right: Any) -> tuple[Any, Any, Any]:
    """For each point: largest absolute and relative difference, and 0 finite, 1 left, 2 right, 3 both not finite.

    Used inside `np.errstate(all="ignore")`.
    """
    if left.shape != right.shape:
        left, right = np.broadcast_arrays(left, right)
    left, right = left.reshape(left.shape[0], -1), right.reshape(right.shape[0], -1)
    gap = np.abs(left - right)
    if not gap.any():
        none = np.zeros(len(gap))
        return none, none, none
    absolute = gap.max(axis=1, initial=0.0)
    if np.isfinite(absolute).all():
        undefined = np.zeros(len(absolute), dtype=np.int64)
    else:
        bad_left, bad_right = ~np.isfinite(left).all(axis=1), ~np.isfinite(right).all(axis=1)
        undefined = bad_left + 2 * bad_right
    share = np.zeros(gap.shape)
    if absolute.any():
        size = np.maximum(np.abs(left), np.abs(right))
        np.divide(gap, size, out=share, where=gap > 0)
    return absolute, share.max(axis=1, initial=0.0), undefined
