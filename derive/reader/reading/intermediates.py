r"""Quantities on the way: after `z = A x`, what is built on `B A x` is a function of z, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from derive.errors import DeriveError
from derive.expr.nodes import Add, Expr, Item, Product, Symbol
from derive.expr.walk import free_symbols, symbols, transform
from derive.reader.declarations.definition_heads import Head
from derive.reader.declarations.definitions import define_function
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.derivative_variables import given_by, is_tied
from derive.reader.grammar.table import Declaration, Table
from derive.reader.grammar.values import Misfit
from derive.reader.source.groups import tree
from derive.reader.source.scanner import Token


def built_on(body: Expr, part: Expr, name: Expr) -> Expr:
    """The body with a name for a part of it: a node, or terms or factors that stand side by side."""

    def named(node: Expr) -> Expr | None:
        if node == part:
            return name
        if isinstance(part, Product) and isinstance(node, Product):
            return _within(node.factors, part.factors, name, node)
        if isinstance(part, Add) and isinstance(node, Add):
            return _within(node.terms, part.terms, name, node)
        return None

    return transform(body, named)


def _within(
    items: tuple[Expr, ...], run: tuple[Expr, ...], name: Expr, node: Product | Add
) -> Expr | None:
    """A sum or product with a name for the first run of its items."""
    for start in range(len(items) - len(run) + 1):
        if items[start : start + len(run)] == run:
            left = (*items[:start], name, *items[start + len(run) :])
            new: Expr = Product(left, node.dot) if isinstance(node, Product) else Add(left)
            return new if new.shape == node.shape else None
    return None


def differentiated_by(table: Table) -> Iterator[Symbol]:
    """The defined quantities by which derivatives are taken, in order."""
    for entry in table.variables() if table.varied else ():
        if entry.name in table.varied and _is_built(entry):
            yield table.symbol(entry)


def _is_built(entry: Declaration) -> bool:
    """Whether a name stands for a formula with something in it, not for another name."""
    body = entry.definition
    variable = entry.kind == "variable" and not entry.family and body is not None
    return variable and not isinstance(body, (Symbol, Item)) and bool(free_symbols(body))  # type: ignore[arg-type]


def through(body: Expr, known: Iterable[Symbol], own: str) -> Expr:
    """The body as a function of the quantities that were defined before it and that stand in it."""
    for symbol in known:
        part = symbol.definition
        if part is None or symbol.name == own or part == body:
            continue
        if own not in {s.name for s in symbols(part)}:
            body = built_on(body, part, symbol)
    return body


def reaches(body: Expr, wanted: Iterable[Symbol]) -> frozenset[str]:
    """The names of those quantities on which a formula is built."""
    there = {s.name for s in (*symbols(body), *free_symbols(body))}
    return frozenset(s.name for s in wanted if s.name in there)


def in_its_parameter(
    reader: Formula, head: Head, entry: Declaration, sides: Sequence[Sequence[Token]]
) -> None:
    r"""Define `a(\eta) = \mu^2 / (2 \sigma^2) = \sigma^2 \eta^2 / 2` by the side that is written in `\eta`."""
    function, table = entry.function, reader.table
    if function is None or len(function.parameters) != 1:
        return
    own = next((e for e in table.variables() if e.latex == function.parameters[0].name), None)
    if own is None or own.definition is None or own.family:
        return
    point = table.symbol(own)
    if given_by(point) is not None:
        return  # derivatives go by way of the number that gives it
    for tokens in sides if is_tied(function, point) else ():
        before = table.sizes.snapshot()
        try:
            define_function(reader, head, clean(tree(list(tokens), reader.source)), 0)
        except (DeriveError, Misfit, RecursionError):
            table.sizes.restore(before)
        if entry.function is not None and not is_tied(entry.function, point):
            return
        entry.kind, entry.function = "function", function
