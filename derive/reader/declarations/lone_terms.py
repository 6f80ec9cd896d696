r"""Names that are added to vectors in a sentence, `$y = X\beta + \varepsilon$`: they are vectors."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node

_SIGNS = ("+", "-")


def hint_lone_terms(
    table: Table, hints: dict[Name, int], left: Sequence[Node], right: Sequence[Node]
) -> None:
    """Note the rank of the names that stand alone as terms beside others whose rank is declared."""
    terms = parts_of(right, _SIGNS)
    if len(terms) < 2:
        return
    names = [_alone(part) for part in (left, *terms)]
    ranks = [_rank(table, name) for name in names if name is not None]
    ranks += [_rank_of_product(table, part) for part in terms]
    known = dict.fromkeys(rank for rank in ranks if rank)
    if len(known) != 1:
        return
    for name in names[1:]:
        if name is not None and table.find(name) is None and name not in table.entries:
            hints.setdefault(name, max(known))
            table.declare(name)  # whatever it stands for elsewhere: e is an error, no number


def lone_terms(nodes: Sequence[Node]) -> list[Name]:
    """The names that are terms of a sum of at least two."""
    terms = parts_of(nodes, _SIGNS)
    found = [_alone(part) for part in terms] if len(terms) > 1 else []
    return [name for name in found if name is not None]


def _alone(nodes: Sequence[Node]) -> Name | None:
    """The name that nodes are, without an index or a power."""
    cursor = Cursor(list(nodes))
    name = base_name(cursor)
    if name is None or cursor.node is not None:
        return None
    return name


def _rank(table: Table, name: Name) -> int | None:
    """How many axes a declared variable has, None when that is not known."""
    found = table.entries.get(name)
    if found is None or found.kind != "variable" or found.sizes is None:
        return None
    return len(found.sizes)


def _rank_of_product(table: Table, part: Sequence[Node]) -> int | None:
    r"""One axis for a matrix times a vector, `X\beta`; None for any other term."""
    cursor, ranks = Cursor(list(part)), []
    while cursor.node is not None:
        name = base_name(cursor)
        if name is None:
            return None
        sub, sup = written_scripts(cursor)
        if sup not in ("", "*") or plain(cursor.items[cursor.pos : cursor.pos + 1]) == "'":
            return None
        whole = Name(name.base, name.font, name.accents, sub or name.sub, sup)
        ranks.append(_rank(table, whole))
    return 1 if ranks[-2:] == [2, 1] and all(r in (0, 2) for r in ranks[:-2]) else None
