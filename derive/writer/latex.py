r"""LaTeX of an expression: `latex(2 / n * X.T @ (X @ w - y))` is `\frac{2}{n} X^\top (X w - y)`."""

from __future__ import annotations

from collections.abc import Iterable

from derive.expr.nodes import Expr
from derive.writer.formula import typeset
from derive.writer.latex_style import LatexStyle

STYLE = LatexStyle()


def latex(expr: Expr, taken: Iterable[str] = ()) -> str:
    r"""The LaTeX of an expression, with the brackets that it needs and no more.

    `taken` holds names that the document gives to its own symbols: a `\sigma` among them makes the sigmoid print as
    `\operatorname{sigmoid}`. `NoRuleError` for a node without a printing rule.
    """
    return typeset(expr, STYLE, frozenset(taken)).text
