r"""Quantities of layers or steps, `z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}`: each label names a symbol of its own.

A definition at l says the same at l + 1 and l - 1; it is carried over to a neighbouring label that a formula mentions,
unless it would need quantities that are nowhere written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from derive.reader.groups import tree
from derive.reader.scanner import Kind, Token
from derive.reader.source import Source
from derive.reader.table import LAYERS, Name, Table
from derive.reader.upstream import names_in

_LABEL = re.compile(r"\((\\?[a-z]+)([+-]1)?\)$")


@dataclass
class Layers:
    """The definitions at a plain label, by name."""

    known: dict[Name, tuple[list[Token], Source]] = field(default_factory=dict)

    def record(self, name: Name, right: list[Token], source: Source) -> None:
        """Remember a definition at `(l)`."""
        label = _LABEL.match(name.sup)
        if label and label[1] in LAYERS and not label[2]:
            self.known[name] = (right, source)

    def plain(self, excluded: frozenset[str]) -> tuple[Name, ...]:
        """The names with a definition at a plain label whose right side has none of some tokens."""
        return tuple(
            name
            for name, (right, _) in self.known.items()
            if not any(t.text in excluded for t in right)
        )

    def needed(
        self, names: Iterable[Name], table: Table
    ) -> Iterator[tuple[Name, list[Token], Source]]:
        """The definitions at neighbouring labels that a formula with these names needs."""
        for name in dict.fromkeys(names):
            label = _LABEL.match(name.sup)
            if not label or not label[2]:
                continue
            entry = table.exact(name)
            if entry is not None and (entry.definition is not None or not entry.assumed):
                continue
            plain = Name(name.base, name.font, name.accents, name.sub, f"({label[1]})")
            if plain not in self.known:
                continue
            right, source = self.known[plain]
            moved = shifted(right, label[1], 1 if label[2] == "+1" else -1)
            if moved is None or not self._closed(moved, label[1], source):
                continue
            yield name, moved, source

    def _closed(self, right: list[Token], letter: str, source: Source) -> bool:
        """Whether what the definition is built on is defined at a plain label, or is defined nowhere."""
        for name in names_in(tree(right, source)):
            label = _LABEL.match(name.sup)
            if label and label[2] and label[1] == letter:
                plain = Name(name.base, name.font, name.accents, name.sub, f"({letter})")
                if plain in self.known and label[2] == "-1":
                    return False
        return True


def shifted(tokens: list[Token], letter: str, step: int) -> list[Token] | None:
    """The tokens with each label `(l)`, `(l-1)`, `(l+1)` moved by one; None when that leaves the neighbours of l."""
    found: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        offset, width = _label_at(tokens, position, letter)
        if width == 0:
            found.append(token)
            position += 1
            continue
        moved = offset + step
        if abs(moved) > 1:
            return None
        found.extend([token, tokens[position + 1]])
        if moved:
            sign = "+" if moved > 0 else "-"
            found.append(token._replace(kind=Kind.CHAR, text=sign))
            found.append(token._replace(kind=Kind.NUMBER, text="1"))
        found.append(tokens[position + width - 1])
        position += width
    return found


def _label_at(tokens: list[Token], position: int, letter: str) -> tuple[int, int]:
    """The offset of a label that starts here, and how many tokens it has (0 when there is none)."""
    texts = [t.text for t in tokens[position : position + 5]]
    if texts[:3] == ["(", letter, ")"]:
        return 0, 3
    if texts in (["(", letter, "+", "1", ")"], ["(", letter, "-", "1", ")"]):
        return (1 if texts[2] == "+" else -1), 5
    return 0, 0
