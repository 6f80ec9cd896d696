"""The index form of an expression: every product a sum over indices, the identity a Kronecker delta.

The entry of an array is written out as far as the notation goes; what has no entries of its own notation (an inverse, a
softmax) keeps its matrix form inside brackets with indices, `[A^{-1}]_{ij}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from derive.errors import NoRuleError
from derive.expr.build import delta, sum_over
from derive.expr.functions import row
from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Derivative,
    Dim,
    Expr,
    Filled,
    Index,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Reduce,
    Symbol,
    Transpose,
    as_expr,
)
from derive.expr.shapes import Plan, product_plan
from derive.expr.sizes import ONE, Shape, Size

LETTERS = tuple("ijklpqrstuvabcegh")
TWO = Number(Fraction(2))

Picks = tuple[Expr, ...]


def size_expr(size: Size) -> Expr:
    """A size as a number in formulas."""
    return Dim(size) if size.constant is None else as_expr(size.constant)


@dataclass(frozen=True)
class Letters:
    """Names of indices that are taken; `fresh` gives the next one."""

    taken: frozenset[str]

    def fresh(self, size: Size) -> tuple[Index, Letters]:
        """An index over a size, and what is taken from then on; `NoRuleError` when the letters are used up."""
        for name in LETTERS:
            if name not in self.taken:
                made = Index(name, as_expr(1), size_expr(size))
                return made, Letters(self.taken | {name})
        raise NoRuleError(
            f"more than {len(LETTERS)} indices at once: {', '.join(sorted(self.taken))}"
        )


def entry(node: Expr, picks: Picks, letters: Letters) -> Expr:
    """The entry of `node` at `picks` (one for each axis, none for a scalar) in index notation."""
    rule = RULES.get(type(node))
    found = rule(node, picks, letters) if rule else None
    if found is not None:
        return found
    return Item(node, picks) if picks else node


Rule = Callable[[Expr, Picks, Letters], "Expr | None"]
RULES: dict[type[Expr], Rule] = {}


def _rule(kind: type[Expr]) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES[kind] = rule
        return rule

    return register


@_rule(Add)
def _add(node: Expr, picks: Picks, letters: Letters) -> Expr:
    return Add(tuple(entry(term, picks, letters) for term in node.parts))


@_rule(Neg)
def _neg(node: Expr, picks: Picks, letters: Letters) -> Expr:
    return Neg(entry(node.parts[0], picks, letters))


@_rule(Quotient)
def _quotient(node: Expr, picks: Picks, letters: Letters) -> Expr:
    assert isinstance(node, Quotient)
    above = entry(node.numerator, picks, letters)
    return Quotient(above, entry(node.denominator, (), letters), node.style)


@_rule(Transpose)
def _transpose(node: Expr, picks: Picks, letters: Letters) -> Expr:
    inner = node.parts[0]
    if inner.rank == 1:
        return entry(inner, picks[-1:], letters)
    if node.rank == 1:  # of a row
        return entry(inner, (as_expr(1), *picks), letters)
    return entry(inner, picks[::-1], letters)


@_rule(Filled)
def _filled(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Filled)
    if node.kind == "identity":
        return delta(*picks)
    return as_expr(1 if node.kind == "ones" else 0)


@_rule(Item)
def _item(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Item)
    rest = iter(picks)
    chosen = tuple(next(rest) if pick is None else pick for pick in node.indices)
    return (
        Item(node.base, chosen)
        if isinstance(node.base, Symbol)
        else entry(node.base, chosen, letters)
    )


@_rule(Reduce)
def _reduce(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Reduce)
    if node.kind == "array":
        return None
    inner = Letters(letters.taken | {index.name for index in node.indices})
    return Reduce(node.kind, node.indices, entry(node.body, picks, inner), node.where, node.written)


@_rule(Call)
def _call(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Call)
    if not picks or not node.function.elementwise or len(node.args) != 1:
        return None
    return Call(node.function, (entry(node.args[0], picks, letters),), node.order)


@_rule(Derivative)
def _derivative(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Derivative)
    if not picks and all(variable.is_scalar for variable in node.wrt):
        return None
    body = entry(node.body, picks[: node.body.rank], letters)
    rest, variables = picks[node.body.rank :], []
    for variable in node.wrt:
        own, rest = rest[: variable.rank], rest[variable.rank :]
        chosen = (
            _item(variable, own, letters) if isinstance(variable, Item) else Item(variable, own)
        )
        variables.append(chosen if own else variable)
    return Derivative(body, tuple(v for v in variables if v is not None), "partial")


@_rule(Power)
def _power(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Power)
    base = node.base
    if node.shape:
        return None
    if isinstance(base, Apply) and base.function in NORMS and node.exponent == TWO:
        return _squares(base.args[0], letters)
    return Power(entry(base, (), letters), entry(node.exponent, (), letters))


NORMS = ("norm", "norm_frobenius")


def _squares(inner: Expr, letters: Letters) -> Expr:
    """The sum of the squares of all entries."""
    indices = []
    for size in inner.shape:
        index, letters = letters.fresh(size)
        indices.append(index)
    return sum_over(tuple(indices), Power(entry(inner, tuple(indices), letters), TWO))


# ------------------------------------------------------------------------------------------- products


@_rule(Product)
def _product(node: Expr, picks: Picks, letters: Letters) -> Expr:
    assert isinstance(node, Product)
    found = product_plan(tuple(factor.shape for factor in node.factors))
    assert found is not None
    work = _Contraction(node.factors, letters)
    work.place(found[0], _row_column(node.shape, picks))
    factors = [
        entry(factor, _own(factor.shape, work.picks[k]), work.letters)
        for k, factor in enumerate(node.factors)
    ]
    bare = [f for f in factors if f != as_expr(1)] or [as_expr(1)]
    body = bare[0] if len(bare) == 1 else Product(tuple(bare), node.dot)
    return sum_over(tuple(work.indices), body) if work.indices else body


Pair = tuple[Expr | None, Expr | None]


def _row_column(shape: Shape, picks: Picks) -> Pair:
    """Row and column of an entry; None where there is one row or one column."""
    if not shape:
        return None, None
    if len(shape) == 1:
        return picks[0], None
    return (None if shape[0] == ONE else picks[0], None if shape[1] == ONE else picks[1])


def _own(shape: Shape, pair: Pair) -> Picks:
    """The picks of a factor of this shape at a row and a column."""
    one = as_expr(1)
    return tuple(pick if pick is not None else one for pick in pair[: len(shape)])


class _Contraction:
    """Where each factor of a product is read: an index for each inner size."""

    def __init__(self, factors: tuple[Expr, ...], letters: Letters) -> None:
        self.factors, self.letters = factors, letters
        self.indices: list[Index] = []
        self.picks: dict[int, Pair] = {}

    def place(self, plan: Plan, pair: Pair) -> Shape:
        """Give every factor of a plan its row and column; the shape of the plan's value."""
        if isinstance(plan, int):
            self.picks[plan] = pair
            return self.factors[plan].shape
        left, right = (_shape_of(part, self.factors) for part in plan)
        if not left or not right:
            self.place(plan[0], pair if left else (None, None))
            self.place(plan[1], pair if right else (None, None))
            return left or right
        inner = left[1] if len(left) == 2 else ONE
        middle: Expr | None = None
        if inner != ONE:
            middle, self.letters = self.letters.fresh(inner)
            assert isinstance(middle, Index)
            self.indices.append(middle)
        self.place(plan[0], (pair[0], middle))
        self.place(plan[1], (middle, pair[1]))
        return ()


def _shape_of(plan: Plan, factors: tuple[Expr, ...]) -> Shape:
    from derive.expr.shapes import pair_shape

    if isinstance(plan, int):
        return factors[plan].shape
    left, right = (_shape_of(part, factors) for part in plan)
    found = pair_shape(left, right)
    assert found is not None
    return found


# ------------------------------------------------------------------------------------------ functions


@_rule(Apply)
def _apply(node: Expr, picks: Picks, letters: Letters) -> Expr | None:
    assert isinstance(node, Apply)
    made = FUNCTIONS.get(node.function)
    if made is not None:
        return made(node, picks, letters)
    if row(node.function).elementwise:
        return Apply(node.function, tuple(entry(a, picks, letters) for a in node.args), node.params)
    if not picks and all(argument.is_scalar for argument in node.args):
        return Apply(node.function, tuple(entry(a, (), letters) for a in node.args), node.params)
    return None


def _over_all(node: Apply, letters: Letters) -> tuple[tuple[Index, ...], Letters]:
    """An index for each axis of the first argument."""
    indices = []
    for size in node.args[0].shape:
        index, letters = letters.fresh(size)
        indices.append(index)
    return tuple(indices), letters


def _trace(node: Apply, picks: Picks, letters: Letters) -> Expr:
    if node.args[0].is_scalar:
        return entry(node.args[0], (), letters)
    index, inner = letters.fresh(node.args[0].shape[0])
    return sum_over(index, entry(node.args[0], (index, index), inner))


def _norm(node: Apply, picks: Picks, letters: Letters) -> Expr:
    return Apply("sqrt", (_squares(node.args[0], letters),))


def _entrywise_product(node: Apply, picks: Picks, letters: Letters) -> Expr:
    return Product(tuple(entry(a, picks, letters) for a in node.args))


def _entrywise_quotient(node: Apply, picks: Picks, letters: Letters) -> Expr:
    above, below = (entry(a, picks if a.shape else (), letters) for a in node.args)
    return Quotient(above, below)


def _inner(node: Apply, picks: Picks, letters: Letters) -> Expr:
    indices, inside = _over_all(node, letters)
    return sum_over(indices, Product(tuple(entry(a, indices, inside) for a in node.args)))


def _diag(node: Apply, picks: Picks, letters: Letters) -> Expr | None:
    (inner,) = node.args
    if inner.rank != 1:
        return None
    return Product((delta(*picks), entry(inner, picks[:1], letters)))


def _diagonal(node: Apply, picks: Picks, letters: Letters) -> Expr:
    return entry(node.args[0], (picks[0], picks[0]), letters)


def _broadcast(node: Apply, picks: Picks, letters: Letters) -> Expr | None:
    return entry(node.args[0], (), letters) if node.args[0].is_scalar and picks else None


FUNCTIONS: dict[str, Callable[[Apply, Picks, Letters], Expr | None]] = {
    "trace": _trace,
    "norm": _norm,
    "norm_frobenius": _norm,
    "hadamard": _entrywise_product,
    "hadamard_divide": _entrywise_quotient,
    "inner": _inner,
    "diag": _diag,
    "diagonal": _diagonal,
    "broadcast": _broadcast,
}


def names_in(expressions: Iterable[Expr]) -> frozenset[str]:
    """The names of sizes, indices and symbols, which new indices leave alone."""
    from derive.expr.walk import post_order, size_names

    found: dict[str, None] = {}
    for expr in expressions:
        found.update(dict.fromkeys(size_names(expr)))
        for node in post_order(expr):
            if isinstance(node, (Index, Symbol)):
                found[node.name] = None
    return frozenset(found)
