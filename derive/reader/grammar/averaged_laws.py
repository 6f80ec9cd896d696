r"""Which law an expectation is taken under: `\mathbb{E}_q[f(z)]`, `E_x[f(x)]`, `E_{z \sim q(\cdot \mid x)}[f(z)]`, and
`\mathbb{E}[f(z)]` where a sentence says it once for all.

A law that is named by its letter, or by its variable, is the one call of a document that fits; where two fit it is
refused, because q(z) and q(z \mid x) average differently.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.table import LawCall, Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Token

_BARS = frozenset(["|", r"\mid", r"\vert"])


def law_meant(reader: Formula, below: Sequence[Node], start: int) -> list[Node] | None:
    """The call of a law that is written below the sign, or that its letter or its variable means; else None."""
    nodes, variable = list(below), []
    cut = next((i for i, n in enumerate(nodes) if text_of(n) == r"\sim"), None)
    if cut is not None:
        variable, nodes = nodes[:cut], nodes[cut + 1 :]
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    name = Name(name.base, name.font, name.accents, sub)
    if cursor.at("(") and not sup:
        inside = enclosed(cursor, "(", ")") or []
        if cursor.pos + len(inside) + 2 != len(cursor.items) or not _is_open(inside):
            return None
        opened = cursor.items[cursor.pos]
        closed = cursor.items[-1]
        filled = [n for node in inside for n in (variable if text_of(node) == r"\cdot" else [node])]
        return [*cursor.items[: cursor.pos], opened, *filled, closed] if variable else None
    if cursor.node is not None or sup:
        return None
    own = index_name(variable) if variable else None
    if name in reader.table.called:
        calls = [c for c in reader.table.called[name] if own is None or c.values == (own,)]
        return _only(reader, calls, name.latex, start)
    letter = index_name(nodes)
    if letter is None or variable or letter not in reader.table.finite:
        return None
    calls = [c for found in reader.table.called.values() for c in found if c.values == (letter,)]
    plain = [c for c in calls if not c.given]
    return _only(reader, plain or calls, letter, start)


def _is_open(inside: Sequence[Node]) -> bool:
    """Whether the variable of a law is left as a dot."""
    return any(text_of(node) == r"\cdot" for node in inside)


def _only(reader: Formula, calls: Sequence[LawCall], said: str, start: int) -> list[Node] | None:
    if len(calls) > 1:
        raise reader.error(f"an expectation under {said} may be under several laws", start)
    return list(calls[0].nodes) if calls else None


def law_said(reader: Formula, argument: Sequence[Node]) -> list[Node] | None:
    """The law of an expectation without one: the one that a sentence gives; else None."""
    call = reader.table.average
    if call is None:
        return None
    letters = {v for part in _arguments(argument) if (v := index_name(part)) is not None}
    if not letters & set(call.values):
        return None
    return list(call.nodes)


def _arguments(nodes: Sequence[Node]) -> list[list[Node]]:
    """What stands between the commas and bars of all brackets."""
    found: list[list[Node]] = []
    for place, node in enumerate(nodes):
        if isinstance(node, Token) and node.text == "(":
            cursor = Cursor(nodes)
            cursor.pos = place
            inside = enclosed(cursor, "(", ")") or []
            found.extend(split_at(inside, ",", ";", *_BARS))
    return [part for part in found if part]


__all__ = ["law_meant", "law_said"]
