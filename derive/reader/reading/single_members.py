r"""The bare name of a family where it is not the family: `h(x) = \theta^\top x` beside samples `x^{(i)}`, and
`\frac{d}{dz} \sigma(z)` beside scores `z_i = w^\top x_i`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from derive.errors import DeriveError, ReadError
from derive.reader.declarations.definition_heads import Head
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.formula import read_sides
from derive.reader.grammar.state import Options, State
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.doubts import is_number
from derive.reader.reading.heads import Left
from derive.reader.reading.survey import varied_in
from derive.reader.reading.unread import name_alone
from derive.reader.reading.upstream import names_in
from derive.reader.source.groups import Group, Node, text_of, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

_LONGEST = 6
"""Nodes from one bracket to the other of a name that stands alone in them."""


def single_out(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> str:
    """Declare the bare name of a family as one vector like its members where the shapes of a chain fit only so.

    Returns what is noted then, empty where nothing was declared.
    """
    found = tuple(_bare_families(table, sides, source))
    if not found or not _clashes(table, sides, source, options):
        return ""
    for family in found:
        single = table.declare(family.name, family.latex)
        single.sizes, single.facts = (family.sizes or ())[family.family :], dict(family.facts)
    if _clashes(table, sides, source, options):
        for family in found:
            del table.entries[family.name]
        return ""
    names = " and ".join(family.latex for family in found)
    return f"{names} without an index is read as one vector like the members"


@contextmanager
def numbers_out(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> Iterator[str]:
    """Inside, the bare name of a family of numbers is any number where a chain can be read only so: it is what a
    derivative is taken by, or alone the argument of a function. Yields what is noted then, else nothing."""
    found = tuple(_bare_numbers(table, sides, source))
    if not found or not _unread(table, sides, source, options):
        yield ""
        return
    for family in found:
        table.declare(family.name, family.latex).sizes = ()
    fits = not _unread(table, sides, source, options)
    try:
        if not fits:
            _drop(table, found)
        names = " and ".join(family.latex for family in found)
        yield f"{names} without an index is read as any number" if fits else ""
    finally:
        if fits:
            _drop(table, found)


def _drop(table: Table, found: Sequence[Declaration]) -> None:
    for family in found:
        del table.entries[family.name]


def total(reader: Formula, left: Sequence[Node], right: Sequence[Node]) -> Left | None:
    r"""The left side of `N = \sum_c N_c` beside counts `N_c`: one number of its own, not all members as one array; the
    same of `\mu = \frac1C \sum_i \mu_i` beside vectors, and of members that are defined by index."""
    name = name_alone(left)
    family = reader.table.families.get(name) if name is not None else None
    if name is None or family is None or name in reader.table.entries:
        return None
    of_members = any(n.sub and n.without(sub=True) == name for n in names_in(right))
    if not of_members and (family.kind != "template" or is_number(right)):
        return None
    before = reader.table.sizes.snapshot()
    try:
        rank = len(reader.whole(left).shape) - max(family.family, 1)
        shape = reader.whole(right).shape
    except (DeriveError, Misfit, RecursionError):
        return None
    finally:
        reader.table.sizes.restore(before)
    return Left("new", Head(name)) if len(shape) == rank else None


def total_of(reader: Formula, sides: Sequence[Sequence[Token]]) -> Left | None:
    """The same of the first two sides of a display."""
    with suppress(DeriveError, Misfit, RecursionError):
        left, right = (clean(tree(list(tokens), reader.source)) for tokens in sides)
        return total(reader, left, right)
    return None


def _bare_families(
    table: Table, sides: Sequence[Sequence[Token]], source: Source
) -> Iterator[Declaration]:
    """The families of given vectors whose name stands without an index."""
    names: dict[Name, None] = {}
    for tokens in sides:
        with suppress(DeriveError, RecursionError):
            names.update(dict.fromkeys(names_in(tree(list(tokens), source))))
    for name in names:
        family = table.families.get(name)
        if family is None or family.kind != "variable" or name in table.entries:
            continue
        vectors = len(family.sizes or ()) == family.family + 1
        if vectors and family.definition is None and family.law is None and not family.assumed:
            yield family


def _bare_numbers(
    table: Table, sides: Sequence[Sequence[Token]], source: Source
) -> Iterator[Declaration]:
    """The families of numbers whose bare name is differentiated by or stands alone in a bracket behind a name."""
    if all(name in table.entries for name in table.families):
        return
    names: dict[Name, None] = {}
    for tokens in sides:
        with suppress(DeriveError, RecursionError):
            nodes = tree(list(tokens), source)
            names.update(dict.fromkeys((*varied_in(nodes), *_arguments(nodes))))
    for name in names:
        family = table.families.get(name)
        if family is None or name in table.entries:
            continue
        given = family.kind == "variable" and family.definition is None and family.law is None
        counted = len(family.sizes or ()) == family.family
        if family.kind == "template" or (given and counted):
            yield family


def _arguments(nodes: Sequence[Node]) -> Iterator[Name]:
    """The names that stand alone in round brackets, at every level."""
    stack = [nodes]
    while stack:
        items = clean(stack.pop())
        texts = [text_of(node) for node in items]
        stack.extend(node.items for node in items if isinstance(node, Group))
        for start, text in enumerate(texts):
            if text == "(" and ")" in texts[start:]:
                end = texts.index(")", start)
                name = name_alone(items[start + 1 : end]) if end - start <= _LONGEST else None
                if name is not None:
                    yield name


def _clashes(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> bool:
    """Whether a side has no value because its shapes clash; the table stays as it is."""
    return any(error.ill_typed for error in _refusals(table, sides, source, options))


def _unread(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> bool:
    """Whether a side cannot be read; the table stays as it is."""
    return bool(_refusals(table, sides, source, options))


def _refusals(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> list[ReadError]:
    """Why sides cannot be read; empty as well where the reader refuses all of them."""
    before = table.sizes.snapshot()
    try:
        read = read_sides([list(s) for s in sides if s], table, source, options, State())
    except (DeriveError, Misfit, RecursionError):
        return []
    finally:
        table.sizes.restore(before)
    return [side for side in read if isinstance(side, ReadError)]
