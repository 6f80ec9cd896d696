r"""Feature maps in words: `let $\phi$ be a feature map into $\mathbb{R}^p$`, `with feature maps $\phi_1$ and $\phi_2$`.

Such a map is any function from where its arguments are into vectors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.errors import DeriveError
from derive.expr.nodes import Function, Symbol
from derive.expr.sizes import Shape, Size
from derive.reader.declarations.phrases import Mention, mentions
from derive.reader.declarations.prose import Declarations
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.sets import read_set
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, names_along, written_scripts
from derive.reader.source.blocks import Document, Prose
from derive.reader.source.groups import Node, tree

_NOUN = r"(?:feature|embedding) (?:map(?:ping)?|function|transformation|extractor)s?"
_BEFORE = re.compile(rf"\b{_NOUN}\s*$", re.IGNORECASE)
_AFTER = re.compile(
    rf"\s*,?\s*(?:be|is|denotes?|as)?\s*(?:an? |the |some |any |another )?{_NOUN}\b", re.IGNORECASE
)
_INTO = re.compile(r"[\w\s]*\b(?:into|to|with values in)\s*")
_AND = re.compile(r"\s*,?\s*(?:and)?\s*(?:the )?")


def declare_feature_maps(
    declarations: Declarations,
    document: Document,
    runs: Sequence[list[Node]],
    defined: frozenset[Name],
) -> None:
    """Declare what a document calls a feature map and does not define."""
    table = declarations.table
    for block in document.blocks:
        listed = list(mentions(block)) if isinstance(block, Prose) else []
        goes_on = False
        for place, mention in enumerate(listed):
            following = listed[place + 1] if place + 1 < len(listed) else None
            name = _name(mention)
            if name is None:
                continue
            said = _BEFORE.search(mention.lead) or _AFTER.match(mention.rest)
            if not said and not (goes_on and _AND.fullmatch(mention.lead)):
                goes_on = False
                continue
            goes_on = True
            known = table.exact(name)
            if name in defined or (known is not None and known.kind == "function"):
                continue
            reader = declarations.reader(mention.source)
            into = _target(reader, mention, following)
            _declare(table, name, _argument(reader, name, runs), into or (table.sizes.fresh(),))


def _name(mention: Mention) -> Name | None:
    r"""The map that a formula names, also with its argument: `\phi`, `\phi_1`, `\phi(x)`."""
    cursor = Cursor(list(mention.tokens))
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    if sup or (cursor.node is not None and not cursor.at("(")) or (sub and not sub.isdecimal()):
        return None
    return Name(name.base, name.font, name.accents, sub)


def _target(reader: Formula, mention: Mention, following: Mention | None) -> Shape | None:
    """The space into which a map goes, when it is said behind it."""
    if following is None or not _INTO.fullmatch(mention.rest):
        return None
    try:
        return read_set(reader, clean(tree(list(following.tokens), following.source))).shape
    except DeriveError:
        return None


def _argument(reader: Formula, name: Name, runs: Sequence[list[Node]]) -> Shape:
    """The shape of what the map is applied to; that of a vector when it is nowhere said."""
    table = reader.table
    unsaid: dict[Name, None] = {}
    for inside in _calls(name, runs):
        cursor = Cursor(inside)
        base = base_name(cursor)
        if base is None:
            continue
        sub, sup = written_scripts(cursor)
        match = table.find(Name(base.base, base.font, base.accents, sub, sup))
        if match is not None and match[0].kind == "variable" and match[0].sizes is not None:
            entry = match[0]
            members = entry.family if sub or sup else 0
            return table.sizes.shape(tuple(entry.sizes or ())[members:])
        if match is None and not sub and not sup and cursor.node is None:
            unsaid[base] = None
    shape = (Size.of("n_{x}"),)
    for letter in unsaid:
        entry = table.declare(letter)
        entry.sizes, entry.assumed = shape, True
    return shape


def _calls(name: Name, runs: Sequence[list[Node]]) -> Iterator[list[Node]]:
    for level in runs:
        for found, cursor in names_along(level):
            if (found.base, found.font) == (name.base, name.font) and cursor.at("("):
                yield enclosed(cursor, "(", ")") or []


def _declare(table: Table, name: Name, argument: Shape, into: Shape) -> None:
    bare = name.without(sub=True)
    if bare in table.families:
        del table.families[bare]
    entry = table.declare(name)
    entry.kind, entry.sizes, entry.facts = "function", None, {}
    entry.function = Function(entry.latex, (Symbol("t_1", argument),), None, into, False)
