r"""Spaces in a formula of their own, covariances by their letter, and conditions behind what was not read."""

from __future__ import annotations

import pytest

from derive import check_text

MEMBERS = [
    pytest.param(
        r"Let $x$, $y$ be vectors in $\mathbb{R}^k$, $A$ a matrix in $\mathbb{R}^{k \times m}$ "
        r"and $z \in \mathbb{R}^m$."
        r"\[ x^\top A z + y^\top A z = z^\top A^\top (x + y) \] \[ \|\mathbf{1}_k\|^2 = k \]"
        r"\[ x^\top A z = z^\top A (x + y) \]",
        "hhf",
        id="vectors and a matrix",
    ),
    pytest.param(
        r"Let $u_1, \dots, u_N$ be unit vectors in $\mathbb{R}^p$."
        r"\[ \sum_{i=1}^N \|u_i\|^2 = N \] \[ \sum_{i=1}^N \|u_i\|^2 = p \]",
        "hf",
        id="members with a fact",
    ),
    pytest.param(
        r"Let $x \sim \mathcal{N}(\mu, \Sigma)$ in $\mathbb{R}^n$."
        r"\[ E[(x-\mu)^\top \Sigma^{-1} (x-\mu)] = n \] \[ E[(x-\mu)^\top \Sigma^{-1} (x-\mu)] = n^2 \]",
        "hf",
        id="a law on a space",
    ),
    pytest.param(
        r"The vector $v$ is drawn from $\mathcal{N}(0, S)$ on $\mathbb{R}^p$."
        r"\[ E[v v^\top] = S \] \[ E[\|v\|^2] = \operatorname{tr}(S) \] \[ E[\|v\|^2] = p \]",
        "hhf",
        id="drawn from a law on a space",
    ),
    pytest.param(
        r"Let $a > 0$ and let $t$ follow the normal law $N(b, a^2)$. The number $s$ has the distribution $N(0, 1)$."
        r"\[ E[t^2] = a^2 + b^2 \] \[ E[s^4] = 3 \] \[ E[t^2] = a + b^2 \]",
        "hhf",
        id="other verbs",
    ),
    pytest.param(
        r"Let $f$ be a function on $\mathbb{R}^n$ and $p$ a density in $\mathbb{R}$, and $x \in \mathbb{R}^n$."
        r"\[ f(x) + f(x) = 2 f(x) \]",
        "h",
        id="no members: functions on a space",
    ),
]
FACTORS = (
    r"Let $z \sim \mathcal{N}(0, I)$ in $\mathbb{R}^k$, $\epsilon \sim \mathcal{N}(0, \Psi)$ independent of $z$, "
    r"and $x = \mu + W z + \epsilon$ with $W \in \mathbb{R}^{d \times k}$."
)
NORMAL = [
    pytest.param(
        FACTORS
        + r"\[ E[x] = \mu \] \[ E[(x-\mu) z^\top] = W \] \[ E[(x-\mu)(x-\mu)^\top] = W W^\top + \Psi \]"
        r"\[ E[x x^\top] = W W^\top + \Psi \]",
        "hhhf",
        id="two vectors of several entries",
    ),
    pytest.param(
        r"Let $w \sim N(0, Q)$, $v \sim N(m, R)$ be independent, $w \in \mathbb{R}^d$, $m \in \mathbb{R}^p$, "
        r"$A \in \mathbb{R}^{p \times d}$."
        r"\[ E[(Aw + v)(Aw + v)^\top] = A Q A^\top + R + m m^\top \] \[ E[(Aw + v)(Aw + v)^\top] = A Q A^\top + R \]",
        "hf",
        id="covariances in Latin letters",
    ),
    pytest.param(
        r"Let $w \sim N(0, Q)$, $w \in \mathbb{R}^d$."
        r"\[ E[\|w\|^4] = \operatorname{tr}(Q)^2 + 2 \operatorname{tr}(Q^2) \]"
        r"\[ E[(w^\top Q^{-1} w)^2] = d(d + 2) \] \[ E[(w^\top Q^{-1} w)^2] = d^2 \]",
        "hhf",
        id="fourth moments",
    ),
    pytest.param(
        r"Let $x \sim N(m, V)$. \[ E[x^2] = m^2 + V \] \[ E[x^2] = m^2 - V \]",
        "hu",
        id="a variance in a capital letter",
    ),
]
CONDITIONS = [
    pytest.param(
        r"Let $y_i \in \{0, 1\}$ and $0 < \theta < 1$."
        r"\[ \ell(\theta) = \log \mathrm{weird}(y_1, \dots, y_n; \theta) \]"
        r"\[ \frac{\partial \ell}{\partial \theta} = \sum_{i=1}^n \left(\frac{y_i}{\theta} - y_i\right) = 0 \]"
        r"\[ \theta = \frac{1}{n} \sum_{i=1}^n y_i \]",
        "duud",
        id="a slip may stand before the condition",
    ),
]


@pytest.mark.parametrize(("text", "expected"), MEMBERS + NORMAL)
def test_spaces_and_covariances(text: str, expected: str) -> None:
    report = check_text(text)
    assert "".join(r.verdict.kind[0] for r in report.relations) == expected


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_what_follows_an_unread_step_is_no_slip(text: str, expected: str) -> None:
    report = check_text(text)
    assert sorted(r.verdict.kind[0] for r in report.relations) == sorted(expected)
