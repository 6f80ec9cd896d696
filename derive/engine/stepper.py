"""One step at a time: every derivative in a formula rewritten by the first rule that fits, and the rules used."""

from __future__ import annotations

from dataclasses import dataclass

from derive.expr.functions import row
from derive.expr.nodes import Apply, Derivative, Expr, Item
from derive.expr.walk import children, post_order, rebuild
from derive.rules import forms
from derive.rules.adjoint import view
from derive.rules.derivatives import DERIVATIVES
from derive.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Move:
    """A formula after one step, and the rules that led to it."""

    result: Expr
    rules: tuple[Rule, ...]
    words: tuple[str, ...] = ()


def replaced(root: Expr, mapping: dict[Expr, Expr]) -> Expr:
    """Parts of a formula replaced; what stands around them is freed of ballast, all else stays as written."""
    done: dict[Expr, Expr] = {}
    hidden = _inside_derivatives(root)
    for node in post_order(root):
        if node in mapping:
            done[node] = mapping[node]
        elif node in hidden:
            done[node] = node
        else:
            new = rebuild(node, done)
            done[node] = node if new is node else forms.cleaned(new)
    return done[root]


def _inside_derivatives(root: Expr) -> dict[Expr, None]:
    """Parts that occur only inside the body of a derivative."""
    if not any(isinstance(node, Derivative) for node in post_order(root)):
        return {}
    outside: dict[Expr, None] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if node in outside:
            continue
        outside[node] = None
        if not isinstance(node, Derivative):
            stack.extend(children(node))
    return {n: None for n in post_order(root) if n not in outside}


def first_derivatives(root: Expr) -> tuple[Derivative, ...]:
    """The outermost derivatives by one variable, in order."""
    hidden = _inside_derivatives(root)
    return tuple(
        n
        for n in post_order(root)
        if isinstance(n, Derivative) and len(n.wrt) == 1 and n not in hidden
    )


def rewriting(node: Derivative) -> tuple[Expr, Rule] | None:
    """The derivative rewritten by the first rule of the table that fits."""
    for rule in DERIVATIVES:
        result = rule.rewrite(node)
        if result is not None and result != node and result.shape == node.shape:
            return result, rule
    return None


def advance(root: Expr) -> Move | None:
    """All derivatives rewritten once. None when a derivative is left that no rule rewrites, or none is left."""
    mapping: dict[Expr, Expr] = {}
    used: dict[str, Rule] = {}
    words: dict[str, None] = {}
    for node in first_derivatives(root):
        found = rewriting(node)
        if found is None:
            continue
        mapping[node] = found[0]
        used[found[1].name] = found[1]
        words[wording(found[1], node)] = None
    if not mapping:
        return None
    return Move(replaced(root, mapping), tuple(used.values()), tuple(words))


def wording(rule: Rule, node: Derivative) -> str:
    """How the step is said: `chain rule for the logarithm` where the rule is about one function."""
    seen = view(node.body, node.wrt[0])
    if rule.name == "entry" and isinstance(seen, Item):
        seen = view(seen.base, node.wrt[0])
    if rule.name not in ("chain rule", "entry") or not isinstance(seen, Apply):
        return rule.words
    if not row(seen.function).elementwise:
        return rule.words
    name = row(seen.function).words.removesuffix(" of")
    return f"chain rule for {name}" if rule.name == "chain rule" else f"derivative of {name}"
