r"""Matrices by their entries in words: `let $b_{ij} = z_i^\top z_j$ be the entries of the matrix $B$`, `the matrix $B$
with entries $b_{ij} = z_i^\top z_j$`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.errors import ReadError
from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.declarations.prose_said import Stated
from derive.reader.grammar.cursor import clean
from derive.reader.source.blocks import Prose
from derive.reader.source.groups import tree
from derive.reader.source.scanner import Kind, Token

_ENTRIES = r"(?:\(?i, ?j\)?-?(?:th)? )?(?:entries|elements|entry|element)"
_OF = re.compile(
    rf"\s*,?\s*(?:be|are|is|as|denote)?\s*the {_ENTRIES} of (?:the |a |an )?(?:[\w-]+ ){{0,3}}"
)
_WITH = re.compile(
    rf"\s*,?\s*(?:be the matrix )?(?:with|has|having|whose) (?:the )?{_ENTRIES}(?: are| is)?\s*"
)


def entries_said(block: Prose) -> Iterator[Stated]:
    """The definitions of matrices whose entries a paragraph defines."""
    listed = mentions(block)
    for first, second in pairwise(listed):
        for entries, matrix, gap in ((first, second, _OF), (second, first, _WITH)):
            if gap.fullmatch(first.rest) and (tokens := _defined(entries, matrix)):
                try:
                    nodes = clean(tree(list(tokens), entries.source))
                except ReadError:
                    continue
                yield Stated(Clause(nodes), entries, True)


def _defined(entries: Mention, matrix: Mention) -> Sequence[Token]:
    """`B_{ij} = ...` of `b_{ij} = ...` and of B; nothing when these are no entries and no matrix."""
    own, other = base_length(entries.tokens), base_length(matrix.tokens)
    rest = entries.tokens[own:]
    texts = [token.text for token in rest[:6]]
    indexed = texts[:2] == ["_", "{"] and "}" in texts and "=" in [token.text for token in rest]
    capital = other and matrix.tokens[other - 1 if other == 1 else other - 2].text.isupper()
    after = matrix.tokens[other].text if other and len(matrix.tokens) > other else ""
    if not own or not indexed or not capital or after not in ("", r"\in"):
        return ()
    return (*matrix.tokens[:other], *rest)


def base_length(tokens: Sequence[Token]) -> int:
    r"""How many tokens the name in front has: one letter, or a letter in a font; 0 for anything else."""
    if tokens and tokens[0].kind is Kind.LETTER:
        return 1
    texts = [token.text for token in tokens[:4]]
    fonts = (r"\mathbf", r"\boldsymbol", r"\bm", r"\mathrm", r"\mathsf")
    return (
        4 if texts[:1] and texts[0] in fonts and texts[1:2] == ["{"] and texts[3:] == ["}"] else 0
    )
