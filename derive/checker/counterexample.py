"""The plainest point at which a relation is false: small sizes, small numbers, both sides printed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from derive.checker.ball_kernel import precision
from derive.checker.decision import PRECISIONS, State
from derive.checker.problem import Problem
from derive.checker.sampling import Points, smallest_sizes
from derive.checker.verdicts import Counterexample
from derive.errors import DeriveError

#: assignments of sizes and points that are tried on the way to a smaller counterexample
MOST_SIZES, PLAIN_POINTS = 6, 6


def smallest(judge: Any, points: Points, position: int) -> Counterexample:
    """A counterexample at smaller sizes and plainer values where one is found, else the point itself."""
    problem, balls = judge.problem, judge.balls
    for number, sizes in enumerate(smallest_sizes(problem.names, problem.allowed)):
        if number >= MOST_SIZES:
            break
        try:
            plain = problem.points(sizes, PLAIN_POINTS, 900 + number, plain=True)
            found = refuted(judge, plain)
        except DeriveError:
            continue
        if found is not None:
            return described(problem, balls, plain, found)
    return described(problem, balls, points, position)


def refuted(judge: Any, points: Points) -> int | None:
    """The first point at which the relation is refuted, if any."""
    with precision(128):
        left, right, _ = judge.problem.sides(judge.balls, points, True)
        states = judge.states(left, right, points)
    places = np.flatnonzero(states == State.DIFFERENT)
    return int(places[0]) if len(places) else None


def described(problem: Problem, balls: Any, points: Points, position: int) -> Counterexample:
    """The values of the symbols and both sides at one point, as numbers and nested lists."""
    one = points.subset([position])
    with precision(PRECISIONS[-1]):
        left, right, _ = problem.sides(balls, one, True)
    values = {s.name: shown(v[0]) for s, v in one.values.items()}
    values.update({f"d{s.name}": shown(v[0]) for s, v in one.tangents.items()})
    sides = shown_side(left), shown_side(right)
    if sides[0] == sides[1]:
        sides = with_digits(left, right)
    return Counterexample(dict(one.sizes), values, *sides)


def with_digits(left: Any, right: Any) -> tuple[Any, Any]:
    """Both sides as texts with as many digits as it takes to tell them apart."""
    left, right = np.broadcast_arrays(left[0], right[0])
    texts: list[Any] = []
    for digits in (20, 40, 80, 160, 320, 620):
        texts = [_texts(side, digits) for side in (left, right)]
        if texts[0] != texts[1]:
            break
    return texts[0], texts[1]


def _texts(side: Any, digits: int) -> Any:
    value = np.vectorize(lambda b: b.str(digits, radius=False), otypes=[object])(side)
    listed = value.tolist()
    return listed[0] if len(listed) == 1 else listed


def shown(value: Any) -> Any:
    """Numbers as int, float or the text of a fraction; arrays as nested lists."""
    if isinstance(value, np.ndarray):
        return [shown(v) for v in value] if value.ndim else shown(value[()])
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    number = float(value)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def shown_side(side: Any) -> Any:
    """One side at one point: floats of the middles of the balls, without the axes of points and single tuples."""
    value = np.vectorize(lambda b: float(b.mid()), otypes=[np.float64])(side[0])
    if not np.isfinite(value).all():
        return _texts(side[0], 17)
    if value.shape[0] == 1:
        value = value[0]
    return shown(np.asarray(value))
