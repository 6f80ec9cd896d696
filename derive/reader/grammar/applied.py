r"""What functions are applied to: compositions `f \circ g(x)`, entries of vectors, the shapes of parameters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.expr.nodes import Apply, Call, Dim, Expr, Function, Index, Item, Symbol
from derive.expr.walk import post_order
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.table import Declaration
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token
from derive.reader.source.vocabulary import BRACKETS, nesting

IN_BRACKETS = re.compile(r"\((.*)\)")
OF_VECTORS = {"softmax": "softmax", "logsoftmax": "log_softmax", "log_softmax": "log_softmax"}


def of_entry(reader: Formula, function: str, argument: Value) -> Value | None:
    r"""`\mathrm{softmax}(x_i)`, written for entry i of softmax(x); None of anything but an entry of a vector."""
    if reader.arithmetic.shape(argument):
        return None
    node = argument.build()
    if not isinstance(node, Item) or not isinstance(node.base, Symbol) or node.base.rank != 1:
        return None
    if not isinstance(node.indices[0], Index):
        return None
    reader.note(f"{function} of an entry is that entry of the {function} of the vector")

    def build() -> Expr:
        item = argument.build()
        assert isinstance(item, Item)
        return Item(Apply(function, (item.base,)), item.indices)

    return Value((), build, argument.uses, start=argument.start)


def composed(reader: Formula, cursor: Cursor, latex: str) -> list[Value] | None:
    r"""The argument of f in `f \circ g(x)`, which is g(x); None when no composition follows."""
    if not cursor.at(r"\circ"):
        return None
    start = cursor.start
    cursor.pos += 1
    value = reader.factor(cursor)
    if value.kind == "symbol" or not isinstance(value.build(), (Call, Apply)):
        raise reader.error(
            f"what {latex} is composed with needs its argument: write f(g(x))", start
        )
    before = cursor.items[cursor.pos - 1]
    if not isinstance(before, Token) or before.text not in BRACKETS.values():
        raise reader.error(
            f"what {latex} is composed with needs its argument: write f(g(x))", start
        )
    return [value]


def derivative_order(
    reader: Formula, latex: str, function: Function | None, sup: Sequence[Node] | None, start: int
) -> int:
    r"""The k of `f^{(k)}(a)`, the k-th derivative of a defined function of one number; 0 without such a script.

    Of any other function a script in brackets may be a layer or a step as well, so that is refused.
    """
    script = IN_BRACKETS.fullmatch(plain(sup)) if sup else None
    if script is None:
        return 0
    shapes = [p.shape for p in function.parameters] if function is not None else []
    if shapes == [()] and script[1].isdigit():
        reader.note(f"{latex}^{{({script[1]})}} is the derivative of order {script[1]}")
        return int(script[1])
    raise reader.error(
        f"{latex}^{{({script[1]})}} may be a derivative or another function; declare it by that name",
        start,
    )


def accepts(reader: Formula, function: Function | None, arguments: Sequence[Value]) -> bool:
    """Whether the arguments have the shapes of the parameters, as many as there are."""
    if function is None or len(function.parameters) != len(arguments):
        return True
    pairs = zip(function.parameters, arguments, strict=True)
    return all(len(p.shape) == len(reader.arithmetic.shape(a)) for p, a in pairs)


def refuse_size_as_index(
    reader: Formula, entry: Declaration, function: Function | None, start: int
) -> None:
    r"""Refuse `\sum_n g_n(x)` where g_n was defined with the size n: its n would not be the index of the sum."""
    label = entry.name.sub
    if not label or function is None or function.body is None:
        return
    if not any(binding.name == label for binding in reader.scope):
        return
    sizes = (n.size for n in post_order(function.body) if isinstance(n, Dim))
    if any(label in size.names for size in sizes):
        raise reader.error(
            f"in the definition of {entry.latex} {label} is a size, here it is an index; rename one",
            start,
        )


def takes(entry: Declaration, cursor: Cursor) -> bool:
    """Whether the arguments that follow are as many as a declared function takes: `\\cos(a, b)` beside `\\cos x`."""
    if entry.function is None:
        return False
    return takes_count(cursor) == len(entry.function.parameters)


def takes_count(cursor: Cursor) -> int:
    """How many arguments stand in the bracket that opens here; 0 where none opens."""
    token = cursor.token
    if token is None or token.text not in BRACKETS:
        return 0
    depth = commas = 0
    for node in cursor.items[cursor.pos :]:
        if not isinstance(node, Token):
            continue
        depth += nesting(node.text)
        if depth == 0:
            break
        commas += node.text in (",", ";", "|", r"\mid") and depth == 1
    return commas + 1
