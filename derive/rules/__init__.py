"""Named textbook rules: statements, conditions, wording and sources, and how each rewrites a node of the tree."""

from __future__ import annotations

from derive.rules.algebra_table import MATRIX, SCALARS, SUMS
from derive.rules.derivatives import DERIVATIVES
from derive.rules.differentials import DIFFERENTIALS
from derive.rules.rule import Rule
from derive.rules.tidying import TIDYING

RULES: dict[str, Rule] = {
    rule.name: rule for rule in (*DERIVATIVES, *DIFFERENTIALS, *TIDYING, *MATRIX, *SCALARS, *SUMS)
}


def find(text: str) -> Rule | None:
    """The rule of a name, of its wording, or of another name by which it goes; None when there is none."""
    wanted = _plain(text)
    for rule in RULES.values():
        if wanted == _plain(rule.name):
            return rule
    for rule in RULES.values():
        if wanted in map(_plain, (rule.words, *rule.also)):
            return rule
    return None


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("-", " ").strip(" .").split())


__all__ = ["RULES", "Rule", "find"]
