"""A rule of a textbook: its name, its statement, how a step says it, where it is written, and how it rewrites a node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.expr.nodes import Expr

#: the node rewritten by the rule, or None where the rule does not apply
Rewrite = Callable[[Expr], Expr | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """`words` stand beside the step, `statement` is the rule in one line, `source` its author, year and equation.

    `example` gives a node to which the rule applies: the tests compare it with its rewriting at sampled points. The facts
    that the rule needs are those named in `needs`; without them it must not apply, and its statement must be false.
    `algebra` marks rules that keep to one formula (the others differentiate).
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
