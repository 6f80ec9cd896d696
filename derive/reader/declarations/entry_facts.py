r"""Facts of a matrix that are said of its entries: `w_{ij} = w_{ji}`, `w_{ii} = 0`; equations with several signs."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.indices import at_commas, script_pieces
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind


def declare_entry_fact(reader: Formula, left: Sequence[Node], right: Sequence[Node]) -> bool:
    """Declare the fact of a matrix that an equation between its entries says; False when it says none."""
    first = _entry(reader, left)
    if first is None:
        return False
    name, (i, j) = first
    second = _entry(reader, right)
    if i != j and second == (name, (j, i)):
        fact = "symmetric"
    elif i == j and plain(list(right)) == "0":
        fact = "zero_diagonal"
    else:
        return False
    table = reader.table
    match = table.find(name)
    entry = match[0] if match is not None else table.declare(name)
    if entry.kind != "variable" or entry.definition is not None or entry.family:
        return False
    if entry.sizes is None:
        size = table.sizes.fresh()
        entry.sizes, entry.assumed = (size, size), True
    if len(entry.sizes) != 2 or not table.sizes.unify(*entry.sizes):
        return False
    entry.add_fact(fact)
    return True


def _entry(reader: Formula, nodes: Sequence[Node]) -> tuple[Name, tuple[str, str]] | None:
    """The name and the two indices of an entry that stands alone."""
    cursor = Cursor(list(nodes))
    name = base_name(cursor)
    token = cursor.token
    if name is None or token is None or token.kind is not Kind.SUB or len(cursor.items) < 3:
        return None
    cursor.pos += 1
    inside = clean(reader.argument(cursor))
    if cursor.node is not None:
        return None
    parts = at_commas(inside)
    pieces = [plain(p) for p in (parts if len(parts) == 2 else script_pieces(inside))]
    if len(pieces) != 2 or not all(is_index(p, reader.table) and p.isalpha() for p in pieces):
        return None
    return name, (pieces[0], pieces[1])


def links(right: Sequence[Node]) -> list[list[Node]]:
    r"""The parts of a right side between further signs, of `\sum_j z_j = \sum_j v_j = 0` say."""
    return split_at(right, "=")
