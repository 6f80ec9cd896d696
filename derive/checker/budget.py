"""The time that one relation may take: a deadline that the evaluator looks at between nodes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from derive.errors import EvaluationError

_deadlines: list[tuple[float, float]] = []


@contextmanager
def deadline(seconds: float | None) -> Iterator[None]:
    """Inside, `check` raises `EvaluationError` once `seconds` have passed (never when None)."""
    if seconds is None:
        yield
        return
    _deadlines.append((monotonic() + seconds, seconds))
    try:
        yield
    finally:
        _deadlines.pop()


def check() -> None:
    """Raises when the innermost deadline has passed."""
    if _deadlines and monotonic() > _deadlines[-1][0]:
        raise EvaluationError(f"took longer than {_deadlines[-1][1]:g} s")
