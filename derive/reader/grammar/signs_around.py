r"""What stands around a sign, looked at before it is read: bars that separate, squares over squares, scripts."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.state import DIVIDED
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import nesting


def separates(cursor: Cursor) -> bool:
    """Whether a bar between arguments separates them: the bars up to the end of the list do not pair up."""
    depth = bars = 0
    for node in cursor.items[cursor.pos :]:
        if not isinstance(node, Token):
            continue
        depth += nesting(node.text)
        if depth < 0:
            break
        bars += node.text == "|" and depth == 0
    return bars % 2 == 1


def splits(left: int, right: int) -> list[tuple[int, int]]:
    """How an entrywise sign may take its operands: all of both runs first, then fewer factors."""
    tries = [(0, right)]
    tries.extend((cut, right) for cut in range(1, left))
    tries.extend((0, end) for end in range(right - 1, 0, -1))
    if left > 1 and right > 1:
        tries.append((left - 1, 1))
    return tries


def below_a_square(cursor: Cursor) -> bool:
    r"""Whether `\sigma^2` of `/ 2 \sigma^2` follows a square: a squared distance over twice a variance."""
    slash = next((k for k in range(cursor.pos - 1, 0, -1) if _text(cursor.items[k]) in DIVIDED), 0)
    above, script = cursor.items[max(slash - 2, 0) : slash + 0][:1], cursor.items[slash - 1]
    squared = bool(above) and _is_power(above[0]) and _text(script) == "2"
    below = cursor.items[cursor.pos + 1 : cursor.pos + 3]
    return squared and len(below) == 2 and _is_power(below[0]) and _text(below[1]) == "2"


def _text(node: Node) -> str:
    """The text of a token, or of a group of one token."""
    if isinstance(node, Group):
        return _text(node.items[0]) if len(node.items) == 1 and not node.name else ""
    return node.text


def _is_power(node: Node) -> bool:
    return isinstance(node, Token) and node.kind is Kind.SUP


def scripted(items: Sequence[Node]) -> bool:
    """Whether a script stands among the items."""
    return any(isinstance(n, Token) and n.kind in (Kind.SUP, Kind.SUB) for n in items)
