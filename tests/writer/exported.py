"""A recipe beside its exported page: which relation of the page is which of the recipe, and whether they say the same.

The page shows the relations of a recipe, its definitions, and each result once more; the reader numbers them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from derive import pipeline, registry
from derive.checker import judge_relation
from derive.derivation import Chain, Definition, Derivation, Side
from derive.expr.build import as_size
from derive.expr.facts import Law, implied
from derive.expr.nodes import Call, Expr, Filled, Function, Index, Reduce, Relation, Symbol
from derive.expr.sizes import Size
from derive.expr.walk import free_indices, post_order, substitute, transform
from derive.reader import read
from derive.writer import write
from derive.writer.convention import member_of, value_of
from derive.writer.page import stated_by

#: facts that say nothing beside a shape
SILENT = {"real", "square"}


@dataclass(frozen=True)
class Shown:
    """A relation that a page shows: a `definition`, a `step` with its number, or a `result` once more."""

    kind: str
    number: int
    lhs: Side
    op: str
    rhs: Side


@cache
def recipe(slug: str) -> Derivation:
    """A recipe without holes."""
    return pipeline.filled(registry.load_recipe(slug).derivation())


@cache
def exported(slug: str, to: str = "tex") -> str:
    """The page of a recipe."""
    return write(recipe(slug), to=to)


@cache
def read_back(slug: str, to: str = "tex") -> Derivation:
    """The page of a recipe as a reader understands it."""
    return read(exported(slug, to), f"{slug}.{to}")


def shown(derivation: Derivation) -> list[list[Shown]]:
    """The chains of a page in reading order; a chain of one `result` only where the page has room for it."""
    found: list[list[Shown]] = []
    number = 0
    for block in derivation.blocks:
        if isinstance(block, Definition):
            found.append([_definition(block)])
        elif isinstance(block, Chain):
            left, rows = block.lhs, []
            for step in block.steps:
                number += 1
                rows.append(Shown("step", number, left, step.op, step.rhs))
                left = step.rhs
            found.append(rows)
            if block.result:
                op = stated_by([step.op for step in block.steps]) or block.steps[-1].op
                found.append([Shown("result", number, block.lhs, op, left)])
    return found


def paired(derivation: Derivation, found: Derivation) -> list[tuple[Shown, Shown]]:
    """Each relation of a recipe with the one that was read; AssertionError where their numbers differ."""
    theirs, pairs = relations(found), []
    before: list[Shown] = []
    for chain in shown(derivation):
        other = theirs[0] if theirs else []
        if chain[0].kind == "result" and not _repeats(other, before):
            continue
        lengths = (len(chain), len(other))
        assert lengths[0] == lengths[1], (
            f"{chain[0].lhs!r} has {lengths[0]} steps, read: {lengths[1]}"
        )
        pairs += list(zip(chain, theirs.pop(0), strict=True))
        before = other
    assert theirs == [], f"{theirs[0][0].lhs!r} is not of the recipe"
    return pairs


def _repeats(chain: list[Shown], before: list[Shown]) -> bool:
    """Whether a chain states once more what the one before it states."""
    ends = [(_spelled(rows[0].lhs), _spelled(rows[-1].rhs)) for rows in (chain, before) if rows]
    return len(chain) == 1 and len(ends) == 2 and ends[0] == ends[1]


def _spelled(side: Side) -> str:
    return repr(side) if isinstance(side, Expr) else side.latex


def _definition(block: Definition) -> Shown:
    value, name = value_of(block), block.symbol
    assert value is not None
    head: Expr
    if isinstance(name, Function):
        head = Call(name, name.parameters)
    elif name.family:
        head, value = member_of(name, value)
    else:
        head = name
    return Shown("definition", 0, head, "=", value)


def relations(derivation: Derivation) -> list[list[Shown]]:
    """The chains that were read."""
    found = []
    for chain in derivation.chains:
        left, rows = chain.lhs, []
        for step in chain.steps:
            rows.append(Shown(step.role, 0, left, step.op, step.rhs))
            left = step.rhs
        found.append(rows)
    return found


# ------------------------------------------------------------------------------------ what they say


def names_of(derivation: Derivation) -> dict[str, Symbol | Function]:
    """The symbols and functions of a derivation by their names."""
    found: dict[str, Symbol | Function] = {g.symbol.name: g.symbol for g in derivation.givens}
    for block in derivation.blocks:
        if isinstance(block, Definition):
            found[block.symbol.name] = block.symbol
        sides = block.sides() if isinstance(block, Chain) else ()
        for side in sides:
            for node in post_order(side, into_definitions=True) if isinstance(side, Expr) else ():
                if isinstance(node, Symbol):
                    found.setdefault(node.name, node)
                elif isinstance(node, Call):
                    found.setdefault(node.function.name, node.function)
    return found


def as_own(side: Expr, own: dict[str, Symbol | Function]) -> Expr:
    """A side that was read, with the symbols and functions of the recipe in the place of those of the same names."""

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Symbol):
            mine = own.get(node.name)
            return mine if isinstance(mine, Symbol) and mine.dims == node.dims else None
        if isinstance(node, Call):
            function = own.get(node.function.name)
            if isinstance(function, Function) and not node.function.name.startswith(r"\ln "):
                return replace(node, function=function)
        return None

    return transform(side, change)


def with_indices(side: Expr, like: Expr) -> Expr:
    """A side with the free indices of another one in the place of those of the same names and ranges."""
    known = {index.name: index for index in free_indices(like)}
    same: dict[Expr, Expr] = {}
    for index in free_indices(side):
        own = known.get(index.name)
        if own is not None and own != index and _range(own) == _range(index):
            same[index] = own
    return substitute(side, same) if same else side


def _range(index: Index) -> tuple[Size, Size]:
    return as_size(index.lower), as_size(index.upper)


def says_the_same(mine: Side, found: Side, own: dict[str, Symbol | Function]) -> str:
    """`same` (equal trees or values), `differs`, or `open` where the values cannot be compared."""
    if not isinstance(mine, Expr) or not isinstance(found, Expr):
        return "open"
    other = with_indices(as_own(found, own), mine)
    if mine == other or (_is_zero(mine) and _is_zero(other)):
        return "same"
    if mine.shape != other.shape:
        return "differs"
    if isinstance(mine, Relation):
        return "open"
    kind = judge_relation(mine, "=", other, time_limit=20).kind
    return {"holds": "same", "fails": "differs"}.get(kind, "open")


def _is_zero(node: Expr) -> bool:
    return (isinstance(node, Filled) and node.kind == "zeros") or repr(node) == "0"


def facts_of(symbol: Symbol) -> set[str]:
    """What is known of a symbol, with what follows from it."""
    return {name for fact in symbol.facts for name in implied(fact.name)} - SILENT


def misread(derivation: Derivation, found: Derivation) -> Iterator[str]:
    """The symbols of a recipe whose shape, facts or law were read otherwise."""
    own, other = names_of(derivation), names_of(found)
    for name, mine in own.items():
        theirs = other.get(name)
        if not isinstance(mine, Symbol) or not isinstance(theirs, Symbol):
            continue
        if mine.dims != theirs.dims and not isinstance(theirs.definition, Reduce):
            yield f"{name} has shape {theirs.dims}, not {mine.dims}"
        if mine.definition is not None:
            continue
        if facts_of(mine) != facts_of(theirs):
            yield f"{name} has the facts {facts_of(theirs)}, not {facts_of(mine)}"
        if not _same_law(mine.law, theirs.law, own):
            yield f"{name} has the law {theirs.law!r}, not {mine.law!r}"


def _same_law(mine: Law | None, found: Law | None, own: dict[str, Symbol | Function]) -> bool:
    """Whether two laws are of one kind, and what they speak of has the same values."""
    if mine is None or found is None:
        return mine is found
    if mine.kind != found.kind or len(mine.args) != len(found.args):
        return False
    pairs = zip(mine.args, found.args, strict=True)
    both = [(a, b) for a, b in pairs if isinstance(a, Expr) and isinstance(b, Expr)]
    return all(says_the_same(a, b, own) != "differs" for a, b in both)
