r"""Squares that are defined for every index, `\sigma_j^2 = ...`: members at any index, and their roots `\sigma_j`."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


WHITENED = r"""Let $x_1, \dots, x_n \in \mathbb{R}^d$, $\mu_j = \frac1n \sum_{i=1}^n x_{ij}$.
\[ \sigma_j^2 = \frac1n\sum_{i=1}^n (x_{ij} - \mu_j)^2, \qquad z_{ij} = \frac{x_{ij} - \mu_j}{\sigma_j} \]
\[ \sum_{i=1}^n (x_{ij} - \mu_j) z_{ij} = n \sigma_j, \qquad \sum_{i=1}^n (x_{ij} - \mu_j) z_{ij} = n \sigma_j^2 \]"""
LEFT_OUT = r"""Let $K \in \mathbb{R}^{n \times n}$ be positive definite, $y \in \mathbb{R}^n$,
$\mu_i = y_i - [K^{-1} y]_i / [K^{-1}]_{ii}$ and $s_i^2 = 1 / [K^{-1}]_{ii}$.
\[ \sum_{i=1}^n \frac{(y_i - \mu_i)^2}{s_i^2} = \sum_{j=1}^n s_j^2 [K^{-1} y]_j^2 \]
\[ \sum_{i=1}^n \frac{(y_i - \mu_i)^2}{s_i^2} = \sum_{j=1}^n [K^{-1} y]_j^2 \]"""
NORMALISED = r"""Let $h, g \in \mathbb{R}^{N \times H}$, $m_l = \frac{1}{N}\sum_{p} h_{pl}$ and
$v_l^2 = \frac{1}{N}\sum_{p} (h_{pl} - m_l)^2$. For $L = \sum_{k,l} g_{kl} (h_{kl} - m_l) v_l^2$,
\[ L = \sum_l v_l^2 \sum_k g_{kl} (h_{kl} - m_l), \qquad L = \sum_l v_l \sum_k g_{kl} (h_{kl} - m_l) \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (WHITENED, ["definition", "definition", "holds", "fails"]),
        (LEFT_OUT, ["holds", "fails"]),
        (NORMALISED, ["holds", "fails"]),
    ],
)
def test_squares_are_members_at_any_index(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts
