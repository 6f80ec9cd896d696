r"""The bare name of a family where it is not the family: `h(x) = \theta^\top x` beside samples `x^{(i)}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

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
from derive.reader.reading.unread import name_alone
from derive.reader.reading.upstream import names_in
from derive.reader.source.groups import Node, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token


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


def _clashes(
    table: Table, sides: Sequence[Sequence[Token]], source: Source, options: Options
) -> bool:
    """Whether a side has no value because its shapes clash; the table stays as it is."""
    before = table.sizes.snapshot()
    try:
        read = read_sides([list(s) for s in sides if s], table, source, options, State())
    except (DeriveError, Misfit, RecursionError):
        return False
    finally:
        table.sizes.restore(before)
    return any(isinstance(side, ReadError) and side.ill_typed for side in read)
