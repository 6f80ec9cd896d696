"""One line of Unicode for an expression: `text(2 / n * X.T @ (X @ w - y))` is `2/n Xᵀ(Xw − y)`."""

from __future__ import annotations

from collections.abc import Iterable

from derive.expr.nodes import Expr
from derive.writer.formula import typeset
from derive.writer.unicode_style import UnicodeStyle

STYLE = UnicodeStyle()


def text(expr: Expr, taken: Iterable[str] = ()) -> str:
    """The expression in one line of Unicode; `taken` as for `latex`."""
    return typeset(expr, STYLE, frozenset(taken)).text
