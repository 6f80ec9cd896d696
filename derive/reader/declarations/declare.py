r"""Declarations as formulas: `A, X \in \mathbb{R}^{m \times n}`, `C \succ 0`, `x_i \in \mathbb{R}^d, i = 1, \ldots, n`.

A text is cut at top-level commas into clauses; names without a relation wait for the next clause. Ranges of indices are
read first, because they decide which subscripts count members. Definitions are read last, when all shapes are known.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ReadError
from derive.reader.declarations.clauses import (
    Clause,
    clauses,
    is_mapping,
    place_and_value,
    range_of,
    relation_at,
)
from derive.reader.declarations.declared_relations import declare_relations
from derive.reader.declarations.definitions import define
from derive.reader.declarations.mappings import declare_mapping
from derive.reader.declarations.properties import facts_in
from derive.reader.declarations.ranges import declare_ranges
from derive.reader.declarations.slices import declare_by_words
from derive.reader.declarations.subjects import read_subject, subject_entries
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain, start_of
from derive.reader.grammar.formula import WORDS
from derive.reader.grammar.names import read_name
from derive.reader.grammar.table import Table
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token, scan_math


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
    return text_of(nodes[cut])


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
        declare_by_words(reader, clause)
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
    declare_relations(reader, clause, sides, signs)


def finish_clause(reader: Formula, clause: Clause) -> None:
    """A definition, a constraint by `=`, or a law by `\\sim`."""
    cut = relation_at(clause.nodes)
    assert cut is not None
    left, right = clause.nodes[:cut], clause.nodes[cut + 1 :]
    if not right or not left:
        side = "right" if left else "left"
        raise reader.error(f"a definition has no {side} side", start_of(clause.nodes[0]))
    if _sign(clause.nodes, cut) == r"\sim":
        from derive.reader.grammar.laws import members_law, random_law

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
