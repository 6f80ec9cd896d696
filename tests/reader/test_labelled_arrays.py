r"""Arrays of a member by their entries: diagonal matrices `C^u` with `c_{ui}`, vectors `p(u)` with `p_{ui}`."""

from __future__ import annotations

import pytest

from derive import pipeline, reader


def kinds(text: str) -> list[str]:
    report = pipeline.check_derivation(reader.read(text, "note.tex"))
    return [relation.verdict.kind for relation in report.relations]


RATINGS = (
    r"Let $c_{ui} > 0$ and $p_{ui} \in \mathbb{R}$ for $u = 1, \dots, m$ and $i = 1, \dots, n$. "
)
WEIGHTS = r"Let $g_{ik} > 0$ for $i = 1, \dots, n$ and $k = 1, \dots, K$. "
ROWS = r"Let $x_i \in \mathbb{R}^d$ be the rows of $X \in \mathbb{R}^{n\times d}$. "


@pytest.mark.parametrize(
    ("words", "true", "false"),
    [
        (
            RATINGS
            + r"Let $p_u = (p_{u1}, \dots, p_{un})^T$ and $C^u = \operatorname{diag}(c_{u1}, \dots, c_{un})$.",
            r"p_u^T C^u p_u = \sum_{i=1}^n c_{ui} p_{ui}^2",
            r"p_u^T C^u p_u = \sum_{i=1}^n c_{ui} p_{ui}",
        ),
        (
            RATINGS
            + r"Let $p_u \in \mathbb{R}^n$ be the vector with entries $p_{ui}$ and $C_u$ the diagonal matrix with "
            r"entries $c_{ui}$.",
            r"p_u^T C_u p_u = \sum_{i=1}^n c_{ui} p_{ui}^2",
            r"p_u^T C_u p_u = \sum_{i=1}^n c_{ui}^2 p_{ui}",
        ),
        (
            RATINGS + r"The vector $p(u) \in \mathbb{R}^n$ contains the entries $p_{ui}$.",
            r"p(u)^T p(u) = \sum_{i=1}^n p_{ui}^2",
            r"p(u)^T p(u) = \sum_{i=1}^n p_{ui}",
        ),
        (
            RATINGS
            + r"The diagonal matrix $C^u \in \mathbb{R}^{n \times n}$ has $C^u_{ii} = c_{ui}$.",
            r"\operatorname{tr} C^u = \sum_{i=1}^n c_{ui}",
            r"\operatorname{tr} C^u = \sum_{i=1}^n c_{ui}^2",
        ),
        (
            RATINGS
            + r"For each $u$ let $D_u$ be the $n \times n$ diagonal matrix with $c_{ui}$ on its diagonal.",
            r"\det D_u = \prod_{i=1}^n c_{ui}",
            r"\det D_u = \sum_{i=1}^n c_{ui}",
        ),
        (
            RATINGS
            + r"The vector $p(u)\in\mathbb{R}^n$ contains element $p_{ui}$ in row $i$ and the diagonal matrix "
            r"$C^{(u)} \in \mathbb{R}^{n \times n}$ has coefficient $c_{ui}$ in row/column $i$.",
            r"p(u)^T C^{(u)} p(u) = \sum_{i=1}^n c_{ui} p_{ui}^2",
            r"p(u)^T C^{(u)} p(u) = \sum_{i=1}^n c_{ui} p_{ui}",
        ),
        (
            ROWS
            + WEIGHTS
            + r"Put the $g_{ik}$ on the diagonal of $W_k \in \mathbb{R}^{n \times n}$.",
            r"X^T W_k X = \sum_{i=1}^n g_{ik} x_i x_i^T",
            r"X^T W_k X = \sum_{i=1}^n x_i x_i^T",
        ),
        (
            ROWS + WEIGHTS + r"Let $W_k = \operatorname{diag}(g_{1k}, \dots, g_{nk})$.",
            r"X^T W_k X = \sum_{i=1}^n g_{ik} x_i x_i^T",
            r"X^T W_k X = \sum_{i=1}^n g_{ik}^2 x_i x_i^T",
        ),
        (
            RATINGS
            + r"Let $C = \sum_{u,i} c_{ui}$. The diagonal matrix $C^u \in \mathbb{R}^{n \times n}$ holds the weights "
            r"$c_{ui}$ on its diagonal.",
            r"\sum_{u=1}^m \operatorname{tr} C^u = C",
            r"\sum_{u=1}^m \operatorname{tr} C^u = 2 C",
        ),
        (
            r"Each row of $Y\in \mathbb{R}^{n\times f}$ is $y_i^T$, and the vector $p \in\mathbb{R}^n$ contains "
            r"element $p_{i}$ in row $i$.",
            r"Y^T p = \sum_i p_i y_i",
            r"Y^T p = \sum_i p_i^2 y_i",
        ),
    ],
)
def test_arrays_of_a_member_have_the_entries_that_are_said(
    words: str, true: str, false: str
) -> None:
    assert kinds(rf"{words} Then \[ {true} \]") == ["holds"]
    assert kinds(rf"{words} Then \[ {false} \]") == ["fails"]
