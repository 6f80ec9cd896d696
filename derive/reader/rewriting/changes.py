r"""Small changes as names of their own: `\delta h_t \in \mathbb{R}^n` is one name, and no product of delta and h_t.

It is one where a sentence puts it in a set and the sign stands nowhere but before a letter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.grammar.written import FONTS, GREEK
from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

SIGNS = frozenset([r"\delta", r"\Delta"])


def with_changes(document: Document) -> Document:
    """The document with each such pair as one letter."""
    said = list(_in_sentences(document))
    declared = {sign for tokens in said for sign in _declared(tokens)}
    displays = [b.tokens for b in document.blocks if isinstance(b, Display)]
    signs = frozenset(
        s for s in declared if not any(_stands_apart(t, s) for t in (*said, *displays))
    )
    if not signs:
        return document
    return document.rewritten(lambda tokens: tuple(_joined(tokens, signs)))


def _in_sentences(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _declared(tokens: Sequence[Token]) -> Iterator[str]:
    r"""The signs before the names of `x, \delta x \in S`."""
    texts = [t.text for t in tokens]
    if r"\in" not in texts or r"\mathbb" not in texts[texts.index(r"\in") :]:
        return
    for place in range(texts.index(r"\in")):
        first = place == 0 or texts[place - 1] == ","
        if texts[place] in SIGNS and first and _letter(tokens, place + 1) is not None:
            yield texts[place]


def _stands_apart(tokens: Sequence[Token], sign: str) -> bool:
    """Whether the sign stands somewhere without a name behind it: `\\delta_1`, `\\delta (x + y)`."""
    places = [n for n, token in enumerate(tokens) if token.text == sign]
    return any(_letter(tokens, place + 1) is None for place in places)


def _letter(tokens: Sequence[Token], place: int) -> int | None:
    r"""Where the letter of the name stands that begins here: of `x`, `\mathbf{x}`, `\mathbf x`."""
    if place < len(tokens) and tokens[place].text in FONTS:
        place += 1
        if place < len(tokens) and tokens[place].kind is Kind.OPEN:
            place += 1
    if place >= len(tokens):
        return None
    token = tokens[place]
    named = token.kind is Kind.LETTER or (token.kind is Kind.WORD and token.text in GREEK)
    return place if named and token.text not in SIGNS else None


def _joined(tokens: Sequence[Token], signs: frozenset[str]) -> Iterator[Token]:
    """The tokens with each sign in the letter behind it."""
    at: dict[int, Token] = {}
    for place, token in enumerate(tokens):
        letter = _letter(tokens, place + 1) if token.text in signs else None
        if letter is not None:
            at[letter] = token
    for place, token in enumerate(tokens):
        if place in at:
            sign = at[place]
            start = sign.start if tokens[place - 1] is sign else token.start
            text = f"{sign.text} {token.text}"
            yield token._replace(kind=Kind.LETTER, text=text, start=start, spaced=sign.spaced)
        elif not (token.text in signs and any(sign is token for sign in at.values())):
            yield token
