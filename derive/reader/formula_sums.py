r"""Sums, products, maxima over an index, and `\min_w`: what is bound, its range, and how far the body reaches."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from derive.errors import DeriveError
from derive.expr.build import as_size
from derive.expr.nodes import Expr, Index, Reduce, Relation
from derive.expr.sizes import Size
from derive.reader.formula_conditions import condition
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, plain
from derive.reader.formula_indices import index_node
from derive.reader.formula_products import factors_of, index_ahead
from derive.reader.formula_state import DOTS, RELATIONS
from derive.reader.formula_values import Binding, Value, is_literal, uses_of
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node
from derive.reader.scanner import Kind, Token
from derive.reader.table import Name


@dataclass
class Range:
    """What stands under and over a sum sign: index names, limits, conditions still to be read."""

    bindings: list[Binding] = field(default_factory=list)
    conditions: list[list[Node]] = field(default_factory=list)
    full: bool = False
    tentative: Binding | None = None
    text: str = ""


def limits(reader: Formula, cursor: Cursor) -> tuple[Sequence[Node] | None, Sequence[Node] | None]:
    """The nodes under and over a sign, in either order."""
    below: Sequence[Node] | None = None
    above: Sequence[Node] | None = None
    while (token := cursor.token) is not None and token.kind in (Kind.SUB, Kind.SUP):
        cursor.pos += 1
        nodes = reader.argument(cursor)
        if token.kind is Kind.SUB and below is None:
            below = nodes
        elif token.kind is Kind.SUP and above is None:
            above = nodes
        else:
            raise reader.error("a sign has two limits of one kind", token.start)
    return below, above


def parts_of(nodes: Sequence[Node], separators: tuple[str, ...] = (",",)) -> list[list[Node]]:
    """The nodes split at separators outside brackets."""
    parts: list[list[Node]] = [[]]
    depth = 0
    for node in clean(nodes):
        text = node.text if isinstance(node, Token) else ""
        depth += (text in ("(", "[", r"\{")) - (text in (")", "]", r"\}"))
        if text in separators and depth == 0:
            parts.append([])
        else:
            parts[-1].append(node)
    return [part for part in parts if part]


def index_name(nodes: Sequence[Node]) -> str | None:
    """The name that all of these nodes are, as an index."""
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None or name.base.isdigit():
        return None
    primes = 0
    sub = ""
    while cursor.node is not None:
        if cursor.take("'"):
            primes += 1
        elif isinstance(cursor.node, Token) and cursor.node.kind is Kind.SUB:
            sub, _ = written_scripts(cursor)
        elif (
            isinstance(cursor.node, Token)
            and cursor.node.kind is Kind.SUP
            and plain(cursor.items[cursor.pos + 1 :]) == "'"
        ):
            cursor.pos += 2
            primes += 1
        else:
            return None
    return Name(name.base, name.font, name.accents, sub, "", primes).latex


def read_range(
    reader: Formula, below: Sequence[Node], above: Sequence[Node] | None, start: int
) -> Range:
    """`i=1`, `i,j`, `j \\neq i`, `i<j`, `i: y_i = c`, `i=1, i \\neq j`, `1 \\le i < j \\le n`."""
    found = Range()
    names_only: list[str] = []
    head, *tests = parts_of(below, (":", "|", r"\mid")) or [[]]
    dotted = False
    for part in parts_of(head, (",", ";", r"\\")):
        cuts = _relations(part)
        if found.full and plain(part) in DOTS:
            dotted = True
        elif dotted and not cuts:  # i = 1, ..., n
            _set_upper(reader, found.bindings[-1], _limit(reader, part))
            dotted = False
        elif not cuts:
            names_only.extend(_names(reader, part, found, start))
        elif not found.bindings or names_only or _binds_another(reader, part, cuts, found):
            _first_relation(reader, part, cuts, names_only, found, start)
            names_only = []
        else:
            _later_relation(reader, part, cuts, found)
    for name in names_only:
        _bind(reader, found, name, start)
    if not found.bindings:
        raise reader.error(f"no index is bound by {plain(below)!r}", start)
    for test in tests:
        found.conditions.extend(parts_of(test))
    if above is not None and clean(above):
        _upper(reader, found, above)
    return found


def _binds_another(reader: Formula, part: list[Node], cuts: list[int], found: Range) -> bool:
    r"""Whether `0 \le v \le m` after another range binds a further index."""
    name = index_name(_sides(part, cuts)[1]) if len(cuts) == 2 else None
    known = [binding.name for binding in (*found.bindings, *reader.scope, *reader.outer)]
    return name is not None and name not in known


def _relations(part: Sequence[Node]) -> list[int]:
    return [
        i
        for i, node in enumerate(part)
        if isinstance(node, Token) and (node.text in RELATIONS or node.text in (r"\in", r"\notin"))
    ]


def _bind(reader: Formula, found: Range, name: str, start: int) -> Binding:
    entry = next(
        (e for e in reader.table.entries.values() if e.kind == "index" and e.latex == name), None
    )
    binding = Binding(name, reader.table.sizes.fresh(), start=start)
    binding.fallback = entry.upper if entry is not None else None
    if entry is not None and entry.lower != 1:
        from derive.reader.formula_values import number

        binding.lower = number(str(entry.lower))
    found.bindings.append(binding)
    return binding


def _names(reader: Formula, part: Sequence[Node], found: Range, start: int) -> list[str]:
    name = index_name(part)
    if name is not None:
        return [name]
    letters = [index_name([node]) for node in part]
    if all(letter is not None for letter in letters):
        return [letter for letter in letters if letter is not None]
    raise reader.error(f"{plain(part)!r} names no index", start)


def _first_relation(
    reader: Formula,
    part: list[Node],
    cuts: list[int],
    names: list[str],
    found: Range,
    start: int,
) -> None:
    """The relation that introduces an index: `i = 1`, `i < j`, `j \\ne i`, `i \\in \\{1, .., n\\}`, `1 \\le i
    \\le n`."""
    sides = _sides(part, cuts)
    op = part[cuts[0]]
    assert isinstance(op, Token)
    first = index_name(sides[0])
    if op.text == "=" and first is not None and len(cuts) == 1:
        lower = _limit(reader, sides[1])
        for name in [*names, first]:
            binding = _bind(reader, found, name, start)
            binding.lower = None if is_literal(lower, 1) else lower
        found.full = True
        return
    for name in names:
        _bind(reader, found, name, start)
    if op.text == r"\in" and first is not None:
        _member_of(reader, sides[1], [*names, first], found, start)
        return
    if op.text in (r"\in", r"\notin"):
        raise reader.error(
            f"{plain(part)!r}: sums over a set need its members, such as {{1, ..., n}}", start
        )
    if first is None and len(cuts) == 2 and index_name(sides[1]) is not None:
        _between(reader, sides, part, cuts, found, start)
        return
    if len(cuts) > 1 and _is_at_most(part[cuts[-1]]):
        _bounded_chain(reader, part, cuts, sides, found, start)
        return
    for side in sides:
        own = index_name(side)
        if own is None or any(b.name == own for b in found.bindings):
            continue
        if side is not sides[0] and (_in_scope(reader, own) or _is_declared(reader, own)):
            continue
        if side is not sides[0] and _is_fixed(first, own, op.text):
            continue
        binding = _bind(reader, found, own, start)
        if side is not sides[0] and not names and op.text in (r"\ne", r"\neq"):
            found.tentative = binding
    if (
        op.text in (r"\le", r"\leq")
        and first is not None
        and len(cuts) == 1
        and index_name(sides[1]) is None
    ):
        found.bindings[-1].upper = _limit(reader, sides[1])
        found.full = True
        return
    found.conditions.append(part)


def _is_fixed(first: str | None, other: str, sign: str) -> bool:
    r"""Whether in `\sum_{j \ne i}` the index i is fixed: the letters stand against the alphabet, unlike `i \ne j`."""
    letters = (first or "").lstrip("\\"), other.lstrip("\\")
    return (
        sign in (r"\ne", r"\neq")
        and len(letters[0]) == len(letters[1]) == 1
        and letters[0] > letters[1]
    )


def _is_at_most(node: Node) -> bool:
    return isinstance(node, Token) and node.text in (r"\le", r"\leq")


def _is_declared(reader: Formula, name: str) -> bool:
    return any(
        e.latex == name and e.kind in ("size", "variable") for e in reader.table.entries.values()
    )


def _bounded_chain(
    reader: Formula,
    part: list[Node],
    cuts: list[int],
    sides: list[list[Node]],
    found: Range,
    start: int,
) -> None:
    """`1 \\le i < j \\le n`: the last side is the upper limit of all, a number in front the lower one."""
    upper = _limit(reader, sides[-1])
    first = index_name(sides[0])
    lower = None if first is not None else _limit(reader, sides[0])
    inner_sides = sides[:-1] if first is not None else sides[1:-1]
    for side in inner_sides:
        name = index_name(side)
        if name is None:
            raise reader.error(f"{plain(part)!r} binds no index", start)
        binding = _bind(reader, found, name, start)
        binding.lower = None if lower is None or is_literal(lower, 1) else lower
        _set_upper(reader, binding, upper)
    inner_cuts = cuts[:-1] if first is not None else cuts[1:-1]
    if inner_cuts:
        begin = 0 if first is not None else cuts[0] + 1
        found.conditions.append(part[begin : cuts[-1]])
    found.full = True


def _in_scope(reader: Formula, name: str) -> bool:
    return any(b.name == name for b in reader.scope) or name in reader.state.free


def _later_relation(reader: Formula, part: list[Node], cuts: list[int], found: Range) -> None:
    """`, j = 1` binds another index; anything else is a condition."""
    sides = _sides(part, cuts)
    name = index_name(sides[0])
    op = part[cuts[0]]
    assert isinstance(op, Token)
    if (
        op.text == "="
        and len(cuts) == 1
        and name is not None
        and not _in_scope(reader, name)
        and not any(b.name == name for b in found.bindings)
    ):
        lower = _limit(reader, sides[1])
        binding = _bind(reader, found, name, found.bindings[0].start)
        binding.lower = None if is_literal(lower, 1) else lower
        return
    if op.text == r"\in" and name is not None and not any(b.name == name for b in found.bindings):
        _member_of(reader, sides[1], [name], found, found.bindings[0].start)
        return
    found.conditions.append(part)


def _sides(part: list[Node], cuts: list[int]) -> list[list[Node]]:
    edges = [-1, *cuts, len(part)]
    return [part[a + 1 : b] for a, b in itertools.pairwise(edges)]


def _between(
    reader: Formula,
    sides: list[list[Node]],
    part: list[Node],
    cuts: list[int],
    found: Range,
    start: int,
) -> None:
    """`1 \\le i \\le n`."""
    name = index_name(sides[1])
    assert name is not None
    signs = [part[c].text for c in cuts]  # type: ignore[union-attr]
    if not all(s in (r"\le", r"\leq") for s in signs):
        found.conditions.append(part)
        _bind(reader, found, name, start)
        return
    binding = _bind(reader, found, name, start)
    lower = _limit(reader, sides[0])
    binding.lower = None if is_literal(lower, 1) else lower
    _set_upper(reader, binding, _limit(reader, sides[2]))
    found.full = True


def _member_of(
    reader: Formula, side: list[Node], names: list[str], found: Range, start: int
) -> None:
    """`i \\in \\{1, \\dots, n\\}` or `i \\in [n]`."""
    tokens = [n for n in side if isinstance(n, Token)]
    texts = [t.text for t in tokens]
    if texts and texts[0] == r"\{" and texts[-1] == r"\}" and r"\dots" in texts:
        cut = texts.index(r"\dots")
        last = side[cut + 2 : -1]
        upper = _limit(reader, last)
        lower = _limit(reader, [side[1]])
    elif texts and texts[0] == "[" and texts[-1] == "]":
        upper, lower = _limit(reader, side[1:-1]), None
    elif plain(side) in reader.table.finite or all(n in reader.table.finite for n in names):
        for name in names:  # every value of a variable of finitely many values
            reader.table.declare_finite(name)
            _bind(reader, found, name, start)
        return
    else:
        raise reader.error(f"{plain(side)!r} is not a set whose members are known", start)
    for name in names:
        if any(b.name == name for b in found.bindings):
            continue
        binding = _bind(reader, found, name, start)
        binding.lower = None if lower is None or is_literal(lower, 1) else lower
        _set_upper(reader, binding, upper)
    found.full = True


def _limit(reader: Formula, nodes: Sequence[Node]) -> Value:
    """A limit of an index; an unknown letter in it is a size."""
    with reader.flag(in_limit=True):
        value = reader.whole(nodes)
    return reader.demand_scalar(value, "a limit", value.start)


def _upper(reader: Formula, found: Range, above: Sequence[Node]) -> None:
    value = _limit(reader, above)
    for binding in found.bindings:
        _set_upper(reader, binding, value)
    found.full = True


def _set_upper(reader: Formula, binding: Binding, value: Value) -> None:
    binding.explicit = True
    size = size_of(value)
    if size is not None and binding.lower is None:
        binding.extent = size
    else:
        binding.upper = value
    if size is None:
        binding.upper = value


def size_of(value: Value) -> Size | None:
    """The value as a size, if it is one."""
    try:
        return as_size(value.build())
    except DeriveError:
        return None


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
        if not reader.options.sums_extend:
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
