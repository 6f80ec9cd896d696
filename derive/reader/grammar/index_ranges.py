r"""The ranges of indices under and over a sign: `i=1`, `j \neq i`, `1 \le i < j \le n`, `i \in [n]`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.errors import DeriveError
from derive.expr.build import as_size
from derive.expr.sizes import Size
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean, plain
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.node_parts import parts_of
from derive.reader.grammar.state import DOTS, RELATIONS
from derive.reader.grammar.values import Binding, Value, is_literal
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token


@dataclass
class Range:
    """What stands under and over a sum sign: index names, limits, conditions still to be read."""

    bindings: list[Binding] = field(default_factory=list)
    conditions: list[list[Node]] = field(default_factory=list)
    full: bool = False
    tentative: Binding | None = None
    text: str = ""


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
        from derive.reader.grammar.values import number

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
    _bind_sides(reader, sides, op.text, bool(names), found, start)
    if _is_at_most(op) and first is not None and len(cuts) == 1 and index_name(sides[1]) is None:
        found.bindings[-1].upper = _limit(reader, sides[1])
        found.full = True
        return
    found.conditions.append(part)


def _bind_sides(
    reader: Formula, sides: list[list[Node]], sign: str, listed: bool, found: Range, start: int
) -> None:
    r"""Bind the indices on the sides of `i < j`, `j \ne i`; one behind the sign may be known already."""
    first = index_name(sides[0])
    for side in sides:
        own = index_name(side)
        if own is None or any(b.name == own for b in found.bindings):
            continue
        if side is not sides[0] and (_in_scope(reader, own) or _is_declared(reader, own)):
            continue
        if side is not sides[0] and _is_fixed(first, own, sign):
            continue
        binding = _bind(reader, found, own, start)
        if side is not sides[0] and not listed and sign in (r"\ne", r"\neq"):
            found.tentative = binding


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
    """Whether a letter stands for a value; one with a subscript may be a member of such: `y_i` of the labels y."""
    table = reader.table
    return any(
        (e.latex == name and e.kind in ("size", "variable"))
        or ("_" in name and e.latex == name.partition("_")[0] and e.kind == "variable")
        for e in (*table.entries.values(), *table.families.values())
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
