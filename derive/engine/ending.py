"""The end of a chain is the result in its one public form: the lines that lead there, and no line beyond it."""

from __future__ import annotations

from derive.expr.nodes import Derivative, Differential, Expr, Item, Reduce
from derive.expr.walk import post_order
from derive.rules.canonical import canonical

#: (formula, the rules that lead to it, the words beside it)
Line = tuple[Expr, tuple[str, ...], tuple[str, ...]]


def arriving(lines: list[Line], result: Expr) -> list[Line]:
    """The lines as far as the result; it takes the place of a line that differs from it in order and brackets alone."""
    for position, line in enumerate(lines):
        if line[0] == result:
            return lines[: position + 1]
    target = canonical(result)
    for position, line in enumerate(lines):
        if not _open(line[0]) and canonical(line[0]) == target:
            return [*lines[:position], (result, line[1], line[2])]
    if len(lines) > 1 and lines[-1][1] == ("sign into the bracket",):
        lines = lines[:-1]
    return [*lines, (result, (), (_words(lines[-1][0], result),))]


def _open(node: Expr) -> bool:
    return any(isinstance(part, (Derivative, Differential)) for part in post_order(node))


def _words(last: Expr, result: Expr) -> str:
    indexed = [
        any(isinstance(p, (Reduce, Item)) for p in post_order(side)) for side in (last, result)
    ]
    return "written in matrix notation" if indexed == [True, False] else "rearrange"
