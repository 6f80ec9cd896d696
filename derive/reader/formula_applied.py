r"""What functions are applied to: compositions `f \circ g(x)`, entries of vectors, the shapes of parameters."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Apply, Call, Expr, Function, Index, Item, Symbol
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor
from derive.reader.formula_values import Value
from derive.reader.scanner import Token

OPENERS = {"(": ")", "[": "]", r"\{": r"\}"}
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
    if not isinstance(before, Token) or before.text not in OPENERS.values():
        raise reader.error(
            f"what {latex} is composed with needs its argument: write f(g(x))", start
        )
    return [value]


def accepts(reader: Formula, function: Function | None, arguments: Sequence[Value]) -> bool:
    """Whether the arguments have the shapes of the parameters, as many as there are."""
    if function is None or len(function.parameters) != len(arguments):
        return True
    pairs = zip(function.parameters, arguments, strict=True)
    return all(len(p.shape) == len(reader.arithmetic.shape(a)) for p, a in pairs)
