r"""Gradients that are called after their variable: `dW = x^\top dz`, where dz is the gradient of the loss by z.

The sentence `write $dz = \partial L / \partial z$` says so, or a display does in which such a name is given without any
other (`dz = a - y`), which no differential is. The names are then read as the derivatives that they stand for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.blocks import Display, Document, Inline, Prose
from derive.reader.relations import chains
from derive.reader.scanner import Kind, Token, scan_math

LOSSES = ("L", "J", r"\ell", "E", "C", "l")
"""Usual names of a loss, which is sought among what the document defines."""


def with_derivatives(document: Document) -> Document:
    """The document with `dW` written as a derivative of the loss, where that is what it stands for."""
    loss = _loss(document)
    if not loss:
        return document
    blocks = []
    for block in document.blocks:
        if isinstance(block, Display):
            block = replace(block, tokens=tuple(_written_out(block.tokens, loss)))
        elif isinstance(block, Prose):
            pieces = tuple(
                replace(p, tokens=tuple(_written_out(p.tokens, loss)))
                if isinstance(p, Inline) and not _says(p.tokens)
                else p
                for p in block.pieces
            )
            block = replace(block, pieces=pieces)
        blocks.append(block)
    return replace(document, blocks=tuple(blocks))


def _loss(document: Document) -> list[str]:
    """The tokens of the loss whose gradients are meant; none when d stands for something else."""
    for block in document.blocks:
        if isinstance(block, Prose):
            for piece in block.pieces:
                if isinstance(piece, Inline) and (said := _says(piece.tokens)):
                    return said
    given = False
    for display in document.displays:
        for chain in chains(display) if display.error is None else ():
            if len(chain.sides) < 2:
                continue
            left, right = chain.sides[0].tokens, chain.sides[1].tokens
            if _starts(left, 0) and _end(left, 0) == len(left):
                given = given or not any(_starts(right, n) for n in range(len(right)))
    if not given:
        return []
    heads = [_head(tokens) for tokens in _formulas(document)]
    return [next((name for name in LOSSES if name in heads), "L")]


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


def _says(tokens: Sequence[Token]) -> list[str]:
    r"""The loss of `dz = \frac{\partial L}{\partial z}`, empty when a formula does not say this."""
    if not _starts(tokens, 0):
        return []
    end = _end(tokens, 0)
    texts = [t.text for t in tokens]
    if end >= len(texts) or texts[end] not in ("=", ":="):
        return []
    name, right = texts[1:end], texts[end + 1 :]
    if r"\partial" not in right or right.count(r"\partial") != 2:
        return []
    first = right.index(r"\partial")
    second = right.index(r"\partial", first + 1)
    loss = [t for t in right[first + 1 : second] if t not in ("{", "}", "/")]
    below = [t for t in right[second + 1 :] if t not in ("{", "}")]
    return loss if below[: len(name)] == [t for t in name if t not in ("{", "}")] else []


def _starts(tokens: Sequence[Token], position: int) -> bool:
    """Whether a d and the letter behind it, written without a space, stand here."""
    if position + 1 >= len(tokens) or tokens[position].text != "d":
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
        and name.start == token.end
        and name.text not in (r"\cdot", r"\times", r"\le", r"\ge")
    )


def _end(tokens: Sequence[Token], position: int) -> int:
    """Where the name behind a d ends, with its subscript and a superscript in brackets."""
    end = position + 2
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


def _written_out(tokens: Sequence[Token], loss: Sequence[str]) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        if not _starts(tokens, position):
            yield tokens[position]
            position += 1
            continue
        end = _end(tokens, position)
        first, last = tokens[position], tokens[end - 1]
        before = scan_math(r"{\frac{\partial " + " ".join(loss) + r"}{\partial ")
        yield from (t._replace(start=first.start, end=first.end) for t in before)
        yield from tokens[position + 1 : end]
        yield from (t._replace(start=last.start, end=last.end) for t in scan_math("}}"))
        position = end
