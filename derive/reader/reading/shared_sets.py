r"""One set for all names of a sentence: `$c = f \odot b + i \odot g$ with all vectors in $\mathbb{R}^n$`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.errors import DeriveError
from derive.reader.declarations.definition_heads import FUNCTION_WORDS
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.declarations.prose import Declarations
from derive.reader.declarations.subjects import Subject, subject_entry
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.sets import Members, read_set
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.upstream import names_in
from derive.reader.source.blocks import Display, Document, Prose
from derive.reader.source.groups import Node, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

_ALL = re.compile(
    r"\b(?:all|every|each)\s+(?:of\s+)?(?:the(?:se|m)?\s+)?(?:\w+\s+)?"
    r"(?:vectors?|quantit(?:y|ies)|variables?|states?|gates?|activations?|of\s+them|these|symbols?)"
    r"(?:\s+(?:above|here|below|involved|being|are|is|lies?|lives?|belongs?|to|elements?|of|taken|real))*"
    r"(?:\s+(?:in|of|from|to))?\s*$",
    re.I,
)


def declare_shared(
    declarations: Declarations, document: Document, defined: frozenset[Name]
) -> None:
    """Declare the names of a sentence, and of the display before it, of which it says where all of them lie."""
    before: list[tuple[Sequence[Token], Source]] = []
    for block in document.blocks:
        if isinstance(block, Display):
            before = [(block.tokens, block.source)] if block.error is None else []
        if not isinstance(block, Prose):
            continue
        for mention in mentions(block):
            if not _ALL.search(mention.lead):
                before.append((mention.tokens, mention.source))
                continue
            found = _members(declarations, mention)
            names = _names(before) if found is not None and found.shape else ()
            for name in names:
                _declare(declarations, mention, name, found, defined)


def _members(declarations: Declarations, mention: Mention) -> Members | None:
    try:
        nodes = clean(tree(list(mention.tokens), mention.source))
        return read_set(declarations.reader(mention.source), nodes)
    except (DeriveError, Misfit, RecursionError):
        return None


def _names(formulas: Sequence[tuple[Sequence[Token], Source]]) -> Iterator[Name]:
    """The small letters of these formulas, with their scripts."""
    found: dict[Name, None] = {}
    for tokens, source in formulas:
        try:
            nodes: Sequence[Node] = tree(list(tokens), source)
        except DeriveError:
            continue
        found.update(dict.fromkeys(names_in(nodes)))
    return (n for n in found if len(n.base) == 1 and n.base.islower() and n.font in _FONTS)


_FONTS = ("", "bold", "vec")


def _declare(
    declarations: Declarations,
    mention: Mention,
    name: Name,
    found: Members | None,
    defined: frozenset[Name],
) -> None:
    table: Table = declarations.table
    taken = name in defined or table.find(name) is not None or name.base in FUNCTION_WORDS
    if taken or found is None or (is_index(name.base, table) and not name.sub):
        return
    entry = subject_entry(declarations.reader(mention.source), Subject(name))
    entry.sizes = found.shape
