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
        yield _sign(node.operand, node.operand, 0.5)
    elif here.role in SCALED and here.role != "negated" and not is_zero(node):
        yield _sign(node, Neg(node), 1.0 if here.role == "argument" else 0.5)
    elif here.role == "factor" and isinstance(node, Add):
        yield _sign(node, Neg(node), 0.8)


def _sign(node: Expr, new: Expr, cost: float) -> Edit:
    note, fault = f"the sign of {node!r} changed", f"the sign of {node!r} is wrong"
    return Edit("sign", new, note, cost=cost, fault=fault)


def numbers(here: Position, around: Setting) -> Iterator[Edit]:
    """A factor 2 or 1/2 that is lost or superfluous, and a written number that is one off."""
    node = here.node
    if here.role in SCALED and not is_zero(node) and not isinstance(node, (Number, Neg)):
        for factor, done in ((TWO, "doubled"), (HALF, "halved")):
            fault = f"a factor {factor!r} is missing in {node!r}"
            kind = "factor_2_or_half"
            yield Edit(kind, times(factor, node), f"{node!r} {done}", fault=fault)
    if isinstance(node, Number) and here.role not in ("exponent", "index", "condition"):
        if node.value in (2, Fraction(1, 2)) and here.role == "denominator":
            yield Edit(
                "factor_2_or_half",
                ONE,
                f"{node!r} dropped",
                cost=0.9,
                fault=f"the {node!r} in a denominator is too much",
            )
        near = Number(node.value + 1), Number(node.value - 1)
        for other in near[: 1 if node.value == 0 else 2]:
            if other.value != 0:
                yield Edit(
                    "number",
                    other,
                    f"{node!r} became {other!r}",
                    cost=2.5,
                    fault=f"{node!r} should be {other!r}",
                )


def sizes(here: Position, around: Setting) -> Iterator[Edit]:
    """A factor n or 1/n that is lost or superfluous, and one size for another."""
    node = here.node
    scaled = here.role in SCALED and not is_zero(node) and not isinstance(node, Neg)
    if scaled and here.role in ("root", "term", "negated", "argument"):
        for name in around.sizes:
            size = Dim(Size.of(name))
            for factor, done in ((size, "multiplied"), (Quotient(ONE, size), "divided")):
                note = f"{node!r} {done} by {name}"
                fault = f"the factor {factor!r} is missing in {node!r}"
                yield Edit("factor_n", times(factor, node), note, cost=1.1, fault=fault)
    if isinstance(node, Dim):
        for name in around.sizes:
            other = Dim(Size.of(name))
            if other != node and here.role != "condition":
                yield Edit(
                    "wrong_size",
                    other,
                    f"the size {node!r} became {name}",
                    cost=1.5,
                    fault=f"the size {node!r} should be {name}",
                )
        less = Dim(node.size - 1)
        yield Edit(
            "factor_n",
            less,
            f"{node!r} became {less!r}",
            cost=2.0,
            fault=f"{node!r} should be {less!r}",
        )


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
        repairs = "extra_factor" if kind == "dropped_factor" else kind
        fault = f"the denominator {node.denominator!r} is too much"
        yield Edit(kind, node.numerator, note, repairs, fault=fault)
        if not node.numerator.shape and node.numerator != ONE:
            rest = Quotient(ONE, node.denominator)
            yield _dropped(node.numerator, rest)


def _dropped(factor: Expr, rest: Expr) -> Edit:
    kind = _factor_kind(factor)
    repairs = "extra_factor" if kind in ("dropped_factor", "chain_rule", "missing_delta") else kind
    fault = f"the factor {factor!r} is too much"
    cost = 0.95 if kind in ("factor_2_or_half", "factor_n") else 1.0
    return Edit(kind, rest, f"the factor {factor!r} dropped", repairs, cost, fault)


def _factor_kind(factor: Expr) -> str:
    """What losing this factor is called."""
    if isinstance(factor, Neg):
        return "sign" if factor.operand == ONE else _factor_kind(factor.operand)
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
            yield Edit(
                kind,
                rest,
                f"the term {term!r} dropped",
                "extra_term",
                cost=1.5,
                fault=f"the term {term!r} is too much",
            )


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
