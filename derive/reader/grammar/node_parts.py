"""The nodes of one level, cut at signs."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.cursor import clean
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Token
from derive.reader.source.vocabulary import nesting


def parts_of(nodes: Sequence[Node], separators: tuple[str, ...] = (",",)) -> list[list[Node]]:
    """The nodes split at separators outside brackets."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in clean(nodes):
        text = text_of(node)
        depth += nesting(text)
        if text in separators and depth == 0:
            parts.append([])
        else:
            parts[-1].append(node)
    return [part for part in parts if part]


def split_at(nodes: Sequence[Node], *signs: str) -> list[list[Node]]:
    """The nodes between signs, wherever these stand; parts may be empty."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if isinstance(node, Token) and node.text in signs:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts
