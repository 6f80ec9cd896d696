r"""Ratios of laws of a label that are given up to a factor: with `$\Pr(G=k \mid X=x) \propto \pi_k f_k(x)$` the
quotient of two such laws is that of their right sides, since the factor is the same for each value of the label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.source.blocks import Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

Tokens = tuple[Token, ...]
_LAWS = frozenset(["p", "P", r"\Pr"])
_FRACTIONS = frozenset([r"\frac", r"\dfrac", r"\tfrac"])
_BARS = frozenset(["|", r"\mid", r"\vert"])
_SPACES = frozenset([r"\,", r"\;", r"\:", r"\!", r"\left", r"\right", r"\big", r"\Big"])


@dataclass(frozen=True)
class _Law:
    """A law at a value of its label: what is written around the value."""

    around: str
    value: Token


def with_label_ratios(document: Document) -> Document:
    """The document with quotients of what is given in place of quotients of such laws."""
    given = dict(_given(document))
    if not given:
        return document
    return document.rewritten(lambda tokens: _rewritten(tokens, given), lambda tokens: tokens)


def _given(document: Document) -> Iterator[tuple[str, tuple[str, Tokens]]]:
    """The laws that prose gives up to a factor, with the letter of the value and the right side."""
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            texts = [t.text for t in piece.tokens] if isinstance(piece, Inline) else []
            if not isinstance(piece, Inline) or texts.count(r"\propto") != 1:
                continue
            cut = texts.index(r"\propto")
            law = _law(piece.tokens[:cut])
            if law is not None and law.value.kind is not Kind.NUMBER:
                yield law.around, (law.value.text, piece.tokens[cut + 1 :])


def _law(tokens: Sequence[Token]) -> _Law | None:
    r"""`P(G = k | X = x)` with one name as the value of the label."""
    plain = [t for t in tokens if t.text not in _SPACES]
    texts = [t.text for t in plain]
    if len(texts) < 7 or texts[0] not in _LAWS or texts[1] != "(" or texts[-1] != ")":
        return None
    bar = next((i for i, text in enumerate(texts) if text in _BARS), 0)
    if bar != 5 or texts[3] != "=" or texts.count("(") != 1:
        return None
    around = "".join([*texts[:4], "|", *texts[bar + 1 :]])
    return _Law(around, plain[4])


def _rewritten(tokens: Sequence[Token], given: dict[str, tuple[str, Tokens]]) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        parts = _two_groups(tokens, position + 1) if token.text in _FRACTIONS else None
        if parts is None:
            yield token
            position += 1
            continue
        top, bottom, end = parts
        above, below = _law(top), _law(bottom)
        if not (above and below and above.around == below.around and above.around in given):
            yield token
            position += 1
            continue
        letter, right = given[above.around]
        yield token
        start = position + 1
        for law, inside in ((above, top), (below, bottom)):
            yield tokens[start]
            low, high = inside[0].start, inside[-1].end
            made = reindexed(right, letter, law.value)
            yield from (t._replace(start=low, end=high) for t in made)
            start += len(inside) + 2
            yield tokens[start - 1]
        position = end


def _two_groups(tokens: Sequence[Token], start: int) -> tuple[Tokens, Tokens, int] | None:
    """What stands in the two groups that begin here, and where they end."""
    found: list[Tokens] = []
    for _ in range(2):
        if start >= len(tokens) or tokens[start].kind is not Kind.OPEN:
            return None
        depth, end = 1, start + 1
        while end < len(tokens) and depth:
            depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
            end += 1
        found.append(tuple(tokens[start + 1 : end - 1]))
        start = end
    return found[0], found[1], start


def reindexed(tokens: Sequence[Token], index: str, other: Token) -> Tokens:
    """A formula with another index: in the subscripts, nowhere else."""
    made: list[Token] = []
    depth = 0
    for position, token in enumerate(tokens):
        before = tokens[position - 1].kind if position else None
        if depth:
            depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        elif before is Kind.SUB and token.kind is Kind.OPEN:
            depth = 1
        below = depth > 0 or before is Kind.SUB
        swapped = below and token.text == index
        made.append(token._replace(kind=other.kind, text=other.text) if swapped else token)
    return tuple(made)


__all__ = ["reindexed", "with_label_ratios"]
