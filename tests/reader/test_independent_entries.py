"""Moments of the independent entries of several vectors, said in one sentence.

Letters of the verdicts: h holds, f fails.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"Let all components of $q, k \in \mathbb{R}^{d_k}$ be independent random variables with mean $0$ and variance"
        r" $1$. \[ \mathrm{Var}[q \cdot k] = \sum_{i=1}^{d_k} \mathrm{Var}[q_i k_i] = d_k \]"
        r"\[ \mathrm{Var}\left[\frac{q \cdot k}{\sqrt{d_k}}\right] = d_k \]",
        "hhf",
        id="a list with one set",
    ),
    pytest.param(
        r"Let $u, v \in \mathbb{R}^m$ be random vectors whose entries are independent with mean $\mu$ and variance"
        r" $\sigma^2$. \[ \mathbb{E}[u^\top v] = m \mu^2 \] \[ \mathrm{Var}(u^\top v) = m \sigma^4 \]",
        "hf",
        id="entries behind the names",
    ),
    pytest.param(
        r"Let $y = \sum_{i=1}^n w_i x_i$, where all $w_i$ and $x_i$ are mutually independent with mean zero and"
        r" variances $\sigma_w^2$ and $\sigma_x^2$, respectively."
        r"\[ \operatorname{Var}(y) = n \sigma_w^2 \sigma_x^2 \] \[ \operatorname{Var}(y) = n \sigma_w^4 \]",
        "hf",
        id="a variance for each",
    ),
    pytest.param(
        r"The entries of $a \in \mathbb{R}^n$ have mean zero and variance $\sigma^2$, those of $b \in \mathbb{R}^n$"
        r" mean zero and variance $\tau^2$, and all of them are independent."
        r"\[ \operatorname{Var}(a^T b) = n \sigma^2 \tau^2 \] \[ \operatorname{Var}(a^T b) = n \sigma^2 \|b\|^2 \]",
        "hf",
        id="those of another vector",
    ),
    pytest.param(
        r"The $W_{ij}$ are i.i.d. with zero mean and variance $\sigma^2$. \[ h_{i} = \sum_{j=1}^{n} W_{ij} x_j \]"
        r"The inputs $x_j$ are independent of the $W_{ij}$ and of each other, with zero mean and variance $\gamma^2$."
        r"\[ \mathbb{E}[h_i^2] = \sum_{j=1}^{n} \mathbb{E}[W_{ij}^2] \mathbb{E}[x_j^2] = n \sigma^2 \gamma^2 \]"
        r"\[ \mathbb{E}[h_i^2] = n \sigma^2 \gamma^4 \]",
        "dhhf",
        id="all entries of a matrix",
    ),
    pytest.param(
        r"The weights $W_{ij}$ of $W \in \mathbb{R}^{k \times m}$ are i.i.d. with mean zero and variance $s^2$, and"
        r" $y_i = \sum_{j=1}^m W_{ij} z_j$ with fixed $z \in \mathbb{R}^m$."
        r"\[ \mathrm{Var}(y_i) = s^2 \|z\|^2 \] \[ \mathbb{E}[y_i^2] = m s^2 \]",
        "hf",
        id="a matrix and a fixed vector",
    ),
    pytest.param(
        r"Let $x_1, \dots, x_n$ be independent random variables with zero mean and unit variance and let"
        r" $h = \sum_{j=1}^n a_j x_j$. \[ \mathbb{E}[h] = 0 \] \[ \mathrm{Var}(h) = \sum_{j=1}^n a_j^2 \]"
        r"\[ \mathbb{E}[h^2] = \sum_{j=1}^n a_j \]",
        "hhf",
        id="a list with dots",
    ),
]


@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_entries_of_several_vectors(text: str, verdicts: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == verdicts


SPLIT = r"\[ \mathbb{E}[(t - g - e)^2] = (t - \mathbb{E}[g])^2 + \mathbb{E}[(g - \mathbb{E}[g])^2] + s^2 = s^2 \]"


@pytest.mark.parametrize(
    "words",
    [
        r"Let $t \in \mathbb{R}$, and let noise $e$ of mean zero and variance $s^2$ be independent of the random $g$.",
        r"Let $t \in \mathbb{R}$ and the noise $e$ of mean zero and variance $s^2$, independent of the random $g$.",
        r"Let $t \in \mathbb{R}$ be fixed and let $e$ be independent noise with mean zero and variance $s^2$, $g$ a"
        r" random value independent of $e$.",
        r"With a target $t \in \mathbb{R}$, noise $e$ of zero mean and variance $s^2$, independent of the random $g$,",
    ],
)
def test_a_number_beside_noise_is_not_noise(words: str) -> None:
    found = check_text(f"{words} {SPLIT}", time_limit=60).relations
    assert [r.verdict.kind for r in found] == ["holds", "fails"]
