"""How far a product over an index reaches."""

from __future__ import annotations

from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor
from derive.reader.formula_state import DIVIDED
from derive.reader.formula_values import Value
from derive.reader.scanner import Kind, Token


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
