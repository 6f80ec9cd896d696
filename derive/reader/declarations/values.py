r"""Functions of which only the values are declared: `\phi(x_n) \in \mathbb{R}^M`, `T(x) \in \mathbb{R}^k`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Function, Symbol
from derive.expr.sizes import Shape
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.sets import Members
from derive.reader.grammar.table import Name
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, text_of


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
    if any(text_of(node) == "," for node in inside):
        return _of_several(reader, Name(name.base, name.font, name.accents, sub), inside, found)
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
    written = Name(variable.base, variable.font, variable.accents, *scripts)
    # bare, the function is its value at the quantity of this name
    parameter = Symbol(written.latex, _shape_of(reader, written))
    entry = reader.table.declare(full)
    entry.kind = "function"
    elementwise = not parameter.shape and not found.shape
    entry.function = Function(entry.latex, (parameter,), None, found.shape, elementwise)
    return True


def _of_several(reader: Formula, name: Name, inside: Sequence[Node], found: Members) -> bool:
    r"""`x(s, a) \in \mathbb{R}^d`: a table where one of the arguments takes finitely many values, else a function."""
    arguments = [index_name(part) or "" for part in split_at(inside, ",")]
    table = reader.table
    unknown = [a for a in arguments if a not in table.finite and table.find(Name(a)) is None]
    if not all(arguments) or table.find(name) is not None:
        return False
    if len(unknown) < len(arguments) and all(
        a in table.finite for a in arguments if a not in unknown
    ):
        for argument in unknown:
            table.declare_finite(argument)
        table.tables[name], table.slots[name] = found.shape, tuple(arguments)
        return True
    shapes = [_shape_of(reader, Name(a)) for a in arguments]
    entry = table.declare(name)
    entry.kind = "function"
    parameters = tuple(Symbol(f"t_{i + 1}", shape) for i, shape in enumerate(shapes))
    entry.function = Function(entry.latex, parameters, None, found.shape, False)
    return True


def _shape_of(reader: Formula, name: Name) -> Shape:
    match = reader.table.find(name)
    if match is None or match[0].kind != "variable" or match[0].sizes is None:
        return ()
    entry, form = match
    own = entry.sizes[entry.family :] if entry.sizes is not None else ()
    return () if name.sub and not form.sub and not entry.family else own
