"""A display that stands alone after its declarations is a claim about what is declared."""

from __future__ import annotations

import pytest

import derive

X = r"Let $x \in \mathbb{R}$; let $y \in \mathbb{R}$."
Q = r"Let $Q \in \mathbb{R}^{n \times n}$ be orthogonal."
U = r"Let $u \in \mathbb{R}^{n}$ be a unit vector."
A = r"Let $A \in \mathbb{R}^{n \times n}$."
PAIR = r"Let $A \in \mathbb{R}^{n \times n}$ and $B \in \mathbb{R}^{n \times n}$ be symmetric."


@pytest.mark.parametrize(
    ("said", "relation", "wanted"),
    [
        (X, r"\max\left(x, y\right) = \frac{x + y + \left|x - y\right|}{2}", "holds"),
        (X, r"\max(x, y) = \log(e^x + e^y)", "fails"),
        (X, r"\min(x, y) = -\max(-x, -y)", "holds"),
        (X, r"e^{-1000(1 + x^2)} = 0", "fails"),
        (X, r"e^{x + y} = e^x e^y", "holds"),
        (Q, r"Q = Q^\top", "fails"),
        (Q, r"Q Q = I_{n}", "fails"),
        (Q, r"Q^\top Q = I_{n}", "holds"),
        (U, r"I_{n} - u u^\top = I_{n}", "fails"),
        (A, r"A = A^\top", "definition"),
        (A, r"A^\top A = I_{n}", "unchecked"),
        (PAIR, r"(A B)^\top = B A", "holds"),
        (PAIR, r"(A B)^\top = A B", "fails"),
    ],
)
def test_verdict(said: str, relation: str, wanted: str) -> None:
    (found,) = derive.check_text(f"{said}\n\\[ {relation} \\]\n").relations
    assert found.verdict.kind == wanted, found.verdict
