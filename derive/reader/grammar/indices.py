r"""Indices: subscripts as entries, bound and free indices as values, and the axes over which they run."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.expr.nodes import Dim, Expr, Index, Item, Number
from derive.expr.sizes import Size
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, plain
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration
from derive.reader.grammar.values import Binding, Value, uses_of
from derive.reader.grammar.written import FONTS
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Kind, Token


def index_value(reader: Formula, binding: Binding, start: int) -> Value:
    """An index in scope as a value."""
    if binding.value is not None:
        return binding.value

    def build() -> Expr:
        return index_node(reader, binding)

    return Value((), build, binding.use, "index", start)


def index_node(reader: Formula, binding: Binding) -> Index:
    """The `Index` of a binding; refused when its range was never said."""
    lower = binding.lower.build() if binding.lower is not None else Number(Fraction(1))
    called = binding.label or binding.name
    if binding.upper is not None:
        return Index(called, lower, binding.upper.build())
    extent = reader.table.sizes.resolve(binding.extent)
    if is_open(extent) and binding.fallback is not None:
        reader.table.sizes.unify(extent, binding.fallback)
        extent = reader.table.sizes.resolve(extent)
    if any(name.startswith("?") for name in extent.names):
        raise reader.error(
            f"the range of the index {binding.name} is not said; write its limits "
            f"or declare {binding.name} = 1, \\dots, n",
            binding.start,
        )
    return Index(called, lower, Dim(extent))


def split_indices(
    reader: Formula, nodes: Sequence[Node], counts: Sequence[int], start: int
) -> list[Value | None]:
    """The indices of a subscript: separated by commas, else letters side by side, as many as one of `counts`.

    `:` and a dot keep an axis (None).
    """
    items = clean(nodes)
    parts = at_commas(items)
    if len(parts) == 1 and not _is_arithmetic(items):
        pieces = script_pieces(items)
        if len(pieces) > 1 and len(pieces) in counts:
            parts = pieces
        elif (
            len(pieces) > 1 and len(items) == len(pieces) and not (1 in counts and _numeric(items))
        ):
            if max(counts) >= 2 and len(pieces) > max(counts):
                raise reader.error(
                    f"{plain(nodes)!r} has {len(pieces)} indices, not {max(counts)}", start
                )
            if len(pieces) == 2 and max(counts) == 1 and not _numeric(items):
                raise reader.error(f"{plain(nodes)!r} are two indices where one is due", start)
    if len(parts) not in counts and not (len(parts) <= max(counts)):
        raise reader.error(f"{plain(nodes)!r} has {len(parts)} indices, not {max(counts)}", start)
    return [_index_part(reader, part, start) for part in parts]


def at_commas(items: Sequence[Node]) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in items:
        text = text_of(node)
        depth += (text in ("(", "[")) - (text in (")", "]"))
        if text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _is_arithmetic(items: Sequence[Node]) -> bool:
    return (
        any(
            isinstance(n, Token) and n.text in ("+", "-", "/", r"\cdot", "(", r"\times")
            for n in items
        )
        and not (len(items) == 2 and isinstance(items[1], Token) and items[1].text == r"\cdot")
        and not (isinstance(items[0], Token) and items[0].text == r"\cdot")
    )


def _numeric(items: Sequence[Node]) -> bool:
    return all(isinstance(n, Token) and n.kind is Kind.NUMBER for n in items)


def script_pieces(items: Sequence[Node]) -> list[list[Node]]:
    """Letters side by side, each with its scripts and primes; a number of two digits is two indices."""
    pieces: list[list[Node]] = []
    position = 0
    while position < len(items):
        node = items[position]
        if isinstance(node, Token) and (node.text == "'" or node.kind in (Kind.SUB, Kind.SUP)):
            if pieces:
                pieces[-1].append(node)
                if node.text != "'" and position + 1 < len(items):
                    pieces[-1].append(items[position + 1])
                    position += 1
        elif isinstance(node, Token) and node.kind is Kind.NUMBER and len(node.text) > 1:
            pieces.extend([[node._replace(text=digit)] for digit in node.text])
        elif isinstance(node, Token) and node.text in FONTS and position + 1 < len(items):
            pieces.append([node, items[position + 1]])
            position += 1
        else:
            pieces.append([node])
        position += 1
    return pieces


def _index_part(reader: Formula, nodes: Sequence[Node], start: int) -> Value | None:
    if (
        len(nodes) == 1
        and isinstance(nodes[0], Token)
        and nodes[0].text in (":", r"\cdot", "*", r"\bullet", ".")
    ):
        return None
    if not nodes:
        raise reader.error("an index is missing", start)
    with reader.flag(in_index=True, font=""), reader.deeper(start):
        value = reader.whole(nodes)
    return reader.demand_scalar(value, "an index", start)


def free_index(reader: Formula, name: str, start: int) -> Value:
    """An index that is not bound here: a claim for all its values."""
    binding = reader.state.free.get(name)
    if binding is None:
        entry = next(
            (e for e in reader.table.entries.values() if e.kind == "index" and e.latex == name),
            None,
        )
        binding = Binding(name, reader.table.sizes.fresh(), start=start)
        binding.fallback = entry.upper if entry is not None else None
        if entry is not None and entry.lower != 1:
            counted_from(binding, entry)
        reader.state.free[name] = binding
    return index_value(reader, binding, start)


def counted_from(binding: Binding, entry: Declaration) -> None:
    """Give an index its declared range, which starts at another number than one."""
    low, upper = Number(Fraction(entry.lower)), entry.upper
    binding.lower = Value((), lambda: low, kind="number")
    if upper is not None:
        last = Dim(upper)
        binding.upper, binding.explicit = Value((), lambda: last, kind="size"), True
        binding.extent = upper + (1 - entry.lower)


def select(reader: Formula, base: Value, indices: Sequence[Value | None], start: int) -> Value:
    """Entries of `base` by index; axes without an index are kept."""
    shape = base.shape
    if len(indices) > len(shape):
        raise reader.error(
            f"{reader.arithmetic.said(base)} has {len(shape)} axes, but {len(indices)} indices are written",
            start,
            ill_typed=True,
        )
    given = [*indices, *([None] * (len(shape) - len(indices)))]
    for value, size in zip(given, shape, strict=True):
        if value is not None and value.kind == "index":
            _meets_axis(reader, value, size, start)
    kept = tuple(size for size, value in zip(shape, given, strict=True) if value is None)
    built = [v for v in given if v is not None]

    def build() -> Expr:
        return Item(base.build(), tuple(None if v is None else v.build() for v in given))

    return Value(kept, build, uses_of((base, *built)), start=start)


def _meets_axis(reader: Formula, value: Value, size: Size, start: int) -> None:
    """An index without a written range runs over the axis; an open axis takes the written range."""
    for binding in (*reader.scope, *reader.outer, *reader.state.free.values()):
        if value.uses != binding.use or binding.value is not None:
            continue
        if binding.explicit:
            if any(n.startswith("?") for n in reader.table.sizes.resolve(size).names):
                reader.table.sizes.unify(size, binding.extent)
        elif not reader.table.sizes.unify(binding.extent, size) and not _declared(
            reader, binding, size
        ):
            known = reader.table.sizes.resolve(binding.extent)
            raise reader.error(
                f"the index {binding.name} runs over two axes, of sizes {known} and "
                f"{reader.table.sizes.resolve(size)}; "
                "write its range",
                start,
                ill_typed=True,
            )
        return


def _declared(reader: Formula, binding: Binding, size: Size) -> bool:
    """Of two axes that an index meets, the longer one is read up to its declared range: z_j of 4m, f_j of m entries."""
    own = binding.fallback
    if own is None or binding.lower is not None:
        return False
    own, known, other = map(reader.table.sizes.resolve, (own, binding.extent, size))
    longer = other if known == own else known if other == own else own
    if is_open(longer) or longer == own or any(factor < 0 for _, factor in (longer - own).terms):
        return False
    binding.extent, binding.explicit = own, True
    return True


def read_entries(reader: Formula, request: object) -> Value:
    """value_{...}: entries of any expression, by its axes."""
    from derive.reader.grammar.scripts import Indexed

    assert isinstance(request, Indexed)
    value, start = request.value, request.start
    if plain(request.nodes) == "+":  # the positive part
        return reader.words["positive part"](reader, value)
    shape = reader.arithmetic.shape(value)
    if not shape:
        raise reader.error(
            f"{reader.arithmetic.said(value)} is a scalar and has no entry {plain(request.nodes)!r}",
            start,
            ill_typed=True,
        )
    rank = len(shape)
    is_row = rank == 2 and str(shape[0]) == "1"
    if is_row:
        with reader.at(start):
            value = reader.arithmetic.transpose(value)
        shape, rank = reader.arithmetic.shape(value), 1
    parts = split_indices(reader, request.nodes, tuple(range(1, rank + 1)), start)
    if rank == 2 and len(parts) == 1:
        reader.note("one index of a matrix is its row, as a column vector")
    found = select(reader, value.but(shape=shape), parts, start)
    sliced = rank == 2 and parts[0] is not None and (len(parts) == 1 or parts[1] is None)
    return as_row(reader, found) if sliced else found


def as_row(reader: Formula, value: Value) -> Value:
    """A row of a matrix: a column vector where that fits, else as it lies in the matrix."""
    reader.ambiguity("rows_lie")
    return reader.arithmetic.transpose(value) if reader.options.rows_lie else value.but(kind="row")
