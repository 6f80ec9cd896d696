"""The time that one relation may take: a deadline that the evaluator looks at between nodes.

It counts the processor time of this thread, so that a busy machine does not change a verdict.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

from derive.errors import EvaluationError

_deadlines: list[tuple[float, float]] = []


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Inside, `check` raises `EvaluationError` once `seconds` of processor time have passed (never when None)."""
    if seconds is None:
        yield
        return
    _deadlines.append((thread_time() + seconds, seconds))
    try:
        yield
    finally:
        _deadlines.pop()


def check() -> None:
    """Raises when the innermost deadline has passed."""
    if _deadlines and thread_time() > _deadlines[-1][0]:
        raise EvaluationError(f"took longer than {_deadlines[-1][1]:g} s")
