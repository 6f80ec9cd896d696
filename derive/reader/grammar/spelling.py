r"""Names as their author spelled them: the table's `\mathbf{\mu}_k` is `\boldsymbol{\mu}_k` where the text says so."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ReadError
from derive.reader.grammar.written import FONTS
from derive.reader.source.scanner import Token, scan_math

_BRACES = ("{", "}")


def spelled(name: str, texts: Sequence[str]) -> str:
    """The first place of `texts` that writes `name`, in its own spelling; `name` itself if there is none.

    Fonts that mean the same (`\\bm`, `\\boldsymbol`, `\\mathbf`) and optional braces make no difference.
    """
    if any(name in text for text in texts):
        return name
    wanted = [_plain(t) for t in _tokens(name) if t.text not in _BRACES]
    for text in texts:
        tokens = _tokens(text)
        marks = [i for i, t in enumerate(tokens) if t.text not in _BRACES]
        for start in range(len(marks) - len(wanted) + 1):
            chosen = marks[start : start + len(wanted)]
            if [_plain(tokens[i]) for i in chosen] == wanted:
                return _cut(text, tokens, chosen[0], chosen[-1])
    return name


def _tokens(text: str) -> list[Token]:
    try:
        return list(scan_math(text))
    except ReadError:
        return []


def _plain(token: Token) -> str:
    font = FONTS.get(token.text)
    return f"font {font}" if font else token.text


def _cut(text: str, tokens: Sequence[Token], first: int, last: int) -> str:
    """The text from one token to another, with the braces closed that it opens."""
    depth = 0
    for token in tokens[first : last + 1]:
        depth += (token.text == "{") - (token.text == "}")
    while depth > 0 and last + 1 < len(tokens) and tokens[last + 1].text == "}":
        last, depth = last + 1, depth - 1
    return text[tokens[first].start : tokens[last].end]
