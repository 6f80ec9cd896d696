"""Named textbook rules: statements, conditions, wording and sources, and how each rewrites a node of the tree."""

from __future__ import annotations

from derive.rules.algebra_table import EXPECTATIONS, MATRIX, SCALARS, SUMS
from derive.rules.derivatives import DERIVATIVES
from derive.rules.differentials import DIFFERENTIALS
from derive.rules.rule import Rule
from derive.rules.tidying import TIDYING

RULES: dict[str, Rule] = {
    rule.name: rule
    for table in (DERIVATIVES, DIFFERENTIALS, TIDYING, MATRIX, SCALARS, SUMS, EXPECTATIONS)
    for rule in table
}


def find(text: str) -> Rule | None:
    """The rule of a name, of its wording, or of another name by which it goes; None when there is none."""
    listed = named(text)
    return listed[0] if listed else None


def named(text: str) -> tuple[Rule, ...]:
    """Every rule that goes by a name: one name may say a rule for derivatives and the one for differentials."""
    wanted = _plain(text)
    first = [rule for rule in RULES.values() if wanted == _plain(rule.name)]
    others = [rule for rule in RULES.values() if wanted in map(_plain, (rule.words, *rule.also))]
    return tuple({rule.name: rule for rule in (*first, *others)}.values())


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").strip(" .").split())


__all__ = ["RULES", "Rule", "find", "named"]
