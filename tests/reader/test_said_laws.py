r"""Laws that words describe: moments beside equations, normal densities by their moments, divergences and entropies."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $x_1, \dots, x_N$ be independent with mean $\mathbb{E}[x_n] = \mu$ and variance "
        r"$\operatorname{var}[x_n] = \sigma^2$, $m = \frac1N \sum_{n=1}^N x_n$."
        r"\[ \mathbb{E}[m^2] = \mu^2 + \frac{\sigma^2}{N} \] \[ \mathbb{E}[m^2] = \mu^2 + \sigma^2 \]"
        r"\[ \operatorname{var}(m) = \frac{\sigma^2}{N} \]",
        "hfh",
        id="moments of members by equations",
    ),
    pytest.param(
        r"Let $p(x)$ and $q(x)$ be the densities of two Gaussians with means $a, b$ and standard deviations $s, t > 0$."
        r"\[ \mathrm{KL}(p, q) = \int p(x) \log\frac{p(x)}{q(x)} dx "
        r"= \log\frac ts + \frac{s^2 + (a-b)^2}{2 t^2} - \frac12 \]"
        r"\[ -\int p(x) \log q(x)\,dx = \frac12 \log(2\pi t^2) + \frac{s^2 - (a-b)^2}{2t^2} \]",
        "hhf",
        id="two normal densities by their moments",
    ),
    pytest.param(
        r"Let $p$ be a Gaussian density with mean $m$ and variance $v$, $q$ the standard normal density."
        r"\[ \int p(x) \log p(x)\,dx = -\frac12 (1 + \log(2\pi v)) \]"
        r"\[ \int p(x) \log q(x)\,dx = -\frac12 \log(2\pi) - \frac{v + m^2}{2} \]",
        "hh",
        id="a density by its moments is not the standard one",
    ),
    pytest.param(
        r"Let $p(x), q(x) > 0$ and $\sum_x p(x) = \sum_x q(x) = 1$."
        r"\[ -D(p||q) = \sum_x p(x) \ln \frac{q(x)}{p(x)} \leq 0 \]"
        r"\[ H(p, q) = -\sum_x p(x) \ln q(x) = H(p) + D(p||q) \geq H(p) \] \[ H(p, q) = H(p) - D(p||q) \]",
        "hhhhhf",
        id="divergence by its bars, entropy and cross entropy",
    ),
    pytest.param(
        r"Let $p, q$ be probability vectors with $K$ positive entries."
        r"\[ KL(p, q) = \sum_{k=1}^K p_k \log \frac{p_k}{q_k} \]"
        r"\[ KL(p, q) = \sum_{k=1}^K q_k \log \frac{p_k}{q_k} \]",
        "hf",
        id="a divergence in plain letters with a comma",
    ),
    pytest.param(
        r"Let the prior be $p(\theta) = \theta^{a-1}(1-\theta)^{b-1}$, $a, b > 1$, $0 < \theta < 1$, and the "
        r"likelihood $p(\mathcal{D} \mid \theta) = \theta^h (1-\theta)^t$ with $h, t \geq 0$."
        r"\[ p(\theta \mid \mathcal{D}) \propto p(\mathcal{D} \mid \theta)\, p(\theta) "
        r"\propto \theta^{h+a-1} (1-\theta)^{t+b-1} \]"
        r"\[ \frac{d}{d\theta} \log p(\theta \mid \mathcal{D}) = \frac{h+a-1}{\theta} - \frac{t+b-1}{1-\theta} \]"
        r"\[ \frac{d}{d\theta} \log p(\theta \mid \mathcal{D}) = \frac{h+a-1}{\theta} + \frac{t+b-1}{1-\theta} \]",
        "dhhf",
        id="the posterior of a prior and a likelihood in prose",
    ),
    pytest.param(
        r"For $\theta \in (0, 1)$ \[ p(\theta | \mathcal{D}) \propto \theta^{x+a-1} (1-\theta)^{n-x+b-1} \] "
        r"where $a, b > 1$ and $0 < x < n$. \[ \mathbb{E}[\theta | \mathcal{D}] = \frac{x + a}{n + a + b} \]"
        r"\[ \mathbb{E}[\theta | \mathcal{D}] = \frac{x + a - 1}{n + a + b} \]",
        "dhf",
        id="the mean of a posterior",
    ),
    pytest.param(
        r"The counts $x_1, \dots, x_m \geq 1$ have the total $\sum_{i=1}^m x_i = n$; $p_i > 0$ with "
        r"$\sum_{i=1}^m p_i = 1$."
        r"\[ J(p, \lambda) = \sum_{i=1}^m x_i \log p_i + \lambda \left(1 - \sum_{i=1}^m p_i\right) \]"
        r"\[ \frac{\partial J}{\partial p_i} = \frac{x_i}{p_i} - \lambda = 0 \]"
        r"\[ \lambda = n, \qquad p_i = \frac{x_i}{n} \] \[ \lambda = 2 n \]",
        "dhdhhf",
        id="a sum that is given its name on the right",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_said_laws(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
