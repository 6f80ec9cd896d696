r"""Quantities on the way: after `z = A x`, what is built on `B A x` is a function of z, too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.expr.nodes import Add, Expr, Item, Product, Symbol
from derive.expr.walk import free_symbols, symbols, transform
from derive.reader.grammar.table import Declaration, Table


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
