r"""Ranges of indices: `i = 1, \dots, n`, `1 \le i \le n`, `i \in \{1, \dots, n\}`, and the limits of sums."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.declarations.clauses import Clause, range_of
from derive.reader.declarations.subjects import Subject
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain, start_of
from derive.reader.grammar.index_names import index_name, limits
from derive.reader.grammar.sets import read_sizes
from derive.reader.grammar.table import INDEX_LETTERS, Name
from derive.reader.source.groups import Group, Node

_BELOW = {"<": 1, r"\lt": 1, r"\le": 0, r"\leq": 0, r"\leqslant": 0}
"""Signs between the ends of a range and its index, and what a strict one leaves out."""


def declare_ranges(reader: Formula, clause: Clause) -> None:
    """Declare the index of a range `i = 1, ..., n`, and of every sum with limits."""
    span = range_of(clause.nodes)
    if span is not None and clause.words == "range":
        _declare_index(reader, span[0], span[1], clause.subjects[0])
        return
    _ranges_in_sums(reader, clause.nodes)


def _declare_index(
    reader: Formula, names: Sequence[Node], lower: Sequence[Node], upper: Sequence[Node]
) -> None:
    name = index_name(names)
    assert name is not None
    entry = reader.table.declare(Name(name), name)
    if entry.kind == "variable" and entry.sizes is not None:
        return
    entry.kind = "index"
    size = read_sizes(reader, upper, start_of(names[0]))
    entry.upper = size[0] if size else None
    entry.lower = int(plain(lower))


def _ranges_in_sums(reader: Formula, nodes: Sequence[Node]) -> None:
    """`\\sum_{k=1}^K` declares the range of k."""
    items = clean(nodes)
    for position, node in enumerate(items):
        if isinstance(node, Group):
            continue
        if node.text not in (r"\sum", r"\prod") or position + 4 >= len(items) + 0:
            continue
        cursor = Cursor(items, cleaned=True)
        cursor.pos = position + 1
        below, above = limits(reader, cursor)
        if below is None or above is None:
            continue
        span = range_of(clean(below))
        if span is not None:
            _declare_index(reader, span[0], span[1], above)


def is_counter(subject: Subject) -> bool:
    r"""Whether `i \in \{1, \dots, n\}` says the range of an index: a bare letter that usually is one."""
    return (
        not subject.indices
        and subject.name == Name(subject.name.base)
        and (subject.name.base in INDEX_LETTERS)
    )


def declare_between(reader: Formula, sides: Sequence[Sequence[Node]], signs: Sequence[str]) -> bool:
    r"""Declare the index of `1 \le i \le n`, `0 < k < K`; False when the clause is none of these."""
    if len(signs) != 2 or any(sign not in _BELOW for sign in signs):
        return False
    low, letter, high = plain(sides[0]), plain(sides[1]), plain(sides[2])
    if not low.isdecimal() or letter not in INDEX_LETTERS or high.replace(".", "").isdecimal():
        return False
    if r"\infty" in high:
        return False
    _declare_index(reader, sides[1], sides[0], sides[2])
    entry = reader.table.entries[Name(letter)]
    if entry.kind == "index" and entry.upper is not None:
        entry.lower += _BELOW[signs[0]]
        entry.upper = entry.upper + -_BELOW[signs[1]] if _BELOW[signs[1]] else entry.upper
    return True
