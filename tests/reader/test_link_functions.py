r"""Names that are given by a function of them: `\log \mu_i = x_i^\top \beta`, the log-odds, reciprocals, probits."""

from __future__ import annotations

import pytest

from derive.api import check_text

COUNTS = r"""Let $y_i$ be counts, $x_i, \beta \in \mathbb{{R}}^p$, $i=1,\dots,n$, and {link}. Put
$\ell(\beta) = \sum_{{i=1}}^n (y_i \log \mu_i - \mu_i)$.
\[ \frac{{\partial \ell}}{{\partial \beta}} = \sum_{{i=1}}^n (y_i - \mu_i) x_i = \sum_{{i=1}}^n (\mu_i - y_i) x_i \]"""
LABELS = r"""Let $y_i \in \{{0,1\}}$, $x_i, v \in \mathbb{{R}}^p$, $i=1,\dots,n$, {link}. Put
$\ell(v) = \sum_{{i=1}}^n (y_i \log p_i + (1-y_i)\log(1-p_i))$.
\[ \nabla \ell(v) = \sum_{{i=1}}^n (y_i - p_i) x_i = \sum_{{i=1}}^n (p_i - y_i) x_i \]"""

CASES = [
    (COUNTS.format(link=r"the log link $\log(\mu_i) = x_i^T\beta$"), "hf"),
    (COUNTS.format(link=r"$\eta_i = x_i^T\beta$, $\ln \mu_i = \eta_i$"), "hf"),
    (LABELS.format(link=r"with $\log\frac{p_i}{1-p_i} = x_i^Tv$"), "hf"),
    (LABELS.format(link=r"with $\ln\left(\frac{p_i}{1-p_i}\right) = v^Tx_i$"), "hf"),
    (
        r"""Let $x_i, \beta \in \mathbb{R}^p$, let $m_i > 0$ satisfy $1/m_i = x_i^T \beta$, and let
        $f(\beta) = \sum_{i=1}^n (-y_i/m_i - \log m_i)$.
        \[ \frac{\partial f}{\partial \beta} = \sum_{i=1}^n (m_i - y_i) x_i = \sum_{i=1}^n m_i x_i \]""",
        "hf",
    ),
    (
        r"""Let $a, b, x \in \mathbb{R}$, $0<q<1$ and \[ \log \frac{q}{1-q} = a + b x \]
        \[ q = \frac{1}{1+e^{-(a+b x)}} = \frac{e^{a+bx}}{1+e^{a+bx}} = \frac{1}{1+e^{a+b x}} \]""",
        "dhhf",
    ),
    (
        r"""In probit regression $\Phi^{-1}(p_i) = x_i^T v$ with $x_i, v \in \mathbb{R}^d$, and with
        the standard normal density $\phi$. \[ \frac{\partial p_i}{\partial v} = \phi(x_i^Tv) x_i \]""",
        "h",
    ),
    (
        r"""Let $\sigma, \sigma_0 > 0$. \[ \sigma_N^{-2} = \sigma_0^{-2} + N\sigma^{-2} \]
        \[ \sigma_N^2 = \frac{\sigma^2\sigma_0^2}{\sigma^2 + N \sigma_0^2}
        = \frac{\sigma^2\sigma_0^2}{\sigma^2 + \sigma_0^2} \]""",
        "dhf",
    ),
    (
        r"""Let $s, s_0 > 0$. \[ \frac{1}{s_{post}^2} = \frac{1}{s_0^2} + \frac{1}{s^2} \]
        \[ s_{post}^2 = \frac{s^2 s_0^2}{s^2 + s_0^2} = \frac{s^2 s_0^2}{s + s_0} \]""",
        "dhf",
    ),
    (r"Let $s, s_0 > 0$. \[ s_1^2 = s_0^2 + s^2 \] \[ 2 s_1^2 = 2 s_0^2 + 2 s^2 = 2 s^2 \]", "dhf"),
    (r"Let $s > 0$. \[ s^{-2} = (s^2)^{-1} = s^2 \]", "hf"),
    (r"Let $x > 0$ and $u = e^x$. \[ \log u = x \] \[ \log u = 2x \]", "hf"),
    (r"Let $x, y > 0$. \[ \log x = \log(xy) - \log y = \log(xy) + \log y \]", "hf"),
    (r"Let $0 < p < 1$. \[ \log\frac{p}{1-p} = \log p - \log(1-p) = \log p + \log(1-p) \]", "hf"),
    (r"Let $x > 0$. \[ \frac{1}{x} = \int_0^\infty e^{-xt} dt \] \[ \frac1x = \int_0^1 e^{-xt} dt \]", "hf"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_names_given_by_a_function(text: str, wanted: str) -> None:
    found = check_text(text, time_limit=60).relations
    assert "".join(r.verdict.kind[0] for r in found) == wanted
