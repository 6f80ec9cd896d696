"""The order in which the equations of a paragraph take effect: what one is built on comes before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.reader.declarations.definition_heads import head_of
from derive.reader.declarations.prose_said import Stated
from derive.reader.grammar.core import Formula
from derive.reader.grammar.table import Name
from derive.reader.reading.upstream import names_in
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

MOST = 100
"""Equations of one paragraph up to which they are ordered."""


def by_use(reader: Callable[[Source], Formula], statements: Sequence[Stated]) -> list[Stated]:
    """The statements, each behind those that define what it speaks of: `l = q(p)` with `p = r(z)`."""
    if not 1 < len(statements) <= MOST:
        return list(statements)
    heads: dict[int, Name] = {}
    uses: dict[int, frozenset[Name]] = {}
    for stated in statements:
        nodes = stated.clause.nodes
        cut = next((i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text == "="), 0)
        head = head_of(reader(stated.mention.source), nodes[:cut]) if cut else None
        if head is not None and stated.defines:
            heads[id(stated)] = head.name
            names = [n for n in names_in(nodes[cut + 1 :]) if n != head.name]
            uses[id(stated)] = frozenset(f for n in names for f in (n, n.without(sub=True)))
    waiting, found = list(statements), []
    while waiting:
        left = frozenset(heads[id(s)] for s in waiting if id(s) in heads)
        chosen = next((s for s in waiting if not _waits(s, left, heads, uses)), waiting[0])
        waiting = [s for s in waiting if s is not chosen]
        found.append(chosen)
    return found


def _waits(
    stated: Stated, left: frozenset[Name], heads: dict[int, Name], uses: dict[int, frozenset[Name]]
) -> bool:
    """Whether something that a statement speaks of is defined by one that is left."""
    own = heads.get(id(stated))
    return any(name in left and name != own for name in uses.get(id(stated), frozenset()))
