r"""What a derivative is taken by: a name, its transpose, or an invertible function of one name, `\Sigma^{-1}`,
`\sigma^{-2}`, `\log \sigma`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.expr.facts import declared
from derive.expr.nodes import Apply, Derivative, Expr, Item, Symbol, Transpose
from derive.expr.sizes import ONE
from derive.expr.walk import free_symbols
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, single
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token

_HALF = "symmetric_entries"


@dataclass
class Variable:
    """A variable of a derivative; `row`: written transposed."""

    value: Value
    count: int = 1
    row: bool = False


def read_variable(reader: Formula, nodes: Sequence[Node], count: int, start: int) -> Variable:
    """The variable that is written under a derivative; a transpose in any spelling makes it a row."""
    items = list(clean(nodes))
    if len(items) >= 3 and isinstance(items[0], Token) and items[0].text == "(":
        items = items[1:-1]
    row = False
    if len(items) >= 3 and isinstance(items[-2], Token) and items[-2].kind is Kind.SUP:
        token = single(items[-1:])
        if token is not None and token.text in (r"\top", "T"):
            row, items = True, items[:-2]
    with reader.flag(in_index=False):
        value = reader.whole(items)
        if not row and (bare := _without_prime(reader, items, value)) is not None:
            row, value = True, bare
    if row and not reader.arithmetic.shape(value):
        row = False
    return Variable(value, count, row)


def _without_prime(reader: Formula, items: Sequence[Node], value: Value) -> Value | None:
    r"""The vector of `\beta'`, where the prime was read as its transpose."""
    shape = reader.arithmetic.shape(value)
    if len(shape) != 2 or shape[0] != ONE or len(items) < 2:
        return None
    if not isinstance(value.build(), Transpose):
        return None
    cut = 2 if isinstance(items[-2], Token) and items[-2].kind is Kind.SUP else 1
    return reader.whole(list(items[:-cut]))


def inner_variable(variable: Variable) -> Expr | None:
    """The symbol or entry s of a variable g(s) that has one and no other: `S^{-1}`, or a number; else None.

    None as well for a variable that is a symbol or an entry itself.
    """
    node = variable.value.build()
    if _is_variable(node):
        return None
    if isinstance(node, Apply) and node.function == "inverse" and len(node.shape) == 2:
        return node.args[0] if isinstance(node.args[0], Symbol) else None
    inside = free_symbols(node)
    if node.shape or len(inside) != 1:
        return None
    (symbol,) = inside
    return symbol if not symbol.shape and symbol.definition is None else None


def function_point(variable: Value, parameter: str, start: int) -> Value | None:
    r"""Where the bare F of `\partial F / \partial x` is taken: at x, at the s of a variable `s^{-2}`, at the root of a
    variable `\sigma^2` where the parameter of F is `\sigma`."""
    node = variable.build()
    point = node if _is_variable(node) else inner_variable(Variable(variable))
    if point is None:
        return variable
    name = point.name if isinstance(point, Symbol) else ""
    if name == f"{parameter}^2" and not point.shape:
        point = Apply("sqrt", (point,))
    found = point
    return Value(found.shape, lambda: found, variable.uses, start=start)


def by_chain_rule(reader: Formula, body: Value, variable: Variable, start: int) -> Value | None:
    r"""The derivative of a number by a function g of one variable s, by way of s: `(df/ds) / (dg/ds)`, and
    `-S^\top (df/dS) S^\top` for `g = S^{-1}`; None where the variable is no such function."""
    shape = reader.arithmetic.shape(variable.value)
    if reader.arithmetic.shape(body) or variable.row or len(shape) == 1:
        return None
    inner = inner_variable(variable)
    if inner is None or declared(inner.facts if isinstance(inner, Symbol) else (), _HALF):
        return (
            None  # of a matrix whose lower half is the upper one the entries are no variables each
        )
    middle = Value(inner.shape, lambda: inner, start=start)
    found = body
    for _ in range(variable.count if not shape else 1):
        found = _once(reader, found, variable.value, middle, start)
    return found if not shape or variable.count == 1 else None


def _once(reader: Formula, body: Value, outer: Value, inner: Value, start: int) -> Value:
    arithmetic = reader.arithmetic
    shape = arithmetic.shape(inner)
    slope = _slope(body, inner, start)
    with reader.at(start):
        if not shape:
            return arithmetic.divide(slope, _slope(outer, inner, start))
        turned = arithmetic.transpose(inner)
        return arithmetic.negative(arithmetic.multiply([turned, slope, turned]))


def _slope(body: Value, inner: Value, start: int) -> Value:
    return Value(
        inner.shape,
        lambda: Derivative(body.build(), (inner.build(),), "partial"),
        uses_of([body, inner]),
        start=start,
    )


def _is_variable(node: Expr) -> bool:
    return isinstance(node, Symbol) or (isinstance(node, Item) and isinstance(node.base, Symbol))


def checked(reader: Formula, node: Expr, start: int) -> Expr:
    """A derivative is taken by a symbol, or by an entry or member of one."""
    if _is_variable(node):
        return node
    raise reader.error(
        f"a derivative by {node!r}, which is neither a symbol nor an entry of one", start
    )


__all__ = ["Variable", "by_chain_rule", "checked", "function_point", "read_variable"]
