r"""Lists with dots as vectors: `d_1, \dots, d_n` is the vector of all d_i, also of an expression with an index."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from derive.expr.nodes import Apply, Expr, Product, Reduce
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, inner, plain
from derive.reader.grammar.indices import index_node
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.sets import read_sizes
from derive.reader.grammar.state import DOTS
from derive.reader.grammar.values import Binding, Value
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Kind, Token


def listed(reader: Formula, nodes: Sequence[Node], start: int) -> Value | None:
    """The vector that `a_1, a_2, \\dots, a_n` lists; None when these nodes are no such list of numbers."""
    parts = parts_of(nodes)
    if len(parts) not in (3, 4) or not _are_dots(parts[-2]):
        return None
    upper = _last_index(parts[-1])
    letter = next(x for x in "ijkrs" if all(x not in plain(part) for part in parts))
    member = _indexed(parts[0], letter)
    if upper is None or member is None:
        return None
    sizes = read_sizes(reader, upper, start)
    binding = Binding(letter, sizes[0] if sizes else reader.table.sizes.fresh(), start=start)
    binding.explicit = True
    with reader.binding(binding), reader.deeper(start):
        value = reader.whole(member)
    if reader.arithmetic.shape(value):
        return None

    return _vector(reader, value, binding, start)


def over_free(reader: Formula, value: Value, start: int) -> Value:
    """`diag(y_n (1 - y_n))`: a number with an index that is bound nowhere is the vector of its values."""
    free = [b for b in reader.state.free.values() if b.use <= value.uses and b not in reader.outer]
    if reader.arithmetic.shape(value) or len(free) != 1:
        return value
    del reader.state.free[free[0].name]
    return _vector(reader, value, free[0], start)


def _vector(reader: Formula, value: Value, binding: Binding, start: int) -> Value:
    """The vector of a number at all values of an index."""

    def build() -> Expr:
        index = index_node(reader, binding)
        unit = Apply("unit_vector", (index,), (reader.table.sizes.resolve(binding.extent),))
        return Reduce("sum", (index,), Product((value.build(), unit)))

    return Value((binding.extent,), build, value.uses - binding.use, start=start)


def _are_dots(nodes: Sequence[Node]) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Token) and nodes[0].text in DOTS


def _last_index(nodes: Sequence[Node]) -> Sequence[Node] | None:
    """The first subscript of the last member."""
    items = clean(nodes)
    for sign, node in itertools.pairwise(items):
        if isinstance(sign, Token) and sign.kind is Kind.SUB:
            return inner(node)
        if isinstance(sign, Group) and (found := _last_index(sign.items)) is not None:
            return found
    return None


def _indexed(nodes: Sequence[Node], letter: str) -> list[Node] | None:
    """The first member with a letter for each subscript 1; None when it has none."""
    found: list[Node] = []
    changed = False
    for node in clean(nodes):
        before = found[-1] if found else None
        below = isinstance(before, Token) and before.kind is Kind.SUB
        token = node if isinstance(node, Token) else None
        if isinstance(node, Group) and len(node.items) == 1 and isinstance(node.items[0], Token):
            token = node.items[0] if below else None
        if below and token is not None and token.text == "1":
            found.append(token._replace(text=letter, kind=Kind.LETTER))
            changed = True
        else:
            found.append(node)
    return found if changed else None


def collapsed(parts: Sequence[list[Node]]) -> list[list[Node]]:
    """Arguments in which a list `w_1, \\dots, w_K` is the family w."""
    found: list[list[Node]] = []
    for position, part in enumerate(parts):
        dots = [n.text for n in part if isinstance(n, Token)]
        if len(part) == 1 and dots and dots[0] in DOTS and found and position + 1 < len(parts):
            found[-1] = _without_script(found[-1])
        elif position and found and _are_dots(parts[position - 1]):
            continue
        else:
            found.append(list(part))
    return found


def _without_script(nodes: list[Node]) -> list[Node]:
    """A member without its index."""
    cut = next(
        (i for i, n in enumerate(nodes) if isinstance(n, Token) and n.kind in (Kind.SUB, Kind.SUP)),
        len(nodes),
    )
    return nodes[:cut]
