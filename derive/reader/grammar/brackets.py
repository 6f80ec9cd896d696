r"""Brackets: groups, tuples, binomial arrays, Iverson brackets, `\langle x, y \rangle`, floor and ceiling."""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import ShapeError
from derive.expr.nodes import Apply
from derive.reader.grammar.conditions import enclosed, holds_relation
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.matrices import block_matrix, rows_of
from derive.reader.grammar.roots import binomial
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Group
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS


def read_bracket(reader: Formula, cursor: Cursor) -> Value:
    """( ), [ ], \\{ \\}: a group, or a tuple of entries; [[cond]] and [cond] are indicators."""
    token = cursor.token
    assert token is not None
    closer = BRACKETS[token.text]
    if token.text == "[":
        value = _iverson(reader, cursor, token.start)
        if value is not None:
            return value
    choose = _binomial_array(reader, cursor) if token.text == "(" else None
    if choose is not None:
        return choose
    cursor.pos += 1
    cursor.bars.append("(")
    with reader.deeper(token.start):
        parts = [reader.expression(cursor)]
        while token.text != r"\{" and cursor.take(","):
            parts.append(reader.expression(cursor))
        rows = [parts]
        while token.text == "[" and cursor.take(";"):
            rows.append([reader.expression(cursor)])
    if not cursor.take(closer):
        raise reader.unexpected(cursor, f"{closer!r}")
    cursor.bars.pop()
    if len(rows) > 1:
        return block_matrix(reader, rows, token.start)
    if len(parts) > 1:
        return _tuple(reader, cursor, parts, token.start)
    value = parts[0]
    return value.but(kind="bracket", parts=()) if value.kind in ("product", "hadamard") else value


def _binomial_array(reader: Formula, cursor: Cursor) -> Value | None:
    """`\\left(\\begin{array}{c} n \\\\ i \\end{array}\\right)` of two integers is a binomial coefficient."""
    group, closing = cursor.ahead(), cursor.ahead(2)
    if not isinstance(group, Group) or group.name not in ("array", "matrix", "smallmatrix"):
        return None
    if not (isinstance(closing, Token) and closing.text == ")"):
        return None
    skip = 1 if group.name == "array" and group.items and isinstance(group.items[0], Group) else 0
    rows = rows_of(group.items[skip:])
    if len(rows) != 2 or any(len(row) != 1 for row in rows):
        return None
    start = cursor.start
    n, k = (reader.whole(row[0]) for row in rows)
    if n.shape or k.shape or not any(v.kind in ("index", "size") for v in (n, k)):
        return None
    cursor.pos += 3
    reader.note("a column of two integers in round brackets is a binomial coefficient")
    return binomial(n, k, start)


def _iverson(reader: Formula, cursor: Cursor, start: int) -> Value | None:
    nodes = enclosed(cursor, "[", "]")
    if nodes is None:
        return None
    doubled = nodes and isinstance(nodes[0], Token) and nodes[0].text == "["
    content = nodes[1:-1] if doubled else nodes
    if not holds_relation(content):
        return None
    from derive.reader.grammar.conditions import indicator

    reader.note("[condition] is 1 where the condition holds")
    cursor.pos += len(nodes) + 2
    return indicator(reader, content, start)


def _tuple(reader: Formula, cursor: Cursor, parts: list[Value], start: int) -> Value:
    """(a, b)^T is a column; (a, b) alone is read as a column too."""
    token, following = cursor.token, cursor.ahead()
    if token is not None and token.kind is Kind.SUP and following is not None:
        sign = clean(inner(following))
        if len(sign) == 1 and isinstance(sign[0], Token) and sign[0].text in (r"\top", "T"):
            cursor.pos += 2
            return block_matrix(reader, [[p] for p in parts], start)
    if any(reader.arithmetic.shape(p) for p in parts):
        return block_matrix(reader, [parts], start)
    reader.note("a list of numbers in brackets is a column vector")
    return block_matrix(reader, [[p] for p in parts], start)


def read_angle(reader: Formula, cursor: Cursor) -> Value:
    """\\langle a, b \\rangle, with index F too."""
    start = cursor.start
    cursor.pos += 1
    parts = reader.arguments(cursor, r"\rangle")
    if len(parts) != 2:
        raise reader.error(f"an inner product has 2 arguments, got {len(parts)}", start)
    if cursor.token is not None and cursor.token.kind is Kind.SUB:
        cursor.pos += 1
        text = plain(reader.argument(cursor))
        if text not in ("F", "fro", "2", "Fro"):
            raise reader.error(f"an inner product with index {text} is not supported", start)
    with reader.at(start):
        return inner_product(reader, parts[0], parts[1], start)


def inner_product(reader: Formula, a: Value, b: Value, start: int) -> Value:
    """The sum of the products of the entries."""
    if not reader.table.sizes.unify_shapes(a.shape, b.shape):
        raise ShapeError(
            f"an inner product needs equal shapes, got {reader.arithmetic.said(a)} and {reader.arithmetic.said(b)}"
        )
    return Value((), lambda: Apply("inner", (a.build(), b.build())), uses_of((a, b)), start=start)


def rounded(function: str, closer: str) -> Callable[[Formula, Cursor], Value]:
    """\\lfloor x \\rfloor."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        value = reader.bracketed(cursor, closer, "(")
        if function == "ceil":
            floor = reader.apply("floor", reader.arithmetic.negative(value), start)
            return reader.arithmetic.negative(floor)
        return reader.apply(function, value, start)

    return handler
