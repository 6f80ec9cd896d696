r"""Fonts inside braces: `{\cal L}(\phi)`, `{\bf x}`, `{\rm tr}` are `\mathcal{L}`, `\mathbf{x}`, `\mathrm{tr}`.

Only a group that holds one font and one letter, or an upright word, is a name. The braces stay where a command or a
script before them takes the group as its argument, `\hat{\bf x}`. The tokens keep the places of the author's text, so
that it is shown as typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.grammar.written import GREEK
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_FONTS = {r"\bf": r"\mathbf", r"\cal": r"\mathcal", r"\rm": r"\mathrm"} | {
    font: font
    for font in (
        *(r"\mathbf", r"\mathcal", r"\mathfrak", r"\mathscr", r"\mathsf", r"\boldsymbol"),
        *(r"\mathrm", r"\mathbb"),
    )
}
_LONGEST = 12
"""Letters of an upright word."""
_WITHOUT_ARGUMENT = GREEK | {
    r"\partial", r"\nabla", r"\sum", r"\prod", r"\int", r"\log", r"\ln", r"\exp", r"\det", r"\cdot", r"\odot",
    r"\otimes", r"\times", r"\pm", r"\mp", r"\in", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\sim",
    r"\mid", r"\to", r"\propto", r"\approx", r"\equiv", r"\quad", r"\qquad", r"\left", r"\right", r"\|",
}  # fmt: skip
_WITH_TWO = frozenset(
    [r"\frac", r"\dfrac", r"\tfrac", r"\cfrac", r"\binom", r"\overset", r"\underset", r"\stackrel"]
)


def with_font_groups(document: Document) -> Document:
    """The document with each such font before the braces."""
    return document.rewritten(lambda tokens: tuple(_outside(tokens)))


def _outside(tokens: Sequence[Token]) -> Iterator[Token]:
    position = 0
    while position < len(tokens):
        opening = tokens[position]
        length = _name(tokens, position)
        if not length:
            yield opening
            position += 1
            continue
        font, *letters, close = tokens[position + 1 : position + length]
        kept = _is_argument(tokens, position)
        if kept:
            yield opening
        start = font.start if kept else opening.start
        yield font._replace(text=_FONTS[font.text], start=start, spaced=opening.spaced)
        yield opening._replace(start=font.end, end=font.end, spaced=False)
        yield from letters
        yield close
        if kept:
            yield close._replace(start=close.end, spaced=False)
        position += length


def _name(tokens: Sequence[Token], start: int) -> int:
    """The length of a brace, a font, a letter or an upright word, and the brace that closes; else 0."""
    if tokens[start].kind is not Kind.OPEN or len(tokens) < start + 4:
        return 0
    font, first, end = tokens[start + 1], tokens[start + 2], start + 3
    if font.text not in _FONTS or not (first.kind is Kind.LETTER or first.text in GREEK):
        return 0
    if _FONTS[font.text] == r"\mathrm":
        last = min(len(tokens) - 1, end + _LONGEST)
        while end < last and tokens[end].kind is Kind.LETTER:
            end += 1
    return end + 1 - start if tokens[end].kind is Kind.CLOSE else 0


def _is_argument(tokens: Sequence[Token], opening: int) -> bool:
    """Whether the group that opens here belongs to a command or a script before it."""
    if not opening:
        return False
    before = tokens[opening - 1]
    if before.kind in (Kind.SUP, Kind.SUB):
        return True
    if before.kind is Kind.CLOSE:
        first = _opening_of(tokens, opening - 1)
        return first > 0 and tokens[first - 1].text in _WITH_TWO
    return before.kind is Kind.WORD and before.text not in _WITHOUT_ARGUMENT


def _opening_of(tokens: Sequence[Token], close: int) -> int:
    """Where the group opens that closes here; 0 when nowhere."""
    depth = 0
    for position in range(close, -1, -1):
        depth += (tokens[position].kind is Kind.CLOSE) - (tokens[position].kind is Kind.OPEN)
        if depth == 0:
            return position
    return 0
