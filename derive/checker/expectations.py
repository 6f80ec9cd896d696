"""Expectations, variances and covariances as weighted finite sums over nodes, for every kernel.

`E[f(z)]` becomes `sum_k w_k f(z_k)`: exact for finite laws (enumeration) and for an abstract law (a random finite
table), Gauss-Hermite for normal and Gauss-Legendre for uniform ones. The nodes are exact rationals; the error of the
rule is seen by evaluating at two levels. What cannot be expanded is refused with an `EvaluationError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product as cartesian
from math import prod
from random import Random
from typing import Any

from derive.checker.quadrature import gauss_hermite, gauss_legendre
from derive.checker.tables import Cholesky, Table
from derive.errors import EvaluationError
from derive.expr.core import Add, Apply, Dim, Expr, Item, Neg, Number, Product, Symbol, as_expr
from derive.expr.facts import declared
from derive.expr.nodes import Expectation, Index, Quotient, Reduce, Transpose
from derive.expr.sizes import Shape, Size
from derive.expr.walk import free_symbols, inline, substitute, symbols

ZERO, ONE, TWO = (Number(Fraction(v)) for v in (0, 1, 2))

#: outcomes of an abstract law
OUTCOMES = 4

#: the most nodes of one expectation
MOST = 6000


@dataclass
class Setup:
    """How an expectation is expanded: sizes, level of the rule, seed; `exact` becomes false on quadrature."""

    sizes: Mapping[str, int]
    level: int = 0
    seed: int = 0
    exact: bool = True


def expectation(node: Expectation, setup: Setup) -> Expr:
    """The expectation, variance or covariance as sums over nodes, at an assignment of the sizes."""
    if not node.over:
        raise EvaluationError(f"{node!r} does not say over which random variable it is taken")
    order = _ordered(node.over)
    if node.kind == "E":
        return _mean(node.args[0], order, setup)
    first, last = node.args[0], node.args[-1]
    left = Add((first, Neg(_mean(first, order, setup))))
    right = Add((last, Neg(_mean(last, order, setup))))
    scalar = not (left.shape or right.shape)
    return _mean(Product((left, right if scalar else Transpose(right))), order, setup)


def _ordered(over: tuple[Symbol, ...]) -> tuple[Symbol, ...]:
    """Innermost first: a variable whose law depends on another one is summed before it."""
    left, order = list(dict.fromkeys(over)), []
    while left:
        for z in left:
            others = [o for o in left if o != z]
            if not any(z in _parameters(o) for o in others):
                order.append(z)
                left.remove(z)
                break
        else:
            raise EvaluationError(f"the laws of {left!r} depend on each other in a circle")
    return tuple(order)


def _parameters(z: Symbol) -> tuple[Symbol, ...]:
    found: dict[Symbol, None] = {}
    for arg in z.law.args if z.law else ():
        if isinstance(arg, Expr):
            found.update(dict.fromkeys(free_symbols(arg)))
    return tuple(found)


def _mean(body: Expr, order: tuple[Symbol, ...], setup: Setup) -> Expr:
    expr = inline(body, _random_definitions(body, order))
    for z in order:
        expr = _over_one(expr, z, setup)
    return expr


def _random_definitions(body: Expr, over: tuple[Symbol, ...]) -> dict[Symbol, None]:
    """The defined symbols whose value depends on a random variable."""
    return {
        s: None
        for s in symbols(body)
        if s.definition is not None and any(z in over for z in free_symbols(s.definition))
    }


def _over_one(body: Expr, z: Symbol, setup: Setup) -> Expr:
    if z.law is None or z.law.kind != "random":
        raise EvaluationError(f"the random variable {z!r} has no declared distribution")
    name, *parameters = z.law.args
    rule = LAWS.get(name)
    if rule is None:
        raise EvaluationError(f"the law {name!r} of {z!r} has no rule of expectation")
    return rule(body, z, tuple(parameters), setup)


def placed(body: Expr, z: Symbol, value: Expr) -> Expr:
    """The body with the random variable replaced by a value of its shape."""
    return substitute(body, {z: value})


def entries(dims: Shape, setup: Setup) -> int:
    """The number of entries of a shape."""
    return prod(size.value(setup.sizes) for size in dims)


def _weighted(k: Index, chance: Expr, body: Expr) -> Expr:
    return Reduce("sum", (k,), Product((chance, body)))


def _nodes(
    z: Symbol, points: Sequence[Sequence[Fraction]], what: str, setup: Setup
) -> tuple[Expr, Index]:
    """The value of a variable at node k, from the flat nodes, and the index k."""
    if len(points) > MOST:
        raise EvaluationError(f"an expectation over {z!r} needs {len(points)} nodes, too many")
    count = Size.of(len(points))
    lengths = [size.value(setup.sizes) for size in z.dims]
    values = tuple(entry for point in points for entry in point)
    name = f"{what} {z.name} {lengths} {setup.level} {setup.seed}"
    k = Index(f"k'{z.name}", ONE, Dim(count))
    return Item(Table(name, (count, *z.dims), values), (k, *(None,) * len(z.dims))), k


def _weights(k: Index, weights: Sequence[Fraction], what: str, setup: Setup) -> Expr:
    name = f"weights {what} {len(weights)} {setup.level} {setup.seed}"
    return Item(Table(name, (Size.of(len(weights)),), tuple(weights)), (k,))


# ------------------------------------------------------------------------------------ finite laws


def _bernoulli(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    p = as_expr(parameters[0])
    if not z.shape:
        at_one, at_zero = placed(body, z, ONE), placed(body, z, ZERO)
        return Add((Product((p, at_one)), Product((Add((ONE, Neg(p))), at_zero))))
    count = entries(z.dims, setup)
    if 2**count > MOST or z.rank != 1:
        raise EvaluationError(f"{z!r} has 2^{count} outcomes, too many to enumerate")
    outcomes = [tuple(map(Fraction, bits)) for bits in cartesian((0, 1), repeat=count)]
    value, k = _nodes(z, outcomes, "bernoulli", setup)
    return _weighted(k, _chance_of_bits(p, value, z.shape), placed(body, z, value))


def _chance_of_bits(p: Expr, value: Expr, shape: Shape) -> Expr:
    """prod_i of p_i where z_i = 1 and 1 - p_i where z_i = 0, as z p + (1 - z)(1 - p)."""
    i = Index("i'", ONE, Dim(shape[0]))
    z, q = Item(value, (i,)), Item(p, (i,)) if p.shape else p
    chance = Add((Product((z, q)), Product((Add((ONE, Neg(z))), Add((ONE, Neg(q)))))))
    return Reduce("prod", (i,), chance)


def _categorical(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    p = as_expr(parameters[0])
    if z.shape not in ((), p.shape) or p.rank != 1:
        raise EvaluationError(f"{z!r} does not fit its probabilities {p!r}")
    k = Index(f"k'{z.name}", ONE, Dim(p.shape[0]))
    value: Expr = Apply("unit_vector", (k,), p.shape) if z.shape else k
    return _weighted(k, Item(p, (k,)), placed(body, z, value))


def _finite(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    values, p = parameters[0], parameters[1]
    if isinstance(values, Expr) and isinstance(p, Expr):
        k = Index(f"k'{z.name}", ONE, Dim(p.shape[0]))
        value = Item(values, (k, *(None,) * (values.rank - 1)))
        return _weighted(k, Item(p, (k,)), placed(body, z, value))
    pairs = zip(tuple(values), tuple(p), strict=True)
    listed = tuple(Product((as_expr(q), placed(body, z, as_expr(v)))) for v, q in pairs)
    return Add(listed) if len(listed) > 1 else listed[0]


def _any(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    """An abstract law as a random table of outcomes that respects what is declared about the variable."""
    source = Random(f"{z.name} {sorted(setup.sizes.items())} {setup.seed}")
    count = entries(z.dims, setup)
    outcomes = [[_entry(z, source) for _ in range(count)] for _ in range(OUTCOMES)]
    weights = [source.randint(1, 9) for _ in range(OUTCOMES)]
    value, k = _nodes(z, outcomes, "any", setup)
    chances = [Fraction(w, sum(weights)) for w in weights]
    return _weighted(
        k, _weights(k, chances, f"any {z.name} {weights}", setup), placed(body, z, value)
    )


def _entry(z: Symbol, source: Random) -> Fraction:
    if declared(z.facts, "binary"):
        return Fraction(source.randint(0, 1))
    if declared(z.facts, "probability"):
        return Fraction(source.randint(1, 15), 16)
    if declared(z.facts, "sign"):
        return Fraction(source.choice((-1, 1)))
    known = {"real", "nonzero", "integer", "nonnegative", "positive", "natural", "count"}
    other = [f.name for f in z.facts if f.name not in known]
    if other:
        raise EvaluationError(f"an unnamed law on {z!r}, declared {other[0]}, is not sampled")
    whole = declared(z.facts, "integer")
    size = Fraction(source.randint(1, 40), 1 if whole else source.choice((2, 8, 16)))
    return size if declared(z.facts, "nonnegative") else size * source.choice((-1, 1))


# ------------------------------------------------------------------------------------ continuous laws


def _normal(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    mean, covariance = as_expr(parameters[0]), as_expr(parameters[1])
    setup.exact = False
    points, weights = gauss_hermite(entries(z.dims, setup), setup.level)
    unit, k = _nodes(z, points, "normal", setup)
    chance = _weights(k, weights, "normal", setup)
    value = Add((_spread(mean, z.shape), _scaled(covariance, unit, z)))
    return _weighted(k, chance, placed(body, z, value))


def _scaled(covariance: Expr, unit: Expr, z: Symbol) -> Expr:
    """A square root of the covariance times a standard normal vector (or the root of a variance times it)."""
    if not covariance.shape:
        return Product((Apply("sqrt", (covariance,)), unit))
    if z.rank == 1 and covariance.shape == (z.shape[0], z.shape[0]):
        return Product((Cholesky(covariance), unit))
    raise EvaluationError(f"the covariance {covariance!r} does not fit {z!r}")


def _spread(value: Expr, shape: Shape) -> Expr:
    return value if value.shape == shape else Apply("broadcast", (value,), shape)


def _uniform(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    if z.shape:
        raise EvaluationError(f"a uniform law on the array {z!r} is not sampled")
    lower, upper = as_expr(parameters[0]), as_expr(parameters[1])
    setup.exact = False
    points, weights = gauss_legendre(24 + 16 * setup.level)
    t, k = _nodes(z, [(x,) for x in points], "uniform", setup)
    chance = _weights(k, [w / 2 for w in weights], "uniform", setup)
    half = Quotient(Add((upper, Neg(lower))), TWO)
    value = Add((Quotient(Add((lower, upper)), TWO), Product((half, t))))
    return _weighted(k, chance, placed(body, z, value))


LAWS: dict[str, Callable[[Expr, Symbol, tuple[Any, ...], Setup], Expr]] = {
    "bernoulli": _bernoulli,
    "categorical": _categorical,
    "finite": _finite,
    "any": _any,
    "normal": _normal,
    "uniform": _uniform,
}
