r"""Sums, products and maxima over an index: what ranges and tests select, and how far the body reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.errors import DeriveError
from derive.expr.nodes import Expr, Index, Reduce, Relation
from derive.reader.grammar.conditions import condition
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.index_names import limits
from derive.reader.grammar.index_ranges import Range, read_range
from derive.reader.grammar.indices import index_node
from derive.reader.grammar.products import factors_of, index_ahead
from derive.reader.grammar.values import Value, uses_of
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token


def reduction(kind: str) -> Callable[[Formula, Cursor], Value]:
    """The handler of \\sum or \\prod."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        below, above = limits(reader, cursor)
        below = index_ahead(reader, cursor) if below is None else below
        if below is None:
            raise reader.error(f"a {kind} without an index; write what it runs over", start)
        found = read_range(reader, below, above, start)
        found.text = plain(below)
        return reduce_over(reader, cursor, kind, found, start)

    return handler


def reduce_over(reader: Formula, cursor: Cursor, kind: str, found: Range, start: int) -> Value:
    """The reduction with its body."""
    with reader.binding(*found.bindings), reader.deeper(start):
        tests = [read_test(reader, part) for part in found.conditions]
        body = _body(reader, cursor, kind, found)
    if found.tentative is not None and not found.tentative.use & body.uses:
        found.bindings.remove(found.tentative)
        reader.state.free.setdefault(found.tentative.name, found.tentative)
    own = frozenset(id(b) for b in found.bindings)
    if kind != "sum":
        reader.demand_scalar(body, f"a {kind} over an index", start)
    bindings = found.bindings
    written = "full" if found.full else "index"

    def build() -> Expr:
        indices: tuple[Index, ...] = tuple(index_node(reader, b) for b in bindings)
        return Reduce(kind, indices, body.build(), tuple(t.build() for t in tests), written)

    uses = uses_of([body, *tests]) - own
    limits_used = uses_of([v for b in bindings for v in (b.lower, b.upper) if v is not None])
    return Value(body.shape, build, uses | limits_used, start=start)


def read_test(reader: Formula, part: Sequence[Node]) -> Value:
    """A condition under a sign."""
    cursor = Cursor(part, cleaned=True)
    with reader.flag(in_index=True):
        value = condition(reader, cursor)
    if cursor.node is not None:
        raise reader.unexpected(cursor, "the end of the condition")
    _share_range(reader, value)
    return value


def _share_range(reader: Formula, value: Value) -> None:
    """Indices that are compared (`j \\ne i`) run over one range, unless both have their own."""
    try:
        node = value.build()
    except DeriveError:
        node = None
    used = [b for b in (*reader.scope, *reader.state.free.values()) if b.use <= value.uses]
    if (
        (
            node is None
            or (
                isinstance(node, Relation)
                and all(isinstance(s, Index) for s in (node.lhs, node.rhs))
            )
        )
        and len(used) == 2
        and not all(b.explicit for b in used)
    ):
        reader.table.sizes.unify(used[0].extent, used[1].extent)


def _body(reader: Formula, cursor: Cursor, kind: str, found: Range) -> Value:
    """The product that follows; further terms as long as they use the index."""
    start = cursor.start
    own = frozenset(id(b) for b in found.bindings)
    if kind == "prod" and not cursor.at("-", "+"):
        return factors_of(reader, cursor, own)
    first = reader.term(cursor) if not cursor.at("-", "+") else None
    terms: list[tuple[bool, Value]] = []
    if first is None:
        negative = cursor.at("-")
        cursor.pos += 1
        terms.append((negative, reader.term(cursor)))
    else:
        terms.append((False, first))
    while kind == "sum" and cursor.at("+", "-"):
        value, after = reader.look_at_term(cursor)
        if not value.uses & own or _sums_again(cursor, found.text):
            break
        reader.ambiguity("sums_extend")
        free_too = any(binding.name in reader.state.free for binding in found.bindings)
        if free_too and reader.options.sums_extend:
            break  # b_{ij} = d_{ij} - \sum_j d_{ij} + e_{ij}: behind the sum j is that of the left side again
        if not free_too and not reader.options.sums_extend:
            raise reader.error(
                f"the index {found.bindings[0].name} is used after the sum over it has ended",
                value.start,
            )
        negative = reader._sign(cursor)
        reader._memo.pop((id(cursor), cursor.pos), None)
        terms.append((negative, value))
        cursor.pos = after
    if len(terms) > 1:
        reader.note("a sum reaches over + and - as far as its index is used")
    with reader.at(start):
        return reader.arithmetic.add(terms)


def _sums_again(cursor: Cursor, text: str) -> bool:
    """Whether the term behind the sign that comes next has a sum of its own over the same index."""
    for position in range(cursor.pos + 1, len(cursor.items) - 2):
        node, script = cursor.items[position], cursor.items[position + 1]
        if isinstance(node, Token) and node.text in ("+", "-"):
            return False
        if isinstance(node, Token) and node.text == r"\sum" and plain([script]) == "_":
            return bool(text) and plain(cursor.items[position + 2 : position + 3]) == text
    return False
