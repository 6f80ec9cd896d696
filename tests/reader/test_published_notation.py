"""Notation of published derivations of estimators and classifiers: what its words declare, and what it claims.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"A vector $m \in \mathbb{R}^k$ and a symmetric positive definite $k \times k$ precision matrix $\mathbf{P}$."
        r"\[ \log |\mathbf{P}^2| = 2 \log |\mathbf{P}| \] \[ m^\top \mathbf{P} = m^\top \mathbf{P}^\top \]",
        "hh",
        id="adjectives before the size of a matrix",
    ),
    pytest.param(
        r"Let $0 < q < 1$. \[ \eta = \ln\frac{q}{1-q} \] \[ q = \frac{e^\eta}{1 - e^\eta} \]",
        "df",
        id="a name that is given is claimed by what is defined with it in a power",
    ),
    pytest.param(
        r"Let $u \in \mathbb{R}^C$, $y \in \mathbb{R}^C$ and $\ell_j = -y_j \log q_j$ with "
        r"\[ q_j = \frac{\exp(u_j)}{\sum_k \exp(u_k)}. \]"
        r"\[ \frac{\partial \ell_j}{\partial q_j} = -\frac{y_j}{q_j} \]",
        "dh",
        id="members that are defined after what is built on them",
    ),
    pytest.param(
        r"Let $A \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$ and $g(w) = A w$."
        r"\[ \frac{\partial}{\partial w} g(w)^T = A^T \] \[ \frac{\partial}{\partial w} (w^T A^T) = A \]",
        "hf",
        id="a row differentiated by a vector",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_published_notation(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
