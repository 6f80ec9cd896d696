"""The base of the expression tree: `Expr` with its operators, the leaves, arithmetic, entries and relations.

Every node is a frozen value with a `shape` (a tuple of sizes, at most two for matrices, more only
for tensors in index notation) and compares structurally. Building a node checks shapes; nothing is
reordered, merged or simplified. A vector is a column of shape `(n,)`, a row has shape `(1, n)`, a 1
x 1 matrix is a scalar of shape `()`. The other kinds are in `derive.expr.nodes`, which exports them
all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction
from math import isfinite
from typing import Any

from derive.errors import ShapeError, UsageError
from derive.expr import shapes
from derive.expr.facts import Fact, Law
from derive.expr.functions import row
from derive.expr.plain import plain
from derive.expr.sizes import Shape, Size, shape_text

_names: dict[type[Any], tuple[str, ...]] = {}


def _field_names(kind: type[Any]) -> tuple[str, ...]:
    found = _names.get(kind)
    if found is None:
        found = _names[kind] = tuple(f.name for f in fields(kind) if f.init)
    return found


def _same(first: tuple[Any, ...], second: tuple[Any, ...]) -> bool:
    """Whether the data of two nodes are equal: iterative, and each pair of shared nodes is compared once.

    Definitions may be a thousand layers deep, and a layer that is used twice would double the work at each layer.
    """
    stack: list[tuple[Any, Any]] = [(first, second)]
    seen: set[tuple[int, int]] = set()
    while stack:
        a, b = stack.pop()
        if a is b:
            continue
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            stack.extend(zip(a, b, strict=True))
        elif isinstance(a, Expr) and isinstance(b, Expr):
            if type(a) is not type(b) or a._hash != b._hash:
                return False
            pair = (id(a), id(b))
            if pair not in seen:
                seen.add(pair)
                stack.append((a._key, b._key))
        elif a != b:
            return False
    return True


@dataclass(frozen=True, eq=False, repr=False)
class Expr:
    """A node; `shape` is set by the constructor. operators build nodes."""

    shape: Shape = field(init=False)
    _hash: int = field(init=False)
    _key: tuple[Any, ...] = field(init=False)
    _parts: tuple[Expr, ...] = field(init=False)

    def __post_init__(self) -> None:
        kind: type[Any] = type(self)
        key = tuple([getattr(self, name) for name in _field_names(kind)])
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "shape", self._shape())
        object.__setattr__(self, "_hash", hash((kind.__name__, *key)))
        object.__setattr__(self, "_parts", tuple(expressions_in(key)))

    def _shape(self) -> Shape:
        raise NotImplementedError(type(self).__name__)

    def key(self) -> tuple[Any, ...]:
        """The data of the node, in order: what makes two nodes of one kind equal."""
        return self._key

    @property
    def parts(self) -> tuple[Expr, ...]:
        """Every expression among the data of the node, in order."""
        return self._parts

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Expr) or type(self) is not type(other):
            return False
        if self._key is other._key:
            return True
        if self._hash != other._hash or not _same(self._key, other._key):
            return False
        # from now on they share their data: tables are asked for equal nodes again and again
        object.__setattr__(other, "_key", self._key)
        object.__setattr__(other, "_parts", self._parts)
        return True

    @property
    def rank(self) -> int:
        """Number of axes: 0 scalar, 1 column, 2 matrix or row."""
        return len(self.shape)

    @property
    def is_scalar(self) -> bool:
        """Whether the shape is that of a number."""
        return not self.shape

    def __repr__(self) -> str:
        return plain(self)

    # operators build nodes as written; a left-nested sum or product is one node, brackets on the right are kept

    def __add__(self, other: ExprLike) -> Expr:
        return add(self, other)

    def __radd__(self, other: ExprLike) -> Expr:
        return add(other, self)

    def __sub__(self, other: ExprLike) -> Expr:
        return add(self, Neg(like(other, self.shape)))

    def __rsub__(self, other: ExprLike) -> Expr:
        return add(other, Neg(self))

    def __mul__(self, other: ExprLike) -> Expr:
        return scale(self, as_expr(other))

    def __rmul__(self, other: ExprLike) -> Expr:
        return scale(as_expr(other), self)

    def __matmul__(self, other: ExprLike) -> Expr:
        return multiply(self, as_expr(other))

    def __rmatmul__(self, other: ExprLike) -> Expr:
        return multiply(as_expr(other), self)

    def __truediv__(self, other: ExprLike) -> Expr:
        return Quotient(self, as_expr(other))

    def __rtruediv__(self, other: ExprLike) -> Expr:
        return Quotient(as_expr(other), self)

    def __pow__(self, other: ExprLike) -> Expr:
        return power(self, as_expr(other))

    def __rpow__(self, other: ExprLike) -> Expr:
        return power(as_expr(other), self)

    def __neg__(self) -> Expr:
        return Neg(self)

    def __getitem__(self, indices: ExprLike | slice | tuple[ExprLike | slice, ...]) -> Item:
        given = indices if isinstance(indices, tuple) else (indices,)
        kept = tuple(None if isinstance(i, slice) else as_expr(i) for i in given)
        return Item(self, kept + (None,) * (len(self.shape) - len(kept)))

    def __lt__(self, other: ExprLike) -> Relation:
        return Relation("<", self, as_expr(other))

    def __le__(self, other: ExprLike) -> Relation:
        return Relation("<=", self, as_expr(other))

    def __gt__(self, other: ExprLike) -> Relation:
        return Relation(">", self, as_expr(other))

    def __ge__(self, other: ExprLike) -> Relation:
        return Relation(">=", self, as_expr(other))

    @property
    def T(self) -> Expr:
        """The transpose."""
        return Transpose(self)


#: what stands for an expression in Python code
ExprLike = Expr | int | float | Fraction | Size


def expressions_in(value: object) -> Iterator[Expr]:
    """The expressions inside one field of a node (itself, or inside nested tuples)."""
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            if isinstance(item, Expr):
                yield item
            elif isinstance(item, tuple):
                yield from expressions_in(item)


@dataclass(frozen=True, eq=False, repr=False)
class Symbol(Expr):
    """A named quantity. `name` is its LaTeX text, such as `X`, `\\Sigma`, `\\hat{w}`, `W^{(l)}`.

    `dims` is its full shape. The first `family` axes count members: `x_i in R^d, i = 1..n` has dims
    `(n, d)` and family 1, and is used as `Item(x, (i, None))`. `marker` says how a family prints
    its index: `sub` for x_i, `sup` for x^{(i)}. `origin` is the first index of each family axis.
    `definition` gives the value of a defined symbol (shape = its shape); a symbol without one is
    free. `law` ties the symbol to a premise, such as being a minimiser.
    """

    name: str
    dims: Shape = ()
    facts: tuple[Fact, ...] = ()
    law: Law | None = None
    definition: Expr | None = None
    family: int = 0
    marker: str = "sub"
    origin: int = 1

    def _shape(self) -> Shape:
        if self.definition is not None and self.definition.shape != self.dims:
            raise ShapeError(
                f"{self.name} has shape {shape_text(self.dims)}, its definition {shape_text(self.definition.shape)}"
            )
        return self.dims


@dataclass(frozen=True, eq=False, repr=False)
class Number(Expr):
    """An exact rational number. `text` keeps the author's decimal notation (`0.5`), empty for the plain form."""

    value: Fraction
    text: str = ""

    def _shape(self) -> Shape:
        return ()


@dataclass(frozen=True, eq=False, repr=False)
class Constant(Expr):
    """A named mathematical constant: `pi`, `e`, `infty`, `eulergamma`."""

    name: str

    def _shape(self) -> Shape:
        return ()


@dataclass(frozen=True, eq=False, repr=False)
class Dim(Expr):
    """A size used as a number, such as the n of 1/n."""

    size: Size

    def _shape(self) -> Shape:
        return ()


@dataclass(frozen=True, eq=False, repr=False)
class Filled(Expr):
    """A constant array by kind: `ones`, `zeros` (any shape) or `identity` (n x n)."""

    kind: str
    dims: Shape

    def _shape(self) -> Shape:
        if self.kind == "identity" and (len(self.dims) != 2 or self.dims[0] != self.dims[1]):
            raise ShapeError(f"an identity matrix is square, not {shape_text(self.dims)}")
        return self.dims


@dataclass(frozen=True, eq=False, repr=False)
class Add(Expr):
    """A sum of two or more terms of equal shape, in the written order; a difference has a `Neg` term."""

    terms: tuple[Expr, ...]

    def _shape(self) -> Shape:
        return shapes.sum_shape(self.terms)


@dataclass(frozen=True, eq=False, repr=False)
class Neg(Expr):
    """The negative of an expression."""

    operand: Expr

    def _shape(self) -> Shape:
        return self.operand.shape


@dataclass(frozen=True, eq=False, repr=False)
class Product(Expr):
    """Juxtaposed factors: scalars scale, vectors and matrices multiply as matrices (see `shapes.product_plan`).

    `dot` keeps how the author wrote it: `` (juxtaposed), `cdot` or `times`; it does not change the meaning.
    """

    factors: tuple[Expr, ...]
    dot: str = ""

    def _shape(self) -> Shape:
        return shapes.product_shape(self.factors)


@dataclass(frozen=True, eq=False, repr=False)
class Quotient(Expr):
    """numerator / denominator with a scalar denominator; `style` is `frac` or `slash`."""

    numerator: Expr
    denominator: Expr
    style: str = "frac"

    def _shape(self) -> Shape:
        if self.denominator.shape:
            raise ShapeError(
                f"cannot divide by {self.denominator!r} ({shape_text(self.denominator.shape)}): only a scalar divides; "
                "an entrywise quotient is written with hadamard_divide"
            )
        return self.numerator.shape


@dataclass(frozen=True, eq=False, repr=False)
class Power(Expr):
    """A scalar to a scalar power, or a square matrix to an integer power; `A^{-1}` is `Apply("inverse", A)`."""

    base: Expr
    exponent: Expr

    def _shape(self) -> Shape:
        return shapes.power_shape(self.base, self.exponent)


@dataclass(frozen=True, eq=False, repr=False)
class Transpose(Expr):
    """The transpose: n -> 1 x n, m x n -> n x m, a scalar stays."""

    operand: Expr

    def _shape(self) -> Shape:
        return shapes.transpose_shape(self.operand)


@dataclass(frozen=True, eq=False, repr=False)
class Apply(Expr):
    """A function of the table `derive.expr.functions` applied to its arguments.

    `params` holds what is not an expression, such as the target shape of `broadcast`.
    """

    function: str
    args: tuple[Expr, ...]
    params: tuple[Any, ...] = ()

    def _shape(self) -> Shape:
        return row(self.function).shape_of(self.args, self.params)


@dataclass(frozen=True, eq=False, repr=False)
class Item(Expr):
    """Entries by index: `x_i`, `X_{ij}`, `[Xw]_i`, a member `x_i in R^d`; None keeps an axis (`X_{i:}`, a column).

    `indices` are integer scalars (indices, numbers, `t + j - 1`), one for each axis of the base, None for a whole axis.
    """

    base: Expr
    indices: tuple[Expr | None, ...]

    def _shape(self) -> Shape:
        return shapes.item_shape(self)


@dataclass(frozen=True, eq=False, repr=False)
class Relation(Expr):
    """A condition, entry by entry on equal shapes: `op` is one of = != < <= > >= ~~ (approx) prop (proportional)."""

    op: str
    lhs: Expr
    rhs: Expr

    def _shape(self) -> Shape:
        return shapes.relation_shape(self.lhs, self.rhs)


# -------------------------------------------------------------------------------- what the operators build


def as_expr(value: ExprLike) -> Expr:
    """A number as a node; a float becomes the exact decimal that was written (`0.1` is 1/10)."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, Fraction, float, Size)):
        raise UsageError(f"{value!r} ({type(value).__name__}) is not an expression")
    if isinstance(value, Size):
        return Dim(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise UsageError(f"{value} is not a finite number; use derive.infinity for a limit")
        return Number(Fraction(repr(value)), repr(value))
    return Number(Fraction(value))


def like(value: ExprLike, shape: Shape) -> Expr:
    """`value` as an expression; a plain number beside an array means that number in every entry (`1 - p`)."""
    node = as_expr(value)
    if shape and isinstance(node, Number):
        return Apply("broadcast", (node,), tuple(shape))
    return node


def add(left: ExprLike, right: ExprLike) -> Expr:
    """left + right; terms of a sum on the left are taken over."""
    a, b = as_expr(left), as_expr(right)
    a, b = like(a, b.shape), like(b, a.shape)
    return Add((*a.terms, b) if isinstance(a, Add) else (a, b))


def scale(left: Expr, right: Expr) -> Expr:
    """left * right where at least one is a scalar."""
    if left.shape and right.shape:
        raise ShapeError(
            f"`*` needs a scalar on one side, got {shapes.described(left)} and {shapes.described(right)}; "
            "use @ for a matrix product, hadamard(a, b) for an entrywise one"
        )
    return multiply(left, right)


def multiply(left: Expr, right: Expr) -> Expr:
    """left right, juxtaposed; the factors of a product on the left are taken over."""
    return Product(
        (*left.factors, right) if isinstance(left, Product) and not left.dot else (left, right)
    )


def power(base: Expr, exponent: Expr) -> Expr:
    """base ** exponent; a matrix to the power -1 is its inverse."""
    if len(base.shape) == 2 and exponent == Number(Fraction(-1)):
        return Apply("inverse", (base,))
    return Power(base, exponent)
