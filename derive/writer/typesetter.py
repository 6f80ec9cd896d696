"""What the printing rules share: the typesetter that they see, and sums and products of printed parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from derive.expr.nodes import Expr
from derive.expr.sizes import Size
from derive.writer.pieces import (
    FACTOR,
    POWER,
    PRODUCT,
    SUM,
    Piece,
    Style,
    at_least,
    closed_end,
)


@dataclass
class Typesetter:
    """What the rules see: the style, the parts printed so far, and the names that symbols have taken."""

    style: Style
    taken: frozenset[str] = frozenset()
    pieces: dict[Expr, Piece] = field(default_factory=dict)

    def __getitem__(self, node: Expr) -> Piece:
        return self.pieces[node]

    def small_number(self, value: int) -> Piece:
        """An integer that the notation needs, such as the order of a derivative."""
        return self.style.number(str(value))

    def list_of(self, parts: Sequence[Piece], separator: str = "comma") -> Piece:
        """Parts with commas between them."""
        row: list[Piece] = []
        for part in parts:
            row += [self.style.mark(separator), part] if row else [part]
        return self.style.row(row)


Rule = Callable[[Any, Typesetter], Piece]


def size_piece(size: Size, t: Typesetter) -> Piece:
    """A size as a number: `n`, `2 d`, `n - 1`."""
    terms: list[Piece] = []
    ordered = sorted(size.terms, key=lambda term: (term[1] < 0, -len(term[0]), term[0]))
    for monomial, coefficient in ordered:
        parts = [t.style.name(name) for name in monomial]
        if abs(coefficient) != 1 or not parts:
            parts.insert(0, t.small_number(abs(coefficient)))
        part = t.style.beside(parts) if len(parts) > 1 else parts[0]
        terms.append(negative(part, t) if coefficient < 0 else part)
    return sum_of(terms, t) if len(terms) != 1 else terms[0]


def negative(part: Piece, t: Typesetter) -> Piece:
    """Minus a part that binds at least as a product."""
    signed = t.style.row([t.style.mark("negative"), part])
    small = None
    if part.small is not None:
        small = t.style.row([t.style.mark("negative"), part.small])
    return replace(
        signed, level=SUM, minus=part, small=small, swallows=part.swallows, tail=part.tail
    )


def sum_of(terms: Sequence[Piece], t: Typesetter) -> Piece:
    """Terms with plus and minus between them; terms that need it are bracketed already, save for their sign."""
    last = terms[-1]
    row = t.style.row(signed_terms(terms, t))
    return replace(row, level=SUM, swallows=last.swallows, tail=last.tail)


def signed_terms(terms: Sequence[Piece], t: Typesetter) -> list[Piece]:
    """The terms of a sum, each but the first with its sign in front."""
    row = [terms[0]]
    for term in terms[1:]:
        if term.minus is not None:
            signed = [t.style.mark("minus"), at_least(t.style, term.minus, PRODUCT)]
        else:
            signed = [t.style.mark("plus"), at_least(t.style, term, PRODUCT)]
        row.append(t.style.row(signed))
    return row


def in_one_shape(nodes: Sequence[Expr], t: Typesetter) -> list[Piece]:
    """The parts of a sum or relation: where one part shows the size, `I`, `0` and numbers need not."""
    parts = [t[node] for node in nodes]
    if all(part.plain is not None for part in parts):
        return parts
    return [part.plain or part for part in parts]


def product_of(parts: Sequence[Piece], t: Typesetter, dot: str = "") -> Piece:
    """Factors side by side; all but the last are closed, a minus of the first stands in front of the product."""
    first = parts[0]
    if first.minus is not None and first.minus.level >= POWER:
        return negative(product_of([first.minus, *parts[1:]], t, dot), t)
    shown = [closed_end(t.style, _factor(part, t)) for part in parts[:-1]]
    last = _factor(parts[-1], t)
    whole = _joined([*shown, last], t, dot)
    closed = None
    if last.swallows and last.closed is not None:
        closed = _joined([*shown, last.closed], t, dot)
    return replace(
        whole, level=PRODUCT, swallows=last.swallows, tail=last.tail, closed=closed, bare=False
    )


def _factor(part: Piece, t: Typesetter) -> Piece:
    return at_least(t.style, part, FACTOR)


def _joined(parts: Sequence[Piece], t: Typesetter, dot: str) -> Piece:
    return t.list_of(parts, dot) if dot else t.style.beside(parts)
