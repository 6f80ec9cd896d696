"""Normal quantities and their densities that only words describe: which spread is given, what is said of it, whose."""

import pytest

from derive import check_text

_DISPLAY = "\n\\[ %s \\]\n"


@pytest.mark.parametrize(
    ("words", "true", "false"),
    [
        (
            r"The noise $\varepsilon$ is normal with mean zero and standard deviation $\sigma > 0$.",
            r"\mathbb{E}[\varepsilon^2] = \sigma^2",
            r"\mathbb{E}[\varepsilon^2] = \sigma",
        ),
        (
            r"Let $z \in \mathbb{R}^k$ be normally distributed with mean $m$ and precision matrix $\Lambda$.",
            r"\mathbb{E}[(z-m)^\top \Lambda (z-m)] = k",
            r"\mathbb{E}[(z-m)^\top \Lambda (z-m)] = \operatorname{tr}(\Lambda)",
        ),
        (
            r"Let $\mathbf{w} \in \mathbb{R}^d$ have a normal distribution with mean $\mathbf{m}$ and known invertible "
            r"covariance $\mathbf{S}$.",
            r"\mathbb{E}[\mathbf{w}\mathbf{w}^\top] = \mathbf{S} + \mathbf{m}\mathbf{m}^\top",
            r"\mathbb{E}[\mathbf{w}\mathbf{w}^\top] = \mathbf{S} - \mathbf{m}\mathbf{m}^\top",
        ),
        (
            r"Suppose $x \in \mathbb{R}^d$ is Gaussian with mean $\mu$ and symmetric positive definite covariance "
            r"matrix $\Sigma$, and let $f$ denote its density.",
            r"\mathbb{E}[\log f(x)] = -\frac d2 \log(2\pi e) - \frac12 \log\det\Sigma",
            r"\mathbb{E}[\log f(x)] = -\frac d2 \log(2\pi) - \frac12 \log\det\Sigma - \frac12",
        ),
        (
            r"Let $X$ be a normal variable with mean $\mu$, variance $\sigma^2$, and write $p$ for its density.",
            r"\mathbb{E}[\ln p(X)] = -\frac12 \ln (2\pi e \sigma^2)",
            r"\mathbb{E}[\ln p(X)] = -\frac12 \ln (2\pi \sigma^2)",
        ),
        (
            r"Let $g$ be the Gaussian density on $\mathbb{R}^D$ with mean $\mu$ and positive definite precision "
            r"$\Lambda \in \mathbb{R}^{D \times D}$. Let $x \in \mathbb{R}^D$.",
            r"\nabla_x \ln g(x) = -\Lambda (x - \mu)",
            r"\nabla_x \ln g(x) = -\Lambda^{-1} (x - \mu)",
        ),
        (
            r"Let $p$ be the normal density of $z \in \mathbb{R}^2$ with mean $0$ and covariance $I$, and let $q$ be "
            r"the product of two normal densities with means $m_1, m_2$ and standard deviations $s_1, s_2 > 0$.",
            r"\mathrm{KL}(q \| p) = \frac12 (s_1^2 + s_2^2 + m_1^2 + m_2^2) - \ln (s_1 s_2) - 1",
            r"\mathrm{KL}(q \| p) = \frac12 (s_1 + s_2 + m_1^2 + m_2^2) - \ln (s_1 s_2) - 1",
        ),
    ],
)
def test_normals_in_words(words: str, true: str, false: str) -> None:
    kinds = [
        check_text(words + _DISPLAY % line).relations[0].verdict.kind for line in (true, false)
    ]
    assert kinds == ["holds", "fails"]


def test_a_density_that_is_nobodys_stays_unknown() -> None:
    words = r"Let $x \in \mathbb{R}$ be normal with mean $0$ and variance $1$. The density $p$ has a peak at $c$."
    report = check_text(words + _DISPLAY % r"\mathbb{E}[\ln p(x)] = 0")
    assert report.relations[0].verdict.kind == "unchecked"
