"""Equality of two sides: suspects by float64, proof by balls, at points that fit what is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np

from derive.checker import budget
from derive.checker.evaluate import TooLarge
from derive.checker.problem import Problem
from derive.checker.sampling import MANY, Points
from derive.checker.special import SEEN, Batch, Special
from derive.checker.suspects import RANDOM, exact_points, largest, vanishes, worst_difference
from derive.checker.verdicts import Evidence, Verdict
from derive.errors import EvaluationError
from derive.expr.nodes import Expr

#: points of one float64 batch, random points decided in balls at each assignment of sizes, and assignments
BATCH, SIZES = 64, 3
#: assignments of many size symbols, which are smaller
MORE_SIZES = 5
#: assignments tried where some leave a side undefined, such as fewer rows than columns
MOST_SIZES = 8
#: suspects by absolute and by relative difference
SUSPECTS = 2
#: points of a batch whose evaluation needs much memory
FEW = 4
#: relative differences up to this are rounding, where one suspect of each kind is decided
ROUNDING = 1e-9
#: relative differences up to this are a rounding of the last digit, which makes no suspect
UNIT = 2.0**-50
#: the share of points at which a derivative may have no value (kinks)
KINKS = 0.3


@dataclass
class Record:
    """What was found so far, over all assignments of sizes."""

    sizes: list[dict[str, int]] = field(default_factory=list)
    points: int = 0
    worst: float = 0.0
    equal: int = 0
    left_undefined: int = 0
    right_undefined: int = 0
    both_undefined: int = 0
    loose: int = 0
    constant_left: bool = True
    constant_right: bool = True
    both_zero: bool = True
    all_near_zero: bool | None = None
    watched: bool = False
    good: int = 0
    saturated: bool | None = None
    notes: dict[str, None] = field(default_factory=dict)
    failed: tuple[Points, int] | None = None
    #: what is special about points where a side has no value, or where a strict inequality is 0 < 0
    gaps: dict[str, None] = field(default_factory=dict)
    ties: dict[str, None] = field(default_factory=dict)
    #: places of special points at which rounding looked like a difference at other sizes
    settled: dict[int, None] = field(default_factory=dict)

    @property
    def varied(self) -> bool:
        """Whether both sides were seen to change, and one of them to be other than zero."""
        return not (self.constant_left or self.constant_right or self.both_zero)


class Identity:
    """The decision on lhs = rhs."""

    #: whether two sides that are equal at a point refute the relation
    strict = False

    def __init__(self, lhs: Expr, rhs: Expr, premises: tuple[Expr, ...], seed: int) -> None:
        from derive.checker.ball_kernel import BallKernel
        from derive.checker.numpy_kernel import NumpyKernel

        self.problem = Problem(lhs, rhs, premises, seed)
        self.floats, self.balls = NumpyKernel(), BallKernel()
        self.seed = seed
        self.record = Record()
        self.confirmed: bool | None = None

    def verdict(self) -> Verdict:
        """Float64 and balls at each assignment of sizes, until one point refutes."""
        good, idle, problems = 0, 0, {}
        many = len(self.problem.names) > MANY
        wanted = MORE_SIZES if many else SIZES
        for choice, sizes in enumerate(self.problem.sizes(2 * MOST_SIZES if many else MOST_SIZES)):
            before = self.record.equal
            zero = self.record.both_zero
            if many:
                self.record.both_zero = True
            try:
                self._at_sizes(sizes, choice)
            except EvaluationError as error:
                problems[str(error)] = error
                budget.check()
                if self.confirmed is False:
                    raise
                if len(problems) > 1 or (choice >= SIZES - 1 and not self.record.points):
                    break
                continue
            if self.record.failed is not None:
                return self._fails()
            empty = many and self.record.both_zero
            self.record.both_zero = self.record.both_zero and zero
            if self.record.equal - before >= RANDOM:
                good, idle = good + (not empty), idle + empty
            if good >= wanted or (choice >= SIZES and not self.record.equal):
                break
        self.record.good = good + idle
        if problems and not self.record.points:
            raise next(iter(problems.values()))
        return self._summary()

    # ------------------------------------------------------------------ points

    def _at_sizes(self, sizes: dict[str, int], choice: int) -> None:
        record = self.record
        batch = self.problem.batch(sizes, BATCH, choice)
        try:
            chosen, odd = self._suspects(batch)
        except TooLarge:
            batch = Batch.of(batch.points.subset(range(min(FEW, batch.points.count))), None)
            chosen, odd = self._suspects(batch)
        points, special = batch.points, batch.special
        record.sizes.append(sizes)
        if self.problem.has_derivative and self.confirmed is None and chosen:
            self._ask_jax(points.subset(chosen[:1]))
        if chosen:
            self._decide(points.subset(chosen))
        if odd and special is not None and record.failed is None:
            self._decide_special(special.subset(list(odd)), tuple(odd.values()))
            record.settled.update(dict.fromkeys(odd))

    def _ask_jax(self, points: Points) -> None:
        """JAX's derivative of the original function at one point must be ours."""
        from derive.checker.referee import confirm

        self.confirmed = confirm(self.problem, points)
        if self.confirmed is False and self._undefined(points):
            self.confirmed = (
                None  # float64 makes up a value where there is none, such as a singular inverse
            )
        if self.confirmed is False:
            raise EvaluationError("jax.grad and the dual numbers differ on a derivative here")

    def _undefined(self, points: Points) -> bool:
        """Whether neither side has a value at these points."""
        from derive.checker.ball_kernel import precision
        from derive.checker.decision import PRECISIONS, State

        with precision(PRECISIONS[0]):
            left, right, _ = self.problem.sides(self.balls, points, True)
            return bool((self.states(left, right, points) == State.BOTH_UNDEFINED).all())

    def _suspects(self, batch: Batch) -> tuple[list[int], dict[int, bool]]:
        """Positions to decide in balls: the first finite points and the worst ones; one undefined side is a suspect.

        Beside them positions of special points that may refute, or (True) where one side seems to have no value.
        """
        points, special, together = batch.points, batch.special, batch.together
        with np.errstate(all="ignore"):
            left, right, ev = self.problem.sides(self.floats, together, balls=False)
            absolute, relative, undefined = self.compare(left, right)
        record, count = self.record, points.count
        record.notes.update(ev.notes)
        record.points += together.count
        if not record.varied:
            self._watch(left[:count], right[:count], undefined[:count] == 0)
        if not undefined.any() and -SEEN < float(relative.min()) <= float(relative.max()) <= UNIT:
            return list(range(min(RANDOM, count))), {}
        odd: dict[int, bool] = {}
        if special is not None:
            odd = self._odd(special, absolute[count:], relative[count:], undefined[count:])
            left, right = left[:count], right[:count]
            absolute, relative, undefined = absolute[:count], relative[:count], undefined[:count]
        return self._ranked(left, right, absolute, relative, undefined), odd

    def _ranked(
        self, left: Any, right: Any, absolute: Any, relative: Any, undefined: Any
    ) -> list[int]:
        """The positions of random points to decide in balls."""
        record = self.record
        finite = np.flatnonzero(undefined == 0)
        if len(finite):
            record.worst = max(record.worst, worst_difference(absolute, left, right, finite))
        chosen = dict.fromkeys(int(i) for i in finite[:RANDOM])
        top = float(relative[finite].max()) if len(finite) else 0.0
        if len(finite) and top > UNIT:
            gross = top > ROUNDING
            for measure in (absolute, relative) if gross else (relative,):
                chosen.update(dict.fromkeys(largest(measure, finite, SUSPECTS if gross else 1)))
        if not len(finite):
            chosen.update(dict.fromkeys(range(min(RANDOM, len(undefined)))))
        for side in (1, 2) if len(finite) < len(undefined) else ():
            one_sided = np.flatnonzero(undefined == side)
            if self.problem.has_derivative and len(one_sided) < KINKS * len(undefined):
                continue  # a derivative has no value at a kink, which is no restriction of a claim
            chosen.update(dict.fromkeys(int(i) for i in one_sided[:1]))
        return list(chosen)

    def _odd(
        self, special: Special, absolute: Any, relative: Any, undefined: Any
    ) -> dict[int, bool]:
        """Positions of special points where the sides seem to differ, or (True) one of them to have no value."""
        found = np.flatnonzero((undefined == 0) & self.suspicious(relative, special.rounding))
        if len(found) and self.record.settled and not self.strict:
            settled = self.record.settled
            large = [i for i in found.tolist() if not (absolute[i] < SEEN and i in settled)]
            found = np.array(large, dtype=np.int64)  # np.setdiff1d would import numpy.ma
        chosen = dict.fromkeys(largest(relative, found, SUSPECTS), False)
        chosen.update(dict.fromkeys(largest(absolute, found, 1), False))
        for side, differentiated in (
            enumerate(self.problem.differentiated, 1) if undefined.any() else ()
        ):
            if differentiated:
                continue  # a derivative has no value at a kink, which is no restriction of a claim
            places = np.flatnonzero(undefined == side).tolist()
            named = (i for i in places if special.labels[i] not in ("", *self.record.gaps))
            chosen.update(dict.fromkeys(islice(named, 1), True))
        return chosen

    def suspicious(self, relative: Any, rounding: Any) -> Any:
        """For each special point, whether what float64 finds may be more than rounding."""
        return relative > rounding

    def _decide_special(self, special: Special, empty: Sequence[bool] = ()) -> None:
        """Special points in balls: they refute, or show where a side has no value, and support nothing.

        A ball may have no value where the exact side has one (the root of a ball around zero), so that a side is said
        to have none only where float64 finds none either (`empty`).
        """
        from derive.checker.ball_kernel import precision
        from derive.checker.decision import PRECISIONS, UNDEFINED_SIDE, State

        record, points = self.record, special.points
        if not points.count:
            return
        with precision(PRECISIONS[1]):
            left, right, _ = self.problem.sides(self.balls, points, True)
            states = self.states(left, right, points)
        for position, state in enumerate(map(int, states)):
            label = special.labels[position]
            if state == State.DIFFERENT and vanishes(points, position, left, right):
                record.ties[label] = None
            elif state == State.DIFFERENT:
                record.failed = (points, position)
                return
            elif empty and empty[position] and state in UNDEFINED_SIDE:
                record.gaps[label] = None

    def compare(self, left: Any, right: Any) -> tuple[Any, Any, Any]:
        """For each point of the batch, two measures by which it is suspect, and which sides are not finite."""
        from derive.checker.decision import compare_floats

        return compare_floats(left, right)

    def states(self, left: Any, right: Any, points: Points) -> Any:
        """What the balls say at each point: `EQUAL` supports the relation, `DIFFERENT` refutes it."""
        from derive.checker.decision import judge_points

        return judge_points(left, right, "~=" if self.problem.expands else "=").states

    def _watch(self, left: Any, right: Any, finite: Any) -> None:
        """Whether the sides vary at all, and are not both zero everywhere."""
        record = self.record
        if not finite.any():
            return
        record.watched = True
        a, b = (left, right) if finite.all() else (left[finite], right[finite])
        record.constant_left = record.constant_left and bool((a == a[:1]).all())
        record.constant_right = record.constant_right and bool((b == b[:1]).all())
        record.both_zero = record.both_zero and not a.any() and not b.any()

    def _watch_balls(self, left: Any, right: Any, points: Points) -> None:
        """The same in balls, for sides without a value in float64, such as integrals of log(p / q)."""
        from derive.checker.decision import State

        record = self.record

        def differs(side: Any, other: Any) -> bool:
            return bool((self.states(side, other, points) == State.DIFFERENT).any())

        record.both_zero = record.both_zero and not any(differs(s, s - s) for s in (left, right))
        record.constant_left = record.constant_left and not differs(left, left[:1] + (left - left))
        record.constant_right = record.constant_right and not differs(
            right, right[:1] + (right - right)
        )

    def _decide(self, points: Points) -> None:
        from derive.checker.ball_kernel import precision
        from derive.checker.decision import PRECISIONS, State

        record = self.record
        open_points = list(range(points.count))
        near_zero: dict[int, bool] = {}
        final = np.full(points.count, State.LOOSE)
        exact: list[int] = []
        for bits in PRECISIONS:
            with precision(bits):
                part = points.subset(open_points)
                left, right, _ = self.problem.sides(self.balls, part, True)
                states = self.states(left, right, part)
                if not record.watched:
                    self._watch_balls(left, right, part)
                if bits == PRECISIONS[0]:
                    zero = record.all_near_zero is not False and _hold_zero(left, right)
                    record.all_near_zero = zero
                if bits == PRECISIONS[0] and record.saturated is None:
                    exact = exact_points(left, right, states)
            still = []
            for position, state in zip(open_points, map(int, states), strict=True):
                final[position] = state
                if state == State.DIFFERENT:
                    record.failed = (points, position)
                    return
                if state == State.NEAR_ZERO and near_zero.get(position):
                    final[position] = State.EQUAL
                elif state != State.EQUAL:
                    near_zero[position] = state == State.NEAR_ZERO
                    still.append(position)
            open_points = still
            if not open_points or (bits >= 512 and self._hopeless(final[open_points])):
                break
        self._count(final)
        self._confirm(points, final, exact)

    @staticmethod
    def _hopeless(states: Any) -> bool:
        from derive.checker.decision import State

        return bool((states == State.BOTH_UNDEFINED).all())

    def _confirm(self, points: Points, final: Any, exact: Sequence[int]) -> None:
        """Equal points once more at the highest precision: what is equal at 128 bits may be saturated.

        Two sides that are one exact number at enough points (`exact`) are not.
        """
        from derive.checker.ball_kernel import WatchfulKernel, precision
        from derive.checker.decision import PRECISIONS, State

        if self.record.saturated is False:
            return
        equal = np.flatnonzero(final == State.EQUAL)[:RANDOM]
        if not len(equal):
            return
        if len(exact) >= RANDOM:
            self.record.saturated = False
            return
        part, kernel = points.subset(equal.tolist()), WatchfulKernel()
        with precision(PRECISIONS[-1]):
            left, right, _ = self.problem.sides(kernel, part, True)
            states = self.states(left, right, part)
        self.record.saturated = kernel.vanished
        for position, state in enumerate(states):
            if state == State.DIFFERENT:
                self.record.failed = (part, position)

    def _count(self, final: Any) -> None:
        from derive.checker.decision import State

        record = self.record
        states = final.tolist()
        record.equal += states.count(State.EQUAL)
        record.left_undefined += states.count(State.LEFT_UNDEFINED)
        record.right_undefined += states.count(State.RIGHT_UNDEFINED)
        record.both_undefined += states.count(State.BOTH_UNDEFINED)
        record.loose += states.count(State.LOOSE) + states.count(State.NEAR_ZERO)

    # ------------------------------------------------------------------ verdicts

    def _evidence(self) -> Evidence:
        record = self.record
        return Evidence(
            tuple(record.sizes), record.points, self.seed, 2.0**-64, record.worst, self.referee()
        )

    def referee(self) -> str:
        """What decided, and what confirmed it."""
        if not self.problem.has_derivative:
            return "balls"
        return {True: "balls, jax.grad", None: "balls (dual numbers)"}[self.confirmed or None]

    def _fails(self) -> Verdict:
        from derive.checker.counterexample import smallest

        assert self.record.failed is not None
        points, position = self.record.failed
        found = smallest(self, points, position)
        evidence = self._evidence()
        if not self.problem.has_derivative:
            evidence = replace(evidence, referee="balls")
        return Verdict("fails", evidence, counterexample=found)

    def _summary(self) -> Verdict:
        evidence = self._evidence()
        if evidence.worst > ROUNDING and self.record.equal:
            # the points where float64 differs most were enclosed: their difference is rounding, of terms that cancel
            evidence = replace(evidence, worst=evidence.tolerance)
        reason = self._reason()
        if reason:
            return Verdict("unchecked", evidence, why=reason)
        if self.record.ties:
            where = ", or ".join(self.record.ties)
            why = f"holds only where the sides are not both zero: they are at {where}"
            return Verdict("unchecked", evidence, why=why)
        if self.record.gaps:
            where = ", or ".join(self.record.gaps)
            return Verdict("holds", evidence, why=f"where both sides have a value: not at {where}")
        return Verdict("holds", evidence)

    def _reason(self) -> str:
        """Why the points do not suffice for `holds`, or empty."""
        record = self.record
        noted = "; ".join(record.notes)
        if not record.equal:
            if record.left_undefined or record.right_undefined:
                side = "left" if record.left_undefined else "right"
                return f"the {side} side has no finite value at any sampled point" + _and(noted)
            if record.loose:
                return "the sides could not be told apart at 2048 bits, nor shown to agree"
            return "neither side has a finite value at any sampled point" + _and(noted)
        if record.left_undefined or record.right_undefined:
            side = "left" if record.left_undefined else "right"
            return (
                f"holds only where both sides are defined: the {side} side is not at some points"
                + _and(noted)
            )
        if record.loose:
            return "at some points the sides could not be told apart at 2048 bits"
        if record.equal < RANDOM * SIZES or record.good < SIZES:
            return f"only {record.equal} points could be decided" + _and(noted)
        if record.saturated and self.problem.lhs != self.problem.rhs:
            return "at every sampled point a term is too small to be seen at 2048 bits"
        return self._vacuous()

    def _vacuous(self) -> str:
        """Both sides never change although both contain variables."""
        record, problem = self.record, self.problem
        if not problem.symbols or problem.lhs == problem.rhs or self._averaged():
            return ""
        zero = record.both_zero
        if not zero and record.all_near_zero:
            from derive.checker.constants import constants_are_derived

            zero = constants_are_derived(problem, record.sizes[-1])
        if zero and self._both_mention(indices=True):
            return "both sides are zero at every sampled point, so nothing was compared"
        if record.constant_left and record.constant_right and self._both_mention():
            return "neither side varies at the sampled points, so little was compared"
        return ""

    def _averaged(self) -> bool:
        """Whether all that varies is random: an expectation is one number at each size then, and may well be zero."""
        from derive.expr.walk import free_symbols

        sides = (self.problem.lhs, self.problem.rhs)
        laws = [symbol.law for side in sides for symbol in free_symbols(side)]
        return self.problem.expands and all(
            law is not None and law.kind == "random" for law in laws
        )

    def _both_mention(self, indices: bool = False) -> bool:
        from derive.expr.walk import free_indices, free_symbols

        return all(
            bool(free_symbols(side) or (indices and free_indices(side)))
            for side in (self.problem.lhs, self.problem.rhs)
        )


def _hold_zero(left: Any, right: Any) -> bool:
    """Whether every entry of two arrays of balls may be zero: float64 shows its rounding there."""
    return all(entry.contains(0) for side in (left, right) for entry in np.ravel(side))


def _and(noted: str) -> str:
    return f" ({noted})" if noted else ""
