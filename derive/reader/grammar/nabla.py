r"""Derivatives by an operator in front: nabla with and without its variable, and partial with a subscript."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Call, Derivative, Expr, Function, Matrix, Symbol
from derive.reader.grammar.calculus import derivative, operand, slash_derivative
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain
from derive.reader.grammar.derivative_signs import skip_name
from derive.reader.grammar.derivative_variables import Variable, read_variable
from derive.reader.grammar.functions import function_scripts
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Kind, Token


def read_nabla(reader: Formula, cursor: Cursor) -> Value:
    """\\nabla_x f, \\nabla f(x), \\nabla^2 f, \\nabla_x \\nabla_y f."""
    start = cursor.start
    cursor.pos += 1
    sub, sup, _ = function_scripts(reader, cursor)
    order = 1
    transposed = False
    if sup is not None:
        text = plain(sup)
        if text in (r"\top", "T"):
            transposed = True
        elif text == "2":
            order = 2
        else:
            raise reader.error(f"\\nabla^{text} is not supported", start)
    if sub is None and order == 1 and _repeated(reader, cursor):
        if transposed:
            raise reader.error("\\nabla^\\top \\nabla may be the Laplacian or the Hessian", start)
        order = 2
    if sub is None:
        value = _nabla_of_call(reader, cursor, order, start)
    else:
        body = operand(reader, cursor, start)
        variables = _nabla_variables(reader, sub, order, start)
        value = derivative(reader, body, variables, start, "nabla")
    if transposed:
        with reader.at(start):
            return reader.arithmetic.transpose(value)
    return value


def _repeated(reader: Formula, cursor: Cursor) -> bool:
    r"""Whether a second nabla follows the first, which is then passed: `\nabla\nabla f`, `\nabla\nabla^\top f`."""
    token, before = cursor.token, cursor.pos
    if token is None or token.text != r"\nabla":
        return False
    cursor.pos += 1
    sub, sup, _ = function_scripts(reader, cursor)
    if sub is None and (sup is None or plain(sup) in (r"\top", "T")):
        return True
    cursor.pos = before
    return False


def _nabla_variables(
    reader: Formula, sub: Sequence[Node], order: int, start: int
) -> list[Variable]:
    """`w`, `w w`, `x, y`, `w_k`, `W^{(l)}`."""
    items = clean(sub)
    parts = split_at(items, ",")
    if len(parts) == 1:
        cursor = Cursor(items, cleaned=True)
        pieces: list[list[Node]] = []
        while cursor.node is not None:
            first = cursor.pos
            if not skip_name(reader, cursor):
                pieces = []
                break
            pieces.append(list(cursor.items[first : cursor.pos]))
        if len(pieces) == 2:
            parts = pieces
    variables = [read_variable(reader, part, 1, start) for part in parts]
    if len(variables) == 1:
        return [Variable(variables[0].value, order, variables[0].row)]
    if len(variables) == order or order == 1:
        if order == 1 and len(variables) == 2 and plain(parts[0]) != plain(parts[1]):
            raise reader.error(
                "\\nabla by several variables stacks them; write one for each", start
            )
        return variables
    raise reader.error(f"\\nabla of order {order} by {len(variables)} variables", start)


def _nabla_of_call(reader: Formula, cursor: Cursor, order: int, start: int) -> Value:
    """\\nabla f(x): by the argument of the call; \\nabla f: by the one parameter of f."""
    end = _end_of_call(cursor)
    if end:  # the superscript of `\\nabla f(x)^\\top` is that of the gradient
        call = Cursor(list(cursor.items[:end]), cleaned=True)
        call.pos = cursor.pos
        found = _nabla_of_call(reader, call, order, start)
        cursor.pos = end + 1
        return reader.raised(found, reader.argument(cursor), start)
    before = cursor.pos
    with reader.flag(front=cursor):
        value = reader.factor(cursor)
    node = value.build()
    variable = reader.state.gradient
    if variable is not None and not isinstance(node, (Call, Symbol)):
        cursor.pos = before
        body = operand(reader, cursor, start)
        by = Variable(Value(variable.shape, lambda: variable, start=start, kind="symbol"), order)
        return derivative(reader, body, [by], start, "nabla")
    if isinstance(node, Call) and order == 1 and _of_numbers(node):
        return _stacked(node, value)
    if isinstance(node, Symbol):
        raise reader.error(
            f"\\nabla {node.name} does not say by what is differentiated; write \\nabla_x {node.name}",
            start,
        )
    if not isinstance(node, Call) or len(node.args) != 1 or node.order:
        raise reader.error(
            "\\nabla without an index needs a function of one argument behind it", start
        )
    return gradient_at(reader, node.function, node.args[0], value, order, start)


def _of_numbers(node: Call) -> bool:
    """Whether a function of several numbers is called at as many different symbols."""
    distinct = dict.fromkeys(node.args)
    symbols = all(isinstance(a, Symbol) and not a.shape for a in node.args)
    return symbols and 1 < len(distinct) == len(node.args) and not node.order


def _stacked(node: Call, value: Value) -> Value:
    """\\nabla f(x, y): the column of the partial derivatives."""
    rows = tuple((Derivative(node, (a,), "partial"),) for a in node.args)
    matrix = Matrix(rows)
    return Value(matrix.shape, lambda: matrix, value.uses, start=value.start)


def _end_of_call(cursor: Cursor) -> int:
    """Where the superscript of a call `f(x)^\\top` stands, 0 when the call has none."""
    depth = 0
    for position in range(cursor.pos, len(cursor.items)):
        node = cursor.items[position]
        text = text_of(node)
        depth += (text == "(") - (text == ")")
        if depth == 0 and text == ")":
            after = cursor.items[position + 1] if position + 1 < len(cursor.items) else None
            if not isinstance(after, Token) or after.kind is not Kind.SUP:
                return 0
            power = (
                plain(inner(cursor.items[position + 2])) if position + 2 < len(cursor.items) else ""
            )
            called = text_of(cursor.items[cursor.pos]) != "(" or power in (r"\top", "T")
            return (
                position + 1 if called else 0
            )  # of `\nabla (x^\top x)^{1/2}` the bracket is raised
        if (depth == 0 and text in ("+", "-", "=", ",")) or depth < 0:
            return 0
    return 0


def gradient_at(
    reader: Formula, function: Function, argument: Expr, value: Value, order: int, start: int
) -> Value:
    """The gradient of a function at a point; a point that is no symbol is named, so that it can be varied."""
    point = argument
    if isinstance(argument, Symbol):
        reader.state.gradient = argument
    else:
        point = Symbol(f"({argument!r})", argument.shape, definition=argument)
    node = Derivative(Call(function, (point,)), (point,) * order, "nabla")
    return Value(node.shape, lambda: node, value.uses, start=start)


def read_partial(reader: Formula, cursor: Cursor) -> Value:
    """\\partial_x f, or \\partial f / \\partial x."""
    start = cursor.start
    cursor.pos += 1
    token = cursor.token
    if token is not None and token.kind is Kind.SUB:
        cursor.pos += 1
        nodes = reader.argument(cursor)
        order = 1
        if cursor.token is not None and cursor.token.kind is Kind.SUP:
            cursor.pos += 1
            text = plain(reader.argument(cursor))
            if text != "2":
                raise reader.error(f"\\partial^{text} is not supported", start)
            order = 2
        body = operand(reader, cursor, start)
        return derivative(
            reader, body, _nabla_variables(reader, nodes, order, start), start, "partial"
        )
    return slash_derivative(reader, cursor, start)
