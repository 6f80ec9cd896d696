r"""Clauses that words declare: `$x_i$ rows of $X$`, facts and nouns behind names, and the slices of matrices."""

from __future__ import annotations

from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.declared_relations import set_facts
from derive.reader.declarations.properties import facts_in, function_in
from derive.reader.declarations.subjects import Subject, read_subject, subject_entries
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain, start_of
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import tree
from derive.reader.source.scanner import scan_math


def declare_by_words(reader: Formula, clause: Clause) -> None:
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
    set_facts(reader, [entry for _, entry in pairs], words)


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
