"""A limit on the time of code that is not ours: SymPy and the parsers built on it have none of their own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LOOKS = 1023
"""The clock is read once in so many calls, plus one; a power of two less one."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """TimeoutError from any call inside once `seconds` of this thread's processor time have passed.

    One call into C code is not interrupted: keep the numbers in it small.
    """
    end = time.thread_time() + seconds
    calls = 0

    def watch(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1
        if not calls & LOOKS and time.thread_time() > end:
            raise TimeoutError(f"no result within {seconds} s")

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)
