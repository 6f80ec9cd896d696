r"""Expectations of functions with a kink: split where it is known, refused elsewhere, never wrong by quadrature."""

from __future__ import annotations

import pytest

from derive import check_text

NORMAL = (
    r"Let $f \sim \mathcal{N}(\mu, \sigma^2)$ with $\sigma > 0$, $b \in \mathbb{R}$ and "
    r"$Z = \frac{\mu-b}{\sigma}$."
)
CASES = [
    pytest.param(
        r"$\phi$ and $\Phi$ are the PDF and CDF of the standard normal distribution."
        r"\[ \mathbb{E}[\max(f - b, 0)] = (\mu - b)\Phi(Z) + \sigma \phi(Z) \]"
        r"\[ \mathbb{E}[\max(f - b, 0)] = (\mu - b)\Phi(Z) - \sigma \phi(Z) \]",
        "hf",
        id="a hinge",
    ),
    pytest.param(
        r"\[ \frac{\partial}{\partial \mu} \mathbb{E}[\max(f - b, 0)] = \Phi(Z) \]"
        r"\[ \frac{\partial}{\partial \mu} \mathbb{E}[\max(f - b, 0)] = \Phi(-Z) \]",
        "hf",
        id="its slope",
    ),
    pytest.param(
        r"\[ \mathbb{E}[1\{f > b\}] = \Phi(Z) \] \[ \mathbb{E}[|f - \mu|] = \sigma\sqrt{2/\pi} \]"
        r"\[ \mathbb{E}[|f - \mu|] = \sigma\sqrt{1/\pi} \]",
        "hhf",
        id="an indicator and an absolute value",
    ),
    pytest.param(
        r"\[ \frac{\partial}{\partial \mu} \mathbb{E}[\max(f^2 - b, 0)] = 1 \]"
        r"\[ \mathbb{E}[|f| + |f - b|] = \sigma \]",
        "uu",
        id="kinks that are not found",
    ),
    pytest.param(
        r"\[ \mathrm{EI} = \mathbb{E}[\max(f - b, 0)] \] \[ \frac{\partial\,\mathrm{EI}}{\partial\mu} = \Phi(Z) \]"
        r"\[ \frac{\partial\,\mathrm{EI}}{\partial\mu} = 2 \Phi(Z) \]",
        "dhf",
        id="a name for an expectation depends on the parameters of the law",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), CASES)
def test_kinked_means(text: str, wanted: str) -> None:
    letters = {"holds": "h", "definition": "d", "fails": "f", "unchecked": "u"}
    found = [
        letters[r.verdict.kind] for r in check_text(NORMAL + " " + text, time_limit=60).relations
    ]
    assert "".join(found) == wanted
