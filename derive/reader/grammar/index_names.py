r"""What stands under and over a sign, before it is understood: its limits, their parts, and the names of indices."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token


def limits(reader: Formula, cursor: Cursor) -> tuple[Sequence[Node] | None, Sequence[Node] | None]:
    """The nodes under and over a sign, in either order."""
    below: Sequence[Node] | None = None
    above: Sequence[Node] | None = None
    while (token := cursor.token) is not None and token.kind in (Kind.SUB, Kind.SUP):
        cursor.pos += 1
        nodes = reader.argument(cursor)
        if token.kind is Kind.SUB and below is None:
            below = nodes
        elif token.kind is Kind.SUP and above is None:
            above = nodes
        else:
            raise reader.error("a sign has two limits of one kind", token.start)
    return below, above


def index_name(nodes: Sequence[Node]) -> str | None:
    """The name that all of these nodes are, as an index."""
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None or name.base.isdigit():
        return None
    primes = 0
    sub = ""
    while cursor.node is not None:
        if cursor.take("'"):
            primes += 1
        elif isinstance(cursor.node, Token) and cursor.node.kind is Kind.SUB:
            sub, _ = written_scripts(cursor)
        elif (
            isinstance(cursor.node, Token)
            and cursor.node.kind is Kind.SUP
            and plain(cursor.items[cursor.pos + 1 :]) == "'"
        ):
            cursor.pos += 2
            primes += 1
        else:
            return None
    return Name(name.base, name.font, name.accents, sub, "", primes).latex
