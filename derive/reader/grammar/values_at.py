r"""Values at a point: `f(x)|_{x = a}`, `\left. \frac{\partial f}{\partial x} \right|_{x = a}`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Derivative, Expr, Item, Symbol
from derive.expr.walk import post_order, substitute
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.scripts import AtPoint
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Node


def read_at(reader: Formula, request: object) -> Value:
    """The value with variables replaced; derivatives by them are taken first."""
    assert isinstance(request, AtPoint)
    value, cursor = request.value, request.cursor
    start = cursor.start
    cursor.pos += 2
    places = [_place(reader, part, start) for part in parts_of(reader.argument(cursor))]

    def build() -> Expr:
        return _placed(value.build(), [(v.build(), at.build(), text) for v, at, text in places])

    uses = uses_of([value, *(at for _, at, _ in places)])
    return Value(value.shape, build, uses, start=value.start)


def _place(reader: Formula, part: Sequence[Node], start: int) -> tuple[Value, Value, str]:
    """`x = a`: the variable, its value and how the value is written."""
    sides = parts_of(part, ("=",))
    if len(sides) != 2:
        raise reader.error("the point of a value is written |_{x = a}", start)
    variable, at = reader.whole(sides[0]), reader.whole(sides[1])
    if not isinstance(variable.build(), Symbol):
        raise reader.error(f"{plain(sides[0])!r} is no variable that can take a value", start)
    if at.kind in ("number", "zeros", "ones") and variable.shape:
        at = reader.arithmetic.filled(
            at.but(kind="zeros" if plain(sides[1]) == "0" else at.kind), variable.shape
        )
    if not reader.table.sizes.unify_shapes(variable.shape, at.shape):
        raise reader.error(
            f"{plain(sides[0])} is {reader.arithmetic.said(variable)}, its value "
            f"{reader.arithmetic.said(at)}",
            start,
            ill_typed=True,
        )
    return variable, at, plain(sides[1])


def _placed(node: Expr, places: Sequence[tuple[Expr, Expr, str]]) -> Expr:
    """The node with each variable replaced; one that is differentiated by becomes a symbol with the value."""
    found: dict[Expr, Expr] = {}
    for variable, value, text in places:
        slopes = (n for n in post_order(node, into_definitions=True) if isinstance(n, Derivative))
        if any(_base(v) == variable for n in slopes for v in n.wrt):
            found[variable] = Symbol(text, value.shape, definition=value)
        else:
            found[variable] = value
    return substitute(node, found, into_definitions=True)


def _base(variable: Expr) -> Expr:
    return variable.base if isinstance(variable, Item) else variable


__all__ = ["read_at"]
