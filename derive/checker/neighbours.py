"""The power check of the judge: how many neighbouring false statements it rejects at the same points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.checker.mutants import ENOUGH, MutantRow, Power, power_check
from derive.checker.verdicts import Verdict
from derive.derivation import Derivation
from derive.expr.nodes import Expr

#: added to the seed of the points at which a mutant that holds is compared with the original
FRESH = 1009


def power(
    lhs: Expr,
    op: str,
    rhs: Expr,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
    count: int = ENOUGH,
    recipe: str = "",
    relation: int = 0,
) -> Power:
    """Mutants of a relation that holds, judged under its premises at its seed; equivalence at fresh points."""
    from derive.checker.causes import decider

    judge = decider(premises)

    def decide(a: Expr, sign: str, b: Expr) -> Verdict:
        return judge(a, sign, b, seed)

    def same(a: Expr, sign: str, b: Expr) -> Verdict:
        return judge(a, sign, b, seed + FRESH)

    return power_check(lhs, op, rhs, decide, same, count, recipe, relation)


def with_power(
    verdict: Verdict,
    lhs: Expr,
    op: str,
    rhs: Expr,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
) -> Verdict:
    """A verdict that holds, with the number of neighbouring statements tried and rejected in its evidence."""
    if verdict.kind != "holds" or verdict.evidence is None:
        return verdict
    found = power(lhs, op, rhs, premises, seed)
    evidence = replace(verdict.evidence, mutants=found.tried, rejected=found.rejected)
    return replace(verdict, evidence=evidence)


def mutant_table(derivation: Derivation, seed: int = 0, count: int = ENOUGH) -> Iterator[MutantRow]:
    """The table of `derive check --mutants`: the mutants of every claim of a derivation, in reading order."""
    number = 0
    for chain in derivation.chains:
        left = chain.lhs
        for step in chain.steps:
            number += 1
            claimed = step.role in ("claim", "consequence")
            if claimed and isinstance(left, Expr) and isinstance(step.rhs, Expr):
                found = power(
                    left, step.op, step.rhs, chain.premises, seed, count, derivation.slug, number
                )
                yield from found.rows
            left = step.rhs
