"""Both sides of a relation as one list of operations, made once and run for every kernel, size and precision.

Where nothing is bound inside, no scope and no memory by node is needed: the value of each node stands at its place in
a list, and an operation knows the places of its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from derive.checker.budget import check
from derive.checker.evaluator import OPERATIONS, Evaluator, Operation, Value
from derive.checker.plan import Plan
from derive.errors import EvaluationError
from derive.expr.nodes import Expr, Symbol

#: operations between two looks at the clock
STRIDE = 16


class Program:
    """The operations of some roots, parts first, each node once."""

    def __init__(self, steps: Sequence[Operation], outputs: Sequence[int]) -> None:
        self.blocks = [steps[i : i + STRIDE] for i in range(0, len(steps), STRIDE)]
        self.outputs = tuple(outputs)

    @staticmethod
    def of(plan: Plan, roots: Sequence[Expr]) -> Program | None:
        """The program of roots below which no name is bound and nothing is differentiated, else None."""
        if plan.binders or plan.changes:
            return None
        places: dict[Expr, int] = {}
        steps: list[Operation] = []
        whole = plan.roots == tuple(
            roots
        )  # then the nodes of the plan are those of the roots, in their order
        for listed in [plan.order] if whole else map(plan.schedule, roots):
            for node in listed:
                if node in places:
                    continue
                if isinstance(node, Symbol):
                    if node.definition is not None:
                        places[node] = places[node.definition]
                        continue
                    operation = _given(node)
                else:
                    prepare = OPERATIONS.get(type(node))
                    if prepare is None:
                        return None
                    operation = prepare(node, [places[part] for part in node.parts])
                places[node] = len(steps)
                steps.append(operation)
        return Program(steps, [places[root] for root in roots])

    def run(self, ev: Evaluator) -> list[Value]:
        """The values of the roots."""
        values: list[Any] = []
        append = values.append
        for block in self.blocks:
            for operation in block:
                append(operation(ev, values))
            check()
        return [values[place] for place in self.outputs]


def _given(symbol: Symbol) -> Operation:
    def given(ev: Evaluator, values: Sequence[Value]) -> Value:
        found = ev.values.get(symbol)
        if found is None:
            raise EvaluationError(f"{symbol.name} has no value")
        return found

    return given
