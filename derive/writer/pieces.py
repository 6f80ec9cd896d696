"""Printed parts of a formula, and what a style of notation (LaTeX, Unicode) must be able to draw.

Which brackets a formula needs does not depend on the style, so the rules (`derive.writer.formula`) are written once,
over the primitives of `Style`; a style draws them and knows nothing of the tree. A new target is one more style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

#: how tightly a part binds: ATOM may carry a superscript, POWER stands beside other factors, FACTOR only as the last
RELATION, SUM, PRODUCT, FACTOR, POWER, ATOM = range(6)

#: what an open end takes in with it: nothing, the factors that follow, or also the terms that follow
NOTHING, FACTORS, TERMS = range(3)


@dataclass(frozen=True, slots=True)
class Piece:
    r"""A printed part. `width` is a rough length in em, `tall` says that brackets around it must grow.

    `starts` and `ends` are kinds of characters (digit, letter, open, close, fraction, ...) that decide what stands
    between factors. `swallows` says how far its open end reaches, `closed` is the same part with that end closed
    (`\log(x)` for `\log x`). `minus` is what follows a leading minus sign, `small` the form in an exponent, `plain` the
    form where neighbours give the size (`I` for `I_n`). `tail` names the indices of a sum that is open at the end.
    `bare` parts may follow a function's name without brackets.
    """

    text: str
    level: int = ATOM
    width: float = 0.0
    tall: bool = False
    starts: str = "letter"
    ends: str = "letter"
    swallows: int = NOTHING
    closed: Piece | None = None
    minus: Piece | None = None
    small: Piece | None = None
    plain: Piece | None = None
    tail: tuple[str, ...] = ()
    bare: bool = False

    def at(self, level: int) -> Piece:
        """The same drawing with another binding strength."""
        return replace(self, level=level)


class Style(Protocol):
    """What a style draws. The parts that it gets carry the brackets that they need, unless said otherwise."""

    def name(self, latex: str) -> Piece:
        """The name of a symbol, given as LaTeX text."""

    def word(self, latex: str) -> Piece:
        """The name of a function, such as `\\log` or `\\operatorname{tr}`."""

    def number(self, text: str) -> Piece:
        """Digits."""

    def mark(self, kind: str) -> Piece:
        """A sign of the table of marks: plus, minus, cdot, comma, relations, ..."""

    def row(self, parts: Sequence[Piece]) -> Piece:
        """Parts one after the other, without space of its own."""

    def beside(self, parts: Sequence[Piece]) -> Piece:
        """Factors one after the other, with the space or dot that tells them apart."""

    def fraction(self, numerator: Piece, denominator: Piece) -> Piece:
        """A fraction (the parts are not bracketed yet)."""

    def slash(self, numerator: Piece, denominator: Piece) -> Piece:
        """A fraction in one line."""

    def above(self, base: Piece, exponent: Piece) -> Piece:
        """base with a superscript."""

    def below(self, base: Piece, index: Piece) -> Piece:
        """base with a subscript."""

    def fence(self, kind: str, inner: Piece) -> Piece:
        """inner between brackets: paren, bracket, brace, norm, abs, angle, floor."""

    def root(self, inner: Piece) -> Piece:
        """The square root."""

    def big(self, kind: str, lower: Piece | None, upper: Piece | None) -> Piece:
        """A sign with limits: sum, prod, int, lim, max, min, argmax, argmin."""

    def grid(self, kind: str, rows: Sequence[Sequence[Piece]]) -> Piece:
        """A `matrix`, or `cases` of value and condition."""


def bracketed(style: Style, part: Piece) -> Piece:
    """The part in round brackets."""
    return style.fence("paren", part)


def at_least(style: Style, part: Piece, level: int) -> Piece:
    """The part, in brackets if it binds less than `level`."""
    return part if part.level >= level else bracketed(style, part)


def closed_end(style: Style, part: Piece) -> Piece:
    """The part in a form that takes in nothing of what follows."""
    if not part.swallows:
        return part
    return part.closed if part.closed is not None else bracketed(style, part)
