r"""Definitions that stand after their first use: `= \beta E(w)` where \[ E(w) = ... \], `m_N` beside its covariance.

Only a name of which nothing else is known is defined ahead: one that is never a variable of a derivative, and that no
condition speaks of, because there its equation is a solution.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from derive.errors import ReadError
from derive.reader.declarations.wording import explains
from derive.reader.grammar.table import Name
from derive.reader.reading.heads import Left, left_of
from derive.reader.reading.prose import ReadingProse
from derive.reader.reading.upstream import names_in
from derive.reader.relations.chains import RawRelation
from derive.reader.source.blocks import Display, ParagraphBreak, Text
from derive.reader.source.blocks import Prose as RawProse
from derive.reader.source.groups import tree

Group = list[RawRelation]
LONGEST_LINK = 160
"""Characters between two displays of one sentence."""
_ENDS = re.compile(r"[.;!?](?=\s|$)")


class ReadingAhead(ReadingProse):
    """The part of a pass that looks for definitions behind a display."""

    def _define_ahead(self, number: int, position: int) -> None:
        """Define what a chain speaks of and a later one of the same sentence defines."""
        groups = self.chains.get(number, ())
        group = groups[position]
        used = dict.fromkeys(_names(group))
        behind = self._continued(number)
        found = [(left, g) for g in groups[position + 1 :] if (left := self._news_of(g, used))]
        found += [(left, g) for g in behind if (left := self._news_of(g, used, number))]
        for left, other in [*found, *found]:  # twice: one may be built on another
            assert left.head is not None
            if self._is_defined(left.head.name) or left.head.name in self.ahead:
                continue
            if left.head.name in self.table.joints:
                continue  # a law that is picked later is any law before
            sides = [other[0].lhs, *(r.rhs for r in other)]
            known = left_of(self._reader(other[0].chain.source), other[0].lhs.tokens)
            if known.kind in ("new", "free") and (
                at := self._introduce(known, sides, other[0].chain.source)
            ):
                self.ahead[left.head.name] = at

    def _news_of(self, group: Group, used: dict[Name, None], number: int = 0) -> Left | None:
        """The left side of a chain when it defines one of the names and nothing else is said of it; behind display
        `number` and a `where` it may be declared, and defined by its members."""
        if group[0].sign.relation not in ("=", ":=", r"\equiv", r"\triangleq"):
            return None
        left = left_of(self._reader(group[0].chain.source), group[0].lhs.tokens)
        head = left.head
        if left.kind not in ("new", "free") or head is None or (head.indices and not number):
            return None
        named = head.name.without(sup=head.inverse and head.name.sup == "-1")
        declared = left.entry is not None and not left.entry.assumed
        if (
            head.parameters is None
            and declared
            and not (number and self._appears_first(left, number))
        ):
            return None
        members = [n.without(sub=True) for n in used] if head.indices else []
        if not any(_is_meant(named, n) for n in (*used, *members)):
            return None
        solved = head.parameters is None and (named.base, named.accents) in self._varied()
        solved = solved or self.conditions.speaks_of(named, self.table)
        return None if solved else left

    def _continued(self, number: int) -> list[Group]:
        """The chains of the next display when only `where` or the like stands between."""
        blocks = self.document.blocks
        after = [
            i for i in range(number + 1, len(blocks)) if not isinstance(blocks[i], ParagraphBreak)
        ][:2]
        if len(after) < 2 or not isinstance(blocks[after[1]], Display):
            return []
        link = blocks[after[0]]
        if not isinstance(link, RawProse) or link.span.end - link.span.start > LONGEST_LINK:
            return []
        words = [piece.text for piece in link.pieces if isinstance(piece, Text)]
        if link.pieces[:1] == () or not isinstance(link.pieces[0], Text) or not explains(words[0]):
            return []
        return [] if _ENDS.search(" ".join(words)) else list(self.chains.get(after[1], ()))


def _is_meant(named: Name, used: Name) -> bool:
    r"""Whether a written name may be the defined one: a power is no part of a name, a layer `a^{(2)}` is."""
    layered = named.sup.startswith("(") or used.sup.startswith("(")
    same = (named.base, named.accents, named.sub) == (used.base, used.accents, used.sub)
    return same and (not layered or named.sup == used.sup)


def _names(group: Group) -> Iterator[Name]:
    """The names on the sides of a chain, without its first left side."""
    source = group[0].chain.source
    for side in (group[0].lhs, *(r.rhs for r in group)):
        try:
            yield from names_in(tree(list(side.tokens), source))
        except ReadError:
            continue
