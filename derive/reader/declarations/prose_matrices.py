"""What prose says of matrices: the names of rows and columns, members that are stacked, factors of decompositions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from derive.errors import DeriveError
from derive.reader.declarations.clauses import clauses
from derive.reader.declarations.declare import declare_clause
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.prose_said import Said
from derive.reader.declarations.slices import declare_slices
from derive.reader.declarations.stacked import name_nodes, stacked
from derive.reader.declarations.subjects import Subject
from derive.reader.declarations.wording import decomposition, last_sentence, slices
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.blocks import Display, Document, Prose, Text
from derive.reader.source.groups import Node, tree

_LISTED = re.compile(r"\s*(?:,|,?\s*and)\s*")


def declare_rows(
    reader: Formula,
    subjects: list[Subject],
    mention: Mention,
    said: Said,
) -> bool:
    """`with rows $y_i^\\top$`, `the rows of $X$ are $x_i$`, `$x_i$ is the $i$-th row of $X$`."""
    subject = subjects[-1]
    texts = [token.text for token in mention.tokens]
    if texts[0] == "(" and "," in texts:
        return False  # `the rows are $(x_i - m, y_i)$`: no row has the name of an entry
    text = mention.before.lower()
    of = re.search(r"\b(row|column)s?\s+of\s+(?:the\s+)?(?:\w+\s+){0,2}$", mention.lead.lower())
    if of and not subject.indices:
        axis = 0 if of[1] == "row" else 1
        if _LISTED.fullmatch(said.lead) and _LISTED.fullmatch(mention.rest):
            pass  # `$u_i$ and $v_i$ as the rows of $U$ and $V$`: one each, which the whole sentence tells
        elif said.indexed is not None and slices(mention.lead):
            declare_slices_of(reader, said.indexed, subject.name, axis)
        else:
            said.axis = axis
        said.matrix = subject.name
        return False
    if subject.indices and said.axis is not None and said.matrix is not None:
        axis, said.axis = said.axis, None
        if re.fullmatch(
            r"\s*(?:are|be|is|as|by|being|denoted by|given by|the \w+)?\s*(?:the (?:\w+\s*){1,3})?",
            mention.lead,
        ):
            declare_slices_of(reader, subject, said.matrix, axis)
            return True
    ends = re.search(
        r"\b(row|column)s?(?: vectors?)?(?: (?:are|denoted|given|written|being))?(?: (?:by|as))?\s*$",
        text or mention.lead.lower(),
    )
    if ends and subject.indices and said.matrix is not None:
        declare_slices_of(reader, subject, said.matrix, 0 if ends[1] == "row" else 1)
        return True
    return False


def declare_slices_of(reader: Formula, subject: Subject, parent: Name, axis: int) -> None:
    """Members that are rows or columns of a matrix; one of the two may have its shape from the other.

    Rows `x_i'` are the transposes of the members x_i, as `x_i^\\top` are.
    """
    table = reader.table
    turned = subject.transposed or bool(subject.name.primes)
    subject = replace(subject, name=subject.name.without(primes=True), transposed=turned)
    matrix = table.entries.get(parent)
    family = table.families.get(subject.name)
    if matrix is None or matrix.sizes is None or len(matrix.sizes) != 2:
        if matrix is None:
            matrix = table.declare(parent)
        known = family.sizes if family is not None and family.family == 1 else None
        if known is None or len(known) != 2:
            known = (table.sizes.fresh(), table.sizes.fresh())
            matrix.assumed = True
        matrix.sizes = known if axis == 0 else (known[1], known[0])
    elif family is not None and family.sizes is not None and len(family.sizes) == 2:
        sizes = matrix.sizes if axis == 0 else (matrix.sizes[1], matrix.sizes[0])
        table.sizes.unify_shapes(family.sizes, sizes)
    declare_slices(table, subject, parent, axis)


def declare_stack(reader: Formula, items: list[Node]) -> bool:
    """`X = [x_1, \\dots, x_n]^\\top \\in \\mathbb{R}^{n \\times d}`: members as columns (rows when transposed)."""
    found = stacked(items)
    if found is None:
        return False
    name, member, axis, rest = found
    family = reader.table.families.get(member)
    if family is not None and family.sizes is not None and len(family.sizes) == family.family:
        return False
    if family is not None and family.sizes is None and family.kind != "variable":
        return False
    if rest:
        for clause in clauses([*name_nodes(items), *rest]):
            declare_clause(reader, clause)
    declare_slices_of(reader, Subject(member, ("i",)), name, axis)
    return True


def displayed_factors(table: Table, hints: dict[Name, int], document: Document) -> None:
    r"""The factors of a decomposition that a sentence names and a display gives: `with the SVD \[ X = U S V^T \]`."""
    for before, block in pairwise(document.blocks):
        if not isinstance(before, Prose) or not isinstance(block, Display) or block.error:
            continue
        words = "".join(p.text if isinstance(p, Text) else "$ $" for p in before.pieces)
        said = last_sentence(words)
        texts = [token.text for token in block.tokens]
        if "=" not in texts or not decomposition(said):
            continue
        first = texts.index("=") + 1
        signs = ("=", ",", ".", r"\\", r"\quad", r"\qquad", r"\text")
        last = next((i for i in range(first, len(texts)) if texts[i] in signs), len(texts))
        with suppress(DeriveError):
            nodes = tree(list(block.tokens[first:last]), block.source)
            declare_factors(table, hints, nodes, said)


def declare_factors(
    table: Table, hints: dict[Name, int], right: Sequence[Node], words: str
) -> None:
    """Facts of the factors of a decomposition that is named: Cholesky, eigenvalue, singular value, QR."""
    facts = decomposition(words)
    cursor = Cursor(right)
    names: list[tuple[Name, bool]] = []
    while cursor.node is not None and facts:
        name = base_name(cursor)
        if name is None:
            return
        sub, sup = written_scripts(cursor)
        names.append((Name(name.base, name.font, name.accents, sub), sup in (r"\top", "T")))
    for (name, turned), listed in zip(names, facts, strict=False):
        entry = table.declare(name)
        if entry.kind != "variable" or (entry.sizes is not None and len(entry.sizes) != 2):
            continue
        hints.setdefault(name, 2)
        for fact in listed:
            entry.add_fact("upper_triangular" if turned and fact == "lower_triangular" else fact)
