r"""A diagonal matrix and its entries: `D` is diagonal with `d_i = \sum_j w_{ij}`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.errors import ReadError
from derive.expr.nodes import Apply, Expr
from derive.expr.walk import free_symbols, substitute
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.subjects import Subject
from derive.reader.grammar.core import Formula
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import Value

_WITH = re.compile(
    r"(?:\bdiagonal(?: matrix)? |^\s*)(?:with|whose|of|having)"
    r"(?: the| its| all| \w*(?:positive|negative)| real| diagonal)*"
    r"(?P<noun> (?:entries|elements|weights|values|variances|precisions))?(?: are| being)?\s*$"
)
_THERE = re.compile(r"\s*(?:on|along|down) (?:the|its) (?:main )?diagonal\b")


def said_on_diagonal(
    reader: Formula, matrix: Name | None, subjects: Sequence[Subject], mention: Mention
) -> None:
    r"""`R \in \mathbb{R}^{n \times n}` is a diagonal matrix `with weights r_1, \dots, r_n on the diagonal`."""
    whole = reader.table.exact(matrix) if matrix is not None else None
    subject, words = subjects[-1], _WITH.search(mention.lead)
    if whole is None or words is None or not (words["noun"] or _THERE.match(mention.after)):
        return
    if whole.kind != "variable" or whole.definition is not None or not whole.has("diagonal"):
        return
    family = reader.table.families.get(subject.name)
    if len(subject.indices) != 1 or whole.sizes is None or len(whole.sizes) != 2:
        return
    if family is None:
        family = reader.table.declare(subject.name, family=True)
    if family.kind != "variable" or family.definition is not None:
        return
    if family.sizes is None:
        family.sizes = whole.sizes[:1]
    if len(family.sizes) != 1:
        return
    reader.table.sizes.unify_shapes(family.sizes, whole.sizes[:1])
    whole.definition = Apply("diag", (reader.table.symbol(family),))
    _renew(reader, whole)


def on_diagonal(reader: Formula, name: Name, entry: Declaration, start: int) -> None:
    """`D` diagonal with `d_i = ...`: its diagonal is defined by the small letter."""
    whole = reader.table.exact(Name(name.base.upper(), name.font))
    if not name.base.islower() or name.sub or whole is None:
        return
    if whole.kind != "variable" or whole.definition is not None or not whole.has("diagonal"):
        return
    assert entry.expand is not None
    try:
        value = entry.expand(reader, [], start)
    except ReadError:
        return
    assert isinstance(value, Value)
    if len(value.shape) == 1:
        whole.definition = Apply("diag", (value.build(),))
        whole.sizes, whole.assumed = whole.definition.shape, False
        _renew(reader, whole)


def is_diagonal(reader: Formula, name: Name) -> bool:
    r"""Whether a matrix is declared as diagonal, in whatever font: `\mathbf{R}` with the entries `R_{nn}`."""
    table = reader.table
    found = table.families.get(name), table.exact(name), _in_other_font(table, name)
    return any(entry is not None and entry.has("diagonal") for entry in found)


def on_own_diagonal(reader: Formula, name: Name, entry: Declaration, start: int) -> None:
    r"""`\mathbf{R}` diagonal with `R_{nn} = ...`: the matrix is defined by entries in another font."""
    whole = _in_other_font(reader.table, name)
    if whole is None or whole.kind != "variable" or whole.definition is not None:
        return
    if not whole.has("diagonal"):
        return
    assert entry.expand is not None
    value = entry.expand(reader, [], start)
    assert isinstance(value, Value)
    sizes = reader.table.sizes
    if whole.sizes is not None and not sizes.unify_shapes(whole.sizes, value.shape):
        return
    whole.definition = value.build()
    whole.sizes, whole.assumed = whole.definition.shape, False
    _renew(reader, whole)


def _in_other_font(table: Table, name: Name) -> Declaration | None:
    """The one name with the same letter that is declared, in a font for matrices."""
    near = [other for other in table.by_letter.get(name.letter, {}) if other != name]
    if len(near) != 1 or near[0].font not in ("", "bold", "sf", "rm", "underline"):
        return None
    return table.exact(near[0])


def same_index(one: Value, other: Value) -> bool:
    """Whether both places of `D_{ii}` are given the same index."""
    if one is other or (one.kind == other.kind == "index" and one.uses == other.uses):
        return True
    return one.build() == other.build()


def _renew(reader: Formula, entry: Declaration) -> None:
    """What was defined by a symbol before its own definition was read."""
    new = reader.table.symbol(entry)
    for other in reader.table.variables():
        known = other.definition
        if known is None or other is entry:
            continue
        old: dict[Expr, Expr] = {s: new for s in free_symbols(known) if s.name == entry.latex}
        if old:
            other.definition = substitute(known, old)
