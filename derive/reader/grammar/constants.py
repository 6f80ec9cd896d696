r"""Constant arrays: `I_n`, `0`, `1_n`, `\delta_{ij}`, unit vectors, with the sizes that they carry or take."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.build import as_size
from derive.expr.nodes import Apply, Expr, Filled
from derive.expr.sizes import Size
from derive.reader.grammar.conditions import bracket_indicator, enclosed, holds_relation
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.indices import script_pieces, split_indices
from derive.reader.grammar.members import filled
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.values import Value, uses_of
from derive.reader.grammar.written import Written
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import BRACKETS


def size_in(reader: Formula, nodes: Sequence[Node], start: int) -> list[Size]:
    """Sizes written as a subscript: `n`, `n \\times m`, `n, m`, `n-1`."""
    sizes: list[Size] = []
    for part in split_at(clean(nodes), r"\times", ",", "x"):
        with reader.flag(in_limit=True):
            value = reader.whole(part)
        with reader.at(start):
            sizes.append(as_size(value.build()))
    return sizes


def constant_array(reader: Formula, cursor: Cursor, kind: str, start: int) -> Value:
    """`\\mathbf 1`, `\\mathbf 1_n`, `\\mathbf 1_{m \\times n}`, and the like for zeros."""
    if cursor.token is None or cursor.token.kind is not Kind.SUB:
        return filled(reader, kind, start)
    cursor.pos += 1
    sizes = size_in(reader, reader.argument(cursor), start)
    return _sized(reader, kind, sizes, start)


def _sized(reader: Formula, kind: str, sizes: list[Size], start: int) -> Value:
    if len(sizes) == 1:
        return filled(reader, kind, start, sizes[0]).but(kind="")
    shape = tuple(sizes)
    return Value(shape, lambda: Filled(kind, reader.table.sizes.shape(shape)), start=start)


def read_digit(reader: Formula, request: object) -> Value | None:
    """A bold 1 or 0: constant arrays, or an indicator."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    kind = {"1": "ones", "0": "zeros"}.get(found.name.base)
    if kind is None:
        return None
    if kind == "ones":
        nodes = clean(found.sub) if found.sub is not None else []
        if nodes and isinstance(nodes[0], Token) and nodes[0].text in BRACKETS:
            nodes = nodes[1:-1]
        if holds_relation(nodes):
            from derive.reader.grammar.conditions import indicator

            return indicator(reader, nodes, found.start)
        inside = bracket_indicator(reader, cursor, found.start)
        if inside is not None:
            return inside
    if found.sub is not None:
        value = _sized(reader, kind, size_in(reader, found.sub, found.start), found.start)
    else:
        value = filled(reader, kind, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def read_identity(reader: Formula, request: object) -> Value | None:
    """I, I_n; with a condition in brackets an indicator."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if found.primes:
        return None
    inside = bracket_indicator(reader, cursor, found.start) if found.sub is None else None
    if inside is not None:
        return inside
    if found.sub is not None and holds_relation(clean(found.sub)):
        from derive.reader.grammar.conditions import indicator

        return indicator(reader, clean(found.sub), found.start)
    bessel = _bessel(reader, found, cursor)
    if bessel is not None:
        return bessel
    if cursor.at("(") and found.sub is None and found.sup is None:
        mutual = reader.words["entropy of laws"](reader, request)
        if mutual is not None:
            return mutual
        inside_bracket = enclosed(cursor, "(", ")") or []
        if not any(isinstance(n, Token) and n.text in ("+", "-") for n in inside_bracket):
            raise reader.error(
                "I stands before a bracket: the identity times what is in it, or a function; declare I",
                found.start,
            )
    value = filled(reader, "identity", found.start)
    if found.sub is not None:
        text = plain(found.sub)
        if (
            len(clean(found.sub)) == 2
            and reader.table.find(request.name) is None
            and text.islower()
            and len(text) == 2
        ):
            value = reader.entries(value, found.sub, found.start)
        else:
            sizes = size_in(reader, found.sub, found.start)
            value = filled(reader, "identity", found.start, sizes[0])
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _bessel(reader: Formula, found: Written, cursor: Cursor) -> Value | None:
    """I_0(x) and I_1(x) of a number: modified Bessel functions; an identity of size 0 has no use."""
    order = plain(found.sub) if found.sub is not None else ""
    if order not in ("0", "1") or found.sup is not None or not cursor.at("("):
        return None
    before = cursor.pos
    inside = reader.atom(cursor)
    if reader.arithmetic.shape(inside):
        if order == "0":
            raise reader.error(f"I_{order} is read for one number", found.start)
        cursor.pos = before
        return None
    reader.note(f"I_{order} is the modified Bessel function of order {order}")
    return reader.apply(f"bessel_i{order}", inside, found.start)


def read_delta(reader: Formula, request: object) -> Value | None:
    """\\delta_{ij}: the Kronecker delta of two indices."""
    assert isinstance(request, Unknown)
    found = request.written
    if found.sub is None:
        return None
    try:
        parts = split_indices(reader, found.sub, (2,), found.start)
    except Exception:  # a subscript of another kind is no Kronecker delta
        return None
    if len(parts) != 2 or any(p is None for p in parts):
        return None
    _same_range(reader, parts)
    i, j = parts
    assert i is not None
    assert j is not None
    value = Value(
        (),
        lambda: Apply("kronecker_delta", (i.build(), j.build())),
        uses_of((i, j)),
        start=found.start,
    )
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _same_range(reader: Formula, parts: Sequence[Value | None]) -> None:
    """Two indices that are compared run over the same range, if one of them has none."""
    bindings = [
        b
        for p in parts
        for b in (*reader.scope, *reader.outer, *reader.state.free.values())
        if p is not None and p.kind == "index" and p.uses == b.use
    ]
    if len(bindings) == 2:
        reader.table.sizes.unify(bindings[0].extent, bindings[1].extent)


def read_unit_vector(reader: Formula, request: object) -> Value | None:
    """e_i: the i-th unit vector."""
    assert isinstance(request, Unknown)
    found = request.written
    pieces = script_pieces(clean(found.sub)) if found.sub is not None else []
    if reader.table.labels.errors:
        return None
    if found.sub is None or (
        len(pieces) == 2 and all(is_index(plain(p), reader.table) for p in pieces)
    ):
        return None  # e_{ij} is an error, say
    parts = split_indices(reader, found.sub, (1,), found.start)
    index = parts[0]
    if index is None:
        return None
    size = reader.table.sizes.fresh()
    for binding in (*reader.scope, *reader.outer, *reader.state.free.values()):
        if index.kind == "index" and index.uses == binding.use:
            size = binding.extent
    sizes = reader.table.sizes

    def build() -> Expr:
        return Apply("unit_vector", (index.build(),), (sizes.resolve(size),))

    reader.note("e_i is the i-th unit vector")
    value = Value((size,), build, index.uses, start=found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value
