"""Every kind of node of the expression tree: `derive.expr.core` and the kinds for functions, sums, cases and calculus.

Node classes hold data; what is done with them (printing, evaluation, differentiation) are functions in the packages of
their stage. `NODE_TYPES` lists every kind for the contract test.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.errors import ShapeError
from derive.expr import shapes
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
    Quotient,
    Relation,
    Symbol,
    Transpose,
    as_expr,
    expressions_in,
)
from derive.expr.facts import Fact
from derive.expr.sizes import Shape, shape_text


@dataclass(frozen=True, eq=False, repr=False)
class Index(Expr):
    """An integer index with its range, bound by a `Reduce` or free (a claim for all its values).

    `lower` and `upper` are scalar integer expressions, both included; indices count from 1 unless
    `lower` says otherwise.
    """

    name: str
    lower: Expr
    upper: Expr

    def _shape(self) -> Shape:
        return ()


@dataclass(frozen=True, eq=False, repr=False)
class Matrix(Expr):
    """A matrix written out by blocks (`bmatrix`): rows of expressions whose sizes fit."""

    rows: tuple[tuple[Expr, ...], ...]

    def _shape(self) -> Shape:
        return shapes.block_shape(self.rows)


@dataclass(frozen=True, eq=False, repr=False)
class Function(Expr):
    """A function that the document introduces: abstract (`phi`, sampled as smooth functions) or defined by `body`.

    `parameters` are the symbols of its definition (for an abstract one they give the argument
    shapes). With `elementwise` a scalar function is also applied to each entry of an array. `shape`
    is that of a value.
    """

    name: str
    parameters: tuple[Symbol, ...]
    body: Expr | None = None
    result: Shape = ()
    elementwise: bool = False
    facts: tuple[Fact, ...] = ()

    def _shape(self) -> Shape:
        return self.body.shape if self.body is not None else self.result

    def __call__(self, *args: ExprLike, order: int = 0) -> Call:
        """`phi(x)`, and with `order=1` phi'(x)."""
        return Call(self, tuple(as_expr(a) for a in args), order)


@dataclass(frozen=True, eq=False, repr=False)
class Call(Expr):
    """A `Function` applied to arguments; `order` counts derivatives written as primes (`phi'(x)` has order 1)."""

    function: Function
    args: tuple[Expr, ...]
    order: int = 0

    def _shape(self) -> Shape:
        return shapes.call_shape(self)


@dataclass(frozen=True, eq=False, repr=False)
class Reduce(Expr):
    """A sum or product over bound indices: `kind` is `sum`, `prod`, `max` or `min`; `where` restricts them (`j != i`).

    With the kind `array` nothing is combined: the values of the body for all values of the indices
    are the entries of an array with one axis for each index. `written` is how the range is printed:
    `full` (i=1 to n), `index` (only i).
    """

    kind: str
    indices: tuple[Index, ...]
    body: Expr
    where: tuple[Expr, ...] = ()
    written: str = "full"

    def _shape(self) -> Shape:
        if self.kind != "sum" and self.body.shape:
            raise ShapeError(
                f"{self.kind} over an index needs a scalar body, not {shape_text(self.body.shape)}"
            )
        return shapes.ranges_shape(self.indices) if self.kind == "array" else self.body.shape


@dataclass(frozen=True, eq=False, repr=False)
class Logic(Expr):
    """`and`, `or`, `not` of conditions."""

    op: str
    args: tuple[Expr, ...]

    def _shape(self) -> Shape:
        return shapes.sum_shape(self.args)


@dataclass(frozen=True, eq=False, repr=False)
class Indicator(Expr):
    """1 where the condition is true, else 0, entry by entry."""

    condition: Expr

    def _shape(self) -> Shape:
        return self.condition.shape


@dataclass(frozen=True, eq=False, repr=False)
class Cases(Expr):
    """Values by condition, the first true one counts; `otherwise` is None when the cases are exhaustive as written."""

    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr | None = None

    def _shape(self) -> Shape:
        values = [value for value, _ in self.branches]
        return shapes.sum_shape(
            (*values, *([self.otherwise] if self.otherwise is not None else []))
        )


@dataclass(frozen=True, eq=False, repr=False)
class Derivative(Expr):
    """The derivative of `body` by each of `wrt` in turn, of shape body.shape + wrt[0].shape + wrt[1].shape ...

    So the gradient of a scalar has the shape of its variable, the Jacobian of an m-vector by a d-vector is m x d, and a
    Hessian has two variables. A variable is a symbol (a defined symbol is then treated as free) or an `Item` of one.
    `style` is how it is written: `nabla`, `partial`, `d`, `jacobian`, `hessian`.
    """

    body: Expr
    wrt: tuple[Expr, ...]
    style: str = "nabla"

    def _shape(self) -> Shape:
        return shapes.derivative_shape(self.body, self.wrt)


@dataclass(frozen=True, eq=False, repr=False)
class Differential(Expr):
    """The differential d(body) when `wrt` vary: the shape of `body`. `Differential(X, (X,))` is dX, free."""

    body: Expr
    wrt: tuple[Symbol, ...]

    def _shape(self) -> Shape:
        return self.body.shape


@dataclass(frozen=True, eq=False, repr=False)
class Integral(Expr):
    """The integral of a scalar `body` over `variable` from `lower` to `upper` (both None: over all of its space)."""

    body: Expr
    variable: Symbol
    lower: Expr | None = None
    upper: Expr | None = None

    def _shape(self) -> Shape:
        return self.body.shape


@dataclass(frozen=True, eq=False, repr=False)
class Expectation(Expr):
    """`E`, `Var` or `Cov` of `args` over the random symbols `over`, whose law names their distribution."""

    kind: str
    args: tuple[Expr, ...]
    over: tuple[Symbol, ...]

    def _shape(self) -> Shape:
        return shapes.expectation_shape(self.kind, self.args)


@dataclass(frozen=True, eq=False, repr=False)
class Limit(Expr):
    """The limit of `body` as `variable` goes to `target`; `side` is `+`, `-` or empty."""

    body: Expr
    variable: Symbol
    target: Expr
    side: str = ""

    def _shape(self) -> Shape:
        return self.body.shape


@dataclass(frozen=True, eq=False, repr=False)
class Extremum(Expr):
    """`min`, `max`, `argmin` or `argmax` of a scalar `body` over `variable`, under the conditions `subject`."""

    kind: str
    body: Expr
    variable: Symbol
    subject: tuple[Expr, ...] = ()

    def _shape(self) -> Shape:
        if self.body.shape:
            raise ShapeError(
                f"{self.kind} needs a scalar, not {shape_text(self.body.shape)}: {self.body!r}"
            )
        return self.variable.shape if self.kind.startswith("arg") else ()


LEAVES = (Symbol, Number, Constant, Dim, Index, Filled)
NODE_TYPES: tuple[type[Expr], ...] = (
    *LEAVES,
    Add,
    Neg,
    Product,
    Quotient,
    Power,
    Transpose,
    Apply,
    Matrix,
    Function,
    Call,
    Item,
    Reduce,
    Relation,
    Logic,
    Indicator,
    Cases,
    Derivative,
    Differential,
    Integral,
    Expectation,
    Limit,
    Extremum,
)

__all__ = [
    "LEAVES",
    "NODE_TYPES",
    "Add",
    "Apply",
    "Call",
    "Cases",
    "Constant",
    "Derivative",
    "Differential",
    "Dim",
    "Expectation",
    "Expr",
    "ExprLike",
    "Extremum",
    "Filled",
    "Function",
    "Index",
    "Indicator",
    "Integral",
    "Item",
    "Limit",
    "Logic",
    "Matrix",
    "Neg",
    "Number",
    "Power",
    "Product",
    "Quotient",
    "Reduce",
    "Relation",
    "Symbol",
    "Transpose",
    "as_expr",
    "expressions_in",
]
