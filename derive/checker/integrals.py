"""Integrals and limits as sums over nodes: Gauss-Legendre on finite ranges, double exponential on infinite ones.

A limit is the body at a point 2^-k away (or at 2^k for infinity), to be evaluated in balls of high precision; that it
has converged is seen by comparing two levels, as for a quadrature rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.checker.expectations import (
    ONE,
    ZERO,
    Setup,
    entries,
    evaluated_slopes,
    nodes_of,
    placed,
    weights_of,
)
from derive.checker.quadrature import SPACE, gauss_legendre, tanh_sinh, whole_space
from derive.checker.tables import Table
from derive.errors import EvaluationError
from derive.expr.core import Add, Apply, Dim, Expr, Item, Neg, Number, Power, Product, Symbol
from derive.expr.nodes import (
    Call,
    Constant,
    Expectation,
    Index,
    Integral,
    Limit,
    Reduce,
    Relation,
)
from derive.expr.sizes import Size
from derive.expr.walk import inline, post_order, symbols

#: Gauss-Legendre nodes on each of the panels of a finite range, at level 0 and 1
LEGENDRE, PANELS = (30, 44), (2, 3)
#: step of the double exponential rules at level 0 and 1
STEPS = (Fraction(1, 48), Fraction(1, 60))
#: step and end of the rule for a finite range with rough ends, at level 0 and 1
ENDS = ((Fraction(1, 12), 3.6), (Fraction(1, 16), 4.0))
#: the most members of each of two families of independent copies
COPIES = 3
#: how near a limit is approached, as a power of 2, at level 0 and 1
NEARNESS = (90, 120)


def integral(node: Integral, setup: Setup) -> Expr:
    """The integral of a scalar over a scalar variable, or over all space, as a weighted sum."""
    x = node.variable
    setup.exact = False
    body = _inlined(node.body, x)
    if x.shape:
        if node.lower is not None or node.upper is not None:
            raise EvaluationError(f"an integral over a part of the space of {x!r} is not evaluated")
        points, chances = whole_space(entries(x.dims, setup), setup.level)
        value, at = nodes_of(x, points, "space", setup)
        return Reduce(
            "sum", (at,), Product((weights_of(at, chances, "space", setup), placed(body, x, value)))
        )
    lower, upper = _infinite(node.lower, -1), _infinite(node.upper, 1)
    if lower and upper:
        return _rule(body, x, "line", ZERO, 1, setup)
    if upper:
        assert node.lower is not None
        return _rule(body, x, "half", node.lower, 1, setup)
    if lower:
        assert node.upper is not None
        return _rule(body, x, "half", node.upper, -1, setup)
    assert node.lower is not None
    assert node.upper is not None
    if _has_ends(body, x):
        return _to_the_ends(body, x, node.lower, node.upper, setup)
    return _finite_range(body, x, node.lower, node.upper, setup)


def small_spaces(nodes: Sequence[Expr]) -> list[Expr]:
    """The sizes at which an integral over an array, the mean of any function of it, or the mean over two families of
    copies can be evaluated, as conditions: n <= 2 for a variable in R^n."""
    found: dict[Expr, None] = {}
    for node in nodes:
        if isinstance(node, Integral):
            _bounded(found, (node.variable,), max(SPACE))
        elif isinstance(node, Expectation):
            laws = {z: z.law.args[0] for z in node.over if z.law is not None}
            if _unsmoothed(node):
                _bounded(found, [z for z, name in laws.items() if name == "normal"], max(SPACE))
            copies = [z for z, name in laws.items() if name == "iid"]
            _bounded(found, [z for z in copies if z.rank == 2 and _of_entries(z)], 2)
            if len(copies) > 1:
                _bounded(found, copies, COPIES)
    return list(found)


def _of_entries(z: Symbol) -> bool:
    """Whether all entries of an array are independent copies of one number."""
    row = z.law.args[1] if z.law is not None else None
    return isinstance(row, Symbol) and row.law is not None and row.law.args[0] == "iid"


def _bounded(found: dict[Expr, None], variables: Sequence[Symbol], most: int) -> None:
    """Adds that no size of the variables exceeds a number."""
    for variable in variables:
        for size in variable.dims:
            if size.constant is None:
                found[Relation("<=", Dim(size), Number(Fraction(most)))] = None


def _unsmoothed(node: Expectation) -> bool:
    """Whether the mean is that of a function without a formula, or a wave, for which few nodes do not suffice."""
    return any(
        (isinstance(n, Call) and n.function.body is None)
        or (isinstance(n, Apply) and n.function in ("sin", "cos"))
        for arg in node.args
        for n in post_order(arg, into_definitions=True)
    )


def _infinite(bound: Expr | None, sign: int) -> bool:
    if bound is None:
        return True
    if isinstance(bound, Neg):
        return sign < 0 and _infinite(bound.operand, 1) and bound.operand is not None
    if isinstance(bound, Constant) and bound.name == "infty":
        if sign < 0:
            raise EvaluationError("an integral from plus infinity is not evaluated")
        return True
    return False


def _inlined(body: Expr, x: Symbol) -> Expr:
    """The body with the definitions that depend on the variable written out."""
    depends = {
        s: None for s in symbols(body) if s.definition is not None and x in symbols(s.definition)
    }
    for defined in depends:
        body = evaluated_slopes(body, defined)
    return inline(body, depends)


def _tabled(name: str, values: tuple[Fraction, ...], k: Index) -> Expr:
    return Item(Table(f"{name} {len(values)}", (Size.of(len(values)),), values), (k,))


def _rule(body: Expr, x: Symbol, kind: str, start: Expr, sign: int, setup: Setup) -> Expr:
    step = STEPS[setup.level]
    nodes, weights = tanh_sinh(kind, step)
    k = Index(f"k'{x.name}", ONE, Dim(Size.of(len(nodes))))
    t = _tabled(f"{kind} nodes {step}", nodes, k)
    place = t if kind == "line" else Add((start, t if sign > 0 else Neg(t)))
    weight = _tabled(f"{kind} weights {step}", weights, k)
    return Reduce("sum", (k,), Product((weight, placed(body, x, place))))


def _finite_range(body: Expr, x: Symbol, lower: Expr, upper: Expr, setup: Setup) -> Expr:
    count, panels = LEGENDRE[setup.level], PANELS[setup.level]
    points, chances = gauss_legendre(count)
    nodes = tuple((2 * p + 1 + u) / (2 * panels) for p in range(panels) for u in points)
    weights = tuple(w / (2 * panels) for _ in range(panels) for w in chances)
    k = Index(f"k'{x.name}", ONE, Dim(Size.of(len(nodes))))
    length = Add((upper, Neg(lower)))
    place = Add((lower, Product((length, _tabled(f"panels {panels}", nodes, k)))))
    weight = _tabled(f"panel weights {panels}", weights, k)
    return Product((length, Reduce("sum", (k,), Product((weight, placed(body, x, place))))))


def _has_ends(body: Expr, x: Symbol) -> bool:
    """Whether the body may have no Taylor series at the end of a range: a logarithm, or a power that is
    no whole number, of something with the variable."""
    for node in post_order(body, into_definitions=True):
        part: Expr | None = None
        if isinstance(node, Power) and not _whole(node.exponent):
            part = node.base
        elif isinstance(node, Apply) and node.function in ("log", "sqrt"):
            part = node.args[0]
        if part is not None and x in symbols(part):
            return True
    return False


def _whole(exponent: Expr) -> bool:
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value >= 0


def _to_the_ends(body: Expr, x: Symbol, lower: Expr, upper: Expr, setup: Setup) -> Expr:
    """A double exponential rule on a finite range: its nodes crowd at both ends, where the two levels
    stop at different places."""
    nodes, weights = tanh_sinh("unit", *ENDS[setup.level])
    k = Index(f"k'{x.name}", ONE, Dim(Size.of(len(nodes))))
    length = Add((upper, Neg(lower)))
    place = Add((lower, Product((length, _tabled(f"ends {setup.level}", nodes, k)))))
    weight = _tabled(f"end weights {setup.level}", weights, k)
    return Product((length, Reduce("sum", (k,), Product((weight, placed(body, x, place))))))


def limit(node: Limit, setup: Setup) -> Expr:
    """The body close to the target; only balls of high precision may evaluate it.

    Without a side the two levels stand on different sides, so that they agree only if both limits do."""
    x = node.variable
    if x.shape:
        raise EvaluationError(f"a limit of the array {x!r} is not evaluated")
    setup.exact = False
    body = _inlined(node.body, x)
    power = NEARNESS[setup.level]
    target, sign = node.target, 1
    if isinstance(target, Neg):
        target, sign = target.operand, -1
    if isinstance(target, Constant) and target.name == "infty":
        return placed(body, x, Number(Fraction(sign * 2**power)))
    from_above = node.side == "+" or (not node.side and setup.level == 0)
    near = Number(Fraction(1 if from_above else -1, 2**power))
    return placed(body, x, Add((node.target, near)))
