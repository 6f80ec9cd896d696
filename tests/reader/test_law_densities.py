r"""Densities of what has a law, likelihoods of data, posteriors up to a factor, sample means in words."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $x_i \sim \mathcal{N}(\mu, \sigma^2)$ be i.i.d. for $i = 1, \dots, n$, with prior "
        r"$\mu \sim \mathcal{N}(\mu_0, \tau^2)$. The data are $D = \{x_1, \dots, x_n\}$."
        r"\[ p(\mu \mid D) \propto p(D \mid \mu) p(\mu)"
        r" \propto \exp\left(-\frac{\sum_{i=1}^n (x_i - \mu)^2}{2 \sigma^2}"
        r" - \frac{(\mu - \mu_0)^2}{2 \tau^2}\right) \]"
        r"\[ \frac{\partial}{\partial \mu} \log p(\mu \mid D)"
        r" = \frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu) - \frac{\mu - \mu_0}{\tau^2} \]"
        r"\[ \frac{\partial}{\partial \mu} \log p(\mu \mid D)"
        r" = \frac{1}{\sigma^2} \sum_{i=1}^n (x_i - \mu) + \frac{\mu - \mu_0}{\tau^2} \]",
        "hhhf",
        id="the posterior of a mean",
    ),
    pytest.param(
        r"Observations $y_1, \dots, y_m$ are drawn from $\mathcal{N}(b, s^2)$, with $s > 0$."
        r"\[ p(y_1, \dots, y_m \mid b, s^2) = \prod_{j=1}^m p(y_j \mid b, s^2)"
        r" = (2 \pi s^2)^{-m/2} \exp\left(-\frac{1}{2 s^2} \sum_{j=1}^m (y_j - b)^2\right) \]"
        r"\[ \log p(y_1, \dots, y_m \mid b, s^2)"
        r" = -\frac{m}{2} \log(2 \pi s) - \frac{1}{2 s^2} \sum_{j=1}^m (y_j - b)^2 \]",
        "hhf",
        id="a likelihood of a list",
    ),
    pytest.param(
        r"Let $k_i \sim \mathrm{Poisson}(\lambda)$, $i = 1, \dots, N$, $\lambda > 0$."
        r"\[ \ell(\lambda) = \sum_{i=1}^N \log P(k_i \mid \lambda) \]"
        r"\[ \ell(\lambda) = \log \lambda \sum_{i=1}^N k_i - N \lambda - \sum_{i=1}^N \log k_i! \]"
        r"\[ \ell(\lambda) = \log \lambda \sum_{i=1}^N k_i - \lambda - \sum_{i=1}^N \log k_i! \]",
        "dhf",
        id="counts",
    ),
    pytest.param(
        r"Let $z \sim \mathcal{N}(0, I)$ in $\mathbb{R}^k$ and $x \mid z \sim \mathcal{N}(W z, \beta^{-1} I)$ with "
        r"$W \in \mathbb{R}^{d \times k}$ and $\beta > 0$."
        r"\[ \nabla_z \log p(x \mid z) = \beta W^\top (x - W z) \] \[ \nabla_z \log p(z) = -z \]"
        r"\[ \nabla_z \log p(x \mid z) = W^\top (x - W z) \]",
        "hhf",
        id="a conditional law",
    ),
    pytest.param(
        r"Suppose $x \sim \mathcal{N}(\mu, \Sigma)$ on $\mathbb{R}^n$."
        r"\[ -\int p(x) \log p(x) \, dx = \frac{1}{2} \log\det(2 \pi e \Sigma) \]"
        r"\[ -\int p(x) \log p(x) \, dx = \frac{1}{2} \log\det(2 \pi \Sigma) + \frac{n}{2} \]"
        r"\[ \nabla_x \log p(x) = -\Sigma^{-1} (x - \mu) \] \[ \nabla_x \log p(x) = \Sigma^{-1} (x - \mu) \]",
        "hhhf",
        id="an entropy",
    ),
    pytest.param(
        r"Let $x_i \sim \mathcal{N}(\mu, L^{-1})$, $i = 1, \dots, n$, with sample mean $\bar{x}$, and prior "
        r"$\mu \sim \mathcal{N}(\mu_0, L_0^{-1})$ on $\mathbb{R}^d$, where $L, L_0 \in \mathbb{R}^{d \times d}$."
        r"\[ L_n = L_0 + n L, \qquad \mu_n = L_n^{-1} (L_0 \mu_0 + n L \bar{x}) \]"
        r"\[ L_0 (\mu_0 - \mu) + L \sum_{i=1}^n (x_i - \mu) = L_n (\mu_n - \mu) \]"
        r"\[ L_0 (\mu_0 - \mu) + L \sum_{i=1}^n (x_i - \mu) = L_n (\mu - \mu_n) \]",
        "ddhf",
        id="parameters after n observations",
    ),
    pytest.param(
        r"Let $x_1, \dots, x_n \in \mathbb{R}$ and let $\bar{x}$ be the average of the data."
        r"\[ \sum_{i=1}^n (x_i - \bar{x}) = 0 \]"
        r"\[ \sum_{i=1}^n (x_i - \bar{x})^2 = \sum_{i=1}^n x_i^2 - n \bar{x}^2 \]"
        r"\[ \sum_{i=1}^n (x_i - \bar{x})^2 = \sum_{i=1}^n x_i^2 + n \bar{x}^2 \]",
        "hhf",
        id="a sample mean",
    ),
    pytest.param(
        r"Let $x \sim \mathcal{N}(\mu, \sigma^2)$ and $\mu \sim \mathcal{N}(0, 1)$. \[ p(x) = p(x \mid \mu) \]",
        "u",
        id="an evidence is another density",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_law_densities(text: str, expected: str) -> None:
    found = "".join(r.verdict.kind[0] for r in check_text(text).relations)
    assert found == expected or (expected == "u" and found in "ud")
