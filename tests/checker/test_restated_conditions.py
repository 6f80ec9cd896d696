r"""Conditions that say again what words have set to zero: `Setting it to zero, $X^\top (X w - y) = 0$`."""

from __future__ import annotations

import pytest

import derive

BEFORE = r"""Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$ and $\lambda > 0$.
\[ \nabla_w \left( \tfrac12 \|X w - y\|^2 + \tfrac\lambda2 \|w\|^2 \right) = X^\top (X w - y) + \lambda w \]
"""
AFTER = r"\[ (X^\top X + \lambda I) w = X^\top y \]"


@pytest.mark.parametrize(
    ("words", "condition", "expected"),
    [
        ("Setting it to zero,", r"X^\top (X w - y) + \lambda w = 0", "definition"),
        ("Setting it to zero,", r"X^\top y - X^\top X w - \lambda w = 0", "definition"),
        ("Setting it to zero,", r"X^\top (X w + y) + \lambda w = 0", "sign"),
        ("Setting it to zero,", r"X^\top (X w - y) = 0", "dropped_regulariser"),
        # nobody says that it is the derivative
        ("Suppose that", r"X^\top (X w + y) + \lambda w = 0", "definition"),
    ],
)
def test_a_condition_that_restates_a_derivative(words: str, condition: str, expected: str) -> None:
    report = derive.check_text(f"{BEFORE}{words}\n\\[ {condition} \\]\n{AFTER}")
    found = report.relations[1].verdict
    said = found.diagnosis.kind if found.kind == "fails" and found.diagnosis else found.kind
    assert said == expected


def test_what_should_be_zero_is_mended_where_it_stands() -> None:
    text = r"Let $A \in \mathbb{R}^{n \times n}$ be symmetric. \[ A^\top A + A A = 0 \]"
    found = derive.check_text(text).relations[0].verdict
    assert found.diagnosis is not None
    assert found.diagnosis.suggestion == r"-A^\top A + A A"


def test_a_product_of_two_columns_of_ones_does_not_fit() -> None:
    text = r"Let $x \in \mathbb{R}^n$. \[ \sum_i \sum_j x_i x_j = x^\top \mathbf{1} \mathbf{1} x \]"
    found = derive.check_text(text).relations[0].verdict
    assert found.kind == "fails"
    assert "cannot multiply" in found.why
