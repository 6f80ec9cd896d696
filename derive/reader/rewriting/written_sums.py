r"""Sums that are written out with dots: `w_1 x_1 + w_2 x_2 + \dots + w_d x_d` is the sum of its terms.

The last term is the first one with another index; what stands before the first term is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsb"])
_OPEN, _CLOSE = frozenset(["(", "[", "{", r"\{"]), frozenset([")", "]", "}", r"\}"])
_ENDS = frozenset(
    ["+", "-", "=", ",", ";", ".", "&", r"\\", r"\quad", r"\qquad", r"\le", r"\ge", "<", ">"]
)
_COUNTS = frozenset([*"nNmMKTLJDdkp"])


def with_sums(document: Document) -> Document:
    r"""The document with `\sum` for such sums."""
    return document.rewritten(_summed)


def _summed(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    for place, token in enumerate(tokens):
        if token.text in _DOTS and _is_plus(tokens, place - 1) and _is_plus(tokens, place + 1):
            found = _replaced(tokens, place)
            if found is not None:
                return _summed(found)
    return tokens


def _is_plus(tokens: Sequence[Token], place: int) -> bool:
    return 0 <= place < len(tokens) and tokens[place].text == "+"


def _replaced(tokens: tuple[Token, ...], dots: int) -> tuple[Token, ...] | None:
    """The tokens with the sum around some dots; None when its terms are not alike."""
    end = _end(tokens, dots + 2)
    last = tokens[dots + 2 : end]
    start, terms = dots - 1, 0
    first: Sequence[Token] = ()
    while start > 0 and terms < 3:
        begin = _begin(tokens, start)
        term = tokens[begin:start]
        if not term or (len(term) != len(last)):
            break
        first, start, terms = term, begin - 1, terms + 1
        if not _is_plus(tokens, start):
            break
    places = [i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a.text != b.text]
    lower = {first[i].text for i in places}
    if not terms or lower not in ({"0"}, {"1"}):
        return None
    letters = {last[i].text for i in places}
    if len(letters) != 1 or not letters <= _COUNTS or any(not _is_script(first, i) for i in places):
        return None
    begin = next(i for i in range(len(tokens)) if tokens[i] is first[0])
    used = {t.text for t in tokens}
    index = next(letter for letter in "jilkrs" if letter not in used)
    call = (tokens[begin].start, tokens[end - 1].end)

    def mark(kind: Kind, text: str) -> Token:
        return Token(kind, text, *call, call=call)

    body = tuple(
        mark(Kind.LETTER, index)
        if i in places
        else t._replace(start=call[0], end=call[1], call=call)
        for i, t in enumerate(first)
    )
    total = (
        *(mark(Kind.WORD, r"\sum"), mark(Kind.SUB, "_"), mark(Kind.OPEN, "{")),
        *(mark(Kind.LETTER, index), mark(Kind.CHAR, "="), mark(Kind.NUMBER, lower.pop())),
        *(mark(Kind.CLOSE, "}"), mark(Kind.SUP, "^"), mark(Kind.OPEN, "{")),
        *(mark(Kind.LETTER, letters.pop()), mark(Kind.CLOSE, "}")),
    )
    return (*tokens[:begin], *total, *body, *tokens[end:])


def _is_script(term: Sequence[Token], place: int) -> bool:
    before = [t.text for t in term[max(0, place - 2) : place]]
    return before[-1:] == ["_"] or before == ["_", "{"]


def _end(tokens: Sequence[Token], place: int) -> int:
    """Where the term that begins at a place ends."""
    depth = 0
    while place < len(tokens):
        text = tokens[place].text
        if depth == 0 and (text in _ENDS or text in _CLOSE):
            break
        depth += (text in _OPEN) - (text in _CLOSE)
        place += 1
    return place


def _begin(tokens: Sequence[Token], place: int) -> int:
    """Where the term that ends before a place begins."""
    depth = 0
    while place > 0:
        text = tokens[place - 1].text
        if depth == 0 and (text in _ENDS or text in _OPEN):
            break
        depth += (text in _CLOSE) - (text in _OPEN)
        place -= 1
    return place


__all__ = ["with_sums"]
