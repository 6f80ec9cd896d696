r"""Densities that prose names: `let $f(x; \mu, \Sigma)$ be the density of the normal distribution` is `\mathcal{N}`.

A law without the place of its density is given one: `$p = \mathcal{N}(m, S)$` is `$p(t) = \mathcal{N}(t; m, S)$`, and
so is each of `let $p$ and $q$ be the densities of $\mathcal{N}(m, S)$ and $\mathcal{N}(n, T)$`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.declarations.phrases import mentions
from derive.reader.source.blocks import Block, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_LAW = r"(?:\w+[- ])?(?:normal|gaussian)"
_DENSITY = r"(?:probability )?(?:density|pdf)(?: function)?(?: \(pdf\))?"
_AFTER = re.compile(
    rf"\s*,?\s*(?:be|is|denotes?|being|for)\s+(?:the |a )?(?:{_DENSITY} of (?:the |an? )?{_LAW}|{_LAW} {_DENSITY})\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"\b{_LAW} {_DENSITY}\s*$", re.IGNORECASE)
_ARE_DENSITIES = re.compile(
    r"\s*(?:be|are|is|denote)\s+(?:the |two |a )?(?:probability )?"
    r"(?:density|densities|pdfs?|density functions?|distributions?|laws?)(?: functions?)?\s+(?:of|for)\s+(?:the )?",
    re.IGNORECASE,
)
_PARTS = frozenset([",", ";", "|", r"\mid", r"\vert"])


def with_said_densities(document: Document) -> Document:
    """The document with normal densities under one name, each with the place at which it is taken."""
    document = replace(document, blocks=tuple(_placed(block) for block in document.blocks))
    names = frozenset(_said(document))
    if not names:
        return document
    return document.rewritten(lambda tokens: _renamed(tokens, names))


def _placed(block: Block) -> Block:
    """A paragraph in which the densities that are given by a law alone have a place."""
    if not isinstance(block, Prose):
        return block
    pieces = [_equation(p) if isinstance(p, Inline) else p for p in block.pieces]
    for place, piece in enumerate(pieces):
        if not isinstance(piece, Text) or not _ARE_DENSITIES.fullmatch(piece.text):
            continue
        names = _listed(pieces[:place][::-1])[::-1]
        laws = _listed(pieces[place + 1 :])
        if not names or len(names) != len(laws):
            continue
        for (_, name), (offset, law) in zip(names, laws, strict=True):
            if len(name.tokens) == 1 and _is_law(law.tokens):
                here = place + 1 + offset
                pieces[here] = replace(law, tokens=(*name.tokens, *_at_t(law.tokens)))
                _in_space(pieces, here)
    return replace(block, pieces=tuple(pieces))


def _in_space(pieces: list[Inline | Text], here: int) -> None:
    r"""`on $\mathbb{R}^k$` behind the last law says where the place of the densities is."""
    if len(pieces) < here + 3:
        return
    law, behind, space = pieces[here : here + 3]
    if not isinstance(law, Inline) or not isinstance(behind, Text) or not isinstance(space, Inline):
        return
    vectors = r"\mathbf" in [token.text for token in law.tokens[:3]]
    on = re.fullmatch(r"\s*(?:on|over|in)\s*", behind.text)
    if on and vectors and space.tokens[0].text == r"\mathbb":
        first = space.tokens[0]
        place = [first._replace(kind=k, text=x) for k, x in _BOLD_T]
        sign = first._replace(kind=Kind.WORD, text=r"\in")
        pieces[here + 2] = replace(space, tokens=(*place, sign, *space.tokens))


_BOLD_T = ((Kind.WORD, r"\mathbf"), (Kind.OPEN, "{"), (Kind.LETTER, "t"), (Kind.CLOSE, "}"))


def _listed(pieces: Sequence[Inline | Text]) -> list[tuple[int, Inline]]:
    """The formulas from here on that only commas and `and` part."""
    found: list[tuple[int, Inline]] = []
    for offset, piece in enumerate(pieces):
        if isinstance(piece, Inline):
            found.append((offset, piece))
        elif not re.fullmatch(r"\s*(?:,|and|, and)\s*", piece.text):
            break
    return found


def _equation(formula: Inline) -> Inline:
    r"""`p = \mathcal{N}(m, S)` with its place."""
    tokens = formula.tokens
    texts = [token.text for token in tokens]
    if texts[1:2] == ["="] and _is_law(tokens[2:]):
        return replace(formula, tokens=(tokens[0], *_at_t(tokens[2:])))
    return formula


def _is_law(tokens: Sequence[Token]) -> bool:
    """Whether a normal law with mean and covariance is all that stands here."""
    texts = [token.text for token in tokens]
    if texts[:4] == [r"\mathcal", "{", "N", "}"]:
        opening = 4
    elif texts[:2] == [r"\mathcal", "N"]:
        opening = 2
    else:
        return False
    opening += texts[opening : opening + 1] == [r"\left"]
    return _arguments(tokens, opening) == 2 and texts[-1] == ")"


def _at_t(tokens: Sequence[Token]) -> list[Token]:
    """`(t) = N(t; m, S)` for `N(m, S)`; t is a vector where the covariance is a matrix by its letter."""
    first = tokens[0]
    opening = next(i for i, token in enumerate(tokens) if token.text == "(")
    texts = [token.text for token in tokens[opening:]]
    bold = any(text in _ARRAYS or (text.isalpha() and text.isupper()) for text in texts)
    place = [r"\mathbf", "{", "t", "}"] if bold else ["t"]

    def made(text: str) -> Token:
        return first._replace(kind=_KINDS.get(text[0], Kind.CHAR), text=text)

    head = [made(text) for text in ("(", *place, ")", "=")]
    return [
        *head,
        *tokens[: opening + 1],
        *(made(text) for text in (*place, ";")),
        *tokens[opening + 1 :],
    ]


_ARRAYS = frozenset([r"\mathbf", r"\boldsymbol", r"\bm", r"\Sigma", r"\vec"])
_KINDS = {"\\": Kind.WORD, "{": Kind.OPEN, "}": Kind.CLOSE, "t": Kind.LETTER}


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
