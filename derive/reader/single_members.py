r"""The bare name of a family where only one member fits: `h(x) = \theta^\top x` beside samples `x^{(i)}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from derive.errors import DeriveError, ReadError
from derive.reader.formula import read_sides
from derive.reader.formula_state import Options, State
from derive.reader.formula_values import Misfit
from derive.reader.groups import tree
from derive.reader.scanner import Token
from derive.reader.source import Source
from derive.reader.table import Declaration, Name, Table
from derive.reader.upstream import names_in


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
