"""Points on both sides of the surfaces where a formula switches: kinks of ReLU and abs, ties of max, boundaries
of cases.

A claim that is false only in a thin region beside such a surface is missed by random points. Between two random
points on
different sides the surface is found by bisection; the ends of two brackets, a wide and a narrow one, join the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from derive.checker.domains import reduced
from derive.checker.sampling import Points
from derive.expr.nodes import (
    Add,
    Apply,
    Cases,
    Expr,
    Indicator,
    Logic,
    Neg,
    Number,
    Relation,
    Symbol,
)

#: functions that switch where their first argument is zero, and those that switch where two arguments tie
AT_ZERO = {"abs", "relu", "elu", "sign", "leaky_relu"}
AT_TIE = {"max", "min"}
ORDER = {"<", "<=", ">", ">="}
#: symbols with these facts only have convex sets of values, so that a line between two points stays inside
CONVEX = {"real", "nonzero", "positive", "nonnegative", "negative", "probability", "interval"}
PAIRS, WIDE, NARROW = 12, 7, 24


def switches(nodes: Sequence[Expr]) -> tuple[Expr, ...]:
    """Expressions whose change of sign is a switch, for the nodes of a relation."""
    found: dict[Expr, None] = {}
    inside = any(isinstance(node, (Cases, Indicator, Logic)) for node in nodes)
    for node in nodes:
        if isinstance(node, Apply) and node.function in AT_ZERO:
            found[node.args[0]] = None
        elif isinstance(node, Apply) and node.function in AT_TIE:
            first = node.args[0]
            for other in node.args[1:]:
                if other.shape == first.shape:
                    found[_difference(first, other)] = None
        elif inside and _orders(node):
            found[_difference(node.lhs, node.rhs)] = None  # type: ignore[attr-defined]
    return tuple(e for e in found if not isinstance(e, Number))


def _orders(node: Expr) -> bool:
    """Whether a node compares two sides of one shape."""
    return isinstance(node, Relation) and node.op in ORDER and node.lhs.shape == node.rhs.shape


def _difference(a: Expr, b: Expr) -> Expr:
    return Add((a, Neg(b)))


def beside(problem: Any, kernel: Any, points: Points) -> Points | None:
    """Points beside the switching surfaces between pairs of `points`, or None where there are none."""
    movable = [s for s in points.values if reduced(s.facts) <= CONVEX]
    usable = [e for e in problem.switches if not _bound(problem, e)]
    count = min(PAIRS, points.count // 2)
    if not movable or not usable or not count:
        return None
    a, b = points.subset(range(count)), points.subset(range(count, 2 * count))
    at_a, at_b = _values(problem, kernel, usable, a), _values(problem, kernel, usable, b)
    b, at_b = _towards(problem, kernel, usable, movable, a, b, at_a, at_b)
    crossing = np.isfinite(at_a) & np.isfinite(at_b) & (np.sign(at_a) * np.sign(at_b) < 0)
    kept = np.flatnonzero(crossing.any(axis=1))
    if not len(kept):
        return None
    rng = np.random.default_rng(problem.seed + 3)
    entry = np.array([rng.choice(np.flatnonzero(crossing[i])) for i in kept])
    a, b = a.subset(kept.tolist()), b.subset(kept.tolist())
    side = np.sign(at_a[kept, entry])
    low, high = np.zeros(len(kept)), np.ones(len(kept))
    found: list[Points] = []
    for step in range(1, NARROW + 1):
        middle = (low + high) / 2
        here = _values(problem, kernel, usable, _between(a, b, movable, middle))
        same = np.sign(here[np.arange(len(kept)), entry]) == side
        low, high = np.where(same, middle, low), np.where(same, high, middle)
        if step in (WIDE, NARROW):
            found += [_between(a, b, movable, low), _between(a, b, movable, high)]
    return found[0].with_more(found[1:])


def _towards(
    problem: Any,
    kernel: Any,
    exprs: Sequence[Expr],
    movable: Sequence[Symbol],
    a: Points,
    b: Points,
    at_a: Any,
    at_b: Any,
) -> tuple[Points, Any]:
    """Where a line does not cross, its point nearest to a switch (by ternary search) takes the place of its end."""
    rng = np.random.default_rng(problem.seed + 5)
    entry = rng.integers(0, at_a.shape[1], size=len(at_a))
    lines = np.arange(len(at_a))
    same = at_a[lines, entry] * at_b[lines, entry] > 0
    if not same.any():
        return b, at_b
    low, high = np.zeros(len(at_a)), np.ones(len(at_a))
    for _ in range(NARROW):
        third = (high - low) / 3
        sizes = []
        for share in (low + third, high - third):
            here = _values(problem, kernel, exprs, _between(a, b, movable, share))
            sizes.append(here[lines, entry] * np.sign(at_a[lines, entry]))
        nearer = sizes[0] < sizes[1]
        low, high = np.where(nearer, low, low + third), np.where(nearer, high - third, high)
    moved = _between(a, b, movable, np.where(same, (low + high) / 2, 1.0))
    return moved, _values(problem, kernel, exprs, moved)


def _bound(problem: Any, expr: Expr) -> bool:
    """Whether an expression contains an index or symbol that only has a value inside a sum or a function."""
    known = {*problem.indices, *problem.symbols}
    return any(e not in known for e in problem.plan.deps[expr] if not _defined(e))


def _defined(node: Expr) -> bool:
    return isinstance(node, Symbol) and node.definition is not None


def _values(problem: Any, kernel: Any, exprs: Sequence[Expr], points: Points) -> Any:
    """(P, entries of all expressions)."""
    ev, scope = problem.evaluator_at(kernel, points, points.floats())
    parts = []
    for expr in exprs:
        value = ev.k.spread_tuples(ev.value(expr, scope), expr.rank, scope.tuples)
        value = np.broadcast_to(value, (points.count, *value.shape[1:]))
        parts.append(value.reshape(points.count, -1))
    return np.concatenate(parts, axis=1)


def _between(a: Points, b: Points, movable: Sequence[Symbol], share: Any) -> Points:
    values = dict(a.values)
    for symbol in movable:
        start = np.asarray(a.values[symbol], dtype=np.float64)
        end = np.asarray(b.values[symbol], dtype=np.float64)
        t = share.reshape((-1,) + (1,) * (start.ndim - 1))
        values[symbol] = start + t * (end - start)
    return replace(a, values=values)
