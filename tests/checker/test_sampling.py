"""Points satisfy what is declared, also where premises are solved for."""

from __future__ import annotations

import derive


def test_solved_values_of_what_is_nonnegative_are_not_negative() -> None:
    text = (
        r"Let $a, m \in \mathbb{R}^n$ have nonnegative entries and $y \in \{-1, 1\}^n$. Assume $a^\top y = 0$. Then "
        r"\[ \sum_i a_i m_i \ge 0 \]"
    )
    (relation,) = derive.check_text(text).relations
    assert relation.verdict.kind == "holds"
