"""Proofs are bounded: numbers that would fill the memory are never written out."""

from __future__ import annotations

from time import thread_time

import pytest

from derive.engine import proved
from derive.expr.interrupt import time_limit
from derive.reader import read_expression

LONG = (
    (r"(1-x)^{1000000000} (1-x)", r"(1-x)^{1000000001}", True),
    (r"(1/2)^{1000000000} x", r"x (1/2)^{1000000000}", True),
    (r"(1-0.5)^{1750256}", r"0.5^{1750257}", False),
    (r"(x+y)^{400}", r"(y+x+1)^{400}", False),
    (r"(x/3)^{2000000} 9", r"3^{-2000000} x^{2000000}", False),
)


@pytest.mark.parametrize(("left", "right", "expected"), LONG)
def test_powers_too_long_to_write_out(left: str, right: str, expected: bool) -> None:
    sides = [read_expression(side, given=["x > 0", "y > 0"]) for side in (left, right)]
    before = thread_time()
    assert proved(sides[0], "=", sides[1]) is expected
    assert thread_time() - before < 5


def _call_without_end() -> None:
    while True:
        len("")


def test_a_time_limit_ends_a_loop_of_calls() -> None:
    with pytest.raises(TimeoutError, match=r"no result within 0\.05 s"), time_limit(0.05):
        _call_without_end()
