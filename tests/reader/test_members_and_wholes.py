r"""Members beside what they are members of: means with the letter of their members, indices below and above."""

from __future__ import annotations

import pytest

from derive.api import check_text

TEXTS = {
    "a mean with the letter of vectors that are defined by index": (
        r"""Let $x_{1}, \dots, x_n \in \mathbb{R}^d$ and $A \in \mathbb{R}^{d \times d}$. Let $m_i = A x_i$ and
$m = \frac1n \sum_{i=1}^n m_i$. \[ \sum_{i=1}^n (m_i - m)(m_i - m)^T = \sum_{i=1}^n m_i m_i^T - n m m^T \]
\[ \sum_{i=1}^n (m_i - m)(m_i - m)^T = \sum_{i=1}^n m_i m_i^T - m m^T \]""",
        "hf",
    ),
    "a mean with the letter of numbers that are defined by index": (
        r"""Let $x_{1}, \dots, x_n \in \mathbb{R}^d$ and $a_i = x_i^T x_i$.
\[ a = \frac1n \sum_{i=1}^n a_i \] \[ \sum_{i=1}^n (a_i - a) = 0 \]""",
        "dh",
    ),
    "samples of classes with the class above": (
        r"""Let $x_t^i \in \mathbb{R}^d$ be sample $t = 1, \dots, N$ of class $i = 1, \dots, C$ and
$\mu_i = \frac{1}{N}\sum_{t=1}^N x_t^i$.
\[ \sum_{i=1}^C \sum_{t=1}^N \|x_t^i - \mu_i\|^2
= \sum_{i=1}^C \sum_{t=1}^N x_t^{i\top} x_t^i - N \sum_{i=1}^C \mu_i^\top \mu_i
= \sum_{i=1}^C \sum_{t=1}^N x_t^{i\top} x_t^i - \sum_{i=1}^C \mu_i^\top \mu_i \]""",
        "hf",
    ),
    "arrays of one number in words": (
        r"""Let $X \in \mathbb{R}^{n \times p}$ and let $E$ be the $n \times n$ matrix whose entries are all $1/n$.
\[ (X - E X)^\top (X - EX) = X^\top X - X^\top E X \] Let $J \in \mathbb{R}^{n \times n}$ be the matrix of all ones,
$u \in \mathbb{R}^n$ the vector of ones, and $e$ the $n$-dimensional vector with every component equal to one.
\[ E = \frac{1}{n} J = \frac1n u u^\top, \qquad u = e, \qquad E = J u u^\top \]""",
        "hhhhf",
    ),
    "a constant matrix": (
        r"""Let $B$ be an $n \times n$ matrix with constant entries $c$, where $c > 0$.
\[ B^2 = n c B, \qquad B^2 = c B \]""",
        "hf",
    ),
    "multipliers tied by a derivative set to zero": (
        r"""Let $C > 0$, $\alpha_i, \mu_i \ge 0$ and $\xi_i \in \mathbb{R}$ for $i = 1, \dots, N$, and
$L = C\sum_{i=1}^N \xi_i - \sum_{i=1}^N \alpha_i \xi_i - \sum_{i=1}^N \mu_i \xi_i$.
\[ \frac{\partial L}{\partial \xi_i} = C - \alpha_i - \mu_i = 0 \] and the multipliers lie in a box,
\[ 0 \le \alpha_i = C - \mu_i \le C \] \[ 0 \le \alpha_i = C + \mu_i \]""",
        "hdhhhhf",
    ),
    "one set for all names of a sentence": (
        r"""The cell is $c = f \odot b + i \odot g$, where all vectors are in $\mathbb{R}^n$, and the loss $L$
depends on them only through $c$. If the gate is $f = \tanh(a)$ with $a = W x$, $W \in \mathbb{R}^{n \times d}$, then
\[ \frac{\partial L}{\partial a} = \frac{\partial L}{\partial f} \odot (1 - f^2) \]
\[ \frac{\partial L}{\partial a} = \frac{\partial L}{\partial c} \odot b \odot (1 - f) \]""",
        "hf",
    ),
    "centred vectors and their distances": (
        r"""Let $z_1, \dots, z_m \in \mathbb{R}^{d}$ be centred, $\sum_{i=1}^m z_i = 0$, and $D_{ij} = \|z_i - z_j\|^2$.
\[ \sum_{i=1}^m D_{ij} = \sum_{i=1}^m z_i^\top z_i + m z_j^\top z_j \]
\[ z_i^\top z_j = -\frac12 \left( D_{ij} - \frac1m \sum_{j=1}^m D_{ij} - \frac1m \sum_{i=1}^m D_{ij}
+ \frac{1}{m^2} \sum_{i=1}^m \sum_{j=1}^m D_{ij} \right) \]
\[ z_i^\top z_j = -\frac12 \left( D_{ij} - \frac1m \sum_{j=1}^m D_{ij} - \frac1m \sum_{i=1}^m D_{ij} \right) \]""",
        "hhf",
    ),
    "an optimum of any function": (
        r"""Let $f: \mathbb{R}^d \to \mathbb{R}$ be convex, $x_{t+1} = x_t - \eta \nabla f(x_t)$ with $\eta > 0$,
$x_t \in \mathbb{R}^d$, and let $x^*$ be a minimiser of $f$. Then
\[ \|x_{t+1} - x^*\|^2 = \|x_t - x^*\|^2 - 2 \eta \nabla f(x_t)^\top (x_t - x^*) + \eta^2 \|\nabla f(x_t)\|^2 \]
\[ \|x_{t+1} - x^*\|^2 = \|x_t - x^*\|^2 - \eta \nabla f(x_t)^\top (x_t - x^*) + \eta^2 \|\nabla f(x_t)\|^2 \]
\[ \|x_{t+1} - x^*\|^2 \le \|x_t - x^*\|^2, \qquad \nabla f(x_t) = \nabla f(x_t) - \nabla f(x^*) \]""",
        "hfuu",
    ),
    "a solution of which nothing is used": (
        r"""Let $A \in \mathbb{R}^{n \times n}$ be symmetric positive definite, $b \in \mathbb{R}^n$,
$x \in \mathbb{R}^n$ and let $x^*$ be the solution of $A x = b$. Then
\[ (x - x^*)^T A (x - x^*) = x^T A x - 2 b^T x + b^T x^* \]""",
        "u",
    ),
    "functions of which one is written out": (
        r"""Let $x, \mu_k, \mu_\ell \in \mathbb{R}^p$ and $c > 0$. The scores are
$g_k(x) = c \mu_k^\top x - \|\mu_k\|^2$, and likewise $g_\ell$.
\[ \nabla_x (g_k(x) - g_\ell(x)) = c (\mu_k - \mu_\ell) \]
\[ g_k(x) - g_\ell(x) = c (\mu_k - \mu_\ell)^\top x - \|\mu_k - \mu_\ell\|^2 \]""",
        "hf",
    ),
    "any number beside scores": (
        r"""Let $v, x_i \in \mathbb{R}^d$, $z_i = v^T x_i$ for $i=1,\dots,n$ and $s(z) = \frac{1}{1+e^{-z}}$.
\[ \frac{\partial}{\partial z} s(z) = \frac{\partial}{\partial z} (1+e^{-z})^{-1} = e^{-z}(1+e^{-z})^{-2}
= s(z)(1 - s(z)) \]
\[ \frac{\partial}{\partial v} \log s(z_i) = (1 - s(z_i)) x_i \] \[ s'(z) = s(z)(1 + s(z)) \]""",
        "hhhhf",
    ),
    "any number beside residuals": (
        r"""Let $r_i = y_i - w^T x_i$ with $x_i, w\in \mathbb{R}^p$, $i=1,\dots,n$, and $\rho(r) = \sqrt{1+r^2}$.
\[ \frac{d \rho(r)}{dr} = \frac{r}{\sqrt{1+r^2}} \] \[ \frac{d \rho(r)}{dr} = \frac{2r}{\sqrt{1+r^2}} \]
\[ \nabla_w \sum_{i=1}^n \rho(r_i) = -\sum_{i=1}^n \rho'(r_i) x_i \]""",
        "hfh",
    ),
    "all scores as one vector": (
        r"""Let $z_i = w^T x_i$ with $x_i, w\in \mathbb{R}^p$, $i=1,\dots,n$, and let $X$ be the
$n \times p$ matrix with rows $x_i^T$. \[ z = Xw \] \[ \frac{\partial}{\partial w} \|z\|^2 = 2 X^T z \]
\[ \frac{\partial}{\partial w} \|z\|^2 = X^T z \]""",
        "hhf",
    ),
    "a function of all members by way of another function": (
        r"""Let $h_\theta(x) = \sum_{i=0}^{d} \theta_i x_i$ and $J(\theta) = \frac12 (h_\theta(x) - y)^2$.
\[ \frac{\partial}{\partial \theta_j} J(\theta) = (h_\theta(x) - y) x_j = (h_\theta(x) - y) \theta_j \]""",
        "hf",
    ),
    "the same of numbers": (
        r"""Let $w_k, u_k \in \mathbb{R}$ for $k=1,\dots,d$, $f(u) = \sum_{k=1}^{d} w_k u_k$ and $E(w) = \exp(-t f(u))$.
\[ \frac{\partial E(w)}{\partial w_k} = -t u_k E(w) = -t u_k f(u) \]""",
        "hf",
    ),
    "functions whose index is a number": (
        r"""For $x \in \mathbb{R}$ let $h_j(x) = x^j$. \[ h_2(x) + h_2(x) = 3 h_2(x) \]""",
        "u",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_members_beside_wholes(name: str) -> None:
    text, expected = TEXTS[name]
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == expected
