"""An ill-typed formula is read with one transpose more or less."""

from __future__ import annotations

import pytest

from derive.errors import ReadError
from derive.expr.nodes import Expr
from derive.reader.grammar.formula import read_formula
from derive.reader.grammar.transposes import transposed_readings, variants
from derive.reader.reading.expression import table_of, tokens_of
from derive.reader.source.places import Source

GIVEN = [
    r"X \in \mathbb{R}^{n\times d}",
    r"w \in \mathbb{R}^d",
    r"y \in \mathbb{R}^n",
    r"A \in \mathbb{R}^{n\times n}",
    r"B \in \mathbb{R}^{n\times d}",
]


def readings(latex: str) -> dict[str, str]:
    def read(tokens: list) -> Expr | None:  # type: ignore[type-arg]
        try:
            return read_formula(tokens, table_of(GIVEN, []), Source("", latex)).expr
        except ReadError:
            return None

    return {repr(expr): kind for kind, expr in transposed_readings(tokens_of(latex), read)}


@pytest.mark.parametrize(
    ("latex", "meant", "kind"),
    [
        (r"2 X (X w - y)", "2 X^T (X w - y)", "missing_transpose"),
        (r"X^\top X^\top y", "X X^T y", "extra_transpose"),
        (r"A^{-1} B y", "(A^-1 B)^T y", "missing_transpose"),
        (r"B^\top B + w^\top w", "B^T B + w w^T", "outer_inner"),
        (r"w^{\mathsf T} X y", "w^T X^T y", "missing_transpose"),
    ],
)
def test_the_transpose_that_was_meant_is_among_the_readings(
    latex: str, meant: str, kind: str
) -> None:
    assert readings(latex).get(meant) == kind


def test_variants_keep_all_other_tokens() -> None:
    tokens = tokens_of(r"X^\top (X w - y)")
    texts = ["".join(t.text for t in changed) for _, changed in variants(tokens)]
    assert "X(Xw-y)" in texts
    assert r"X^\top(X(w)^{\top}-y)" in texts
    assert all(text.count("y") == 1 for text in texts)
