"""Mistakes of arithmetic: signs, factors, sizes and terms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.checker.edit_parts import (
    HALF,
    ONE,
    SCALED,
    TWO,
    Edit,
    Setting,
    is_zero,
    product,
    times,
    without,
)
from derive.checker.positions import Position
from derive.expr.core import (
    Add,
    Apply,
    Dim,
    Expr,
    Filled,
    Item,
    Neg,
    Number,
    Power,
    Product,
    Symbol,
)
from derive.expr.facts import declared
from derive.expr.nodes import Call, Indicator, Quotient
from derive.expr.sizes import Size

# ------------------------------------------------------------------------------------ signs and factors


def signs(here: Position, around: Setting) -> Iterator[Edit]:
    """The sign of a term, an argument or the whole; `a - b` for `b - a`."""
    node = here.node
    if isinstance(node, Neg):
        yield Edit("sign", node.operand, f"the sign of {node.operand!r} changed", cost=0.5)
    elif here.role in SCALED and here.role != "negated" and not is_zero(node):
        yield Edit("sign", Neg(node), f"the sign of {node!r} changed", cost=0.5)
    elif here.role == "factor" and isinstance(node, Add):
        yield Edit("sign", Neg(node), f"the sign of {node!r} changed", cost=0.8)


def numbers(here: Position, around: Setting) -> Iterator[Edit]:
    """A factor 2 or 1/2 that is lost or superfluous, and a written number that is one off."""
    node = here.node
    if here.role in SCALED and not is_zero(node) and not isinstance(node, (Number, Neg)):
        yield Edit("factor_2_or_half", times(TWO, node), f"{node!r} doubled")
        yield Edit("factor_2_or_half", times(HALF, node), f"{node!r} halved")
    if isinstance(node, Number) and here.role not in ("exponent", "index", "condition"):
        if node.value in (2, Fraction(1, 2)) and here.role == "denominator":
            yield Edit("factor_2_or_half", ONE, f"{node!r} dropped", cost=0.9)
        near = Number(node.value + 1), Number(node.value - 1)
        for other in near[: 1 if node.value == 0 else 2]:
            if other.value != 0:
                yield Edit("number", other, f"{node!r} became {other!r}", cost=2.5)


def sizes(here: Position, around: Setting) -> Iterator[Edit]:
    """A factor n or 1/n that is lost or superfluous, and one size for another."""
    node = here.node
    scaled = here.role in SCALED and not is_zero(node) and not isinstance(node, Neg)
    if scaled and here.role in ("root", "term", "negated", "argument"):
        for name in around.sizes:
            size = Dim(Size.of(name))
            yield Edit("factor_n", times(size, node), f"{node!r} multiplied by {name}", cost=1.1)
            divided = times(Quotient(ONE, size), node)
            yield Edit("factor_n", divided, f"{node!r} divided by {name}", cost=1.1)
    if isinstance(node, Dim):
        for name in around.sizes:
            other = Dim(Size.of(name))
            if other != node and here.role != "condition":
                yield Edit("wrong_size", other, f"the size {node!r} became {name}", cost=1.5)
        less = Dim(node.size - 1)
        yield Edit("factor_n", less, f"{node!r} became {less!r}", cost=2.0)


def factors(here: Position, around: Setting) -> Iterator[Edit]:
    """A factor of a product, of an entrywise product or below a fraction that is lost."""
    node = here.node
    if isinstance(node, Product):
        for place, factor in enumerate(node.factors):
            left = (*node.factors[:place], *node.factors[place + 1 :])
            for rest in product(left, node.dot):
                yield _dropped(factor, rest)
    elif isinstance(node, Apply) and node.function == "hadamard":
        for place, factor in enumerate(node.args):
            rest = without(node.args, place, lambda left: Apply("hadamard", left))
            yield _dropped(factor, rest)
    elif isinstance(node, Quotient):
        kind = _factor_kind(node.denominator)
        note = f"the denominator {node.denominator!r} dropped"
        yield Edit(kind, node.numerator, note, "extra_factor" if kind == "dropped_factor" else kind)
        if not node.numerator.shape and node.numerator != ONE:
            rest = Quotient(ONE, node.denominator)
            yield _dropped(node.numerator, rest)


def _dropped(factor: Expr, rest: Expr) -> Edit:
    kind = _factor_kind(factor)
    repairs = "extra_factor" if kind in ("dropped_factor", "chain_rule", "missing_delta") else kind
    return Edit(kind, rest, f"the factor {factor!r} dropped", repairs)


def _factor_kind(factor: Expr) -> str:
    """What losing this factor is called."""
    core = factor.numerator if isinstance(factor, Quotient) else factor
    below = factor.denominator if isinstance(factor, Quotient) else factor
    if isinstance(core, Dim) or isinstance(below, Dim):
        return "factor_n"
    if isinstance(factor, Number) and factor.value < 0:
        return "sign"
    if isinstance(core, Number) and isinstance(below, Number):
        return "factor_2_or_half"
    if isinstance(factor, Indicator) or (
        isinstance(factor, Apply) and factor.function == "kronecker_delta"
    ):
        return "missing_delta"
    if isinstance(factor, (Apply, Call)) and (
        isinstance(factor, Call) or factor.function != "inverse"
    ):
        return "chain_rule"
    return "dropped_factor"


# ------------------------------------------------------------------------------------ terms


def terms(here: Position, around: Setting) -> Iterator[Edit]:
    """A term of a sum that is lost."""
    node = here.node
    if isinstance(node, Add):
        for place, term in enumerate(node.terms):
            kind = "dropped_regulariser" if is_penalty(term) else "dropped_term"
            rest = without(node.terms, place, Add)
            yield Edit(kind, rest, f"the term {term!r} dropped", "extra_term", cost=1.5)


def is_penalty(term: Expr) -> bool:
    """Whether a term looks like a penalty: a positive scalar times the identity, a parameter or its squared norm."""
    if isinstance(term, Neg):
        return is_penalty(term.operand)
    if isinstance(term, Quotient):
        return is_penalty(term.numerator)
    if not isinstance(term, Product):
        return False
    weights = [
        f
        for f in term.factors
        if is_weight(f) or (isinstance(f, Quotient) and is_weight(f.numerator))
    ]
    rest = [f for f in term.factors if f.shape or isinstance(f, (Power, Apply, Item))]
    plain = all(_is_parameter(f) for f in rest)
    return bool(weights) and len(rest) == 1 and plain


def is_weight(node: Expr) -> bool:
    """A scalar of the givens that is declared nonnegative, such as lambda."""
    if isinstance(node, Power):
        return is_weight(node.base)
    return (
        isinstance(node, Symbol)
        and not node.shape
        and node.definition is None
        and declared(node.facts, "nonnegative") is True
    )


def _is_parameter(node: Expr) -> bool:
    if isinstance(node, (Symbol, Filled)):
        return True
    if isinstance(node, Item):
        return _is_parameter(node.base)
    if isinstance(node, Power):
        return isinstance(node.base, Apply) and _is_parameter(node.base)
    return (
        isinstance(node, Apply) and node.function.startswith("norm") and _is_parameter(node.args[0])
    )
