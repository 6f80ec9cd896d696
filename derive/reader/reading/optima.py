r"""Points that words name as optima: `let $x^*$ be a minimiser`, `a solution $w^\star$`, `the optimum $\theta^*$`.

Such a point has the shape of what is written with its letter; of the property that names it nothing is used, so that
what does not hold at any point is left open and not called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.errors import DeriveError
from derive.expr.sizes import Shape
from derive.reader.declarations.phrases import mentions
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.unread import name_alone
from derive.reader.source.blocks import Document, Prose
from derive.reader.source.groups import tree

_NOUN = (
    r"(?:minimi[sz](?:ers?|ing\s+point)|maximi[sz](?:ers?|ing\s+point)|minim(?:um|a)|maxim(?:um|a)|optim(?:um|a)"
    r"|optimal\s+(?:points?|solutions?|values?|parameters?|weights?|decisions?|policy)|solutions?|fixed\s+points?"
    r"|stationary\s+points?|saddle\s+points?|comparators?|limits?|roots?)"
)
_BEHIND = re.compile(
    rf"\s*,?\s*(?:be|is|denotes?|as|for)?\s*(?:an?|the|some|any|its)?\s*(?:\w+\s+)?{_NOUN}\b", re.I
)
_BEFORE = re.compile(rf"\b{_NOUN}(?:\s+of\s+\w+)?\s*(?:is|be|by|at|called|denoted\s+by)?\s*$", re.I)
_STARS = frozenset(["*", r"\star", r"\ast"])


def declare_optima(table: Table, document: Document) -> tuple[str, ...]:
    """Declare the optima of a document that are declared in no other way; returns their names in LaTeX."""
    found: dict[str, None] = {}
    for name in _named(document):
        if table.exact(name) is not None or name.sup not in _STARS:
            continue
        shape = _shape(table, name)
        if shape is not None:
            entry = table.declare(name)
            entry.sizes = shape
            found[entry.latex] = None
    return tuple(found)


def declare_least_values(table: Table, names: Iterable[Name]) -> tuple[str, ...]:
    """Declare the numbers that are least values of functions without a formula; returns their names in LaTeX."""
    found: list[str] = []
    for name in names:
        own = table.exact(replace(name, sup=""))
        if own is not None and own.kind == "function" and table.exact(name) is None:
            entry = table.declare(name)
            entry.sizes = ()
            found.append(entry.latex)
    return tuple(found)


def only_abstract(table: Table) -> bool:
    """Whether the functions of a document have no formulas, so that a point is an optimum of what can be anything."""
    functions = [e.function for e in table.entries.values() if e.function is not None]
    return bool(functions) and all(function.body is None for function in functions)


def _named(document: Document) -> Iterator[Name]:
    for block in document.blocks:
        for mention in mentions(block) if isinstance(block, Prose) else ():
            if not (_BEHIND.match(mention.rest) or _BEFORE.search(mention.lead)):
                continue
            try:
                name = name_alone(clean(tree(list(mention.tokens), mention.source)))
            except (DeriveError, Misfit, RecursionError):
                continue
            if name is not None:
                yield name


def _shape(table: Table, name: Name) -> Shape | None:
    r"""The shape of x, or of the x_t, for x^*."""
    bare = replace(name, sup="")
    own = table.exact(bare)
    if own is not None and own.kind == "variable" and own.sizes is not None:
        return own.sizes
    family = table.families.get(bare)
    if family is not None and family.kind == "variable" and family.sizes is not None:
        return family.sizes[max(family.family, 1) :]
    for other, entry in table.entries.items():
        steps = other.sub and replace(other, sub="") == bare
        if steps and entry.kind == "variable" and entry.sizes is not None:
            return entry.sizes
    functions = [e.function for e in table.entries.values() if e.function is not None]
    single = len(functions) == 1 and len(functions[0].parameters) == 1
    return functions[0].parameters[0].shape if single else None
