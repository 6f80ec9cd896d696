"""JAX autodiff of the original function as second opinion on every derivative that a relation contains.

The judge decides derivatives on dual numbers in balls; here the same derivative of the author's own function is
taken by `jax.grad` and compared with the dual numbers at one point, contracted with random vectors. Disagreement
is a fault that makes the relation undecided, never a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from derive.checker.evaluate import Evaluator, Scope
from derive.checker.plan import base_symbol
from derive.checker.sampling import Points
from derive.errors import DeriveError, EvaluationError
from derive.expr.facts import declared
from derive.expr.nodes import Derivative, Differential, Expr, Index, Item, Symbol

#: relative difference of the two derivatives that rounding may explain
TOLERANCE = 1e-6
#: rounding of a derivative relative to the size of what is differentiated
ROUNDING = 1e-13
_confirmed: dict[tuple[Expr, tuple[tuple[str, int], ...]], bool] = {}


def confirm(problem: Any, points: Points) -> bool | None:
    """True when JAX agrees on every derivative, False when it differs on one, None when it could not say."""
    listed = [
        n
        for n in problem.plan.order
        if isinstance(n, (Derivative, Differential)) and n.body != n.wrt[0]
    ]
    said = [_one(problem, node, points) for node in _outermost(problem, listed)]
    if not said or any(s is None for s in said):
        return False if any(s is False for s in said) else None
    return all(said)


def _outermost(
    problem: Any, listed: Sequence[Derivative | Differential]
) -> list[Derivative | Differential]:
    """Derivatives outside which nothing but indices is bound (one inside another is part of its body)."""
    inside: set[Expr] = set()
    from derive.expr.walk import post_order

    for node in listed:
        inside.update(
            n
            for n in post_order(node.body, into_definitions=True)
            if isinstance(n, (Derivative, Differential))
        )
    return [n for n in listed if n not in inside]


def _one(problem: Any, node: Derivative | Differential, points: Points) -> bool | None:
    key = (node, tuple(sorted(points.sizes.items())))
    if key not in _confirmed:
        if len(_confirmed) > 4096:
            _confirmed.clear()
        try:
            with np.errstate(all="ignore"):
                found = _compare(problem, node, points)
        except EvaluationError as error:
            if "took longer" in str(error):
                raise
            found = None
        except (DeriveError, NotImplementedError, TypeError):
            found = None
        if found is None:
            return None
        _confirmed[key] = found
    return _confirmed[key]


def _compare(problem: Any, node: Derivative | Differential, points: Points) -> bool | None:
    from derive.checker.jax_kernel import JaxKernel
    from derive.checker.numpy_kernel import NumpyKernel

    rng = np.random.default_rng(5)
    ours, scope = _prepared(problem, NumpyKernel(), node, points)
    value = ours.k.spread_tuples(ours.value(node, scope), node.rank, scope.tuples)
    u = rng.uniform(0.5, 1.5, size=(1, scope.tuples, *ours.dims(node.body.shape)))
    if isinstance(node, Differential):
        expected = float(np.sum(u * value))
        theirs, jax_scope = _prepared(problem, JaxKernel(), node, points)
        found = _along(theirs, jax_scope, node, u)
        scale = float(np.sum(np.abs(u * value)))
        return _near(found, expected, scale)
    weights = [rng.uniform(0.5, 1.5, size=ours.dims(v.shape)) for v in node.wrt]
    axes = tuple(range(-sum(w.ndim for w in weights), 0))
    outer = np.ones(())
    for w in weights:
        outer = np.multiply.outer(outer, w)
    contracted = u * (np.sum(value * outer, axis=axes) if axes else value * outer)
    expected = float(np.sum(contracted))
    scale = float(np.sum(np.abs(u).reshape(u.shape + (1,) * len(axes)) * np.abs(value * outer)))
    theirs, jax_scope = _prepared(problem, JaxKernel(), node, points)
    found = _by_jax(theirs, jax_scope, node, u, weights)
    body = ours.k.spread_tuples(ours.value(node.body, scope), node.body.rank, scope.tuples)
    noise = ROUNDING * float(np.sum(np.abs(u * body))) * float(np.sum(np.abs(outer)))
    return _near(found, expected, scale, noise)


def _near(found: float, expected: float, scale: float, noise: float = 0.0) -> bool | None:
    """Whether two derivatives agree relative to their terms; `noise` is what rounding leaves of one that is zero."""
    if not np.isfinite(found) or not np.isfinite(expected):
        return None
    return abs(found - expected) <= max(TOLERANCE * max(scale, abs(found), 1e-300), noise)


def _along(ev: Evaluator, scope: Scope, node: Differential, u: Any) -> float:
    """Sum of u times the change of the body when its symbols move along the free differentials, by `jax.grad`."""
    import jax
    import jax.numpy as jnp

    from derive.checker.jaxpr import run

    symbols = list(node.wrt)
    arguments = [
        np.asarray(ev.k.spread_tuples(ev.value(s, scope), s.rank, scope.tuples)) for s in symbols
    ]

    def body(*values: Any) -> Any:
        inner = scope.inner(dict(zip(symbols, values, strict=True)))
        return jnp.sum(u * ev.value(node.body, inner))

    def change(*values: Any) -> Any:
        slopes = jax.grad(body, argnums=tuple(range(len(symbols))))(*values)
        return sum(jnp.sum(g * ev.tangents[s]) for g, s in zip(slopes, symbols, strict=True))

    return float(run(jax.make_jaxpr(change)(*arguments), arguments)[0])


def _prepared(
    problem: Any, kernel: Any, node: Derivative | Differential, points: Points
) -> tuple[Evaluator, Scope]:
    from derive.checker.binders import open_index

    ev = Evaluator(
        kernel,
        points.sizes,
        points.floats(),
        problem.plan,
        tangents=points.floats(True),
        realisation=points.realisation,
    )
    scope = ev.root
    wanted = problem.plan.deps[node]
    for index in problem.plan.order:
        if isinstance(index, Index) and index in wanted:
            scope = open_index(ev, index, scope)
    if not scope.tuples:
        raise EvaluationError("no index values")
    return ev, scope


def _by_jax(ev: Evaluator, scope: Scope, node: Derivative, u: Any, weights: list[Any]) -> float:
    """Sum of u times the derivative contracted with the weights, by nested `jax.grad`."""
    import jax
    import jax.numpy as jnp

    from derive.checker.jaxpr import run

    variables: dict[Symbol, Any] = {}
    for variable in node.wrt:
        symbol = base_symbol(variable)
        plain = ev.k.spread_tuples(ev.value(symbol, scope), symbol.rank, scope.tuples)
        variables[symbol] = np.asarray(plain, dtype=np.float64)
    symbols = list(variables)

    def body(*values: Any) -> Any:
        inner = scope.inner(dict(zip(symbols, values, strict=True)))
        return jnp.sum(u * ev.value(node.body, inner))

    function = body
    for variable, weight in zip(node.wrt, weights, strict=True):
        function = _contracted(ev, scope, function, variable, symbols, weight)
    arguments = [variables[s] for s in symbols]
    traced = jax.make_jaxpr(function)(*arguments)
    return float(run(traced, arguments)[0])


def _contracted(
    ev: Evaluator, scope: Scope, function: Any, variable: Expr, symbols: list[Symbol], weight: Any
) -> Any:
    import jax
    import jax.numpy as jnp

    direction = _direction(ev, scope, variable, weight)
    gradient = jax.grad(function, argnums=symbols.index(base_symbol(variable)))
    return lambda *values: jnp.sum(gradient(*values) * direction)


def _direction(ev: Evaluator, scope: Scope, variable: Expr, weight: Any) -> Any:
    """The weights of a variable placed in its symbol: (1, T, *dims)."""
    from derive.checker.entries import item_positions

    if not isinstance(variable, Item):
        if declared(base_symbol(variable).facts, "symmetric_entries"):
            weight = weight + weight.T - np.diag(np.diag(weight))
        return weight[None, None]
    dims = ev.dims(base_symbol(variable).shape)
    out = np.zeros((1, scope.tuples, *dims))
    index = [np.broadcast_to(i[0], (scope.tuples,)) for i in item_positions(ev, variable, scope)]
    for t in range(scope.tuples):
        positions = iter(index)
        place = tuple(slice(None) if i is None else next(positions)[t] for i in variable.indices)
        out[(0, t, *place)] = weight
    return out
