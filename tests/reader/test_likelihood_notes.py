r"""Notes on likelihoods and posteriors, in the notations of several authors: each line is decided as a reader would."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


# fonts inside braces

QUADRATIC = r"""Let ${\bf A} \in \mathbb{R}^{n \times n}$ be symmetric and ${\bf x}, {\bf b} \in \mathbb{R}^n$.
\[ {\cal J}({\bf x}) = \frac{1}{2}{\bf x}^T{\bf A}{\bf x} - {\bf b}^T{\bf x} \]
\[ \nabla_{\bf x} {\cal J}({\bf x}) = {\bf A}{\bf x} - {\bf b} \]
\[ \frac{\partial {\cal J}}{\partial {\bf x}} = {\bf A}{\bf x} - {\bf b} \]
\[ \nabla {\cal J}({\bf x}) = {\bf A}{\bf x} + {\bf b} \]"""
MIXING = r"""With $w \in \mathbb{R}^k$ positive and $\phi \in \mathbb{R}^k$, $\phi_j > 0$,
\[ {\mathcal L}(\phi) = \sum_{j=1}^k w_j \log\phi_j + \beta\Big(\sum_{j=1}^k \phi_j - 1\Big) \]
\[ \frac{\partial}{\partial\phi_j} {\mathcal L}(\phi) = \frac{w_j}{\phi_j} + \beta \]
\[ \frac{\partial {\mathcal L}(\phi)}{\partial\phi_j} = \frac{w_j}{\phi_j} - \beta \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (QUADRATIC, ["definition", "holds", "holds", "fails"]),
        (MIXING, ["definition", "holds", "fails"]),
        (MIXING.replace(r"\mathcal", r"\cal"), ["definition", "holds", "fails"]),
        (QUADRATIC.replace(r"\cal J", r"\mathcal J"), ["definition", "holds", "holds", "fails"]),
    ],
)
def test_a_font_inside_braces_is_part_of_the_name(text: str, verdicts: list[str]) -> None:
    assert kinds(text) == verdicts


def test_a_formula_with_fonts_inside_braces_is_shown_as_typed() -> None:
    report = pipeline.check_derivation(reader.read(QUADRATIC, "note.tex"))
    assert report.relations[1].lhs == r"\nabla_{\bf x} {\cal J}({\bf x})"


def test_a_clash_is_told_once_and_not_of_the_condition_behind_it() -> None:
    text = r"""Let $X \in \mathbb{R}^{n \times d}$, $y \in \mathbb{R}^n$, $w \in \mathbb{R}^d$.
\[ \nabla_w \frac{1}{2}\|y - X w\|^2 = X (X w - y) = 0 \]"""
    assert kinds(text) == ["fails", "definition"]
