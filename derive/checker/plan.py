"""What an evaluation needs to know about an expression before any point is chosen, computed once per relation.

`dependencies` are the indices and bindable symbols that a node's value depends on; `needs` are the parts that must be evaluated
before a node, in the same scope. Nothing here recurses into definitions.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.errors import EvaluationError
from derive.expr.nodes import (
    Apply,
    Call,
    Derivative,
    Differential,
    Expectation,
    Expr,
    Extremum,
    Function,
    Index,
    Integral,
    Item,
    Limit,
    Number,
    Power,
    Reduce,
    Symbol,
)
from derive.expr.walk import children, post_order

#: the most nodes that one relation may have
MOST_NODES = 200_000

Bound = frozenset[Expr]
EMPTY: Bound = frozenset()


def base_symbol(variable: Expr) -> Symbol:
    """The symbol of a variable of differentiation (`x`, or the x of `x_i`)."""
    symbol = variable.base if isinstance(variable, Item) else variable
    if not isinstance(symbol, Symbol):
        raise EvaluationError(
            f"cannot differentiate by {variable!r}: not a symbol or an entry of one"
        )
    return symbol


def bound_by(node: Expr) -> tuple[Expr, ...]:
    """The indices and symbols that a node binds inside."""
    if isinstance(node, Reduce):
        return node.indices
    if isinstance(node, Derivative):
        return tuple(base_symbol(v) for v in node.wrt)
    if isinstance(node, Differential):
        return node.wrt
    if isinstance(node, Call):
        return node.function.parameters if node.function.body is not None else ()
    if isinstance(node, (Integral, Limit, Extremum)):
        return (node.variable,)
    if isinstance(node, Expectation):
        return node.over
    return ()


#: kinds whose value inside still depends on the outer value of what they bind
OPEN = (Derivative, Differential)


def static_bounds(root: Expr) -> None:
    """Refuses what would take too long or too much memory whatever the point: size, tall powers."""
    height: dict[Expr, int] = {}
    for count, node in enumerate(post_order(root, into_definitions=True)):
        if count > MOST_NODES:
            raise EvaluationError(f"the expression has more than {MOST_NODES} nodes")
        if isinstance(node, Number) and node.value.numerator.bit_length() > 20_000:
            raise EvaluationError("a number has more than 20,000 bits")
        if isinstance(node, Power):
            height[node] = 1 + height.get(node.exponent, 0)
            if height[node] > 3:
                raise EvaluationError("a tower of powers is too tall to evaluate")
        elif height:
            height[node] = max((height.get(c, 0) for c in children(node)), default=0)


class Plan:
    """The dependencies of every node below `roots`."""

    def __init__(self, roots: Iterable[Expr]) -> None:
        self.roots = tuple(roots)
        self.order: list[Expr] = []
        self.deps: dict[Expr, Bound] = {}
        self.binders = False
        self.changes = False
        self.bindable: dict[Expr, None] = {}
        self._needs: dict[Expr, tuple[Expr, ...]] = {}
        for root in self.roots:
            static_bounds(root)
        self._collect()

    def _collect(self) -> None:
        nodes: dict[Expr, None] = {}
        for root in self.roots:
            nodes.update(dict.fromkeys(post_order(root, into_definitions=True)))
        for node in nodes:
            bound = bound_by(node)
            self.bindable.update(dict.fromkeys(bound))
            self.changes = (
                self.changes
                or isinstance(node, OPEN)
                or (isinstance(node, Call) and node.order > 0)
            )
            self.binders = self.binders or bool(bound) or isinstance(node, (Index, Reduce, Call))
        for node in nodes:
            self.deps[node] = self._depends(node)
        self.order = list(nodes)
        self.kinds = {type(node) for node in nodes}
        self._schedules: dict[Expr, list[Expr]] = {}

    def schedule(self, root: Expr) -> list[Expr]:
        """The nodes below a root, parts first, where nothing is bound inside."""
        found = self._schedules.get(root)
        if found is None:
            found = self._schedules[root] = list(post_order(root, into_definitions=True))
        return found

    def _depends(self, node: Expr) -> Bound:
        parts = children(node, into_definitions=True)
        found: Bound = EMPTY
        for part in parts:
            inner = self.deps[part]
            if inner and inner is not found:
                found = found | inner if found else inner
        bound = bound_by(node)
        if bound and not isinstance(node, OPEN):
            found = found - frozenset(bound)
        if isinstance(node, Call):
            found = self._call_depends(node)
        if isinstance(node, Index) or (isinstance(node, Symbol) and node in self.bindable):
            found = found | {node}
        return found

    def _call_depends(self, node: Call) -> Bound:
        function = node.function
        found = self.deps[function] - frozenset(function.parameters)
        for argument in node.args:
            found = found | self.deps[argument]
        return found

    def needs(self, node: Expr) -> tuple[Expr, ...]:
        """The parts to evaluate first in the scope of `node`."""
        found = self._needs.get(node)
        if found is None:
            found = self._needs[node] = tuple(dict.fromkeys(self._find_needs(node)))
        return found

    def _find_needs(self, node: Expr) -> list[Expr]:
        if isinstance(node, Symbol):
            return [node.definition] if node.definition is not None else []
        if isinstance(node, Index):
            return []
        if isinstance(node, Item):
            return [node.base]
        if isinstance(node, Reduce):
            return self._independent([node.body, *node.where], node.indices)
        if isinstance(node, OPEN):
            symbols = list(bound_by(node))
            return symbols + self._independent([node.body], symbols)
        if isinstance(node, Call):
            inside = (
                self._independent([node.function.body], node.function.parameters)
                if node.function.body is not None
                else []
            )
            return [*node.args, *inside]
        if isinstance(node, (Integral, Expectation, Limit, Extremum)):
            return self._independent(list(children(node)), bound_by(node))
        return list(children(node))

    def _independent(self, starts: list[Expr], bound: Iterable[Expr]) -> list[Expr]:
        """The largest parts that do not depend on what is bound here, to be evaluated outside."""
        found: dict[Expr, None] = {}
        seen: set[tuple[Expr, frozenset[Expr]]] = set()
        stack = [(s, frozenset(bound)) for s in reversed(starts)]
        while stack:
            node, inside = stack.pop()
            if (node, inside) in seen:
                continue
            seen.add((node, inside))
            if isinstance(node, (Index, Function)):
                continue
            if not (self.deps[node] & inside):
                if isinstance(node, (Apply, Symbol, Reduce, Call, OPEN)) or children(node):
                    found[node] = None
                continue
            parts = children(node, into_definitions=True)
            if isinstance(node, Item):
                parts = (node.base,)
            inner = inside | frozenset(bound_by(node))
            stack.extend((p, inner) for p in reversed(parts))
        return list(found)
