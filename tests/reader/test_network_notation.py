"""Notation of published derivations about networks: what its words declare, and what it claims.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"Let $X, Y \in \mathbb{R}^{k \times d}$, $V \in \mathbb{R}^{k \times d_v}$ and $A = X Y^\top$, $O = A V$ for a"
        r" loss $L$ of $O$; $dX$ denotes $\partial L / \partial X$."
        r"\[ dA = dO\, V^\top \] \[ dX = dA \cdot Y, \quad dY = dA \cdot X \]",
        "hhf",
        id="a sentence says what gradients are called after",
    ),
    pytest.param(
        r"Let $u, g, c \in \mathbb{R}^n$ with $u = g \odot \tanh(c)$. The loss $\mathcal{L}$ depends on $u$, and we write"
        r" $\delta v$ for $\frac{\partial \mathcal{L}}{\partial v}$."
        r"\[ \delta g = \delta u \odot \tanh(c) \] \[ \delta c = \delta u \odot g \odot (1 - \tanh(c)) \]",
        "hf",
        id="a small delta before the variable",
    ),
    pytest.param(
        r"Let $X \in \mathbb{R}^{p \times m}$, $W^{[1]} \in \mathbb{R}^{h \times p}$, $b^{[1]} \in \mathbb{R}^h$,"
        r" $W^{[2]} \in \mathbb{R}^{1 \times h}$, $Y \in \mathbb{R}^{1 \times m}$; $*$ is the elementwise product."
        r"\[ Z^{[1]} = W^{[1]} X + b^{[1]}, \quad A^{[1]} = \tanh(Z^{[1]}), \quad A^{[2]} = W^{[2]} A^{[1]} \]"
        r"\[ J = \frac{1}{2m} \sum_{i=1}^m (a^{[2](i)} - y^{(i)})^2 \]"
        r"\[ \frac{\partial J}{\partial A^{[2]}} = \frac{1}{m} (A^{[2]} - Y) \]"
        r"\[ \frac{\partial J}{\partial Z^{[1]}} = W^{[2]T} \frac{\partial J}{\partial A^{[2]}} * (1 - A^{[1]} * A^{[1]}) \]"
        r"\[ \frac{\partial J}{\partial W^{[1]}} = X \frac{\partial J}{\partial Z^{[1]}}^T \]",
        "ddddhhf",
        id="layers in square brackets, a bias for every column, the entries of a row",
    ),
    pytest.param(
        r"Let $B \in \mathbb{R}^{k \times k}$, $V \in \mathbb{R}^{k \times r}$ and"
        r"\[ O_{ip} = \sum_j B_{ij} V_{jp}. \] For a loss $L$ of $O$ let $G_{ip} = \frac{\partial L}{\partial O_{ip}}$."
        r"\[ \frac{\partial L}{\partial B_{ij}} = \sum_p G_{ip} V_{jp}, \qquad"
        r" \frac{\partial L}{\partial V_{jp}} = \sum_{a, b} \frac{\partial L}{\partial O_{ab}}"
        r" \frac{\partial O_{ab}}{\partial V_{jp}} = \sum_a G_{ap} B_{ja} \]",
        "dhhf",
        id="any letter beside an index",
    ),
    pytest.param(
        r"Let $S \in \mathbb{R}^{k \times k}$ and $c \in \mathbb{R}$."
        r"\[ A_{ij} = \frac{\exp S_{ij}}{\sum_l \exp S_{il}}, \quad o_{i} = \sum_j A_{ij} c \]"
        r"\[ \frac{\partial o_i}{\partial S_{ij}} = 3 \frac{\partial o_i}{\partial S_{ij}} \]",
        "ddu",
        id="derivatives of what is constant say nothing",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_network_notation(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
