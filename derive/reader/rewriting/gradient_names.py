r"""Gradients that are called after their variable: `dW = x^\top dz`, where dz is the gradient of the loss by z.

The sentence `write $dz = \partial L / \partial z$` says so, or `$\delta v$ means $\partial L / \partial v$`, or a
display does in which such a name is given without any other (`dz = a - y`), which no differential is. The names are
then read as the derivatives that they stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.written import ACCENTS, FONTS
from derive.reader.relations.chains import chains
from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token, scan_math

LOSSES = ("L", "J", r"\ell", "E", "C", "l")
"""Usual names of a loss, which is sought among what the document defines."""
SIGNS = ("d", r"\delta")
"""What is written before the variable."""
_MEANS = re.compile(
    r"\s*(?:to\s+)?(?:denotes?|means?|stands?\s+for|abbreviates?|represents?|for|is|as|be|"
    r"is\s+(?:short(?:hand)?|an\s+abbreviation)\s+for|to\s+mean)(?:\s+the\s+(?:gradient|derivative))?\s*"
)


@dataclass(frozen=True)
class Called:
    """Such names: the sign before the variable and the loss, as tokens."""

    sign: str
    loss: tuple[str, ...]


def with_derivatives(document: Document) -> Document:
    """The document with `dW` written as a derivative of the loss, where that is what it stands for."""
    called = _called(document)
    if called is None:
        return document
    return document.rewritten(
        lambda tokens: _written_out(tokens, called),
        lambda tokens: tokens if _says(tokens) is not None else _written_out(tokens, called),
    )


def _called(document: Document) -> Called | None:
    """What such names stand for; None when d stands for something else."""
    for block in document.blocks:
        if isinstance(block, Prose):
            for piece in block.pieces:
                if isinstance(piece, Inline) and (said := _says(piece.tokens)):
                    return said
            for name, between, meaning in zip(
                block.pieces, block.pieces[1:], block.pieces[2:], strict=False
            ):
                if (
                    isinstance(name, Inline)
                    and isinstance(between, Text)
                    and isinstance(meaning, Inline)
                    and _MEANS.fullmatch(between.text)
                    and (said := _stands_for(name.tokens, meaning.tokens))
                ):
                    return said
    given = False
    for display in document.displays:
        for chain in chains(display) if display.error is None else ():
            if len(chain.sides) < 2:
                continue
            left, right = chain.sides[0].tokens, chain.sides[1].tokens
            if _starts(left, 0, "d") and _end(left, 0) == len(left):
                given = given or not any(_starts(right, n, "d") for n in range(len(right)))
    if not given:
        return None
    heads = [_head(tokens) for tokens in _formulas(document)]
    return Called("d", (next((name for name in LOSSES if name in heads), "L"),))


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield from (c.sides[0].tokens for c in chains(block) if block.error is None)
        elif isinstance(block, Prose):
            yield from (p.tokens for p in block.pieces if isinstance(p, Inline))


def _head(tokens: Sequence[Token]) -> str:
    """The letter that a formula or a left side begins with, when it may define it."""
    texts = [t.text for t in tokens[:2]]
    return texts[0] if texts and (len(texts) == 1 or texts[1] in ("=", "(")) else ""


def _says(tokens: Sequence[Token]) -> Called | None:
    r"""What `dz = \frac{\partial L}{\partial z}` says; None for other formulas."""
    if not any(_starts(tokens, 0, sign) for sign in SIGNS):
        return None
    end = _end(tokens, 0)
    if end >= len(tokens) or tokens[end].text not in ("=", ":=", r"\equiv", r"\triangleq"):
        return None
    return _stands_for(tokens[:end], tokens[end + 1 :])


def _stands_for(name: Sequence[Token], meaning: Sequence[Token]) -> Called | None:
    """What a name is called after when its meaning is the derivative of a loss by the same variable."""
    sign = next((sign for sign in SIGNS if _starts(name, 0, sign)), "")
    if not sign or _end(name, 0) != len(name):
        return None
    right = [t.text for t in meaning]
    if right.count(r"\partial") != 2:
        return None
    first = right.index(r"\partial")
    second = right.index(r"\partial", first + 1)
    loss = tuple(_alone(right[first + 1 : second]))
    own = [t.text for t in name[1:] if t.text not in ("{", "}")]
    below = [t for t in right[second + 1 :] if t not in ("{", "}")]
    return Called(sign, loss) if below[: len(own)] == own else None


def _alone(texts: Sequence[str]) -> Iterator[str]:
    """What stands above the bar of a fraction, before its group ends or a slash follows."""
    depth = 0
    for text in texts:
        depth += (text == "{") - (text == "}")
        if depth < 0 or text == "/":
            return
        yield text


def _starts(tokens: Sequence[Token], position: int, sign: str) -> bool:
    """Whether the sign and the letter behind it, a d without a space, stand here."""
    if position + 1 >= len(tokens) or tokens[position].text != sign:
        return False
    before, token, name = (
        tokens[position - 1] if position else None,
        *tokens[position : position + 2],
    )
    if before is not None and before.kind in (Kind.SUB, Kind.SUP):
        return False
    letter = name.kind is Kind.LETTER or (name.kind is Kind.WORD and name.text[1:].isalpha())
    return (
        letter
        and (name.start == token.end or token.kind is Kind.WORD)
        and name.text not in _OPERATIONS
    )


_OPERATIONS = frozenset([r"\cdot", r"\times", r"\le", r"\ge", r"\odot", r"\left", r"\right"])


def _end(tokens: Sequence[Token], position: int) -> int:
    """Where the name behind the sign ends, with its subscript and a superscript in brackets."""
    end = position + 2
    while end < len(tokens) and tokens[end - 1].text in (*ACCENTS, *FONTS):
        end = _close(tokens, end)
    while end + 1 < len(tokens) and tokens[end].kind in (Kind.SUB, Kind.SUP):
        close = _close(tokens, end + 1)
        texts = [t.text for t in tokens[end + 1 : close]]
        if tokens[end].kind is Kind.SUP and texts[1:2] not in (["["], ["("]):
            break
        end = close
    return end


def _close(tokens: Sequence[Token], first: int) -> int:
    depth = 0
    for position in range(first, len(tokens)):
        depth += (tokens[position].kind is Kind.OPEN) - (tokens[position].kind is Kind.CLOSE)
        if depth == 0:
            return position + 1
    return len(tokens)


def _written_out(tokens: Sequence[Token], called: Called) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        if not _starts(tokens, position, called.sign):
            yield tokens[position]
            position += 1
            continue
        end = _end(tokens, position)
        first, last = tokens[position], tokens[end - 1]
        before = scan_math(r"{\frac{\partial " + " ".join(called.loss) + r"}{\partial ")
        yield from (t._replace(start=first.start, end=first.end) for t in before)
        yield from tokens[position + 1 : end]
        yield from (t._replace(start=last.start, end=last.end) for t in scan_math("}}"))
        position = end
