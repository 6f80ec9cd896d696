r"""Calls of declared names and of functions by their letter: `f(x)`, `f_\theta(x)`, `\lambda_{\max}(A)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.expr.nodes import Apply, Function, Item, Symbol
from derive.expr.walk import post_order
from derive.reader.grammar.applied import (
    accepts,
    composed,
    derivative_order,
    refuse_size_as_index,
    takes_count,
)
from derive.reader.grammar.bare import bare_argument
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.derivative_variables import (
    Variable,
    by_chain_rule,
    given_by,
    refuse_elsewhere,
    refuse_tied,
)
from derive.reader.grammar.finite_laws import tabulated
from derive.reader.grammar.indices import select, split_indices
from derive.reader.grammar.lists import collapsed
from derive.reader.grammar.names import Applied, Unknown, function_call
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.special import (
    BY_NAME,
    ELEMENTWISE,
    call_word,
    derivative_call,
    elementwise,
    shaped_entry,
)
from derive.reader.grammar.state import DOTS
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token
from derive.reader.source.vocabulary import BRACKETS


def read_call(reader: Formula, request: object) -> Value:
    """A declared function with what follows it: its arguments, primes, powers; bare, it is its value at its
    parameters."""
    assert isinstance(request, Applied)
    entry, cursor, start = request.entry, request.cursor, request.start
    index = request.sub
    if entry.word == "eigenvalues":
        return eigenvalue(reader, cursor, index, request.sup, start)
    if entry.name in reader.table.tables and not request.primes and index is None:
        entry_of = tabulated(reader, entry.name, request.sup or None, cursor, start)
        if entry_of is not None:
            return entry_of
    if request.sup and plain(request.sup) == "-1" and cursor.at(*BRACKETS):
        raise reader.error(
            f"{entry.latex}^{{-1}} may be the inverse function or 1/{entry.latex}; write one of them out",
            start,
        )
    barred = _has_bar(cursor)
    with reader.flag(in_index=reader.in_index or _counts(entry.function)):
        arguments = composed(reader, cursor, entry.latex) or _call_arguments(reader, cursor)
    if entry.kind == "word":
        value = _word_call(reader, request, arguments)
    else:
        function = entry.others.get(len(arguments or ()), entry.function)
        if barred and function is not None:
            _refuse_exchanged(reader, function, arguments or (), start)
        refuse_size_as_index(reader, entry, function, start)
        if entry.reread is not None and arguments and not accepts(reader, function, arguments):
            shapes = [reader.arithmetic.shape(a) for a in arguments]
            function = entry.reread(reader, shapes) or function
        if function is None and entry.assumed and arguments:
            function = entry.function = _any_function(reader, entry.latex, arguments)
        order = derivative_order(reader, entry.latex, function, request.sup, start)
        primes = request.primes + order
        value = _declared_call(reader, entry.latex, function, arguments, primes, start)
        if order:
            return reader.entries(value, index, start) if index is not None else value
    if index is not None:
        value = reader.entries(value, index, start)
    return reader.raised(value, request.sup, start) if request.sup else value


def _has_bar(cursor: Cursor) -> bool:
    """Whether the bracket that comes next has a bar in it: the arguments of a conditional law."""
    token = cursor.token
    nodes = enclosed(cursor, "(", ")") if token is not None and token.text == "(" else None
    bars = ("|", r"\mid", r"\vert")
    return any(isinstance(n, Token) and n.text in bars for n in nodes or ())


def _refuse_exchanged(
    reader: Formula, function: Function, arguments: Sequence[Value], start: int
) -> None:
    r"""`f(r \mid x)` beside a given `f(x \mid r)` is another law of the same letter."""
    given = [a.build().name if a.kind == "symbol" else "" for a in arguments]  # type: ignore[attr-defined]
    own = [p.name for p in function.parameters]
    if given != own and sorted(given) == sorted(own):
        shown = ", ".join(own)
        raise reader.error(
            f"{function.name} is given as a law with the arguments {shown} in this order; "
            "with others it is another law, which needs a definition of its own",
            start,
        )


def _word_call(reader: Formula, request: Applied, arguments: list[Value] | None) -> Value:
    """A name that is declared as a function of the table, at its arguments or at what stands bare behind it."""
    entry, start = request.entry, request.start
    derivative_order(reader, entry.latex, None, request.sup, start)
    if arguments is None:
        arguments = [bare_argument(reader, request.cursor, entry.word)]
    with reader.at(start):
        if request.primes:
            return derivative_call(entry.word, entry.latex, arguments, request.primes, start)
        if entry.word in (*ELEMENTWISE.values(), *BY_NAME.values(), "normal_pdf", "normal_cdf"):
            return elementwise(reader, entry.word, arguments, start)
        return call_word(reader, entry.word, arguments, start)


def _any_function(reader: Formula, latex: str, arguments: Sequence[Value]) -> Function:
    """Any smooth function with a number as its value, of arguments like these."""
    shapes = [reader.arithmetic.shape(a) for a in arguments]
    parameters = tuple(Symbol(f"t_{i + 1}", shape) for i, shape in enumerate(shapes))
    return Function(latex, parameters, None, (), len(shapes) == 1 and not shapes[0])


def _counts(function: Function | None) -> bool:
    r"""Whether the one parameter of a function is an index in it: `\pi(a) = e^{h_a} / Z`."""
    if function is None or function.body is None or len(function.parameters) != 1:
        return False
    own = function.parameters[0]
    return any(isinstance(n, Item) and own in n.indices for n in post_order(function.body))


def _call_arguments(reader: Formula, cursor: Cursor) -> list[Value] | None:
    token = cursor.token
    if token is None or token.text not in BRACKETS:
        return None
    nodes = enclosed(cursor, token.text, BRACKETS[token.text])
    if nodes and any(isinstance(n, Token) and n.text in DOTS for n in nodes):
        parts = collapsed(parts_of(nodes, (",", ";", "|", r"\mid")))
        cursor.pos += len(nodes) + 2
        return [reader.whole(part) for part in parts]
    cursor.pos += 1
    return reader.arguments(cursor, BRACKETS[token.text])


def _declared_call(
    reader: Formula,
    latex: str,
    function: Function | None,
    arguments: list[Value] | None,
    primes: int,
    start: int,
) -> Value:
    if function is None:
        raise reader.error(f"{latex} is a function without a definition", start)
    if arguments is None:
        arguments = [_held(reader, p, start) for p in function.parameters]
    if len(arguments) != len(function.parameters):
        raise reader.error(
            f"{latex} takes {len(function.parameters)} arguments, got {len(arguments)}",
            start,
            ill_typed=True,
        )
    if not (function.elementwise and len(arguments) == 1):
        for parameter, given in zip(function.parameters, arguments, strict=True):
            if not reader.table.sizes.unify_shapes(given.shape, parameter.shape):
                raise reader.error(
                    f"{latex} takes {parameter.name} of shape {reader.arithmetic.text(parameter.shape)}, "
                    f"got {reader.arithmetic.said(given)}",
                    start,
                    ill_typed=True,
                )
    refuse_elsewhere(reader, function, arguments, start)
    slope = _slope_by_definition(reader, function, arguments, start, primes) if primes else None
    return slope or function_call(function, arguments, primes, start)


def _slope_by_definition(
    reader: Formula, function: Function, arguments: Sequence[Value], start: int, primes: int
) -> Value | None:
    r"""`a'(\eta)` where a is written in the number by which `\eta` is defined; None where it is written in `\eta`."""
    if len(arguments) != 1 or arguments[0].kind != "symbol":
        return None
    point = arguments[0].build()
    if given_by(point) is not None:
        value = function_call(function, arguments, 0, start)
        return by_chain_rule(reader, value, Variable(arguments[0], primes), start)
    refuse_tied(reader, function, point, start)
    return None


def _held(reader: Formula, parameter: Symbol, start: int) -> Value:
    """What a bare function stands at: the quantity that has the parameter's name, else the parameter."""
    for entry in reader.table.variables():
        if entry.latex != parameter.name or entry is reader.table.families.get(entry.name):
            continue
        symbol = reader.table.symbol(entry)
        if symbol.shape == parameter.shape:
            parameter = symbol
        break
    return Value(parameter.shape, lambda: parameter, start=start, kind="symbol")


def read_named_function(reader: Formula, request: object) -> Value | None:
    """An undeclared letter that is a function by convention when it is called: sigma, Gamma, Phi, lambda_i(A)."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    base = found.name.base
    if found.sup is not None and plain(found.sup) == "-1" and cursor.at("("):
        if reader.table.exact(replace(found.name, sup="2")) is not None:
            return None  # 1/\sigma where \sigma^2 is declared
        raise reader.error(
            f"{base}^{{-1}} may be the inverse function or 1/{base}; write one of them out",
            found.start,
        )
    if base == r"\lambda":
        if cursor.at("(") and found.sub is not None:
            reader.note(r"$\lambda_i(A)$ is the $i$-th largest eigenvalue of $A$")
            return eigenvalue(reader, cursor, found.sub, found.sup or (), found.start)
        return None
    if not cursor.at("(", "[") or found.sub is not None:
        return None
    if found.sup is not None and plain(found.sup).startswith("-"):
        return None  # `\sigma^{-2} (x - \mu)` is a factor: nobody writes a reciprocal so
    function = "sigmoid" if base == r"\sigma" else BY_NAME.get(base, "")
    if base in ("B", r"\mathrm{B}") and takes_count(cursor) == 2 and found.sup is None:
        reader.note("B(a, b) is read as the beta function")
        with reader.at(found.start):
            return call_word(reader, "beta", _call_arguments(reader, cursor) or [], found.start)
    if not function:
        return None
    said = {
        "sigmoid": "the logistic sigmoid",
        "normal_cdf": "the standard normal distribution function",
    }
    if function in said:
        reader.note(f"{base} is read as {said[function]}")
    derivative_order(reader, base, None, found.sup, found.start)
    arguments = _call_arguments(reader, cursor) or []
    with reader.at(found.start):
        if found.primes:
            value = derivative_call(function, base, arguments, found.primes, found.start)
        else:
            value = elementwise(reader, function, arguments, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def eigenvalue(
    reader: Formula,
    cursor: Cursor,
    index: Sequence[Node] | None,
    sup: Sequence[Node],
    start: int,
) -> Value:
    """\\lambda_i(A), \\lambda_{\\max}(A), \\lambda_{\\min}(A): of a symmetric matrix, largest first."""
    arguments = _call_arguments(reader, cursor)
    if arguments is None or len(arguments) != 1:
        raise reader.error("eigenvalues need their matrix, as in \\lambda_i(A)", start)
    matrix = arguments[0]
    own = reader.arithmetic.shape(matrix)
    if len(own) != 2 or not reader.table.sizes.unify(own[0], own[1]):
        raise reader.error(
            f"eigenvalues need a square matrix, got {reader.arithmetic.said(matrix)}",
            start,
            ill_typed=True,
        )
    all_values = Value(
        own[:1], lambda: Apply("eigenvalues", (matrix.build(),)), matrix.uses, start=start
    )
    text = plain(index) if index is not None else ""
    if text in (r"\max", "max"):
        value = shaped_entry("max_entry", all_values, start)
    elif text in (r"\min", "min"):
        value = shaped_entry("min_entry", all_values, start)
    elif index is None:
        value = all_values
    else:
        value = select(reader, all_values, split_indices(reader, index, (1,), start), start)
    return reader.raised(value, sup, start) if sup else value
