r"""Integrals and limits: what is bound, over which range, and how far the body reaches."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Expr, Integral, Limit, Symbol
from derive.expr.walk import free_symbols
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain, single
from derive.reader.grammar.derivative_signs import takes_d
from derive.reader.grammar.finite_averages import measured_sum
from derive.reader.grammar.index_names import limits
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Value, uses_of
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import nesting


def read_integral(reader: Formula, cursor: Cursor) -> Value:
    """\\int_a^b f(x) dx; without limits over the whole space of x."""
    start = cursor.start
    cursor.pos += 1
    below, above = limits(reader, cursor)
    lower = reader.whole(below) if below is not None and above is not None else None
    upper = reader.whole(above) if above is not None else None
    if (
        below is not None
        and above is None
        and plain(below) not in ("", "R", r"\R")
        and not _whole_space(below)
    ):
        raise reader.error(f"an integral over {plain(below)!r} is not supported", start)
    place, name = _find_differential(reader, cursor, start)
    body_nodes = cursor.items[cursor.pos : place[0]]
    if name.latex in reader.table.measured and upper is None and body_nodes:
        cursor.pos = place[1]
        return measured_sum(reader, name.latex, body_nodes, start)
    symbol = _bound_symbol(reader, name)
    held = Value(symbol.shape, lambda: symbol, start=start, kind="symbol")
    with reader.holding(name.latex, held), reader.deeper(start):
        if body_nodes:
            inside = Cursor(body_nodes, cleaned=True)
            body = reader.expression(inside)
            if inside.node is not None:
                raise reader.unexpected(inside, "an operator")
        else:
            from derive.reader.grammar.values import number

            body = number("1")
    cursor.pos = place[1]
    reader.demand_scalar(body, "an integral", start)

    def build() -> Expr:
        low = lower.build() if lower is not None else None
        high = upper.build() if upper is not None else None
        return Integral(body.build(), symbol, low, high)

    return Value(
        (), build, uses_of([v for v in (body, lower, upper) if v is not None]), start=start
    )


def _whole_space(below: Sequence[Node]) -> bool:
    return plain(below).replace("{", "").startswith(("\\mathbb", r"\R"))


def _find_differential(reader: Formula, cursor: Cursor, start: int) -> tuple[tuple[int, int], Name]:
    """Where `dx` stands at this level and what follows it, with the name x."""
    depth = nested = 0
    for position in range(cursor.pos, len(cursor.items)):
        node = cursor.items[position]
        if isinstance(node, Token):
            depth += nesting(node.text)
            if depth < 0:
                break
            if node.text == r"\int" and depth == 0:
                nested += 1
        trial = Cursor(cursor.items, cleaned=True)
        trial.pos = position
        if (
            depth == 0
            and not (isinstance(node, Token) and node.text == r"\partial")
            and takes_d(reader, trial)
        ):
            name = base_name(trial)
            if name is None:
                continue
            sub, _ = (
                written_scripts(trial)
                if trial.token is not None and trial.token.kind is Kind.SUB
                else ("", "")
            )
            if nested:
                nested -= 1
                continue
            return (position, trial.pos), Name(name.base, name.font, name.accents, sub)
    raise reader.error("an integral without its dx", start)


def _bound_symbol(reader: Formula, name: Name) -> Symbol:
    """The bound variable: the declared symbol, or a real number of that name."""
    match = reader.table.find(name)
    if (
        match is not None
        and match[0].kind == "variable"
        and match[0].sizes is not None
        and match[1] == name
    ):
        symbol = reader.table.symbol(match[0])
        bodies = [e.definition for e in reader.table.variables() if e.definition is not None]
        if symbol.definition is None and any(symbol in free_symbols(body) for body in bodies):
            return symbol  # what is defined by it is integrated too
        return Symbol(symbol.name, symbol.dims)
    return Symbol(name.latex)


def read_limit(reader: Formula, cursor: Cursor) -> Value:
    """\\lim_{t \\to 0} of the rest of the term."""
    start = cursor.start
    cursor.pos += 1
    below, _ = limits(reader, cursor)
    items = clean(below or ())
    cut = next(
        (
            i
            for i, n in enumerate(items)
            if isinstance(n, Token)
            and n.text in (r"\to", r"\rightarrow", r"\downarrow", r"\uparrow")
        ),
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
    if (
        len(target_nodes) > 2
        and isinstance(target_nodes[-2], Token)
        and target_nodes[-2].kind is Kind.SUP
    ):
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
