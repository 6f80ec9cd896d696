r"""Notes on likelihoods and posteriors, in the notations of several authors: each line is decided as a reader
would."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


# fonts inside braces

QUADRATIC = r"""Let ${\bf A} \in \mathbb{R}^{n \times n}$ be symmetric and ${\bf x}, {\bf b} \in \mathbb{R}^n$.
\[ {\cal J}({\bf x}) = \frac{1}{2}{\bf x}^T{\bf A}{\bf x} - {\bf b}^T{\bf x} \]
\[ \nabla_{\bf x} {\cal J}({\bf x}) = {\bf A}{\bf x} - {\bf b} \]
\[ \frac{\partial {\cal J}}{\partial {\bf x}} = {\bf A}{\bf x} - {\bf b} \]
\[ \nabla {\cal J}({\bf x}) = {\bf A}{\bf x} + {\bf b} \]"""
MIXING = r"""With $w \in \mathbb{R}^k$ positive and $\phi \in \mathbb{R}^k$, $\phi_j > 0$,
\[ {\mathcal L}(\phi) = \sum_{j=1}^k w_j \log\phi_j + \beta\Big(\sum_{j=1}^k \phi_j - 1\Big) \]
\[ \frac{\partial}{\partial\phi_j} {\mathcal L}(\phi) = \frac{w_j}{\phi_j} + \beta \]
\[ \frac{\partial {\mathcal L}(\phi)}{\partial\phi_j} = \frac{w_j}{\phi_j} - \beta \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (QUADRATIC, ["definition", "holds", "holds", "fails"]),
        (MIXING, ["definition", "holds", "fails"]),
        (MIXING.replace(r"\mathcal", r"\cal"), ["definition", "holds", "fails"]),
        (QUADRATIC.replace(r"\cal J", r"\mathcal J"), ["definition", "holds", "holds", "fails"]),
    ],
)
def test_a_font_inside_braces_is_part_of_the_name(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


def test_a_formula_with_fonts_inside_braces_is_shown_as_typed() -> None:
    report = pipeline.check_derivation(reader.read(QUADRATIC, "note.tex"))
    assert report.relations[1].lhs == r"\nabla_{\bf x} {\cal J}({\bf x})"


def test_a_clash_is_told_once_and_not_of_the_condition_behind_it() -> None:
    text = r"""Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$.
\[ \nabla_w \frac{1}{2}\|y - X w\|^2 = X (X w - y) = 0 \]"""
    assert kinds(text) == ["fails", "definition"]


# numbers with an index below and one above

MEANS = r"""Data $x^{(i)} \in \mathbb{R}^d$ ($i = 1, \ldots, m$), centres $\mu_j \in \mathbb{R}^d$ ($j = 1, \ldots,
k$) and
responsibilities $r_j^{(i)} \ge 0$.
\[ J = \sum_{i=1}^m \sum_{j=1}^k r_j^{(i)} \|x^{(i)} - \mu_j\|^2 \]
\[ \nabla_{\mu_l} J = -2 \sum_{i=1}^m r_l^{(i)} (x^{(i)} - \mu_l) \]
\[ \nabla_{\mu_l} J = -2 \sum_{j=1}^k r_j^{(i)} (x^{(i)} - \mu_l) \]"""
CROSS_ENTROPY = r"""The probabilities $p_c^{(n)} > 0$ and targets $t_c^{(n)}$ of $N$ examples and $C$ classes give
\[ E = -\sum_{n=1}^N \sum_{c=1}^C t_c^{(n)} \log p_c^{(n)} \]
\[ \frac{\partial E}{\partial p_c^{(n)}} = -\frac{t_c^{(n)}}{p_c^{(n)}} \]
\[ \frac{\partial E}{\partial p_c^{(n)}} = \frac{t_c^{(n)}}{p_c^{(n)}} \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (MEANS, ["definition", "holds", "fails"]),
        (MEANS.replace("r_j^{(i)}", "r^{(i)}_j"), ["definition", "holds", "fails"]),
        (CROSS_ENTROPY, ["definition", "holds", "fails"]),
    ],
)
def test_numbers_with_an_index_above_and_below_are_a_matrix(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


# the positive number whose square is a variance, and labels that count

DENSITY = r"""Let $y \in \mathbb{R}^n$, $\mu \in \mathbb{R}$ and $\sigma^2$ the noise variance.
\[ \prod_{i=1}^n \frac{1}{\sqrt{2\pi}\sigma}\exp\Big(-\frac{(y_i-\mu)^2}{2\sigma^2}\Big)
 = \frac{1}{(2\pi\sigma^2)^{n/2}}\exp\Big(-\frac{1}{2\sigma^2} \sum_{i=1}^n (y_i - \mu)^2\Big)
 = \frac{1}{(2\pi\sigma^2)^{n}}\exp\Big(-\frac{1}{2\sigma^2} \sum_{i=1}^n (y_i - \mu)^2\Big) \]"""
UNSAID = r"""Let $y \in \mathbb{R}^n$ and $\mu \in \mathbb{R}$.
\[ \prod_{i=1}^n \frac{1}{\sqrt{2\pi}s}\exp\Big(-\frac{(y_i-\mu)^2}{2s^2}\Big)
 = \frac{1}{(2\pi s^2)^{n/2}}\exp\Big(-\frac{1}{2s^2} \sum_{i=1}^n (y_i - \mu)^2\Big) \]"""


@pytest.mark.parametrize("name", [r"\sigma", r"\sigma_n", r"\sigma_y", "s", r"\tau_{\epsilon}"])
def test_a_variance_that_is_named_has_a_positive_root(name: str) -> None:
    assert kinds(DENSITY.replace(r"\sigma", f" {name} ")) == ["holds", "fails"]


def test_a_number_of_which_no_sign_is_said_gives_no_alarm() -> None:
    assert kinds(UNSAID) == ["unchecked"]
    assert kinds(UNSAID.replace(r"\mathbb{R}$.", r"\mathbb{R}$, $s \in \mathbb{R}$.")) == ["fails"]


UPDATE = r"""Let $P_n \in \mathbb{R}^{d \times d}$ be symmetric positive definite, $x_{n+1} \in \mathbb{R}^d$ the
input that comes
after $n$ samples.
\[ P_{n+1} = \left(P_n^{-1} + x_{n+1}x_{n+1}^\top\right)^{-1} \]
\[ P_{n+1} = P_n - \frac{P_n x_{n+1} x_{n+1}^\top P_n}{1 + x_{n+1}^\top P_n x_{n+1}} \]
\[ P_{n+1} = P_n - \frac{P_n x_{n+1} x_{n+1}^\top P_n}{1 + x_{n+1}^\top P_{n+1} x_{n+1}} \]"""
PREDICTIVE = r"""Let $\mathbf{S}_N \in \mathbb{R}^{M\times M}$ be symmetric positive definite after $N$ observations,
$\boldsymbol\phi_{N+1}, \boldsymbol\phi(\mathbf{x}) \in \mathbb{R}^M$, $\beta > 0$ and
$\sigma_N^2(\mathbf{x}) = \frac{1}{\beta} +
\boldsymbol\phi(\mathbf{x})^{\mathrm{T}}\mathbf{S}_N\boldsymbol\phi(\mathbf{x})$.
\[ \mathbf{S}_{N+1} = \left(\mathbf{S}_N^{-1} +
\beta\boldsymbol\phi_{N+1}\boldsymbol\phi_{N+1}^{\mathrm{T}}\right)^{-1} \]
\[ \sigma_{N+1}^2(\mathbf{x}) = \frac{1}{\beta} +
\boldsymbol\phi(\mathbf{x})^{\mathrm{T}}\mathbf{S}_{N+1}\boldsymbol\phi(\mathbf{x}) \]
\[ \sigma_{N+1}^2(\mathbf{x}) = \sigma_N^2(\mathbf{x}) -
\frac{\beta\left(\boldsymbol\phi(\mathbf{x})^{\mathrm{T}}\mathbf{S}_N\boldsymbol\phi_{N+1}\right)^2}{1 +
\beta\boldsymbol\phi_{N+1}^{\mathrm{T}}\mathbf{S}_N\boldsymbol\phi_{N+1}} \]
\[ \sigma_{N+1}^2(\mathbf{x}) = \sigma_N^2(\mathbf{x}) + 1 \]"""
MEAN = r"""The mean of $n$ numbers $x_1, \dots, x_n \in \mathbb{R}$ is $\bar{x}_n = \frac{1}{n}\sum_{i=1}^n x_i$.
\[ \sum_{i=1}^n (x_i - \bar{x}_n) = 0 \]
\[ \sum_{i=1}^n (x_i - \bar{x}_n)^2 = \sum_{i=1}^n x_i^2 - n \bar{x}_n^2 \]
\[ \sum_{i=1}^n (x_i - x_n) = 0 \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (UPDATE, ["definition", "holds", "fails"]),
        (PREDICTIVE, ["definition", "definition", "holds", "fails"]),
        (MEAN, ["holds", "holds", "fails"]),
    ],
)
def test_a_letter_that_counts_the_observations_is_a_label(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


# posteriors up to a factor

GAUSSIAN = r"""Let $\boldsymbol{\theta} \in \mathbb{R}^d$, $\mathbf{A} \in \mathbb{R}^{d \times d}$ symmetric
positive definite
and $\mathbf{b} \in \mathbb{R}^d$.
\begin{align}
p(\boldsymbol\theta \mid \mathcal{D}) &\propto \exp\left(-\frac{1}{2}\boldsymbol\theta^\top \mathbf{A}
\boldsymbol\theta + \mathbf{b}^\top\boldsymbol\theta\right) \\
&\propto \exp\left(-\frac{1}{2}(\boldsymbol\theta - \mathbf{A}^{-1}\mathbf{b})^\top \mathbf{A} (\boldsymbol\theta -
\mathbf{A}^{-1}\mathbf{b})\right) \\
&\propto \exp\left(-\frac{1}{2}(\boldsymbol\theta - \mathbf{A}\mathbf{b})^\top \mathbf{A} (\boldsymbol\theta -
\mathbf{A}\mathbf{b})\right)
\end{align}"""


@pytest.mark.parametrize("name", [r"\boldsymbol\theta", r"\mathbf{w}", "w", r"\boldsymbol{\beta}"])
def test_a_posterior_is_proportional_in_its_first_argument(name: str) -> None:
    text = GAUSSIAN.replace(r"\boldsymbol{\theta}", r"\boldsymbol\theta")
    text = text.replace(r"\boldsymbol\theta", f" {name} ")
    assert kinds(text) == ["definition", "holds", "fails"]


# entries of what is declared in bold

LAGRANGE = r"""Let $N_k > 0$ be counts, $k = 1, \ldots, K$, $N = \sum_{k=1}^K N_k$, and
$\boldsymbol{\theta} \in \mathbb{R}^K$ with positive entries. The Lagrangian with multiplier $\lambda$ is
\[ \mathcal{L}(\boldsymbol{\theta},\lambda) = \sum_{k=1}^K N_k \log \theta_k +
\lambda\left(1-\sum_{k=1}^K\theta_k\right) \]
\[ \frac{\partial\mathcal{L}}{\partial\theta_k} = \frac{N_k}{\theta_k} - \lambda = 0 \]
\[ \theta_k = \frac{N_k}{N} \]"""
SOFTMAX = r"""Let $\mathbf{z}, \mathbf{p} \in \mathbb{R}^K$ with
\[ p_k = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}} \]
\[ \mathbf{1}^\top \mathbf{p} = 1 \]
\[ \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j) \]
\[ \frac{\partial p_i}{\partial z_j} = p_i (1 - p_j) \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (LAGRANGE, ["definition", "holds", "definition", "holds"]),
        (
            LAGRANGE.replace(r"\frac{N_k}{N}", r"\frac{N_k}{K}"),
            ["definition", "holds", "definition", "fails"],
        ),
        (SOFTMAX, ["definition", "holds", "holds", "fails"]),
    ],
)
def test_an_entry_of_a_bold_array_is_no_new_name(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts
