"""Pieces of matrix notation: scalars with exponents, chains of matrix factors, and how they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Filled,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.sizes import Shape

F1 = Fraction(1)


class CannotWrite(Exception):
    """Matrix notation does not suffice; the caller tries index notation."""


@dataclass(frozen=True, slots=True)
class Link:
    """A factor of a chain; `symmetric` when it is its own transpose."""

    expr: Expr
    symmetric: bool = False

    def turned(self) -> Link:
        """The transpose."""
        if self.symmetric or not self.expr.shape:
            return self
        if isinstance(self.expr, Transpose):
            return Link(self.expr.operand)
        return Link(Transpose(self.expr))


Chain = tuple[Link, ...]


def turned(chain: Chain) -> Chain:
    """The transpose of a product."""
    return tuple(link.turned() for link in reversed(chain))


def number(value: Fraction | int) -> Number:
    """An exact number."""
    return Number(Fraction(value))


def multiplied(factors: Sequence[Expr]) -> Expr:
    """Juxtaposed factors, those of inner products taken over."""
    rows: list[Expr] = []
    for factor in factors:
        if isinstance(factor, Product) and not factor.dot:
            rows.extend(factor.factors)
        else:
            rows.append(factor)
    if not rows:
        return number(1)
    return rows[0] if len(rows) == 1 else Product(tuple(rows))


def written(chain: Chain) -> Expr:
    """A chain as one expression."""
    if len(chain) == 1:
        return chain[0].expr
    return multiplied([link.expr for link in chain])


def raised(base: Expr, power: Fraction | int) -> Expr:
    """A positive power of a scalar; halves are roots."""
    if power == 1:
        return base
    if power == Fraction(1, 2):
        return Apply("sqrt", (base,))
    if isinstance(base, Power) and isinstance(base.exponent, Number):
        return raised(base.base, base.exponent.value * power)
    if isinstance(base, Apply) and base.function == "exp" and power.denominator == 1:
        return Power(base, number(power))
    return Power(base, number(power))


def entrywise_power(base: Expr, power: Fraction | int) -> Expr:
    """A positive power of each entry of an array."""
    if power == 1:
        return base
    if power == Fraction(1, 2):
        return Apply("sqrt", (base,))
    if power == 2 and isinstance(base, Symbol):
        return Apply("hadamard", (base, base))
    return Apply("hadamard_power", (base, number(power)))


def hadamard(parts: Sequence[tuple[Expr, Fraction | int]]) -> Expr:
    """The entrywise product of arrays with exponents."""
    top: list[Expr] = []
    bottom: list[Expr] = []
    for base, power in parts:
        target = top if power > 0 else bottom
        value = entrywise_power(base, power if power > 0 else -power)
        if isinstance(value, Apply) and value.function == "hadamard":
            target.extend(value.args)
        else:
            target.append(value)
    above = _entrywise(top)
    if not bottom:
        assert above is not None
        return above
    below = _entrywise(bottom)
    assert below is not None
    return Apply("hadamard_divide", (above if above is not None else number(1), below))


def _entrywise(parts: list[Expr]) -> Expr | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Apply("hadamard", tuple(parts))


Scalar = tuple[Expr, Fraction | int]


def _plain(node: Expr) -> bool:
    return isinstance(node, (Number, Dim, Symbol, Constant))


def scaled(coefficient: Fraction, scalars: Sequence[Scalar], body: Expr | None) -> Expr:
    """coefficient * scalars * body: a plain fraction in front, other denominators under everything."""
    top = [raised(b, p) for b, p in scalars if p > 0]
    bottom = [raised(b, -p) for b, p in scalars if p < 0]
    above, below = abs(coefficient.numerator), coefficient.denominator
    array = body is not None and bool(body.shape)
    front = [number(above)] if above != 1 else []
    under = [number(below)] if below != 1 else []
    under_plain = under + [x for x in bottom if _plain(x)]
    under_rest = [x for x in bottom if not _plain(x)]
    if body is not None and not array and not under_rest and _is_one(body):
        body = None
    plain_top = [x for x in top if _plain(x)] if under_plain and not under_rest else top
    rest_top = [x for x in top if x not in plain_top]
    lead = [*front, *plain_top]
    if under_rest:
        whole = multiplied([*lead, *([body] if body is not None else [])])
        result: Expr = Quotient(whole, multiplied([*under_plain, *under_rest]))
    elif under_plain:
        if not array and len(lead) <= 1 and not rest_top and body is None:
            result = Quotient(multiplied(lead), multiplied(under_plain))
        else:
            fraction = Quotient(multiplied(lead), multiplied(under_plain))
            result = multiplied([fraction, *rest_top, *([body] if body is not None else [])])
    else:
        result = multiplied([*lead, *([body] if body is not None else [])])
    return Neg(result) if coefficient < 0 else result


def _is_one(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 1


def summed(terms: Sequence[Expr]) -> Expr:
    """A sum; a positive term comes first where there is one."""
    first = next((k for k, t in enumerate(terms) if not isinstance(t, Neg)), 0)
    ordered = [terms[first], *terms[:first], *terms[first + 1 :]]
    flat: list[Expr] = []
    for term in ordered:
        flat.extend(term.terms if isinstance(term, Add) else (term,))
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def filled(value: Expr, shape: Shape) -> Expr:
    """A scalar in every entry of an array."""
    if isinstance(value, Neg):
        return Neg(filled(value.operand, shape))
    if isinstance(value, Number) and value.value == 0:
        return Filled("zeros", shape)
    return Apply("broadcast", (value,), shape)
