r"""Maxima and minima: of arguments, over an index, over a declared variable; argmin and argmax."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr.nodes import Expr, Extremum, Symbol
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.index_names import limits
from derive.reader.grammar.index_ranges import read_range
from derive.reader.grammar.members import variable
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.special import extreme
from derive.reader.grammar.sums import read_test, reduce_over
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Value, number, uses_of
from derive.reader.grammar.written import Written, base_name, written_scripts
from derive.reader.source.groups import Node
from derive.reader.source.vocabulary import BRACKETS


def positive_part(reader: Formula, value: object) -> Value:
    """`[x]_+` is max(0, x)."""
    assert isinstance(value, Value)
    with reader.at(value.start):
        return extreme("max")(reader, [number("0", value.start), value], value.start)


def extremum(kind: str) -> Callable[[Formula, Cursor], Value]:
    """The handler of \\max, \\min: of arguments, over an index, over a variable."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        below, above = limits(reader, cursor)
        return extremum_over(reader, cursor, kind, below, above, start)

    return handler


def extremum_over(
    reader: Formula,
    cursor: Cursor,
    kind: str,
    below: Sequence[Node] | None,
    above: Sequence[Node] | None,
    start: int,
) -> Value:
    """max of a list, max over an index, or min over a declared variable."""
    if below is None:
        if kind.startswith("arg"):
            raise reader.error(f"{kind} without a variable", start)
        token = cursor.token
        if token is None or token.text not in BRACKETS:
            raise reader.error(f"{kind} needs its arguments in brackets or a variable below", start)
        cursor.pos += 1
        arguments = reader.arguments(cursor, BRACKETS[token.text])
        with reader.at(start):
            return extreme(kind)(reader, arguments, start)
    variable_value = _optimised(reader, below)
    if variable_value is not None:
        return _optimum(reader, cursor, kind, variable_value, below, start)
    if kind.startswith("arg"):
        raise reader.error(f"{kind} over the index {plain(below)!r} is not supported", start)
    found = read_range(reader, below, above, start)
    return reduce_over(reader, cursor, kind, found, start)


def _optimised(reader: Formula, below: Sequence[Node]) -> Value | None:
    """The declared variable over which is minimised."""
    cursor = Cursor(below)
    start = cursor.start
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    match = reader.table.find(Name(name.base, name.font, name.accents, sub, sup))
    if match is None or match[0].kind != "variable" or (match[1].sub != sub):
        return None
    if any(b.name == Name(name.base).latex for b in reader.scope):
        return None
    return variable(reader, match[0], start)


def _optimum(
    reader: Formula, cursor: Cursor, kind: str, value: Value, below: Sequence[Node], start: int
) -> Value:
    parts = parts_of(below, (",", ":", r"\mid", "|"))
    tests: list[Value] = []
    for part in parts[1:]:
        tests.append(read_test(reader, part))
    body = reader.expression(cursor)
    reader.demand_scalar(body, kind, start)

    def build() -> Expr:
        symbol = value.build()
        assert isinstance(symbol, Symbol)
        return Extremum(kind, body.build(), symbol, tuple(t.build() for t in tests))

    shape = value.shape if kind.startswith("arg") else ()
    return Value(shape, build, uses_of([body, *tests]), start=start)


def read_arg(reader: Formula, cursor: Cursor) -> Value:
    """\\arg\\min_w, \\arg\\max."""
    start = cursor.start
    cursor.pos += 1
    token = cursor.token
    if token is None or token.text not in (r"\min", r"\max"):
        raise reader.error("\\arg without \\min or \\max", start)
    cursor.pos += 1
    below, above = limits(reader, cursor)
    return extremum_over(reader, cursor, "arg" + token.text[1:], below, above, start)


def read_under(reader: Formula, cursor: Cursor) -> Value:
    """\\underset{w}{\\arg\\min}, \\underset{i}{\\sum}."""
    start = cursor.start
    cursor.pos += 1
    below = reader.argument(cursor)
    inside = clean(reader.argument(cursor))
    sign = plain(inside).replace("\\", "").replace(" ", "")
    if sign in ("argmin", "argmax", "min", "max"):
        return extremum_over(reader, cursor, sign, below, None, start)
    if sign in ("sum", "prod"):
        return reduce_over(reader, cursor, sign, read_range(reader, below, None, start), start)
    if sign in ("E", "mathbbE", "mathbb E") and r"word:E" in reader.words:
        raise reader.error("an expectation with its law below is written \\mathbb{E}_{...}", start)
    return reader.whole(inside)


def read_arg_word(kind: str) -> Callable[[Formula, object], Value]:
    """\\operatorname{argmin}_w."""

    def handler(reader: Formula, request: object) -> Value:
        from derive.reader.grammar.names import Unknown

        assert isinstance(request, Unknown)
        found: Written = request.written
        return extremum_over(reader, request.cursor, kind, found.sub, found.sup, found.start)

    return handler
