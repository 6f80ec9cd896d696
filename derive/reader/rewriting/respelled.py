r"""Spellings that are one thing: layers in square brackets, signs of the entrywise product, numbers of elements.

`W^{[1]}` is read as `W^{(1)}`, a name of its own and no power. A full stop between factors is a sign of the product.
`.*` is the entrywise product, and so is a sign of which prose says so (`$*$ is the elementwise product`). `|V|` is a
size `n_V` where it counts: `\mathbb{R}^{|V|}`, `u_{|V|}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.reader.grammar.written import GREEK
from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_PRODUCT = r"(?:element|entry|component|point)[- ]?wise|Hadamard"
_IS_PRODUCT = re.compile(
    rf"\s*(?:is|denotes?|means?|stands\s+for|represents)\s+(?:the\s+|an\s+)?(?:{_PRODUCT})"
    r"\s+(?:product|multiplication)",
    re.I,
)
_PRODUCT_IS = re.compile(
    rf"(?:{_PRODUCT})\s+(?:product|multiplication)(?:\s+is)?(?:\s+(?:denoted|written))?(?:\s+(?:by|as))?\s*\(?$",
    re.I,
)
_STARS = frozenset(["*", r"\ast"])
_SIGNS = _STARS | {r"\circ", r"\otimes", r"\times", r"\cdot", r"\star", r"\bullet"}


def respelled(document: Document) -> Document:
    """The document with round brackets around labels and one sign for entrywise products."""
    signs = frozenset(_entrywise(document))
    counted = frozenset(_counted(document))

    def spelled(tokens: Sequence[Token]) -> tuple[Token, ...]:
        sized = tuple(_numbers(tokens, counted)) if counted else tokens
        return tuple(_rounded(tuple(_multiplied(sized))))

    return document.rewritten(lambda tokens: _products(spelled(tokens), signs), spelled)


def _multiplied(tokens: Sequence[Token]) -> Iterator[Token]:
    r"""The tokens with `\cdot` for a full stop between a closed bracket and a factor: `(1 - s).x`, `\frac{1}{n}.x`."""
    for place, token in enumerate(tokens):
        before, after = tokens[place - 1 : place], tokens[place + 1 : place + 2]
        if token.text == "." and before and after and not after[0].spaced:
            closed = before[0].kind is Kind.CLOSE or before[0].text in (")", "]")
            starts = after[0].kind is Kind.LETTER or after[0].text in ("(", "[", *_FACTORS)
            if closed and starts:
                token = token._replace(kind=Kind.WORD, text=r"\cdot")
        yield token


_FACTORS = GREEK | {
    r"\frac",
    r"\dfrac",
    r"\mathbf",
    r"\boldsymbol",
    r"\left",
    r"\log",
    r"\exp",
    r"\sum",
    r"\sqrt",
}


def _entrywise(document: Document) -> Iterator[str]:
    """The signs that prose calls an entrywise product."""
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        for position, piece in enumerate(pieces):
            if not isinstance(piece, Inline) or len(piece.tokens) != 1:
                continue
            before = pieces[position - 1] if position else None
            after = pieces[position + 1] if position + 1 < len(pieces) else None
            said = isinstance(after, Text) and _IS_PRODUCT.match(after.text)
            said = said or (isinstance(before, Text) and _PRODUCT_IS.search(before.text))
            if said and piece.tokens[0].text in _SIGNS:
                yield piece.tokens[0].text


def _counted(document: Document) -> Iterator[tuple[str, ...]]:
    r"""The sets of which the number of elements is a size somewhere: V of `\mathbb{R}^{|V|}`, `\sum_{w=1}^{|V|}`."""
    for block in document.blocks:
        if isinstance(block, Display):
            yield from _counting(block.tokens)
        elif isinstance(block, Prose):
            for piece in block.pieces:
                if isinstance(piece, Inline):
                    yield from _counting(piece.tokens)


def _counting(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    for position, token in enumerate(tokens[:-1]):
        if token.kind not in (Kind.SUP, Kind.SUB) or tokens[position + 1].kind is not Kind.OPEN:
            continue
        close = _group_end(tokens, position + 1)
        for first in range(position + 2, close):
            end = _bars_end(tokens, first)
            if not end or end > close:
                continue
            alone = first == position + 2 and end == close
            base = "".join(t.text for t in tokens[max(0, position - 4) : position])
            of_set = base.endswith((r"\mathbb{R}", r"\R"))
            if (token.kind is Kind.SUB and alone) or of_set or (alone and base.endswith("}")):
                yield tuple(t.text for t in tokens[first + 1 : end - 1])


def _group_end(tokens: Sequence[Token], first: int) -> int:
    """The position of the brace that closes the group that opens here."""
    depth = 0
    for position in range(first, len(tokens)):
        depth += (tokens[position].kind is Kind.OPEN) - (tokens[position].kind is Kind.CLOSE)
        if depth == 0:
            return position
    return len(tokens)


def _bars_end(tokens: Sequence[Token], first: int) -> int:
    r"""Behind `|V|` or `|\mathcal{V}|` that begins here; 0 when something else does."""
    texts = [t.text for t in tokens[first : first + 6]]
    if texts[:1] == ["|"] and texts[2:3] == ["|"] and tokens[first + 1].kind is Kind.LETTER:
        return first + 3 if texts[1].isupper() else 0
    return first + 6 if texts[:3] == ["|", r"\mathcal", "{"] and texts[4:] == ["}", "|"] else 0


def _numbers(tokens: Sequence[Token], counted: frozenset[tuple[str, ...]]) -> Iterator[Token]:
    """The tokens with `n_V` for `|V|`."""
    position = 0
    while position < len(tokens):
        end = _bars_end(tokens, position)
        inner = tokens[position + 1 : end - 1] if end else ()
        if not end or tuple(t.text for t in inner) not in counted:
            yield tokens[position]
            position += 1
            continue
        token = tokens[position]
        yield token._replace(kind=Kind.LETTER, text="n")
        yield token._replace(kind=Kind.SUB, text="_")
        yield token._replace(kind=Kind.OPEN, text="{")
        yield from inner
        yield tokens[end - 1]._replace(kind=Kind.CLOSE, text="}")
        position = end


def _products(tokens: Sequence[Token], signs: frozenset[str]) -> Iterator[Token]:
    r"""The tokens with `\odot` for `.*` and for the signs that stand for it."""
    for position, token in enumerate(tokens):
        before = tokens[position - 1] if position else None
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        if token.text == "." and after is not None and after.text in _STARS:
            continue
        dotted = before is not None and before.text == "." and token.text in _STARS
        script = before is not None and before.kind in (Kind.SUP, Kind.SUB, Kind.OPEN)
        if dotted or (token.text in signs and not script):
            yield token._replace(kind=Kind.WORD, text=r"\odot")
        else:
            yield token


def _rounded(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens with round brackets in superscripts that begin with a square one."""
    closing: dict[int, None] = {}
    for position, token in enumerate(tokens):
        before = [t.text for t in tokens[max(0, position - 2) : position]]
        if token.text == "[" and before == ["^", "{"]:
            end = _label_end(tokens, position)
            if end:
                closing[end] = None
                yield token._replace(text="(")
                continue
        yield token._replace(text=")") if position in closing else token


def _label_end(tokens: Sequence[Token], opening: int) -> int:
    """Where `[l]`, `[2]`, `[L-1]` closes; 0 when something else stands in the brackets."""
    for position in range(opening + 1, min(opening + 6, len(tokens))):
        token = tokens[position]
        if token.text == "]":
            return position if position > opening + 1 else 0
        label = token.kind in (Kind.LETTER, Kind.WORD) or token.text.isdigit()
        if not label and token.text not in ("+", "-"):
            return 0
    return 0
