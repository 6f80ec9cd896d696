r"""What a relation declares: memberships, bounds with their facts, `A \succ 0`, conditions on sizes."""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.declarations.clauses import ORDER_SIGNS, Clause
from derive.reader.declarations.definitions import define
from derive.reader.declarations.order import order_bounds
from derive.reader.declarations.properties import facts_in
from derive.reader.declarations.ranges import declare_between, is_counter
from derive.reader.declarations.subjects import (
    Subject,
    bounded_entries,
    declare_invertible,
    matrix_of,
    read_subject,
    subject_entries,
    subject_entry,
    subject_extents,
)
from derive.reader.declarations.values import declare_values
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain, start_of
from derive.reader.grammar.sets import (
    Members,
    apply_bounds,
    bound,
    interval_ends,
    is_value,
    read_set,
)
from derive.reader.grammar.state import RELATIONS
from derive.reader.grammar.table import Declaration
from derive.reader.source.groups import Node

_BELOW = frozenset(["<", r"\le", r"\leq", r"\lt"])


def declare_relations(
    reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str]
) -> None:
    """One clause with one or more relations."""
    start = start_of(clause.nodes[0])
    if declare_between(reader, sides, signs):
        return
    if len(signs) == 2 and signs[0] in _BELOW and signs[1] in _BELOW:
        _between(reader, clause, sides, signs, start)
        return
    if signs[0] == "=" and len(signs) == 2 and signs[1] == r"\in":
        pairs = subject_entries(reader, Clause(sides[0], "", clause.subjects), sides[0])
        found = read_set(reader, sides[2])
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
            if not plain(sides[1]).startswith(plain(sides[0]) + "("):  # K = K(t) abbreviates
                define(reader, sides[0], sides[1], entry)
        set_facts(reader, [e for _, e in pairs], clause.words)
        return
    if signs[0] == "=" and len(signs) == 2 and signs[1] in ORDER_SIGNS:
        _definite(reader, clause, [sides[0], sides[2]], signs[1:])
        if plain(sides[1]) not in (plain([*sides[0]]) + "^" + t for t in (r"\top", "T")):
            define(reader, sides[0], sides[1], None)
        return
    if signs[0] in (">", r"\ge", r"\geq", "<", r"\le", r"\leq", r"\ne", r"\neq", r"\gt", r"\lt"):
        _bounded(reader, clause, sides, signs[0], start)
        return
    if signs[0] in ORDER_SIGNS:
        if not order_bounds(reader, sides, signs):
            _definite(reader, clause, sides, signs)
        return
    if signs[0] == r"\in":
        _membership(reader, clause, sides, start)
        return
    raise reader.error(f"the declaration {plain(clause.nodes)!r} is not understood", start)


def _between(
    reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str], start: int
) -> None:
    """`0 < x \\le 1`: numbers are bounds of members, names make a condition."""
    if not all(is_value(reader, side) for side in (sides[0], sides[2])):
        _between_names(reader, clause, sides, signs, start)
        return
    pairs = bounded_entries(reader, Clause(sides[1], "", clause.subjects), sides[1])
    found = Members()
    apply_bounds(found, bound(reader, sides[0]), bound(reader, sides[2]))
    for subject, entry in pairs:
        _apply(reader, subject, entry, found)
    set_facts(reader, [e for _, e in pairs], clause.words)


def _membership(reader: Formula, clause: Clause, sides: list[list[Node]], start: int) -> None:
    """`x \\in S`; an interval between names is two bounds."""
    ends = interval_ends(sides[1])
    if ends is not None and not all(is_value(reader, end) for end in ends):
        around = [ends[0], sides[0], ends[1]]
        _between_names(reader, clause, around, [r"\le", r"\le"], start)
        return
    found = read_set(reader, sides[1])
    if declare_values(reader, sides[0], found):
        return
    pairs = subject_entries(reader, clause, sides[0])
    for subject, entry in pairs:
        _apply(reader, subject, entry, found)
    set_facts(reader, [e for _, e in pairs], clause.words)


def _between_names(
    reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str], start: int
) -> None:
    r"""`0 < \gamma \le 1/L`, `x \in [a, b]`: a bound by what is no number is a condition."""
    for left, right, sign in ((sides[0], sides[1], signs[0]), (sides[1], sides[2], signs[1])):
        _bounded(reader, Clause([*left, *right], clause.words), [left, right], sign, start)


def _definite(reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str]) -> None:
    fact = ORDER_SIGNS[signs[0]]
    if plain(sides[1]) != "0" or not fact:
        raise reader.error(
            f"the declaration {plain(clause.nodes)!r} is not understood", start_of(clause.nodes[0])
        )
    pairs = subject_entries(reader, clause, sides[0])
    for subject, entry in pairs:
        entry.add_fact(fact)
        _count_axes(reader, subject, entry)
    set_facts(reader, [e for _, e in pairs], clause.words)


def _count_axes(reader: Formula, subject: Subject, entry: Declaration) -> None:
    """A family that was named by a fact alone keeps its member axes until the shape is said."""
    if entry.sizes is None and subject.indices:
        entry.family = len(subject.indices)


def _bounded(
    reader: Formula, clause: Clause, sides: list[list[Node]], sign: str, start: int
) -> None:
    """`t > 0`, `p > 1`, `0 < t`, `v \\ne 0`, `n \\ge m`."""
    left, right = sides[0], sides[1]
    if not _is_number(reader, right) and _is_number(reader, left):
        flip = {
            ">": "<",
            "<": ">",
            r"\ge": r"\le",
            r"\geq": r"\le",
            r"\le": r"\ge",
            r"\leq": r"\ge",
        }
        left, right, sign = right, left, flip.get(sign, sign)
    if not _is_number(reader, right):
        _size_condition(reader, clause, sides, sign, start)
        return
    if plain(left).startswith(r"\det") and bound(reader, right) == 0:
        declare_invertible(reader, left, sign)
        return
    if plain(left).replace("_", "").startswith(r"\|") or plain(left).startswith("|"):
        return
    matrix = matrix_of(reader, left)
    pairs = [matrix] if matrix else bounded_entries(reader, clause, left)
    value = bound(reader, right)
    against_zero = {
        ">": "positive",
        r"\ge": "nonnegative",
        r"\geq": "nonnegative",
        "<": "negative",
        r"\ne": "nonzero",
        r"\neq": "nonzero",
    }
    fact = against_zero.get(sign) if value == 0 else None
    for subject, entry in pairs:
        if entry.kind == "size":
            _size_condition(reader, clause, sides, sign, start)
            continue
        if fact:
            entry.add_fact(fact)
        elif sign in (">", r"\ge", r"\geq"):
            entry.add_fact("interval", (value, None))
        elif sign in ("<", r"\le", r"\leq"):
            entry.add_fact("interval", (None, value))
        else:
            raise reader.error(f"the condition {plain(clause.nodes)!r} is not supported", start)
        if entry.sizes is None and matrix is None:
            _apply(reader, subject, entry, Members())
    set_facts(reader, [e for _, e in pairs], clause.words)


def _is_number(reader: Formula, nodes: Sequence[Node]) -> bool:
    text = plain(nodes).replace(" ", "").replace("-", "").replace("+", "").replace(r"\frac", "")
    return text.replace(".", "").replace("/", "").isdigit() or text == r"\infty"


def _size_condition(
    reader: Formula, clause: Clause, sides: list[list[Node]], sign: str, start: int
) -> None:
    """A condition between sizes is kept as a relation; a name that is not known is a number: `\\nu > D - 1`."""
    from derive.expr.nodes import Relation

    op = RELATIONS.get(sign)
    if op is None:
        raise reader.error(f"the sign {sign} is not supported in a declaration", start)
    for side in sides[:2]:
        subject = read_subject(reader, side)
        if subject is not None and not subject.indices and reader.table.find(subject.name) is None:
            _apply(reader, subject, subject_entry(reader, subject), Members())
    left, right = reader.whole(sides[0]), reader.whole(sides[1])
    reader.table.conditions.append(Relation(op, left.build(), right.build()))


def _apply(reader: Formula, subject: Subject, entry: Declaration, found: Members) -> None:
    """Give an entry the shape and the facts of a set."""
    if found.upper is not None and not found.shape:
        entry.upper, entry.lower = found.upper, found.lower
        if is_counter(subject):
            entry.kind, entry.sizes = "index", None
            return
    if entry.kind == "size":
        if not found.shape and set(found.facts) <= {"natural", "count", "integer"}:
            return
        entry.kind = "variable"
    member = found.shape
    scalars = not member and bool(subject.indices)
    if entry.sizes is None or not (subject.indices or entry.family):
        if (
            entry.sizes is not None
            and not found.shape
            and (found.facts or found.bounds is not None)
        ):
            pass
        else:
            extents = subject_extents(reader, subject, entry) if subject.indices else []
            entry.sizes = (*extents, *member)
            vector = scalars and entry.origin == 1  # w_0, ..., w_M keeps its own count
            entry.family = 0 if vector else len(extents)
    elif member and len(entry.sizes) == len(subject.indices):
        entry.sizes = (*entry.sizes, *member)
        entry.family = len(subject.indices)
    for fact in found.facts:
        entry.add_fact(fact)
    if found.upper is not None and found.facts:
        entry.add_fact("interval", (None, found.upper + 1))
    if found.bounds is not None:
        entry.add_fact("interval", found.bounds)


def set_facts(reader: Formula, entries: Sequence[Declaration], words: str) -> None:
    """Facts said in words after the clause."""
    if not words:
        return
    found = facts_in(words)
    if not found and not _harmless(words):
        start = 0
        raise reader.error(f"the words {words!r} are not understood", start)
    for entry in entries:
        for fact in found:
            entry.add_fact(fact)


def _harmless(words: str) -> bool:
    kept = (
        "vector",
        "matrix",
        "scalar",
        "number",
        "real",
        "be",
        "the",
        "for all",
        "each",
        "given",
        "fixed",
        "constant",
        "data",
    )
    return any(word in words.lower() for word in kept)
