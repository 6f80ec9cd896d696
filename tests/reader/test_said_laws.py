r"""Laws that words describe: moments beside equations, normal densities by their moments, divergences and entropies."""

from __future__ import annotations

import os

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
    pytest.param(
        r"Let $x_1, \dots, x_n > 0$ and $\lambda > 0$. "
        r"\[ -\ln L(\lambda) = \lambda \sum_{i=1}^n x_i - n \ln \lambda \]"
        r"\[ -\frac{d \ln L}{d\lambda} = \sum_{i=1}^n x_i - \frac{n}{\lambda} \]"
        r"\[ \frac{d \ln L}{d\lambda} = \sum_{i=1}^n x_i - \frac{n}{\lambda} \]",
        "dhf",
        id="a likelihood by minus its logarithm",
    ),
    pytest.param(
        r"For $k = 1, \dots, K$ let $m_k \in \mathbb{R}^D$, $w_k > 0$, $\Sigma_k \in \mathbb{R}^{D \times D}$ "
        r"symmetric positive definite; the density of a point $x_n \in \mathbb{R}^D$ is "
        r"$p(x_n) = \sum_{j=1}^K w_j \mathcal{N}(x_n | m_j, \Sigma_j)$."
        r"\[ \nabla_{m_k} p(x_n) = w_k \mathcal{N}(x_n | m_k, \Sigma_k) \Sigma_k^{-1} (x_n - m_k) \]"
        r"\[ \nabla_{m_k} p(x_n) = w_k \mathcal{N}(x_n | m_k, \Sigma_k) \Sigma_k^{-1} (m_k - x_n) \]",
        "hf",
        id="a density at a member",
    ),
    pytest.param(
        r"Let $q(z)$ be a Gaussian with mean $\mu$ and variance $\sigma^2$, $p(z)$ the standard normal density."
        r"\[ \mathbb{E}_{q(z)}[\log p(z)] = -\frac12\log(2\pi) - \frac12(\mu^2 + \sigma^2) \]"
        r"\[ \mathbb{E}_q[\log q(z)] = -\frac12\log(2\pi) - \frac12(2 + \log\sigma^2) \] \[ \mathbb{E}_q[x] = x \]",
        "hfu",
        id="expectations under a density in words",
    ),
    pytest.param(
        r"Let $y_i$, $i = 1, \dots, n$, be independent, where $p(y_i | \theta)$ is normal with mean $\theta$ and "
        r"variance $s$, and let the prior $p(\theta)$ be normal with mean $0$ and variance $t$."
        r"\[ p(\theta | y) \propto p(\theta) \prod_{i=1}^n p(y_i|\theta) "
        r"\propto \exp\left(-\frac{1}{2s} \sum_{i=1}^n (y_i - \theta)^2 - \frac{\theta^2}{2t}\right) \]",
        "dh",
        id="likelihood and prior in words",
    ),
    pytest.param(
        r"Let $s, y > 0$. \[ \log \frac{1}{s} \exp(-y^2) = -\log s - y^2 \] \[ \log s \exp(-y) = \log s - y \]"
        r"\[ \log \frac{1}{s} \exp(-y^2) = -\log s + y^2 \]",
        "hhf",
        id="the logarithm of a density without brackets",
    ),
    pytest.param(
        r"Let $r_j^{(i)} > 0$ be weights, $\sum_{j=1}^k r_j^{(i)} = 1$ for $i = 1, \dots, m$."
        r"\[ \sum_{i=1}^m \sum_{j=1}^k r_j^{(i)} = m \] \[ \sum_{i=1}^m \sum_{j=1}^k r_j^{(i)} = k \]",
        "hf",
        id="weights with an index above that sum to one",
    ),
    pytest.param(
        r"Let $p(x), q(x) > 0$ and $\sum_x p(x) = \sum_x q(x) = 1$."
        r"\[ D[p(x) \| q(x)] = \sum_x p(x) \ln \frac{p(x)}{q(x)} \]"
        r"\[ \mathfrak{D}_\text{KL}[p(x) \mid\mid q(x)] = \sum_x p(x) \ln \frac{q(x)}{p(x)} \]",
        "hf",
        id="divergences in other fonts",
    ),
    pytest.param(
        r"For $x_i \in \mathbb{R}^d$, $y_i \in \mathbb{R}$, $i = 1, \dots, n$, and $w \in \mathbb{R}^d$ let "
        r"$X \in \mathbb{R}^{n \times d}$ have the rows $x_i^T$ and $\vec{y} \in \mathbb{R}^n$ be the targets."
        r"\[ \sum_{i=1}^n (y_i - w^T x_i) x_i = X^T (\vec{y} - X w) \]"
        r"\[ \sum_{i=1}^n (y_i - w^T x_i) x_i = X^T (\vec{y} + X w) \]",
        "hf",
        id="numbers and their vector in another font",
    ),
]


#: every one by `DERIVE_SLOW_TESTS`, else some
CHOSEN = list(CASES) if os.environ.get("DERIVE_SLOW_TESTS") else list(CASES)[::2]


@pytest.mark.parametrize(("text", "wanted"), CHOSEN)
def test_said_laws(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
