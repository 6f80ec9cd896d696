r"""Densities that prose gives up to a factor, `the prior is $p(\theta) \propto \theta^{a-1}$`, and their bars.

Where displays claim proportions of such a density and no equation, any factor will do, and it is read as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.source.blocks import Display, Document
from derive.reader.source.scanner import Kind, Token


def with_proportions(document: Document) -> Document:
    r"""The document with `=` for such a `\propto`, and with `\mid` for a `\rvert` that closes nothing."""
    claimed = list(_claimed(document))
    return document.rewritten(_barred, lambda tokens: _barred(_given(tokens, claimed)))


def _barred(tokens: Sequence[Token]) -> Iterator[Token]:
    opened = any(t.text in (r"\lvert", r"\left") for t in tokens)
    for token in tokens:
        yield token._replace(text=r"\mid") if token.text == r"\rvert" and not opened else token


def _head(tokens: Sequence[Token]) -> tuple[str, str]:
    """The call `p(...)` with which tokens begin, as text, and the sign behind it."""
    texts = [t.text for t in tokens]
    if len(texts) < 5 or tokens[0].kind not in (Kind.LETTER, Kind.WORD) or texts[1] != "(":
        return "", ""
    depth = 0
    for place, text in enumerate(texts):
        depth += (text == "(") - (text == ")")
        if place > 1 and depth == 0:
            return "".join(texts[: place + 1]), texts[place + 1] if place + 1 < len(texts) else ""
    return "", ""


def _claimed(document: Document) -> Iterator[str]:
    """The calls that an equation of a display begins with."""
    for block in document.blocks:
        if isinstance(block, Display):
            starts = [0, *(i + 1 for i, t in enumerate(block.tokens) if t.text == r"\\")]
            for start in starts:
                rest = [
                    t for t in block.tokens[start:] if t.text != "&" and t.kind is not Kind.BEGIN
                ]
                head, sign = _head(rest)
                if sign == "=":
                    yield head


def _given(tokens: tuple[Token, ...], claimed: Sequence[str]) -> tuple[Token, ...]:
    head, sign = _head(tokens)
    if sign != r"\propto" or head in claimed:
        return tokens
    place = next(i for i, t in enumerate(tokens) if t.text == r"\propto")
    equal = tokens[place]._replace(kind=Kind.CHAR, text="=")
    return (*tokens[:place], equal, *tokens[place + 1 :])


__all__ = ["with_proportions"]
