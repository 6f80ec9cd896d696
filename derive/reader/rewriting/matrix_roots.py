r"""Roots of definite matrices: `\Sigma^{1/2}` is a symbol of its own, of which `\Sigma` is the square.

So both are exact where they are sampled, and what holds for one is checked for the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.expr.nodes import Apply, Product
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.written import names_along
from derive.reader.source.groups import Node

_HALVES = frozenset(
    ["1/2", r"\frac{1}{2}", r"\frac12", r"\tfrac{1}{2}", r"\tfrac12", r"\frac1{2}", "0.5"]
)


def declare_roots(table: Table, levels: Iterable[Sequence[Node]]) -> None:
    """Declare the roots that are written of definite and of positive diagonal matrices without definition."""
    for name, power in _halves(levels):
        bare = name.without(sup=True)
        match = table.find(bare)
        if match is None or match[1] != bare:
            continue
        entry = match[0]
        root = table.exact(Name(bare.base, bare.font, bare.accents, bare.sub, "1/2"))
        if root is None and not _has_root(table, entry):
            continue
        root = root or _declare_root(table, entry, bare)
        if table.exact(name) is None:
            other = table.declare(name)
            symbol = table.symbol(root)
            other.sizes = root.sizes
            other.definition = Apply("inverse", (symbol,)) if power.startswith("-") else symbol


def _halves(levels: Iterable[Sequence[Node]]) -> Iterable[tuple[Name, str]]:
    """The names with a half or a negative half above them."""
    for level in levels:
        for name, _ in names_along(level):
            if name.sup.lstrip("-") in _HALVES:
                yield name, name.sup


def _has_root(table: Table, entry: Declaration) -> bool:
    """Whether a matrix is free and definite, or diagonal with positive entries."""
    if entry.kind != "variable" or entry.family or entry.definition is not None or entry.law:
        return False
    sizes = table.symbol(entry).dims if entry.sizes is not None else ()
    if len(sizes) != 2 or sizes[0] != sizes[1] or any(is_open(size) for size in sizes):
        return False
    return entry.has("pd") or (entry.has("diagonal") and entry.has("positive"))


def _declare_root(table: Table, entry: Declaration, bare: Name) -> Declaration:
    """The root with the facts of the matrix, which becomes its square."""
    root = table.declare(Name(bare.base, bare.font, bare.accents, bare.sub, "1/2"))
    root.sizes, root.facts = entry.sizes, dict(entry.facts)
    symbol = table.symbol(root)
    entry.definition, entry.facts = Product((symbol, symbol)), {}
    return root
