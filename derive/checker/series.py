"""Sums and products over infinitely many indices, cut off at two lengths.

The difference of the two is the uncertainty of the value, as for a quadrature rule: a series that has not converged by
then (and none that diverges) decides nothing.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeGuard

from derive.checker.expectations import Setup
from derive.errors import EvaluationError
from derive.expr.nodes import Add, Constant, Expr, Index, Number, Reduce
from derive.expr.walk import post_order, substitute

#: the number of terms after the first, at level 0 and 1 (170! is the largest factorial in float64)
TERMS = (120, 160)
#: a larger number in a term may be a place beyond the cut
LARGEST = 50


def endless(node: Expr) -> TypeGuard[Reduce]:
    """Whether a node is a sum or product over an index without an upper end."""
    return (
        isinstance(node, Reduce)
        and node.kind in ("sum", "prod")
        and any(isinstance(i.upper, Constant) and i.upper.name == "infty" for i in node.indices)
    )


def series(node: Reduce, setup: Setup) -> Expr:
    """The sum or product of the first terms."""
    setup.exact = False
    for term in (node.body, *node.where):
        for part in post_order(term, into_definitions=True):
            if isinstance(part, Number) and abs(part.value) > LARGEST:
                raise EvaluationError(
                    f"a series with the number {part.value} in its terms is not summed"
                )
    shorter: dict[Expr, Expr] = {}
    indices = []
    for index in node.indices:
        new = substitute(index, shorter)
        assert isinstance(new, Index)
        if isinstance(index.upper, Constant):
            last = Add((new.lower, Number(Fraction(TERMS[setup.level]))))
            new = Index(index.name, new.lower, last)
        if new != index:
            shorter[index] = new
        indices.append(new)
    where = tuple(substitute(condition, shorter) for condition in node.where)
    return Reduce(node.kind, tuple(indices), substitute(node.body, shorter), where, node.written)
