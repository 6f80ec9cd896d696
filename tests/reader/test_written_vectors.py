"""Vectors that are written out entry by entry, and transposes in any font."""

import pytest

from derive import check_text

_NOTE = r"""Let $v \in \mathbb{R}^2$. With $%s$,
\[ f = %s, \qquad \frac{\partial f}{\partial %s} = v_1. \]
"""


@pytest.mark.parametrize(
    ("listed", "loss", "entry"),
    [
        (r"\mathbf{m} = (m_1, m_2)^{\mathrm T}", r"\mathbf{m}^{\mathrm T} v", "m_1"),
        (r"\mathbf{m} = (m_1, m_2)^\mathsf{T}", r"v^{\text{T}} \mathbf{m}", "m_1"),
        (r"z = [a, b]^\intercal", r"z^{\rm T} v", "a"),
        (r"u = (p, r)^{\sf T}", r"u^{\sf T} v", "p"),
    ],
)
def test_entries_of_listed_vectors_are_numbers(listed: str, loss: str, entry: str) -> None:
    report = check_text(_NOTE % (listed, loss, entry))
    assert [r.verdict.kind for r in report.relations] == ["definition", "holds"]
    wrong = check_text((_NOTE % (listed, loss, entry)).replace("= v_1", "= v_2"))
    assert [r.verdict.kind for r in wrong.relations] == ["definition", "fails"]


def test_inverse_transposes_in_fonts_keep_their_text() -> None:
    note = r"Let $A \in \mathbb{R}^{n \times n}$ be invertible. \[ A^{-\mathsf T} A^{\rm T} = I \]"
    relation = check_text(note).relations[0]
    assert relation.verdict.kind == "holds"
    assert r"A^{-\mathsf T}" in relation.lhs


def test_zero_of_an_unreadable_derivative_is_a_condition() -> None:
    note = r"""Let $s > 0$ and $\lambda > 0$.
\[ \frac{\partial \Omega(q\|p)}{\partial s} = \lambda s - \frac1s = 0 \]
Hence
\[ s^2 = \lambda^{-1}, \qquad s^2 = 2 \lambda^{-1} \]
"""
    kinds = [r.verdict.kind for r in check_text(note).relations]
    assert kinds == ["unchecked", "definition", "holds", "fails"]
