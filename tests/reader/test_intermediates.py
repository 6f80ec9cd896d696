"""Derivatives by quantities on the way that a formula does not name: `z = A x`, `h = B A x = B z`.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

TWO = r"Let $W\in\mathbb{R}^{m\times d}$, $V\in\mathbb{R}^{k\times m}$, $x \in \mathbb{R}^d$, $u = Wx$ and "
CASES = [
    pytest.param(
        TWO + r"\[ s = V W x \]"
        r"\[ \frac{\partial E}{\partial u} = V^\top \frac{\partial E}{\partial s} \]"
        r"\[ \frac{\partial E}{\partial W} = V^\top \frac{\partial E}{\partial s} x^\top \]",
        "dhh",
        id="factors side by side",
    ),
    pytest.param(
        TWO + r"\[ s = V W x = V u \]"
        r"\[ \frac{\partial E}{\partial u} = V \frac{\partial E}{\partial s} \]"
        r"\[ \frac{\partial E}{\partial x} = W^\top V^\top \frac{\partial E}{\partial s} \]",
        "dhfh",
        id="said twice",
    ),
    pytest.param(
        r"Let $w, x \in \mathbb{R}^d$, $z = w^\top x$ and \[ \hat y = \sigma(w^\top x) = \sigma(z) \]"
        r"\[ \frac{\partial \hat y}{\partial z} = \hat y (1 - \hat y) \]"
        r"\[ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial \hat y} \hat y \]",
        "dhhf",
        id="a logistic output",
    ),
    pytest.param(
        r"Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$ and $r = y - X w$."
        r"\[ J = \frac12 \| X w - y \|^2 = \frac12 r^\top r \]"
        r"\[ \frac{\partial J}{\partial r} = r, \qquad \nabla_w J = -X^\top r, \qquad \nabla_w J = X^\top r \]",
        "dhhhf",
        id="another order of terms",
    ),
    pytest.param(
        r"Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$ and $r = y - X w$."
        r"\[ J = \frac12 \| X w - y \|^2 \] \[ \frac{\partial J}{\partial r} = r \]",
        "du",
        id="not the part itself",
    ),
]


@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_derivatives_by_quantities_on_the_way(text: str, verdicts: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == verdicts
