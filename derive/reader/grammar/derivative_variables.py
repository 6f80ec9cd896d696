r"""What a derivative is taken by: a name, its transpose, or an invertible function of one name, `\Sigma^{-1}`,
`\sigma^{-2}`, `\log \sigma`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.expr.facts import declared
from derive.expr.nodes import (
    Apply,
    Call,
    Derivative,
    Expr,
    Function,
    Item,
    Number,
    Power,
    Symbol,
    Transpose,
)
from derive.expr.sizes import ONE
from derive.expr.walk import children, free_symbols, post_order, symbols
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


def at_point(body: Expr, wrt: tuple[Expr, ...]) -> tuple[Expr, tuple[Expr, ...]]:
    r"""The derivative of a function by its parameter at a point of another name, `\nabla_w L(w_0)`, as the one by that
    point, which is named where it is an expression; others as they are."""
    variable = wrt[0]
    if not isinstance(body, Call) or not isinstance(variable, Symbol) or set(wrt) != {variable}:
        return body, wrt
    own = [p.name == variable.name for p in body.function.parameters]
    if own.count(True) != 1 or any(
        node == variable for a in body.args for node in post_order(a, into_definitions=True)
    ):
        return body, wrt
    place = own.index(True)
    point = body.args[place]
    if point.shape != variable.shape:
        return body, wrt
    if not isinstance(point, Symbol):
        point = Symbol(f"({point!r})", point.shape, definition=point)
    args = (*body.args[:place], point, *body.args[place + 1 :])
    return replace(body, args=args), (point,) * len(wrt)


def by_chain_rule(reader: Formula, body: Value, variable: Variable, start: int) -> Value | None:
    r"""The derivative of a number by a function g of one variable s, by way of s: `(df/ds) / (dg/ds)`, and
    `-S^\top (df/dS) S^\top` for `g = S^{-1}`; None where the variable is no such function."""
    shape = reader.arithmetic.shape(variable.value)
    if reader.arithmetic.shape(body) or variable.row or len(shape) == 1:
        return None
    inner = inner_variable(variable) or _by_definition(body, variable)
    if inner is None or declared(inner.facts if isinstance(inner, Symbol) else (), _HALF):
        return (
            None  # of a matrix whose lower half is the upper one the entries are no variables each
        )
    middle = Value(inner.shape, lambda: inner, start=start)
    found = body
    for _ in range(variable.count if not shape else 1):
        found = _once(reader, found, variable.value, middle, start)
    return found if not shape or variable.count == 1 else None


def given_by(symbol: Expr) -> Symbol | None:
    r"""The number s of which a number is a function by its definition, `\eta = \log\frac{s}{1-s}`; else None."""
    if not isinstance(symbol, Symbol) or symbol.shape or symbol.definition is None:
        return None
    inside = [n for n in post_order(symbol.definition) if isinstance(n, Symbol)]
    if len(inside) != 1 or inside[0] is symbol.definition or inside[0].shape:
        return None
    return inside[0] if inside[0].definition is None else None


def _by_definition(body: Value, variable: Variable) -> Symbol | None:
    r"""The number s that defines a variable where the body is written in s alone: `-\log(1 - s)`, or as a function of
    the variable, `a(\eta) = -\log(1 - s)`; None where it stays as it is when s is held."""
    node = variable.value.build()
    inner = given_by(node)
    if inner is None:
        return None
    inside = body.build()
    of_it = isinstance(inside, Call) and inside.args == (node,)
    if of_it or not reaches(inside, node, inner):
        return inner if reaches(inside, inner, node) else None
    return None


def reaches(body: Expr, wanted: Expr, without: Expr) -> bool:
    """Whether a formula depends on a symbol by another way than through the definition of `without`."""
    done: set[Expr] = set()
    stack = [body]
    while stack:
        node = stack.pop()
        if node == wanted:
            return True
        if node in done or node == without:
            continue
        done.add(node)
        stack.extend(children(node, True))
    return False


def is_tied(function: Function, argument: Expr) -> bool:
    r"""Whether the body of a function is not written in its parameter but in what defines the argument:
    `a(\eta) = \mu^2 / (2 \sigma^2)` at `\eta = \mu / \sigma^2`, of which nobody says what is held."""
    if not isinstance(argument, Symbol) or argument.definition is None or function.body is None:
        return False
    if _uses_parameters(function, function.body):
        return False
    behind = free_symbols(argument.definition)
    return any(symbol in behind for symbol in free_symbols(function.body))


def _uses_parameters(function: Function, body: Expr) -> bool:
    """Whether a body is written in a parameter, which may have a definition in the text."""
    names = {parameter.name for parameter in function.parameters}
    return any(symbol.name in names for symbol in symbols(body))


def refuse_tied(reader: Formula, function: Function, argument: Expr, start: int) -> None:
    """Refuse a derivative of such a function: it is not the zero that it seems to be."""
    if is_tied(function, argument):
        raise reader.error(f"{function.name} is not given as a function of {argument!r}", start)


def _refuse_root(
    reader: Formula, function: Function, parameter: Symbol, argument: Value, start: int
) -> None:
    r"""Refuse `I(\sigma)` where `I(\sigma^2) = n / (2 \sigma^4)` is written in sigma and not in its place."""
    free = free_symbols(function.body) if function.body is not None else ()
    roots = [symbol for symbol in free if f"{symbol.name}^2" == parameter.name]
    if not roots or parameter in free:
        return
    given, two = argument.build(), Number(Fraction(2))
    squares = (Power(roots[0], two), Apply("hadamard_power", (roots[0], two)))
    if given != parameter and given not in squares:
        raise reader.error(f"{function.name} is given at {parameter.name} only", start)


def refuse_elsewhere(
    reader: Formula, function: Function, arguments: Sequence[Value], start: int
) -> None:
    r"""Refuse `a(0)` where `a(\eta) = -\log(1 - s)` is written in the s by which `\eta` is defined."""
    if len(arguments) != 1 or function.body is None:
        return
    (parameter,) = function.parameters
    _refuse_root(reader, function, parameter, arguments[0], start)
    if parameter.shape:
        return
    if all(symbol in function.parameters for symbol in free_symbols(function.body)):
        return
    for entry in reader.table.variables():
        if entry.latex != parameter.name or entry.definition is None or entry.family:
            continue
        symbol = reader.table.symbol(entry)
        inner = given_by(symbol)
        if inner is None or not reaches(function.body, inner, parameter):
            continue
        if arguments[0].build() != symbol:
            raise reader.error(
                f"{function.name} is given by {inner.name}, which is {inner.name} at {entry.latex} only",
                start,
            )


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


__all__ = [
    "Variable",
    "by_chain_rule",
    "checked",
    "function_point",
    "given_by",
    "read_variable",
    "refuse_elsewhere",
    "refuse_tied",
]
