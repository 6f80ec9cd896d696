r"""Parameters and bodies of functions that a text defines: `f(z) = \\|z - a\\|^2`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.errors import ReadError
from derive.expr.nodes import Expr, Function, Symbol
from derive.expr.sizes import Shape
from derive.expr.walk import free_symbols, post_order
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.lists import collapsed
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.values import Value
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


def speaks_of_vectors(right: Sequence[Node]) -> bool:
    """Whether norms, transposes or inner products stand in a definition."""
    tokens = (t for n in right for t in (n.tokens() if isinstance(n, Group) else (n,)))
    texts = {token.text for token in tokens}
    return not texts.isdisjoint((r"\|", "||", r"\lVert", r"\Vert", r"\top", r"\langle"))


def _is_written(name: Name, nodes: Sequence[Node]) -> bool:
    r"""Whether a letter stands in a formula otherwise than below another one, as in `h_\theta(x)`."""
    stack = [nodes]
    while stack:
        items = clean(stack.pop())
        for before, node in zip((None, *items), items, strict=False):
            if isinstance(before, Token) and before.kind is Kind.SUB:
                continue
            if isinstance(node, Group):
                stack.append(node.items)
            elif node.text == name.base:
                return True
    return False


def reread_by(
    latex: str, names: Sequence[Name], right: Sequence[Node]
) -> Callable[[Formula, Sequence[Shape]], Function | None]:
    """Reads a definition whose parameters nobody declared for the shapes of the arguments of a call."""

    def reread(reader: Formula, shapes: Sequence[Shape]) -> Function | None:
        own = Formula(reader.table, reader.source, reader.words, reader.names)
        parameters = tuple(Symbol(n.latex, s) for n, s in zip(names, shapes, strict=True))
        body = body_of(own, names, parameters, right)
        if body is None:
            return None
        known = tuple(resolved(own, p) for p in parameters)
        return Function(latex, known, body, body.shape, False)

    return reread


def acts_entrywise(body: Expr | None, other: Expr, parameters: Sequence[Symbol]) -> bool:
    """Whether a body read for a number keeps the shape of the declared parameter: z^2 + 1 for a vector z.

    It does not act so where a number is formed of all entries: x / ||x||.
    """
    if body is None or body.shape or len(parameters) != 1:
        return False
    if not other.shape or other.shape != parameters[0].shape:
        return False
    own = parameters[0].name
    return all(
        node.shape or all(symbol.name != own for symbol in free_symbols(node))
        for node in post_order(other)
    )


def may_be_scalar(declared: Sequence[Symbol | None]) -> bool:
    return len(declared) == 1 or all(d is None or not d.shape for d in declared)


def parameter_name(reader: Formula, nodes: Sequence[Node], start: int) -> Name:
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        raise reader.error(f"{plain(nodes)!r} is not the name of a parameter", start)
    sub, sup = written_scripts(cursor)
    primes = 0
    while cursor.take("'"):
        primes += 1
    if cursor.node is not None:
        raise reader.error(f"{plain(nodes)!r} is not the name of a parameter", start)
    return Name(name.base, name.font, name.accents, sub, sup, primes)


def declared_parameter(reader: Formula, name: Name, right: Sequence[Node]) -> Symbol | None:
    match = reader.table.find(name)
    if match is not None and match[1] == name.without(sub=True) and name.sub:
        return _declared_member(reader, match[0], name)
    if match is None or match[1] != name or match[0].kind != "variable" or match[0].sizes is None:
        return None
    entry = match[0]
    text = plain(right)
    indexed = f"{name.base}_" in text or f"{name.base}^(" in text or f"{name.base}^{{(" in text
    family = entry is reader.table.families.get(entry.name)
    through = family and not _is_written(name, right)  # `J(w) = (h(x) - y)^2` by h is of all w_i
    if family and not indexed and not through:  # a parameter x beside samples x_i is like one
        own = entry.sizes[entry.family :] if entry.family and entry.sizes is not None else ()
        return Symbol(name.latex, reader.table.sizes.shape(own))
    return reader.table.symbol(entry)


def _declared_member(reader: Formula, entry: Declaration, name: Name) -> Symbol | None:
    """A parameter `x_n` that is written like any of the members of a family."""
    of_variable = entry.kind == "variable" and entry is reader.table.families.get(entry.name)
    if (
        not of_variable
        or entry.sizes is None
        or entry.family != 1
        or not is_index(name.sub, reader.table)
    ):
        return None
    return Symbol(name.latex, reader.table.sizes.shape(entry.sizes[1:]))


def body_of(
    reader: Formula,
    names: Sequence[Name],
    symbols: Sequence[Symbol],
    right: Sequence[Node],
    raising: bool = False,
    read: Callable[[Sequence[Node]], Value] | None = None,
) -> Expr | None:
    """The right side with the parameters held, read as a whole or by `read`; None when it cannot be read so."""
    before = reader.table.sizes.snapshot()
    held: list[str] = []
    try:
        for name, symbol in zip(names, symbols, strict=True):
            if name in reader.table.joints or (symbol.family and symbol.marker == "sup"):
                continue  # the table knows a law, and members that are written with labels
            value = Value(symbol.shape, _known_later(reader, symbol), kind="symbol")
            reader.bound.setdefault(name.latex, []).append(value)
            held.append(name.latex)
        return (read or reader.whole)(right).build()
    except ReadError:
        if raising:
            raise
        reader.table.sizes.restore(before)
        return None
    finally:
        for latex in held:
            reader.bound[latex].pop()


def _known_later(reader: Formula, symbol: Symbol) -> Callable[[], Expr]:
    """Builds a parameter; its open sizes may be known by then."""
    return lambda: resolved(reader, symbol)


def resolved(reader: Formula, symbol: Symbol) -> Symbol:
    """A parameter with the sizes that are known now."""
    dims = tuple(reader.table.sizes.resolve(size) for size in symbol.dims)
    return symbol if dims == symbol.dims else replace(symbol, dims=dims)


def parameters_of(cursor: Cursor) -> list[list[Node]] | None:
    """The parameters in the brackets that come next; None when they are not closed or one is empty."""
    closer = ")" if cursor.at("(") else "]"
    cursor.pos += 1
    parts: list[list[Node]] = [[]]
    while cursor.node is not None and not cursor.at(closer):
        if cursor.at(",", ";", "|", r"\mid"):
            parts.append([])
        else:
            parts[-1].append(cursor.node)
        cursor.pos += 1
    if not cursor.take(closer) or not all(parts):
        return None
    return collapsed(parts)
