r"""Entries of vectors that are written out: of `\mathbf{m} = (m_1, m_2)^\top` the names in the list are numbers.

This is a hint only: what a formula says of them otherwise, that they are vectors which are stacked, goes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Group, Node, text_of

_EQUALS = frozenset(["=", ":=", r"\coloneqq", r"\equiv", r"\triangleq"])
_BRACKETS = {"(": ")", "[": "]"}
_BOLD = frozenset(["bold", "vec"])


def hint_listed_entries(
    table: Table, hints: dict[Name, int], runs: Iterable[Sequence[Node]]
) -> None:
    """Note that the undeclared names in such lists are numbers."""
    for run in runs:
        for name in _entries(clean(run)):
            if name not in table.entries and name not in table.families:
                hints.setdefault(name, 0)


def _entries(items: Sequence[Node]) -> Iterator[Name]:
    """The names in the lists behind the names of vectors."""
    for place, node in enumerate(items):
        if text_of(node) not in _EQUALS or place + 1 >= len(items) or not place:
            continue
        whole = _last_name(items[:place])
        listed = _list(items[place + 1 :])
        names = [_name(part) for part in listed]
        known = [name for name in names if name is not None]
        if whole is None or len(known) < 2 or len(known) != len(names):
            continue
        if all(_is_number(name) for name in known) and not _is_capital(whole):
            yield from known


def _last_name(items: Sequence[Node]) -> Name | None:
    """The name that ends a list of nodes, without scripts."""
    for start in range(max(0, len(items) - 2), len(items)):
        cursor = Cursor(list(items[start:]))
        name = base_name(cursor)
        if name is not None and cursor.node is None:
            return name
    return None


def _list(items: Sequence[Node]) -> list[list[Node]]:
    """The parts between the commas of a bracket that begins here."""
    closing = _BRACKETS.get(text_of(items[0]))
    parts: list[list[Node]] = [[]]
    for node in items[1:]:
        text = text_of(node)
        if text == closing:
            return parts
        if text == ",":
            parts.append([])
        elif isinstance(node, Group) or text not in (r"\,", r"\;"):
            parts[-1].append(node)
    return []


def _name(part: Sequence[Node]) -> Name | None:
    """The name that a part of a list is, with its index."""
    cursor = Cursor(list(part))
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    return None if sup or cursor.node is not None else replace(name, sub=sub)


def _is_number(name: Name) -> bool:
    return name.font not in _BOLD and not name.accents and not _is_capital(name)


def _is_capital(name: Name) -> bool:
    return name.base.lstrip("\\")[:1].isupper()


__all__ = ["hint_listed_entries"]
