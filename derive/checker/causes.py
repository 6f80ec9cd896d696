"""What is added to a verdict that fails: a verified diagnosis, or the assumption under which it would hold."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

from derive.checker.assumptions import discover
from derive.checker.diagnosis import DecideAt, diagnose
from derive.checker.screen import Screen
from derive.checker.verdicts import Diagnosis, Verdict
from derive.derivation import Unreadable
from derive.errors import DeriveError
from derive.expr.nodes import Expr

#: what is said of a reading beside an ill-typed side
READINGS = {
    "missing_transpose": "a transpose is missing",
    "extra_transpose": "a transpose is too much",
    "outer_inner": "the outer product is meant, or the inner one",
}
#: seconds for the search of a diagnosis, and for each confirmation
SEARCH, CONFIRM = 1.2, 3.0


def with_cause(
    verdict: Verdict,
    lhs: Expr,
    op: str,
    rhs: Expr,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
    budget: float = SEARCH,
) -> Verdict:
    """The verdict with its diagnosis and assumptions where they were found and verified."""
    if verdict.kind != "fails":
        return verdict
    decide = decider(premises)
    try:
        screen = Screen(lhs, rhs, premises, seed)
        found = diagnose(lhs, op, rhs, decide, screen, premises=premises, seed=seed, budget=budget)
        if found is not None:
            cause = Diagnosis(found.kind, found.message, corrected=found.corrected)
            return replace(verdict, diagnosis=cause)
        assumed = discover(lhs, op, rhs, decide, premises=premises, seed=seed, budget=budget / 2)
    except (DeriveError, ArithmeticError, ValueError):
        return verdict
    return replace(verdict, assumptions=assumed) if assumed else verdict


def missing_fact(
    lhs: Expr, op: str, rhs: Expr, premises: tuple[Expr, ...] = (), seed: int = 0
) -> tuple[str, ...]:
    """The assumption on one symbol under which a relation that fails would hold, or nothing."""
    try:
        decide = decider(premises)
        return discover(lhs, op, rhs, decide, premises=premises, seed=seed, budget=SEARCH)
    except (DeriveError, ArithmeticError, ValueError):
        return ()


def with_reading(
    verdict: Verdict,
    left: Expr | Unreadable,
    op: str,
    right: Expr | Unreadable,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
) -> Verdict:
    """The verdict on an ill-typed relation with the reading beside it that makes it hold, if there is one."""
    decide = decider(premises)
    pairs: list[tuple[str, Expr, Expr, Expr]] = []
    if isinstance(right, Unreadable) and isinstance(left, Expr):
        pairs = [(kind, left, near, near) for kind, near in right.near]
    elif isinstance(left, Unreadable) and isinstance(right, Expr):
        pairs = [(kind, near, right, near) for kind, near in left.near]
    end = process_time() + 2 * SEARCH
    for kind, a, b, near in pairs:
        if process_time() > end:
            break
        if a.shape == b.shape and all(decide(a, op, b, seed + k).kind == "holds" for k in (1, 2)):
            text = f"{READINGS.get(kind, kind)}: the relation holds with {near!r}"
            return replace(verdict, diagnosis=Diagnosis(kind, text, corrected=near))
    return verdict


def decider(premises: tuple[Expr, ...]) -> DecideAt:
    """The judge, with the premises of a relation, at a given seed."""
    from derive.checker.judgement import judge_relation

    def decide(lhs: Expr, op: str, rhs: Expr, seed: int) -> Verdict:
        return judge_relation(lhs, op, rhs, premises=premises, seed=seed, time_limit=CONFIRM)

    return decide
