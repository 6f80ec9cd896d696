r"""Declarations as formulas: `A, X \in \mathbb{R}^{m \times n}`, `C \succ 0`, `x_i \in \mathbb{R}^d, \; i = 1,
\ldots, n`.

A text is cut at top-level commas into clauses; names without a relation wait for the next clause. Ranges of
indices are read
first, because they decide which subscripts count members. Definitions are read last, when all shapes are known.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ReadError
from derive.reader.declare_clauses import (
    ORDER_SIGNS,
    Clause,
    clauses,
    is_mapping,
    place_and_value,
    range_of,
    relation_at,
)
from derive.reader.declare_definitions import define
from derive.reader.declare_mappings import declare_mapping
from derive.reader.declare_order import order_bounds
from derive.reader.declare_ranges import declare_between, declare_ranges, is_counter
from derive.reader.declare_sets import (
    Members,
    apply_bounds,
    bound,
    interval_ends,
    is_value,
    read_set,
)
from derive.reader.declare_subjects import (
    Subject,
    bounded_entries,
    declare_invertible,
    matrix_of,
    read_subject,
    subject_entries,
    subject_entry,
    subject_extents,
)
from derive.reader.declare_values import declare_values
from derive.reader.declare_words import facts_in, function_in
from derive.reader.formula import WORDS
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, plain, start_of
from derive.reader.formula_names import read_name
from derive.reader.formula_state import RELATIONS
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Node, tree
from derive.reader.scanner import Kind, Token, scan_math
from derive.reader.source import Source
from derive.reader.table import Declaration, Name, Table


def declare(table: Table, texts: Sequence[str]) -> None:
    """Read declarations and definitions, each a text of LaTeX mathematics. ReadError says which part is not
    understood."""
    sources = [Source(f"declaration {i + 1}", text) for i, text in enumerate(texts)]
    declare_sources(table, [(source, scan_math(source.text)) for source in sources])


def declare_sources(table: Table, parts: Sequence[tuple[Source, Sequence[Token]]]) -> None:
    """`declare` for tokens with their sources."""
    work: list[tuple[Formula, list[Clause]]] = []
    for source, tokens in parts:
        reader = Formula(table, source, WORDS, read_name)
        work.append((reader, clauses(tree(list(tokens), source))))
    for reader, found in work:
        for clause in found:
            declare_ranges(reader, clause)
    late: list[tuple[Formula, Clause]] = []
    for reader, found in work:
        for clause in found:
            if is_definition(reader, clause):
                late.append((reader, clause))
            else:
                for part in place_and_value(clause):
                    if is_definition(reader, part):
                        late.append((reader, part))
                    else:
                        declare_clause(reader, part)
    _finish(late)


def _finish(late: list[tuple[Formula, Clause]]) -> None:
    """Definitions in their order; one that speaks of a name that another gives waits for it."""
    waiting: list[tuple[Formula, Clause]] = []
    given = [name for _, clause in late if (name := _defined(clause))]
    while late:
        refused: ReadError | None = None
        for position, (reader, clause) in enumerate(late):
            try:
                finish_clause(reader, clause)
            except ReadError as error:
                if not any(f"{name} is not declared" in str(error) for name in given):
                    raise
                refused = refused or error
                waiting.append((reader, clause))
            else:
                waiting.extend(late[position + 1 :])
                break
        else:
            assert refused is not None
            raise refused
        late, waiting = waiting, []


def _defined(clause: Clause) -> str:
    cut = relation_at(clause.nodes)
    return plain(clause.nodes[:cut]) if cut else ""


def is_definition(reader: Formula, clause: Clause) -> bool:
    """Whether a clause defines or constrains by `=`, which is read when all shapes are known."""
    cut = relation_at(clause.nodes)
    if range_of(clause.nodes) is not None and clause.words in ("range", "dots", "same"):
        return False
    return (
        cut is not None
        and _sign(clause.nodes, cut) in ("=", ":=", r"\triangleq", r"\equiv", r"\coloneqq", r"\sim")
        and (relation_at(clause.nodes, cut + 1) is None or _equals_number(clause.nodes))
    )


def _equals_number(nodes: Sequence[Node]) -> bool:
    r"""Whether several sides are all equal to one number: `\sum_j p_j = \sum_j q_j = 1`."""
    signs: list[int] = []
    while (cut := relation_at(nodes, signs[-1] + 1 if signs else 0)) is not None:
        signs.append(cut)
    last = nodes[-1]
    return (
        all(_sign(nodes, i) == "=" for i in signs)
        and signs[-1] == len(nodes) - 2
        and isinstance(last, Token)
        and last.kind is Kind.NUMBER
    )


def _sign(nodes: Sequence[Node], cut: int) -> str:
    node = nodes[cut]
    return node.text if isinstance(node, Token) else ""


def declare_clause(reader: Formula, clause: Clause) -> None:
    if (
        range_of(clause.nodes) is not None
        and clause.words in ("range", "dots", "same", "")
        and clause.words in ("range", "same", "dots")
    ):
        return
    if is_mapping(clause.nodes):
        declare_mapping(reader, clause)
        return
    cut = relation_at(clause.nodes)
    if cut is None:
        _by_words(reader, clause)
        return
    if cut == 0:
        raise reader.error("a declaration has no left side", start_of(clause.nodes[0]))
    edges: list[int] = []
    place: int | None = cut
    while place is not None:
        edges.append(place)
        place = relation_at(clause.nodes, place + 1)
    sides = [
        clause.nodes[a + 1 : b]
        for a, b in zip([-1, *edges], [*edges, len(clause.nodes)], strict=True)
    ]
    signs = [_sign(clause.nodes, e) for e in edges]
    _relations(reader, clause, sides, signs)


def _relations(reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str]) -> None:
    """One clause with one or more relations."""
    start = start_of(clause.nodes[0])
    if declare_between(reader, sides, signs):
        return
    if (
        len(signs) == 2
        and signs[0] in ("<", r"\le", r"\leq", r"\lt")
        and signs[1] in ("<", r"\le", r"\leq", r"\lt")
    ):
        if not all(is_value(reader, side) for side in (sides[0], sides[2])):
            _between_names(reader, clause, sides, signs, start)
            return
        pairs = bounded_entries(reader, Clause(sides[1], "", clause.subjects), sides[1])
        found = Members()
        apply_bounds(found, bound(reader, sides[0]), bound(reader, sides[2]))
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
        _facts(reader, [e for _, e in pairs], clause.words)
        return
    if signs[0] == "=" and len(signs) == 2 and signs[1] == r"\in":
        pairs = subject_entries(reader, Clause(sides[0], "", clause.subjects), sides[0])
        found = read_set(reader, sides[2])
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
            if not plain(sides[1]).startswith(plain(sides[0]) + "("):  # K = K(t) abbreviates
                define(reader, sides[0], sides[1], entry)
        _facts(reader, [e for _, e in pairs], clause.words)
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
        _facts(reader, [e for _, e in pairs], clause.words)
        return
    raise reader.error(f"the declaration {plain(clause.nodes)!r} is not understood", start)


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
    _facts(reader, [e for _, e in pairs], clause.words)


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
    _facts(reader, [e for _, e in pairs], clause.words)


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


def _facts(reader: Formula, entries: Sequence[Declaration], words: str) -> None:
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


def _by_words(reader: Formula, clause: Clause) -> None:
    r"""`\psi\text{ is the digamma function}`, `w_j^\top\text{ is the }j\text{-th row of }W`,
    `\lambda_i(X)\text{ the eigenvalues of }X`."""
    words = clause.words
    start = start_of(clause.nodes[0])
    lowered = words.lower()
    if "eigenvalue" in lowered and "distinct" not in lowered:
        cursor = Cursor(clause.nodes)
        name = base_name(cursor)
        if name is not None:
            entry = reader.table.declare(name)
            entry.kind, entry.word = "word", "eigenvalues"
            return
    if (
        "row of" in lowered
        or "column of" in lowered
        or "rows of" in lowered
        or "columns of" in lowered
    ):
        _slices(reader, clause, 0 if "row" in lowered else 1, start)
        return
    subject = read_subject(reader, clause.nodes)
    if subject is None and facts_in(words) and not clause.subjects:
        reader.whole(clause.nodes)  # of an expression nothing is noted: `X + A \text{ invertible}`
        return
    if subject is None:
        raise reader.error(f"{plain(clause.nodes)!r} is not a name that can be declared", start)
    function = function_in(words)
    if function and not facts_in(words):
        entry = reader.table.declare(subject.name)
        entry.kind, entry.word = "word", function
        return
    pairs = subject_entries(reader, clause, clause.nodes)
    for _, entry in pairs:
        if "scalar" in lowered and entry.sizes is None:
            entry.sizes = ()
    _facts(reader, [entry for _, entry in pairs], words)


def _slices(reader: Formula, clause: Clause, axis: int, start: int) -> None:
    """The members are rows (axis 0) or columns (axis 1) of a matrix named in the words."""
    inside = clause.words.split("$")
    names = [inside[i] for i in range(1, len(inside), 2)]
    subject = read_subject(reader, clause.nodes)
    parent = names[-1] if names else ""
    if subject is None or not parent or not subject.indices:
        raise reader.error("rows are declared as `w_j^\\top is the j-th row of W`", start)
    declare_slices(reader.table, subject, _parent(reader, parent, start), axis)


def _parent(reader: Formula, text: str, start: int) -> Name:
    cursor = Cursor(tree(scan_math(text), reader.source))
    name = base_name(cursor)
    if name is None:
        raise reader.error(f"{text!r} is not the name of a matrix", start)
    sub, sup = written_scripts(cursor)
    match = reader.table.find(Name(name.base, name.font, name.accents, sub, sup))
    if match is None:
        raise reader.error(f"{text} is not declared; add {text} \\in \\mathbb{{R}}^{{...}}", start)
    return match[0].name


def declare_slices(table: Table, subject: Subject, parent: Name, axis: int) -> None:
    """Say that x_i (or x_i transposed) is row (axis 0) or column (axis 1) i of a declared matrix."""
    entry = table.declare(subject.name, family=True)
    entry.kind, entry.parent, entry.axis, entry.marker = "slices", parent, axis, subject.marker
    entry.row = axis == 0 and not subject.transposed
    entry.sizes, entry.family = None, 0


def finish_clause(reader: Formula, clause: Clause) -> None:
    """A definition, a constraint by `=`, or a law by `\\sim`."""
    cut = relation_at(clause.nodes)
    assert cut is not None
    left, right = clause.nodes[:cut], clause.nodes[cut + 1 :]
    if not right or not left:
        side = "right" if left else "left"
        raise reader.error(f"a definition has no {side} side", start_of(clause.nodes[0]))
    if _sign(clause.nodes, cut) == r"\sim":
        from derive.reader.declare_laws import members_law, random_law

        for subject, entry in subject_entries(reader, clause, left):
            (members_law if len(subject.indices) == 1 else random_law)(reader, entry, right)
        return
    define(reader, left, right, None)
    _facts_of_left(reader, clause, left)


def _facts_of_left(reader: Formula, clause: Clause, left: list[Node]) -> None:
    if not clause.words:
        return
    subject = read_subject(reader, left)
    if subject is not None:
        entry = reader.table.exact(subject.name)
        if entry is not None:
            for fact in facts_in(clause.words):
                entry.add_fact(fact)
