"""Backpropagation through time: recursions over steps with a loss that sums over them.

Letters of the verdicts: h holds, d definition or condition, f fails, u unchecked.
"""

from __future__ import annotations

import pytest

from derive.api import check_text

LINEAR = (
    r"Let $\mathbf{s}_t = \mathbf{U}\mathbf{x}_t + \mathbf{W}\mathbf{s}_{t-1}$ and $\mathbf{y}_t = \mathbf{V}"
    r"\mathbf{s}_t$ with $\mathbf{x}_t \in \mathbb{R}^{d}$, $\mathbf{s}_t \in \mathbb{R}^{m}$,"
    r" $\mathbf{y}_t \in \mathbb{R}^{p}$, and $E = \sum_{t=1}^{T} \ell(\mathbf{y}_t)$ for a smooth loss $\ell$."
)
CASES = [
    pytest.param(
        LINEAR
        + r"\[ \frac{\partial E}{\partial \mathbf{s}_t} = \mathbf{V}^T \frac{\partial E}{\partial \mathbf{y}_t}"
        r" + \mathbf{W}^T \frac{\partial E}{\partial \mathbf{s}_{t+1}} \]"
        r"\[ \frac{\partial E}{\partial \mathbf{s}_t} = \sum_{i=t}^T (\mathbf{W}^T)^{i-t} \mathbf{V}^T"
        r" \frac{\partial E}{\partial \mathbf{y}_i} \]"
        r"\[ \frac{\partial E}{\partial \mathbf{W}} = \sum_{t=1}^T \frac{\partial E}{\partial \mathbf{s}_t}"
        r" \mathbf{s}_t^T \]",
        "hhf",
        id="abstract loss of the outputs",
    ),
    pytest.param(
        r"A scalar network has $h_t = w h_{t-1} + u x_t$, $t = 1, \dots, T$, with $h_0 = 0$ and the loss"
        r" $L = \frac{1}{2}\sum_{t=1}^{T} (h_t - y_t)^2$, where $w, u, x_t, y_t \in \mathbb{R}$."
        r"\[ \frac{\partial L}{\partial h_T} = h_T - y_T \]"
        r"\[ \frac{\partial L}{\partial w} = \sum_{t=2}^T \frac{\partial L}{\partial h_t} h_{t-1} \]"
        r"\[ \frac{\partial L}{\partial h_t} = h_t - y_t + \frac{\partial L}{\partial h_{t+1}} \]",
        "hhf",
        id="numbers, a start at zero",
    ),
    pytest.param(
        r"With $h_t \in \mathbb{R}^n$, $x_t \in \mathbb{R}^d$, $o_t \in \mathbb{R}^k$ and a given $h_0$ a network is"
        r" \begin{align} h_t &= W h_{t-1} + U x_t \\ o_t &= V h_t \\ L &= \frac{1}{T}\sum_{t=1}^T \ell(o_t) \end{align}"
        r" where $\ell$ is a smooth loss function. With $\delta_t = \frac{\partial L}{\partial h_t}$"
        r"\begin{align} \delta_T &= V^\top \frac{\partial L}{\partial o_T} \\"
        r" \nabla_U L &= \sum_{t=1}^T \delta_t x_t^\top \\"
        r" \delta_t &= V^\top \frac{\partial L}{\partial o_t} + W \delta_{t+1} \end{align}",
        "dddhhf",
        id="the network in a display, errors by a name",
    ),
    pytest.param(
        r"Let $h^{(t)} = W h^{(t-1)} + U x^{(t)}$ with $x^{(t)} \in \mathbb{R}^d$, $h^{(t)} \in \mathbb{R}^m$ and"
        r" $L = \sum_{t=1}^{\tau} L^{(t)}$, where $L^{(t)} = \ell(h^{(t)})$ for a differentiable loss $\ell$."
        r"\[ \nabla_{W} L = \sum_{t=1}^{\tau} (\nabla_{h^{(t)}} L) h^{(t-1)\top} \]"
        r"\[ \nabla_{h^{(t)}} L = \nabla_{h^{(t)}} L^{(t)} - W^\top \nabla_{h^{(t+1)}} L \]",
        "hf",
        id="steps above",
    ),
]


@pytest.mark.parametrize(("text", "verdicts"), CASES)
def test_derivatives_go_through_all_later_steps(text: str, verdicts: str) -> None:
    found = [r.verdict.kind[0] for r in check_text(text, time_limit=60).relations]
    assert "".join(found) == verdicts
