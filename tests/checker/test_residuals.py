"""Equations without denominators."""

from __future__ import annotations

import derive
from derive.checker.residuals import poles_of, residual_of
from derive.expr.nodes import Relation


def cleared(latex: str) -> tuple[str, list[str]]:
    lhs, rhs = (derive.parse(side, given=["s, t, a, b > 0"]) for side in latex.split(" = "))
    equation = Relation("=", lhs, rhs)
    return repr(residual_of(equation)), [repr(p) for p in poles_of(equation)]


def test_powers_of_one_base_have_the_highest_as_their_multiple() -> None:
    residual, poles = cleared(r"\frac{a}{s} + \frac{b}{s^3} = 0")
    assert poles == ["s"]
    assert residual == "s^2 a + b"


def test_numbers_below_stay_where_they_are() -> None:
    residual, poles = cleared(r"\frac{a}{2 s t} = \frac{b}{t}")
    assert poles == ["s", "t"]
    assert residual == "a/2 - s b"


def test_one_term_keeps_its_denominator() -> None:
    assert cleared(r"\frac{a}{s} = 0") == ("a/s", [])
