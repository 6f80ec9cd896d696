"""How far a product over an index reaches, and which index a sum without one has."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, inner, single
from derive.reader.grammar.state import DIVIDED
from derive.reader.grammar.table import INDEX_LETTERS
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


def factors_of(reader: Formula, cursor: Cursor, own: frozenset[int]) -> Value:
    r"""The body of a product: factors behind the last one that uses the index stand outside.

    So `\prod_i p(x_i \mid \theta) p(\theta)` is the likelihood times the prior.
    """
    begin, bars = cursor.pos, list(cursor.bars)
    found: list[tuple[int, frozenset[int]]] = []
    with reader.flag(factors_of=(cursor, found)):
        value = reader.term(cursor)
    end = max((place for place, uses in found if uses & own), default=cursor.pos)
    behind = cursor.items[end] if end < cursor.pos else None
    if behind is None or (isinstance(behind, Token) and behind.text in DIVIDED):
        return value
    if cursor.pos == end + 1 and isinstance(behind, Token) and behind.kind is Kind.LETTER:
        return value  # the p of \\prod_i (1 - p)^{k_i - 1} p belongs to each factor
    reader.ambiguity("products_reach")
    if reader.options.products_reach:
        return value
    reader.note("a product over an index ends with the last factor that uses it")
    inside = Cursor(cursor.items[:end], cleaned=True)
    inside.pos, inside.bars = begin, bars
    value = reader.term(inside)
    cursor.pos = inside.pos
    return value


def index_ahead(reader: Formula, cursor: Cursor) -> tuple[Token, ...] | None:
    r"""The index over which `\sum x_i` runs: that of the first member behind the sign, unless it is bound already."""
    stack: list[Sequence[Node]] = [cursor.items[cursor.pos :]]
    while stack:
        nodes = stack.pop(0)
        for mark, node in itertools.pairwise(nodes):
            if isinstance(mark, Token) and mark.kind is Kind.SUB:
                letter = single(inner(node)) if isinstance(node, Group) else node
                if isinstance(letter, Token) and letter.text in INDEX_LETTERS:
                    bound = any(b.name == letter.text for b in (*reader.scope, *reader.outer))
                    return None if bound else (letter,)
        stack.extend(node.items for node in nodes if isinstance(node, Group))
    return None
