r"""Totals of counts and of chances that words give, under Lagrange multipliers and alone."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $X$ be categorical with $P(X = k) = \pi_k$, $k = 1, \dots, K$, and $n_k$ the number of times that $k$"
        r" occurs among $N$ samples."
        r"\[ F(\pi, \lambda) = \sum_{k=1}^K n_k \log \pi_k + \lambda \Big(1 - \sum_{k=1}^K \pi_k\Big) \]"
        r"\[ \frac{\partial F}{\partial \pi_k} = \frac{n_k}{\pi_k} - \lambda = 0 \] \[ \pi_k = \frac{n_k}{N} \]"
        r"\[ \pi_k = \frac{n_k}{2 N} \]",
        "dhdhf",
        id="shares of a sample",
    ),
    pytest.param(
        r"Words $v = 1, \dots, V$ have chances $\theta_v > 0$, $\sum_{v=1}^V \theta_v = 1$, and $c_v$ counts how often"
        r" it occurs in a document of $M$ tokens. \[ \sum_{v=1}^V c_v = M \] \[ \sum_{v=1}^V c_v = 2 M \]",
        "hf",
        id="words of a document",
    ),
    pytest.param(
        r"A die with $K$ faces has $P(Y = j) = q_j$, $j = 1, \dots, K$. Let $m_j$ be the number of times that face $j$"
        r" comes up in $n$ rolls. \[ \sum_{j=1}^K q_j = 1 \] \[ \sum_{j=1}^K m_j = n \] \[ \sum_{j=1}^K q_j = 2 \]",
        "hhf",
        id="chances sum to one",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_counts_in_words(text: str, expected: str) -> None:
    assert "".join(r.verdict.kind[0] for r in check_text(text).relations) == expected
