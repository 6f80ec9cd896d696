"""Recursions that are followed from step to step, with the number of steps in powers, sums and products.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

CASES = [
    pytest.param(
        r"With $m_0 = 0$ the velocity is \[ m_t = \gamma m_{t-1} + \eta g_t = \gamma^2 m_{t-2} + \gamma\eta g_{t-1}"
        r" + \eta g_t = \eta \sum_{i=1}^{t} \gamma^{t-i} g_i. \] \[ m_t = \eta \sum_{i=0}^{t} \gamma^{t-1-i} g_i \]"
        r"\[ m_t = \gamma^2 m_{t-2} + \gamma g_{t-1} + \eta g_t \]",
        "dhhuf",
        id="an average",
    ),
    pytest.param(
        r"Let $x_{k+1} = (I - \eta A) x_k$ with $A \in \mathbb{R}^{n \times n}$."
        r"\[ x_k = (I - \eta A) x_{k-1} = (I - \eta A)^2 x_{k-2} = (I - \eta A)^k x_0 \]"
        r"\[ x_k = (I - \eta A)^{k-1} x_0 \]",
        "hhhf",
        id="vectors, the recursion in a line",
    ),
    pytest.param(
        r"The return is \[ G_t = r_t + \gamma G_{t+1}, \qquad G_T = 0. \] Hence"
        r"\[ G_t = r_t + \gamma r_{t+1} + \gamma^2 G_{t+2} = \sum_{k=0}^{T-t-1} \gamma^k r_{t+k} \]"
        r"\[ G_t = r_t + \gamma r_{t+1} + \gamma G_{t+2} \]",
        "ddhhf",
        id="backward in time",
    ),
    pytest.param(
        r"Let $\bar x_0 = 0$ and $\bar x_t = \bar x_{t-1} + \frac{1}{t}(x_t - \bar x_{t-1})$."
        r"\[ \bar x_t = \frac{1}{t} \sum_{i=1}^t x_i \]"
        r"\[ t \bar x_t = (t-1) \bar x_{t-1} + x_t, \qquad t \bar x_t = t \bar x_{t-1} + x_t \]",
        "hhf",
        id="the step as a number",
    ),
    pytest.param(
        r"Let $x_t = \sqrt{\alpha_t}\, x_{t-1} + \sqrt{1-\alpha_t}\,\epsilon_t$ and $\bar\alpha_t = \prod_{s=1}^t"
        r" \alpha_s$ with $0 < \alpha_t < 1$, $x_t, \epsilon_t \in \mathbb{R}^d$."
        r"\[ x_t = \sqrt{\bar\alpha_{\,t}}\, x_0 + \sum_{s=1}^t \sqrt{1 - \alpha_s} \sqrt{\bar\alpha_t / \bar\alpha_s}"
        r" \epsilon_s \] \[ \bar\alpha_t = \alpha_{t-1} \bar\alpha_{t-1} \]",
        "hf",
        id="products, members with facts",
    ),
    pytest.param(
        r"Let $a_0 = c$ and $a_n = r a_{n-1} + d$."
        r"\[ a_n = r^2 a_{n-2} + r d + d = r^n c + d \sum_{k=0}^{n-1} r^k = r^n c + d \frac{1 - r^n}{1 - r} \]"
        r"\[ a_n = r^n c + d \frac{1 - r^{n-1}}{1 - r} \]",
        "hhhf",
        id="a geometric sum",
    ),
    pytest.param(
        r"Let $h_0 = 0$ and $L = \sum_{t=1}^T (h_t - y_t)^2$, where $y_t \in \mathbb{R}$. \[ h_t = w h_{t-1} + u x_t \]"
        r"\[ h_t = u \sum_{s=1}^t w^{t-s} x_s, \qquad h_t = w^2 h_{t-2} + u x_{t-1} + u x_t \]",
        "dhf",
        id="the steps are summed over",
    ),
    pytest.param(
        r"Let $h_0 = 0$, $L = \sum_{t=1}^T h_t$ and $S = \sum_{t=2}^N h_t$. \[ h_t = w h_{t-1} + u x_t \]"
        r"\[ h_t = w^2 h_{t-2} + u w x_{t-1} + u x_t \]",
        "du",
        id="two ranges of steps",
    ),
    pytest.param(
        r"The Fibonacci numbers are $F_0 = 0$, $F_1 = 1$, $F_n = F_{n-1} + F_{n-2}$."
        r"\[ F_n = 2 F_{n-2} + F_{n-3} \] \[ F_n = \frac{1}{\sqrt 5} \left( \left(\frac{1 + \sqrt 5}{2}\right)^n"
        r" - \left(\frac{1 - \sqrt 5}{2}\right)^n \right) \] \[ F_n = F_{n-2} + 2 F_{n-3} \]",
        "hhf",
        id="two starts",
    ),
    pytest.param(
        r"Let $w_0 = 0$ and $w_{t+1} = w_t + \eta (b - a w_t)$. \[ w_{t+1} = \eta b \sum_{i=0}^{t} (1 - \eta a)^i \]"
        r"\[ w_{t+1} = \eta b \sum_{i=0}^{t-1} (1 - \eta a)^i \]",
        "hf",
        id="the step after",
    ),
    pytest.param(
        r"Let $f$ be convex with least value $f^*$, $x_{k+1} = x_k - \eta \nabla f(x_k)$ from a start $x_0$."
        r"\[ \nabla f(x_k)^\top (x_{k+1} - x_k) = -\eta \|\nabla f(x_k)\|^2 \]"
        r"\[ f(x_k) - f^* \le (1 - \mu)^k (f(x_0) - f^*) \]",
        "hu",
        id="gradient steps are not followed",
    ),
]


@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_steps_are_followed(text: str, verdicts: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == verdicts


def test_errors_of_steps_are_no_unit_vectors() -> None:
    text = r"The errors satisfy $e_{k+1} \le \rho e_k$ with $0 < \rho < 1$, $e_k \ge 0$. \[ e_2 \le \rho^2 e_0 \]"
    report = check_text(text, time_limit=60)
    assert [r.verdict.kind for r in report.relations] == ["unchecked"]
