"""Holes filled: the steps between two sides, by the rules of calculus first, then by a bounded search in the algebra.

An unfillable hole stays as one direct step with the reason "not filled"; its claim is judged like any other.
"""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Block, Chain, Derivation, Reason, Step
from derive.engine.ending import Line
from derive.engine.explain import applications
from derive.engine.proof import proved
from derive.engine.tidying import tidied
from derive.engine.worked import compressed, steps_from
from derive.errors import DeriveError
from derive.expr.nodes import Derivative, Expr
from derive.expr.walk import post_order
from derive.rules.algebra_table import MATRIX, SCALARS, SUMS
from derive.rules.canonical import canonical, same
from derive.rules.rule import Rule
from derive.rules.tidying import TIDYING

SEARCHED: tuple[Rule, ...] = tuple(
    rule
    for rule in (*TIDYING, *SUMS, *MATRIX, *SCALARS)
    if rule.name not in ("Kronecker delta renames", "indicator as cases", "transpose of a sum")
)
DEEPEST = 3
MOST_STATES = 160
#: parts of formulas that the search may look at: about two seconds
BUDGET = 6_000
NOT_FILLED = "not filled"


def fill(derivation: Derivation) -> Derivation:
    """The derivation with each hole replaced by steps marked `made_by_engine`."""
    from derive.engine.forms import in_its_form

    blocks: list[Block] = [
        filled(in_its_form(block, derivation)) if isinstance(block, Chain) else block
        for block in derivation.blocks
    ]
    return replace(derivation, blocks=tuple(blocks))


def filled(chain: Chain) -> Chain:
    """The chain without holes."""
    steps: list[Step] = []
    previous = chain.lhs
    for step in chain.steps:
        if step.role == "hole":
            steps.extend(_filled_step(previous, step))
        else:
            steps.append(step)
        previous = step.rhs
    return replace(chain, steps=tuple(steps))


def _filled_step(previous: object, step: Step) -> list[Step]:
    direct = replace(
        step, role="claim", reason=Reason(step.reason.text or NOT_FILLED), made_by_engine=True
    )
    if step.op != "=" or not isinstance(previous, Expr) or not isinstance(step.rhs, Expr):
        return [direct]
    try:
        lines = between(previous, step.rhs)
    except DeriveError:
        return [direct]
    if not lines:
        return [direct]
    made = [
        Step(
            "=",
            expr,
            Reason("; ".join(words), "; ".join(names)),
            place=step.place,
            made_by_engine=True,
        )
        for expr, names, words in lines
    ]
    return [*made[:-1], replace(made[-1], source=step.source)]


def between(lhs: Expr, rhs: Expr) -> list[Line] | None:
    """The lines that lead from one side to the other, the last of them `rhs` itself; None when no way is found."""
    if lhs.shape != rhs.shape:
        return None
    if any(isinstance(n, Derivative) for n in post_order(lhs)):
        lines = _by_calculus(lhs, rhs)
        if lines is not None:
            return lines
    lines = _by_search(lhs, rhs)
    if lines is not None:
        return lines
    return [(rhs, (), ("equal normal forms",))] if proved(lhs, "=", rhs) else None


def _by_calculus(lhs: Expr, rhs: Expr) -> list[Line] | None:
    walked = steps_from(lhs)
    if walked is None:
        return None
    kept: list[Line] = []
    for line in walked:
        kept.append(line)
        if line[0] == rhs or same(line[0], rhs):
            return compressed(lhs, [*kept[:-1], *_arrived(line, rhs)])
    end = walked[-1][0] if walked else lhs
    rest = _by_search(end, rhs)
    if rest is not None:
        return compressed(lhs, [*walked, *rest])
    if proved(end, "=", rhs):
        return compressed(lhs, [*walked, (rhs, (), ("equal normal forms",))])
    return None


def _by_search(lhs: Expr, rhs: Expr) -> list[Line] | None:
    """The shortest way by algebraic rules, at most three steps."""
    if same(lhs, rhs):
        return [(rhs, (), ("rearrange",))]
    tidy = _by_tidying(lhs, rhs)
    if tidy is not None:
        return tidy
    seen = {canonical(lhs): None}
    frontier: list[tuple[Expr, list[Line]]] = [(lhs, [])]
    spent = 0
    for _ in range(DEEPEST):
        following: list[tuple[Expr, list[Line]]] = []
        for side, path in frontier:
            size = sum(1 for _ in post_order(side))
            for rule in SEARCHED:
                spent += size
                if spent > BUDGET:
                    return None
                for made in applications(side, rule):
                    line: Line = (made, (rule.name,), (rule.words,))
                    if same(made, rhs):
                        return [*path, *_arrived(line, rhs)]
                    key = canonical(made)
                    if key not in seen and len(seen) < MOST_STATES:
                        seen[key] = None
                        following.append((made, [*path, line]))
        frontier = following
    return None


def _by_tidying(lhs: Expr, rhs: Expr) -> list[Line] | None:
    path: list[Line] = []
    for made, rule in tidied(lhs):
        path.append((made, (rule.name,), (rule.words,)))
        if same(made, rhs):
            return [*path[:-1], *_arrived(path[-1], rhs)]
    return None


def _arrived(line: Line, rhs: Expr) -> list[Line]:
    """The line with the author's way to write it; multiplying out is a step of its own."""
    if canonical(line[0]) == canonical(rhs):
        return [(rhs, line[1], line[2])]
    return [line, (rhs, ("distribute",), ("distribute",))]
