"""A gradient by its differential: df step by step to tr(G^T dX), from which G is read off.

This is how books treat a matrix variable, for which the Jacobians of a chain rule would have four indices.
"""

from __future__ import annotations

from derive.derivation import Chain, Reason, Step
from derive.engine.ending import Line, arriving
from derive.engine.proof import proved
from derive.engine.stepper import replaced
from derive.engine.tidying import tidied
from derive.engine.worked import compressed
from derive.errors import DeriveError
from derive.expr.nodes import Apply, Derivative, Differential, Expr, Symbol, Transpose
from derive.expr.walk import post_order
from derive.rules import forms
from derive.rules.adjoint import adjoint, dot
from derive.rules.differential import is_free
from derive.rules.differentials import DIFFERENTIALS
from derive.rules.rule import Rule
from derive.tensor import derivative

MOST_MOVES = 16


def by_differential(body: Expr, x: Symbol) -> tuple[Chain, Chain] | None:
    """The chain of the differential and the chain of the gradient, None when the rules do not reach the proved result.

    body: a scalar. First chain: d body = ... = tr(G^T dX). Second chain: gradient = G = its tidy form.
    """
    start = Differential(body, (x,))
    lines: list[tuple[Expr, tuple[Rule, ...]]] = []
    current: Expr = start
    for _ in range(MOST_MOVES):
        made, used = _advance(current)
        if not used:
            break
        lines.append((made, used))
        current = made
    free = Differential(x, (x,))
    if any(isinstance(n, Differential) and not is_free(n) for n in post_order(current)):
        return None
    parts = _terms(current)
    gradients = [adjoint(forms.UNIT, part, free) for part in parts]
    if not parts or any(g is None for g in gradients):
        return None
    found = [g for g in gradients if g is not None]
    gradient = forms.total(found, x.shape)
    try:
        result = derivative(body, (x,))
    except DeriveError:
        return None
    if not proved(gradient, "=", result):
        return None
    return _first(start, lines, found, free), _second(body, x, gradient, result)


def _terms(node: Expr) -> list[Expr]:
    from derive.expr.nodes import Add

    return list(node.terms) if isinstance(node, Add) else [node]


def _advance(root: Expr) -> tuple[Expr, tuple[Rule, ...]]:
    """Every outermost differential rewritten once by the first rule that fits."""
    mapping: dict[Expr, Expr] = {}
    used: dict[str, Rule] = {}
    for node in post_order(root):
        if not isinstance(node, Differential) or is_free(node):
            continue
        for rule in DIFFERENTIALS:
            made = rule.rewrite(node)
            if made is not None and made != node and made.shape == node.shape:
                mapping[node] = made
                used[rule.name] = rule
                break
    return (replaced(root, mapping) if mapping else root), tuple(used.values())


def _first(
    start: Expr, lines: list[tuple[Expr, tuple[Rule, ...]]], found: list[Expr], free: Differential
) -> Chain:
    steps = [_step(expr, rules) for expr, rules in _joined(lines)]
    last = steps[-1].rhs if steps else start
    apart = forms.total([_paired(g, free) for g in found], ())
    words = _why(free)
    if len(found) > 1 and apart != last:
        steps.append(Step("=", apart, Reason(words), made_by_engine=True))
        words = "collect the terms"
    whole = _paired(forms.total(found, free.shape), free)
    if whole != (steps[-1].rhs if steps else start):
        steps.append(Step("=", whole, Reason(words), made_by_engine=True))
    return Chain(start, tuple(steps))


def _why(free: Differential) -> str:
    if free.rank == 2:
        return "cyclic property of the trace, and $\\operatorname{tr}(A^\\top) = \\operatorname{tr}(A)$"
    return "a scalar equals its transpose"


def _paired(gradient: Expr, free: Differential) -> Expr:
    """tr(G^T dX), g^T dx, or g dt."""
    if free.rank == 2 and free.shape[0].constant != 1:
        split = forms.term(gradient)
        if split.core:
            scalars = forms.Term(split.coefficient, split.numerators, split.denominators, ())
            turned = forms.turned(forms.juxtaposed(split.core))
            trace = Apply("trace", (forms.times(turned, free),))
            return forms.times(forms.assembled(scalars), trace)
        return Apply("trace", (forms.times(Transpose(gradient), free),))
    return dot(gradient, free)


def _joined(lines: list[tuple[Expr, tuple[Rule, ...]]]) -> list[tuple[Expr, tuple[Rule, ...]]]:
    """Neighbouring lines of one rule as one line, and at most five lines."""
    kept: list[tuple[Expr, tuple[Rule, ...]]] = []
    for expr, rules in lines:
        if kept and kept[-1][1] == rules:
            kept.pop()
        kept.append((expr, rules))
    while len(kept) > 5:
        at = min(range(len(kept) - 1), key=lambda i: len(kept[i][1]) + len(kept[i + 1][1]))
        (_, a), (expr, b) = kept[at], kept[at + 1]
        kept[at : at + 2] = [(expr, tuple({r.name: r for r in (*a, *b)}.values()))]
    return kept


def _step(expr: Expr, rules: tuple[Rule, ...]) -> Step:
    words, names = "; ".join(r.words for r in rules), "; ".join(r.name for r in rules)
    return Step("=", expr, Reason(words, names), made_by_engine=True)


def _second(body: Expr, x: Symbol, gradient: Expr, result: Expr) -> Chain:
    form = "$df = \\operatorname{tr}(G^\\top dX)$" if x.rank == 2 else "$df = g^\\top dx$"
    start = Derivative(body, (x,))
    lines: list[Line] = [(gradient, (), (f"read off the gradient from {form}",))]
    lines.extend((expr, (rule.name,), (rule.words,)) for expr, rule in tidied(gradient))
    steps = [
        Step("=", expr, Reason("; ".join(words), "; ".join(names)), made_by_engine=True)
        for expr, names, words in compressed(start, arriving(lines, result))
    ]
    return Chain(start, tuple(steps), result=True)
