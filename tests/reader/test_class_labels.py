r"""Classes under a letter with numbers, `p(x \mid C_1)`, and priors that are equal in formulas or in words."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"For classes $\omega_1, \omega_2$ with $P(\omega_1) = \pi_1$ and $P(\omega_2) = 1 - \pi_1$, $0 < \pi_1 < 1$:"
        r"\[ P(\omega_1 \mid x) = \frac{p(x \mid \omega_1) P(\omega_1)}{p(x)}, \qquad"
        r" P(\omega_1 \mid x) + P(\omega_2 \mid x) = 1 \] \[ P(\omega_1 \mid x) = p(x \mid \omega_1) P(\omega_1) \]",
        "hhf",
        id="two letters for laws",
    ),
    pytest.param(
        r"Let $p(t \mid \mathcal{C}_1) = \alpha e^{-\alpha t}$ and $p(t \mid \mathcal{C}_2) = \beta e^{-\beta t}$ with"
        r" $\alpha, \beta, t > 0$, and $p(\mathcal{C}_1) = p(\mathcal{C}_2) = \frac12$."
        r"\[ p(\mathcal{C}_1 \mid t) = \frac{p(t \mid \mathcal{C}_1)}"
        r"{p(t \mid \mathcal{C}_1) + p(t \mid \mathcal{C}_2)}"
        r" = \frac{1}{1 + \frac{\beta}{\alpha} e^{(\alpha - \beta) t}} \]"
        r"\[ p(\mathcal{C}_2 \mid t) = \frac{1}{1 + \frac{\beta}{\alpha} e^{(\alpha - \beta) t}} \]",
        "hhf",
        id="exponential classes",
    ),
    pytest.param(
        r"Suppose $p(x|C_k) = \mathcal{N}(x; \mu_k, \sigma^2)$ for $k = 1, 2$, $\sigma > 0$, and $p(C_1) = p(C_2)$."
        r"\[ \log \frac{p(C_1|x)}{p(C_2|x)} = \log \frac{p(x|C_1)}{p(x|C_2)}"
        r" = \frac{\mu_1 - \mu_2}{\sigma^2} \left(x - \frac{\mu_1 + \mu_2}{2}\right) \]"
        r"\[ \log \frac{p(C_1|x)}{p(C_2|x)}"
        r" = \frac{\mu_1 - \mu_2}{\sigma^2} \left(x - \frac{\mu_1 - \mu_2}{2}\right) \]",
        "hhf",
        id="equal priors in a formula",
    ),
    pytest.param(
        r"Class densities $p(x|C_k) = \mathcal{N}(x|m_k, S)$, $k = 1, 2$, symmetric positive definite $S$, priors"
        r" $p(C_1)$, $p(C_2)$ and $\sigma(a) = 1/(1 + e^{-a})$."
        r"\[ a = \log \frac{p(x|C_1) p(C_1)}{p(x|C_2) p(C_2)} \] \[ p(C_1|x) = \sigma(a) \]"
        r"\[ a = (m_1 - m_2)^\top S^{-1} x - \frac12 m_1^\top S^{-1} m_1 + \frac12 m_2^\top S^{-1} m_2"
        r" + \log \frac{p(C_1)}{p(C_2)} \] \[ p(C_2|x) = \sigma(a) \]",
        "dhhf",
        id="any priors",
    ),
    pytest.param(
        r"Mail is spam ($y=1$) or not ($y=0$), with equal priors, and $x \mid y = k \sim \mathcal{N}(m_k, 1)$."
        r"\[ \log \frac{P(y=1 \mid x)}{P(y=0 \mid x)} = (m_1 - m_0) x - \frac{m_1^2 - m_0^2}{2} \]"
        r"\[ \log \frac{P(y=1 \mid x)}{P(y=0 \mid x)} = (m_1 - m_0) x - m_1^2 + m_0^2 \]",
        "hf",
        id="equal priors in words",
    ),
    pytest.param(
        r"Let $C_1, C_2 > 0$ be two costs. \[ \log(C_1 C_2) = \log C_1 + \log C_2 \] \[ \log(C_1 C_2) = C_1 + C_2 \]",
        "hf",
        id="no classes",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_class_labels(text: str, expected: str) -> None:
    assert "".join(r.verdict.kind[0] for r in check_text(text).relations) == expected
