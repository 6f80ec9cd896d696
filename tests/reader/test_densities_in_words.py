r"""Densities that sentences describe: several at once, by laws or by moments, on a space, with diagonal covariances."""

from __future__ import annotations

import os

import pytest

from derive import check_text
from derive.reader.rewriting.densities_in_words import with_worded_densities
from derive.reader.source.documents import read_document
from derive.reader.source.places import Source, kind_of

CASES = [
    pytest.param(
        r"Let $p$ and $q$ be Gaussian densities on $\mathbb{R}^n$ with means $a$ and $b$ and a common "
        r"covariance matrix $S$.",
        r"\mathrm{KL}(p \,\|\, q) = \frac12 (a-b)^\top S^{-1} (a-b)",
        r"\mathrm{KL}(p \,\|\, q) = \frac12 (a-b)^\top S (a-b)",
        id="a common covariance",
    ),
    pytest.param(
        r"The prior $p(z)$ is the standard normal density on $\mathbb{R}^K$, and the approximate "
        r"posterior $q(z)$ is Gaussian with mean $m$ and diagonal covariance with entries $s_k^2$.",
        r"\mathrm{KL}(q(z) \,\|\, p(z)) = \frac12 \sum_{k=1}^K (m_k^2 + s_k^2 - \log s_k^2 - 1)",
        r"\mathrm{KL}(q(z) \,\|\, p(z)) = \frac12 \sum_{k=1}^K (m_k^2 + s_k^2 + \log s_k^2 - 1)",
        id="a diagonal covariance by its entries",
    ),
    pytest.param(
        r"Let $q(\theta)$ be Gaussian on $\mathbb{R}^D$ with mean $\mu$ and covariance $\Sigma$; all "
        r"expectations are taken with respect to $q$.",
        r"\mathbb{E}[\theta\theta^\top] = \Sigma + \mu\mu^\top",
        r"\mathbb{E}[\theta\theta^\top] = \Sigma - \mu\mu^\top",
        id="all expectations under one density",
    ),
    pytest.param(
        r"Let $q(z)$ be the Gaussian density on $\mathbb{R}^D$ with mean $\mu$ and covariance $\Sigma$.",
        r"\mathbb{E}_{q(z)}[z^\top z] = \operatorname{tr}\Sigma + \mu^\top\mu",
        r"\mathbb{E}_{q(z)}[z^\top z] = \operatorname{tr}\Sigma - \mu^\top\mu",
        id="a mean under a density of vectors",
    ),
    pytest.param(
        r"Let $g(t)$ be a zero-mean Gaussian density with variance $v$.",
        r"\int t^2 g(t)\,dt = v",
        r"\int t^2 g(t)\,dt = v^2",
        id="mean zero in front",
    ),
    pytest.param(
        r"Let $p_1(x)$ and $p_2(x)$ be normal densities with means $\mu_1$ and $\mu_2$ and variances "
        r"$\sigma_1^2$ and $\sigma_2^2$, respectively.",
        r"\log\frac{p_1(x)}{p_2(x)} = \log\frac{\sigma_2}{\sigma_1} - \frac{(x-\mu_1)^2}{2\sigma_1^2} + "
        r"\frac{(x-\mu_2)^2}{2\sigma_2^2}",
        r"\log\frac{p_1(x)}{p_2(x)} = \log\frac{\sigma_2}{\sigma_1} - \frac{(x-\mu_1)^2}{\sigma_1^2} + "
        r"\frac{(x-\mu_2)^2}{2\sigma_2^2}",
        id="means and variances, respectively",
    ),
    pytest.param(
        r"The class-conditional densities $f_0(x)$ and $f_1(x)$ are Gaussian on $\mathbb{R}^p$ with means "
        r"$m_0, m_1$ and shared covariance $\Sigma$.",
        r"\log\frac{f_1(x)}{f_0(x)} = x^\top\Sigma^{-1}(m_1-m_0) - \frac12 "
        r"(m_1+m_0)^\top\Sigma^{-1}(m_1-m_0)",
        r"\log\frac{f_1(x)}{f_0(x)} = x^\top\Sigma^{-1}(m_1-m_0) - \frac12 "
        r"(m_1-m_0)^\top\Sigma^{-1}(m_1-m_0)",
        id="shared covariance of classes",
    ),
    pytest.param(
        r"Let $q(\mathbf{z}) = \mathcal{N}(\mathbf{z} \mid \mathbf{m}, \mathbf{s}^2)$ have diagonal "
        r"covariance, where $\mathbf{m}, \mathbf{s} \in \mathbb{R}^L$ and $s_l > 0$, and let "
        r"$p(\mathbf{z}) = \mathcal{N}(\mathbf{z} \mid \mathbf{0}, \mathbf{I})$.",
        r"D_\text{KL}(q(\mathbf{z}) \| p(\mathbf{z})) = -\frac12 \sum_{l=1}^L (1 + \log s_l^2 - m_l^2 - "
        r"s_l^2)",
        r"D_\text{KL}(q(\mathbf{z}) \| p(\mathbf{z})) = -\frac12 \sum_{l=1}^L (1 + \log s_l - m_l^2 - "
        r"s_l^2)",
        id="a vector in the place of a covariance",
    ),
    pytest.param(
        r"Let $p(x)$ be the Gaussian density on $\mathbb{R}^d$ with mean $\mu$ and covariance $\sigma^2 "
        r"I$, $\sigma > 0$.",
        r"\log p(x) = -\frac d2\log(2\pi\sigma^2) - \frac{\|x-\mu\|^2}{2\sigma^2}",
        r"\log p(x) = -\frac d2\log(2\pi\sigma) - \frac{\|x-\mu\|^2}{2\sigma^2}",
        id="a multiple of the identity",
    ),
    pytest.param(
        r"Consider two multivariate Gaussian densities $p(x)$ and $q(x)$ on $\mathbb{R}^m$. They have "
        r"mean vectors $a, b$ and covariance matrices $A, B$.",
        r"\int p(x)\log p(x)\,dx = -\frac12\log\det(2\pi e A)",
        r"\int p(x)\log p(x)\,dx = -\frac12\log\det(2\pi A)",
        id="moments in a sentence of their own",
    ),
]


#: every one by `DERIVE_SLOW_TESTS`, else some
CHOSEN = list(CASES) if os.environ.get("DERIVE_SLOW_TESTS") else list(CASES)[::2]


@pytest.mark.parametrize(("words", "true", "false"), CHOSEN)
def test_densities_in_words(words: str, true: str, false: str) -> None:
    lines = (f"{words}\n\\[ {line} \\]\n" for line in (true, false))
    found = [check_text(text, time_limit=60).relations[0].verdict.kind for text in lines]
    assert found == ["holds", "fails"]


BOLD = [
    r"Let $\mathbf{z} \in \mathbb{R}^J$. \[ \log\mathcal{N}(\mathbf{z}; \mathbf{0}, \mathbf{I}) "
    r"= -\frac12\mathbf{z}^\top\mathbf{z} - \frac J2\log(2\pi) \]",
    r"Let $\boldsymbol{\sigma} \in \mathbb{R}^J$ with entries $\sigma_j > 0$. "
    r"\[ \boldsymbol{\sigma}^\top \boldsymbol{\sigma} = \sum_{j=1}^J \sigma_j^2 \]",
]


@pytest.mark.parametrize("text", BOLD)
def test_bold_identities_and_entries_of_bold_vectors(text: str) -> None:
    assert check_text(text).relations[0].verdict.kind == "holds"


def test_a_body_with_another_factor_is_no_normal_density() -> None:
    words = (
        r"Let $x, m \in \mathbb{R}^d$ and $p(x) = 3 (2\pi)^{-d/2} \exp(-\frac12 (x-m)^\top (x-m))$."
    )
    claim = r"\[ \int p(x)\,dx = 1 \]"
    assert check_text(words + claim).relations[0].verdict.kind != "holds"


def test_ratios_of_laws_of_a_label_and_another_member_of_a_displayed_function() -> None:
    words = (
        r"Let $\Pr(Y=c \mid X=x) \propto w_c f_c(x)$ with $w_k, w_\ell > 0$, where the densities $f_k$ and "
        r"$f_\ell$ are Gaussian on $\mathbb{R}^p$ with means $m_k, m_\ell$ and a common covariance $S$. Let "
        r"\[ g_k(x) = x^\top S^{-1} m_k - \frac12 m_k^\top S^{-1} m_k + \log w_k. \]"
    )
    ratio = r"\log\frac{\Pr(Y=k\mid X=x)}{\Pr(Y=\ell\mid X=x)}"
    claims = rf"\[ {ratio} = g_k(x) - g_\ell(x) \] \[ {ratio} = g_k(x) + g_\ell(x) \]"
    found = [r.verdict.kind for r in check_text(words + claims).relations]
    assert found == ["definition", "holds", "fails"]


@pytest.mark.parametrize(
    "words",
    [
        r"Let $f$ be smooth and $x$ a Gaussian vector with mean $\mu$ and covariance $\Sigma$ on $\mathbb{R}^d$.",
        r"Let $g \in \mathbb{R}^d$ be Gaussian with mean $0$ and covariance $S$.",
        r"The noise $r$ has a normal distribution with mean $a$ and variance $b$.",
        r"Let $f$ be a function of $x$, which is Gaussian on $\mathbb{R}^d$ with mean $m$ and covariance $S$.",
    ],
)
def test_random_names_and_functions_are_no_densities(words: str) -> None:
    document = read_document(Source("note.tex", words, kind_of("note.tex")))
    assert with_worded_densities(document) == document
