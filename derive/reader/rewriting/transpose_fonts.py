r"""Transposes in a font: `x^{\mathrm T}`, `x^\mathsf{T}`, `x^{\rm T}`, `A^{-\mathrm{T}}` are `x^\top`, `A^{-\top}`.

Written in one way, they are found wherever a transpose is looked for. A plain `T` is left, because it may be a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_FONTS = frozenset(
    [r"\mathrm", r"\mathsf", r"\text", r"\textrm", r"\textsf", r"\mathit", r"\rm", r"\sf", r"\it"]
)
_SIGNS = frozenset(["T", r"\top", r"\intercal"])


def with_plain_transposes(document: Document) -> Document:
    r"""The document with each such superscript as `\top`."""
    return document.rewritten(lambda tokens: tuple(_plain(tokens)))


def _plain(tokens: Sequence[Token]) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        token = tokens[place]
        yield token
        place += 1
        if token.kind is not Kind.SUP:
            continue
        end = _script_end(tokens, place)
        inner = [t for t in tokens[place:end] if t.kind not in (Kind.OPEN, Kind.CLOSE)]
        minus = inner[:1] if inner and inner[0].text == "-" else []
        sign = inner[len(minus) :]
        fonts, last = sign[:-1], sign[-1:]
        in_font = bool(fonts) and all(t.text in _FONTS for t in fonts)
        if not last or last[0].text not in _SIGNS or not (in_font or last[0].text == r"\intercal"):
            continue
        if fonts and len(fonts) > 2:
            continue
        top = last[0]._replace(text=r"\top", kind=Kind.WORD)
        if minus:
            yield from (tokens[place], minus[0])
            yield top._replace(start=sign[0].start, end=tokens[end - 2].end)
            yield tokens[end - 1]
        else:
            yield top._replace(start=tokens[place].start, end=tokens[end - 1].end)
        place = end


def _script_end(tokens: Sequence[Token], place: int) -> int:
    """Where the script ends that begins here: a group, a font with its group, or one token."""
    if place < len(tokens) and tokens[place].text in _FONTS:
        place += 1
    if place < len(tokens) and tokens[place].kind is Kind.OPEN:
        depth = 0
        for end in range(place, len(tokens)):
            depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
            if depth == 0:
                return end + 1
        return place
    return min(place + 1, len(tokens))


__all__ = ["with_plain_transposes"]
