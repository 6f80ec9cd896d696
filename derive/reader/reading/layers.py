r"""Quantities of layers or steps, `z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}`: each label names a symbol of its own.

A definition at l says the same at l + 1, l - 1 and at the last layer L; it is carried over to the label that a formula
mentions, unless it would need quantities that are nowhere written. Steps may be written below: `x_{k+1}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.reader.declarations.definition_heads import Head
from derive.reader.grammar.name_kinds import LAYERS, step_of
from derive.reader.grammar.table import Name, Table
from derive.reader.reading.upstream import names_in
from derive.reader.source.groups import tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token

_ABOVE = re.compile(r"\((\\?[a-zA-Z]+|[a-z]_\\?[a-zA-Z]+)([+-]\d)?\)$")
_BELOW = re.compile(r"(\\?[a-z]+)([+-]\d)?$")


FURTHEST = 3
"""Steps over which a recursion is followed."""


@dataclass(frozen=True)
class Label:
    """A layer or step: its letter, the offset, and whether it stands above."""

    letter: str
    offset: int
    above: bool

    def on(self, name: Name) -> Name:
        """The name with this label; its index stays."""
        text = self.letter + (f"{self.offset:+d}" if self.offset else "")
        return replace(name, sup=f"({text})") if self.above else replace(name, sub=text)


def label_of(name: Name, table: Table) -> Label | None:
    """The label of a name, above or below."""
    found = _ABOVE.match(name.sup)
    if found is not None:
        return Label(found[1], int(found[2] or 0), True)
    below = _BELOW.match(name.sub)
    if below is not None and not name.sup and step_of(table, name):
        return Label(below[1], int(below[2] or 0), False)
    return None


@dataclass
class Layers:
    """The definitions at a plain label, by name without index; `recursions` are built on their own neighbours."""

    table: Table
    known: dict[Name, tuple[Head, list[Token], Source]] = field(default_factory=dict)
    recursions: dict[Name, tuple[Head, list[Token], Source]] = field(default_factory=dict)

    def record(self, head: Head, right: list[Token], source: Source) -> None:
        """Remember a definition at `(l)`, or at `(l+1)` of something that is not built on its own neighbour."""
        label = label_of(head.name, self.table)
        letters = LAYERS | self.table.labels.above | self.table.labels.below
        if label is None or label.letter not in letters:
            return
        home = Label(label.letter, 0, label.above).on(head.name)
        names = [n for n in names_in(tree(right, source)) if label_of(n, self.table)]
        before = Label(label.letter, label.offset - 1, label.above)
        if before.on(head.name) in names and not head.indices:
            self.recursions.setdefault(home, (head, right, source))
        if not label.above and any(_homes(n, self.table) == home for n in names):
            return
        known = self.known.get(home)
        if known is not None and (_derives(known[1]) or not _derives(right)):
            own = label_of(known[0].name, self.table)
            nearer = own is not None and own.offset and not label.offset
            if not nearer:
                return  # what an error signal is comes before how it is passed on
        if label.offset and known is not None:
            return
        self.known[home] = (head, right, source)

    def plain(self, excluded: frozenset[str]) -> tuple[Name, ...]:
        """The names with a definition at some label whose right side has none of some tokens."""
        return tuple(
            head.name
            for head, right, _ in self.known.values()
            if not any(t.text in excluded for t in right)
        )

    def needed(self, names: Iterable[Name]) -> Iterator[tuple[Head, list[Token], Source]]:
        """The definitions at other labels that a formula with these names needs."""
        names = tuple(names)
        yield from self._between(names)
        seen: dict[Name, None] = {}
        for written in dict.fromkeys(names):
            for name in (written, replace(written, sub="")) if written.sup else (written,):
                if name in seen:
                    continue
                seen[name] = None
                found = self._needed(name)
                if found is not None:
                    yield found

    def _between(self, names: Sequence[Name]) -> Iterator[tuple[Head, list[Token], Source]]:
        """The steps between what a recursion defines and an earlier step that a formula speaks of."""
        for home, (head, right, source) in self.recursions.items():
            top = label_of(head.name, self.table)
            labels = [label_of(n, self.table) for n in names if _homes(n, self.table) == home]
            low = min((label.offset for label in labels if label is not None), default=9)
            if top is None:
                continue
            for offset in range(low + 1, top.offset):
                name = Label(top.letter, offset, top.above).on(home)
                entry = self.table.entries.get(name)
                free = entry is None or (entry.definition is None and entry.assumed)
                moved = shifted(right, top.letter, top.letter, offset - top.offset, FURTHEST)
                if free and moved is not None:
                    yield replace(head, name=name, latex=""), moved, source

    def _needed(self, name: Name) -> tuple[Head, list[Token], Source] | None:
        label = label_of(name, self.table)
        if label is None:
            return None
        entry = self.table.entries.get(name) or self.table.families.get(name)
        if entry is not None and (
            entry.definition is not None or not entry.assumed or entry.kind == "template"
        ):
            return None
        for letter in self._letters(label):
            home = Label(letter, 0, label.above).on(name)
            if home not in self.known or (home in self.recursions and letter == label.letter):
                continue
            head, right, source = self.known[home]
            given = label_of(head.name, self.table)
            if given is None or given == label:
                continue
            moved = shifted(right, letter, label.letter, label.offset - given.offset)
            if moved is None or not self._closed(moved, label):
                return None
            return replace(head, name=name, latex=""), moved, source
        return None

    def _letters(self, label: Label) -> tuple[str, ...]:
        """The letters at which a definition may stand that holds at a label: its own, and l for the last layer."""
        if label.letter[0].isupper() or "_" in label.letter:
            found = dict.fromkeys(home.sup[1:-1] for home in self.known if home.sup)
            return tuple(letter for letter in found if letter != label.letter)
        return (label.letter,)

    def _closed(self, right: list[Token], at: Label) -> bool:
        """Whether what the definition is built on is defined at a plain label, or is defined nowhere."""
        if not at.above or at.offset != -1:
            return True
        for name in names_in(tree(right, next(iter(self.known.values()))[2])):
            label = label_of(name, self.table)
            if label is not None and label.letter == at.letter and label.offset == -1:
                bare = replace(name, sub="", sup=f"({label.letter})")
                if bare in self.known:
                    return False
        return True


def _homes(name: Name, table: Table) -> Name | None:
    """The name at the plain label."""
    label = label_of(name, table)
    return replace(label, offset=0).on(name) if label is not None else None


def _derives(tokens: list[Token]) -> bool:
    return any(t.text in (r"\partial", r"\nabla") for t in tokens)


def shifted(
    tokens: list[Token], letter: str, to: str, step: int, most: int = 1
) -> list[Token] | None:
    """The tokens with each label moved from `letter` to `to` and by a step; None when that leaves the neighbours."""
    found: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.text != letter:
            found.append(token)
            position += 1
            continue
        offset, width = _offset(tokens, position)
        moved = offset + step
        if abs(moved) > most:
            return None
        before = tokens[position - 1] if position else token
        script = before.kind in (Kind.SUP, Kind.SUB)
        closed = before.text in ("(", "{") or before.kind is Kind.OPEN or not moved
        new = [token._replace(text=part) for part in re.findall(r"\\[a-z]+|.", to)]
        if moved:
            new.append(token._replace(kind=Kind.CHAR, text="+" if moved > 0 else "-"))
            new.append(token._replace(kind=Kind.NUMBER, text=str(abs(moved))))
        if script and len(new) > 1:
            new = [token._replace(kind=Kind.OPEN, text="{"), *new]
            new.append(token._replace(kind=Kind.CLOSE, text="}"))
        elif not closed:
            new = [token._replace(kind=Kind.CHAR, text="("), *new]
            new.append(token._replace(kind=Kind.CHAR, text=")"))
        found += new
        position += width
    return found


def _offset(tokens: list[Token], position: int) -> tuple[int, int]:
    """The offset of the label that starts here, and how many tokens it has."""
    texts = [t.text for t in tokens[position + 1 : position + 3]]
    if len(texts) == 2 and texts[0] in ("+", "-") and texts[1] in ("1", "2", "3"):
        return int(texts[0] + texts[1]), 3
    return 0, 1
