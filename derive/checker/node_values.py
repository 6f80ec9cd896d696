"""The value of leaves, arithmetic, functions of the table, conditions and cases, from the values of the parts.

Each kind is written once, as an operation on a list of values: the evaluator gives it the values of the node's own
parts, a program (`derive.checker.program`) the values at the places where the parts stand in its list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.checker.evaluator import (
    LARGEST_POWER,
    Evaluator,
    Operation,
    Scope,
    Value,
    handles,
    operates,
)
from derive.errors import EvaluationError
from derive.expr import nodes as n
from derive.expr.functions import row
from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.shapes import pair_shape, product_plan
from derive.expr.sizes import Shape, Size

Places = Sequence[int]


@operates(n.Number)
def _number(node: n.Number, places: Places) -> Operation:
    above, below = node.value.numerator, node.value.denominator
    return lambda ev, v: ev.k.number(above, below)


@operates(n.Constant)
def _constant(node: n.Constant, places: Places) -> Operation:
    name = node.name
    return lambda ev, v: ev.k.constant(name)


@operates(n.Dim)
def _dim(node: n.Dim, places: Places) -> Operation:
    size = node.size
    return lambda ev, v: ev.k.number(size.value(ev.sizes))


@operates(n.Filled)
def _filled(node: n.Filled, places: Places) -> Operation:
    dims, kind = node.dims, node.kind
    if kind == "identity":
        return lambda ev, v: ev.k.eye(ev.size(dims[0]))
    number = 1 if kind == "ones" else 0
    return lambda ev, v: ev.k.full(ev.dims(dims), number)


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


@operates(n.Add)
def _add(node: n.Add, places: Places) -> Operation:
    first, *more = places

    def add(ev: Evaluator, v: Sequence[Value]) -> Value:
        k, total = ev.k, v[first]
        for place in more:
            total = k.add(total, v[place])
        return total

    return add


@operates(n.Neg)
def _neg(node: n.Neg, places: Places) -> Operation:
    (place,) = places
    return lambda ev, v: ev.k.negative(v[place])


@operates(n.Product)
def _product(node: n.Product, places: Places) -> Operation:
    steps = _steps(node)
    if not steps and len(places) > 1:
        return _grouped_product(node, places)
    first, listed = places[0], list(zip(places[1:], steps, strict=True))

    def product(ev: Evaluator, v: Sequence[Value]) -> Value:
        value = v[first]
        for place, (left, right, shape) in listed:
            value = ev.times(value, left, v[place], right, shape)
        return value

    return product


def _steps(node: n.Product) -> list[tuple[int, int, int]]:
    """The ranks in each product from left to right, empty where another grouping is needed."""
    steps: list[tuple[int, int, int]] = []
    shape = node.factors[0].shape
    for factor in node.factors[1:]:
        made = pair_shape(shape, factor.shape)
        if made is None:
            return []
        steps.append((len(shape), len(factor.shape), len(made)))
        shape = made
    return steps


def _grouped_product(node: n.Product, places: Places) -> Operation:
    shapes = tuple(f.shape for f in node.factors)
    found = product_plan(shapes)
    assert found is not None
    grouping = found[0]

    def product(ev: Evaluator, v: Sequence[Value]) -> Value:
        if len(shapes) > 400:
            raise EvaluationError("a product of more than 400 factors is too long")

        def combine(part: Any) -> tuple[Value, Shape]:
            if isinstance(part, int):
                return v[places[part]], shapes[part]
            (a, left), (b, right) = combine(part[0]), combine(part[1])
            pair = product_plan((left, right))
            assert pair is not None
            return ev.times(a, len(left), b, len(right), len(pair[1])), pair[1]

        return combine(grouping)[0]

    return product


@operates(n.Quotient)
def _quotient(node: n.Quotient, places: Places) -> Operation:
    above, below = places
    rank = node.rank
    if not rank:
        return lambda ev, v: ev.k.divide(v[above], v[below])
    return lambda ev, v: ev.k.divide(v[above], ev.spread(v[below], 0, rank))


@operates(n.Power)
def _power(node: n.Power, places: Places) -> Operation:
    base, exponent = places
    if not node.base.shape:
        return lambda ev, v: ev.k.power(v[base], v[exponent])
    return lambda ev, v: _power_of_matrix(ev, v[base], v[exponent])


def _power_of_matrix(ev: Evaluator, base: Value, exponent: Value) -> Value:
    found = np.asarray(ev.k.to_integers(exponent))
    powers = sorted({int(power) for power in found.reshape(-1)})
    wanted = [power for power in powers if abs(power) <= LARGEST_POWER]
    if not wanted:
        largest = max(powers, key=abs)
        raise EvaluationError(f"the power {largest} of a matrix is above {LARGEST_POWER}")
    if len(powers) == 1:
        return _matrix_power(ev, base, wanted[0])
    total = None  # the exponent varies: each power where it is meant
    for power in wanted:
        here = ev.base.integers((found == power).astype(int).reshape(*found.shape, 1, 1))
        part = ev.k.multiply(here, _matrix_power(ev, base, power))
        total = part if total is None else ev.k.add(total, part)
    if len(wanted) == len(powers):
        return total
    within = (
        np.abs(found) <= LARGEST_POWER
    )  # a power too large to form leaves its point without a value
    there = ev.base.integers(within.astype(int).reshape(*found.shape, 1, 1))
    return ev.k.multiply(ev.k.divide(there, there), total)


def _matrix_power(ev: Evaluator, base: Value, power: int) -> Value:
    """A^k by repeated products, with the inverse for k < 0."""
    if power == 0:
        return ev.k.eye(ev.k.size(base, -1))
    factor = ev.k.inverse(base) if power < 0 else base
    result = factor
    for _ in range(abs(power) - 1):
        result = ev.k.matmul(result, factor)
    return result


@operates(n.Transpose)
def _transpose(node: n.Transpose, places: Places) -> Operation:
    (place,) = places
    rank = node.operand.rank
    if rank == 0:
        return lambda ev, v: v[place]
    if rank == 1:
        return lambda ev, v: ev.k.expand(v[place], -2)
    if node.rank == 1:
        return lambda ev, v: ev.k.squeeze(v[place], -2)
    return lambda ev, v: ev.k.transpose(v[place])


@operates(n.Apply)
def _apply(node: n.Apply, places: Places) -> Operation:
    meaning, given = row(node.function).meaning, node.params
    ranks = tuple(a.rank for a in node.args)
    if not given:
        if len(places) == 1:
            (place,) = places
            return lambda ev, v: meaning(ev.k, (v[place],), ranks, ())
        return lambda ev, v: meaning(ev.k, tuple([v[p] for p in places]), ranks, ())

    def apply(ev: Evaluator, v: Sequence[Value]) -> Value:
        params = tuple(ev.size(p) if isinstance(p, Size) else p for p in given)
        return meaning(ev.k, tuple([v[p] for p in places]), ranks, params)

    return apply


@operates(n.Matrix)
def _matrix(node: n.Matrix, places: Places) -> Operation:
    rest = iter(places)
    rows = [[(next(rest), block.rank) for block in line] for line in node.rows]
    rank = node.rank

    def matrix(ev: Evaluator, v: Sequence[Value]) -> Value:
        lines = [
            ev.k.concatenate([ev.spread(v[place], own, 2) for place, own in line], -1, 2)
            for line in rows
        ]
        value = ev.k.concatenate(lines, -2, 2)
        if rank < 2:
            value = ev.k.squeeze(value, -1)
        return value if rank else ev.k.squeeze(value, -1)

    return matrix


# -------------------------------------------------------------------- conditions and cases


@operates(n.Relation)
def _relation(node: n.Relation, places: Places) -> Operation:
    left, right = places
    op, rank, ranks = node.op, node.rank, (node.lhs.rank, node.rhs.rank)
    if op in ("~~", "prop"):
        raise EvaluationError(f"the relation {node!r} has no truth value at a point")
    return lambda ev, v: ev.k.compare(
        op, ev.spread(v[left], ranks[0], rank), ev.spread(v[right], ranks[1], rank)
    )


@operates(n.Logic)
def _logic(node: n.Logic, places: Places) -> Operation:
    op = node.op
    return lambda ev, v: ev.k.logical(op, tuple([v[p] for p in places]))


@operates(n.Indicator)
def _indicator(node: n.Indicator, places: Places) -> Operation:
    (place,) = places
    return lambda ev, v: ev.k.select(v[place], ev.k.number(1), ev.k.number(0))


@operates(n.Cases)
def _cases(node: n.Cases, places: Places) -> Operation:
    parts: dict[Expr, int] = dict(zip(node.parts, places, strict=True))
    branches = [(parts[b], parts[c], c.rank) for b, c in reversed(node.branches)]
    last = None if node.otherwise is None else parts[node.otherwise]
    rank = node.rank

    def cases(ev: Evaluator, v: Sequence[Value]) -> Value:
        value = ev.k.undefined() if last is None else v[last]
        for branch, condition, own in branches:
            truth = ev.spread_condition(v[condition], own, rank)
            value = ev.k.select(truth, v[branch], value)
        return value

    return cases
