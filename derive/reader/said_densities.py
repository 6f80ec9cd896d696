r"""Densities that prose names: `let $f(x; \mu, \Sigma)$ be the density of the normal distribution` is `\mathcal{N}`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.blocks import Display, Document, Inline, Prose
from derive.reader.phrases import mentions
from derive.reader.scanner import Kind, Token

_LAW = r"(?:\w+[- ])?(?:normal|gaussian)"
_DENSITY = r"(?:probability )?(?:density|pdf)(?: function)?(?: \(pdf\))?"
_AFTER = re.compile(
    rf"\s*,?\s*(?:be|is|denotes?|being|for)\s+(?:the |a )?(?:{_DENSITY} of (?:the |an? )?{_LAW}|{_LAW} {_DENSITY})\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"\b{_LAW} {_DENSITY}\s*$", re.IGNORECASE)
_PARTS = frozenset([",", ";", "|", r"\mid", r"\vert"])


def with_said_densities(document: Document) -> Document:
    """The document with normal densities under one name."""
    names = frozenset(_said(document))
    if not names:
        return document
    blocks = []
    for block in document.blocks:
        if isinstance(block, Display):
            block = replace(block, tokens=tuple(_renamed(block.tokens, names)))
        elif isinstance(block, Prose):
            pieces = tuple(
                replace(p, tokens=tuple(_renamed(p.tokens, names))) if isinstance(p, Inline) else p
                for p in block.pieces
            )
            block = replace(block, pieces=pieces)
        blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def _said(document: Document) -> Iterator[str]:
    """The letters that are said to be normal densities, where they stand with their three arguments."""
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            token = mention.tokens[0]
            if token.kind not in (Kind.LETTER, Kind.WORD) or _arguments(mention.tokens, 1) != 3:
                continue
            if _AFTER.match(mention.rest) or _BEFORE.search(mention.lead):
                yield token.text


def _renamed(tokens: Sequence[Token], names: frozenset[str]) -> Iterator[Token]:
    for position, token in enumerate(tokens):
        if token.text not in names or _arguments(tokens, position + 1) != 3:
            yield token
            continue
        for kind, text in (
            (Kind.WORD, r"\mathcal"),
            (Kind.OPEN, "{"),
            (Kind.LETTER, "N"),
            (Kind.CLOSE, "}"),
        ):
            yield token._replace(kind=kind, text=text)


def _arguments(tokens: Sequence[Token], position: int) -> int:
    """How many arguments stand in the round brackets that open here; 0 when none open."""
    while position < len(tokens) and tokens[position].text in (r"\left", r"\big", r"\bigl"):
        position += 1
    if position >= len(tokens) or tokens[position].text != "(":
        return 0
    depth, count = 0, 1
    for token in tokens[position:]:
        depth += (token.text in ("(", "{", "[")) - (token.text in (")", "}", "]"))
        count += depth == 1 and token.text in _PARTS
        if depth == 0:
            return count
    return 0
