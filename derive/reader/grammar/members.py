r"""Members of what is declared with indices: of a family, of the rows of a matrix, of a template."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.expr.nodes import Expr, Filled, Number
from derive.expr.sizes import Shape, Size
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, plain
from derive.reader.grammar.indices import as_row, select, split_indices
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration
from derive.reader.grammar.values import Value
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token

#: a value, and the subscript and the superscript that are still to be read
Scripted = tuple[Value, tuple[Node, ...] | None, list[Node]]


def variable(reader: Formula, entry: Declaration, start: int) -> Value:
    """The symbol of an entry."""
    table = reader.table
    shape = table.sizes.shape(entry.sizes or ())
    return Value(shape, lambda: table.symbol(entry), start=start, kind="symbol")


def is_square(reader: Formula, entry: Declaration) -> bool:
    r"""Whether a declared matrix is square, so that a letter above it is a power: `\sum_k c_k A^k`."""
    sizes = [reader.table.sizes.resolve(size) for size in entry.sizes or ()]
    return len(sizes) == 2 and sizes[0] == sizes[1] and not entry.assumed


def is_scope_index(reader: Formula, label: Sequence[Node]) -> bool:
    """Whether a superscript is an index that is bound around it."""
    text = plain(unbracketed(label))
    held = reader.bound.get(text)  # in a definition by index, its letter stands for an index
    if held and held[-1].kind == "index":
        return True
    return any(b.name == text for b in reader.scope) or text in reader.state.free


def unbracketed(label: Sequence[Node]) -> Sequence[Node]:
    """A superscript without its round brackets."""
    items = clean(label)
    if len(items) >= 2 and isinstance(items[0], Token) and items[0].text == "(":
        return items[1:-1]
    return items


def _index_of(
    entry: Declaration, sub: tuple[Node, ...] | None, label: list[Node]
) -> Sequence[Node] | None:
    """The nodes that count members, below or above as the entry has it; None without any."""
    if entry.marker == "sub":
        return sub
    return unbracketed(label) if label else None


def _behind(
    entry: Declaration, value: Value, sub: tuple[Node, ...] | None, label: list[Node]
) -> Scripted:
    """A value with the scripts that its index leaves over."""
    return (value, None, label) if entry.marker == "sub" else (value, sub, [])


def member_of(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> Scripted:
    """x_i of a family; without an index the whole family as one array."""
    whole = variable(reader, entry, start).but(shape=tuple(entry.sizes or ()))
    nodes = _index_of(entry, sub, label)
    if nodes is None:
        return whole, sub, label
    count, rank = entry.family, len(entry.sizes or ())
    parts = split_indices(reader, nodes, (count, rank), start)
    value = select(reader, whole, parts, start)
    return _behind(entry, value, sub, label)


def slice_of(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> Scripted:
    """Row or column i of a matrix, declared as w_i."""
    assert entry.parent is not None
    parent = reader.table.exact(entry.parent)
    nodes = _index_of(entry, sub, label)
    if parent is None or nodes is None:
        raise reader.error(f"{entry.latex} needs its index", start)
    whole = variable(reader, parent, start)
    parts = split_indices(reader, nodes, (1, 2), start)
    first, more = parts[0], parts[1:]
    chosen: list[Value | None] = [first, None] if entry.axis == 0 else [None, first]
    if more:
        chosen = [first, more[0]] if entry.axis == 0 else [more[0], first]
    value = select(reader, whole, chosen, start)
    if entry.row and not more:
        value = as_row(reader, value)
    return _behind(entry, value, sub, label)


def instance_of(
    reader: Formula,
    entry: Declaration,
    sub: tuple[Node, ...] | None,
    label: list[Node],
    start: int,
) -> Scripted:
    """A symbol that is defined by index: the definition at the index that is written."""
    assert entry.expand is not None
    nodes = _index_of(entry, sub, label)
    parts: list[Value | None] = []
    if nodes is not None:
        counts = (entry.family, entry.family + 1)  # y_{ik} is entry k of the member y_i
        parts = split_indices(reader, nodes, counts, start)
    value = entry.expand(reader, parts[: entry.family], start)
    assert isinstance(value, Value)
    if more := parts[entry.family :]:
        value = select(reader, value, more, start)
    if nodes is None:
        return value, sub, label
    return _behind(entry, value, sub, label)


def resolved_partly(shape: Shape) -> bool:
    """Whether an open size is part of a sum or product."""
    return any(is_open(s) and len(s.terms) > 1 for s in shape)


def filled(reader: Formula, kind: str, start: int, size: Size | None = None) -> Value:
    """`\\mathbf 1`, `\\mathbf 0`, `I`: a constant array whose size is found from what it meets."""
    extent = size if size is not None else reader.table.sizes.fresh()
    shape = (extent, extent) if kind == "identity" else (extent,)
    sizes = reader.table.sizes

    def build() -> Expr:
        resolved = sizes.shape(shape)
        usual = reader.table.only_size() if any(is_open(s) for s in resolved) else None
        if usual is not None and not resolved_partly(resolved):
            for s in resolved:
                sizes.unify(s, usual)
            reader.note(
                f"the size that is not said is read as {usual}, the only one of the document"
            )
            resolved = sizes.shape(shape)
        if any(is_open(s) for s in resolved):
            shown = {"ones": r"\mathbf{1}", "zeros": r"\mathbf{0}", "identity": "I"}[kind]
            raise reader.error(
                f"the size of {shown} is not said by what stands beside it; write {shown}_n", start
            )
        if kind == "identity" and len(resolved) != 2:
            return Number(Fraction(1))
        return Filled(kind, resolved)

    return Value(shape, build, kind=kind if kind != "identity" else "", start=start)
