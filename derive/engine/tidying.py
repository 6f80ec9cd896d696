"""Tidying a result by named rules, each of which is a step."""

from __future__ import annotations

from collections.abc import Callable

from derive.expr.nodes import Expr
from derive.expr.walk import post_order, rebuild
from derive.rules import forms
from derive.rules.rule import Rule

from derive.rules.algebra_table import MATRIX, SUMS
from derive.rules.tidying import TIDYING

#: facts and sums that shorten a result, from the other tables
_MORE = (
    "sums to one",
    "orthonormal columns",
    "unit vector",
    "a matrix times its inverse",
    "sum of a constant",
)
TIDY: tuple[Rule, ...] = (
    *TIDYING,
    *(rule for rule in (*MATRIX, *SUMS) if rule.name in _MORE),
)


def everywhere(root: Expr, rewrite: Callable[[Expr], Expr | None]) -> Expr:
    """The rule applied to every node once, parts before wholes; what was changed is freed of ballast."""
    done: dict[Expr, Expr] = {}
    for node in post_order(root):
        new = rebuild(node, done)
        if new is not node:
            new = forms.cleaned(new)
        changed = rewrite(new)
        done[node] = new if changed is None or changed.shape != new.shape else changed
    return done[root]


def tidied(root: Expr) -> list[tuple[Expr, Rule]]:
    """The forms from the formula to its tidy form, each with the rule that leads to it."""
    steps: list[tuple[Expr, Rule]] = []
    seen = {root: None}
    for _ in range(12):
        for rule in TIDY:
            made = everywhere(root, rule.rewrite)
            if made != root and made not in seen:
                steps.append((made, rule))
                seen[made] = None
                root = made
                break
        else:
            break
    return steps
