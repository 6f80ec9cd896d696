"""A rule of a textbook: name, statement, how a step says it, where it is written, how it rewrites a node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.expr.nodes import Expr

#: the node rewritten by the rule, or None where the rule does not apply
Rewrite = Callable[[Expr], Expr | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` stand beside the step, `statement` is the rule in one line, `source` its author, year and equation.

    `example` gives a node to which the rule applies: the tests compare it with its rewriting at sampled points. `needs`
    names the facts on which the rule rests: without them it must not apply, and its statement must be false. `family`
    is algebra, derivative or differential; `also` are other names by which the rule goes.
    """

    name: str
    statement: str
    words: str
    source: str
    rewrite: Rewrite
    example: Callable[[], Expr]
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    family: str = "algebra"
