"""Scalars as quotients of polynomials in letters, exponentials and roots: equal when the difference is zero.

It proves in less than a millisecond what is most common among scalar steps, such as those of a sigmoid. A function that
is not opened here is a letter, told apart by its arguments in this form. Powers follow the rules of formal exponents.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
)
from derive.expr.walk import inline, post_order

Monomial = tuple[tuple[int, Fraction], ...]
Polynomial = dict[Monomial, Fraction]

MOST_NODES = 120
MOST_TERMS = 120
LONGEST = 2048
"""Binary digits of a coefficient."""
HIGHEST = 12
"""The highest power of a sum that is multiplied out."""
KINDS = (Add, Apply, Constant, Dim, Neg, Number, Power, Product, Quotient, Symbol)
ZERO: Polynomial = {}
ONE: Polynomial = {(): Fraction(1)}


class TooLong(Exception):
    """More terms than are worth the while."""


@dataclass(frozen=True)
class Ratio:
    """over / under; what is divided by one term has under = 1."""

    over: Polynomial
    under: Polynomial = field(default_factory=lambda: ONE)

    @property
    def key(self) -> Hashable:
        """What tells two ratios apart; equal ones may have different keys."""
        return frozenset(self.over.items()), frozenset(self.under.items())


def equal_quotients(lhs: Expr, rhs: Expr) -> bool:
    """Whether two scalars are one quotient of polynomials. False means not proved."""
    sides = [inline(side) for side in (lhs, rhs)]
    nodes = dict.fromkeys(n for side in sides for n in post_order(side))
    if len(nodes) > MOST_NODES or any(n.shape or not isinstance(n, KINDS) for n in nodes):
        return False
    reader = _Quotients()
    try:
        left, right = (reader.ratio(side) for side in sides)
        gap = _plus(_times(left.over, right.under), _times(right.over, left.under, Fraction(-1)))
        return bool(left.under and right.under) and not reader.without_sines(gap)
    except (TooLong, ZeroDivisionError):
        return False


class _Quotients:
    """The ratio of every node so far; letters are numbered as they come."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}
        self.exponentials: set[int] = set()
        self.cosines: dict[int, int] = {}
        self.done: dict[Expr, Ratio] = {}

    def ratio(self, root: Expr) -> Ratio:
        """A scalar as a ratio."""
        for node in post_order(root):
            if node not in self.done:
                self.done[node] = self._of(node)
        return self.done[root]

    def letter(self, *key: Hashable) -> int:
        """The number of a letter."""
        return self.numbers.setdefault(key, len(self.numbers))

    def _of(self, node: Expr) -> Ratio:
        parts = [self.done[part] for part in node.parts] if not isinstance(node, Symbol) else []
        if isinstance(node, Number):
            return Ratio({(): node.value} if node.value else ZERO)
        if isinstance(node, Add):
            return _sum(parts)
        if isinstance(node, Neg):
            return _scaled(parts[0], Fraction(-1))
        if isinstance(node, Product):
            return _product(parts)
        if isinstance(node, Quotient):
            return _product([parts[0], _inverse(parts[1])])
        if isinstance(node, Power):
            return self._power(*parts)
        if isinstance(node, Constant) and node.name == "e":
            return self.exponential(Ratio(ONE))
        if isinstance(node, Apply):
            opened = OPENED.get(node.function) if len(parts) == 1 else None
            if opened is not None:
                return opened(self, parts[0])
            keys = tuple(part.key for part in parts)
            return _single(self.letter("function", node.function, node.params, keys))
        return _single(self.letter(node))

    def exponential(self, exponent: Ratio) -> Ratio:
        """exp of a sum is a product of powers: one letter for each monomial of the exponent."""
        if exponent.under != ONE:
            return _single(self._exponential("ratio", exponent.key))
        pairs = [(self._exponential("term", m), c) for m, c in exponent.over.items()]
        return Ratio({tuple(sorted(pairs)): Fraction(1)})

    def _exponential(self, *key: Hashable) -> int:
        number = self.letter("exp", *key)
        self.exponentials.add(number)
        return number

    def _power(self, base: Ratio, exponent: Ratio) -> Ratio:
        constant = exponent.over.get((), Fraction(0)) if exponent.under == ONE else None
        if constant is not None and len(exponent.over) <= 1 and (constant or not exponent.over):
            return self.raised(base, constant)
        alone = self._alone(base)
        if alone is None or exponent.under != ONE:
            return _single(self.letter("power", base.key, exponent.key))
        pairs = [
            (self.letter("raised", alone, monomial) if monomial else alone, coefficient)
            for monomial, coefficient in exponent.over.items()
        ]
        return Ratio({tuple(sorted(pairs)): Fraction(1)})

    def raised(self, base: Ratio, exponent: Fraction) -> Ratio:
        """A constant power; roots are taken of single letters and of exponentials, which are positive."""
        whole = exponent.denominator == 1
        if base.under == ONE and len(base.over) == 1:
            ((monomial, coefficient),) = base.over.items()
            positive = all(number in self.exponentials for number, _ in monomial)
            if coefficient == 1 and (whole or positive or self._alone(base) is not None):
                powers = tuple((n, e * exponent) for n, e in monomial) if exponent else ()
                return Ratio({powers: Fraction(1)})
        if whole and abs(exponent) <= HIGHEST:
            factor = base if exponent >= 0 else _inverse(base)
            return _product([factor] * abs(int(exponent)))
        return _single(self.letter("root", base.key, exponent))

    def _alone(self, base: Ratio) -> int | None:
        """The letter that a base is."""
        if base.under != ONE or len(base.over) != 1:
            return None
        ((monomial, coefficient),) = base.over.items()
        if not monomial and coefficient > 0:
            return self.letter("number", coefficient)
        one = coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1
        return monomial[0][0] if one else None

    def sine(self, angle: Ratio) -> Ratio:
        """A letter that knows its cosine."""
        number = self.letter("sin", angle.key)
        self.cosines[number] = self.letter("cos", angle.key)
        return _single(number)

    def without_sines(self, gap: Polynomial) -> Polynomial:
        """The polynomial with sin^2 = 1 - cos^2 put in as often as it can be."""
        for sine, cosine in self.cosines.items():
            changed: Polynomial = {}
            for monomial, coefficient in gap.items():
                held = dict(monomial)
                exponent = held.pop(sine, Fraction(0))
                twice = int(exponent // 2) if exponent.denominator == 1 and exponent > 1 else 0
                held[sine] = exponent - 2 * twice
                rest = {tuple(sorted((n, e) for n, e in held.items() if e)): coefficient}
                square = {(): Fraction(1), ((cosine, Fraction(2)),): Fraction(-1)}
                for _ in range(twice):
                    rest = _times(rest, square)
                changed = _plus(changed, rest)
            gap = changed
        return gap


def _single(number: int) -> Ratio:
    return Ratio({((number, Fraction(1)),): Fraction(1)})


def _plus(a: Polynomial, b: Polynomial) -> Polynomial:
    found = dict(a)
    for monomial, coefficient in b.items():
        total = found.get(monomial, Fraction(0)) + coefficient
        if total:
            found[monomial] = total
        else:
            found.pop(monomial, None)
    return found


def _times(a: Polynomial, b: Polynomial, factor: Fraction = ONE[()]) -> Polynomial:
    if len(a) * len(b) > MOST_TERMS:
        raise TooLong("a product")
    found: Polynomial = {}
    for left, x in a.items():
        for right, y in b.items():
            powers = dict(left)
            for number, exponent in right:
                powers[number] = powers.get(number, Fraction(0)) + exponent
            monomial = tuple(sorted((n, e) for n, e in powers.items() if e))
            total = found.get(monomial, Fraction(0)) + x * y * factor
            if total.numerator.bit_length() + total.denominator.bit_length() > LONGEST:
                raise TooLong("a coefficient")
            if total:
                found[monomial] = total
            else:
                found.pop(monomial, None)
    return found


def _scaled(ratio: Ratio, factor: Fraction) -> Ratio:
    return Ratio({m: c * factor for m, c in ratio.over.items()}, ratio.under)


def _inverse(ratio: Ratio) -> Ratio:
    """1 / ratio; ZeroDivisionError for zero."""
    if not ratio.over:
        raise ZeroDivisionError
    return _divided(ratio.under, ratio.over)


def _divided(over: Polynomial, under: Polynomial) -> Ratio:
    if len(under) > 1:
        return Ratio(over, under)
    ((monomial, coefficient),) = under.items()
    return Ratio(_times(over, {tuple((n, -e) for n, e in monomial): 1 / coefficient}))


def _sum(parts: list[Ratio]) -> Ratio:
    over, under = ZERO, ONE
    for part in parts:
        if part.under == under:
            over = _plus(over, part.over)
        else:
            over = _plus(_times(over, part.under), _times(part.over, under))
            under = _times(under, part.under)
    return Ratio(over, under)


def _product(parts: list[Ratio]) -> Ratio:
    over, under = ONE, ONE
    for part in parts:
        over, under = _times(over, part.over), _times(under, part.under)
    return _divided(over, under)


def _logistic(q: _Quotients, x: Ratio) -> Ratio:
    return _inverse(_sum([Ratio(ONE), q.exponential(_scaled(x, Fraction(-1)))]))


def _halves(q: _Quotients, x: Ratio, sign: int) -> Ratio:
    turned = _scaled(q.exponential(_scaled(x, Fraction(-1))), Fraction(sign))
    return _scaled(_sum([q.exponential(x), turned]), Fraction(1, 2))


def _logarithm(q: _Quotients, x: Ratio) -> Ratio:
    return _single(q.letter("log", x.key))


def _shifted(x: Ratio, by: int) -> Ratio:
    return _sum([x, Ratio({(): Fraction(by)})])


#: functions of one scalar that are opened
OPENED: dict[str, Callable[[_Quotients, Ratio], Ratio]] = {
    "exp": lambda q, x: q.exponential(x),
    "expm1": lambda q, x: _shifted(q.exponential(x), -1),
    "sqrt": lambda q, x: q.raised(x, Fraction(1, 2)),
    "inverse": lambda q, x: _inverse(x),
    "sigmoid": _logistic,
    "silu": lambda q, x: _product([x, _logistic(q, x)]),
    "sinh": lambda q, x: _halves(q, x, -1),
    "cosh": lambda q, x: _halves(q, x, 1),
    "tanh": lambda q, x: _product([_halves(q, x, -1), _inverse(_halves(q, x, 1))]),
    "sin": lambda q, x: q.sine(x),
    "cos": lambda q, x: _single(q.letter("cos", x.key)),
    "log": _logarithm,
    "log1p": lambda q, x: _logarithm(q, _shifted(x, 1)),
    "softplus": lambda q, x: _logarithm(q, _shifted(q.exponential(x), 1)),
}
