"""The value of leaves, arithmetic, functions of the table, conditions and cases."""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.checker.evaluator import LARGEST_POWER, Evaluator, Scope, Value, handles
from derive.errors import EvaluationError
from derive.expr import nodes as n
from derive.expr.functions import row
from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.shapes import pair_shape, product_plan
from derive.expr.sizes import Shape, Size


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
    found = np.asarray(ev.k.to_integers(exponent))
    wanted = sorted({int(power) for power in found.reshape(-1)})
    if max(abs(wanted[0]), abs(wanted[-1])) > LARGEST_POWER:
        largest = max(wanted, key=abs)
        raise EvaluationError(f"the power {largest} of a matrix is above {LARGEST_POWER}")
    if len(wanted) == 1:
        return _matrix_power(ev, base, wanted[0])
    total = None  # the exponent varies: each power where it is meant
    for power in wanted:
        here = ev.base.integers((found == power).astype(int).reshape(*found.shape, 1, 1))
        part = ev.k.multiply(here, _matrix_power(ev, base, power))
        total = part if total is None else ev.k.add(total, part)
    return total


def _matrix_power(ev: Evaluator, base: Value, power: int) -> Value:
    """A^k by repeated products, with the inverse for k < 0."""
    if power == 0:
        return ev.k.eye(ev.k.size(base, -1))
    factor = ev.k.inverse(base) if power < 0 else base
    result = factor
    for _ in range(abs(power) - 1):
        result = ev.k.matmul(result, factor)
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
