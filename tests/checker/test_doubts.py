r"""Notes in which several places fail: what a slip explains stays wrong, the rest is left open."""

from __future__ import annotations

import pytest

import derive

DECLARED = r"Let $A, B \in \mathbb{R}^{n \times n}$ and $x \in \mathbb{R}^n$."
UNEXPLAINED = r"\[ x^\top A x = \operatorname{tr}(B) + \|x\|_2^3 \]"
OTHER = r"\[ \det(A) = x^\top B x + 7 \]"
SLIP = r"\[ x^\top (A + B) x = x^\top A x - x^\top B x \]"
TRUE = r"\[ x^\top A x = x^\top A^\top x \]"


def kinds(*displays: str) -> list[str]:
    """The verdicts on the relations of a note."""
    text = "\n\n".join((DECLARED, *displays))
    return [r.verdict.kind for r in derive.check_text(text).relations]


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((UNEXPLAINED,), ["fails"]),
        ((UNEXPLAINED, TRUE), ["fails", "holds"]),
        ((UNEXPLAINED, OTHER), ["unchecked", "unchecked"]),
        ((UNEXPLAINED, SLIP, TRUE), ["unchecked", "fails", "holds"]),
        # two of ten are single ones
        ((UNEXPLAINED, *(TRUE,) * 8, OTHER), ["fails", *["holds"] * 8, "fails"]),
        # one wrong line between two right ones is one place
        (
            (r"\[ x^\top A x = \det(B) + 5 = x^\top A^\top x \]", TRUE),
            ["fails", "fails", "holds"],
        ),
    ],
)
def test_failures_at_several_places(displays: tuple[str, ...], expected: list[str]) -> None:
    assert kinds(*displays) == expected


def test_the_reason_says_what_was_seen() -> None:
    text = "\n\n".join((DECLARED, r"\[ A x = B A B + A \]", OTHER))
    first = derive.check_text(text).relations[0].verdict
    assert first.kind == "unchecked"
    assert "the left side is n, the right side n x n" in first.why
    assert "2 places of this note" in first.why


def test_the_reason_shows_both_sides_where_they_are_numbers() -> None:
    first = derive.check_text("\n\n".join((DECLARED, UNEXPLAINED, OTHER))).relations[0].verdict
    assert first.counterexample is not None
    both = f"{first.counterexample.lhs:.6g} against {first.counterexample.rhs:.6g} at n = 1"
    assert both in first.why


def test_an_identity_takes_the_shape_of_the_corrected_term() -> None:
    text = (
        r"Let $X \in \mathbb{R}^{n \times d}$ and $\lambda > 0$. Let $w \in \mathbb{R}^d$ and $y \in \mathbb{R}^n$. "
        r"\[ \nabla_w^2 \big(\|X w - y\|^2 + \lambda \|w\|^2\big) = 2 X X^\top + 2 \lambda I \]"
    )
    (relation,) = derive.check_text(text).relations
    found = relation.verdict.diagnosis
    assert relation.verdict.kind == "fails"
    assert found is not None
    assert found.kind == "order_swap"
    assert found.suggestion == r"2 X^\top X + 2 \lambda I"
