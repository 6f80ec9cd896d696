"""Scalars as polynomials in their parts: multiplied out, like terms together. It shortens the weight of an example."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import Add, Expr, Neg, Number, Power, Product, Quotient
from derive.expr.walk import children, post_order
from derive.rules import forms

Monomial = tuple[tuple[Expr, int], ...]
Polynomial = dict[Monomial, Fraction]
LIMIT = 64


def polynomial(node: Expr) -> Polynomial | None:
    """The scalar multiplied out, None when it has more than 64 terms."""
    value = forms.constant_value(node)
    if value is not None:
        return {(): value} if value else {}
    if isinstance(node, Add):
        return _sum([polynomial(t) for t in node.terms])
    if isinstance(node, Neg):
        return _times(polynomial(node.operand), {(): Fraction(-1)})
    if isinstance(node, Product) and not any(f.shape for f in node.factors):
        found: Polynomial | None = {(): Fraction(1)}
        for factor in node.factors:
            found = _times(found, polynomial(factor))
        return found
    if isinstance(node, Quotient):
        bottom = forms.constant_value(node.denominator)
        under: Polynomial = {(): 1 / bottom} if bottom else {((node.denominator, -1),): Fraction(1)}
        return _times(polynomial(node.numerator), under)
    if isinstance(node, Power) and isinstance(node.exponent, Number):
        exponent = node.exponent.value
        if exponent.denominator == 1 and 0 < exponent <= 4:
            found = {(): Fraction(1)}
            for _ in range(int(exponent)):
                found = _times(found, polynomial(node.base))
            return found
    return {((node, 1),): Fraction(1)}


def _sum(parts: list[Polynomial | None]) -> Polynomial | None:
    found: Polynomial = {}
    for part in parts:
        if part is None:
            return None
        for monomial, value in part.items():
            found[monomial] = found.get(monomial, Fraction(0)) + value
    found = {m: v for m, v in found.items() if v}
    return found if len(found) <= LIMIT else None


def _times(a: Polynomial | None, b: Polynomial | None) -> Polynomial | None:
    if a is None or b is None or len(a) * len(b) > LIMIT:
        return None
    found: Polynomial = {}
    for left, x in a.items():
        for right, y in b.items():
            monomial = _merged(left, right)
            found[monomial] = found.get(monomial, Fraction(0)) + x * y
    return {m: v for m, v in found.items() if v}


def _merged(a: Monomial, b: Monomial) -> Monomial:
    powers = dict(a)
    for base, exponent in b:
        powers[base] = powers.get(base, 0) + exponent
    kept = [(base, exponent) for base, exponent in powers.items() if exponent]
    return tuple(sorted(kept, key=lambda pair: repr(pair[0])))


def expression(given: Polynomial) -> Expr:
    """The sum of the monomials, positive ones first."""
    terms = sorted(given.items(), key=lambda item: item[1] < 0)
    return forms.total([_monomial(m, value) for m, value in terms], ())


def _monomial(monomial: Monomial, value: Fraction) -> Expr:
    top = [forms.powered(base, forms.number(n)) for base, n in monomial if n > 0]
    bottom = [forms.powered(base, forms.number(-n)) for base, n in monomial if n < 0]
    return forms.assembled(forms.Term(value, tuple(top), tuple(bottom), ()))


def shortened(node: Expr) -> Expr:
    """The scalar multiplied out if that is shorter, else as it stands."""
    found = polynomial(node)
    if found is None:
        return node
    made = expression(found)
    return made if weight(made) < weight(node) else node


def weight(root: Expr) -> int:
    """The number of symbols and numbers that a reader sees, each as often as it is written."""
    counted: dict[Expr, int] = {}
    for node in post_order(root):
        counted[node] = sum(counted[c] for c in children(node)) or 1
    return counted[root]
