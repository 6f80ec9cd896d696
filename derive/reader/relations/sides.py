"""Segments of rows, and small questions about their tokens: where a row ends, what a comma is, what to trim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.reader.source.brackets import ROW_ENDS, is_space
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.signs import Sign, first_word
from derive.reader.source.vocabulary import ARROWS, CONTINUING, LINKING_WORDS

_ENDMARKS = frozenset({r"\square", r"\blacksquare", r"\qed", r"\Box", r"\hfill"})
_CONCLUDING = frozenset({"and", "so", "hence", "thus", "then", "therefore", "or"})
_JOINTS = frozenset({"", ",", ";", r"\quad"}) | ARROWS
_UNITS = frozenset({"pt", "em", "ex", "mm", "cm", "in", "mu", "bp", "pc"})


@dataclass
class Segment:
    """Sides and the signs between them. `link`: what separates it from the segment before ("" for a new row), `words`:
    the words before it, `row`: the number of its first row in the display, from 0."""

    sides: list[list[Token]] = field(default_factory=lambda: [[]])
    signs: list[Sign] = field(default_factory=list)
    link: str = ""
    words: str = ""
    row: int = 0
    listed: bool = False  # it has been ended before and goes on after a remark

    @property
    def empty(self) -> bool:
        return not self.signs and not self.sides[0]


def is_aside(segment: Segment) -> bool:
    """A condition ("if x > 0"), a reason or a signless remark beside the chain before it: rows do not go on with it."""
    if not segment.words and not segment.signs:
        return segment.link not in _JOINTS
    return not segment.signs or first_word(segment.words) in LINKING_WORDS - _CONCLUDING


def is_row_end(token: Token) -> bool:
    return token.text in ROW_ENDS and token.kind in (Kind.SYMBOL, Kind.WORD)


def after_row_end(tokens: Sequence[Token], index: int) -> int:
    r"""Index after `\\`, `\\*` and `\\[2pt]`; in `\\ [x]_i` the bracket is no length."""
    index += 1
    if index < len(tokens) and tokens[index].text == "*" and not tokens[index].spaced:
        index += 1
    if index >= len(tokens) or tokens[index].text != "[":
        return index
    for end in range(index + 1, min(index + 12, len(tokens))):
        if tokens[end].text == "]":
            inside = "".join(token.text for token in tokens[index + 1 : end])
            unit = inside.lstrip("-+.0123456789")
            length = unit != inside and unit in _UNITS
            return end + 1 if length or unit.startswith("\\") else index
    return index


def in_number(tokens: Sequence[Token], index: int) -> bool:
    """Whether the comma at an index is that of 10,000."""
    if not 0 < index < len(tokens) - 1:
        return False
    before, after = tokens[index - 1], tokens[index + 1]
    digits = before.kind is Kind.NUMBER and after.kind is Kind.NUMBER and after.text.isdigit()
    close = not after.spaced and not tokens[index].spaced
    return (
        digits and close and len(after.text) == 3 and len(before.text) <= 3 and before.text != "0"
    )


def angle_end(tokens: Sequence[Token], index: int) -> int | None:
    """The index of the `>` of `<x, y>` typed with the signs, None when the `<` at `index` is a sign."""
    comma = False
    for end in range(index + 1, min(index + 60, len(tokens))):
        token = tokens[end]
        if is_row_end(token) or token.text in ("=", "<") or token.kind is Kind.ALIGN:
            return None
        comma = comma or token.text == ","
        if token.text == ">":
            return end if comma else None
    return None


def ends_open(side: Sequence[Token]) -> bool:
    r"""Whether a side ends in a binary operator, so that it goes on; the star of `w^*` is none."""
    end = len(side) - 1
    while end >= 0 and is_space(side[end]):
        end -= 1
    if end < 0 or side[end].text not in CONTINUING:
        return False
    return end == 0 or side[end - 1].kind not in (Kind.SUP, Kind.SUB)


def trimmed(side: Sequence[Token]) -> list[Token]:
    """A side without spaces at its ends, punctuation behind it and marks of the end of a proof."""
    start, end = 0, len(side)
    while start < end and is_space(side[start]):
        start += 1
    while end > start and _is_trailing(side, start, end):
        end -= 1
    return list(side[start:end])


def _is_trailing(side: Sequence[Token], start: int, end: int) -> bool:
    token = side[end - 1]
    if is_space(token):
        return True
    if token.text in _ENDMARKS:
        return end - 1 > start
    if token.kind is not Kind.CHAR or token.text not in ".,;":
        return False
    before = [other.text for other in side[max(start, end - 3) : end - 1]]
    return before[-1:] not in ([r"\left"], [r"\right"]) and not (
        token.text == "." and before == [".", "."]
    )
