"""Tidying a result by named rules, each of which is a step."""

from __future__ import annotations

from collections.abc import Callable

from derive.expr.nodes import Derivative, Differential, Expectation, Expr, Extremum, Integral, Limit
from derive.expr.walk import children, post_order, rebuild
from derive.rules import forms
from derive.rules.algebra_table import MATRIX, SUMS
from derive.rules.rule import Rule
from derive.rules.tidying import TIDYING

#: facts and sums that shorten a result, from the other tables
_MORE = (
    "sums to one",
    "orthonormal columns",
    "unit vector",
    "a matrix times its inverse",
    "sum of a constant",
    "Kronecker delta",
)
TIDY: tuple[Rule, ...] = (
    *TIDYING,
    *(rule for rule in (*MATRIX, *SUMS) if rule.name in _MORE),
)


#: inside these a symbol varies, so that a fact about its value (S = S^T, ||u|| = 1) may not be used there
CLOSED = (Derivative, Differential, Integral, Expectation, Limit, Extremum)


def varied_inside(root: Expr) -> dict[Expr, None]:
    """The parts that stand inside a derivative, an integral or the like, and nowhere else."""
    if not any(isinstance(node, CLOSED) for node in post_order(root)):
        return {}
    outside: dict[Expr, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node not in outside:
            outside[node] = None
            if not isinstance(node, CLOSED):
                stack.extend(children(node))
    return {node: None for node in post_order(root) if node not in outside}


def everywhere(root: Expr, rewrite: Callable[[Expr], Expr | None], by_fact: bool = True) -> Expr:
    """The rule applied to every node once, parts before wholes; what was changed is freed of ballast.

    With `by_fact`, not inside a derivative or the like.
    """
    done: dict[Expr, Expr] = {}
    hidden = varied_inside(root) if by_fact else {}
    for node in post_order(root):
        if node in hidden:
            done[node] = node
            continue
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
