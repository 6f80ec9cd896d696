r"""Classes under a letter with numbers: `p(x \mid C_1)`, `p(C_2)` are laws of a label, `p(x \mid C = 1)`, `p(C = 2)`.

So are they with `\mathcal{C}_1`, `\omega_1`, `c_1`, where the letter stands nowhere but in laws, with the numbers one
and two, and `C_k` in prose speaks of each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.table import INDEX_LETTERS
from derive.reader.source.blocks import Display, Document
from derive.reader.source.scanner import Kind, Token

_LAWS = frozenset(["p", "P", r"\Pr"])
_CLASSES = frozenset(["C", "c", r"\omega", r"\mathcal{C}", r"\mathcalC", r"\mathscr{C}"])
_NUMBERS = frozenset("12")


@dataclass(frozen=True)
class _Label:
    """A class as it is written: its letter, its number, where it begins and ends, whether a law takes it."""

    letter: str
    value: str
    start: int
    end: int
    inside: bool


def with_class_labels(document: Document) -> Document:
    """The document with a label that has a value for each class in a law."""
    found = [label for tokens in document.formulas() for label in _labels(tokens)]
    letters = {x.letter for x in found if x.inside and x.value in _NUMBERS}
    if len(letters) != 1:
        return document
    (letter,) = letters
    own = [x for x in found if x.letter == letter]
    shown = [
        x
        for block in document.blocks
        if isinstance(block, Display)
        for x in _labels(block.tokens)
        if x.letter == letter
    ]
    values = {x.value for x in own if x.inside}
    if not values >= _NUMBERS or not values - _NUMBERS <= INDEX_LETTERS:
        return document
    if not shown or any(not x.inside or x.value not in _NUMBERS for x in shown):
        return document
    return document.rewritten(lambda tokens: _written(tokens, letter))


def _labels(tokens: Sequence[Token]) -> Iterator[_Label]:
    """The letters for classes with what stands below them."""
    depth = 0
    laws: list[int] = []
    for place, token in enumerate(tokens):
        if token.text == "(":
            depth += 1
            if place and tokens[place - 1].text in _LAWS:
                laws.append(depth)
        elif token.text == ")":
            laws = [d for d in laws if d < depth]
            depth -= 1
        for width in (1, 2, 4):
            end = place + width
            letter = "".join(t.text for t in tokens[place:end])
            if letter in _CLASSES and end < len(tokens) and tokens[end].kind is Kind.SUB:
                braced = end + 1 < len(tokens) and tokens[end + 1].kind is Kind.OPEN
                below = tokens[end + 2 : end + 3] if braced else tokens[end + 1 : end + 2]
                stop = end + (4 if braced else 2)
                closed = not braced or tokens[stop - 1 : stop][0].kind is Kind.CLOSE
                if below and closed and not _is_font(tokens, place):
                    yield _Label(letter, below[0].text, place, stop, bool(laws))


def _is_font(tokens: Sequence[Token], place: int) -> bool:
    """Whether a letter is the last part of one in a font."""
    before = [t.text for t in tokens[max(0, place - 2) : place]]
    return before[-1:] == [r"\mathcal"] or before == [r"\mathcal", "{"]


def _written(tokens: tuple[Token, ...], letter: str) -> tuple[Token, ...]:
    made: list[Token] = []
    done = 0
    for label in _labels(tokens):
        if label.letter != letter or not label.inside or label.start < done:
            continue
        cut = next(i for i in range(label.start, label.end) if tokens[i].kind is Kind.SUB)
        value = next(t for t in tokens[cut + 1 : label.end] if t.kind is not Kind.OPEN)
        sign = tokens[cut]._replace(kind=Kind.CHAR, text="=")
        made.extend([*tokens[done:cut], sign, value])
        done = label.end
    return (*made, *tokens[done:])


__all__ = ["with_class_labels"]
