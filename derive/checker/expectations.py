"""Expectations, variances and covariances as weighted finite sums over nodes, for every kernel.

`E[f(z)]` becomes `sum_k w_k f(z_k)`: exact for finite laws (enumeration) and for an abstract law (a random finite
table), Gauss-Hermite for normal and Gauss-Legendre for uniform ones. The nodes are exact rationals; the error of the
rule is seen by evaluating at two levels. What cannot be expanded is refused with an `EvaluationError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from itertools import product as cartesian
from math import comb, prod
from random import Random
from typing import Any

from derive.checker.degrees import degree_in
from derive.checker.quadrature import (
    DEGREE,
    Grid,
    gauss_hermite,
    gauss_legendre,
    hermite_of_degree_five,
)
from derive.checker.tables import Cholesky, Table
from derive.errors import EvaluationError
from derive.expr.core import Add, Apply, Dim, Expr, Item, Neg, Number, Product, Symbol, as_expr
from derive.expr.facts import declared
from derive.expr.nodes import (
    Call,
    Derivative,
    Expectation,
    Filled,
    Function,
    Index,
    Quotient,
    Reduce,
    Transpose,
)
from derive.expr.sizes import Shape, Size
from derive.expr.walk import free_symbols, inline, post_order, substitute, symbols, transform

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
    expr = opened(body, order)
    for z in order:
        expr = _over_one(expr, z, setup)
    return expr


def opened(body: Expr, over: tuple[Symbol, ...]) -> Expr:
    """An expression with what is defined by random variables written out."""
    return inline(body, _random_definitions(body, over))


def _random_definitions(body: Expr, over: tuple[Symbol, ...]) -> dict[Symbol, None]:
    """The defined symbols whose value depends on a random variable."""
    found: dict[Symbol, None] = {}
    for s in symbols(body):
        if s.definition is not None and any(z in over for z in free_symbols(s.definition)):
            if declared(s.facts, "zero_outside"):
                raise EvaluationError(f"{s!r}, zero outside of its range, is random: not expanded")
            found[s] = None
    return found


def _over_one(body: Expr, z: Symbol, setup: Setup) -> Expr:
    if z.law is None or z.law.kind != "random":
        raise EvaluationError(f"the random variable {z!r} has no declared distribution")
    name, *parameters = z.law.args
    rule = LAWS.get(name)
    if rule is None:
        raise EvaluationError(f"the law {name!r} of {z!r} has no rule of expectation")
    return rule(body, z, tuple(parameters), setup)


def placed(body: Expr, z: Symbol, value: Expr) -> Expr:
    """The body with the variable replaced by a value of its shape; its derivatives by the variable are those at the
    value."""
    return substitute(evaluated_slopes(body, z), {z: value})


def evaluated_slopes(body: Expr, z: Symbol) -> Expr:
    """`grad f(z)` by the bound variable z as a function `t -> grad f(t)` at z, so that z can be replaced."""

    def change(node: Expr) -> Expr | None:
        if not isinstance(node, Derivative) or not any(_base(v) == z for v in node.wrt):
            return None
        t = Symbol(f"{z.name}'", z.dims, family=z.family, origin=z.origin)
        slope = substitute(node, {z: t})
        return Call(Function(f"slope'{z.name}", (t,), slope), (z,))

    if any(isinstance(node, Derivative) for node in post_order(body)):
        return transform(body, change)
    return body


def _base(variable: Expr) -> Expr:
    return variable.base if isinstance(variable, Item) else variable


def entries(dims: Shape, setup: Setup) -> int:
    """The number of entries of a shape."""
    return prod(size.value(setup.sizes) for size in dims)


def _weighted(k: Index, chance: Expr, body: Expr) -> Expr:
    return Reduce("sum", (k,), Product((chance, body)))


def nodes_of(
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


def weights_of(k: Index, weights: Sequence[Fraction], what: str, setup: Setup) -> Expr:
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
    value, k = nodes_of(z, outcomes, "bernoulli", setup)
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
    outcomes, chances = _outcomes(z, parameters, setup)
    value, k = nodes_of(z, outcomes, f"any {outcomes}", setup)
    weights = weights_of(k, chances, f"any {z.name} {chances}", setup)
    return _weighted(k, weights, placed(body, z, _moved(value, z, parameters, setup)))


def _outcomes(
    z: Symbol, parameters: tuple[Any, ...], setup: Setup
) -> tuple[list[list[Fraction]], list[Fraction]]:
    """The outcomes of an abstract law and their probabilities; with a mean among the parameters, around zero."""
    source = Random(f"{z.name} {sorted(setup.sizes.items())} {setup.seed}")
    count = entries(z.dims, setup)
    # three points have any mean, variance and skew; an array has more than entries, so that no direction lacks spread
    kinds = OUTCOMES - 1 if parameters else OUTCOMES
    kinds = max(kinds, count + 2) if len(parameters) > 1 and count > 1 else kinds
    outcomes = [[_entry(z, source) for _ in range(count)] for _ in range(kinds)]
    weights = [source.randint(1, 9) for _ in range(kinds)]
    chances = [Fraction(w, sum(weights)) for w in weights]
    if parameters:
        means = [
            sum(c * o[i] for c, o in zip(chances, outcomes, strict=True)) for i in range(count)
        ]
        outcomes = [[o[i] - means[i] for i in range(count)] for o in outcomes]
    return outcomes, chances


def _moved(value: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    """Outcomes around zero with the mean, and the variance of a number, that the law names."""
    if not parameters:
        return value
    mean = as_expr(parameters[0])
    if len(parameters) > 1 and z.shape:
        value = Product((_whitened(as_expr(parameters[1]), z, parameters, setup), value))
    elif len(parameters) > 1:
        outcomes, chances = _outcomes(z, parameters, setup)
        squares = (c * o[0] * o[0] for c, o in zip(chances, outcomes, strict=True))
        spread = sum(squares, start=Fraction(0))
        value = Product((_scale(as_expr(parameters[1]), spread), value))
    return Add((_spread(mean, value.shape), value))


def _whitened(covariance: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    """The matrix that gives the outcomes of an array, which are around zero, another covariance."""
    if z.rank != 1 or covariance.shape != (z.shape[0], z.shape[0]):
        raise EvaluationError(f"the covariance {covariance!r} does not fit {z!r}")
    outcomes, chances = _outcomes(z, parameters, setup)
    size = range(entries(z.dims, setup))
    spread = tuple(
        sum((c * o[i] * o[j] for c, o in zip(chances, outcomes, strict=True)), start=Fraction(0))
        for i in size
        for j in size
    )
    known = Table(f"covariance of any {z.name} {spread}", (z.shape[0], z.shape[0]), spread)
    return Product((Cholesky(covariance), Apply("inverse", (Cholesky(known),))))


def _scale(variance: Expr, spread: Fraction) -> Expr:
    """The factor that turns the variance `spread` into another one."""
    return Apply("sqrt", (Quotient(variance, Number(spread)),))


def _copies(body: Expr, x: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    """x_1, ..., x_n independent, each with the law of one symbol, by enumeration of all n-tuples of outcomes."""
    z = parameters[0]
    if not isinstance(z, Symbol) or z.law is None or z.law.kind != "random" or not x.dims:
        raise EvaluationError(f"{x!r} needs a random symbol of which its members are copies")
    name, *given = z.law.args
    if x.dims[1:] != z.dims:
        raise EvaluationError(f"the members of {x!r} do not have the shape of {z!r}")
    count = x.dims[0].value(setup.sizes)
    if name == "iid" and z.rank == 1 and isinstance(given[0], Symbol) and given[0].law is not None:
        z, count = given[0], count * x.dims[1].value(setup.sizes)  # all entries of a matrix
        name, *given = given[0].law.args
        if name != "any":
            raise EvaluationError(
                f"matrices of independent {z!r}, which is {name}, are not enumerated"
            )
    if name == "normal" and not z.shape:
        return _normal(body, x, (given[0], Product((as_expr(given[1]), _unit(x)))), setup)
    if name == "bernoulli" and not z.shape:
        return _bernoulli(body, x, tuple(given), setup)
    if name == "any":
        outcomes, chances = _outcomes(z, tuple(given), setup)
        _few(len(chances) ** count, x)
        chosen = list(cartesian(range(len(chances)), repeat=count))
        points = [[entry for i in places for entry in outcomes[i]] for places in chosen]
        value, k = nodes_of(x, points, f"copies of {z.name} {outcomes}", setup)
        weights = [prod((chances[i] for i in places), start=Fraction(1)) for places in chosen]
        weight = weights_of(k, weights, f"copies {count} {z.name} {chances}", setup)
        return _weighted(k, weight, placed(body, x, _moved_copies(value, z, tuple(given), setup)))
    if name == "finite" and len(given) == 2 and all(isinstance(g, Expr) for g in given):
        return _finite_copies(body, x, (given[0], given[1]), count, setup)
    raise EvaluationError(f"independent copies of {z!r}, which is {name}, are not enumerated")


def _few(outcomes: int, x: Symbol) -> None:
    if outcomes > MOST:
        raise EvaluationError(f"the copies {x!r} have too many outcomes to enumerate")


def _unit(x: Symbol) -> Expr:
    return Filled("identity", (x.shape[0], x.shape[0]))


def _moved_copies(value: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    if z.shape and parameters:
        raise EvaluationError(f"copies of the array {z!r} with a mean are not enumerated")
    return _moved(value, z, parameters, setup)


def _subset(body: Expr, z: Symbol, parameters: tuple[Any, ...], setup: Setup) -> Expr:
    """A random subset of a size as a vector of zeros and ones, all subsets alike, by enumeration."""
    size = as_expr(parameters[0])
    if z.rank != 1 or not isinstance(size, Dim):
        raise EvaluationError(f"the subset {z!r} is a vector, and its size {size!r} a size")
    count, chosen = entries(z.dims, setup), size.size.value(setup.sizes)
    if not 0 < chosen <= count:
        raise EvaluationError(f"no subset {z!r} of {chosen} among {count}")
    _few(comb(count, chosen), z)
    points = [
        [Fraction(int(i in places)) for i in range(count)]
        for places in combinations(range(count), chosen)
    ]
    value, k = nodes_of(z, points, f"subsets of {chosen}", setup)
    return _weighted(k, Number(Fraction(1, len(points))), placed(body, z, value))


def _finite_copies(body: Expr, x: Symbol, law: tuple[Expr, Expr], count: int, setup: Setup) -> Expr:
    """Copies of a finite law: a tuple of outcomes is a one-hot matrix T, its value T a, its chance
    prod_i (T p)_i."""
    values, p = law
    kinds = p.shape[0].value(setup.sizes)
    _few(kinds**count, x)
    rows = [
        [Fraction(int(j == i)) for i in places for j in range(kinds)]
        for places in cartesian(range(kinds), repeat=count)
    ]
    k = Index(f"k'{x.name}", ONE, Dim(Size.of(len(rows))))
    name = f"choices {kinds} {count}"
    table = Table(
        name, (Size.of(len(rows)), x.dims[0], p.shape[0]), tuple(v for r in rows for v in r)
    )
    choice = Item(table, (k, None, None))
    i = Index("i'", ONE, Dim(x.dims[0]))
    chance = Reduce("prod", (i,), Item(Product((choice, p)), (i,)))
    return _weighted(k, chance, placed(body, x, Product((choice, values))))


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
    points, weights = _normal_rule(body, z, setup)
    what = f"normal {len(points)}"
    unit, k = nodes_of(z, points, what, setup)
    chance = weights_of(k, weights, what, setup)
    value = Add((_spread(mean, z.shape), _scaled(covariance, unit, z)))
    return _weighted(k, chance, placed(body, z, value))


def _normal_rule(body: Expr, z: Symbol, setup: Setup) -> Grid:
    """Few nodes where the body is a polynomial of low degree in an array, a tensor grid elsewhere."""
    count = entries(z.dims, setup)
    degree = degree_in(body, z) if z.shape and count > 1 else None
    if degree is not None and degree <= DEGREE:
        return hermite_of_degree_five(count)
    return gauss_hermite(count, setup.level)


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
    t, k = nodes_of(z, [(x,) for x in points], "uniform", setup)
    chance = weights_of(k, [w / 2 for w in weights], "uniform", setup)
    half = Quotient(Add((upper, Neg(lower))), TWO)
    value = Add((Quotient(Add((lower, upper)), TWO), Product((half, t))))
    return _weighted(k, chance, placed(body, z, value))


LAWS: dict[str, Callable[[Expr, Symbol, tuple[Any, ...], Setup], Expr]] = {
    "bernoulli": _bernoulli,
    "categorical": _categorical,
    "finite": _finite,
    "any": _any,
    "iid": _copies,
    "subset": _subset,
    "normal": _normal,
    "uniform": _uniform,
}
