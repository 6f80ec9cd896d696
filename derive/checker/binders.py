"""Evaluation of what binds names: sums and products over indices, calls of document functions."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from derive.checker.duals import plain
from derive.checker.entries import integer_value
from derive.checker.evaluator import MOST_TUPLES, Evaluator, Scope, Value, handles
from derive.errors import EvaluationError
from derive.expr import nodes as n
from derive.expr.nodes import Expr, Index, Symbol

NEUTRAL = {"sum": 0, "prod": 1}


def open_index(ev: Evaluator, index: Index, scope: Scope) -> Scope:
    """A scope with a tuple for each value of the index, over each tuple outside."""
    for bound in (index.lower, index.upper):
        if isinstance(bound, n.Constant):
            raise EvaluationError(f"the index {index.name} has an infinite range")
    lower = _per_tuple(integer_value(ev, index.lower, scope), scope, index)
    upper = _per_tuple(integer_value(ev, index.upper, scope), scope, index)
    lengths = np.maximum(upper - lower + 1, 0)
    total = int(lengths.sum())
    if total > MOST_TUPLES or (lengths > MOST_TUPLES).any():
        raise EvaluationError(
            f"the sum over {index.name} has {int(lengths.max())} terms, more than {MOST_TUPLES}"
        )
    ev.check_work(total, scope.directions)
    parents = np.repeat(np.arange(scope.tuples), lengths)
    starts = np.cumsum(lengths) - lengths
    values = np.arange(total) - np.repeat(starts, lengths) + np.repeat(lower, lengths)
    return index_scope(ev, scope, {index: values}, parents)


def index_scope(ev: Evaluator, scope: Scope, values: dict[Expr, Any], parents: Any) -> Scope:
    """A scope whose tuples lie over `scope` as `parents` says, with integer values for indices."""
    whole = {i: v.reshape(1, -1) for i, v in values.items()}
    bound = {i: ev.base.integers(v) for i, v in whole.items()}
    return scope.inner(bound, tuples=len(parents), parents=parents, integers=whole)


def _per_tuple(values: Any, scope: Scope, index: Index) -> Any:
    if values.shape[0] != 1 and (values != values[:1]).any():
        raise EvaluationError(f"the range of {index.name} varies with the point")
    return np.broadcast_to(values[0], (scope.tuples,))


def narrowed(ev: Evaluator, scope: Scope, condition: Any) -> Scope:
    """The tuples of a scope for which a condition (one boolean for each) is true."""
    kept = np.flatnonzero(condition)
    inner = Scope(
        scope.parent,
        {},
        tuples=len(kept),
        parents=None if scope.parents is None else scope.parents[kept],
        level=scope.level,
        depth=scope.depth,
    )
    for index, value in scope.bindings.items():
        inner.bindings[index] = ev.k.lift(value, index.rank, kept)
        whole = scope.integers.get(index)
        if whole is not None:
            inner.integers[index] = whole[:, kept]
    if scope.tuples == 1 and len(kept) == 0:
        for index, value in scope.bindings.items():
            inner.bindings[index] = value[:, :0]
    return inner


def groups(parents: Any, count: int) -> Any:
    """Positions of the members of each group: (count, longest), -1 where a group is shorter."""
    lengths = np.bincount(parents, minlength=count) if len(parents) else np.zeros(count, int)
    longest = int(lengths.max()) if count else 0
    table = np.full((count, longest), -1, dtype=np.int64)
    place = np.arange(len(parents)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    table[parents, place] = np.arange(len(parents))
    return table


@handles(n.Reduce)
def _reduce(ev: Evaluator, node: n.Reduce, scope: Scope) -> Value:
    inner, total = scope, np.arange(scope.tuples)
    chain: list[Any] = []
    for index in node.indices:
        inner = open_index(ev, index, inner)
        chain.append(inner)
        total = total[inner.parents]
    if node.kind == "array":
        return _array(ev, node, inner, scope)
    masks: list[Any] = []
    for condition in node.where:
        if not inner.tuples:
            break
        truth = ev.value(condition, inner)
        known = _at_every_point(ev, truth, inner.tuples)
        if known is None:
            masks.append((condition, truth))
            continue
        inner = narrowed(ev, inner, known)
        total = total[np.flatnonzero(known)]
    if not inner.tuples:
        return _empty(ev, node)
    if masks:
        masks = [ev.value(condition, inner) for condition, _ in masks]
    body = ev.value(node.body, inner)
    rank = node.body.rank
    neutral = ev.k.number(NEUTRAL.get(node.kind, 0))
    for truth in masks:
        if node.kind not in NEUTRAL:
            raise EvaluationError(f"the range of a {node.kind} varies with the point")
        body = ev.k.select(ev.spread_condition(truth, 0, rank), body, neutral)
    body = ev.k.spread_tuples(body, rank, inner.tuples)
    table = groups(total, scope.tuples)
    if node.kind not in NEUTRAL and (table < 0).any():
        raise EvaluationError(f"a {node.kind} over ranges of different lengths")
    grouped = ev.k.segments(body, rank, table, NEUTRAL.get(node.kind, 0))
    return _combined(ev, node.kind, grouped, rank)


def _array(ev: Evaluator, node: n.Reduce, inner: Scope, scope: Scope) -> Value:
    """The values of the body for all index tuples, as axes of an array."""
    dims = ev.dims(node.shape)
    if not inner.tuples:
        return ev.k.full(dims, 0)
    body = ev.k.spread_tuples(ev.value(node.body, inner), 0, inner.tuples)
    return ev.k.reshape(body, 1, (scope.tuples, *dims))


def _empty(ev: Evaluator, node: n.Reduce) -> Value:
    if node.kind not in NEUTRAL:
        raise EvaluationError(f"the {node.kind} over an empty range has no value: {node!r}")
    return ev.k.full(ev.dims(node.shape), NEUTRAL[node.kind])


def _at_every_point(ev: Evaluator, truth: Any, tuples: int) -> Any:
    """A condition as one boolean for each tuple, or None when it depends on the point."""
    known = np.asarray(ev.k.known(truth))
    known = known.reshape((-1, known.shape[-1])) if known.ndim else known.reshape(1, 1)
    if (known != known[:1]).any():
        return None
    return np.broadcast_to(known[0], (tuples,))


def _combined(ev: Evaluator, kind: str, grouped: Value, rank: int) -> Value:
    """(..., T, N, *core) to (..., T, *core)."""
    k = ev.k
    if kind == "sum":
        return k.sum_axis(grouped, -rank - 1)
    if kind == "prod":
        return k.prod(grouped)
    return k.max(grouped, 1) if kind == "max" else k.min(grouped, 1)


# -------------------------------------------------------------------- functions of the document

#: the most ridge functions, one for each entry of the arguments, that make up an abstract function of arrays
RIDGES = 2


@handles(n.Call)
def _call(ev: Evaluator, node: n.Call, scope: Scope) -> Value:
    function = node.function
    arguments = [scope.memo[a] for a in node.args]
    if function.body is None:
        return _abstract(ev, node, arguments, scope)
    if node.order:
        return _defined_derivative(ev, node, arguments[0], scope)
    parameters = function.parameters
    if function.elementwise and len(arguments) == 1 and node.args[0].shape != parameters[0].shape:
        return _entrywise(ev, node, arguments[0], scope)
    inner = scope.inner(dict(zip(parameters, arguments, strict=True)))
    return ev.value(function.body, inner)


def _flattened(
    ev: Evaluator, value: Value, rank: int, scope: Scope
) -> tuple[Value, Any, tuple[int, ...]]:
    """An array argument as scalars over more tuples: the value, the parents of the tuples, and the core shape."""
    value = ev.k.spread_tuples(value, rank, scope.tuples)
    core = plain(value).shape[plain(value).ndim - rank :] if rank else ()
    many = int(np.prod(core)) if core else 1
    flat = ev.k.reshape(value, rank + 1, (scope.tuples * many,))
    return flat, np.repeat(np.arange(scope.tuples), many), core


def _entrywise(ev: Evaluator, node: n.Call, argument: Value, scope: Scope) -> Value:
    rank = node.args[0].rank
    flat, parents, core = _flattened(ev, argument, rank, scope)
    inner = scope.inner({node.function.parameters[0]: flat}, tuples=len(parents), parents=parents)
    assert node.function.body is not None
    value = ev.k.spread_tuples(ev.value(node.function.body, inner), 0, len(parents))
    return ev.k.reshape(value, 1, (scope.tuples, *core))


def _defined_derivative(ev: Evaluator, node: n.Call, argument: Value, scope: Scope) -> Value:
    """f'(x), f''(x) ... of a defined scalar function, entry by entry, on dual numbers."""
    from derive.checker.duals import Dual

    if len(node.args) != 1 or node.function.parameters[0].shape:
        raise EvaluationError(f"{node!r}: a prime needs a function of one scalar")
    flat, parents, core = _flattened(ev, argument, node.args[0].rank, scope)
    value, level = flat, scope.level
    for _ in range(node.order):
        level += 1
        one = ev.base.integers(np.ones((1,) * (level + 2)))
        value = Dual(level, value, one)
    inner = scope.inner(
        {node.function.parameters[0]: value}, tuples=len(parents), parents=parents, level=level
    )
    assert node.function.body is not None
    result = ev.value(node.function.body, inner)
    for top in range(level, scope.level, -1):
        if isinstance(result, Dual) and result.level == top:
            result = ev.k.directions_last(result.change, ())
        else:
            result = ev.k.multiply(result, ev.k.number(0))
    result = ev.k.spread_tuples(result, 0, len(parents))
    return ev.k.reshape(result, 1, (scope.tuples, *core))


def _abstract(ev: Evaluator, node: n.Call, arguments: list[Value], scope: Scope) -> Value:
    """A function without a formula stands for smooth functions, a different one in each realisation."""
    function = node.function
    seed = zlib.crc32(f"{function.name}/{ev.realisation}".encode())
    known = {fact.name for fact in function.facts} - {"real"}
    if known:
        raise EvaluationError(
            f"no sample of a function {function.name} that is {', '.join(sorted(known))}"
        )
    if function.elementwise and len(arguments) == 1:
        return smooth(ev, [coefficients(Random(seed))], arguments[0], node.order)
    if node.order:
        raise EvaluationError(f"{node!r}: a prime needs a function of one scalar")
    return _smooth_of_arrays(ev, function, arguments, seed)


def coefficients(random: Random) -> list[Fraction]:
    """Six rationals of moderate size, none zero."""
    return [Fraction(random.choice([-1, 1]) * random.randint(3, 24), 16) for _ in range(6)]


def smooth(ev: Evaluator, given: list[list[Fraction]], x: Value, order: int = 0) -> Value:
    """The derivative of an order of a sin(b x + c) + d sin(f x + e) + e x (x + b): neither odd, even nor periodic.

    Where several sixfold coefficients are given, there is one function for each entry of the last axis of x.
    """
    k = ev.k
    a, b, c, d, e, f = zip(*given, strict=True)

    def numbers(values: Iterable[Fraction]) -> Value:
        listed = list(values)
        if len(listed) == 1:
            return k.number(listed[0].numerator, listed[0].denominator)
        return ev.base.integers(np.array([float(q) for q in listed]))  # sixteenths: exact as floats

    total = None
    for height, pace, shift in ((a, b, c), (d, f, e)):
        inside = k.add(k.multiply(numbers(pace), x), numbers(shift))
        wave = k.unary(("sin", "cos", "sin", "cos")[order % 4], inside)
        sign = -1 if order % 4 in (2, 3) else 1
        heights = numbers(sign * h * p**order for h, p in zip(height, pace, strict=True))
        term = k.multiply(heights, wave)
        total = term if total is None else k.add(total, term)
    polynomial = {
        0: lambda: k.multiply(numbers(e), k.multiply(x, k.add(x, numbers(b)))),
        1: lambda: k.multiply(numbers(e), k.add(k.add(x, x), numbers(b))),
        2: lambda: numbers(2 * q for q in e),
    }.get(order)
    return total if polynomial is None else k.add(total, polynomial())


def _smooth_of_arrays(
    ev: Evaluator, function: n.Function, arguments: list[Value], seed: int
) -> Value:
    """Entry r of the result is a sum of smooth functions, each of a combination of all entries of all
    arguments: one for each entry up to `RIDGES`, and one more, so that no second derivative is of
    low rank by the choice of the function.
    """
    shape = ev.dims(function.shape)
    count = int(np.prod(shape)) if shape else 1
    sizes = [int(np.prod(ev.dims(p.shape))) if p.shape else 1 for p in function.parameters]
    terms = 1 + min(sum(sizes), RIDGES) if sum(sizes) > 1 else 1
    given, weights = [], []
    for position in range(count):
        for term in range(terms):
            random = Random((seed * 1009 + position) * 31 + term)
            weights.append([_weight(random) for _ in range(sum(sizes))])
            given.append(coefficients(random))
    if not given:
        return ev.base.integers(np.zeros(shape))
    inside = _combinations(ev, function.parameters, arguments, sizes, np.array(weights))
    parts = ev.k.reshape(smooth(ev, given, inside), 1, (count, terms))
    entries = ev.k.sum(parts, 1)
    return ev.k.reshape(entries, 1, shape)


def _weight(random: Random) -> float:
    return random.choice([-1, 1]) * random.randint(2, 15) / 16


def _combinations(
    ev: Evaluator,
    parameters: tuple[Symbol, ...],
    arguments: list[Value],
    sizes: list[int],
    weights: Any,
) -> Value:
    """Sums of all entries of all arguments, weighted by each row of `weights` (R, entries), along a last axis of R."""
    total, start = None, 0
    for parameter, argument, many in zip(parameters, arguments, sizes, strict=True):
        dims = ev.dims(parameter.shape)
        own = weights[:, start : start + many].reshape((-1, *dims))
        each = ev.k.expand(argument, -1 - len(dims))
        part = ev.k.sum(ev.k.multiply(each, ev.base.integers(own)), len(dims))
        total = part if total is None else ev.k.add(total, part)
        start += many
    assert total is not None
    return total
