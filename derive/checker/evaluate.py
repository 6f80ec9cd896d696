"""One evaluator over the primitives protocol: the author's own tree at given points, by any kernel.

A value has the axes (P points, T index tuples, *core). A sum over an index evaluates its body once, for all index tuples
together; a derivative evaluates its body once, on dual numbers. The traversal is iterative through definitions and visits a
node once per scope.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from derive.checker.budget import check
from derive.checker.duals import Condition, Dual, DualKernel, plain
from derive.checker.plan import Plan, base_symbol
from derive.errors import EvaluationError
from derive.expr import nodes as n
from derive.expr.functions import row
from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.shapes import pair_shape, product_plan
from derive.expr.sizes import ONE, Shape, Size

Value = Any

#: the most index tuples that one sum may range over
MOST_TUPLES = 20_000
#: the largest exact power of a matrix, and of a tower of scopes
LARGEST_POWER, DEEPEST = 64, 60


class TooLarge(EvaluationError):
    """The points together need too much memory; fewer may do."""


@dataclass
class Scope:
    """Where a node is evaluated: what is bound here, the number of index tuples, and how they lie over the outer ones."""

    parent: Scope | None = None
    bindings: dict[Expr, Value] = field(default_factory=dict)
    tuples: int = 1
    parents: Any = None
    level: int = 0
    directions: int = 1
    depth: int = 0
    memo: dict[Expr, Value] = field(default_factory=dict)

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

    `values` maps free symbols to arrays (P, 1, *dims) of the kernel; `sizes` the size symbols to integers. `tangents` holds
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
        stack = [(node, scope)]
        while stack:
            current, here = stack[-1]
            if current in here.memo:
                stack.pop()
                continue
            home = self._home(current, here)
            if home is not here:
                if current in home.memo:
                    here.memo[current] = self._lifted(home.memo[current], current.rank, home, here)
                    stack.pop()
                else:
                    stack.append((current, home))
                continue
            missing = (
                []
                if current in here.bindings
                else [c for c in self.plan.needs(current) if c not in here.memo]
            )
            if missing:
                stack.extend((c, here) for c in reversed(missing))
                continue
            check()
            here.memo[current] = self._compute(current, here)
            stack.pop()
        return scope.memo[node]

    def _straight(self, root: Expr) -> Value:
        """The value of a node below which nothing is bound: one pass over its parts."""
        memo, scope = self.root.memo, self.root
        for node in self.plan.schedule(root):
            if node not in memo:
                self.steps += 1
                if not self.steps % 16:
                    check()
                handler = HANDLERS.get(type(node))
                if handler is None:
                    raise _unknown(node)
                memo[node] = handler(self, node, scope)
        return memo[root]

    def _home(self, node: Expr, scope: Scope) -> Scope:
        """The innermost scope that binds something on which the node depends."""
        deps = self.plan.deps[node]
        here: Scope = scope
        while here.parent is not None:
            if deps and not deps.isdisjoint(here.bindings):
                return here
            here = here.parent
        return here

    def _lifted(self, value: Value, rank: int, home: Scope, scope: Scope) -> Value:
        chain = []
        while scope is not home:
            if scope.parents is not None:
                chain.append(scope.parents)
            assert scope.parent is not None
            scope = scope.parent
        for parents in reversed(chain):
            value = self.k.lift(value, rank, parents)
        return value

    def _compute(self, node: Expr, scope: Scope) -> Value:
        if node in scope.bindings:
            return scope.bindings[node]
        handler = HANDLERS.get(type(node))
        if handler is None:
            raise _unknown(node)
        return handler(self, node, scope)

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

    def times(self, a: Value, left: Shape, b: Value, right: Shape, shape: Shape) -> Value:
        """A product of two factors with the given shapes."""
        k = self.k
        if not left or not right:
            rank = max(len(left), len(right))
            return k.multiply(self.spread(a, len(left), rank), self.spread(b, len(right), rank))
        if len(left) == 1:
            a = k.expand(a, -1)
        if len(right) == 1:
            b = k.expand(b, -1)
        value = k.matmul(a, b)
        if len(shape) < 2:
            value = k.squeeze(value, -1)
        if not shape:
            value = k.squeeze(value, -1)
        return value


def _unknown(node: Expr) -> EvaluationError:
    return EvaluationError(f"a {type(node).__name__.lower()} has no value at a point: {node!r}")


Handler = Callable[[Evaluator, Any, Scope], Value]
HANDLERS: dict[type[Expr], Handler] = {}


def handles(kind: type[Expr]) -> Callable[[Handler], Handler]:
    """Registers how a kind of node is evaluated."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


@handles(n.Number)
def _number(ev: Evaluator, node: n.Number, scope: Scope) -> Value:
    return ev.k.number(node.value.numerator, node.value.denominator)


@handles(n.Constant)
def _constant(ev: Evaluator, node: n.Constant, scope: Scope) -> Value:
    return ev.k.constant(node.name)


@handles(n.Dim)
def _dim(ev: Evaluator, node: n.Dim, scope: Scope) -> Value:
    return ev.k.number(node.size.value(ev.sizes))


@handles(n.Filled)
def _filled(ev: Evaluator, node: n.Filled, scope: Scope) -> Value:
    shape = ev.dims(node.dims)
    if node.kind == "identity":
        return ev.k.eye(shape[0])
    return ev.k.full(shape, 1 if node.kind == "ones" else 0)


@handles(Index)
def _index(ev: Evaluator, node: Index, scope: Scope) -> Value:
    raise EvaluationError(f"the index {node.name} has no value here")


@handles(Symbol)
def _symbol(ev: Evaluator, node: Symbol, scope: Scope) -> Value:
    if node in ev.values:
        return ev.values[node]
    if node.definition is not None:
        found = scope.memo.get(node.definition)
        return ev.value(node.definition, scope) if found is None else found
    raise EvaluationError(f"{node.name} has no value")


@handles(n.Add)
def _add(ev: Evaluator, node: n.Add, scope: Scope) -> Value:
    memo = scope.memo
    total = memo[node.terms[0]]
    for term in node.terms[1:]:
        total = ev.k.add(total, memo[term])
    return total


@handles(n.Neg)
def _neg(ev: Evaluator, node: n.Neg, scope: Scope) -> Value:
    return ev.k.negative(scope.memo[node.operand])


@handles(n.Product)
def _product(ev: Evaluator, node: n.Product, scope: Scope) -> Value:
    steps = ev.plan.products.get(node)
    if steps is None:
        steps = ev.plan.products[node] = _steps(node)
    memo = scope.memo
    if steps:
        value = memo[node.factors[0]]
        for factor, (left, right, shape) in zip(node.factors[1:], steps, strict=True):
            value = ev.times(value, left, memo[factor], right, shape)
        return value
    return _grouped_product(ev, node, scope)


def _steps(node: n.Product) -> list[tuple[Shape, Shape, Shape]]:
    """The shapes of each product from left to right, empty where another grouping is needed."""
    steps: list[tuple[Shape, Shape, Shape]] = []
    shape = node.factors[0].shape
    for factor in node.factors[1:]:
        made = pair_shape(shape, factor.shape)
        if made is None:
            return []
        steps.append((shape, factor.shape, made))
        shape = made
    return steps


def _grouped_product(ev: Evaluator, node: n.Product, scope: Scope) -> Value:
    shapes = tuple(f.shape for f in node.factors)
    found = product_plan(shapes)
    assert found is not None
    memo = scope.memo
    if len(shapes) > 400:
        raise EvaluationError("a product of more than 400 factors is too long")

    def combine(part: Any) -> tuple[Value, Shape]:
        if isinstance(part, int):
            return memo[node.factors[part]], shapes[part]
        (a, left), (b, right) = combine(part[0]), combine(part[1])
        pair = product_plan((left, right))
        assert pair is not None
        return ev.times(a, left, b, right, pair[1]), pair[1]

    return combine(found[0])[0]


@handles(n.Quotient)
def _quotient(ev: Evaluator, node: n.Quotient, scope: Scope) -> Value:
    below = ev.spread(scope.memo[node.denominator], 0, node.rank)
    return ev.k.divide(scope.memo[node.numerator], below)


@handles(n.Power)
def _power(ev: Evaluator, node: n.Power, scope: Scope) -> Value:
    base, exponent = scope.memo[node.base], scope.memo[node.exponent]
    if not node.base.shape:
        return ev.k.power(base, exponent)
    found = ev.k.to_integers(exponent).reshape(-1)
    power = int(found[0])
    if (found != power).any():
        raise EvaluationError(f"the power of a matrix varies: {node.exponent!r}")
    if abs(power) > LARGEST_POWER:
        raise EvaluationError(f"the power {power} of a matrix is above {LARGEST_POWER}")
    if power < 0:
        base = ev.k.inverse(base)
    if power == 0:
        return ev.k.eye(ev.k.size(base, -1))
    result = base
    for _ in range(abs(power) - 1):
        result = ev.k.matmul(result, base)
    return result


@handles(n.Transpose)
def _transpose(ev: Evaluator, node: n.Transpose, scope: Scope) -> Value:
    value = scope.memo[node.operand]
    rank = node.operand.rank
    if rank == 0:
        return value
    if rank == 1:
        return ev.k.expand(value, -2)
    return ev.k.squeeze(value, -2) if node.rank == 1 else ev.k.transpose(value)


@handles(n.Apply)
def _apply(ev: Evaluator, node: n.Apply, scope: Scope) -> Value:
    arrays = tuple(scope.memo[a] for a in node.args)
    params = tuple(ev.size(p) if isinstance(p, Size) else p for p in node.params)
    return row(node.function).meaning(ev.k, arrays, tuple(a.rank for a in node.args), params)


@handles(n.Matrix)
def _matrix(ev: Evaluator, node: n.Matrix, scope: Scope) -> Value:
    def two(block: Expr) -> Value:
        return ev.spread(scope.memo[block], block.rank, 2)

    rows = [ev.k.concatenate([two(b) for b in line], -1, 2) for line in node.rows]
    value = ev.k.concatenate(rows, -2, 2)
    if node.rank < 2:
        value = ev.k.squeeze(value, -1)
    return value if node.rank else ev.k.squeeze(value, -1)


# -------------------------------------------------------------------- conditions and cases


@handles(n.Relation)
def _relation(ev: Evaluator, node: n.Relation, scope: Scope) -> Value:
    if node.op in ("~~", "prop"):
        raise EvaluationError(f"the relation {node!r} has no truth value at a point")
    rank = node.rank
    left = ev.spread(scope.memo[node.lhs], node.lhs.rank, rank)
    return ev.k.compare(node.op, left, ev.spread(scope.memo[node.rhs], node.rhs.rank, rank))


@handles(n.Logic)
def _logic(ev: Evaluator, node: n.Logic, scope: Scope) -> Value:
    return ev.k.logical(node.op, tuple(scope.memo[a] for a in node.args))


@handles(n.Indicator)
def _indicator(ev: Evaluator, node: n.Indicator, scope: Scope) -> Value:
    return ev.k.select(scope.memo[node.condition], ev.k.number(1), ev.k.number(0))


@handles(n.Cases)
def _cases(ev: Evaluator, node: n.Cases, scope: Scope) -> Value:
    value = ev.k.undefined() if node.otherwise is None else scope.memo[node.otherwise]
    for branch, condition in reversed(node.branches):
        truth = ev.spread_condition(scope.memo[condition], condition.rank, node.rank)
        value = ev.k.select(truth, scope.memo[branch], value)
    return value


# -------------------------------------------------------------------- derivatives


@handles(n.Derivative)
def _derivative(ev: Evaluator, node: n.Derivative, scope: Scope) -> Value:
    level, bindings = scope.level, {}
    for variable in node.wrt:
        level += 1
        symbol = base_symbol(variable)
        value = bindings.get(symbol, scope.memo.get(symbol))
        bindings[symbol] = Dual(level, value, _seed(ev, variable, symbol, scope, level))
    directions = scope.directions
    for variable in node.wrt:
        directions *= max(1, math.prod(ev.dims(variable.shape)))
    ev.check_work(scope.tuples, directions)
    inner = scope.inner(bindings, level=level, directions=directions)
    result = ev.value(node.body, inner)
    for position in range(len(node.wrt) - 1, -1, -1):
        result = _changes(ev, result, scope.level + position + 1, node.body, node.wrt[position:])
    shapes = [len(v.shape) for v in node.wrt]
    return _variables_in_order(ev, result, node.body.rank, shapes)


def _changes(ev: Evaluator, result: Value, level: int, body: Expr, done: tuple[Expr, ...]) -> Value:
    """The change of level `level` with its directions as last axes (the axes of later variables stand before them)."""
    shape = ev.dims(done[0].shape)
    if isinstance(result, Dual) and result.level == level:
        return ev.k.directions_last(result.change, shape)
    rank = body.rank + sum(len(v.shape) for v in done[1:])
    value = ev.k.multiply(ev.k.spread_tuples(result, rank, _tuples(result, rank)), ev.k.number(0))
    while not isinstance(value, Dual) and value.ndim > rank + 1 + level:
        value = value[0]  # an axis of directions that were multiplied away
    value = ev.spread(value, 0, len(shape))
    return ev.k.multiply(value, ev.k.full(shape, 1)) if shape else value


def _tuples(value: Value, rank: int) -> int:
    shape = plain(value).shape
    return int(shape[-rank - 1]) if len(shape) > rank else 1


def _variables_in_order(ev: Evaluator, value: Value, rank: int, lengths: list[int]) -> Value:
    """The axes of the variables stand last variable first; put them in the written order."""
    if sum(1 for length in lengths if length) < 2:
        return value
    blocks, start = [], rank
    for length in reversed(lengths):
        blocks.append(list(range(start, start + length)))
        start += length
    core = [*range(rank), *(axis for block in reversed(blocks) for axis in block)]
    return ev.k.permute(value, core)


def _seed(ev: Evaluator, variable: Expr, symbol: Symbol, scope: Scope, level: int) -> Value:
    """The directions of one variable: axes (D, 1 ..., P, T, *dims of the symbol)."""
    import numpy as np

    dims = ev.dims(symbol.shape)
    if isinstance(variable, n.Item):
        index = item_positions(ev, variable, scope)
        kept = [axis for axis, i in enumerate(variable.indices) if i is None]
        free = [dims[axis] for axis in kept]
        count = int(np.prod(free)) if free else 1
        points, tuples = np.broadcast_shapes(*(i.shape for i in index))
        seed = np.zeros((count, points, tuples, *dims))
        d, p, t = np.indices((count, points, tuples))
        places: list[Any] = [None] * len(dims)
        if free:
            for axis, values in zip(kept, np.unravel_index(d, free), strict=True):
                places[axis] = values
        fixed = [axis for axis, i in enumerate(variable.indices) if i is not None]
        for axis, values in zip(fixed, index, strict=True):
            places[axis] = np.broadcast_to(values, (points, tuples))[p, t]
            if ((values < 0) | (values >= dims[axis])).any():
                raise EvaluationError(f"{variable!r} lies outside {symbol.name}")
        seed[(d, p, t, *places)] = 1.0
    else:
        count = int(np.prod(dims)) if dims else 1
        ev.base.check_size((count, count))
        seed = np.eye(count).reshape((count, 1, 1, *dims))
    seed = seed.reshape((seed.shape[0], *([1] * (level - 1)), *seed.shape[1:]))
    return ev.base.integers(seed)


@handles(n.Differential)
def _differential(ev: Evaluator, node: n.Differential, scope: Scope) -> Value:
    level = scope.level + 1
    bindings: dict[Expr, Value] = {}
    for symbol in node.wrt:
        if symbol not in ev.tangents:
            raise EvaluationError(f"the differential of {symbol.name} has no value")
        change = ev.tangents[symbol].reshape((1,) * level + ev.tangents[symbol].shape)
        bindings[symbol] = Dual(level, scope.memo[symbol], change)
    result = ev.value(node.body, scope.inner(bindings, level=level))
    if isinstance(result, Dual) and result.level == level:
        return ev.k.directions_last(result.change, ())
    rank = node.body.rank
    return ev.k.multiply(ev.k.spread_tuples(result, rank, _tuples(result, rank)), ev.k.number(0))


# -------------------------------------------------------------------- entries


def integer_value(ev: Evaluator, node: Expr, scope: Scope) -> Any:
    """An integer scalar (an index, `t + j - 1`, `2 n`, a label) as an int64 array of axes (P or 1, T or 1)."""
    import numpy as np

    if isinstance(node, n.Number) and node.value.denominator == 1:
        return np.full((1, 1), int(node.value), dtype=np.int64)
    if isinstance(node, n.Dim):
        return np.full((1, 1), node.size.value(ev.sizes), dtype=np.int64)
    found = np.asarray(ev.k.to_integers(ev.value(node, scope)))
    return found.reshape((1,) * (2 - found.ndim) + found.shape) if found.ndim < 2 else found


def item_positions(ev: Evaluator, node: n.Item, scope: Scope) -> list[Any]:
    """The given indices of an item, counted from 0."""
    base = node.base
    found = []
    for axis, index in enumerate(node.indices):
        if index is None:
            continue
        origin = base.origin if isinstance(base, Symbol) and axis < base.family else 1
        found.append(integer_value(ev, index, scope) - origin)
    return found


@handles(n.Item)
def _item(ev: Evaluator, node: n.Item, scope: Scope) -> Value:
    base = scope.memo[node.base]
    axes = [axis for axis, i in enumerate(node.indices) if i is not None]
    if not axes:
        return base
    index = item_positions(ev, node, scope)
    shape = ev.dims(node.base.shape)
    for axis, values in zip(axes, index, strict=True):
        if ((values < 0) | (values >= shape[axis])).any():
            ev.notes[f"{node!r} leaves its range (1 to {shape[axis]})"] = None
    return ev.k.gather(base, node.base.rank, axes, index, scope.tuples)


def column_shape(shape: Shape) -> bool:
    """Whether a shape is a row vector's."""
    return len(shape) == 2 and shape[0] == ONE


from derive.checker import binders as _binders  # noqa: E402, F401
