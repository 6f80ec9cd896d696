r"""Diagonal matrices by one entry or a list of entries in words: `the diagonal matrix with $i$-th entry $p_i$`,
`with entries $s_1, \dots, s_n$`, `collect the weights $s_i = p_i (1 - p_i)$ on the diagonal of $S$`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.errors import ReadError
from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.entries import base_length
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.declarations.prose_said import Stated
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name
from derive.reader.source.blocks import Prose
from derive.reader.source.groups import tree
from derive.reader.source.scanner import Kind, Token

_NOUN = r"(?:entr(?:y|ies)|elements?|weights?|values?|diagonal)"
_WITH = re.compile(
    r"^[^.;]*\bdiagonal(?: \S+)?(?: matrix)?,?\s+"
    r"(?:with|whose|of|having|containing|that (?:has|holds|contains|collects))\b"
    rf"[^.;]*\b{_NOUN}(?:\s+(?:is|are|being|given by|equal to|equals?|of))*\s*$"
    r"|^[^.;]*\bdiagonal matrix of (?:the )?(?:\w+ )?(?:weights|values)\s*$",
    re.I,
)
_ON = re.compile(
    r"^\s*(?:,|be|is|are|stand|placed|collected|stacked|put|written|sit|lie|form|as|for each \S+)*\s*"
    r"(?:(?:on|along|down|into) the (?:main )?diagonal of|the diagonal (?:entries|elements) of)\s+"
    r"(?:the |a |an )?(?:diagonal )?(?:matrix )?$",
    re.I,
)
_SIGNS = frozenset([">", "<", r"\ge", r"\geq", r"\le", r"\leq", r"\in", r"\neq", r"\ne"])
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsc"])
_BETWEEN = 3


def diagonals_said(table: Table, block: Prose) -> Iterator[Stated]:
    """The definitions of the diagonal matrices of a paragraph whose entries its words give."""
    listed = mentions(block)
    for position, first in enumerate(listed):
        gap = first.rest
        for other in listed[position + 1 : position + 1 + _BETWEEN]:
            stated = _stated(table, first, other, gap)
            if stated is not None:
                yield stated
                break
            if _matrix(other) is not None:
                break  # what is said behind it is said of it: `$V$ is orthogonal and $D$ is diagonal with ...`
            gap += f"@{other.rest}"


def _stated(table: Table, first: Mention, other: Mention, gap: str) -> Stated | None:
    """What one formula and a later one say together, with the words between them."""
    for matrix, entries, words in ((first, other, _WITH), (other, first, _ON)):
        name = _matrix(matrix)
        found = _entry(entries.tokens) if name is not None and words.search(gap) else None
        if name is None or found is None:
            continue
        index, body = found
        letter = index.text
        marks = [_as(index, Kind.SUB, "_"), _as(index, Kind.OPEN, "{")]
        marks += [index, index, _as(index, Kind.CLOSE, "}"), _as(index, Kind.CHAR, "=")]
        tokens = (*matrix.tokens, *marks, *body)
        try:
            nodes = clean(tree(list(tokens), entries.source))
        except ReadError:
            continue
        known = table.find(name)
        if known is not None and known[0].kind != "variable":
            continue
        entry = known[0] if known is not None else table.declare(name)
        entry.add_fact("diagonal")
        return Stated(Clause(nodes), entries, True) if letter.isalpha() else None
    return None


def _matrix(mention: Mention) -> Name | None:
    """The name of a matrix that stands alone."""
    greek = len(mention.tokens) == 1 and mention.tokens[0].kind is Kind.WORD
    if not greek and base_length(mention.tokens) != len(mention.tokens):
        return None
    name = base_name(Cursor(clean(tree(list(mention.tokens), mention.source))))
    return (
        name if name is not None and (name.base.isupper() or name.base.startswith("\\")) else None
    )


def _entry(tokens: Sequence[Token]) -> tuple[Token, tuple[Token, ...]] | None:
    """The index of an entry and its formula: of `s_i = p_i`, of `p_i(1 - p_i)`, of the last in a list with dots."""
    bounded = next((place for place, t in enumerate(tokens) if t.text in _SIGNS), len(tokens))
    tokens = tokens[:bounded]  # a range of the entries is a fact of their own
    texts = [token.text for token in tokens]
    if "=" in texts:
        own = texts.index("=")
        if texts.count("=") > 1:
            return None
        tokens = tokens[:own]  # what the name of the entry means is said beside it
        texts = texts[:own]
    dots = [place for place, text in enumerate(texts) if text in _DOTS]
    if dots:
        tokens = [t for t in tokens[dots[-1] + 1 :] if t.text != ","]
    indices = [t for before, t in _pairs(tokens) if before == "_"]
    if not indices or len({t.text for t in indices}) != 1 or indices[0].kind is not Kind.LETTER:
        return None
    index = indices[0]
    if not dots:
        return index, tuple(tokens)
    letter = index._replace(text="i")
    if any(t.text == "i" for t in tokens):
        return None
    return letter, tuple(letter if t in indices else t for t in tokens)


def _pairs(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    """Each token with the one before it, a brace before a single letter left out."""
    for place, token in enumerate(tokens):
        before = tokens[place - 1].text if place else ""
        braced = before == "{" and place > 1 and tokens[place + 1 : place + 2]
        if braced and tokens[place + 1].text == "}":
            before = tokens[place - 2].text
        yield before, token


def _as(token: Token, kind: Kind, text: str) -> Token:
    return token._replace(kind=kind, text=text, spaced=False)


__all__ = ["diagonals_said"]
