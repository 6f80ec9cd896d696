r"""Definitions of all members at once, `a_{ij} = ...`: arrays and templates over their indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from derive.expr.nodes import Apply, Expr, Product, Reduce, Transpose
from derive.reader.declarations.definition_heads import Head
from derive.reader.declarations.diagonals import (
    is_diagonal,
    on_diagonal,
    on_own_diagonal,
    same_index,
)
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import start_of
from derive.reader.grammar.indices import counted_from, index_node
from derive.reader.grammar.names import read_name
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.values import Binding, Value, uses_of
from derive.reader.source.groups import Node


def array_of(reader: Formula, head: Head, start: int) -> Callable[[Sequence[Node]], Value]:
    r"""Reads the entries of `K(\ell)_{ij} = ...` as one array."""

    def read(right: Sequence[Node]) -> Value:
        held = {name: values[-1] for name, values in reader.bound.items() if values}
        return _comprehension(reader, head, tuple(right), reader, start, held)

    return read


def define_by_index(reader: Formula, head: Head, right: Sequence[Node]) -> Declaration:
    """name_i = expression in i: read again at each index with which it is used."""
    entry = reader.table.declare(head.name, head.latex or head.name.latex, family=True)
    entry.kind, entry.family, entry.marker = "template", len(head.indices), head.marker
    entry.expand = template(reader, head, tuple(right), entry)
    if len(head.indices) == 1:
        on_diagonal(reader, head.name, entry, start_of(right[0]))
    elif len(head.indices) == 2 and head.indices[0] == head.indices[1]:
        on_own_diagonal(reader, head.name, entry, start_of(right[0]))
    return entry


def define_members(reader: Formula, head: Head, right: Sequence[Node]) -> Declaration:
    """name_i = expression in i, as one array of all members: a derivative may be taken by one of them."""
    value = _comprehension(reader, head, tuple(right), reader, 0)
    whole = reader.table.exact(head.name)
    if whole is not None and len(head.indices) > 2:
        if not reader.table.sizes.unify_shapes(whole.sizes or (), value.shape):
            raise reader.error(f"{whole.latex} is declared with another shape", 0, ill_typed=True)
        whole.definition = value.build()
        return whole
    body = value.build()
    entry = reader.table.declare(head.name, head.latex or head.name.latex, family=True)
    own = len(body.shape) > len(head.indices)
    first = _index_binding(reader, head.indices[0], 0).lower
    entry.origin = 0 if first is not None else 1
    entry.kind = "variable"
    entry.family = len(head.indices) if own or entry.origin == 0 else 0
    entry.marker, entry.expand = head.marker, None
    entry.definition, entry.sizes, entry.assumed = body, body.shape, False
    return entry


Expansion = Callable[[Formula, Sequence[Value | None], int], Value]


def template(origin: Formula, head: Head, right: tuple[Node, ...], entry: Declaration) -> Expansion:
    """What reads the right side of an indexed definition at given indices."""

    def expand(reader: Formula, parts: Sequence[Value | None], start: int) -> Value:
        if not parts or any(part is None for part in parts):
            if parts and not all(part is None for part in parts):
                raise reader.error(
                    f"{entry.latex} is defined entry by entry; a slice of it is not supported",
                    start,
                )
            return _comprehension(reader, head, right, origin, start)
        if len(parts) != len(head.indices):
            raise reader.error(
                f"{entry.latex} has {len(head.indices)} indices, not {len(parts)}", start
            )
        given: dict[str, Value] = {}
        for name, part in zip(head.indices, parts, strict=True):
            if part is not None and not same_index(given.setdefault(name, part), part):
                raise reader.error(f"only the diagonal of {entry.latex} is given", start)
        return _instance(reader, given, right, origin, start)

    return expand


def rule_of(
    origin: Formula, parameters: Sequence[str], right: Sequence[Node]
) -> Callable[[Formula, Sequence[Value], int], Value]:
    """What reads the formula of a law of finite variables at given values of them."""

    def rule(reader: Formula, values: Sequence[Value], start: int) -> Value:
        return _instance(
            reader, dict(zip(parameters, values, strict=True)), tuple(right), origin, start
        )

    return rule


def _instance(
    reader: Formula, given: dict[str, Value], right: tuple[Node, ...], origin: Formula, start: int
) -> Value:
    inner = Formula(
        reader.table, origin.source, reader.words, read_name, reader.state, reader.options
    )
    inner.depth, inner.fuel = reader.depth, reader.fuel
    inner.outer = [*reader.outer, *reader.scope]
    uses = uses_of(given.values())
    known = (*inner.outer, *reader.state.free.values())
    inner.taken = reader.taken | {b.label or b.name for b in known if b.use <= uses}
    for name, value in given.items():
        inner.bound.setdefault(name, []).append(value)
    with inner.deeper(start):
        value = inner.whole(right)
    reader.fuel = inner.fuel
    return value.but(
        kind="bracket" if value.kind in ("product", "hadamard") else value.kind,
        parts=(),
        start=start,
    )


def _comprehension(
    reader: Formula,
    head: Head,
    right: tuple[Node, ...],
    origin: Formula,
    start: int,
    held: Mapping[str, Value] | None = None,
) -> Value:
    """All members as one array: the sum over i of (member i) e_i, or e_i (member i)^T for vectors."""
    names = tuple(dict.fromkeys(head.indices))
    if len(names) < len(head.indices) and not is_diagonal(reader, head.name):
        raise reader.error(f"only the diagonal of {head.name.latex} is given", start)
    bindings = [_index_binding(reader, name, start) for name in names]
    _declared_ranges(reader, head, bindings)
    given = dict(held or {}) | {
        b.name: Value((), lambda b=b: index_node(reader, b), b.use, "index", start)  # type: ignore[misc]
        for b in bindings
    }
    with reader.binding(*bindings):
        member = _instance(reader, given, right, origin, start)
    own = reader.arithmetic.shape(member)
    plain_array = len(bindings) > 2 or any(b.lower is not None for b in bindings)
    if own and (plain_array or len(bindings) > 1):
        raise reader.error(
            "a symbol that is defined by index has more than two axes as a whole", start
        )
    sizes = reader.table.sizes
    axes = [bindings[names.index(name)] for name in head.indices]
    shape = (*(b.extent for b in axes), *own)

    def build() -> Expr:
        indices = tuple(index_node(reader, b) for b in bindings)
        units: list[Expr] = [
            Apply("unit_vector", (index_node(reader, b),), (sizes.resolve(b.extent),)) for b in axes
        ]
        node = member.build()
        if plain_array:
            return Reduce("array", indices, node)
        if own:
            body: Expr = Product((units[0], Transpose(node)))
        elif len(units) == 2:
            body = Product((node, units[0], Transpose(units[1])))
        else:
            body = Product((node, units[0]))
        return Reduce("sum", indices, body)

    uses = uses_of([member]) - frozenset(id(b) for b in bindings)
    return Value(shape, build, uses, start=start)


def _declared_ranges(reader: Formula, head: Head, bindings: Sequence[Binding]) -> None:
    """Indices of which no range is said run over the axes of the name, where its shape is declared."""
    entry = reader.table.families.get(head.name) or reader.table.exact(head.name)
    sizes = entry.sizes if entry is not None else None
    for binding, size in zip(bindings, sizes or (), strict=False):
        if (
            entry is not None
            and binding.lower is None
            and is_open(reader.table.sizes.resolve(binding.extent))
        ):
            letter = Declaration(Name(binding.name), binding.name, kind="index", lower=entry.origin)
            letter.upper = size + (entry.origin - 1)
            if entry.origin != 1:
                counted_from(binding, letter)
            reader.table.sizes.unify(binding.extent, size)
        if entry is not None and (entry.shown_later or entry.family) and not entry.assumed:
            # the members are declared with their range: other axes may be longer
            extent, own = (reader.table.sizes.resolve(s) for s in (binding.extent, size))
            binding.explicit |= extent == own and not is_open(own)


def _index_binding(reader: Formula, name: str, start: int) -> Binding:
    entry = reader.table.exact(Name(name))
    known = entry.upper if entry is not None and entry.kind == "index" else None
    binding = Binding(name, known or reader.table.sizes.fresh(), start=start)
    if entry is not None and known is not None and entry.lower != 1:
        counted_from(binding, entry)
    return binding
