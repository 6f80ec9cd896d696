r"""The names that a clause speaks of: single symbols, families by index, lists with dots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from derive.expr.sizes import Size
from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.properties import OF_VECTORS
from derive.reader.declarations.wording import names_unit_vector
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, inner, plain, start_of
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import DOTS

INVERSES = frozenset(["-1", r"-\top", "-T", "-1/2", "1/2", r"-\frac{1}{2}", r"\frac{1}{2}", "-2"])


@dataclass
class Subject:
    """A name that is declared: `indices` of members, `upper` of a list `x_1, ..., x_n`, transposed in `w_j^\\top`."""

    name: Name
    indices: tuple[str, ...] = ()
    marker: str = "sub"
    listed: list[Node] | None = None
    origin: int = 1
    transposed: bool = False


def read_subject(reader: Formula, nodes: Sequence[Node]) -> Subject | None:
    """The name that these nodes are, and which of its scripts count members."""
    cursor = Cursor(nodes)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    primes = 0
    while cursor.take("'"):
        primes += 1
    if primes and not sub and not sup:
        sub, sup = written_scripts(cursor)  # v'_j is v_j'
    if cursor.node is not None:
        return None
    transposed = sup in (r"\top", "T")
    if transposed:
        sup = ""
    if sup in INVERSES:
        return (
            None  # `a matrix $A^{-1}$ such that` speaks of the inverse, which is no name of its own
        )
    bare = Name(name.base, name.font, name.accents)
    own = reader.table.exact(bare) if primes else None
    if own is not None and own.kind in ("function", "word"):
        return None  # f'' is a derivative of f
    base = Name(name.base, name.font, name.accents, sub or name.sub, sup, primes)
    label = sup[1:-1] if sup.startswith("(") and sup.endswith(")") else ""
    if (
        label
        and _is_index(reader, label, "sup")
        and not reader.table.exact(Name(name.base, name.font, name.accents, sub))
    ):
        return Subject(Name(name.base, name.font, name.accents, sub), (label,), "sup")
    letters = _letters(sub)
    if letters and not sup and all(_is_index(reader, letter) for letter in letters):
        return Subject(
            Name(bare.base, bare.font, bare.accents, "", "", primes),
            tuple(letters),
            transposed=transposed,
        )
    return Subject(base)


def script_letters(scripts: tuple[str, str]) -> list[str]:
    """The index letters in the scripts of a name, below and above."""
    return [letter for script in scripts for letter in _letters(script.strip("()"))]


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
    labels = reader.table.labels
    if place == "sup" and letter in labels.above:
        return False  # layers by the definitions of the document, whatever their range
    entry = reader.table.exact(Name(letter))
    if entry is not None:
        return entry.kind == "index"
    if letter in labels.counters and place == "sub":
        return letter in INDEX_LETTERS
    if letter in ("l", "t", r"\ell") or (place == "sup" and letter in ("k", "r")):
        return False
    if letter in (labels.below if place == "sub" else labels.above):
        return False
    return letter in INDEX_LETTERS


_ENTRIES = re.compile(r"\b(?:entries|elements|components|coefficients)\s*$", re.IGNORECASE)


def is_entry(table: Table, subject: Subject, before: str = "") -> bool:
    """Whether a name is an entry or a power of something that is declared by itself: `p_i`, `s^2`."""
    if names_unit_vector(subject.name.base, subject.name.sub, before):
        return True
    name = subject.name
    exponent = len(name.sup) == 1 and name.sup.isalpha()
    if (name.sup in ("2", "3", "-1") or exponent) and table.exact(name) is None:
        base = table.exact(name.without(sup=True))
        if base is not None and base.kind == "variable" and base.sizes is not None:
            number = not base.sizes and not base.assumed
            return not exponent or number  # `\gamma^t` of a declared number is its power
    if _ENTRIES.search(before) and len(subject.indices) == 2 and name.base.islower():
        capital = table.find(Name(name.base.upper(), "bold")) or table.find(Name(name.base.upper()))
        if capital is not None and len(capital[0].sizes or ()) == 2:
            return True  # `W with entries $w_{ij}$`
    whole = table.exact(name if subject.indices else name.without(sub=True))
    if whole is None or whole.kind != "variable" or not whole.sizes or whole.family:
        return False
    letters = subject.indices or tuple(name.sub.replace(",", ""))
    return len(letters) == len(whole.sizes) and all(
        letter in INDEX_LETTERS or letter == "*" for letter in letters
    )


def _are_dots(nodes: list[Node]) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Token) and nodes[0].text in DOTS


def subjects_of(reader: Formula, written: list[list[Node]]) -> list[Subject]:
    """The names of `x_1, \\dots, x_n, \\mu`: a list with dots is one family."""
    found: list[Subject] = []
    position = 0
    while position < len(written):
        nodes = written[position]
        if position + 2 < len(written) and _are_dots(written[position + 1]):
            listed = _listed(reader, nodes, written[position + 2])
            while found and _precedes(found[-1], listed):
                found.pop()
                listed.origin -= 1
            found.append(listed)
            position += 3
            continue
        if not nodes:
            raise reader.error("a name is missing", 0)
        if _are_dots(nodes):
            raise reader.error("a list that starts with dots has no meaning", start_of(nodes[0]))
        subject = read_subject(reader, nodes)
        if subject is None:
            raise reader.error(
                f"{plain(nodes)!r} is not a name that can be declared", start_of(nodes[0])
            )
        found.append(subject)
        position += 1
    return found


def _precedes(subject: Subject, listed: Subject) -> bool:
    """Whether `x_1` stands before `x_2, \\dots, x_n`: it is the first of the same list."""
    name, number = subject.name, str(listed.origin - 1)
    script = name.sub if listed.marker == "sub" else name.sup.strip("()")
    other = name.sup if listed.marker == "sub" else name.sub
    same = (name.base, name.font, name.accents) == (
        listed.name.base,
        listed.name.font,
        listed.name.accents,
    )
    return same and not subject.indices and script == number and not other


def _listed(reader: Formula, first: list[Node], last: list[Node]) -> Subject:
    """`x_1, \\dots, x_n`: one family."""
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
    found = Subject(one, ("*",), marker, list(upper), int(text))
    if found.origin == 0 and not one.font:
        _count_from_zero(reader, found)
    return found


def _count_from_zero(reader: Formula, subject: Subject) -> None:
    """Members of which nothing else is said, `w_0, \\dots, w_{k-1}`, are numbers and counted from zero."""
    if subject.name in reader.table.families or reader.table.find(subject.name) is not None:
        return
    entry = subject_entry(reader, subject)
    entry.sizes = tuple(subject_extents(reader, subject, entry))


def _script(cursor: Cursor) -> Sequence[Node]:
    if cursor.token is None or cursor.token.kind not in (Kind.SUB, Kind.SUP):
        return ()
    following = cursor.ahead()
    return inner(following) if following is not None else ()


def subject_entries(
    reader: Formula, clause: Clause, left: list[Node]
) -> list[tuple[Subject, Declaration]]:
    """The declarations that a clause speaks of."""
    return [(s, subject_entry(reader, s)) for s in subjects_of(reader, [*clause.subjects, left])]


def bounded_entries(
    reader: Formula, clause: Clause, left: list[Node]
) -> list[tuple[Subject, Declaration]]:
    """As `subject_entries`; `p_i > 0` beside a probability vector p speaks of the entries of p."""
    found: list[tuple[Subject, Declaration]] = []
    for subject in subjects_of(reader, [*clause.subjects, left]):
        whole = _whole(reader.table, subject) if subject.indices else None
        if whole is not None and _has_entries(whole, len(subject.indices)):
            if whole.sizes is None:
                whole.sizes = (reader.table.sizes.fresh(),)
            found.append((Subject(whole.name), whole))
        else:
            found.append((subject, subject_entry(reader, subject)))
    return found


def _whole(table: Table, subject: Subject) -> Declaration | None:
    r"""The array of which a name with indices may be an entry, `\sigma_j` of a bold sigma if no other is declared."""
    own = table.entries.get(subject.name)
    if own is not None or subject.name in table.families or subject.name.font:
        return own
    found = table.find(subject.name)
    return found[0] if found is not None and found[0].name.font in ("bold", "vec") else None


def _has_entries(entry: Declaration, axes: int) -> bool:
    """Whether a name is that of an array with so many axes."""
    if entry.kind != "variable" or entry.family or entry.definition is not None:
        return False
    if entry.sizes is not None:
        return len(entry.sizes) == axes
    return axes == 1 and any(entry.has(fact) for fact in OF_VECTORS)


def as_matrix(reader: Formula, subject: Subject) -> tuple[Subject, Declaration]:
    """The matrix of which `symmetric $p_{ij}$` are the entries."""
    entry, size = reader.table.declare(subject.name), reader.table.sizes.fresh()
    entry.sizes = entry.sizes or (size, size)
    return Subject(subject.name), entry


def subject_entry(reader: Formula, subject: Subject) -> Declaration:
    if subject.indices and subject.indices != ("*",):
        slices = reader.table.families.get(subject.name)
        if slices is not None and slices.kind == "slices":
            return slices
    entry = reader.table.declare(subject.name, family=bool(subject.indices))
    if entry.kind == "index" and not subject.indices:
        entry.kind = "variable"
    if subject.indices:
        entry.family = max(entry.family, len(subject.indices))
        entry.marker = subject.marker
    return entry


def subject_extents(reader: Formula, subject: Subject, entry: Declaration) -> list[Size]:
    """The sizes of the axes that count members."""
    from derive.reader.grammar.sets import read_sizes

    if subject.listed is not None:
        entry.origin = 1
        sizes = read_sizes(reader, subject.listed, 0)
        size = sizes[0] if sizes else reader.table.sizes.fresh()
        if subject.origin == 0:
            size = size + 1
            entry.origin = 0
        return [size]
    found: list[Size] = []
    known = [reader.table.exact(Name(letter)) for letter in subject.indices]
    from_zero = all(x is not None and x.kind == "index" and x.lower == 0 for x in known)
    if from_zero:
        entry.origin = 0
    for index in known:
        if index is not None and index.kind == "index" and index.upper is not None:
            found.append(index.upper + 1 if from_zero else index.upper)
        else:
            found.append(reader.table.sizes.fresh())
    return found


def alike(waiting: Sequence[Node], named: Sequence[Node]) -> bool:
    r"""Whether a name that waits can share a set with another one: both capital letters, or both small ones.

    `the precision $\\beta$, $\\Phi \\in \\mathbb{R}^{N \\times M}$` says nothing of the shape of beta. Nor do the pairs
    in `$(x_i, y_i)$, $x_i \\in \\mathbb{R}^d$, $y_i \\in \\mathbb{R}$` share the set of their parts, nor an index the
    set of its members: `the features of point $n$, $t_n \\in \\{-1, 1\\}$ its target`.
    """
    inside = plain(waiting)
    cursor = Cursor(named)
    if base_name(cursor) is not None and inside in script_letters(written_scripts(cursor)):
        return False
    if inside[:1] == "(" and "," in inside and plain(named) in inside[1:-1].split(","):
        return False
    pair = [base_name(Cursor(nodes)) for nodes in (waiting, named)]
    capital = [n is not None and n.base.lstrip("\\")[:1].isupper() for n in pair]
    return None in pair or capital[0] == capital[1]


def matrix_of(reader: Formula, left: list[Node]) -> tuple[Subject, Declaration] | None:
    """The matrix W whose entries are written `w_{ij}`, when nothing else is called w."""
    subject = read_subject(reader, left)
    if subject is None or len(subject.indices) != 2 or not subject.name.base.islower():
        return None
    if reader.table.find(subject.name) is not None:
        return None
    name = Name(subject.name.base.upper(), subject.name.font)
    entry = reader.table.exact(name)
    known = entry is not None and (len(entry.sizes or ()) == 2 or entry.has("square"))
    return (Subject(name), entry) if entry is not None and known else None


def is_range_index(table: Table, nodes: Sequence[Node]) -> bool:
    """Whether a formula is an index alone whose range is known."""
    entry = table.exact(Name(plain(nodes)))
    return entry is not None and entry.kind == "index" and entry.upper is not None


def is_numeric(nodes: Sequence[Node]) -> bool:
    """Whether nodes are a number with its sign."""
    text = plain(nodes).replace("-", "").replace("+", "")
    return text.replace(".", "").isdigit()


def declare_invertible(reader: Formula, left: list[Node], sign: str) -> None:
    r"""`\det X \ne 0`, `\det(X) > 0`: X is invertible; of another matrix than a symbol nothing is noted."""
    if sign not in (r"\ne", r"\neq", ">", r"\gt", "<", r"\lt"):
        return
    inside = [
        n for n in clean(left)[1:] if not (isinstance(n, Token) and n.text in ("(", ")", "[", "]"))
    ]
    subject = read_subject(reader, inside)
    if subject is not None:
        subject_entry(reader, subject).add_fact("invertible")
