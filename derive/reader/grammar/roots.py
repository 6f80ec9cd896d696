r"""Roots, binomials, infinity, and relations with something over them."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.nodes import Apply, Expr, Number, Power, Product, Quotient
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.values import Value, constant, uses_of
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token


def read_root(reader: Formula, cursor: Cursor) -> Value:
    """\\sqrt{x}, \\sqrt[n]{x}; of a vector entry by entry."""
    start = cursor.start
    cursor.pos += 1
    order: Value | None = None
    if cursor.take("["):
        nodes: list[Node] = []
        while cursor.node is not None and not cursor.at("]"):
            nodes.append(cursor.node)
            cursor.pos += 1
        cursor.pos += 1
        order = reader.whole(nodes)
    with reader.deeper(start):
        value = reader.whole(reader.argument(cursor))
    own = reader.arithmetic.shape(value)
    if order is None:
        if len(own) == 2 and str(own[0]) != "1" and own[0] == own[1]:
            raise reader.error(
                "the square root of a matrix may be of the matrix or of its entries", start
            )
        if own:
            reader.note("the square root of an array is taken entry by entry")
        return Value(value.shape, lambda: Apply("sqrt", (value.build(),)), value.uses, start=start)
    reader.demand_scalar(value, "a root", start)
    reader.demand_scalar(order, "the order of a root", start)
    power = order

    def build() -> Expr:
        return Power(value.build(), Quotient(Number(Fraction(1)), power.build()))

    return Value((), build, uses_of((value, power)), start=start)


def read_binomial(reader: Formula, cursor: Cursor) -> Value:
    """\\binom{n}{k} = n! / (k! (n - k)!)."""
    start = cursor.start
    cursor.pos += 1
    with reader.deeper(start):
        n, k = reader.whole(reader.argument(cursor)), reader.whole(reader.argument(cursor))
    for value in (n, k):
        reader.demand_scalar(value, "a binomial coefficient", start)
    return binomial(n, k, start)


def binomial(n: Value, k: Value, start: int) -> Value:
    """n over k by factorials."""

    def build() -> Expr:
        top, below = n.build(), k.build()
        rest = Apply("factorial", (top - below,))
        return Quotient(Apply("factorial", (top,)), Product((Apply("factorial", (below,)), rest)))

    return Value((), build, uses_of((n, k)), start=start)


def read_constant(reader: Formula, cursor: Cursor) -> Value:
    """\\infty."""
    start = cursor.start
    cursor.pos += 1
    return constant("infty", start)


def read_overset(reader: Formula, cursor: Cursor) -> Value:
    """\\overset{..}{x}: what stands below counts, if it is an expression."""
    start = cursor.start
    cursor.pos += 1
    reader.argument(cursor)
    below = clean(reader.argument(cursor))
    if len(below) == 1 and isinstance(below[0], Token) and not below[0].text[-1:].isalnum():
        raise reader.error("a sign with something over it stands where an expression is due", start)
    return reader.whole(below)
