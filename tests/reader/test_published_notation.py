"""Notation of published derivations of estimators and classifiers: what its words declare, and what it claims.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"A vector $m \in \mathbb{R}^k$ and a symmetric positive definite $k \times k$ precision matrix $\mathbf{P}$."
        r"\[ \log |\mathbf{P}^2| = 2 \log |\mathbf{P}| \] \[ m^\top \mathbf{P} = m^\top \mathbf{P}^\top \]",
        "hh",
        id="adjectives before the size of a matrix",
    ),
    pytest.param(
        r"Let $0 < q < 1$. \[ \eta = \ln\frac{q}{1-q} \] \[ q = \frac{e^\eta}{1 - e^\eta} \]",
        "df",
        id="a name that is given is claimed by what is defined with it in a power",
    ),
    pytest.param(
        r"Let $u \in \mathbb{R}^C$, $y \in \mathbb{R}^C$ and $\ell_j = -y_j \log q_j$ with "
        r"\[ q_j = \frac{\exp(u_j)}{\sum_k \exp(u_k)}. \]"
        r"\[ \frac{\partial \ell_j}{\partial q_j} = -\frac{y_j}{q_j} \]",
        "dh",
        id="members that are defined after what is built on them",
    ),
    pytest.param(
        r"Let $A \in \mathbb{R}^{m \times n}$, $w \in \mathbb{R}^n$ and $g(w) = A w$."
        r"\[ \frac{\partial}{\partial w} g(w)^T = A^T \] \[ \frac{\partial}{\partial w} (w^T A^T) = A \]",
        "hf",
        id="a row differentiated by a vector",
    ),
    pytest.param(
        r"Let $A$ be $m \times n$ with $A^T A$ invertible, $b = A u + \eta$, $E(\eta) = 0$ and "
        r"$\text{Var}(\eta) = s^2 I_m$ with $s > 0$; $\hat u = (A^T A)^{-1} A^T b$ is an unbiased estimator."
        r"\[ E(\hat u) = u + (A^T A)^{-1} A^T \underbrace{E(\eta)}_{= 0} = E(u) \]"
        r"\[ \text{Var}(\hat u) = s^2 (A^T A)^{-1} \] \[ \text{Var}(\hat u) = s^2 A^T A \]",
        "hhhf",
        id="moments that prose gives, a plain E, and an inverse that exists",
    ),
    pytest.param(
        r"The $z_1, \dots, z_m$ are i.i.d. with mean $\nu$ and variance $\tau^2$, $\bar z = \frac1m \sum_{j=1}^m z_j$."
        r"\[ \mathrm{Var}(\bar z) = \frac{\tau^2}{m} \]"
        r"\[ \mathbb{E}\Big[\sum (z_j - \bar z)^2\Big] = m \tau^2 \]",
        "hf",
        id="independent members with moments in words, a sum without an index",
    ),
    pytest.param(
        r"Let $k$ be a Bernoulli variable with success probability $r$, $0 < r < 1$, and $u(r) = \frac{k - r}{r(1-r)}$."
        r"\[ \mathbb{E}[u(r)] = 0 \] \[ \mathbb{E}[u(r)^2] = \frac{1}{r(1-r)} \]"
        r"\[ \mathbb{E}[u(r)^2] = \frac{1}{r} \]",
        "hhf",
        id="a Bernoulli variable in words, inside a function",
    ),
    pytest.param(
        r"Let $\hat a$ be an estimator with variance $V(\hat a)$ of $a \in \mathbb{R}$ and "
        r"$\text{Bias}(\hat a) = E[\hat a] - a$."
        r"\[ E[(\hat a - a)^2] = V(\hat a) + \text{Bias}(\hat a)^2 \]"
        r"\[ E[(\hat a - a)^2] = V(\hat a) - \text{Bias}(\hat a)^2 \]",
        "hf",
        id="a variance that prose calls so, a functional",
    ),
    pytest.param(
        r"Let $t \in \{-1, 1\}$ and $s \in \mathbb{R}$. \[ NLL = log(1 + e^{-ts}) \]"
        r"\[ \frac{\partial NLL}{\partial s} = \frac{-t}{1 + e^{ts}} \]"
        r"\[ \frac{\partial NLL}{\partial s} = \frac{-t}{1 + e^{-ts}} \]",
        "dhf",
        id="words in plain letters",
    ),
    pytest.param(
        r"The label is $t \in \{0, 1\}$ with $p(t=1) = \pi$, and $u \mid t = 0 \sim \mathcal{N}(m_0, S)$, "
        r"$u \mid t = 1 \sim \mathcal{N}(m_1, S)$ with $u, m_0, m_1 \in \mathbb{R}^d$, $S$ symmetric positive definite."
        r"\[ p(t=1 \mid u) = \frac{p(u \mid t=1)\,p(t=1)}{p(u)} \]"
        r"\[ \log\frac{p(t=1 \mid u)}{p(t=0 \mid u)} = (m_1 - m_0)^\top S^{-1} \Big(u - \frac{m_0 + m_1}{2}\Big)"
        r" + \log\frac{\pi}{1-\pi} = (m_1 - m_0)^\top S^{-1} u \]",
        "hhf",
        id="laws of a label: Bayes' rule and the log odds of two Gaussians",
    ),
    pytest.param(
        r"Let $V \in \{0,1\}^m$, let its entries be independent given $T$ with "
        r"$P(V_j|T=1) = a_j^{V_j} (1-a_j)^{1-V_j}$, $P(V_j|T=0) = b_j^{V_j} (1-b_j)^{1-V_j}$, $0 < a_j, b_j < 1$."
        r"\[ \frac{P(T=1|V)}{P(T=0|V)} = \frac{P(T=1)}{P(T=0)} \prod_{j=1}^m \frac{P(V_j|T=1)}{P(V_j|T=0)} \]"
        r"\[ P(T=0|V) = 1 - P(T=1|V) = P(V|T=0) \]",
        "hhf",
        id="laws of a label: a naive Bayes classifier",
    ),
    pytest.param(
        r"Set $E[Z] = \bar z$ and $\text{Var}(Z) = v$, where $E[Z] = k s$ and "
        r"$\text{Var}(Z) = k s^2$ with $k, s, v, \bar z > 0$:"
        r"\[ k s = \bar z \] \[ k s^2 = v \] Divide: \[ s = \frac{v}{\bar z} \] \[ k = \frac{\bar z}{v} \]",
        "ddhf",
        id="two equations of moments",
    ),
    pytest.param(
        r"Here $t = y\,w^Tx$ with $x, w \in \mathbb{R}^n$, $y \in \{-1,1\}$, and $J = \log(1 + e^{-t})$. We write "
        r"$\partial_j$ for $\frac{\partial}{\partial w_j}$, and $H$ for the Hessian of $J$ with respect to $w$."
        r"\[ \partial_{jk} J = \frac{e^t}{(1+e^t)^2} x_j x_k \] \[ \partial_k J = \frac{y x_k}{1+e^t} \] \[ H = H^T \]",
        "hfh",
        id="signs of derivatives that words explain",
    ),
    pytest.param(
        r"Let $k \in \{0, 1\}$, $0 < r < 1$, $p(k \rvert r) = r^k (1-r)^{1-k}$ and "
        r"$p(r \rvert a, b) \propto r^{a-1} (1-r)^{b-1}$, "
        r"$a, b > 0$. As functions of $r$,"
        r"\[ p(k \rvert r)\,p(r \rvert a, b) \propto r^{a+k-1} (1-r)^{b-k} "
        r"\propto p(r \rvert a+k, b+1-k) \propto r^{a+k} (1-r)^{b-k} \]",
        "hhf",
        id="proportions in the variable that words name",
    ),
    pytest.param(
        r"For independent positive observations $u_1, \dots, u_n$ and a scale $s > 0$"
        r"\[ \ln L = \sum_i \Big[ \ln u_i - 2 \ln s - \frac{u_i^2}{2 s^2} \Big] \]"
        r"\[ \frac{\partial \ln L}{\partial s} = \sum_i \Big[ \frac{u_i^2}{s^3} - \frac{2}{s} \Big] \]"
        r"Set the derivative to zero: \[ \hat s^2 = \frac{1}{2n} \sum_i u_i^2 = \frac{1}{n} \sum_i u_i^2 \]",
        "dhhf",
        id="the logarithm of a bare likelihood, members of a list, the square of an estimate",
    ),
    pytest.param(
        r"Let $f(k|r) = r^k (1-r)^{1-k}$ for $k \in \{0, 1\}$, $0 < r < 1$, and $f(r) = 6 r (1-r)$."
        r"\[ f(k) = \int_0^1 f(k|r) f(r)\, dr = \frac12 \]"
        r"\[ f(r|k) = 12\, r^{k+1} (1-r)^{2-k} = 2 f(k|r) f(r) = f(k|r) f(r) \]",
        "dhdhf",
        id="likelihood, prior, evidence and posterior with one letter",
    ),
    pytest.param(
        r"For parameters $\theta_0, \dots, \theta_d \in \mathbb{R}$ and $x \in \mathbb{R}^d$ let"
        r"\[ z = \theta_0 + \theta_1 x_1 + \theta_2 x_2 + \dots + \theta_d x_d \]"
        r"\[ z - \theta_0 = \sum_{j=1}^d \theta_j x_j \] \[ z = \sum_{j=1}^d \theta_j x_j \]"
        r"\[ \frac{\partial z}{\partial x_1} = \theta_1 \]",
        "dhfh",
        id="sums written out with dots",
    ),
    pytest.param(
        r"Let $A \in \mathbb{R}^{p \times p}$ be invertible."
        r"\[ A A^{-1} = I_{pp} \] \[ A + I_{pp} = A \]",
        "hf",
        id="the size of an identity matrix twice",
    ),
    pytest.param(
        r"Let $y_1, \dots, y_n \in \{1, \dots, K\}$, $\ell \in \{0, \dots, K - 1\}$ and $\theta \in \mathbb{R}^K$."
        r"\[ \sum_{i=1}^n \sum_{k=1}^K 1\{y_i = k\} \theta_k = \sum_{i=1}^n \theta_{y_i} \]"
        r"\[ \sum_{k=1}^K 1\{\ell + 1 = k\} = 1 \] \[ \sum_{k=1}^K 1\{\ell = k\} = 1 \]"
        r"\[ \sum_{k=2}^K 1\{y_1 = k\} = 1 \]",
        "hhff",
        id="labels up to the number of classes",
    ),
    pytest.param(
        r"Let $T$ be uniform on $[c, d]$, $c < d$."
        r"\[ E[T] = \int_c^d \frac{t}{d-c}\,dt = \frac{c+d}{2} \]"
        r"\[ \mathrm{Var}(T) = \frac{(d-c)^2}{12} \] \[ \mathrm{Var}(T) = \frac{(d-c)^2}{6} \]",
        "hhhf",
        id="uniform on an interval in words",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_published_notation(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
