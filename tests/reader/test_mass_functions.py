r"""Laws that prose gives by their values: `P(X = k) = ...` and the chance of one of two labels."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $X_1, \dots, X_n$ be i.i.d. with $P(X = k) = (1 - q)^{k-1} q$ for $k = 1, 2, \dots$, where $0 < q < 1$."
        r"\[ L(q) = \prod_{i=1}^n P(X_i = x_i) = q^n (1 - q)^{\sum_{i=1}^n x_i - n} \]"
        r"\[ \log L(q) = n \log q + \Big(\sum_{i=1}^n x_i - n\Big) \log(1 - q) \]"
        r"\[ \prod_{i=1}^n P(X_i = x_i) = q (1 - q)^{\sum_{i=1}^n x_i - n} \]",
        "dhhf",
        id="a geometric law",
    ),
    pytest.param(
        r"Counts have $\Pr(N = m \mid \lambda) = \frac{\lambda^m e^{-\lambda}}{m!}$, $\lambda > 0$."
        r"\[ \sum_{i=1}^n \log \Pr(N = m_i \mid \lambda) = \sum_{i=1}^n (m_i \log \lambda - \log m_i!) - n \lambda \]"
        r"\[ \sum_{i=1}^n \log \Pr(N = m_i \mid \lambda) = \sum_{i=1}^n (m_i \log \lambda - \log m_i!) - \lambda \]",
        "hf",
        id="a law with a parameter",
    ),
    pytest.param(
        r"The labels $y_i \in \{0, 1\}$ have $p(y = 1 \mid x) = \sigma(w^\top x)$ and"
        r" $p(y = 0 \mid x) = 1 - \sigma(w^\top x)$ with $w, x_i \in \mathbb{R}^d$, $i = 1, \dots, n$,"
        r" and $\sigma(t) = 1/(1 + e^{-t})$."
        r"\[ \ell(w) = \sum_{i=1}^n \log p(y_i \mid x_i; w) \]"
        r"\[ \ell(w) = \sum_{i=1}^n y_i \log \sigma(w^\top x_i) + (1 - y_i) \log(1 - \sigma(w^\top x_i)) \]"
        r"\[ \nabla_w \ell = \sum_{i=1}^n (y_i - \sigma(w^\top x_i)) x_i \]"
        r"\[ \nabla_w \ell = \sum_{i=1}^n (\sigma(w^\top x_i) - y_i) x_i \]",
        "dhhf",
        id="labels of a regression",
    ),
    pytest.param(
        r"Clicks $c_j \in \{0, 1\}$ are independent with $p(c = 1) = \theta$, $0 < \theta < 1$."
        r"\[ \log \prod_{j=1}^m p(c_j) = \sum_{j=1}^m \big( c_j \log \theta + (1 - c_j) \log(1 - \theta) \big) \]"
        r"\[ \log \prod_{j=1}^m p(c_j) = \sum_{j=1}^m \big( c_j \log \theta - (1 - c_j) \log(1 - \theta) \big) \]",
        "hf",
        id="labels without inputs",
    ),
    pytest.param(
        r"With $y_i \in \{-1, 1\}$ let $p(y = 1 \mid x) = \sigma(w^\top x)$, $w, x_i \in \mathbb{R}^d$."
        r"\[ \sum_{i=1}^n \log p(y_i \mid x_i) = \sum_{i=1}^n \log \sigma(y_i w^\top x_i) \]",
        "u",
        id="labels that are signs",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_mass_functions(text: str, expected: str) -> None:
    assert "".join(r.verdict.kind[0] for r in check_text(text).relations) == expected
