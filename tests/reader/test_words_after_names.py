r"""What sentences add to names: facts after shapes, roots of matrices, parameters with primes, squares as variables."""

from __future__ import annotations

import pytest

from derive.api import check_text

TEXTS = {
    "a fact that comes after the definition built with the name": (
        r"""Let $M \in \mathbb{R}^{n \times p}$ have the singular value decomposition
$M = Q D R^\top$ with $Q^\top Q = I_p$, $R$ a
$p \times p$ orthogonal matrix and $D$ diagonal with positive entries. \[ M^\top M = R D^2 R^\top \]""",
        "h",
    ),
    "both are definite": (
        r"""Let the covariances $S$ ($n \times n$) and $G$ ($m \times m$), both symmetric positive definite, be given.
\[ S = S^\top, \qquad G = G^\top \]""",
        "hh",
    ),
    "write A for the symmetric matrix": (
        r"""Let $a_1, \dots, a_n \in \mathbb{R}^q$ and write $S_i$ for the symmetric $q \times q$ matrix of sample $i$.
\[ \sum_{i=1}^n a_i^\top S_i a_i = \sum_{i=1}^n a_i^\top S_i^\top a_i, \qquad S_i = S_i^\top \]""",
        "hh",
    ),
    "roots of a definite matrix": (
        r"""Let $S \in \mathbb{R}^{p \times p}$ be symmetric positive definite with the root $S^{-1/2}$ and let $Q$ be a
$p \times p$ orthogonal matrix. \[ (S^{-1/2} Q)(S^{-1/2} Q)^\top = S^{-1} \] \[ S^{1/2} S S^{-1/2} = S \]
\[ S^{-1/2} S S^{-1/2} = S \]""",
        "hhf",
    ),
    "a parameter with a prime": (
        r"""For $x, x' \in \mathbb{R}^d$ and $\ell > 0$ let
\[ K(x, x') = \exp\left(-\frac{\|x - x'\|^2}{2 \ell^2}\right) \]
\[ \frac{\partial K}{\partial \ell} = K(x, x') \frac{\|x - x'\|^2}{\ell^3} \]""",
        "dh",
    ),
    "a derivative by the square of a positive number": (
        r"""For $y_1, \dots, y_n \in \mathbb{R}$ and $\sigma > 0$ let
\[ L = -\frac{n}{2} \log \sigma^2 - \frac{1}{2 \sigma^2} \sum_{i=1}^n y_i^2 \]
\[ \frac{\partial L}{\partial \sigma^2} = -\frac{n}{2 \sigma^2} + \frac{1}{2 \sigma^4} \sum_{i=1}^n y_i^2 = 0
\implies \sigma^2 = \frac{1}{n} \sum_{i=1}^n y_i^2 \]""",
        "dhdh",
    ),
    "a matrix that depends on parameters": (
        r"""Let the symmetric positive definite matrix $C = C(\theta) \in \mathbb{R}^{n \times n}$ depend on $\theta_j$,
and let $y \in \mathbb{R}^n$.
\[ \frac{\partial}{\partial \theta_j} y^\top C^{-1} y = -y^\top C^{-1} \frac{\partial C}{\partial \theta_j} C^{-1} y \]
\[ \frac{\partial \log |C|}{\partial \theta_j} = \operatorname{tr}\Big(\frac{\partial C}{\partial \theta_j}\Big) \]""",
        "hf",
    ),
    "labels of either sign": (
        r"""Let $y_i = \pm 1$ and $a_i \in \mathbb{R}$ for $i = 1, \dots, m$.
\[ \sum_{i=1}^m (y_i a_i)^2 = \sum_{i=1}^m a_i^2 \]""",
        "h",
    ),
    "a size with a prime": (
        r"""Let $W \in \mathbb{R}^{d \times d^{\prime}}$ and $u \in \mathbb{R}^{d'}$.
\[ \|W u\|^2 = \sum_{i=1}^d \Big( \sum_{j=1}^{d^{\prime}} W_{ij} u_j \Big)^2 \]""",
        "h",
    ),
    "feature maps in words": (
        r"""Let $\psi_1$ be a feature map into $\mathbb{R}^p$ and let $\psi_2$ be another feature map, and
$k(u, v) = \psi_1(u)^\top \psi_1(v)$. \[ k(u, v) = \sum_{i=1}^p \psi_1(u)_i \psi_1(v)_i \]
\[ \psi_1(u)^\top \psi_1(v) = \sum_{i=1}^p \psi_1(u)_i \psi_1(u)_i \]
\[ \psi_2(u)^\top \psi_2(v) = \psi_2(v)^\top \psi_2(u) \]""",
        "hfh",
    ),
    "a density in words": (
        r"""Let $f(u; m, S)$ denote the density of the multivariate normal distribution, $u, m \in \mathbb{R}^d$ and $S$
symmetric positive definite. \[ \nabla_m \log f(u; m, S) = S^{-1} (u - m) \]
\[ \nabla_m \log f(u; m, S) = 2 S^{-1} (u - m) \]""",
        "hf",
    ),
    "bounds that are no numbers": (
        r"""Let $a < 0 < b$ and $s > 0$, and let $0 < \gamma \le \frac{1}{s}$. For every $x \in [a, b]$
\[ e^{s x} \le \frac{b - x}{b - a} e^{s a} + \frac{x - a}{b - a} e^{s b} \]
\[ 1 - \frac{\gamma s}{2} \ge \frac{1}{2}, \qquad 1 - \gamma s \ge \frac{1}{2} \]""",
        "hhf",
    ),
    "densities that are given by their laws": (
        r"""Let $p$ and $q$ be the densities of $\mathcal{N}(\mu_p, \Sigma_p)$ and $\mathcal{N}(\mu_q, \Sigma_q)$ on
$\mathbb{R}^k$.
\[ KL(p \| q) = \frac{1}{2} \Big( \log \frac{|\Sigma_q|}{|\Sigma_p|} - k + tr(\Sigma_q^{-1} \Sigma_p)
+ (\mu_p - \mu_q)^\top \Sigma_q^{-1} (\mu_p - \mu_q) \Big) \]
\[ KL(p \| q) = \frac{1}{2} \Big( \log \frac{|\Sigma_q|}{|\Sigma_p|} - k + tr(\Sigma_p^{-1} \Sigma_q)
+ (\mu_p - \mu_q)^\top \Sigma_q^{-1} (\mu_p - \mu_q) \Big) \]""",
        "hf",
    ),
    "laws of which nothing is said": (r"""\[ KL(p \| q) = KL(q \| p) + 1 \]""", "u"),
    "entries that are named with their matrix": (
        r"""Let $\mathbf{A} \in \mathbb{R}^{m \times m}$ be symmetric with entries $a_{ij}$, let
$f_1, \dots, f_m \in \mathbb{R}$ and $d_i = \sum_{j=1}^m a_{ij}$.
\[ \sum_{i=1}^m \sum_{j=1}^m a_{ij} (f_i - f_j)^2 = 2 \sum_{i=1}^m d_i f_i^2
- 2 \sum_{i=1}^m \sum_{j=1}^m a_{ij} f_i f_j \]""",
        "h",
    ),
    "a matrix by its entries": (
        r"""Let $z_1, \dots, z_m \in \mathbb{R}^d$ and let $b_{ij} = z_i^\top z_j$ be the entries of the matrix
$B \in \mathbb{R}^{m \times m}$. \[ \operatorname{tr}(B) = \sum_{i=1}^m \|z_i\|^2 = \sum_{i=1}^m b_{ii} \]""",
        "hh",
    ),
    "a sentence that supposes": (
        r"""Suppose $w, x \in \mathbb{R}^d$, $y \in \{-1, +1\}$, a mistake $y\, x^T w \le 0$ and
$\|x\| \le R$ with $R > 0$.
\[ \|w + y x\|^2 \le \|w\|^2 + \|x\|^2 \le \|w\|^2 + R^2 \]""",
        "hh",
    ),
    "logarithms in plain letters and over products": (
        r"""For $a, b, c > 0$ and $u_1, \dots, u_n > 0$
\[ \log {a \over b} c = \log a - \log b + \log c, \qquad log\prod_{i=1}^n u_i = \sum_{i=1}^n log\,u_i \]
\[ log\sum_{i=1}^n u_i = \sum_{i=1}^n log\,u_i \]""",
        "hhf",
    ),
    "a divergence of densities on the line": (
        r"""Let $p(t) = \mathcal{N}(t; a, 1)$ and $q(t) = \mathcal{N}(t; b, 1)$ be densities on the real line.
\[ D_{KL}(p(t) \,\Vert\, q(t)) = \frac{(a - b)^2}{2} \]""",
        "h",
    ),
    "the diagonal of a matrix in words": (
        r"""Let $R \in \mathbb{R}^{N\times N}$ be a diagonal matrix with positive weights $r_1, \ldots, r_N$ on the
diagonal and $x \in \mathbb{R}^N$. \[ x^T R x = \sum_{n=1}^N r_n x_n^2 \] \[ x^T R x = \sum_{n=1}^N r_n^2 x_n^2 \]""",
        "hf",
    ),
    "a diagonal matrix by its entries": (
        r"""Let $x, r \in \mathbb{R}^N$ and let
$R \in \mathbb{R}^{N \times N}$ be the diagonal matrix with $R_{ii} = r_i$.
\[ x^T R x = \sum_{n=1}^N r_n x_n^2, \qquad \operatorname{tr}(R) = N \sum_i r_i \]""",
        "hf",
    ),
    "a diagonal matrix by entries in another font": (
        r"""Let $w, q \in \mathbb{R}^N$ and let $\mathbf{R}$ denote the $N \times N$ diagonal matrix whose diagonal
entries are $R_{nn} = q_n (1 - q_n)$.
\[ w^T \mathbf{R} w = \sum_{n=1}^N q_n (1 - q_n) w_n^2 \] \[ w^T \mathbf{R} w = \sum_{n=1}^N q_n w_n^2 \]""",
        "hf",
    ),
    "I the identity matrix in a list": (
        r"""Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $\lambda > 0$ and $I$ the $d \times d$
identity matrix.
\[ \|Xw\|^2 + \lambda w^T w = w^T (X^T X + \lambda I) w = w^T X^T X w + \lambda w^T I \]""",
        "hf",
    ),
    "two gradient signs are the matrix of second derivatives": (
        r"""Let $A \in \mathbb{R}^{n \times n}$ be symmetric, $x \in \mathbb{R}^n$ and $f(x) = \frac12 x^T A x$.
\[ \nabla\nabla f(x) = A, \quad \nabla \nabla^T f = A, \quad \nabla\nabla f(x) = 2 A, \quad \nabla^T \nabla f = A \]""",
        "hhfu",
    ),
    "an error that only a model in a sentence speaks of": (
        r"""Let $X \in \mathbb{R}^{n \times d}$ be fixed with full column rank, $y \in \mathbb{R}^n$ and
$\hat w = (X^T X)^{-1} X^T y$. Suppose that the data come from $y = X w + e$, where $e$ has mean zero and covariance
$s^2 I$ and $w \in \mathbb{R}^d$.
\[ \mathbb{E}[\hat w] = w \] \[ \mathrm{Cov}[\hat w] = s^2 (X^T X)^{-1} \] \[ \mathbb{E}[\hat w] = 2 w \]""",
        "hhf",
    ),
    "the expectation of an estimate that a condition gave, where a model is supposed": (
        r"""Let $X$ be a fixed $N \times p$ matrix, $y \in \mathbb{R}^N$, $\beta \in \mathbb{R}^p$, $\lambda > 0$.
\[ J(\beta) = \|y - X\beta\|^2 + \lambda \|\beta\|^2 \]
\[ \nabla J(\beta) = -2 X^T (y - X\beta) + 2 \lambda \beta \] Setting the derivative to zero gives
\[ \hat\beta = (X^T X + \lambda I)^{-1} X^T y. \]
If $y = X\beta_0 + \varepsilon$ with fixed $\beta_0 \in \mathbb{R}^p$ and $\mathbb{E}[\varepsilon] = 0$, then
\[ \mathbb{E}[\hat\beta] = (X^T X + \lambda I)^{-1} X^T X \beta_0 \] \[ \mathbb{E}[\hat\beta] = \beta_0 \]""",
        "dhhhf",
    ),
    "an error function beside a bias": (
        r"""Let $X \in \mathbb{R}^{n \times d}$, $t \in \mathbb{R}^n$, $w \in \mathbb{R}^d$. With a bias
$b \in \mathbb{R}$,
\[ E(w) = \frac12 \sum_{i=1}^n \Big( \sum_j X_{ij} w_j + b - t_i \Big)^2 \]
\[ \frac{\partial E}{\partial w_j} = \sum_{i=1}^n \Big( \sum_k X_{ik} w_k + b - t_i \Big) X_{ij} \]""",
        "dh",
    ),
    "sizes that words leave open": (
        r"""Let $X \in \mathbb{R}^{m \times n}$ and let $A$, $B$ be constant matrices of compatible dimensions.
\[ \frac{\partial}{\partial X} \operatorname{tr}(A X B) = A^T B^T \]
\[ \frac{\partial}{\partial X} \operatorname{tr}(X^T A X B) = A X B + A^T X B^T \]""",
        "hu",
    ),
    "a diagonal matrix by its entry": (
        r"""Let $u, p \in \mathbb{R}^n$ and let $S$ be the diagonal matrix with $i$-th diagonal entry $p_i(1-p_i)$.
\[ u^T S u = \sum_{i=1}^n p_i (1 - p_i) u_i^2 \] \[ u^T S u = \sum_{i=1}^n p_i u_i^2 \]""",
        "hf",
    ),
    "weights collected on a diagonal": (
        r"""Let $u, p \in \mathbb{R}^n$. Collect the weights $s_i = p_i(1-p_i)$ on the diagonal of $S$.
\[ u^T S u = \sum_{i=1}^n p_i (1 - p_i) u_i^2 \]""",
        "h",
    ),
    "a list of the entries of a diagonal matrix": (
        r"""Let $u, p \in \mathbb{R}^n$, where $\Lambda$ stands for the diagonal matrix with entries
$p_1^2, \dots, p_n^2$. \[ u^T \Lambda u = \sum_{i=1}^n p_i^2 u_i^2 \]""",
        "h",
    ),
    "an orthogonal matrix beside a diagonal one with bounded entries": (
        r"""Let $V \in \mathbb{R}^{p \times p}$ be orthogonal and $D$ be diagonal with entries $d_1, \dots, d_p > 0$.
\[ \mathrm{tr}(V D V^T) = \sum_{j=1}^p d_j, \qquad \mathrm{tr}(V D V^T) = 2 \sum_{j=1}^p d_j \]""",
        "hf",
    ),
    "a diagonal matrix by entries with an index above": (
        r"""Let $v \in \mathbb{R}^m$, weights $w^{(i)} > 0$, and let $W$ be the diagonal matrix with $W_{ii} = w^{(i)}$.
\[ v^T W v = \sum_{i=1}^m w^{(i)} v_i^2, \qquad v^T W v = 2 \sum_{i=1}^m w^{(i)} v_i^2 \]""",
        "hf",
    ),
    "a matrix of which only the diagonal is given": (
        r"""Let $x \in \mathbb{R}^N$ and $A, D \in \mathbb{R}^{N\times N}$ with $D_{ii} = \sum_j A_{ij}$.
\[ x^\top D x = \sum_{i} D_{ii} x_i^2 \] \[ x^\top D x = N \sum_{i} D_{ii} x_i^2 \]""",
        "uu",
    ),
    "rows of two matrices in one sentence": (
        r"""Let $a \in \mathbb{R}^T$, $K \in \mathbb{R}^{T \times d}$ with rows $k_1^\top, \dots, k_T^\top$,
$V \in \mathbb{R}^{T \times m}$ with rows $v_1^\top, \dots, v_T^\top$.
\[ V^\top a = \sum_{s=1}^T a_s v_s, \qquad K^\top a = \sum_{s=1}^T a_s k_s \]""",
        "hh",
    ),
    "rows of several matrices, one formula each": (
        r"""Let $u^{(i)} \in \mathbb{R}^d$ and $v^{(i)} \in \mathbb{R}^k$ for $i = 1, \dots, m$, and collect $u^{(i)T}$
and $v^{(i)T}$ as the rows of $U$ and $V$.
\[ \sum_{i=1}^m v^{(i)} u^{(i)T} = V^T U, \qquad \sum_{i=1}^m v^{(i)} u^{(i)T} = 2 V^T U \]""",
        "hf",
    ),
    "vectors with a prime before the index": (
        r"""Let $h \in \mathbb{R}^N$ and $u_j = {v'_j}^T h$
where $v'_j \in \mathbb{R}^N$ belongs to $j = 1, \dots, V$.
\[ \frac{\partial u_j}{\partial h} = v'_j \] \[ \frac{\partial u_j}{\partial h} = 2 v'_j \]""",
        "hf",
    ),
    "a chain that says what a name in a definition is": (
        r"""Let $W_0 \in \mathbb{R}^{d \times k}$, $B \in \mathbb{R}^{d \times r}$, $A \in \mathbb{R}^{r \times k}$ and
$x \in \mathbb{R}^k$. \[ h = W_0 x + \Delta W x = W_0 x + B A x \] \[ c = t x^T x = x^T x \]""",
        "dudf",
    ),
    "a noun phrase with an article behind the set": (
        r"""Let $H_k \in \mathbb{R}^{m \times n}$ be the measurement matrix and $R_k \in \mathbb{R}^{m \times m}$ the
symmetric positive definite noise covariance. \[ R_k^T = R_k \] \[ H_k H_k^T = R_k \]""",
        "hf",
    ),
    "a definition with its set in a sentence": (
        r"""We approximate $R \in \mathbb{R}^{N \times M}$ by $\hat{R} = U V^\top$ with
$U \in \mathbb{R}^{N \times F}$ and $V \in \mathbb{R}^{M \times F}$. \[ L = \frac{1}{2} \|R - \hat{R}\|^2 \]
With the residuals $E = \hat{R} - R \in \mathbb{R}^{N \times M}$ \[ \frac{\partial L}{\partial U} = E V \]""",
        "dh",
    ),
    "a constraint names no sum": (
        r"""Let $p, x \in \mathbb{R}^n$ and let $\mu, \theta$ be the multipliers of the constraints
$\sum_{i=1}^n p_i = 1$ and $\sum_{i=1}^n p_i x_i = M$.
\[ L = -\mu \left(\sum_{i=1}^n p_i - 1\right) - \theta \left(\sum_{i=1}^n p_i x_i - M\right) \]
\[ \frac{\partial L}{\partial p_i} = -\mu - \theta x_i \]""",
        "dh",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_sentences_add(name: str) -> None:
    text, expected = TEXTS[name]
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == expected


@pytest.mark.parametrize(
    "words",
    [
        r"let $I_k$ represent the $k\times k$ identity matrix.",
        r"we write $I_m$ for the $m \times m$ identity.",
        r"the $q \times q$ identity matrix is denoted by $I_q$.",
        r"where $I_p$ is the $p$-dimensional identity matrix.",
        r"let $I_n \in \mathbb{R}^{n\times n}$ and $I_d \in \mathbb{R}^{d \times d}$ be identity matrices.",
    ],
)
def test_an_identity_of_any_size(words: str) -> None:
    text = rf"Let $A$ be an $n \times d$ matrix, $c > 0$; {words} \[ (A^T A + c I_d) A^T = A^T (A A^T + c I_n) \]"
    found = check_text(text + r"\[ c I_d A^T = A^T I_n \]").relations
    assert [r.verdict.kind for r in found] == ["holds", "fails"]
