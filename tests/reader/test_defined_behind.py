r"""Names that a display uses and a sentence behind it defines: `where $z$ has the entries $z_i = ...$`."""

from __future__ import annotations

import pytest

from derive.api import check_text

LOGISTIC = r"""Let $h_\theta(x) = 1/(1 + e^{-\theta^T x})$, $\theta \in \mathbb{R}^n$, and
let $X \in \mathbb{R}^{m \times n}$ have the rows $x^{(i)}$, $y^{(i)} \in \{0,1\}$, $c^{(i)} > 0$, $\lambda > 0$.
\[ \sum_{i=1}^{m} c^{(i)} (y^{(i)} - h_\theta(x^{(i)})) x^{(i)}_j - \lambda\theta_j = (X^T z - \lambda \theta)_j \]"""
WEIGHTED = r"""Let $x_i \in \mathbb{R}^d$ be the rows of $X \in \mathbb{R}^{m \times d}$ and $w \in \mathbb{R}^m$.
\[ \sum_{i=1}^m w_i x_i x_i^T = X^T D X \]"""
LINEAR = r"""Let $A \in \mathbb{R}^{m \times n}$, $b \in \mathbb{R}^m$, $x \in \mathbb{R}^n$.
\[ \|Ax - b\|^2 = r^T r \]"""
SHARES = r"""Let $a_i > 0$ for $i=1,\dots,n$, $s = \sum_i a_i$. \[ \sum_{i=1}^n q_i = 1 \]"""
QUADRATIC = r"""Let $f(x) = \frac12 x^T Q x - b^T x$ with symmetric positive definite $Q \in \mathbb{R}^{n\times n}$ and
$b \in \mathbb{R}^n$. \[ f(x) - f(x^*) = \frac12 (x - x^*)^T Q (x - x^*) \]"""

CASES = [
    (LOGISTIC, r"where $z \in \mathbb{R}^m$ is defined by \[ z_i = c^{(i)}(y^{(i)} - h_\theta(x^{(i)})) \]", "hd"),
    (LOGISTIC, r"with $z \in \mathbb{R}^m$, $z_i = c^{(i)}(y^{(i)} - h_\theta(x^{(i)}))$.", "h"),
    (LOGISTIC, r"where $z \in \mathbb{R}^m$ is defined by \[ z_i = c^{(i)}(y^{(i)} + h_\theta(x^{(i)})) \]", "fd"),
    (WEIGHTED, r"where $D \in \mathbb{R}^{m \times m}$ is a diagonal matrix with \[ D_{ii} = w_i \]", "hd"),
    (WEIGHTED, r"where $D \in \mathbb{R}^{m \times m}$ has the entries \[ D_{ij} = w_i \delta_{ij}. \]", "hd"),
    (WEIGHTED, r"where $D \in \mathbb{R}^{m \times m}$ is diagonal with \[ D_{ii} = 2 w_i \]", "fd"),
    (LINEAR, r"where $r \in \mathbb{R}^m$ is the residual $r = Ax - b$.", "h"),
    (LINEAR, r"Here $r \in \mathbb{R}^m$ has the components \[ r_i = a_i^T x - b_i \] with rows $a_i^T$ of $A$.", "hd"),
    (LINEAR, r"where $r \in \mathbb{R}^m$ is the residual $r = Ax + b$.", "f"),
    (SHARES, r"with weights $q_i > 0$ defined as \[ q_i = \frac{a_i}{s}. \]", "hd"),
    (SHARES, r"in which the weights are \[ q_i = \frac{a_i}{2 s}. \]", "fd"),
    (QUADRATIC, r"where $x^* \in \mathbb{R}^n$ is the minimiser \[ x^* = Q^{-1} b. \]", "hd"),
    (QUADRATIC, r"where $x^* \in \mathbb{R}^n$ is the minimiser \[ x^* = Q b. \]", "fd"),
]  # fmt: skip


@pytest.mark.parametrize(("display", "behind", "wanted"), CASES)
def test_what_a_sentence_behind_a_display_defines(display: str, behind: str, wanted: str) -> None:
    found = check_text(f"{display} {behind}", time_limit=60).relations
    assert "".join(r.verdict.kind[0] for r in found) == wanted


def test_what_was_spoken_of_before_is_no_news() -> None:
    text = r"""Let $A \in \mathbb{R}^{m \times n}$ have full column rank, $b \in \mathbb{R}^m$, $x \in \mathbb{R}^n$.
With $r = Ax - b$ \[ A^T r = 0 \] where $x = (A^T A)^{-1} A^T b$ and \[ b = A x - r. \]"""
    assert [r.verdict.kind for r in check_text(text).relations][1] != "definition"
