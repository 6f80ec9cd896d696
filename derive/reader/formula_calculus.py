r"""Derivatives in every notation (`\frac{\partial f}{\partial x}`, `\nabla_x`, `\partial_x`, `df/dx`), integrals, limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.expr.nodes import (
    Call,
    Derivative,
    Differential,
    Expr,
    Function,
    Integral,
    Item,
    Limit,
    Symbol,
    Transpose,
)
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, inner, plain, single, start_of
from derive.reader.formula_functions import function_scripts, read_arguments
from derive.reader.formula_names import Unknown, base_name, written_scripts
from derive.reader.formula_sums import limits
from derive.reader.formula_values import Value, uses_of
from derive.reader.groups import Group, Node
from derive.reader.scanner import Kind, Token
from derive.reader.table import Name

BIG = frozenset([r"\sum", r"\prod", r"\int", r"\frac"])


@dataclass
class Variable:
    """A variable of a derivative; `row`: written transposed."""

    value: Value
    count: int = 1
    row: bool = False


# ------------------------------------------------------------------------------------------- signs of d


def takes_d(reader: Formula, cursor: Cursor, size_counts: bool = True) -> bool:
    """Step over a differential sign: `\\partial`, `d`, `\\mathrm{d}`."""
    token = cursor.token
    if token is None:
        return False
    if token.text == r"\partial":
        cursor.pos += 1
        return True
    if token.text == "d" and token.kind is Kind.LETTER:
        cursor.pos += 1
        return True
    following = cursor.ahead()
    if token.text in (r"\mathrm", r"\text", r"\textrm", r"\operatorname", r"\mathsf", r"\rm") and following is not None:
        inside = single(inner(following))
        if inside is not None and inside.text == "d":
            cursor.pos += 2
            return True
    if isinstance(cursor.node, Group):
        inside = single(inner(cursor.node))
        if inside is not None and inside.text == "d":
            cursor.pos += 1
            return True
    return False


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


def denominators(
    reader: Formula, bottom: Sequence[Node], top: Sequence[Node]
) -> list[tuple[Sequence[Node], int]] | None:
    """The variables of `\\partial x \\partial y^2`, each with its order; None when this is no derivative."""
    head = Cursor(top)
    if not takes_d(reader, head):
        return None
    cursor = Cursor(bottom)
    found: list[tuple[Sequence[Node], int]] = []
    while cursor.node is not None:
        if not takes_d(reader, cursor):
            return None
        if cursor.node is None:
            return None
        first = cursor.pos
        if not _skip_name(reader, cursor):
            return None
        nodes = cursor.items[first : cursor.pos]
        order = 1
        if cursor.token is not None and cursor.token.kind is Kind.SUP:
            following = cursor.ahead()
            text = plain(inner(following)) if following is not None else ""
            if text.isdecimal():
                order = int(text)
                cursor.pos += 2
        found.append((nodes, order))
    return found or None


def _skip_name(reader: Formula, cursor: Cursor) -> bool:
    """Step over a variable: a name with subscripts, labels and transposes, or something in brackets."""
    if cursor.at("(", "["):
        closer = {"(": ")", "[": "]"}[cursor.token.text]  # type: ignore[union-attr]
        depth = 0
        while cursor.node is not None:
            token = cursor.token
            depth += token is not None and token.text in ("(", "[")
            depth -= token is not None and token.text in (")", "]")
            cursor.pos += 1
            if depth == 0 and token is not None and token.text == closer:
                break
        if depth:
            return False
    elif base_name(cursor) is None:
        node = cursor.node
        if not isinstance(node, Group) or node.name:
            return False
        cursor.pos += 1
    while isinstance(cursor.node, Token):
        token = cursor.node
        if token.kind is Kind.SUB:
            cursor.pos += 2
        elif token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
        elif token.kind is Kind.SUP:
            following = cursor.ahead()
            text = plain(inner(following)) if following is not None else ""
            if text.isdecimal() and not _declared_power(reader, cursor, text):
                break
            cursor.pos += 2
        else:
            break
    return True


def _declared_power(reader: Formula, cursor: Cursor, power: str) -> bool:
    """Whether the name before the cursor is declared with this power, as sigma^2 is."""
    for back in range(1, min(cursor.pos, 5) + 1):
        trial = Cursor(cursor.items[cursor.pos - back : cursor.pos], cleaned=True)
        name = base_name(trial)
        if name is None:
            continue
        sub, _ = written_scripts(trial)
        if trial.node is not None:
            continue
        full = Name(name.base, name.font, name.accents, sub, power)
        match = reader.table.find(full)
        if match is not None and match[1].sup == power:
            return True
    return False


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
    variables = [_variable(reader, nodes, count, start) for nodes, count in bottom]
    return derivative(reader, body, variables, start, "partial", transposed)


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


def _variable(reader: Formula, nodes: Sequence[Node], count: int, start: int) -> Variable:
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
    if row and not reader.arithmetic.shape(value):
        row = False
    return Variable(value, count, row)


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
    shape = reader.arithmetic.shape(body)
    for variable in flat:
        shape = shape + reader.arithmetic.shape(variable.value)
    own = reader.arithmetic.shape(body)

    def build() -> Expr:
        wrt = tuple(_checked(reader, v.value.build(), start) for v in flat)
        node: Expr = Derivative(body.build(), wrt, style)
        if len(flat) == 1 and flat[0].row and not own:
            return Transpose(node)
        if transposed and len(own) == 1 and len(wrt) == 1 and len(node.shape) == 2 and not flat[0].row:
            return Transpose(node)
        return node

    if len(flat) == 1 and flat[0].row and not own and len(shape) == 1:
        from derive.expr.sizes import ONE

        shape = (ONE, shape[0])
    if transposed and len(own) == 1 and len(shape) == 2:
        shape = (shape[1], shape[0])
    return Value(
        shape if len(shape) > 2 else reader.table.sizes.shape(shape),
        build,
        uses_of([body, *(v.value for v in flat)]),
        start=start,
    )


def _checked(reader: Formula, node: Expr, start: int) -> Expr:
    """A derivative is taken by a symbol, or by an entry or member of one."""
    if isinstance(node, Symbol) or (isinstance(node, Item) and isinstance(node.base, Symbol)):
        return node
    raise reader.error(f"a derivative by {node!r}, which is neither a symbol nor an entry of one", start)


def operand(reader: Formula, cursor: Cursor, start: int) -> Value:
    """What an operator in front acts on: the bracket or call that follows, else the rest of the term."""
    node = cursor.node
    if node is None or cursor.at("+", "-", "=", ")", ","):
        raise reader.unexpected(cursor, "what is differentiated")
    bracket = isinstance(node, Token) and node.text in ("(", "[", r"\{")
    first = reader.factor(cursor)
    scripted = cursor.pos > 0 and bracket and not _ends_bracket(cursor)
    call = _was_call(cursor)
    if (bracket and not scripted) or (call and isinstance(node, Token) and not node.text.startswith("\\log")):
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
    while cursor.token is not None and cursor.token.text in (r"\odot", r"\cdot", r"\circ"):
        sign = cursor.token
        cursor.pos += 1
        other = reader.run(cursor)
        if sign.text == r"\cdot":
            run = reader._scaled(run, other, "cdot", sign.start)
        else:
            run = reader._entrywise(run, other, "odot", sign.start)
    with reader.at(start):
        return reader.arithmetic.multiply(run)


def _ends_bracket(cursor: Cursor) -> bool:
    before = cursor.items[cursor.pos - 1]
    return isinstance(before, Token) and before.text in (")", "]", r"\}")


def _was_call(cursor: Cursor) -> bool:
    before = cursor.items[cursor.pos - 1]
    return isinstance(before, Token) and before.text == ")"


# -------------------------------------------------------------------------------------------------- nabla


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


def _nabla_variables(reader: Formula, sub: Sequence[Node], order: int, start: int) -> list[Variable]:
    """`w`, `w w`, `x, y`, `w_k`, `W^{(l)}`."""
    items = clean(sub)
    parts: list[list[Node]] = [[]]
    for node in items:
        if isinstance(node, Token) and node.text == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    if len(parts) == 1:
        cursor = Cursor(items, cleaned=True)
        pieces: list[list[Node]] = []
        while cursor.node is not None:
            first = cursor.pos
            if not _skip_name(reader, cursor):
                pieces = []
                break
            pieces.append(list(cursor.items[first : cursor.pos]))
        if len(pieces) == 2:
            parts = pieces
    variables = [_variable(reader, part, 1, start) for part in parts]
    if len(variables) == 1:
        return [Variable(variables[0].value, order, variables[0].row)]
    if len(variables) == order or order == 1:
        if order == 1 and len(variables) == 2 and plain(parts[0]) != plain(parts[1]):
            raise reader.error("\\nabla by several variables stacks them; write one for each", start)
        return variables
    raise reader.error(f"\\nabla of order {order} by {len(variables)} variables", start)


def _nabla_of_call(reader: Formula, cursor: Cursor, order: int, start: int) -> Value:
    """\\nabla f(x): by the argument of the call; \\nabla f: by the one parameter of f."""
    value = reader.factor(cursor)
    node = value.build()
    if isinstance(node, Symbol):
        raise reader.error(
            f"\\nabla {node.name} does not say by what is differentiated; write \\nabla_x {node.name}", start
        )
    if not isinstance(node, Call) or len(node.args) != 1 or node.order:
        raise reader.error("\\nabla without an index needs a function of one argument behind it", start)
    return gradient_at(reader, node.function, node.args[0], value, order, start)


def gradient_at(
    reader: Formula, function: Function, argument: Expr, value: Value, order: int, start: int
) -> Value:
    """The gradient of a function at a point; a point that is no symbol is named, so that it can be varied."""
    point = argument
    if not isinstance(argument, Symbol):
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
        return derivative(reader, body, _nabla_variables(reader, nodes, order, start), start, "partial")
    return _slash_derivative(reader, cursor, start)


def _slash_derivative(reader: Formula, cursor: Cursor, start: int) -> Value:
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
        raise reader.error("a derivative needs its variable: \\frac{\\partial f}{\\partial x}", start)
    found: list[Variable] = []
    while takes_d(reader, cursor):
        first = cursor.pos
        if not _skip_name(reader, cursor):
            raise reader.unexpected(cursor, "a variable")
        nodes = cursor.items[first : cursor.pos]
        count = 1
        if cursor.token is not None and cursor.token.kind is Kind.SUP:
            text = plain(inner(cursor.ahead() or cursor.token))
            if text.isdecimal():
                count = int(text)
                cursor.pos += 2
        found.append(_variable(reader, nodes, count, start))
    if not found or sum(v.count for v in found) != order:
        raise reader.error(f"a derivative of order {order} by {sum(v.count for v in found)} variables", start)
    if body is None:
        body = operand(reader, cursor, start)
    return derivative(reader, body, found, start, "partial")


# ----------------------------------------------------------------------------------------- differentials


def read_d(reader: Formula, request: object) -> Value | None:
    """An undeclared d: `df/dx`, `d/dx f`, or the differential dX."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if found.sub is not None or found.primes:
        return None
    if found.sup is not None or cursor.at("/") or _slash_follows(reader, cursor):
        if found.sup is not None and not _slash_follows(reader, cursor):
            return None
        return _slash_derivative(reader, cursor, found.start)
    node = cursor.node
    if node is None or cursor.at("+", "-", "=", ")", ",", "/"):
        return None
    if cursor.at("("):
        body = read_arguments(reader, cursor, "d")[0]
    else:
        body = reader.factor(cursor)
    return differential(reader, body, found.start)


def slash_derivative_follows(reader: Formula, cursor: Cursor) -> object:
    """Something if `f / dx` comes next, else None."""
    return cursor if _slash_follows(reader, cursor) else None


def _slash_follows(reader: Formula, cursor: Cursor) -> bool:
    """Whether `f / d x` comes next, f being one name or bracket."""
    trial = Cursor(cursor.items, cleaned=True)
    trial.pos = cursor.pos
    if not trial.at("/"):
        if not _skip_name(reader, trial):
            return False
        if trial.at("("):
            _skip_name(reader, trial)
    return trial.take("/") and takes_d(reader, trial)


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
            raise reader.error("a differential does not say which symbols vary; write dX beside it", start)
        return Differential(body.build(), wrt)

    return Value(body.shape, build, body.uses, start=start)


# --------------------------------------------------------------------------------- integrals and limits


def read_integral(reader: Formula, cursor: Cursor) -> Value:
    """\\int_a^b f(x) dx; without limits over the whole space of x."""
    start = cursor.start
    cursor.pos += 1
    below, above = limits(reader, cursor)
    lower = reader.whole(below) if below is not None and above is not None else None
    upper = reader.whole(above) if above is not None else None
    if below is not None and above is None and plain(below) not in ("", "R", r"\R") and not _whole_space(below):
        raise reader.error(f"an integral over {plain(below)!r} is not supported", start)
    place, name = _find_differential(reader, cursor, start)
    body_nodes = cursor.items[cursor.pos : place[0]]
    symbol = _bound_symbol(reader, name)
    held = Value(symbol.shape, lambda: symbol, start=start, kind="symbol")
    with reader.holding(name.latex, held), reader.deeper(start):
        if body_nodes:
            inside = Cursor(body_nodes, cleaned=True)
            body = reader.expression(inside)
            if inside.node is not None:
                raise reader.unexpected(inside, "an operator")
        else:
            from derive.reader.formula_values import number

            body = number("1")
    cursor.pos = place[1]
    reader.demand_scalar(body, "an integral", start)

    def build() -> Expr:
        low = lower.build() if lower is not None else None
        high = upper.build() if upper is not None else None
        return Integral(body.build(), symbol, low, high)

    return Value((), build, uses_of([v for v in (body, lower, upper) if v is not None]), start=start)


def _whole_space(below: Sequence[Node]) -> bool:
    return plain(below).replace("{", "").startswith(("\\mathbb", r"\R"))


def _find_differential(
    reader: Formula, cursor: Cursor, start: int
) -> tuple[tuple[int, int], Name]:
    """Where `dx` stands at this level and what follows it, with the name x."""
    depth = nested = 0
    for position in range(cursor.pos, len(cursor.items)):
        node = cursor.items[position]
        if isinstance(node, Token):
            depth += (node.text in ("(", "[", r"\{")) - (node.text in (")", "]", r"\}"))
            if depth < 0:
                break
            if node.text == r"\int" and depth == 0:
                nested += 1
        trial = Cursor(cursor.items, cleaned=True)
        trial.pos = position
        if depth == 0 and not (isinstance(node, Token) and node.text == r"\partial") and takes_d(reader, trial):
            name = base_name(trial)
            if name is None:
                continue
            sub, _ = written_scripts(trial) if trial.token is not None and trial.token.kind is Kind.SUB else ("", "")
            if nested:
                nested -= 1
                continue
            return (position, trial.pos), Name(name.base, name.font, name.accents, sub)
    raise reader.error("an integral without its dx", start)


def _bound_symbol(reader: Formula, name: Name) -> Symbol:
    """The bound variable: the declared symbol, or a real number of that name."""
    match = reader.table.find(name)
    if match is not None and match[0].kind == "variable" and match[0].sizes is not None and match[1] == name:
        symbol = reader.table.symbol(match[0])
        return Symbol(symbol.name, symbol.dims)
    return Symbol(name.latex)


def read_limit(reader: Formula, cursor: Cursor) -> Value:
    """\\lim_{t \\to 0} of the rest of the term."""
    start = cursor.start
    cursor.pos += 1
    below, _ = limits(reader, cursor)
    items = clean(below or ())
    cut = next(
        (i for i, n in enumerate(items) if isinstance(n, Token) and n.text in (r"\to", r"\rightarrow", r"\downarrow", r"\uparrow")),
        None,
    )
    if cut is None:
        raise reader.error("a limit needs `x \\to a` below", start)
    side = ""
    arrow = items[cut]
    assert isinstance(arrow, Token)
    if arrow.text == r"\downarrow":
        side = "+"
    elif arrow.text == r"\uparrow":
        side = "-"
    target_nodes = items[cut + 1 :]
    if len(target_nodes) > 2 and isinstance(target_nodes[-2], Token) and target_nodes[-2].kind is Kind.SUP:
        sign = single(target_nodes[-1:])
        if sign is not None and sign.text in ("+", "-"):
            side, target_nodes = sign.text, target_nodes[:-2]
    names = Cursor(items[:cut], cleaned=True)
    name = base_name(names)
    if name is None or names.node is not None:
        raise reader.error("the variable of a limit is one letter", start)
    target = reader.whole(target_nodes)
    symbol = Symbol(name.latex)
    held = Value((), lambda: symbol, start=start, kind="symbol")
    with reader.holding(name.latex, held):
        body = reader.term(cursor)
    return Value(
        body.shape,
        lambda: Limit(body.build(), symbol, target.build(), side),
        uses_of((body, target)),
        start=start,
    )


__all__ = ["read_fraction", "read_integral", "read_limit", "read_nabla", "read_partial", "start_of"]
