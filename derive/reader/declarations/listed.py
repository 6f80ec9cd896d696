r"""Lists of members of which no set is said: after `the observations $x_1, \dots, x_n$` there are n of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Token

_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots", r"\dotsc"])
_COUNTS = frozenset([*"nNmMKTLJDdkp"])


def declare_listed(table: Table, runs: Iterable[Sequence[Node]]) -> None:
    """Note how many members the lists of undeclared names have."""
    for run in runs:
        for name, last in _lists(clean(run)):
            family = table.families.get(name) or table.entries.get(name)
            known = table.entries.get(Name(last))
            if family is not None or (known is not None and known.kind != "size"):
                continue
            table.listed.setdefault(name, table.size(Name(last)))


def _lists(items: Sequence[Node]) -> Iterator[tuple[Name, str]]:
    """The name and the letter of the number of members of each `x_1, \\dots, x_n`."""
    for place, node in enumerate(items):
        if not isinstance(node, Token) or node.text not in _DOTS:
            continue
        before, after = _member(items, place), Cursor(list(items[place + 1 :]))
        after.take(",")
        name = base_name(after)
        if before is None or name is None:
            continue
        sub, sup = written_scripts(after)
        last = Name(name.base, name.font, name.accents, "", sup)
        if before == last and sub in _COUNTS and (after.node is None or after.at(",", r"\in", ")")):
            yield last, sub


def _member(items: Sequence[Node], place: int) -> Name | None:
    """The name x of `x_1, \\dots` or `x_1, x_2, \\dots` before dots."""
    start = place - 1
    if start < 0 or not isinstance(items[start], Token) or items[start].text != ",":  # type: ignore[union-attr]
        return None
    while start > 0 and text_of(items[start - 1]) not in ("(", r"\{", "=", ":"):
        start -= 1
    cursor = Cursor(list(items[start:place]))
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    return Name(name.base, name.font, name.accents, "", sup) if sub == "1" else None


__all__ = ["declare_listed"]
