r"""Vectors of numbers in a font of their own: `$y^{(i)} \in \mathbb{R}$` and `$\vec{y} \in \mathbb{R}^m$`.

Both are one name where the plain letter has an index wherever it stands, and words say that each is a number, while
the letter in its font is said to be a vector and never has an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

_FONTS = frozenset([r"\vec", r"\mathbf", r"\boldsymbol", r"\bm"])
_REALS = (["{", "R", "}"], ["R"])


def with_stacked_scalars(document: Document) -> Document:
    """The document with such vectors in the plain letter of their entries."""
    formulas = list(_formulas(document))
    inline = [
        p.tokens
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Inline)
    ]
    numbers = frozenset(letter for tokens in inline for letter in _sets(tokens, "", False))
    vectors = {
        (font, letter): None
        for tokens in inline
        for font in sorted(_FONTS)
        for letter in _sets(tokens, font, True)
        if letter in numbers
    }
    fonts = {letter: [f for f, other in vectors if other == letter] for _, letter in vectors}
    found = frozenset(
        (own[0], letter)
        for letter, own in fonts.items()
        if len(own) == 1 and all(_apart(tokens, own[0], letter) for tokens in formulas)
    )
    if not found:
        return document
    return document.rewritten(lambda tokens: tuple(_plain(tokens, found)))


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _letters(tokens: Sequence[Token]) -> Iterator[tuple[str, str, int, int]]:
    """The letters of a formula: font, letter, where it begins and where it ends."""
    place = 0
    while place < len(tokens):
        texts = [t.text for t in tokens[place : place + 4]]
        if texts[0] in _FONTS and texts[1:2] == ["{"] and texts[3:4] == ["}"]:
            yield texts[0], texts[2], place, place + 4
            place += 4
        elif texts[0] in _FONTS and len(texts) > 1 and tokens[place + 1].kind is Kind.LETTER:
            yield texts[0], texts[1], place, place + 2
            place += 2
        else:
            if tokens[place].kind is Kind.LETTER:
                yield "", texts[0], place, place + 1
            place += 1


def _is_indexed(tokens: Sequence[Token], end: int) -> bool:
    """Whether an index stands below a letter, or above it in round brackets."""
    texts = [t.text for t in tokens[end : end + 3]]
    return texts[:1] == ["_"] or texts == ["^", "{", "("]


def _sets(tokens: Sequence[Token], font: str, vector: bool) -> Iterator[str]:
    r"""The letters of which a formula says `y_i \in \mathbb{R}`, or `\mathbf{y} \in \mathbb{R}^n` for vectors."""
    texts = [t.text for t in tokens]
    if r"\in" not in texts or texts[texts.index(r"\in") + 1 :][:1] != [r"\mathbb"]:
        return
    behind = texts[texts.index(r"\in") + 2 :]
    rest = next((behind[len(reals) :] for reals in _REALS if behind[: len(reals)] == reals), None)
    if (
        rest is None
        or (vector and (rest[:1] != ["^"] or r"\times" in rest))
        or (not vector and rest)
    ):
        return
    listed = tokens[: texts.index(r"\in")]
    for own, letter, _, end in _letters(listed):
        outside = sum((t == "{") - (t == "}") for t in texts[:end]) == 0
        if own == font and outside and (vector or _is_indexed(listed, end)):
            yield letter


def _apart(tokens: Sequence[Token], font: str, letter: str) -> bool:
    """Whether the plain letter has an index wherever it stands, the one in its font nowhere."""
    return all(
        _is_indexed(tokens, end) == (not own)
        for own, found, _, end in _letters(tokens)
        if found == letter and own in ("", font)
    )


def _plain(tokens: Sequence[Token], found: frozenset[tuple[str, str]]) -> Iterator[Token]:
    done = 0
    for font, letter, start, end in _letters(tokens):
        if (font, letter) not in found:
            continue
        yield from tokens[done:start]
        inner = next(t for t in tokens[start + 1 : end] if t.text == letter)
        call = tokens[start].call or (tokens[start].start, tokens[end - 1].end)
        yield inner._replace(call=call)
        done = end
    yield from tokens[done:]


__all__ = ["with_stacked_scalars"]
