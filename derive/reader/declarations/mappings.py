r"""Functions declared by where they map: `f : \mathbb{R}^d \to \mathbb{R}`, without a formula."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Function, Symbol
from derive.reader.declarations.clauses import ARROWS, Clause
from derive.reader.declarations.subjects import read_subject
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain, start_of
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.sets import read_set
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token


def is_mapping(reader: Formula, nodes: Sequence[Node]) -> bool:
    """Whether a formula is `f : A \\to B` about one function without an index."""
    colon, arrow = _place(nodes, (":",)), _place(nodes, ARROWS)
    if colon is None or arrow is None or not 0 < colon < arrow:
        return False
    subject = read_subject(reader, nodes[:colon])
    return subject is not None and not subject.indices


def declare_mapping(reader: Formula, clause: Clause) -> None:
    """`f, g : A \\times B \\to C`: abstract functions; from numbers to numbers they also act entry by entry."""
    nodes = clause.nodes
    start = start_of(nodes[0])
    colon = _place(nodes, (":",))
    arrow = _place(nodes, ARROWS)
    if colon is None or arrow is None or not colon < arrow:
        raise reader.error(f"the declaration {plain(nodes)!r} is not understood", start)
    domains = [read_set(reader, part).shape for part in _factors(nodes[colon + 1 : arrow])]
    result = read_set(reader, nodes[arrow + 1 :]).shape
    for name_nodes in (*clause.subjects, nodes[:colon]):
        subject = read_subject(reader, name_nodes)
        if subject is None or subject.indices:
            raise reader.error(f"{plain(name_nodes)!r} is not the name of a function", start)
        entry = reader.table.declare(subject.name)
        parameters = tuple(Symbol(f"t_{i + 1}", shape) for i, shape in enumerate(domains))
        elementwise = len(domains) == 1 and not domains[0] and not result
        entry.kind = "function"
        entry.function = Function(entry.latex, parameters, None, result, elementwise)


def _place(nodes: Sequence[Node], texts: Sequence[str]) -> int | None:
    return next((i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text in texts), None)


def _factors(nodes: Sequence[Node]) -> list[list[Node]]:
    """The sets of a product, at `\\times` outside scripts."""
    return split_at(nodes, r"\times")
