"""Scalars as quotients of polynomials: what is proved so, and what must not be."""

from __future__ import annotations

import pytest

from derive.engine.quotients import equal_quotients
from derive.reader import read_expression

GIVEN = [r"x, y \in \mathbb{R}", r"n \in \mathbb{N}"]
EQUAL = (
    (r"\sigma(x)(1 - \sigma(x))", r"e^{-x}/(1 + e^{-x})^2"),
    (r"\frac{1}{1+e^{-2x}}", r"1 - \frac{1}{1+e^{2x}}"),
    (r"1 - \tanh(x)^2", r"\frac{4}{(e^x + e^{-x})^2}"),
    (r"1 - \tanh(x)^2", r"\frac{1}{\cosh(x)^2}"),
    (r"\sin(x)^4 - \cos(x)^4", r"1 - 2\cos(x)^2"),
    (r"\exp(x + 2y)", r"e^x e^y e^y"),
    (r"\sqrt{x}\sqrt{x}", r"x"),
    (r"x^{n+1} x^{-1}", r"x^n"),
    (r"(x+y)^3", r"x^3 + 3x^2y + 3xy^2 + y^3"),
    (r"\log(1 + e^x) y", r"y \log(e^x + 1)"),
    (r"\frac{x^2 - y^2}{x - y}", r"x + y"),
)
UNEQUAL = (
    (r"\sqrt{x^2}", r"x"),
    (r"(x^2)^{1/4}", r"x^{1/2}"),
    (r"\sigma(x)", r"\sigma(-x)"),
    (r"|x|", r"x"),
    (r"\exp(x)", r"\exp(y)"),
    (r"\sin(x)^2 + \cos(y)^2", r"1"),
    (r"\frac{x}{y - y}", r"\frac{x}{x - x}"),
    (r"x^{n+1}", r"x^n + x"),
    (r"\frac{d}{dx} x^2", r"2x"),
    (r"(((2^{12})^{12})^{12})^{12}", r"2^{20735}"),
)


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_proved(left: str, right: str) -> None:
    assert equal_quotients(read_expression(left, given=GIVEN), read_expression(right, given=GIVEN))


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_not_proved(left: str, right: str) -> None:
    sides = [read_expression(side, given=GIVEN) for side in (left, right)]
    assert not equal_quotients(*sides)
