r"""Derivatives that words give a sign: `write $\partial_j$ for $\frac{\partial}{\partial \theta_j}$`, `$H$ is the
Hessian of $J$ with respect to $\theta$`.

The sign is then read as the derivative, and the name is defined by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_FOR = re.compile(
    r"\s*(?:for|denotes?|stands for|means|is short for|as shorthand for)\s*(?:the\s*)?(?:partial derivative\s*)?",
    re.I,
)
_HESSIAN = re.compile(
    r"\s*,?\s*(?:for|is|be|denotes?|denote|being)?\s*(?:the\s+)?(?P<what>hessian|gradient)(?:\s+matrix|\s+vector)?\s+of\s*",
    re.I,
)
_BY = re.compile(r"\s*(?:with respect to|w\.?r\.?t\.?|in|by)\s*", re.I)


def with_said_derivatives(document: Document) -> Document:
    """The document with such signs written out and such names defined."""
    variable = next(iter(_variables(document)), ())
    blocks = []
    for block in document.blocks:
        if isinstance(block, Display) and variable:
            block = replace(block, tokens=tuple(_written_out(block.tokens, variable)))
        elif isinstance(block, Prose):
            block = replace(block, pieces=tuple(_pieces(block, variable)))
        blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def _triples(block: Prose) -> Iterator[tuple[int, Inline, str, Inline]]:
    """Two formulas with the words between them, and the place of the first one."""
    for place, piece in enumerate(block.pieces[:-2]):
        between, other = block.pieces[place + 1], block.pieces[place + 2]
        if isinstance(piece, Inline) and isinstance(between, Text) and isinstance(other, Inline):
            yield place, piece, between.text, other


def _variables(document: Document) -> Iterator[tuple[Token, ...]]:
    r"""The variable of `$\partial_j$ for $\frac{\partial}{\partial \theta_j}$`."""
    for block in document.blocks:
        for _, sign, words, other in _triples(block) if isinstance(block, Prose) else ():
            texts = [t.text for t in sign.tokens if t.text not in ("{", "}")]
            if len(texts) != 3 or texts[:2] != [r"\partial", "_"] or not _FOR.fullmatch(words):
                continue
            rest = [t for t in other.tokens if t.text not in ("{", "}")]
            names = [t.text for t in rest]
            if names[:3] == [r"\frac", r"\partial", r"\partial"] and names[-2:] == ["_", texts[2]]:
                yield tuple(rest[3:-2])


def _written_out(tokens: Sequence[Token], variable: tuple[Token, ...]) -> Iterator[Token]:
    r"""The tokens with `\partial_{\theta_j} \partial_{\theta_k}` for `\partial_{jk}`."""
    place = 0
    while place < len(tokens):
        token = tokens[place]
        letters = _letters(tokens, place)
        if token.text != r"\partial" or not letters:
            yield token
            place += 1
            continue
        end = place + len(letters) + (4 if tokens[place + 2].text == "{" else 2)
        call = token.call or (token.start, tokens[end - 1].end)
        for letter in letters:
            parts = [
                token,
                token._replace(kind=Kind.SUB, text="_"),
                token._replace(kind=Kind.OPEN, text="{"),
                *variable,
                token._replace(kind=Kind.SUB, text="_"),
                letter,
                token._replace(kind=Kind.CLOSE, text="}"),
            ]
            yield from (t._replace(start=call[0], end=call[1], call=call) for t in parts)
        place = end


def _letters(tokens: Sequence[Token], place: int) -> list[Token]:
    """The letters below a sign of a partial derivative."""
    below = tokens[place + 1 : place + 2]
    if not below or below[0].kind is not Kind.SUB or place + 2 >= len(tokens):
        return []
    if tokens[place + 2].text != "{":
        return [tokens[place + 2]] if tokens[place + 2].kind is Kind.LETTER else []
    end = place + 3
    while end < len(tokens) and tokens[end].kind is Kind.LETTER:
        end += 1
    closed = end < len(tokens) and tokens[end].text == "}"
    return list(tokens[place + 3 : end]) if closed else []


def _pieces(block: Prose, variable: tuple[Token, ...]) -> Iterator[Text | Inline]:
    """The pieces with `H = \\nabla_\\theta^2 J` for H where words call it the Hessian of J."""
    given = dict(_defined(block))
    for place, piece in enumerate(block.pieces):
        if isinstance(piece, Inline) and place in given:
            yield replace(piece, tokens=given[place])
        elif isinstance(piece, Inline) and variable and _is_sign(piece.tokens):
            continue
        else:
            yield piece


def _is_sign(tokens: Sequence[Token]) -> bool:
    return (
        bool(tokens)
        and tokens[0].text == r"\partial"
        and len(_letters(tokens, 0)) == 1
        and len(tokens) <= 5
    )


def _defined(block: Prose) -> Iterator[tuple[int, tuple[Token, ...]]]:
    for place, name, words, loss in _triples(block):
        match = _HESSIAN.fullmatch(words)
        after = block.pieces[place + 3 : place + 5]
        if match is None or len(after) < 2 or not 1 <= len(name.tokens) <= 4:
            continue
        by, variable = after
        if (
            not isinstance(by, Text)
            or not isinstance(variable, Inline)
            or not _BY.fullmatch(by.text)
        ):
            continue
        end = name.tokens[-1].end

        def mark(kind: Kind, text: str, end: int = end) -> Token:
            return Token(kind, text, end, end)

        power = (
            (mark(Kind.SUP, "^"), mark(Kind.NUMBER, "2"))
            if match["what"].lower() == "hessian"
            else ()
        )
        yield (
            place,
            (
                *name.tokens,
                *(
                    mark(Kind.CHAR, "="),
                    mark(Kind.WORD, r"\nabla"),
                    mark(Kind.SUB, "_"),
                    mark(Kind.OPEN, "{"),
                ),
                *(t._replace(start=end, end=end) for t in variable.tokens),
                *(mark(Kind.CLOSE, "}"), *power),
                *(t._replace(start=end, end=end) for t in loss.tokens),
            ),
        )


__all__ = ["with_said_derivatives"]
