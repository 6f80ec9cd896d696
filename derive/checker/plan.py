"""What an evaluation needs to know about an expression before any point is chosen, computed once per relation.

`dependencies` are the indices and bindable symbols that a node's value depends on; `needs` are the parts that
must be evaluated
before a node, in the same scope. Nothing here recurses into definitions.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from derive.errors import EvaluationError
from derive.expr.nodes import (
    Apply,
    Call,
    Constant,
    Derivative,
    Differential,
    Dim,
    Expectation,
    Expr,
    Extremum,
    Filled,
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
from derive.expr.walk import children

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


#: leaves, and the kinds that bind a name
PLAIN = (Number, Dim, Constant, Filled)
BINDERS = (Reduce, Derivative, Differential, Call, Integral, Limit, Extremum, Expectation)
#: kinds whose value inside still depends on the outer value of what they bind
OPEN = (Derivative, Differential)


class Bounds:
    """Refuses what would take too long or too much memory whatever the point: number of nodes, digits, tall powers."""

    def __init__(self) -> None:
        self.count = 0
        self.height: dict[Expr, int] = {}

    def see(self, node: Expr, parts: tuple[Expr, ...]) -> None:
        """Looks at the next node, whose parts were seen before."""
        self.count += 1
        if self.count > MOST_NODES:
            raise EvaluationError(f"the expression has more than {MOST_NODES} nodes")
        if isinstance(node, Number):
            if node.value.numerator.bit_length() > 20_000:
                raise EvaluationError("a number has more than 20,000 bits")
        elif isinstance(node, Power):
            self.height[node] = 1 + self.height.get(node.exponent, 0)
            if self.height[node] > 3:
                raise EvaluationError("a tower of powers is too tall to evaluate")
        elif self.height:
            self.height[node] = max((self.height.get(c, 0) for c in parts), default=0)


class Plan:
    """The dependencies of every node below `roots`."""

    def __init__(self, roots: Iterable[Expr]) -> None:
        self.roots = tuple(roots)
        self.deps: dict[Expr, Bound] = {}
        self.binders = False
        self.changes = False
        self.bindable: dict[Expr, None] = {}
        #: what a node does with the values of its parts, made when it is first evaluated
        self.operations: dict[Expr, Any] = {}
        self._needs: dict[Expr, tuple[Expr, ...]] = {}
        self._schedules: dict[Expr, list[Expr]] = {}
        self._inside: dict[tuple[Expr, Bound | None], list[Expr]] = {}
        parts = self.parts = self._collect()
        self.order = list(parts)
        self.kinds = {type(node) for node in parts}
        for node, inside in parts.items():
            self.deps[node] = self._depends(node, inside)

    def _collect(self) -> dict[Expr, tuple[Expr, ...]]:
        """Every node below the roots with its parts, parts first."""
        found: dict[Expr, tuple[Expr, ...]] = {}
        bounds = Bounds()
        stack: list[tuple[Expr, tuple[Expr, ...] | None]] = [
            (r, None) for r in reversed(self.roots)
        ]
        while stack:
            node, parts = stack.pop()
            if node in found:
                continue
            if parts is None:
                parts = () if isinstance(node, PLAIN) else children(node, into_definitions=True)
                if parts:
                    stack.append((node, parts))
                    stack.extend([(c, None) for c in reversed(parts) if c not in found])
                    continue
            found[node] = parts
            bounds.see(node, parts)
            self._notice(node)
        return found

    def _notice(self, node: Expr) -> None:
        bound = bound_by(node) if isinstance(node, BINDERS) else ()
        if bound:
            self.bindable.update(dict.fromkeys(bound))
        if isinstance(node, OPEN) or (isinstance(node, Call) and node.order > 0):
            self.changes = True
        if bound or isinstance(node, (Index, Reduce, Call)):
            self.binders = True

    def schedule(self, root: Expr) -> list[Expr]:
        """The nodes below a root, parts first, where nothing is bound inside."""
        found = self._schedules.get(root)
        if found is None:
            found = self._schedules[root] = self._below(root)
        return found

    def inside(self, root: Expr, bound: Bound | None) -> list[Expr]:
        """The nodes to evaluate for `root` in a scope that binds `bound` (None for the outermost), parts first.

        What does not depend on `bound` stands there without its parts, as does what is bound.
        """
        key = (root, bound)
        found = self._inside.get(key)
        if found is None:
            found = self._inside[key] = self._find_inside(root, bound)
        return found

    def _find_inside(self, root: Expr, bound: Bound | None) -> list[Expr]:
        done: dict[Expr, None] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            parts: tuple[Expr, ...] = ()
            if bound is None or (node not in bound and not bound.isdisjoint(self.deps[node])):
                parts = self.needs(node)
            if ready or not parts:
                done[node] = None
                continue
            stack.append((node, True))
            stack.extend([(c, False) for c in reversed(parts) if c not in done])
        return list(done)

    def _below(self, root: Expr) -> list[Expr]:
        done: dict[Expr, None] = {}
        stack = [(root, False)]
        while stack:
            node, ready = stack.pop()
            if node in done:
                continue
            parts = self.parts[node]
            if ready or not parts:
                done[node] = None
                continue
            stack.append((node, True))
            stack.extend([(c, False) for c in reversed(parts) if c not in done])
        return list(done)

    def _depends(self, node: Expr, parts: tuple[Expr, ...]) -> Bound:
        found: Bound = EMPTY
        for part in parts:
            inner = self.deps[part]
            if inner and inner is not found:
                found = found | inner if found else inner
        bound = bound_by(node) if isinstance(node, BINDERS) else ()
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

    def entry(self, node: Item) -> Reduce | None:
        """The array, given by its entries, of which one entry is taken: that entry can be evaluated alone."""
        base = node.base
        if not isinstance(base, Symbol) or base in self.bindable or None in node.indices:
            return None
        made = base.definition
        return made if isinstance(made, Reduce) and made.kind == "array" else None

    def _find_needs(self, node: Expr) -> list[Expr]:
        if isinstance(node, Symbol):
            return [node.definition] if node.definition is not None else []
        if isinstance(node, Index):
            return []
        if isinstance(node, Item):
            return [] if self.entry(node) is not None else [node.base]
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
                parts = () if self.entry(node) is not None else (node.base,)
            inner = inside | frozenset(bound_by(node))
            stack.extend((p, inner) for p in reversed(parts))
        return list(found)
