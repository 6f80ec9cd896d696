r"""Small changes that are names of their own, `\delta x \in \mathbb{R}^n`, and matrices with a label, `P_k`."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


FIRST_ORDER = r"""Let $W \in \mathbb{R}^{m \times n}$, $x, \delta x \in \mathbb{R}^n$ and
$\delta W \in \mathbb{R}^{m \times n}$.
\[ (W + \delta W)(x + \delta x) - W x = \delta W x + W \delta x + \delta W \delta x \]
\[ (W + \delta W)(x + \delta x) - W x = \delta W x + W \delta x \]"""
GATE = r"""With a constant $\Delta \mathbf{h} \in \mathbb{R}^n$, $\mathbf{h} = \mathbf{o} \odot \tanh(\mathbf{c})$,
$\mathbf{o}, \mathbf{c} \in \mathbb{R}^n$, let $E = \Delta \mathbf{h}^T \mathbf{h}$.
\[ \frac{\partial E}{\partial \mathbf{o}} = \Delta \mathbf{h} \odot \tanh(\mathbf{c}) \]
\[ \frac{\partial E}{\partial \mathbf{o}} = \Delta \mathbf{h} \odot \mathbf{o} \]"""
PREDICTED = r"""Let $\Sigma \in \mathbb{R}^{n \times n}$ (the covariance) and $R \in \mathbb{R}^{n \times n}$ be
symmetric positive definite, $A \in \mathbb{R}^{n \times n}$.
\[ \Sigma_k = A \Sigma A^\top + R \]
\[ \mathrm{tr}(\Sigma_k) = \mathrm{tr}(A^\top A \Sigma) + \mathrm{tr}(R) \]
\[ \Sigma_k^\top = A \Sigma A^\top + R = A^\top \Sigma A + R \]"""


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        (FIRST_ORDER, ["holds", "fails"]),
        (GATE, ["holds", "fails"]),
        (PREDICTED, ["definition", "holds", "holds", "fails"]),
    ],
)
def test_a_change_and_a_labelled_matrix_are_names_of_their_own(
    text: str, verdicts: list[str]
) -> None:
    assert kinds(text) == verdicts
