r"""What words say of members: rows and columns wherever the matrix stands, two families under one letter, the place of
the one in a one-hot vector. Functions by their name alone or in a list, and gradients of a bracket."""

from __future__ import annotations

import pytest

from derive.api import check_text

ROWS = r"\[ (U v)_w = u_w^\top v \] \[ (U v)_w = 2 u_w^\top v \]"
V = r"Let $v \in \mathbb{R}^d$."
HOT = r"Let $z \in \mathbb{R}^K$ and $p = \operatorname{softmax}(z)$."
LOSS = r"\[ -\log p_c = -\sum_{j=1}^K y_j \log p_j \] \[ -\log p_c = \sum_{j=1}^K y_j \log p_j \]"

TEXTS = {
    "held as rows": (
        rf"{V} Let $U \in \mathbb{{R}}^{{V \times d}}$ hold the vectors $u_w^\top$ as its rows. {ROWS}",
        "hf",
    ),
    "rows named before their matrix": (
        rf"{V} The rows $u_w^\top$ of $U \in \mathbb{{R}}^{{V \times d}}$ are word vectors. {ROWS}",
        "hf",
    ),
    "the matrix whose rows are": (
        rf"{V} $U \in \mathbb{{R}}^{{V \times d}}$ is the matrix whose rows are the vectors $u_w^\top$. {ROWS}",
        "hf",
    ),
    "a list collected in the rows": (
        rf"{V} The vectors $u_1, \dots, u_V \in \mathbb{{R}}^d$ are collected in the rows of"
        rf" $U \in \mathbb{{R}}^{{V \times d}}$. {ROWS}",
        "hf",
    ),
    "one per row": (
        rf"{V} The matrix $U \in \mathbb{{R}}^{{V \times d}}$ contains one vector $u_w$ per row. {ROWS}",
        "hf",
    ),
    "columns of two matrices": (
        r"""For vectors $u_i, \tilde{u}_j \in \mathbb{R}^d$ (the columns of $U, \tilde{U} \in \mathbb{R}^{d \times n}$).
\[ (U^\top \tilde{U})_{ij} = u_i^\top \tilde{u}_j \] \[ (U^\top \tilde{U})_{ij} = \tilde{u}_i^\top u_j \]""",
        "hf",
    ),
    "biases of two kinds": (
        r"""A rating is predicted as $\hat r_{ui} = \mu + b_u + b_i + q_i^\top p_u$ with the global mean $\mu$, biases
$b_u, b_i \in \mathbb{R}$ and $q_i, p_u \in \mathbb{R}^k$. For $E = \frac12 (r_{ui} - \hat r_{ui})^2 + b_i^2$
\[ \frac{\partial E}{\partial b_i} = -(r_{ui} - \hat r_{ui}) + 2 b_i \]
\[ \frac{\partial E}{\partial b_u} = -(r_{ui} - \hat r_{ui}) + 2 b_i \]
\[ \frac{\partial E}{\partial q_i} = -(r_{ui} - \hat r_{ui}) p_u \]""",
        "hfh",
    ),
    "user and item biases with usual indices": (
        r"""The rating of item $j$ by user $i$ is predicted as $\hat{r}_{ij} = \mu + b_i + b_j + u_i^\top v_j$ with user
bias $b_i$, item bias $b_j$ and $u_i, v_j \in \mathbb{R}^d$. \[ E = \frac12 (r_{ij} - \hat r_{ij})^2 \]
\[ \frac{\partial E}{\partial b_j} = -(r_{ij} - \hat r_{ij}), \quad
\frac{\partial E}{\partial u_i} = -(r_{ij} - \hat r_{ij}) u_i \]""",
        "dhf",
    ),
    "one-hot for a class": (
        rf"{HOT} The one-hot vector $y \in \mathbb{{R}}^K$ of the true class $c$ is given. {LOSS}",
        "hf",
    ),
    "one-hot with a one at": (
        rf"{HOT} Let $y$ be the one-hot vector with a one at position $c$. {LOSS}",
        "hf",
    ),
    "one-hot at a place that nobody says": (
        rf"{HOT} $y \in \mathbb{{R}}^K$ is one-hot and somebody knows $c$. {LOSS}",
        "uu",
    ),
    "positive counts and positive entries off the diagonal": (
        r"""Let $n_{ij} > 0$ be counts, and $p_{ij} = p_{ji} > 0$ for $i \neq j$, $p_{ii} = 0$ and
$\sum_{i \neq j} p_{ij} = 1$.
\[ \sum_{i=1}^m \sum_{j=1}^m p_{ij} = 1, \qquad \sum_i \sum_j \log n_{ij} = \log \prod_i \prod_j n_{ij} \]""",
        "hh",
    ),
    "two functions in one list": (
        r"""Let $s, t : \mathbb{R}^{p} \to \mathbb{R}^{q}$ be differentiable, $x_1 \in \mathbb{R}^p$,
$x_2 \in \mathbb{R}^q$ and $y_2 = x_2 \odot \exp(s(x_1)) + t(x_1)$.
\[ \log \det \frac{\partial y_2}{\partial x_2} = \sum_{j=1}^{q} s(x_1)_j \]
\[ \frac{\partial y_2}{\partial x_2} = \mathrm{diag}(\exp(t(x_1))) \]""",
        "hf",
    ),
    "a letter for a known function": (
        r"""For $z, u, w \in \mathbb{R}^D$ and $b \in \mathbb{R}$ let $f(z) = z + u\, h(w^\top z + b)$ with
$h = \tanh$ and $\sigma = \tanh$, $x \in \mathbb{R}$.
\[ \det \frac{\partial f}{\partial z} = 1 + (1 - h(w^\top z + b)^2) u^\top w \]
\[ \sigma'(x) = 1 - \sigma(x)^2, \qquad \sigma'(x) = \sigma(x) (1 - \sigma(x)) \]""",
        "hhf",
    ),
    "a gradient of what f(x) is": (
        r"""Let $A \in \mathbb{R}^{m \times n}$, $b \in \mathbb{R}^m$, $x \in \mathbb{R}^n$ and $f(x) = \|Ax - b\|$.
\[ \nabla f(x) = \nabla \left( (Ax-b)^\top (Ax-b) \right)^{1/2} = \frac{A^\top (Ax - b)}{\|Ax - b\|} \]
\[ \nabla f(x) = \frac12 \nabla \left( (Ax-b)^\top (Ax-b) \right) \]""",
        "hhf",
    ),
    "a policy that is a softmax of features": (
        r"""For a state $s$ and finitely many actions $a$, features $x(s,a) \in \mathbb{R}^d$ and
$w \in \mathbb{R}^d$ let
\[ \pi_w(a|s) = \frac{\exp(x(s,a)^\top w)}{\sum_{b} \exp(x(s,b)^\top w)} \]
\[ \nabla_w \log \pi_w(a|s) = x(s,a) - \sum_{b} \pi_w(b|s) x(s,b) \]
\[ \nabla_w \log \pi_w(a|s) = x(s,a) - \sum_{b} \pi_w(a|s) x(s,b) \]
\[ \sum_a \pi_w(a|s) \nabla_w \log \pi_w(a|s) = 0 \]""",
        "dhfh",
    ),
    "features of a state": (
        r"""For features $\phi(s) \in \mathbb{R}^d$, weights $\theta \in \mathbb{R}^d$, $a \in \mathbb{R}$ and
$\mu(s) = \phi(s)^\top\theta$ let \[ \ell(\theta) = -\frac12 (a - \mu(s))^2 \]
\[ \nabla_\theta \ell = (a - \mu(s)) \phi(s), \qquad \nabla_\theta \ell = (\mu(s) - a) \phi(s) \]""",
        "dhf",
    ),
    "words that a quad separates": (
        r"""Let $TP, FP, FN > 0$. \[ Dice = \frac{2 TP}{2 TP + FP + FN}, \qquad IoU = \frac{TP}{TP + FP + FN} \]
\[ Dice = \frac{2 IoU}{1 + IoU}, \qquad IoU = \frac{Dice}{1 + Dice} \]""",
        "ddhf",
    ),
    "classes but the one of a label with an index": (
        r"""Let $x_i \in \mathbb{R}^D$ have the label $y_i \in \{1, \dots, C\}$ and
let $w_1, \dots, w_C \in \mathbb{R}^D$.
\[ L_i = \sum_{j\neq y_i} \max(0, w_j^\top x_i - w_{y_i}^\top x_i + 1) \]
\[ \nabla_{w_{y_i}} L_i = -\sum_{j\neq y_i} \mathbb{1}(w_j^\top x_i - w_{y_i}^\top x_i + 1 > 0)\, x_i \]
\[ \sum_{j\neq y_i} w_j = \sum_{j=1}^C w_j - w_{y_i}, \qquad \sum_{j\neq y_i} w_j = \sum_{j=1}^C w_j \]""",
        "dhhf",
    ),
    "an error that is a loss, not the error function": (
        r"""For $Y \in \mathbb{R}^{N \times M}$ and the squared error $L = \frac12 \|Y\|_F^2$
\[ \frac{\partial L}{\partial Y} = Y \] \[ \frac{\partial L}{\partial Y} = 2Y \]""",
        "hf",
    ),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_verdicts(text: str, expected: str) -> None:
    relations = [r for f in check_text(text, time_limit=60).files for r in f.relations]
    assert "".join(r.verdict.kind[0] for r in relations) == expected


def test_what_rows_are_multiplied_by_are_no_rows() -> None:
    text = (
        r"Let $X \in \mathbb{R}^{n \times d}$ have the rows $x_i^\top$ and let $s \in \mathbb{R}^n$. "
        r"Row $i$ of $X$ is multiplied by $s_i$: \[ \sum_{i=1}^n s_i x_i x_i^\top = X^\top \operatorname{diag}(s) X \]"
    )
    (relation,) = check_text(text).relations
    assert relation.verdict.kind == "holds"
