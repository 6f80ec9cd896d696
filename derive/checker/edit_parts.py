"""What an edit of an expression is, and the small builders that every rule of edits uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.expr.core import (
    Apply,
    Expr,
    Filled,
    Neg,
    Number,
    Product,
    Symbol,
)
from derive.expr.nodes import Index, Quotient
from derive.expr.shapes import product_plan

TWO = Number(Fraction(2))
HALF = Quotient(Number(Fraction(1)), TWO)
ONE = Number(Fraction(1))

#: roles in which scaling or a sign is a change of its own (a factor's sign is the sign of its product)
SCALED = ("root", "term", "negated", "argument", "base", "exponent", "part", "body")


@dataclass(frozen=True, slots=True)
class Edit:
    """`node` stands at the position afterwards. `kind` is the mistake made, `repairs` the mistake taken back.

    `note` says what the edit does (`the factor 2 dropped`), `fault` what was wrong if that was right (`the factor 2 is
    too much`), and by `cost` the smallest edit is tried first."""

    kind: str
    node: Expr
    note: str
    repairs: str = ""
    cost: float = 1.0
    fault: str = ""

    @property
    def repaired(self) -> str:
        """The mistake that this edit takes back."""
        return self.repairs or self.kind


@dataclass(frozen=True, slots=True)
class Setting:
    """What else is in play in a relation: size names, symbols in order, and free indices."""

    sizes: tuple[str, ...] = ()
    symbols: tuple[Symbol, ...] = ()
    indices: tuple[Index, ...] = ()


def times(factor: Expr, node: Expr) -> Expr:
    """factor node, written as one product."""
    if isinstance(node, Neg):
        return Neg(times(factor, node.operand))
    return Product((factor, *(node.factors if isinstance(node, Product) else (node,))))


def is_zero(node: Expr) -> bool:
    """Whether a node is written as zero."""
    if isinstance(node, Apply) and node.function == "broadcast":
        return is_zero(node.args[0])
    return (isinstance(node, Number) and node.value == 0) or (
        isinstance(node, Filled) and node.kind == "zeros"
    )


def without(parts: tuple[Expr, ...], place: int, make: Callable[[tuple[Expr, ...]], Expr]) -> Expr:
    """`make` of the parts but one; the single part that is left stands alone."""
    left = (*parts[:place], *parts[place + 1 :])
    return left[0] if len(left) == 1 else make(left)


def product(factors: tuple[Expr, ...], dot: str = "") -> Iterator[Expr]:
    """The product if its factors fit, else nothing; one factor stands alone."""
    if len(factors) == 1:
        yield factors[0]
    elif product_plan(tuple(f.shape for f in factors)) is not None:
        yield Product(factors, dot)


def exchanged(parts: tuple[Expr, ...], i: int, j: int) -> tuple[Expr, ...]:
    """The parts with two of them exchanged."""
    new = list(parts)
    new[i], new[j] = new[j], new[i]
    return tuple(new)
