"""Building expressions without ballast: sums without zeros, products without ones, one sign and one number in front.

A step of a derivation puts new parts into a formula; what a reader would cross out at once (a factor 1, an identity,
`--`, `2 * 1/2`) is not shown. Nothing here distributes, collects or uses a fact: those are rules with a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Derivative,
    Differential,
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
from derive.expr.sizes import Shape, normal
from derive.expr.walk import post_order

ZERO = as_expr(0)
UNIT = as_expr(1)


def number(value: Fraction | int) -> Expr:
    """A rational as a node: a fraction stands as a quotient, a negative number behind a minus."""
    q = Fraction(value)
    if q < 0:
        return Neg(number(-q))
    if q.denominator == 1:
        return Number(q)
    return Quotient(Number(Fraction(q.numerator)), Number(Fraction(q.denominator)))


def constant_value(node: Expr) -> Fraction | None:
    """The rational that a node is as it stands: `3`, `-1/2`."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Neg):
        inner = constant_value(node.operand)
        return None if inner is None else -inner
    if isinstance(node, Quotient):
        top, bottom = constant_value(node.numerator), constant_value(node.denominator)
        return top / bottom if top is not None and bottom else None
    return None


def zero(shape: Shape) -> Expr:
    """Nought of a shape."""
    return Filled("zeros", shape) if shape else ZERO


def ones_like(shape: Shape) -> Expr:
    """One in every entry."""
    return Filled("ones", shape) if shape else UNIT


def is_zero(node: Expr) -> bool:
    """Whether the node is a written nought."""
    if isinstance(node, Filled):
        return node.kind == "zeros"
    if isinstance(node, Apply) and node.function == "broadcast":
        return is_zero(node.args[0])
    return isinstance(node, Number) and node.value == 0


def is_ones(node: Expr) -> bool:
    """Whether every entry is a written one."""
    if isinstance(node, Apply) and node.function == "broadcast":
        return is_ones(node.args[0])
    if isinstance(node, Filled):
        return node.kind == "ones"
    return isinstance(node, Number) and node.value == 1


def is_identity(node: Expr) -> bool:
    """Whether the node is a written identity matrix."""
    return isinstance(node, Filled) and node.kind == "identity"


@dataclass(frozen=True)
class Term:
    """coefficient * numerators / denominators * core: the scalars in front and the matrix factors in order."""

    coefficient: Fraction
    numerators: tuple[Expr, ...]
    denominators: tuple[Expr, ...]
    core: tuple[Expr, ...]

    def scaled(self, value: Fraction | int) -> Term:
        """The term with another number in front."""
        return Term(self.coefficient * value, self.numerators, self.denominators, self.core)


def term(node: Expr) -> Term:
    """A node split into number, scalar factors, denominators and matrix factors.

    A product of arrays that is a scalar (`x^T y`) is one scalar factor.
    """
    value = constant_value(node)
    if value is not None:
        return Term(value, (), (), ())
    if isinstance(node, Neg):
        return term(node.operand).scaled(-1)
    if isinstance(node, Quotient):
        return _joined(term(node.numerator), _inverted(node.denominator))
    if isinstance(node, Product):
        return _product_term(node)
    return Term(Fraction(1), (), (), (node,)) if node.shape else Term(Fraction(1), (node,), (), ())


def _product_term(node: Product) -> Term:
    found = Term(Fraction(1), (), (), ())
    for factor in node.factors:
        found = _joined(found, term(factor))
    if node.shape or not found.core:
        return found
    whole = Product(found.core) if len(found.core) > 1 else found.core[0]
    return _joined(
        Term(found.coefficient, found.numerators, found.denominators, ()),
        Term(Fraction(1), (whole,), (), ()),
    )


def _inverted(node: Expr) -> Term:
    split = term(node)
    if split.core or split.coefficient == 0:
        return Term(Fraction(1), (), (node,), ())
    return Term(1 / split.coefficient, split.denominators, split.numerators, ())


def _joined(a: Term, b: Term) -> Term:
    top, bottom = _cancelled(a.numerators + b.numerators, a.denominators + b.denominators)
    return Term(a.coefficient * b.coefficient, top, bottom, a.core + b.core)


def _cancelled(
    top: tuple[Expr, ...], bottom: tuple[Expr, ...]
) -> tuple[tuple[Expr, ...], tuple[Expr, ...]]:
    left, rest = [], list(bottom)
    for factor in top:
        if factor in rest:
            rest.remove(factor)
        else:
            left.append(factor)
    return tuple(left), tuple(rest)


def assembled(given: Term) -> Expr:
    """The node of a term: `2/n X^T r`, the sign outside."""
    if given.coefficient < 0:
        return Neg(assembled(given.scaled(-1)))
    q, top, bottom = given.coefficient, _powers(given.numerators), _powers(given.denominators)
    if q == 0:
        return zero((given.core and juxtaposed(given.core).shape) or ())
    if q.denominator != 1:
        bottom.insert(0, Number(Fraction(q.denominator)))
    front: list[Expr] = [Number(Fraction(q.numerator))] if q.numerator != 1 else []
    if bottom:
        above = [f for f in top if _over(f) and not _has_arrays(f)]
        beside = [f for f in top if not (_over(f) and not _has_arrays(f))]
        if given.core or beside:
            beside = [*(f for f in above if not isinstance(f, FRONT)), *beside]
            above = [f for f in above if isinstance(f, FRONT)]
        over = juxtaposed([*front, *above])
        front, top = [Quotient(over, juxtaposed(bottom))], beside
    return juxtaposed([*front, *top, *given.core])


def _powers(factors: Sequence[Expr]) -> list[Expr]:
    """Equal scalars as a power; plain ones (`t`, `p_i`) before compound ones (`exp(...)`)."""
    counted: dict[Expr, Expr] = {}
    for factor in factors:
        base, exponent = (
            (factor.base, factor.exponent)
            if isinstance(factor, Power)
            and not factor.base.shape
            and constant_value(factor.exponent)
            else (factor, UNIT)
        )
        if base in counted:
            a, b = constant_value(counted[base]), constant_value(exponent)
            counted[base] = number((a or 0) + (b or 0))
        else:
            counted[base] = exponent
    listed = [powered(base, exponent) for base, exponent in counted.items()]
    listed = [f for f in listed if not is_ones(f)]
    return sorted(listed, key=lambda f: not isinstance(f, PLAIN))


FRONT = (Number, Dim, Symbol, Constant)
PLAIN = (Symbol, Item, Dim, Constant, Index)


def juxtaposed(factors: Sequence[Expr]) -> Expr:
    """The product of the factors as they stand, without a bracket round a product where none is needed."""
    if not factors:
        return UNIT
    if len(factors) == 1:
        return factors[0]
    alone = sum(bool(f.shape) or _has_arrays(f) for f in factors) == 1
    flat: list[Expr] = []
    for factor in factors:
        open_ = isinstance(factor, Product) and (factor.shape or alone or not _has_arrays(factor))
        flat.extend(factor.factors if isinstance(factor, Product) and open_ else (factor,))
    return Product(tuple(flat))


def _has_arrays(node: Expr) -> bool:
    return isinstance(node, Product) and any(f.shape for f in node.factors)


def times(*factors: Expr) -> Expr:
    """The product without ones and identity matrices, the numbers in front."""
    if any(is_zero(f) for f in factors):
        kept = [f for f in factors if f.shape]
        return zero(
            Product(tuple(factors)).shape
            if len(factors) > 1 and kept
            else factors[0].shape
            if kept
            else ()
        )
    shape = Product(tuple(factors)).shape if len(factors) > 1 else factors[0].shape
    found = Term(Fraction(1), (), (), ())
    for factor in _without_identities(factors):
        found = _joined(found, term(factor))
    bare = tuple(c for c in found.core if not is_identity(c)) or found.core[:1]
    core = tuple(_entrywise(bare))
    made = assembled(Term(found.coefficient, found.numerators, found.denominators, core))
    return made if made.shape == shape else Product(tuple(factors))


def _without_identities(factors: Sequence[Expr]) -> list[Expr]:
    kept = [f for f in factors if not is_identity(f)]
    if len(kept) == len(factors) or not any(f.shape for f in kept):
        return list(factors)
    return kept


def _entrywise(core: Sequence[Expr]) -> list[Expr]:
    """diag(a) v as a o v, diag(a) A v as (A v) o a, diag(a) diag(b) as diag(a o b)."""
    done: list[Expr] = []
    for factor in reversed(core):
        if not (isinstance(factor, Apply) and factor.function == "diag" and done):
            done.insert(0, factor)
            continue
        a, following = factor.args[0], done[0]
        whole = juxtaposed(done)
        if isinstance(following, Apply) and following.function == "diag" and a.rank == 1:
            done[0] = Apply("diag", (entrywise(a, following.args[0]),))
        elif a.rank == 1 and len(done) == 1 and following.shape == a.shape:
            done[0] = entrywise(a, following)
        elif a.rank == 1 and whole.shape == a.shape:
            done = [entrywise(whole, a)]
        else:
            done.insert(0, factor)
    return done


def entrywise(*factors: Expr) -> Expr:
    """The entrywise product without ones; scalars and signs in front."""
    if not factors[0].shape:
        return times(*factors)
    if any(is_zero(f) for f in factors):
        return zero(factors[0].shape)
    coefficient: Expr = UNIT
    kept: list[Expr] = []
    for factor in factors:
        split = term(factor)
        front = assembled(Term(split.coefficient, split.numerators, split.denominators, ()))
        if split.core and not is_ones(front):
            coefficient = times(coefficient, front)
            factor = juxtaposed(split.core)
        if is_ones(factor):
            continue
        if isinstance(factor, Apply) and factor.function == "hadamard":
            kept.extend(factor.args)
        else:
            kept.append(factor)
    core = (
        ones_like(factors[0].shape)
        if not kept
        else kept[0]
        if len(kept) == 1
        else Apply("hadamard", tuple(kept))
    )
    return core if is_ones(coefficient) else times(coefficient, core)


def summed(terms: Sequence[Expr], shape: Shape) -> Expr:
    """The sum with equal terms counted: u + u is 2 u."""
    counted: dict[Expr, int] = {}
    for part in terms:
        counted[part] = counted.get(part, 0) + 1
    return total([part if n == 1 else times(number(n), part) for part, n in counted.items()], shape)


def total(terms: Iterable[Expr], shape: Shape) -> Expr:
    """The sum without zeros; nested sums are taken over."""
    kept: list[Expr] = []
    for part in terms:
        if isinstance(part, Add):
            kept.extend(t for t in part.terms if not is_zero(t))
        elif isinstance(part, Neg) and isinstance(part.operand, Add):
            kept.extend(negative(t) for t in part.operand.terms)
        elif not is_zero(part):
            kept.append(part)
    if not kept:
        return zero(shape)
    return kept[0] if len(kept) == 1 else Add(tuple(kept))


def negative(node: Expr) -> Expr:
    """-node without a double sign."""
    if isinstance(node, Neg):
        return node.operand
    return node if is_zero(node) else Neg(node)


def divided(top: Expr, bottom: Expr) -> Expr:
    """top / bottom."""
    if is_zero(top):
        return top
    if is_ones(bottom):
        return top
    if not top.shape and constant_value(top) is None and _over(top):
        if isinstance(bottom, Quotient) or constant_value(bottom) is not None:
            return times(Quotient(UNIT, bottom), top)
        return UNIT if top == bottom else Quotient(top, bottom)
    return times(Quotient(UNIT, bottom), top)


def turned(node: Expr) -> Expr:
    """The transpose, moved inside products: (A B)^T = B^T A^T. A sum keeps its bracket, `(X w - y)^T`."""
    if not node.shape or _own_transpose(node):
        return node
    if isinstance(node, Transpose):
        return node.operand
    if isinstance(node, Neg):
        return negative(turned(node.operand))
    if isinstance(node, Add) and any(isinstance(p, Derivative) for p in post_order(node)):
        return total([turned(t) for t in node.terms], Transpose(node).shape)
    if isinstance(node, Quotient):
        return Quotient(turned(node.numerator), node.denominator, node.style)
    if isinstance(node, Product):
        scalars = [f for f in node.factors if not f.shape]
        arrays = [turned(f) for f in reversed(node.factors) if f.shape]
        return juxtaposed([*scalars, *arrays])
    if isinstance(node, Filled):
        return (
            Filled(node.kind, normal((node.dims[1], node.dims[0])))
            if node.rank == 2
            else Transpose(node)
        )
    return Transpose(node)


def _over(node: Expr) -> bool:
    """Whether a scalar stands well above a fraction bar: not with a sign, nor a trace, a sum or a derivative."""
    if isinstance(node, Product):
        return all(_over(f) for f in node.factors) and constant_value(node.factors[0]) is None
    return not isinstance(node, (Neg, Quotient, Reduce, Derivative, Differential)) and not (
        isinstance(node, Apply) and node.function in ("trace", "logdet", "det")
    )


def _own_transpose(node: Expr) -> bool:
    return is_identity(node) or (isinstance(node, Apply) and node.function == "diag")


def powered(base: Expr, exponent: Expr) -> Expr:
    """base^exponent without the powers 0 and 1."""
    value = constant_value(exponent)
    if value == 1:
        return base
    if value == 0:
        return UNIT
    return Power(base, exponent)


def cleaned(node: Expr) -> Expr:
    """One node whose parts have changed, without ballast."""
    if isinstance(node, Add):
        return total(node.terms, node.shape)
    if isinstance(node, Neg):
        return negative(node.operand)
    if isinstance(node, Product):
        return times(*node.factors)
    if isinstance(node, Quotient):
        return divided(node.numerator, node.denominator)
    if isinstance(node, Transpose):
        return turned(node.operand)
    if isinstance(node, Apply) and node.function == "hadamard":
        return entrywise(*node.args)
    if isinstance(node, Apply) and node.function == "trace" and isinstance(node.args[0], Neg):
        return Neg(Apply("trace", (node.args[0].operand,)))
    return node
