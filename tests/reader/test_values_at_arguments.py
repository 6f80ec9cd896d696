r"""A matrix that is declared at its parameter, `K(\theta)`; the root of a variance before brackets."""

from __future__ import annotations

import pytest

from derive import check_text, pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


CURVE = r"""Let $A(t) \in \mathbb{R}^{n \times n}$ be FACTS.
\[ \frac{d A^{-1}}{dt} = -A^{-1} \frac{dA}{dt} A^{-1} \]
\[ \frac{d}{dt} \log|\det A(t)| = \mathrm{tr}\Big(A(t)^{-1} \frac{dA}{dt}\Big) \]
\[ \frac{d A^{-1}}{dt} = A^{-1} \frac{dA}{dt} A^{-1} \]"""
EVIDENCE = r"""Consider $K(\ell) \in \mathbb{R}^{n \times n}$, a positive definite kernel
matrix, $\ell > 0$, and $y \in \mathbb{R}^n$.
\[ J(\ell) = -\frac12 y^\top K(\ell)^{-1} y - \frac12 \log\det K(\ell) \]
\[ \frac{\partial J}{\partial \ell} = \frac12 y^\top K^{-1} \frac{\partial K}{\partial \ell} K^{-1} y
- \frac12 \mathrm{tr}\Big(K^{-1}\frac{\partial K}{\partial \ell}\Big) \]
\[ \frac{\partial [K^{-1} y]_i}{\partial \ell} = \Big[K^{-1} \frac{\partial K}{\partial \ell} K^{-1} y\Big]_i \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (CURVE.replace("FACTS", "invertible"), ["holds", "holds", "fails"]),
        (CURVE.replace("FACTS", "positive definite"), ["holds", "holds", "fails"]),
        (EVIDENCE, ["definition", "holds", "fails"]),
    ],
)
def test_a_matrix_with_its_parameter_is_the_same_matrix_without(
    text: str, verdicts: list[str]
) -> None:
    assert kinds(text) == verdicts


NOISE = r"""Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$ and the
noise variance $\sigma^2 > 0$.
\[ \sigma^{-2}(y - Xw) = \frac{y - Xw}{\sigma^2} \]
\[ \sigma^{-2}\left(X^\top X + I\right) w = \frac{1}{\sigma^2}(X^\top X w + w) \]
\[ \sigma^{-1}(y - Xw) = \frac{y - Xw}{\sigma} \]
\[ \sigma^{-2}(y - Xw) = \frac{y - Xw}{\sigma} \]"""


def test_a_negative_power_before_brackets_is_a_factor() -> None:
    assert kinds(NOISE) == ["holds", "holds", "holds", "fails"]


@pytest.mark.parametrize(
    ("claim", "wanted"),
    [
        (r"\frac{1}{I(s^2)} = \frac{2 s^4}{n}", "holds"),
        (r"\frac{1}{I(s^2)} = \frac{s^4}{n}", "fails"),
        (r"\frac{1}{I(s)} = \frac{2 s^4}{n}", "unchecked"),
    ],
)
def test_what_is_given_at_a_square_is_not_known_at_its_root(claim: str, wanted: str) -> None:
    text = rf"Let $n, s > 0$. \[ I(s^2) = \frac{{n}}{{2 s^4}} \] \[ {claim} \]"
    assert check_text(text).relations[-1].verdict.kind == wanted
