r"""Solutions of stationarity conditions: of definite matrices, and of probabilities with a multiplier."""

from __future__ import annotations

import pytest

import derive

PRECISION = r"""Let $\Theta, S \in \mathbb{R}^{d \times d}$ be symmetric positive definite.
\[ \nabla_\Theta (\log\det\Theta - \operatorname{tr}(S \Theta)) = \Theta^{-1} - S = 0 \]
Hence \[ \Theta = %s \]"""
SHARES = r"""Let $n_k > 0$ be counts, $a_k > 1$ and $\theta \in \mathbb{R}^K$ with $\sum_{k=1}^K \theta_k = 1$.
\[ L(\theta, \lambda) = \sum_{k=1}^K (n_k + a_k - 1) \log \theta_k + \lambda (1 - \sum_{k=1}^K \theta_k) \]
\[ \frac{\partial L}{\partial \theta_k} = \frac{n_k + a_k - 1}{\theta_k} - \lambda = 0 \]
Therefore \[ \theta_k = %s \]"""


@pytest.mark.parametrize(
    ("text", "claim", "verdict"),
    [
        (PRECISION, "S^{-1}", "holds"),
        (SHARES, r"\frac{n_k + a_k - 1}{\lambda}", "holds"),
        (SHARES, r"\frac{n_k + a_k}{\lambda}", "fails"),
    ],
)
def test_what_an_author_solves_for_keeps_its_facts(text: str, claim: str, verdict: str) -> None:
    found = derive.check_text(text.replace("%s", claim)).relations[-1].verdict
    assert found.kind == verdict, found.why


SCALE = r"""Let $n > 0$, $S > 0$ and $s \in \mathbb{R}$.
\[ \frac{d}{ds} \left( -n \log s - \frac{S}{2 s^2} \right) = -\frac{n}{s} + \frac{S}{s^3} = 0 \]
Hence \[ %s \]"""


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [(r"s = \frac{S}{n s}", "holds"), (r"s^2 = \frac{S}{n}", "holds"), (r"s^2 = S n", "fails")],
)
def test_where_a_denominator_is_zero_is_no_solution(claim: str, verdict: str) -> None:
    found = derive.check_text(SCALE.replace("%s", claim)).relations[-1].verdict
    assert found.kind == verdict, found.why
