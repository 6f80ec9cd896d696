r"""Declarations as formulas: `A, X \in \mathbb{R}^{m \times n}`, `C \succ 0`, `x_i \in \mathbb{R}^d, \; i = 1, \ldots, n`.

A text is cut at top-level commas into clauses; names without a relation wait for the next clause. Ranges of indices are read
first, because they decide which subscripts count members. Definitions are read last, when all shapes are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.errors import ReadError
from derive.reader.declare_definitions import define
from derive.reader.declare_sets import Members, apply_bounds, bound, read_set
from derive.reader.declare_words import facts_in, function_in
from derive.reader.formula import WORDS
from derive.reader.formula_core import RELATIONS, Formula
from derive.reader.formula_cursor import Cursor, clean, inner, plain, start_of
from derive.reader.formula_names import base_name, read_name, written_scripts
from derive.reader.groups import Group, Node, tree
from derive.reader.scanner import Kind, Token, scan_math
from derive.reader.source import Source
from derive.reader.table import INDEX_LETTERS, Declaration, Name, Table

_TEXTS = frozenset([r"\text", r"\textrm", r"\mbox", r"\textnormal", r"\textit"])
_ORDER = {r"\succ": "pd", r"\succeq": "psd", r"\succcurlyeq": "psd", r"\prec": "", r"\preceq": ""}
_RELATIONS = frozenset([*RELATIONS, *_ORDER, r"\in", r"\sim", ":="])
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])


@dataclass
class Clause:
    """Nodes between top-level commas, the words after them, and the names that wait for its relation."""

    nodes: list[Node]
    words: str = ""
    subjects: list[list[Node]] = field(default_factory=list)


@dataclass
class Subject:
    """A name that is declared: `indices` of members, `upper` of a list `x_1, ..., x_n`, transposed in `w_j^\\top`."""

    name: Name
    indices: tuple[str, ...] = ()
    marker: str = "sub"
    listed: list[Node] | None = None
    origin: int = 1


def declare(table: Table, texts: Sequence[str]) -> None:
    """Read declarations and definitions, each a text of LaTeX mathematics. ReadError says which part is not understood."""
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
            _ranges(reader, clause)
    late: list[tuple[Formula, Clause]] = []
    for reader, found in work:
        for clause in found:
            if _is_definition(reader, clause):
                late.append((reader, clause))
            else:
                _declare_clause(reader, clause)
    for reader, clause in late:
        _finish(reader, clause)


# ------------------------------------------------------------------------------------------------ clauses


def clauses(nodes: Sequence[Node]) -> list[Clause]:
    """The clauses of a declaration, each with the names that were waiting for it."""
    found: list[Clause] = []
    waiting: list[list[Node]] = []
    for part in _parts(nodes):
        body, words = _words_of(part)
        if not body:
            if found and words:
                found[-1].words += " " + words
            continue
        first = body[0]
        dotted = isinstance(first, Token) and first.text in _DOTS
        if _range_of(body) is not None or (found and found[-1].subjects == [] and _open_range(found[-1], body)):
            _extend_range(found, body, waiting)
            continue
        if _relation_at(body) is None and not words:
            waiting.append(body)
            continue
        del dotted
        found.append(Clause(body, words, waiting))
        waiting = []
    if waiting and found and _range_of(found[-1].nodes) is None:
        found.append(Clause(waiting[-1], "", waiting[:-1]))
    return found


def _parts(nodes: Sequence[Node]) -> list[list[Node]]:
    """Split at commas and semicolons outside brackets, and at `\\text{and}`."""
    parts: list[list[Node]] = [[]]
    depth = 0
    items = _flatten(nodes)
    for position, node in enumerate(items):
        text = node.text if isinstance(node, Token) else ""
        opening = text in ("(", r"\{", "[")
        closing = text in (")", r"\}", "]")
        depth += opening - closing
        if depth <= 0 and text in (",", ";", r"\quad", r"\qquad"):
            depth = 0
            parts.append([])
        elif isinstance(node, Group) and _is_text(items, position) and plain(node.items).strip() in ("and", "with", ",and"):
            parts[-1].pop()
            parts.append([])
        else:
            parts[-1].append(node)
    return [part for part in parts if clean(part)]


def _flatten(nodes: Sequence[Node]) -> list[Node]:
    return list(nodes)


def _is_text(items: Sequence[Node], position: int) -> bool:
    before = items[position - 1] if position else None
    return isinstance(before, Token) and before.text in _TEXTS


def _words_of(part: Sequence[Node]) -> tuple[list[Node], str]:
    """Mathematics and words of a part: `W\\text{ is symmetric}`; mathematics between words goes into the words."""
    items = clean(part)
    body: list[Node] = []
    words: list[str] = []
    position = 0
    while position < len(items):
        node = items[position]
        following = items[position + 1] if position + 1 < len(items) else None
        before = items[position - 1] if position else None
        script = isinstance(before, Token) and before.kind in (Kind.SUB, Kind.SUP)
        if isinstance(node, Token) and node.text in _TEXTS and isinstance(following, Group) and not script:
            text = _spoken(following.items)
            if words or " " in text.strip() or text != text.strip() or facts_in(text):
                words.append(text)
                position += 2
                continue
            body.extend([node, following])
            position += 2
            continue
        if words:
            words.append(f" ${plain([node])}$ ")
        else:
            body.append(node)
        position += 1
    return body, "".join(words).strip()


def _spoken(items: Sequence[Node]) -> str:
    text = ""
    for node in items:
        if isinstance(node, Group):
            text += _spoken(node.items)
        else:
            text += (" " if node.spaced else "") + node.text
    return text + (" " if items else "")


def _relation_at(nodes: Sequence[Node], start: int = 0) -> int | None:
    depth = 0
    for position in range(start, len(nodes)):
        node = nodes[position]
        if not isinstance(node, Token):
            continue
        depth += (node.text in ("(", "[")) - (node.text in (")", "]"))
        if node.text in _RELATIONS and depth <= 0:
            return position
    return None


# ------------------------------------------------------------------------------------------------- ranges


def _range_of(body: Sequence[Node]) -> tuple[list[Node], list[Node]] | None:
    """`i = 1` or `i = 1, \\dots, n`: name and lower limit, when this is the start of an index range."""
    cut = _relation_at(body)
    if cut is None or not isinstance(body[cut], Token) or body[cut].text != "=":  # type: ignore[union-attr]
        return None
    from derive.reader.formula_sums import index_name

    name = index_name(body[:cut])
    lower = plain(body[cut + 1 :])
    if name is None or not lower.lstrip("-").isdecimal() or len(name) > 8:
        return None
    return list(body[:cut]), list(body[cut + 1 :])


def _open_range(clause: Clause, body: Sequence[Node]) -> bool:
    """Whether a clause is an index range that still waits for `\\dots` or its upper limit."""
    if _range_of(clause.nodes) is None:
        return False
    state = clause.words
    if state == "":
        return isinstance(body[0], Token) and body[0].text in _DOTS
    return state == "dots"


def _extend_range(found: list[Clause], body: list[Node], waiting: list[list[Node]]) -> None:
    if found and not found[-1].subjects and _open_range(found[-1], body) and _range_of(body) is None:
        last = found[-1]
        if last.words == "":
            last.words = "dots"
            if len(body) > 1:
                last.subjects = [list(body[1:])]
                last.words = "range"
        else:
            last.subjects = [body]
            last.words = "range"
        return
    # names before `i = 1` belong to the range too: `i, j = 1, ..., n`
    clause = Clause(body)
    found.append(clause)
    for names in waiting:
        cut = _relation_at(body)
        assert cut is not None
        found.insert(len(found) - 1, Clause([*names, *body[cut:]], "same"))
    waiting.clear()


def _ranges(reader: Formula, clause: Clause) -> None:
    """Declare the index of a range `i = 1, ..., n`, and of every sum with limits."""
    span = _range_of(clause.nodes)
    if span is not None and clause.words == "range":
        _declare_index(reader, span[0], span[1], clause.subjects[0])
        return
    _ranges_in_sums(reader, clause.nodes)


def _declare_index(reader: Formula, names: Sequence[Node], lower: Sequence[Node], upper: Sequence[Node]) -> None:
    from derive.reader.declare_sets import read_sizes
    from derive.reader.formula_sums import index_name

    name = index_name(names)
    assert name is not None
    entry = reader.table.declare(Name(name), name)
    if entry.kind == "variable" and entry.sizes is not None:
        return
    entry.kind = "index"
    size = read_sizes(reader, upper, start_of(names[0]))
    entry.upper = size[0] if size else None
    entry.lower = int(plain(lower))


def _ranges_in_sums(reader: Formula, nodes: Sequence[Node]) -> None:
    """`\\sum_{k=1}^K` declares the range of k."""
    items = clean(nodes)
    for position, node in enumerate(items):
        if isinstance(node, Group):
            continue
        if node.text not in (r"\sum", r"\prod") or position + 4 >= len(items) + 0:
            continue
        cursor = Cursor(items, cleaned=True)
        cursor.pos = position + 1
        from derive.reader.formula_sums import limits

        below, above = limits(reader, cursor)
        if below is None or above is None:
            continue
        span = _range_of(clean(below))
        if span is not None:
            _declare_index(reader, span[0], span[1], above)


# ---------------------------------------------------------------------------------------------- subjects


def _subject(reader: Formula, nodes: Sequence[Node]) -> Subject | None:
    """The name that these nodes are, and which of its scripts count members."""
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    primes = 0
    while cursor.take("'"):
        primes += 1
    if cursor.node is not None:
        return None
    if sup in (r"\top", "T"):
        sup = ""
    bare = Name(name.base, name.font, name.accents)
    base = Name(name.base, name.font, name.accents, sub or name.sub, sup, primes)
    label = sup[1:-1] if sup.startswith("(") and sup.endswith(")") else ""
    if label and _is_index(reader, label, "sup") and not reader.table.exact(Name(name.base, name.font, name.accents, sub)):
        return Subject(Name(name.base, name.font, name.accents, sub), (label,), "sup")
    letters = _letters(sub)
    if letters and not sup and all(_is_index(reader, letter) for letter in letters):
        return Subject(Name(bare.base, bare.font, bare.accents, "", "", primes), tuple(letters))
    return Subject(base)


def _letters(sub: str) -> list[str]:
    """The index letters of a subscript, empty when it is a label."""
    if "," in sub:
        return sub.split(",")
    if sub.startswith("\\"):
        return [sub] if sub in INDEX_LETTERS or sub[1:].isalpha() else []
    return list(sub) if 0 < len(sub) <= 3 and sub.isalpha() else []


def _is_index(reader: Formula, letter: str, place: str = "sub") -> bool:
    """Whether a script counts members: its range is declared, or it is a letter that usually counts examples.

    Layers and time steps (l, t, as superscripts also k) name one symbol unless their range is declared.
    """
    entry = reader.table.exact(Name(letter))
    if entry is not None:
        return entry.kind == "index"
    if letter in ("l", "t", r"\ell") or (place == "sup" and letter in ("k", "r")):
        return False
    return letter in INDEX_LETTERS


def _listed(reader: Formula, subjects: list[list[Node]], last: list[Node]) -> list[Subject] | None:
    """`x_1, \\dots, x_n`: one family."""
    dots = [i for i, nodes in enumerate(subjects) if len(nodes) == 1 and isinstance(nodes[0], Token) and nodes[0].text in _DOTS]
    if not dots:
        return None
    found: list[Subject] = []
    first = subjects[0] if dots[0] > 0 else None
    if first is None:
        raise reader.error("a list that starts with dots has no meaning", start_of(last[0]))
    cursor, end = Cursor(first), Cursor(last)
    one, two = base_name(cursor), base_name(end)
    if one is None or one != two:
        raise reader.error("the first and last name of a list with dots differ", start_of(last[0]))
    marker = "sub" if end.token is not None and end.token.kind is Kind.SUB else "sup"
    low, high = _script(cursor), _script(end)
    text = plain(low).strip("()")
    if not text.isdecimal() or high is None:
        raise reader.error("a list with dots needs numbered names", start_of(last[0]))
    upper = [n for n in clean(high) if not (isinstance(n, Token) and n.text in ("(", ")"))]
    found.append(Subject(one, ("*",), marker, list(upper), int(text)))
    return found


def _script(cursor: Cursor) -> Sequence[Node]:
    if cursor.token is None or cursor.token.kind not in (Kind.SUB, Kind.SUP):
        return ()
    following = cursor.ahead()
    return inner(following) if following is not None else ()


def _entries(reader: Formula, clause: Clause, left: list[Node]) -> list[tuple[Subject, Declaration]]:
    """The declarations that a clause speaks of."""
    listed = _listed(reader, clause.subjects, left)
    if listed is not None:
        subjects = listed
    else:
        subjects = []
        for nodes in (*clause.subjects, left):
            subject = _subject(reader, nodes)
            if subject is None:
                raise reader.error(f"{plain(nodes)!r} is not a name that can be declared", start_of(nodes[0]))
            subjects.append(subject)
    return [(s, _entry(reader, s)) for s in subjects]


def _entry(reader: Formula, subject: Subject) -> Declaration:
    if subject.indices and subject.indices != ("*",):
        slices = reader.table.families.get(subject.name)
        if slices is not None and slices.kind == "slices":
            return slices
    entry = reader.table.declare(subject.name, family=bool(subject.indices))
    if entry.kind in ("index", "size") and not subject.indices:
        entry.kind = "variable"
    if subject.indices:
        entry.family = max(entry.family, len(subject.indices))
        entry.marker = subject.marker
    return entry


def _extents(reader: Formula, subject: Subject, entry: Declaration) -> list[object]:
    """The sizes of the axes that count members."""
    from derive.reader.declare_sets import read_sizes

    if subject.listed is not None:
        entry.origin = 1
        sizes = read_sizes(reader, subject.listed, 0)
        size = sizes[0] if sizes else reader.table.sizes.fresh()
        if subject.origin == 0:
            size = size + 1
            entry.origin = 0
        return [size]
    found: list[object] = []
    for letter in subject.indices:
        index = reader.table.exact(Name(letter))
        if index is not None and index.kind == "index" and index.upper is not None:
            found.append(index.upper)
        else:
            found.append(reader.table.sizes.fresh())
    return found


# ----------------------------------------------------------------------------------------------- clauses


def _is_definition(reader: Formula, clause: Clause) -> bool:
    """Whether a clause defines or constrains by `=`, which is read when all shapes are known."""
    cut = _relation_at(clause.nodes)
    if _range_of(clause.nodes) is not None and clause.words in ("range", "dots", "same"):
        return False
    return cut is not None and _sign(clause.nodes, cut) in ("=", ":=", r"\triangleq", r"\equiv", r"\coloneqq", r"\sim") and not (
        _relation_at(clause.nodes, cut + 1) is not None
    )


def _sign(nodes: Sequence[Node], cut: int) -> str:
    node = nodes[cut]
    return node.text if isinstance(node, Token) else ""


def _declare_clause(reader: Formula, clause: Clause) -> None:
    if _range_of(clause.nodes) is not None and clause.words in ("range", "dots", "same", ""):
        if clause.words in ("range", "same", "dots"):
            return
    cut = _relation_at(clause.nodes)
    if cut is None:
        _by_words(reader, clause)
        return
    edges: list[int] = []
    place: int | None = cut
    while place is not None:
        edges.append(place)
        place = _relation_at(clause.nodes, place + 1)
    sides = [clause.nodes[a + 1 : b] for a, b in zip([-1, *edges], [*edges, len(clause.nodes)], strict=True)]
    signs = [_sign(clause.nodes, e) for e in edges]
    _relations(reader, clause, sides, signs)


def _relations(reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str]) -> None:
    """One clause with one or more relations."""
    start = start_of(clause.nodes[0])
    if len(signs) == 2 and signs[0] in ("<", r"\le", r"\leq", r"\lt") and signs[1] in ("<", r"\le", r"\leq", r"\lt"):
        pairs = _entries(reader, Clause(sides[1], "", clause.subjects), sides[1])
        found = Members()
        apply_bounds(found, bound(reader, sides[0]), bound(reader, sides[2]))
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
        _facts(reader, [e for _, e in pairs], clause.words)
        return
    if signs[0] == "=" and len(signs) == 2 and signs[1] == r"\in":
        pairs = _entries(reader, Clause(sides[0], "", clause.subjects), sides[0])
        found = read_set(reader, sides[2])
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
            define(reader, sides[0], sides[1], entry)
        _facts(reader, [e for _, e in pairs], clause.words)
        return
    if signs[0] in (">", r"\ge", r"\geq", "<", r"\le", r"\leq", r"\ne", r"\neq", r"\gt", r"\lt"):
        _bounded(reader, clause, sides, signs[0], start)
        return
    if signs[0] in _ORDER:
        _definite(reader, clause, sides, signs)
        return
    if signs[0] == r"\in":
        pairs = _entries(reader, clause, sides[0])
        found = read_set(reader, sides[1])
        for subject, entry in pairs:
            _apply(reader, subject, entry, found)
        _facts(reader, [e for _, e in pairs], clause.words)
        return
    raise reader.error(f"the declaration {plain(clause.nodes)!r} is not understood", start)


def _definite(reader: Formula, clause: Clause, sides: list[list[Node]], signs: list[str]) -> None:
    fact = _ORDER[signs[0]]
    if plain(sides[1]) != "0" or not fact:
        raise reader.error(f"the declaration {plain(clause.nodes)!r} is not understood", start_of(clause.nodes[0]))
    pairs = _entries(reader, clause, sides[0])
    for subject, entry in pairs:
        entry.add_fact(fact)
        _count_axes(reader, subject, entry)
    _facts(reader, [e for _, e in pairs], clause.words)


def _count_axes(reader: Formula, subject: Subject, entry: Declaration) -> None:
    """A family that was named by a fact alone keeps its member axes until the shape is said."""
    if entry.sizes is None and subject.indices:
        entry.family = len(subject.indices)


def _bounded(reader: Formula, clause: Clause, sides: list[list[Node]], sign: str, start: int) -> None:
    """`t > 0`, `p > 1`, `0 < t`, `v \\ne 0`, `n \\ge m`."""
    left, right = sides[0], sides[1]
    if not _is_number(reader, right) and _is_number(reader, left):
        flip = {">": "<", "<": ">", r"\ge": r"\le", r"\geq": r"\le", r"\le": r"\ge", r"\leq": r"\ge"}
        left, right, sign = right, left, flip.get(sign, sign)
    if not _is_number(reader, right):
        _size_condition(reader, sides, sign, start)
        return
    if plain(left).replace("_", "").startswith(r"\|") or plain(left).startswith("|"):
        return
    pairs = _entries(reader, clause, left)
    value = bound(reader, right)
    fact = {
        (">", 0): "positive",
        (r"\ge", 0): "nonnegative",
        (r"\geq", 0): "nonnegative",
        ("<", 0): "negative",
        (r"\ne", 0): "nonzero",
        (r"\neq", 0): "nonzero",
    }.get((sign, value))  # type: ignore[call-overload]
    for subject, entry in pairs:
        if entry.kind == "size":
            continue
        if fact:
            entry.add_fact(fact)
        elif sign in (">", r"\ge", r"\geq"):
            entry.add_fact("interval", (value, None))
        elif sign in ("<", r"\le", r"\leq"):
            entry.add_fact("interval", (None, value))
        else:
            raise reader.error(f"the condition {plain(clause.nodes)!r} is not supported", start)
        if entry.sizes is None:
            _apply(reader, subject, entry, Members())
    _facts(reader, [e for _, e in pairs], clause.words)


def _is_number(reader: Formula, nodes: Sequence[Node]) -> bool:
    text = plain(nodes).replace(" ", "").replace("-", "").replace("+", "").replace(r"\frac", "")
    return text.replace(".", "").replace("/", "").isdigit() or text == r"\infty"


def _size_condition(reader: Formula, sides: list[list[Node]], sign: str, start: int) -> None:
    """A condition between sizes is kept as a relation."""
    from derive.expr.nodes import Relation

    op = RELATIONS.get(sign)
    if op is None:
        raise reader.error(f"the sign {sign} is not supported in a declaration", start)
    left, right = reader.whole(sides[0]), reader.whole(sides[1])
    reader.table.conditions.append(Relation(op, left.build(), right.build()))


def _apply(reader: Formula, subject: Subject, entry: Declaration, found: Members) -> None:
    """Give an entry the shape and the facts of a set."""
    if found.upper is not None and not found.shape:
        entry.upper, entry.lower = found.upper, found.lower
    member = found.shape
    scalars = not member and bool(subject.indices)
    if entry.sizes is None or not (subject.indices or entry.family):
        if entry.sizes is not None and not found.shape and (found.facts or found.bounds is not None):
            pass
        else:
            extents = _extents(reader, subject, entry) if subject.indices else []
            entry.sizes = (*extents, *member)  # type: ignore[assignment]
            entry.family = 0 if scalars else len(extents)
    elif member and len(entry.sizes) == len(subject.indices):
        entry.sizes = (*entry.sizes, *member)
        entry.family = len(subject.indices)
    for fact in found.facts:
        entry.add_fact(fact)
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
    kept = ("vector", "matrix", "scalar", "number", "real", "be", "the", "for all", "each", "given", "fixed", "constant", "data")
    return any(word in words.lower() for word in kept)


def _by_words(reader: Formula, clause: Clause) -> None:
    r"""`\psi\text{ is the digamma function}`, `w_j^\top\text{ is the }j\text{-th row of }W`, `\lambda_i(X)\text{ the eigenvalues of }X`."""
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
    if "row of" in lowered or "column of" in lowered or "rows of" in lowered or "columns of" in lowered:
        _slices(reader, clause, 0 if "row" in lowered else 1, start)
        return
    subject = _subject(reader, clause.nodes)
    if subject is None:
        raise reader.error(f"{plain(clause.nodes)!r} is not a name that can be declared", start)
    function = function_in(words)
    if function and not facts_in(words):
        entry = reader.table.declare(subject.name)
        entry.kind, entry.word = "word", function
        return
    pairs = _entries(reader, clause, clause.nodes)
    for _, entry in pairs:
        if "scalar" in lowered and entry.sizes is None:
            entry.sizes = ()
    _facts(reader, [entry for _, entry in pairs], words)


def _slices(reader: Formula, clause: Clause, axis: int, start: int) -> None:
    """The members are rows (axis 0) or columns (axis 1) of a matrix named in the words."""
    inside = clause.words.split("$")
    names = [inside[i] for i in range(1, len(inside), 2)]
    subject = _subject(reader, clause.nodes)
    parent = names[-1] if names else ""
    if subject is None or not parent or not subject.indices:
        raise reader.error("rows are declared as `w_j^\\top is the j-th row of W`", start)
    declare_slices(reader.table, subject.name, _parent(reader, parent, start), axis, subject.marker)


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


def declare_slices(table: Table, name: Name, parent: Name, axis: int, marker: str = "sub") -> None:
    """Say that name_i is row (axis 0) or column (axis 1) i of a declared matrix."""
    entry = table.declare(name, family=True)
    entry.kind, entry.parent, entry.axis, entry.marker = "slices", parent, axis, marker
    entry.sizes, entry.family = None, 0


def _finish(reader: Formula, clause: Clause) -> None:
    """A definition, a constraint by `=`, or a law by `\\sim`."""
    cut = _relation_at(clause.nodes)
    assert cut is not None
    left, right = clause.nodes[:cut], clause.nodes[cut + 1 :]
    if not right:
        raise reader.error("a definition has no right side", start_of(clause.nodes[0]))
    if _sign(clause.nodes, cut) == r"\sim":
        from derive.reader.declare_definitions import random_law

        for _, entry in _entries(reader, clause, left):
            random_law(reader, entry, right)
        return
    define(reader, left, right, None)
    _facts_of_left(reader, clause, left)


def _facts_of_left(reader: Formula, clause: Clause, left: list[Node]) -> None:
    if not clause.words:
        return
    subject = _subject(reader, left)
    if subject is not None:
        entry = reader.table.exact(subject.name)
        if entry is not None:
            for fact in facts_in(clause.words):
                entry.add_fact(fact)


__all__ = ["ReadError", "declare", "declare_slices", "declare_sources"]
