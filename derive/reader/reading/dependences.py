r"""Matrices that depend on parameters in a way that nobody says: K in `\partial K / \partial \theta_j`.

Such a matrix is given a form with free coefficients in which its values and its slopes are any that its facts allow,
so that statements about first derivatives at a point are checked for every smooth dependence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from derive.expr.build import as_facts
from derive.expr.nodes import (
    Add,
    Dim,
    Expr,
    Function,
    Index,
    Item,
    Number,
    Product,
    Reduce,
    Symbol,
    Transpose,
)
from derive.expr.sizes import Size
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.written import whole_name
from derive.reader.source.groups import Group, Node
from derive.reader.source.scanner import Token

_FRACTIONS = frozenset([r"\frac", r"\dfrac", r"\tfrac"])
_FREE = frozenset(["symmetric", "pd", "psd", "invertible"])
"""Facts that a matrix with a form of its own has."""


def declare_dependences(
    table: Table, levels: Iterable[Sequence[Node]], defined: frozenset[Name]
) -> None:
    """Give a form to each declared matrix without definition that is differentiated by a parameter."""
    for declaration in table.entries.values():
        _with_facts(declaration)
    for name, parameter in dict.fromkeys(_pairs(levels)):
        entry = table.exact(name)
        if entry is None or name in defined or not _is_free_matrix(table, entry):
            continue
        bare = parameter.without(sub=True)
        known = table.exact(parameter) or table.exact(bare)
        if bare in defined or parameter in defined or bare in table.families:
            continue
        if known is None:
            known = table.declare(bare)
            known.assumed = True
        if known.sizes is None:
            known.sizes = (Size.of(rf"n_{{{known.latex}}}"),) if parameter.sub else ()
        if known.kind == "variable" and known.definition is None and known.law is None:
            _depend(table, entry, known)


def _with_facts(entry: Declaration) -> None:
    r"""A matrix `K(\theta)` that has facts at every theta gets a curve of such matrices for its formula."""
    function = entry.function
    if entry.kind != "function" or function is None or function.body is not None:
        return
    sizes = function.shape
    if not entry.facts or len(sizes) != 2 or [p.shape for p in function.parameters] != [()]:
        return
    if not all(fact.name in _FREE for fact in entry.facts):
        return
    t = function.parameters[0]
    level = Symbol(rf"{entry.latex}_0", sizes, as_facts(("invertible",)))
    slope, bend = (Symbol(rf"{dots}{{{entry.latex}}}", sizes) for dots in (r"\dot", r"\ddot"))
    root = Add((level, Product((t, slope)), Product((t, t, bend))))
    body = _shaped(entry, root)
    entry.function = Function(entry.latex, (t,), body, body.shape, False)


def _shaped(entry: Declaration, root: Expr) -> Expr:
    """A A^T of a definite, A + A^T of a symmetric matrix, else A."""
    if entry.has("pd") or entry.has("psd"):
        return Product((root, Transpose(root)))
    return Add((root, Transpose(root))) if entry.has("symmetric") else root


def _pairs(levels: Iterable[Sequence[Node]]) -> Iterator[tuple[Name, Name]]:
    r"""K and theta of each `\frac{\partial K}{\partial \theta_j}` in which K is one capital letter."""
    for level in levels:
        items = clean(level)
        for place, node in enumerate(items[:-2]):
            if not isinstance(node, Token) or node.text not in _FRACTIONS:
                continue
            names = [_behind_d(part) for part in items[place + 1 : place + 3]]
            above, below = names
            if above is not None and below is not None and above.base.isupper() and not above.sub:
                yield above, below


def _behind_d(part: Node) -> Name | None:
    """The one name behind a differential sign."""
    if not isinstance(part, Group):
        return None
    cursor = Cursor(part.items)
    if not cursor.take(r"\partial", "d"):
        return None
    name = whole_name(cursor)
    return name if name is not None and not name.sup else None


def _is_free_matrix(table: Table, entry: Declaration) -> bool:
    if entry.kind != "variable" or entry.family or entry.definition is not None or entry.law:
        return False
    sizes = table.symbol(entry).dims if entry.sizes is not None else ()
    if len(sizes) != 2 or any(is_open(size) for size in sizes):
        return False
    return all(fact.name in _FREE for fact in entry.facts)


def _depend(table: Table, entry: Declaration, parameter: Declaration) -> None:
    """K = A A^T of a definite, A + A^T of a symmetric matrix, else A, with A = A_0 + sum_j theta_j A_j."""
    theta = table.symbol(parameter)
    if len(theta.dims) > 1 or any(is_open(size) for size in theta.dims):
        return
    sizes = table.symbol(entry).dims
    level = Symbol(
        rf"{entry.latex}_0", sizes, as_facts(("invertible",)) if sizes[0] == sizes[1] else ()
    )
    slopes = Symbol(
        rf"\dot{{{entry.latex}}}", (*theta.dims, *sizes), (), None, None, len(theta.dims)
    )
    if theta.dims:
        index = Index("r", Number(Fraction(1)), Dim(theta.dims[0]))
        part: Expr = Product((Item(theta, (index,)), Item(slopes, (index, None, None))))
        change: Expr = Reduce("sum", (index,), part)
    else:
        change = Product((theta, slopes))
    root = Add((level, change))
    entry.definition = _shaped(entry, root)
    entry.facts = {}
