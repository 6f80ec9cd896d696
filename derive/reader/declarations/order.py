r"""Bounds in the order of symmetric matrices: `\mu I \preceq A \preceq L I`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.expr.nodes import Add, Apply, Neg, Number, Relation
from derive.reader.declarations.clauses import ORDER_SIGNS
from derive.reader.declarations.subjects import read_subject, subject_entry
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import plain
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token

_BELOW = frozenset([r"\prec", r"\preceq"])


def order_bounds(reader: Formula, sides: Sequence[list[Node]], signs: Sequence[str]) -> bool:
    """Declare matrices in order as premises: the difference of two neighbours has no negative eigenvalue.

    False, and nothing is declared, for a comparison with 0 alone, which is a fact of its matrix.
    """
    zeros = [plain(side) in ("0", r"\mathbf{0}") for side in sides]
    if any(sign not in ORDER_SIGNS for sign in signs) or (len(sides) == 2 and zeros[1]):
        return False
    for nodes in sides:
        _declare_scale(reader, nodes)
        subject = read_subject(reader, nodes)
        entry = reader.table.exact(subject.name) if subject and not subject.indices else None
        if entry is not None and len(entry.sizes or ()) == 2:
            entry.add_fact("symmetric")
    for place, sign in enumerate(signs):
        small, large = sides[place], sides[place + 1]
        if sign not in _BELOW:
            small, large = large, small
        if "0" in (plain(small), plain(large)):
            continue
        a, b = reader.whole(small), reader.whole(large)
        reader.table.sizes.unify_shapes(a.shape, b.shape)
        values = Apply("eigenvalues", (Add((b.build(), Neg(a.build()))),))
        least = Apply("min_entry", (values,))
        reader.table.conditions.append(Relation(">=", least, Number(Fraction(0))))
    return True


def _declare_scale(reader: Formula, nodes: list[Node]) -> None:
    r"""Declare the number in front of an identity that nobody declared before: mu in `\mu I \preceq A`."""
    cut = next((i for i, n in enumerate(nodes) if isinstance(n, Token) and n.text == "I"), 0)
    subject = read_subject(reader, nodes[:cut]) if cut else None
    if subject is not None and not subject.indices and reader.table.find(subject.name) is None:
        subject_entry(reader, subject).sizes = ()
