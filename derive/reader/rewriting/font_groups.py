r"""Fonts inside braces: `{\cal L}(\phi)`, `{\bf x}`, `{\mathcal L}` are the names `\mathcal{L}`, `\mathbf{x}`.

Only a group that holds one font and one letter is a name. The braces stay where a command or a script before them takes
the group as its argument, `\hat{\bf x}`. The tokens keep the places of the author's text, so that it is shown as typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.grammar.written import GREEK
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_FONTS = {r"\bf": r"\mathbf", r"\cal": r"\mathcal"} | {
    font: font
    for font in (r"\mathbf", r"\mathcal", r"\mathfrak", r"\mathscr", r"\mathsf", r"\boldsymbol")
}
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
        if not _is_name(tokens[position : position + 4]):
            yield opening
            position += 1
            continue
        font, letter, close = tokens[position + 1 : position + 4]
        kept = _is_argument(tokens, position)
        if kept:
            yield opening
        start = font.start if kept else opening.start
        yield font._replace(text=_FONTS[font.text], start=start, spaced=opening.spaced)
        yield opening._replace(start=font.end, end=font.end, spaced=False)
        yield letter
        yield close
        if kept:
            yield close._replace(start=close.end, spaced=False)
        position += 4


def _is_name(tokens: Sequence[Token]) -> bool:
    """Whether these are a brace, a font, a letter, and the brace that closes."""
    return (
        len(tokens) == 4
        and tokens[0].kind is Kind.OPEN
        and tokens[1].text in _FONTS
        and (tokens[2].kind is Kind.LETTER or tokens[2].text in GREEK)
        and tokens[3].kind is Kind.CLOSE
    )


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
