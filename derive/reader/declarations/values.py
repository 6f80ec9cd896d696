r"""Functions of which only the values are declared: `\phi(x_n) \in \mathbb{R}^M`, `T(x) \in \mathbb{R}^k`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Function, Symbol
from derive.expr.sizes import Shape
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.sets import Members
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node


def declare_values(reader: Formula, left: Sequence[Node], found: Members) -> bool:
    """Declare the function whose value at a name is in a set; False when the left side is no such value.

    Its argument has the shape that is declared for it, else it is a number.
    """
    cursor = Cursor(left)
    name = base_name(cursor)
    if name is None:
        return False
    sub, sup = written_scripts(cursor)
    if sup or not cursor.at("(") or plain(cursor.items[-1:]) != ")":
        return False
    inside = cursor.items[cursor.pos + 1 : -1]
    argument = Cursor(inside)
    variable = base_name(argument)
    if variable is None:
        return False
    scripts = written_scripts(argument)
    if argument.node is not None:
        return False
    full = Name(name.base, name.font, name.accents, sub)
    reader.table.tables[full] = found.shape
    if plain(inside) in reader.table.finite:
        return True
    if reader.table.find(full) is not None:
        return False
    parameter = Symbol(
        "t", _shape_of(reader, Name(variable.base, variable.font, variable.accents, *scripts))
    )
    entry = reader.table.declare(full)
    entry.kind = "function"
    elementwise = not parameter.shape and not found.shape
    entry.function = Function(entry.latex, (parameter,), None, found.shape, elementwise)
    return True


def _shape_of(reader: Formula, name: Name) -> Shape:
    match = reader.table.find(name)
    if match is None or match[0].kind != "variable" or match[0].sizes is None:
        return ()
    entry, form = match
    own = entry.sizes[entry.family :] if entry.sizes is not None else ()
    return () if name.sub and not form.sub and not entry.family else own
