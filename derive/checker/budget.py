"""The time that one relation may take: a deadline that the evaluator looks at between nodes.

It counts the processor time of this thread, so that a busy machine does not change a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, thread_time

from derive.errors import EvaluationError


@dataclass(slots=True)
class Deadline:
    """`end` in processor time of this thread; before `look` on the clock, cheaper to read, it cannot have passed."""

    seconds: float
    end: float
    look: float


_deadlines: list[Deadline] = []


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Inside, `check` raises `EvaluationError` once `seconds` of processor time have passed (never when None)."""
    if seconds is None:
        yield
        return
    _deadlines.append(Deadline(seconds, thread_time() + seconds, perf_counter() + seconds))
    try:
        yield
    finally:
        _deadlines.pop()


def check() -> None:
    """Raises when the innermost deadline has passed."""
    if _deadlines and perf_counter() >= _deadlines[-1].look:
        _look(_deadlines[-1])


def _look(innermost: Deadline) -> None:
    left = innermost.end - thread_time()
    if left < 0:
        raise EvaluationError(f"took longer than {innermost.seconds:g} s")
    innermost.look = perf_counter() + left
