r"""A diagonal matrix and its entries: `D` is diagonal with `d_i = \sum_j w_{ij}`."""

from __future__ import annotations

from derive.errors import ReadError
from derive.expr.nodes import Apply, Expr
from derive.expr.walk import free_symbols, substitute
from derive.reader.formula_core import Formula
from derive.reader.formula_values import Value
from derive.reader.table import Declaration, Name


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
