r"""Entries counted from zero, and names with a star above."""

import pytest

from derive import check_text

INTERCEPT = r"""Let $x^{(i)}, \theta \in \mathbb{R}^{n+1}$ and $y^{(i)} \in \mathbb{R}$.
\[ J(\theta) = \frac12 \sum_{i=1}^m \Big(\sum_{j=0}^n \theta_j x_j^{(i)} - y^{(i)}\Big)^2 \]
"""
RATES = r"""Let $\log(\lambda_i) = \sum_{j=0}^p \beta_j x_{ij}$ and
\[ l(\beta) = \sum_{i=1}^n \left( y_i \sum_{j=0}^p \beta_j x_{ij} - e^{\sum_{j=0}^p \beta_j x_{ij}} \right) \]
"""
POLYNOMIAL = r"""Let $y(x, w) = \sum_{j=0}^M w_j x^j$ with $w \in \mathbb{R}^{M+1}$ and $x \in \mathbb{R}$.
"""
CASES = [
    (
        INTERCEPT
        + r"\[ \frac{\partial J}{\partial \theta_j} = \sum_{i=1}^m (\theta^T x^{(i)} - y^{(i)}) x_j^{(i)} \]",
        "dh",
    ),
    (
        INTERCEPT
        + r"\[ \frac{\partial J}{\partial \theta_j} = \sum_{i=1}^m (\theta^T x^{(i)} - y^{(i)}) \]",
        "df",
    ),
    (
        RATES
        + r"\[ \frac{\partial l}{\partial \beta_a} = \sum_{i=1}^n (y_i - e^{\sum_{j=0}^p \beta_j x_{ij}}) x_{ia} \]",
        "dh",
    ),
    (
        RATES
        + r"\[ \frac{\partial l}{\partial \beta_a} = \sum_{i=1}^n (y_i + e^{\sum_{j=0}^p \beta_j x_{ij}}) x_{ia} \]",
        "df",
    ),
    (
        POLYNOMIAL + r"\[ \frac{\partial y}{\partial w_i} = x^i \]",
        "h",
    ),
    (
        POLYNOMIAL + r"\[ \frac{\partial y}{\partial w_i} = x^{i+1} \]",
        "f",
    ),
    (
        POLYNOMIAL + r"\[ y(x, w) = w_0 + \sum_{j=1}^M w_j x^j \] "
        r"\[ y(x, w) = w_1 + \sum_{j=1}^M w_j x^j \]",
        "hf",
    ),
    (
        r"\[ h(x) = \sum_{j=0}^n \theta_j x_j = \theta^T x \] "
        r"\[ \frac{\partial h(x)}{\partial \theta_k} = x_k \]",
        "dhh",
    ),
    (
        r"\[ h(x) = \sum_{j=1}^n \theta_j x_j = \theta^T x \] "
        r"\[ \frac{\partial h(x)}{\partial \theta_k} = \theta_k \]",
        "dhf",
    ),
    (
        r"Let $g \in (0, 1)$. "
        r"\[ G = \sum_{t=0}^T g^t r_t \] "
        r"\[ \frac{\partial G}{\partial r_k} = g^k \] "
        r"\[ G = r_1 + \sum_{t=1}^T g^t r_t \]",
        "dhf",
    ),
    (
        r"Let $a_0, a_1, \dots, a_n \in \mathbb{R}$. "
        r"\[ p(x) = \sum_{k=0}^n a_k x^k \] "
        r"\[ p(0) = a_0 \] "
        r"\[ p(1) = a_0 \]",
        "dhf",
    ),
    (
        r"Let $t \in \mathbb{R}^n$. "
        r"\[ \|t - t^*\|^2 = \|t\|^2 - 2 t^T t^* + \|t^*\|^2 \] "
        r"\[ (t^{*})^{T} (t + a u) = t^T t^* + a u^T t^{\star} \]",
        "hu",
    ),
    (
        r"Let $t \in \mathbb{R}^n$. "
        r"\[ \|t - t^*\|^2 = \|t\|^2 + \|t^*\|^2 \]",
        "u",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_verdicts(text: str, wanted: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
