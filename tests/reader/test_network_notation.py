"""Notation of published derivations about networks: what its words declare, and what it claims.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"Let $X, Y \in \mathbb{R}^{k \times d}$, $V \in \mathbb{R}^{k \times d_v}$ and $A = X Y^\top$, $O = A V$ for"
        r" a loss $L$ of $O$; $dX$ denotes $\partial L / \partial X$."
        r"\[ dA = dO\, V^\top \] \[ dX = dA \cdot Y, \quad dY = dA \cdot X \]",
        "hhf",
        id="a sentence says what gradients are called after",
    ),
    pytest.param(
        r"Let $u, g, c \in \mathbb{R}^n$ with $u = g \odot \tanh(c)$. The loss $\mathcal{L}$ depends on $u$; write"
        r" $\delta v$ for $\frac{\partial \mathcal{L}}{\partial v}$."
        r"\[ \delta g = \delta u \odot \tanh(c) \] \[ \delta c = \delta u \odot g \odot (1 - \tanh(c)) \]",
        "hf",
        id="a small delta before the variable",
    ),
    pytest.param(
        r"Let $X \in \mathbb{R}^{p \times m}$, $W^{[1]} \in \mathbb{R}^{h \times p}$, $b^{[1]} \in \mathbb{R}^h$,"
        r" $W^{[2]} \in \mathbb{R}^{1 \times h}$, $Y \in \mathbb{R}^{1 \times m}$; $*$ is the elementwise product."
        r"\[ Z^{[1]} = W^{[1]} X + b^{[1]}, \quad A^{[1]} = \tanh(Z^{[1]}), \quad A^{[2]} = W^{[2]} A^{[1]} \]"
        r"\[ J = \frac{1}{2m} \sum_{i=1}^m (a^{[2](i)} - y^{(i)})^2 \]"
        r"\[ \frac{\partial J}{\partial A^{[2]}} = \frac{1}{m} (A^{[2]} - Y) \]"
        r"\[ \frac{\partial J}{\partial Z^{[1]}} = W^{[2]T} \frac{\partial J}{\partial A^{[2]}}"
        r" * (1 - A^{[1]} * A^{[1]}) \]"
        r"\[ \frac{\partial J}{\partial W^{[1]}} = X \frac{\partial J}{\partial Z^{[1]}}^T \]",
        "ddddhhf",
        id="layers in square brackets, a bias for every column, the entries of a row",
    ),
    pytest.param(
        r"\[ z^{[l]} = 2 z^{[l-1]} + b \] \[ z^{[l]} - b = 2 z^{[l-1]} \] \[ z^{[l]} - b = 3 z^{[l-1]} \]",
        "dhf",
        id="square brackets are labels without other words, too",
    ),
    pytest.param(
        r"Let $B \in \mathbb{R}^{k \times k}$, $V \in \mathbb{R}^{k \times r}$ and"
        r"\[ O_{ip} = \sum_j B_{ij} V_{jp}. \] For a loss $L$ of $O$ let $G_{ip} = \frac{\partial L}{\partial O_{ip}}$."
        r"\[ \frac{\partial L}{\partial B_{ij}} = \sum_p G_{ip} V_{jp}, \qquad"
        r" \frac{\partial L}{\partial V_{jp}} = \sum_{a, b} \frac{\partial L}{\partial O_{ab}}"
        r" \frac{\partial O_{ab}}{\partial V_{jp}} = \sum_a G_{ap} B_{ja} \]",
        "dhhf",
        id="any letter beside an index",
    ),
    pytest.param(
        r"Let the columns of $M \in \mathbb{R}^{d \times |V|}$ be the target vectors $m_1, \dots, m_{|V|}$, let $h \in"
        r" \mathbb{R}^d$, $q = \mathrm{softmax}(M^\top h)$ and $t$ the one-hot vector with a one at the word $o$."
        r"\[ J = -\log \frac{\exp(m_o^\top h)}{\sum_w \exp(m_w^\top h)} \]"
        r"\[ \frac{\partial J}{\partial h} = M (q - t) = \sum_w q_w m_w - m_o \]"
        r"\[ \frac{\partial J}{\partial M} = (q - t) h^\top \]",
        "dhhf",
        id="the number of words is a size, the place of a one is said",
    ),
    pytest.param(
        r"Let $z_1, \dots, z_m$ be real, $\nu$ their mean and $v = \frac1m \sum_k (z_k - \nu)^2$."
        r"\[ \frac{\partial v}{\partial z_i} = \frac{2}{m} (z_i - \nu) \] \[ \frac{\partial \nu}{\partial z_i} = 1 \]",
        "hf",
        id="their mean",
    ),
    pytest.param(
        r"Let $u, x_i \in \mathbb{R}^d$ for $i = 1, \dots, m$ and suppose $u \cdot x_i > 1$ for all $i$. Then"
        r"\[ C(u) = \sum_{i=1}^m \max(0, u \cdot x_i - 1) = \sum_{i=1}^m u \cdot x_i - m = \sum_{i=1}^m u \cdot x_i \]",
        "dhf",
        id="a condition for all members",
    ),
    pytest.param(
        r"Let $a_t = 1 - b_t$ with $0 < b_t < 1$, $\bar{a}_t = \prod_{s=1}^t a_s$ and $u \in \mathbb{R}$."
        r"\[ y_{t-1} = a_{t-1} y_{t-2} + b_{t-1} u \] \[ y_t = a_t y_{t-1} + b_t u"
        r" = a_t a_{t-1} y_{t-2} + a_t b_{t-1} u + b_t u = a_t a_{t-1} y_{t-2} + (1 - a_t) u \]"
        r"\[ \bar{a}_t = a_t \bar{a}_{t-1} \]",
        "dhhfh",
        id="steps of one name beside members of another",
    ),
    pytest.param(
        r"For layers $l = 2, \dots, L$ let $V^l \in \mathbb{R}^{n_l \times n_{l-1}}$, $b^l \in \mathbb{R}^{n_l}$, "
        r" $z^l = V^l a^{l-1} + b^l$, $a^l = \tanh(z^l)$, $C = \frac12 \|a^L - y\|^2$ and $\delta^l ="
        r" \frac{\partial C}{\partial z^l}$."
        r"\[ \delta^l = (V^{l+1})^\top \delta^{l+1} \odot (1 - a^l \odot a^l) \]"
        r"\[ \frac{\partial C}{\partial V^l} = \delta^l (a^l)^\top \]",
        "hf",
        id="shapes of one layer say those of the next",
    ),
    pytest.param(
        r"Let $c_{ij} > 0$, $u_i, v_j \in \mathbb{R}^d$ for $i, j = 1, \dots, m$ and $f$ a fixed weighting function."
        r"\[ J = \sum_{i,j=1}^m f(c_{ij}) (u_i^\top v_j - \log c_{ij})^2 \]"
        r"\[ \frac{\partial J}{\partial u_i} = 2 \sum_j f(c_{ij}) (u_i^\top v_j - \log c_{ij}) v_j \]"
        r"\[ \frac{\partial J}{\partial v_j} = 2 \sum_i f(c_{ij}) (u_i^\top v_j - \log c_{ij}) v_j \]",
        "dhf",
        id="a function of which nothing else is said",
    ),
    pytest.param(
        r"Let the components of $u$ and $v$ in $\mathbb{R}^m$ be independent random variables with mean"
        r" $0$ and variance $1$."
        r"\[ \mathbb{E}[u \cdot v] = \sum_{i=1}^m \mathbb{E}[u_i] \mathbb{E}[v_i] = 0 \]"
        r"\[ \mathrm{Var}[u \cdot v] = \sum_{i=1}^m \mathrm{Var}[u_i v_i] = m^2 \]",
        "hhhf",
        id="moments of the components of two vectors",
    ),
    pytest.param(
        r"Let $y = \sum_{i=1}^n a_i s_i$ with independent weights $a_i$ and inputs $s_i$ of zero mean,"
        r" $\mathrm{Var}(a_i) = \alpha^2$"
        r" and $\mathrm{Var}(s_i) = \kappa^2$. \[ \mathrm{Var}(y) = \sum_{i=1}^n \mathrm{Var}(a_i) \mathrm{Var}(s_i)"
        r" = \alpha^2 \kappa^2 \]",
        "hf",
        id="variances of members",
    ),
    pytest.param(
        r"Let $x_1, \dots, x_n \sim \mathcal{N}(\mu, \tau^2)$ be independent, and $m_1, \dots, m_n \sim"
        r" \mathrm{Bernoulli}(q)$"
        r" with $0 < q < 1$. \[ \mathrm{Var}\Big[\frac1n \sum_{i=1}^n x_i\Big] = \frac{\tau^2}{n} \]"
        r"\[ \mathbb{E}\Big[\sum_{i=1}^n m_i\Big] = n q \] \[ \mathrm{Var}[m_i] = q \]",
        "hhf",
        id="a list of members with a law",
    ),
    pytest.param(
        r"Consider one step of a network, $s_t = \tanh(g_t)$ with $g_t = V s_{t-1} + c$, where $s_t, s_{t-1}, c \in"
        r" \mathbb{R}^k$ and $V \in \mathbb{R}^{k \times k}$."
        r"\[ \frac{\partial s_t}{\partial s_{t-1}} = \mathrm{diag}(1 - s_t^2) V \]"
        r"\[ \frac{\partial s_t}{\partial c} = \mathrm{diag}(1 - s_t) \]",
        "hf",
        id="a step that is considered is defined",
    ),
    pytest.param(
        r"A filter $f_0, \dots, f_{K-1}$ goes over the input $x_0, \dots, x_{N-1}$, with the outputs"
        r"\[ y_i = \sum_{m=0}^{K-1} f_m x_{i+m} \] for $i = 0, \dots, N-K$. The cost $C$ depends on the outputs."
        r"\[ \frac{\partial C}{\partial f_m} = \sum_{i=0}^{N-K} \frac{\partial C}{\partial y_i} x_{i+m} \]"
        r"\[ \frac{\partial C}{\partial f_m} = \sum_{i=0}^{N-K} \frac{\partial C}{\partial y_i} x_{m} \]",
        "dhf",
        id="lists that are counted from zero",
    ),
    pytest.param(
        r"Let $u \in \mathbb{R}^C$, $q_k = \frac{e^{u_k}}{\sum_{j=1}^C e^{u_j}}$, $t \in \mathbb{R}^C$"
        r" and $\gamma > 0$."
        r"\[ FL = -\sum_{k=1}^C t_k (1-q_k)^\gamma \log q_k \] For $c \neq k$"
        r"\[ \frac{\partial q_k}{\partial u_c} = -q_k q_c \]"
        r"\[ \frac{\partial FL}{\partial q_k} = t_k \gamma (1-q_k)^{\gamma-1} \log q_k"
        r" - t_k\frac{(1-q_k)^\gamma}{q_k} \]",
        "dhh",
        id="a loss called by two capitals, an index other than another",
    ),
    pytest.param(
        r"Let $\phi$ and $\Phi$ be the density and the distribution function of the standard normal distribution and"
        r" $\mathrm{swish}_c(x) = x \Phi(c x)$ with a constant $c$."
        r"\[ \mathrm{swish}_c'(x) = \Phi(c x) + c x \phi(c x) \] \[ \mathrm{swish}_c'(x) = \Phi(c x) + x \phi(c x) \]",
        "hf",
        id="two functions in one sentence, a known function with a subscript",
    ),
    pytest.param(
        r"For $u, v \in \mathbb{R}^d$ let $D = \|u - v\|$ and let $m > 0$ be the margin, with $D < m$."
        r"\[ \max(0, m - D) = m - D \] \[ \max(0, m - D) = D - m \]",
        "hf",
        id="a bound of what a line of prose defines",
    ),
    pytest.param(
        r"Let $\tilde{J}(w) = \frac{\alpha}{2} w^\top w + J(w)$ with a differentiable function $J$ of $w"
        r" \in \mathbb{R}^d$,"
        r" $o = W w$ with $W \in \mathbb{R}^{q \times d}$ and $L = l(o, y)$ for a loss function $l$."
        r"\[ \nabla_w \tilde{J}(w) = \alpha w + \nabla_w J(w) \]"
        r"\[ \frac{\partial L}{\partial w} = W^\top \frac{\partial L}{\partial o} = 2 W^\top"
        r" \frac{\partial L}{\partial o} \]",
        "hhf",
        id="functions that are only called so",
    ),
    pytest.param(
        r"Let $S \in \mathbb{R}^{k \times k}$ and $c \in \mathbb{R}$."
        r"\[ A_{ij} = \frac{\exp S_{ij}}{\sum_l \exp S_{il}}, \quad o_{i} = \sum_j A_{ij} c \]"
        r"\[ \frac{\partial o_i}{\partial S_{ij}} = 3 \frac{\partial o_i}{\partial S_{ij}} \]",
        "ddu",
        id="derivatives of what is constant say nothing",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_network_notation(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [letters[r.verdict.kind] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == wanted
