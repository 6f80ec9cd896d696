"""The evaluator's traversal: scopes, values kept once per scope, and the table of handlers by kind of node.

A value has the axes (P points, T index tuples, *core). A sum over an index evaluates its body once, for all
index tuples
together; a derivative evaluates its body once, on dual numbers. The traversal is iterative through definitions and
visits a node once per scope. Import it through `derive.checker.evaluate`, which registers the handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from derive.checker.budget import check
from derive.checker.duals import Condition, DualKernel
from derive.checker.plan import Plan
from derive.errors import EvaluationError
from derive.expr.nodes import Expr, Symbol
from derive.expr.sizes import Shape, Size

Value = Any

#: the most index tuples that one sum may range over
MOST_TUPLES = 20_000
#: the largest exact power of a matrix, and of a tower of scopes
LARGEST_POWER, DEEPEST = 64, 60


class TooLarge(EvaluationError):
    """The points together need too much memory; fewer may do."""


@dataclass
class Scope:
    """Where a node is evaluated: what is bound here, the number of index tuples, and how they lie over the outer
    ones.
    """

    parent: Scope | None = None
    bindings: dict[Expr, Value] = field(default_factory=dict)
    tuples: int = 1
    parents: Any = None
    level: int = 0
    directions: int = 1
    depth: int = 0
    memo: dict[Expr, Value] = field(default_factory=dict)
    #: integers (indices, bounds of sums, labels) as int64 arrays of axes (P or 1, T or 1)
    integers: dict[Expr, Any] = field(default_factory=dict)

    @cached_property
    def bound(self) -> frozenset[Expr] | None:
        """What is bound here, None in the outermost scope."""
        return frozenset(self.bindings) if self.parent is not None else None

    def above(self, home: Scope) -> list[Any]:
        """How the tuples of this scope lie over those of an outer one: the `parents` to be applied, in order."""
        chain, scope = [], self
        while scope is not home:
            if scope.parents is not None:
                chain.append(scope.parents)
            assert scope.parent is not None
            scope = scope.parent
        return chain[::-1]

    def inner(self, bindings: dict[Expr, Value], **more: Any) -> Scope:
        """A scope inside this one."""
        if self.depth >= DEEPEST:
            raise EvaluationError(f"sums and derivatives are nested more than {DEEPEST} deep")
        given = {
            "tuples": self.tuples,
            "level": self.level,
            "directions": self.directions,
            **more,
        }
        return Scope(self, bindings, depth=self.depth + 1, **given)


class Evaluator:
    """Evaluates nodes at one set of points.

    `values` maps free symbols to arrays (P, 1, *dims) of the kernel; `sizes` the size symbols to integers.
    `tangents` holds
    the free differentials dX; `realisation` selects which smooth functions stand for abstract ones.
    """

    def __init__(
        self,
        kernel: Any,
        sizes: Mapping[str, int],
        values: Mapping[Symbol, Value],
        plan: Plan,
        *,
        tangents: Mapping[Symbol, Value] | None = None,
        realisation: int = 0,
    ) -> None:
        self.k = DualKernel(kernel) if plan.changes else kernel
        self.base = kernel
        self.sizes, self.values, self.plan = sizes, values, plan
        self.tangents = tangents or {}
        self.realisation = realisation
        self.root = Scope()
        self.notes: dict[str, None] = {}
        self.points = max((len(v) for v in values.values()), default=1)
        self.steps = 0

    # ------------------------------------------------------------------ traversal

    def value(self, node: Expr, scope: Scope | None = None) -> Value:
        """The value of a node in a scope (the outermost by default)."""
        scope = scope or self.root
        if not self.plan.binders and scope is self.root:
            return self._straight(node)
        memo = scope.memo
        if node in memo:
            return memo[node]
        outermost, bound, deps = scope.parent is None, scope.bindings, self.plan.deps
        for current in self.plan.inside(node, scope.bound):
            if current in memo:
                continue
            self.steps += 1
            if not self.steps % 8:
                check()
            if outermost or not deps[current].isdisjoint(bound):
                memo[current] = self._compute(current, scope)
            else:
                memo[current] = self._from_outside(current, scope)
        return memo[node]

    def _from_outside(self, node: Expr, scope: Scope) -> Value:
        """The value of a node that depends on nothing that this scope binds."""
        home = self.home(node, scope)
        if node not in home.memo:
            self.value(node, home)
        return self._lifted(home.memo[node], node.rank, home, scope)

    def _straight(self, root: Expr) -> Value:
        """The value of a node below which nothing is bound: one pass over its parts."""
        memo, scope = self.root.memo, self.root
        for node in self.plan.schedule(root):
            if node not in memo:
                self.steps += 1
                if not self.steps % 16:
                    check()
                memo[node] = self._own_value(node, scope)
        return memo[root]

    def _own_value(self, node: Expr, scope: Scope) -> Value:
        """The value of a node from those of its parts, which are in the memory of the scope."""
        operation = self.plan.operations.get(node)
        if operation is None:
            prepare = OPERATIONS.get(type(node))
            if prepare is None:
                handler = HANDLERS.get(type(node))
                if handler is None:
                    raise _unknown(node)
                return handler(self, node, scope)
            operation = self.plan.operations[node] = prepare(node, range(len(node.parts)))
        memo = scope.memo
        return operation(self, [memo[part] for part in node.parts])

    def home(self, node: Expr, scope: Scope) -> Scope:
        """The innermost scope that binds something on which the node depends."""
        deps = self.plan.deps[node]
        here: Scope = scope
        while here.parent is not None:
            if deps and not deps.isdisjoint(here.bindings):
                return here
            here = here.parent
        return here

    def _lifted(self, value: Value, rank: int, home: Scope, scope: Scope) -> Value:
        for parents in scope.above(home):
            value = self.k.lift(value, rank, parents)
        return value

    def _compute(self, node: Expr, scope: Scope) -> Value:
        if node in scope.bindings:
            return scope.bindings[node]
        return self._own_value(node, scope)

    def check_work(self, tuples: int, directions: int) -> None:
        """Refuses index tuples times directions times points that would fill the memory."""
        work = tuples * directions * self.points
        if work > self.base.most_work:
            raise TooLarge(
                f"{tuples} index values and {directions} directions at {self.points} points are too many"
            )

    def size(self, size: Size) -> int:
        """A size as an integer, or an error where it is negative."""
        value = size.value(self.sizes)
        if value < 0:
            raise EvaluationError(f"the size {size} is negative ({value})")
        return value

    def dims(self, shape: Shape) -> tuple[int, ...]:
        """A shape as integers."""
        return tuple(self.size(s) for s in shape)

    # ------------------------------------------------------------------ arithmetic

    def spread(self, value: Value, own: int, rank: int) -> Value:
        """A scalar with trailing axes of length 1, to meet arrays of `rank` axes."""
        for _ in range(rank - own):
            value = self.k.expand(value, -1)
        return value

    def spread_condition(self, truth: Any, own: int, rank: int) -> Any:
        """A condition with trailing axes of length 1, to meet arrays of `rank` axes."""
        if isinstance(truth, Condition):
            return Condition(
                self.spread_condition(truth.truth, own, rank),
                self.spread_condition(truth.tie, own, rank),
            )
        for _ in range(rank - own):
            truth = self.base.expand(truth, -1)
        return truth

    def times(self, a: Value, left: int, b: Value, right: int, rank: int) -> Value:
        """A product of two factors with the given numbers of axes."""
        k = self.k
        if not left or not right:
            most = left or right
            return k.multiply(self.spread(a, left, most), self.spread(b, right, most))
        if left == 1:
            a = k.expand(a, -1)
        if right == 1:
            b = k.expand(b, -1)
        value = k.matmul(a, b)
        if rank < 2:
            value = k.squeeze(value, -1)
        return value if rank else k.squeeze(value, -1)


def _unknown(node: Expr) -> EvaluationError:
    return EvaluationError(f"a {type(node).__name__.lower()} has no value at a point: {node!r}")


Handler = Callable[[Evaluator, Any, Scope], Value]
#: how kinds are evaluated whose value depends on the scope
HANDLERS: dict[type[Expr], Handler] = {}
#: the value of a node from a list of values, in which those of its parts stand at known places
Operation = Callable[[Evaluator, Sequence[Value]], Value]
Preparation = Callable[[Any, Sequence[int]], Operation]
#: how the operation of a node is made from the node and the places of its parts, for kinds that need nothing else
OPERATIONS: dict[type[Expr], Preparation] = {}


def handles(kind: type[Expr]) -> Callable[[Handler], Handler]:
    """Registers how a kind of node is evaluated."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


def operates(kind: type[Expr]) -> Callable[[Preparation], Preparation]:
    """Registers how the operation of a kind of node is made."""

    def register(preparation: Preparation) -> Preparation:
        OPERATIONS[kind] = preparation
        return preparation

    return register
