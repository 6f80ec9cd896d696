r"""Functions and densities without their argument inside expectations, and densities also called at members."""

from __future__ import annotations

import pytest

from derive import check_text

CASES = [
    pytest.param(
        r"Let $p, q > 0$ be densities on $\mathbb{R}^n$ and $f$ a function."
        r"\[ \mathbb{E}_p[f] = \int_{\mathbb{R}^n} f(x) p(x) \, dx = \mathbb{E}_q\left[\frac{f(x) p(x)}{q(x)}\right] \]"
        r"\[ \mathbb{E}_q\left[\Big(\frac{f(x) p(x)}{q(x)}\Big)^2\right] = \mathbb{E}_p\left[f^2 \frac{p}{q}\right] \]"
        r"\[ \mathbb{E}_q\left[\Big(\frac{f(x) p(x)}{q(x)}\Big)^2\right] = \mathbb{E}_q\left[f^2 \frac{p}{q}\right] \]",
        "hhhf",
        id="importance weights",
    ),
    pytest.param(
        r"Let $\rho$ and $\nu$ be densities and $g$ any function of $s$."
        r"\[ \int g(s) \rho(s) \, ds = \mathbb{E}_\rho[g] = \mathbb{E}_\nu\left[g \frac{\rho}{\nu}\right],"
        r" \quad \int \nu(s) \, ds = 1 \] \[ \mathbb{E}_\rho[g] = \mathbb{E}_\nu\left[g \frac{\nu}{\rho}\right] \]",
        "hhhu",
        id="other letters",
    ),
    pytest.param(
        r"Let $p$ be a density."
        r"\[ \mathbb{E}_p[f] = \int f(x) p(x) \, dx \] \[ \hat{I} = \frac{1}{N} \sum_{i=1}^N f(X_i) \]"
        r"\[ \mathbb{E}_p[2 f] = 2 \int f(x) p(x) \, dx \]",
        "hdh",
        id="a function that is also taken at samples",
    ),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_bare_integrands(text: str, expected: str) -> None:
    assert "".join(r.verdict.kind[0] for r in check_text(text).relations) == expected
