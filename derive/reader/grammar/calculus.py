r"""Derivatives as quotients, `\frac{\partial f}{\partial x}`, `df/dx`, and differentials, with what they apply to."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Call, Derivative, Differential, Expr, Symbol, Transpose
from derive.expr.sizes import ONE
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, inner, plain, single
from derive.reader.grammar.derivative_signs import denominators, skip_name, slash_follows, takes_d
from derive.reader.grammar.derivative_variables import (
    Variable,
    at_point,
    by_chain_rule,
    checked,
    function_point,
    read_variable,
    refuse_tied,
)
from derive.reader.grammar.functions import read_arguments
from derive.reader.grammar.names import Unknown, function_call
from derive.reader.grammar.upstream_order import refuse_independent, refuse_second
from derive.reader.grammar.values import Value, uses_of
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token


def read_fraction(reader: Formula, cursor: Cursor) -> Value:
    """\\frac{a}{b}: a derivative if both parts start with a differential sign, else a quotient."""
    start = cursor.start
    cursor.pos += 1
    top, bottom = reader.argument(cursor), reader.argument(cursor)
    variables = denominators(reader, bottom, top)
    if variables is not None:
        return _derivative_fraction(reader, cursor, top, variables, start)
    with reader.deeper(start):
        above, below = reader.whole(top), reader.whole(bottom)
    with reader.at(start):
        return reader.arithmetic.divide(above, below)


def _derivative_fraction(
    reader: Formula,
    cursor: Cursor,
    top: Sequence[Node],
    bottom: Sequence[tuple[Sequence[Node], int]],
    start: int,
) -> Value:
    head = Cursor(top)
    takes_d(reader, head)
    order = 1
    if head.token is not None and head.token.kind is Kind.SUP:
        following = head.ahead()
        text = plain(inner(following)) if following is not None else ""
        if not text.isdecimal():
            raise reader.error(f"a derivative of order {text!r} is not supported", start)
        order = int(text)
        head.pos += 2
    total = sum(count for _, count in bottom)
    if total != order:
        raise reader.error(f"a derivative of order {order} by {total} variables", start)
    if order > 6:
        raise reader.error(f"a derivative of order {order} is not supported", start)
    if head.node is None:
        body = operand(reader, cursor, start)
        transposed = False
    else:
        transposed, rest = _without_transpose(reader, head)
        with reader.deeper(start):
            body = reader.expression(rest)
        if rest.node is not None:
            raise reader.unexpected(rest, "an operator")
    variables = [read_variable(reader, nodes, count, start) for nodes, count in bottom]
    if head.node is not None and len(bottom) == 1:
        body = _function_at(reader, head, variables[0].value, start) or body
    if head.node is not None and cursor.at("(") and _names_function(reader, head):
        _same_point(reader, cursor, bottom, start)
    return derivative(reader, body, variables, start, "partial", transposed)


def _names_function(reader: Formula, head: Cursor) -> bool:
    """Whether a numerator is the bare name of a function."""
    trial = Cursor(head.items[head.pos :], cleaned=True)
    name = base_name(trial)
    if name is None or trial.node is not None:
        return False
    match = reader.table.find(name)
    return match is None or match[0].kind in ("function", "word") or match[0].assumed


def _function_at(reader: Formula, head: Cursor, variable: Value, start: int) -> Value | None:
    r"""F(x) for the bare F of `\frac{\partial F}{\partial x}`, where the parameter of F is no quantity of the text."""
    trial = Cursor(head.items[head.pos :], cleaned=True)
    name = base_name(trial)
    match = reader.table.find(name) if name is not None and trial.node is None else None
    function = match[0].function if match is not None and match[0].kind == "function" else None
    if function is None or len(function.parameters) != 1:
        return None
    (parameter,) = function.parameters
    if any(entry.latex == parameter.name for entry in reader.table.variables()):
        return None
    if not reader.table.sizes.unify_shapes(variable.shape, parameter.shape):
        return None
    point = function_point(variable, parameter.name, start)
    return function_call(function, [point], 0, start) if point is not None else None


def _same_point(
    reader: Formula, cursor: Cursor, bottom: Sequence[tuple[Sequence[Node], int]], start: int
) -> None:
    """Step over the point of `df/dx (x)`; at any other point the derivative is not read."""
    first = cursor.pos
    skip_name(reader, cursor)
    inside = plain(cursor.items[first + 1 : cursor.pos - 1])
    if len(bottom) != 1 or inside != plain(bottom[0][0]):
        raise reader.error(
            f"the derivative at the point {inside or '()'} is not read; write it with a prime",
            start,
        )


def _without_transpose(reader: Formula, head: Cursor) -> tuple[bool, Cursor]:
    """`y^\\top` alone in a numerator means the other layout: the name without the sign."""
    items = list(head.items[head.pos :])
    if len(items) >= 3 and isinstance(items[-2], Token) and items[-2].kind is Kind.SUP:
        token = single(items[-1:])
        trial = Cursor(items[:-2], cleaned=True)
        if token is not None and token.text == r"\top" and base_name(trial) is not None:
            written_scripts(trial)
            if trial.node is None:
                return True, Cursor(items[:-2], cleaned=True)
    return False, Cursor(items, cleaned=True)


def derivative(
    reader: Formula,
    body: Value,
    variables: Sequence[Variable],
    start: int,
    style: str,
    transposed: bool = False,
) -> Value:
    """The derivative of a body by variables, in the layout of CONVENTIONS (gradient: shape of the variable)."""
    flat = [v for v in variables for _ in range(v.count)]
    if len(variables) == 1 and not transposed:
        found = by_chain_rule(reader, body, variables[0], start)
        if found is not None:
            return found
    if not transposed and _is_row_by_vector(reader, body, flat):
        body, transposed = reader.arithmetic.transpose(body), True
    shape = reader.arithmetic.shape(body)
    for variable in flat:
        shape = shape + reader.arithmetic.shape(variable.value)
    own = reader.arithmetic.shape(body)

    def build() -> Expr:
        wrt = tuple(checked(reader, v.value.build(), start) for v in flat)
        inside, wrt = at_point(body.build(), wrt)
        refuse_independent(reader, inside, wrt, start)
        if isinstance(inside, Call) and inside.args == wrt[:1]:
            refuse_tied(reader, inside.function, wrt[0], start)
        refuse_second(reader, inside, wrt, start)
        node: Expr = Derivative(inside, wrt, style)
        if len(flat) == 1 and flat[0].row and not own:
            return Transpose(node)
        if (
            transposed
            and len(own) == 1
            and len(wrt) == 1
            and len(node.shape) == 2
            and not flat[0].row
        ):
            return Transpose(node)
        return node

    if len(flat) == 1 and flat[0].row and not own and len(shape) == 1:
        shape = (ONE, shape[0])
    if transposed and len(own) == 1 and len(shape) == 2:
        shape = (shape[1], shape[0])
    value = Value(
        shape if len(shape) > 2 else reader.table.sizes.shape(shape),
        build,
        uses_of([body, *(v.value for v in flat)]),
        start=start,
    )
    turned = style == "partial" and len(flat) == 1 and not flat[0].row and not transposed
    if turned and _turns(reader.options.layout, len(own), len(shape)):
        return reader.arithmetic.transpose(value)
    return value


def _is_row_by_vector(reader: Formula, body: Value, flat: Sequence[Variable]) -> bool:
    r"""Whether a row is differentiated by a vector: `\\partial g^\\top / \\partial x` has a row for each entry of x."""
    own = reader.arithmetic.shape(body)
    if len(own) != 2 or own[0] != ONE or own[1] == ONE or len(flat) != 1 or flat[0].row:
        return False
    return len(reader.arithmetic.shape(flat[0].value)) == 1


def _turns(layout: str, own: int, whole: int) -> bool:
    """Whether a layout is the transpose of the usual one for a body with `own` axes and a derivative with `whole`."""
    if layout == "numerator":
        return own == 0 and whole in (1, 2)
    return layout == "denominator" and own == 1 and whole == 2


def operand(reader: Formula, cursor: Cursor, start: int) -> Value:
    """What an operator in front acts on: the bracket or call that follows, else the rest of the term."""
    node = cursor.node
    if node is None or cursor.at("+", "-", "=", ")", ","):
        raise reader.unexpected(cursor, "what is differentiated")
    with reader.flag(
        front=cursor
    ):  # `|_{x = a}` behind it is for the derivative, not for the operand
        return _operand(reader, cursor, node, start)


def _operand(reader: Formula, cursor: Cursor, node: Node, start: int) -> Value:
    bracket = isinstance(node, Token) and node.text in ("(", "[", r"\{")
    first = reader.factor(cursor)
    scripted = cursor.pos > 0 and bracket and not _ends_bracket(cursor)
    call = _was_call(cursor)
    if (bracket and not scripted) or (
        call and isinstance(node, Token) and not node.text.startswith("\\log")
    ):
        if reader.starts_factor(cursor):
            reader.ambiguity("derivative_takes_term")
            if not reader.options.derivative_takes_term:
                reader.note("a derivative in front of a bracket or a call takes it alone")
                return first
        else:
            return first
    factors = [first]
    while reader.starts_factor(cursor):
        factors.append(reader.factor(cursor))
    run = factors
    if len(factors) == 1 and _is_loss(reader, first):
        return first  # (\nabla_z L) \odot f'(z)
    while cursor.token is not None and cursor.token.text in (r"\odot", r"\cdot", r"\circ"):
        sign = cursor.token
        cursor.pos += 1
        other = reader.run(cursor)
        run = (
            reader._scaled(run, other, "cdot", sign.start)
            if sign.text == r"\cdot"
            else reader._entrywise(run, other, "odot", sign.start)
        )
    with reader.at(start):
        return reader.arithmetic.multiply(run)


def _is_loss(reader: Formula, value: Value) -> bool:
    """Whether a value is a defined number: its gradient multiplies what follows, it does not."""
    if value.kind != "symbol" or reader.arithmetic.shape(value):
        return False
    node = value.build()
    return isinstance(node, Symbol) and node.definition is not None


def _ends_bracket(cursor: Cursor) -> bool:
    before = cursor.items[cursor.pos - 1]
    return isinstance(before, Token) and before.text in (")", "]", r"\}")


def _was_call(cursor: Cursor) -> bool:
    before = cursor.items[cursor.pos - 1]
    return isinstance(before, Token) and before.text == ")"


def slash_derivative(reader: Formula, cursor: Cursor, start: int) -> Value:
    """\\partial f / \\partial x; the sign in front has been taken."""
    order = 1
    if cursor.token is not None and cursor.token.kind is Kind.SUP:
        cursor.pos += 1
        text = plain(reader.argument(cursor))
        order = int(text) if text.isdecimal() else 0
    body: Value | None = None
    if not cursor.at("/"):
        body = reader.factor(cursor)
    if not cursor.take("/"):
        raise reader.error(
            "a derivative needs its variable: \\frac{\\partial f}{\\partial x}", start
        )
    found: list[Variable] = []
    while takes_d(reader, cursor):
        first = cursor.pos
        if not skip_name(reader, cursor):
            raise reader.unexpected(cursor, "a variable")
        nodes = cursor.items[first : cursor.pos]
        count = 1
        if cursor.token is not None and cursor.token.kind is Kind.SUP:
            text = plain(inner(cursor.ahead() or cursor.token))
            if text.isdecimal():
                count = int(text)
                cursor.pos += 2
        found.append(read_variable(reader, nodes, count, start))
    if not found or sum(v.count for v in found) != order:
        raise reader.error(
            f"a derivative of order {order} by {sum(v.count for v in found)} variables", start
        )
    if body is None:
        body = operand(reader, cursor, start)
    return derivative(reader, body, found, start, "partial")


def read_d(reader: Formula, request: object) -> Value | None:
    """An undeclared d: `df/dx`, `d/dx f`, or the differential dX."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if found.sub is not None or found.primes:
        return None
    if found.sup is not None or cursor.at("/") or slash_follows(reader, cursor):
        if found.sup is not None and not slash_follows(reader, cursor):
            return None
        return slash_derivative(reader, cursor, found.start)
    node = cursor.node
    if node is None or cursor.at("+", "-", "=", ")", ",", "/"):
        return None
    body = read_arguments(reader, cursor, "d")[0] if cursor.at("(") else reader.factor(cursor)
    return differential(reader, body, found.start)


def differential(reader: Formula, body: Value, start: int) -> Value:
    """d(body), with respect to every symbol whose own differential occurs in the chain."""
    node = body.build()
    if isinstance(node, Symbol) and node.definition is None:
        reader.state.varying[node.name] = node
        return Value(body.shape, lambda: Differential(node, (node,)), body.uses, start=start)
    varying = reader.state.varying

    def build() -> Expr:
        wrt = tuple(s for s in varying.values() if isinstance(s, Symbol))
        if not wrt:
            raise reader.error(
                "a differential does not say which symbols vary; write dX beside it", start
            )
        return Differential(body.build(), wrt)

    return Value(body.shape, build, body.uses, start=start)
