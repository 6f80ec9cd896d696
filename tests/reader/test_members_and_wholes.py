r"""Members beside what they are members of: means with the letter of their members, indices below and above."""

from __future__ import annotations

import pytest

from derive.api import check_text

TEXTS = {
    "a mean with the letter of vectors that are defined by index": (
        r"""Let $x_{1}, \dots, x_n \in \mathbb{R}^d$ and $A \in \mathbb{R}^{d \times d}$. Let $m_i = A x_i$ and
$m = \frac1n \sum_{i=1}^n m_i$. \[ \sum_{i=1}^n (m_i - m)(m_i - m)^T = \sum_{i=1}^n m_i m_i^T - n m m^T \]
\[ \sum_{i=1}^n (m_i - m)(m_i - m)^T = \sum_{i=1}^n m_i m_i^T - m m^T \]""",
        "hf",
    ),
    "a mean with the letter of numbers that are defined by index": (
        r"""Let $x_{1}, \dots, x_n \in \mathbb{R}^d$ and $a_i = x_i^T x_i$.
\[ a = \frac1n \sum_{i=1}^n a_i \] \[ \sum_{i=1}^n (a_i - a) = 0 \]""",
        "dh",
    ),
    "samples of classes with the class above": (
        r"""Let $x_t^i \in \mathbb{R}^d$ be sample $t = 1, \dots, N$ of class $i = 1, \dots, C$ and
$\mu_i = \frac{1}{N}\sum_{t=1}^N x_t^i$.
\[ \sum_{i=1}^C \sum_{t=1}^N \|x_t^i - \mu_i\|^2
= \sum_{i=1}^C \sum_{t=1}^N x_t^{i\top} x_t^i - N \sum_{i=1}^C \mu_i^\top \mu_i
= \sum_{i=1}^C \sum_{t=1}^N x_t^{i\top} x_t^i - \sum_{i=1}^C \mu_i^\top \mu_i \]""",
        "hf",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_members_beside_wholes(name: str) -> None:
    text, expected = TEXTS[name]
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == expected
