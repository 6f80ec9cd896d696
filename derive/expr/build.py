"""The functions with which expressions are written in Python: symbols, array functions, sums over indices, derivatives.

Shapes are checked when a node is built. Sizes are given as names (`"n"`), integers, `Size` values
or the `Dim` expressions that `dims` returns (`n - 1` works).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.errors import ShapeError, UsageError
from derive.expr.core import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    ExprLike,
    Filled,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Relation,
    Symbol,
    as_expr,
)
from derive.expr.facts import Fact, Law
from derive.expr.nodes import Call, Cases, Derivative, Function, Index, Indicator, Matrix, Reduce
from derive.expr.sizes import Shape, Size

SizeLike = Size | int | str | Expr
FactLike = Fact | str

pi = Constant("pi")
e = Constant("e")
infinity = Constant("infty")


def as_size(value: SizeLike) -> Size:
    """A size from an integer, a name, a `Size`, or an expression of `dims` with integer coefficients."""
    if isinstance(value, Dim):
        return value.size
    if isinstance(value, Number) and value.value.denominator == 1:
        return Size.of(value.value.numerator)
    if isinstance(value, Neg):
        return as_size(value.operand) * -1
    if isinstance(value, Add):
        total = Size.of(0)
        for term in value.terms:
            total = total + as_size(term)
        return total
    if isinstance(value, Product):
        size = Size.of(1)
        for factor in value.factors:
            size = size * as_size(factor)
        return size
    if isinstance(value, Expr):
        raise ShapeError(
            f"{value!r} is not a size; sizes are sums and products of integers and size symbols"
        )
    return Size.of(value)


def as_shape(sizes: Sequence[SizeLike]) -> Shape:
    """A tuple of sizes."""
    return tuple(as_size(s) for s in sizes)


def dims(names: str) -> tuple[Dim, ...]:
    """Size symbols by name: `n, d = dims("n d")`. A Dim is a number in formulas and a size in shapes."""
    return tuple(Dim(Size.of(name)) for name in names.replace(",", " ").split())


def as_facts(facts: Sequence[FactLike]) -> tuple[Fact, ...]:
    """Facts by name or value, sorted by name, without repetition."""
    found = {f if isinstance(f, Fact) else Fact(f): None for f in facts}
    return tuple(sorted(found, key=lambda fact: (fact.name, str(fact.bounds))))


def symbol(
    name: str,
    *shape: SizeLike,
    facts: Sequence[FactLike] = (),
    law: Law | None = None,
    definition: Expr | None = None,
    family: int = 0,
    marker: str = "sub",
    origin: int = 1,
) -> Symbol:
    """A symbol with any number of axes; see `derive.expr.core.Symbol` for the fields."""
    if not name.strip():
        raise UsageError("a symbol needs a name, got an empty text")
    sizes = definition.shape if definition is not None and not shape else as_shape(shape)
    return Symbol(name, sizes, as_facts(facts), law, definition, family, marker, origin)


def index(name: str, upper: SizeLike | Expr, lower: ExprLike = 1) -> Index:
    """An index from `lower` to `upper`, both included."""
    top = (
        upper
        if isinstance(upper, Expr)
        else Dim(as_size(upper))
        if not isinstance(upper, int)
        else as_expr(upper)
    )
    return Index(name, as_expr(lower), top)


def abstract_function(
    name: str,
    *shape: SizeLike,
    value: Sequence[SizeLike] = (),
    elementwise: bool = True,
    facts: Sequence[FactLike] = (),
) -> Function:
    """A function without a formula, such as an activation phi; `shape` is that of the argument, `value` that of what it
    gives, both scalars by default."""
    parameter = Symbol("t", as_shape(shape))
    return Function(name, (parameter,), None, as_shape(value), elementwise, as_facts(facts))


def defined_function(
    name: str, parameters: Sequence[Symbol], body: Expr, elementwise: bool = False
) -> Function:
    """The function `name(parameters) = body`."""
    return Function(name, tuple(parameters), body, body.shape, elementwise)


def call(function: Function, *args: ExprLike, order: int = 0) -> Call:
    """`function(args)`, or its derivative of the given order (primes)."""
    return Call(function, tuple(as_expr(a) for a in args), order)


def apply(name: str, *args: ExprLike) -> Expr:
    """A function of the table by name."""
    return Apply(name, tuple(as_expr(a) for a in args))


def sum_over(indices: Index | Sequence[Index], body: ExprLike, *where: Expr) -> Reduce:
    """The sum of `body` over one or more indices, restricted by conditions."""
    return Reduce("sum", _indices(indices), as_expr(body), tuple(where))


def product_over(indices: Index | Sequence[Index], body: ExprLike, *where: Expr) -> Reduce:
    """The product of a scalar `body` over one or more indices."""
    return Reduce("prod", _indices(indices), as_expr(body), tuple(where))


def max_over(indices: Index | Sequence[Index], body: ExprLike, *where: Expr) -> Reduce:
    """The largest value of a scalar `body` over one or more indices."""
    return Reduce("max", _indices(indices), as_expr(body), where)


def array_over(indices: Index | Sequence[Index], body: ExprLike) -> Reduce:
    """The array whose entry at the indices is the scalar `body`: one axis for each index, in this order."""
    return Reduce("array", _indices(indices), as_expr(body))


def _indices(given: Index | Sequence[Index]) -> tuple[Index, ...]:
    return (given,) if isinstance(given, Index) else tuple(given)


def ones(*shape: SizeLike) -> Filled:
    """The array of ones."""
    return Filled("ones", as_shape(shape))


def zeros(*shape: SizeLike) -> Filled:
    """The array of zeros."""
    return Filled("zeros", as_shape(shape))


def identity(n: SizeLike) -> Filled:
    """The n x n identity matrix."""
    return Filled("identity", as_shape((n, n)))


def unit_vector(i: ExprLike, n: SizeLike) -> Apply:
    """The i-th unit vector of R^n."""
    return Apply("unit_vector", (as_expr(i),), as_shape((n,)))


def delta(i: ExprLike, j: ExprLike) -> Apply:
    """The Kronecker delta of two indices."""
    return Apply("kronecker_delta", (as_expr(i), as_expr(j)))


def transpose(x: Expr) -> Expr:
    """x^T."""
    return x.T


def norm(x: Expr) -> Apply:
    """Euclidean norm of a vector, Frobenius norm of a matrix."""
    return Apply("norm" if x.rank < 2 else "norm_frobenius", (x,))


def norm2(x: Expr) -> Power:
    """The squared Euclidean norm of a vector, or the squared Frobenius norm of a matrix: ||x||^2."""
    return Power(norm(x), Number(Fraction(2)))


def hadamard(*factors: Expr) -> Apply:
    """The entrywise product."""
    return Apply("hadamard", tuple(factors))


def diag(x: Expr) -> Apply:
    """The diagonal matrix of a vector; the diagonal of a matrix."""
    return Apply("diag" if x.rank == 1 else "diagonal", (x,))


def broadcast(x: ExprLike, *shape: SizeLike) -> Expr:
    """A scalar in every entry of an array, or a vector in each row of a matrix."""
    return Apply("broadcast", (as_expr(x),), as_shape(shape))


def grad(f: Expr, *variables: Expr) -> Derivative:
    """The gradient of a scalar: the shape of its variable."""
    if f.shape:
        raise ShapeError(f"a gradient needs a scalar, {f!r} has {f.rank} axes; use jacobian")
    return Derivative(f, tuple(variables), "nabla")


def jacobian(f: Expr, x: Expr) -> Derivative:
    """The derivative of f by x: one row for each entry of f."""
    return Derivative(f, (x,), "partial")


def hessian(f: Expr, x: Expr, y: Expr | None = None) -> Derivative:
    """The second derivative of a scalar by x (and y)."""
    return Derivative(f, (x, x if y is None else y), "nabla")


def partial(f: Expr, x: Expr) -> Derivative:
    """The partial derivative written as a fraction."""
    return Derivative(f, (x,), "partial")


def indicator(condition: Expr) -> Indicator:
    """1 where the condition holds, else 0."""
    return Indicator(condition)


def equals(a: ExprLike, b: ExprLike) -> Relation:
    """The condition a = b."""
    return Relation("=", as_expr(a), as_expr(b))


def not_equal(a: ExprLike, b: ExprLike) -> Relation:
    """The condition a != b."""
    return Relation("!=", as_expr(a), as_expr(b))


def cases(*branches: tuple[ExprLike, Expr], otherwise: ExprLike | None = None) -> Cases:
    """Values by condition."""
    pairs = tuple((as_expr(value), condition) for value, condition in branches)
    return Cases(pairs, None if otherwise is None else as_expr(otherwise))


def block(rows: Sequence[Sequence[ExprLike]]) -> Matrix:
    """A matrix written out by blocks whose sizes fit: `block([[A, b], [b.T, c]])`."""
    return Matrix(tuple(tuple(as_expr(part) for part in row) for row in rows))


def item(base: Expr, *indices: ExprLike | None) -> Item:
    """Entries by index; None keeps an axis, and axes that are not named are kept."""
    given = tuple(None if i is None else as_expr(i) for i in indices)
    return Item(base, given + (None,) * (base.rank - len(given)))
