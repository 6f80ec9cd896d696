r"""Conditions: relations and their connectives, chains, indicators `1\{a < b\}`, `[a = b]`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Indicator, Logic, Relation
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.state import RELATIONS
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS, nesting

_AND = frozenset([",", r"\wedge", r"\land", r"\text{and}", r"\&"])
_OR = frozenset([r"\vee", r"\lor", r"\text{or}"])
TEXTS = frozenset([r"\text", r"\textrm", r"\mbox", r"\mathrm", r"\textit", r"\textnormal", r"\rm"])


def condition(reader: Formula, cursor: Cursor) -> Value:
    """Relations joined by commas, `and`, `or`; a chain a < b < c is both."""
    parts = [_chain(reader, cursor)]
    joins: list[str] = []
    while True:
        join = _join(cursor)
        if not join:
            break
        joins.append(join)
        parts.append(_chain(reader, cursor))
    if not joins:
        return parts[0]
    if len(set(joins)) > 1:
        raise reader.error("and / or without brackets has two readings", cursor.start)
    return _logic(joins[0], parts)


def _logic(op: str, parts: Sequence[Value]) -> Value:
    return Value(
        parts[0].shape,
        lambda: Logic(op, tuple(p.build() for p in parts)),
        uses_of(parts),
        start=parts[0].start,
    )


def _join(cursor: Cursor) -> str:
    if cursor.take(",", r"\wedge", r"\land", r"\&"):
        return "and"
    if cursor.take(r"\vee", r"\lor"):
        return "or"
    token, following = cursor.token, cursor.ahead()
    if token is not None and token.text in TEXTS and isinstance(following, Group):
        word = plain(following.items).strip()
        if word in ("and", "or"):
            cursor.pos += 2
            return word
    return ""


def _chain(reader: Formula, cursor: Cursor) -> Value:
    start = cursor.start
    bracketed = enclosed(cursor, "(", ")") if cursor.at("(") else None
    if bracketed is not None and holds_relation(bracketed):
        cursor.take("(")
        value = condition(reader, cursor)
        if not cursor.take(")"):
            raise reader.unexpected(cursor, "')'")
        return value
    sides = [reader.expression(cursor)]
    ops: list[str] = []
    while cursor.token is not None and cursor.token.text in RELATIONS:
        ops.append(RELATIONS[cursor.token.text])
        cursor.pos += 1
        if cursor.take("="):  # `==`
            pass
        sides.append(reader.expression(cursor))
    if not ops:
        raise reader.unexpected(cursor, "a relation")
    pairs = list(zip(ops, sides, sides[1:], strict=False))
    for _, left, right in pairs:
        a, b = reader.arithmetic.shape(left), reader.arithmetic.shape(right)
        if a and b and not reader.table.sizes.unify_shapes(a, b):
            raise reader.error(
                f"cannot compare {reader.arithmetic.said(left)} with {reader.arithmetic.said(right)}",
                start,
                ill_typed=True,
            )
    relations = [_relation(op, left, right) for op, left, right in pairs]
    return relations[0] if len(relations) == 1 else _logic("and", relations)


def _relation(op: str, left: Value, right: Value) -> Value:
    return Value(
        left.shape or right.shape,
        lambda: Relation(op, left.build(), right.build()),
        uses_of((left, right)),
        start=left.start,
    )


def holds_relation(nodes: Sequence[Node]) -> bool:
    """Whether a relation sign stands at the top level of these nodes."""
    depth = 0
    for node in nodes:
        if not isinstance(node, Token):
            continue
        depth += nesting(node.text)
        if depth == 0 and (node.text in RELATIONS or node.text == r"\in"):
            return True
    return False


def enclosed(cursor: Cursor, opener: str, closer: str) -> list[Node] | None:
    """The nodes between an opening delimiter at the cursor and its partner; None when there is no partner."""
    depth = 0
    for position in range(cursor.pos, len(cursor.items)):
        node = cursor.items[position]
        if not isinstance(node, Token):
            continue
        depth += (node.text == opener) - (node.text == closer)
        if depth == 0:
            return list(cursor.items[cursor.pos + 1 : position])
    return None


def indicator(reader: Formula, nodes: Sequence[Node], start: int) -> Value:
    """1 where the condition in `nodes` is true."""
    cursor = Cursor(nodes)
    with reader.deeper(start):
        inside = condition(reader, cursor)
    if cursor.node is not None:
        raise reader.unexpected(cursor, "the end of the condition")
    return Value(inside.shape, lambda: Indicator(inside.build()), inside.uses, start=start)


def bracket_indicator(reader: Formula, cursor: Cursor, start: int) -> Value | None:
    """`[cond]`, `(cond)`, `\\{cond\\}` or a subscript `_{cond}` after an indicator sign; None when there is no
    condition."""
    token = cursor.token
    if token is None:
        return None
    if token.text in BRACKETS:
        nodes = enclosed(cursor, token.text, BRACKETS[token.text])
        if nodes is None or not holds_relation(nodes):
            return None
        cursor.pos += len(nodes) + 2
        return indicator(reader, nodes, start)
    if token.kind is Kind.SUB:
        following = cursor.ahead()
        if following is None:
            return None
        nodes = clean(inner(following))
        stripped = (
            nodes[1:-1]
            if nodes and isinstance(nodes[0], Token) and nodes[0].text in BRACKETS
            else nodes
        )
        if not holds_relation(stripped):
            return None
        cursor.pos += 2
        return indicator(reader, stripped, start)
    return None


def one(reader: Formula, cursor: Cursor) -> Value | None:
    """`1_n`, `1\\{cond\\}`, `1[cond]`: ones of a size, or an indicator; None when 1 is a number."""
    start = cursor.start
    before = cursor.pos
    cursor.pos += 1
    found = bracket_indicator(reader, cursor, start)
    if found is not None:
        return found
    token = cursor.token
    if token is not None and token.kind is Kind.SUB:
        from derive.reader.grammar.constants import constant_array

        return constant_array(reader, cursor, "ones", start)
    cursor.pos = before
    return None
