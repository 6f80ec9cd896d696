r"""Functions declared by where they map: `f : \mathbb{R}^d \to \mathbb{R}`, without a formula."""

from __future__ import annotations

from collections.abc import Sequence

from derive.expr.nodes import Function, Symbol
from derive.expr.sizes import Shape
from derive.reader.declarations.clauses import ARROWS, Clause
from derive.reader.declarations.subjects import read_subject
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain, start_of
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.sets import read_set
from derive.reader.grammar.table import Name, Table
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token


def is_mapping(reader: Formula, nodes: Sequence[Node]) -> bool:
    """Whether a formula is `f : A \\to B` or `f, g : A \\to B` about functions without an index."""
    colon, arrow = _place(nodes, (":", r"\colon")), _place(nodes, ARROWS)
    if colon is None or arrow is None or not 0 < colon < arrow:
        return False
    subjects = [read_subject(reader, part) for part in split_at(nodes[:colon], ",")]
    return all(subject is not None and not subject.indices for subject in subjects)


def declare_mapping(reader: Formula, clause: Clause) -> None:
    """`f, g : A \\times B \\to C`: abstract functions; from numbers to numbers they also act entry by entry."""
    nodes = clause.nodes
    start = start_of(nodes[0])
    colon = _place(nodes, (":", r"\colon"))
    arrow = _place(nodes, ARROWS)
    if colon is None or arrow is None or not colon < arrow:
        raise reader.error(f"the declaration {plain(nodes)!r} is not understood", start)
    domains = [read_set(reader, part).shape for part in _factors(nodes[colon + 1 : arrow])]
    result = read_set(reader, nodes[arrow + 1 :]).shape
    for name_nodes in (*clause.subjects, *split_at(nodes[:colon], ",")):
        subject = read_subject(reader, name_nodes)
        if subject is None or subject.indices:
            raise reader.error(f"{plain(name_nodes)!r} is not the name of a function", start)
        declare_any_function(reader.table, subject.name, domains, result)


def declare_any_function(table: Table, name: Name, domains: Sequence[Shape], result: Shape) -> None:
    """Any function of arguments with these shapes; from numbers to numbers it also acts entry by entry."""
    entry = table.declare(name)
    parameters = tuple(Symbol(f"t_{i + 1}", shape) for i, shape in enumerate(domains))
    elementwise = len(domains) == 1 and not domains[0] and not result
    entry.kind = "function"
    entry.function = Function(entry.latex, parameters, None, result, elementwise)


def _place(nodes: Sequence[Node], texts: Sequence[str]) -> int | None:
    return next((i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text in texts), None)


def _factors(nodes: Sequence[Node]) -> list[list[Node]]:
    """The sets of a product, at `\\times` outside scripts."""
    return split_at(nodes, r"\times")
