r"""One letter for the members of two families: biases `b_u` of users and `b_i` of items.

The letter of an index says there which family is meant, so that `b_i` is written `\breve{b}_i`: u and i count
different things where both are said in one list or called differently, and other letters have only one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise

from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_ALIKE = (frozenset("ijkl"), frozenset("uvw"), frozenset("mn"), frozenset("rst"))
"""Letters that usually count the same things."""


def with_kinds(document: Document) -> Document:
    """The document with a letter of its own for each family."""
    runs = list(_runs(document))
    counted = _counted(runs)
    second = {
        letter: later
        for letter, indices in counted.items()
        if len(indices) == 2
        and (later := _second(document, letter, tuple(indices), counted)) is not None
    }
    if not second:
        return document
    return document.rewritten(lambda tokens: tuple(_renamed(tokens, second)))


def _runs(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _counted(runs: Iterable[Sequence[Token]]) -> dict[str, dict[str, None]]:
    """The letters that stand alone as an index of each letter; `*` for any other use of it."""
    found: dict[str, dict[str, None]] = {}
    for tokens in runs:
        for place, token in enumerate(tokens):
            if token.kind is Kind.LETTER and not _is_index(tokens, place):
                index = _index(tokens, place)
                found.setdefault(token.text, {})[index or "*"] = None
    return found


def _is_index(tokens: Sequence[Token], place: int) -> bool:
    """Whether a letter stands in a script."""
    before = [t.kind for t in tokens[max(0, place - 2) : place]]
    return before[-1:] == [Kind.SUB] or before == [Kind.SUB, Kind.OPEN]


def _index(tokens: Sequence[Token], place: int) -> str:
    """The letter alone in the subscript of a letter; empty when something else stands there."""
    after = tokens[place + 1 : place + 5]
    kinds = [t.kind for t in after]
    if kinds[:2] == [Kind.SUB, Kind.LETTER]:
        return after[1].text
    if kinds == [Kind.SUB, Kind.OPEN, Kind.LETTER, Kind.CLOSE]:
        return after[2].text
    return ""


def _second(
    document: Document,
    letter: str,
    indices: tuple[str, ...],
    counted: dict[str, dict[str, None]],
) -> str | None:
    """The index of the second family of a letter; None when both indices count the members of one."""
    if "*" in indices:
        return None
    own = [
        any(other != letter and tuple(found) == (index,) for other, found in counted.items())
        for index in indices
    ]
    if not all(own):
        return None
    usual = any(set(indices) <= alike for alike in _ALIKE)
    return indices[1] if not usual or _called_apart(document, letter, indices) else None


def _called_apart(document: Document, letter: str, indices: tuple[str, ...]) -> bool:
    """Whether words name the members of the two families differently: `user biases $b_i$ and item biases $b_j$`."""
    nouns: dict[str, dict[str, None]] = {index: {} for index in indices}
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        for before, piece in pairwise(pieces):
            if not isinstance(before, Text) or not isinstance(piece, Inline) or not piece.tokens:
                continue
            found = _index(piece.tokens, 0) if piece.tokens[0].text == letter else ""
            noun = re.search(
                r"\b(user|item|row|column|movie|film|product|query|document)", _end(before)
            )
            if found in nouns and noun is not None:
                nouns[found][noun[1]] = None
    return all(nouns.values()) and not any(
        nouns[a].keys() & nouns[b].keys() for a, b in combinations(indices, 2)
    )


def _end(text: Text) -> str:
    """The last words before a formula."""
    return re.split(r"[,;.]|\band\b", text.text.lower())[-1]


def _renamed(tokens: Sequence[Token], second: dict[str, str]) -> Iterator[Token]:
    for place, token in enumerate(tokens):
        later = second.get(token.text) if token.kind is Kind.LETTER else None
        if later is None or _index(tokens, place) != later or _is_index(tokens, place):
            yield token
            continue
        call = (token.start, token.end)
        yield token._replace(kind=Kind.WORD, text=r"\breve", call=call)
        yield token._replace(kind=Kind.OPEN, text="{", call=call)
        yield token
        yield token._replace(kind=Kind.CLOSE, text="}", call=call)
