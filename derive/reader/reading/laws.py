"""Laws that were said in words take effect as soon as what they speak of is defined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction

from derive.errors import DeriveError
from derive.expr.facts import Law
from derive.expr.nodes import Dim, Expr, Item, Number, Relation, Symbol
from derive.expr.walk import free_symbols
from derive.reader.declarations.clauses import relation_at
from derive.reader.declarations.moments import law_of_moments
from derive.reader.grammar.core import Formula
from derive.reader.grammar.laws import random_law
from derive.reader.grammar.laws_in_words import LawSaid
from derive.reader.grammar.name_kinds import is_index
from derive.reader.grammar.state import RELATIONS
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.upstream import names_in
from derive.reader.source.groups import Node, tree
from derive.reader.source.places import Source

_REFUSED = (DeriveError, Misfit, RecursionError)


class LawUnknown(Exception):
    """A law that cannot be given to a symbol; the message says why."""


def pending(table: Table) -> Iterator[Declaration]:
    """What has a law in words that has not taken effect."""
    for entry in (*table.entries.values(), *table.families.values()):
        if entry.law_said is not None and entry.law is None:
            yield entry


def settle_laws(
    table: Table,
    reader_of: Callable[[Source], Formula],
    heads: frozenset[Name],
    needed: frozenset[Name],
) -> None:
    """Give symbols their laws: those whose words speak of defined names alone, and those that are `needed` now."""
    waiting = list(pending(table))
    while waiting:
        done = [
            e for e in waiting if _settle(table, e, reader_of, heads, _is_among(e.name, needed))
        ]
        if not done:
            return
        waiting = [e for e in waiting if e not in done]


def _is_among(name: Name, names: frozenset[Name]) -> bool:
    """Whether a name is spoken of, perhaps by an entry of it."""
    return any(
        (n.base, n.font, n.accents) == (name.base, name.font, name.accents)
        and name.sub in ("", n.sub)
        for n in names
    )


def depends(table: Table, names: Iterable[Name], target: Name) -> bool:
    """Whether some of the names have a definition or a law that speaks of the target, which they do not define then."""
    by_latex = {entry.latex: entry for entry in table.variables()}
    queue = [found[0] for name in names if (found := table.find(name)) is not None]
    seen: dict[Name, None] = {}
    while queue:
        entry = queue.pop()
        if entry.name in seen:
            continue
        seen[entry.name] = None
        for latex in _spoken_of(entry):
            if latex == target.latex:
                return True
            if latex in by_latex:
                queue.append(by_latex[latex])
    return False


def _spoken_of(entry: Declaration) -> Iterator[str]:
    """The names in a definition and in a law."""
    if entry.definition is not None:
        yield from (symbol.name for symbol in free_symbols(entry.definition))
    if entry.law_said is not None:
        for part in entry.law_said.parts:
            with suppress(*_REFUSED):
                for name in names_in(tree(list(part), entry.law_said.source)):
                    yield name.latex
                    yield name.without(sub=True, sup=True).latex


def _settle(
    table: Table,
    entry: Declaration,
    reader_of: Callable[[Source], Formula],
    heads: frozenset[Name],
    now: bool,
) -> bool:
    said = entry.law_said
    assert said is not None
    before = table.sizes.snapshot()
    try:
        nodes = [tree(list(part), said.source) for part in said.parts]
        names = [name for part in nodes for name in names_in(part)]
        if any(e.name in names for e in pending(table) if e is not entry):
            return False
        if not now and any(_is_awaited(table, name, heads) for name in names):
            return False
        entry.law = _law(reader_of(said.source), said, nodes, entry)
    except (*_REFUSED, LawUnknown):
        table.sizes.restore(before)
        return False
    return entry.law is not None


def _is_awaited(table: Table, name: Name, heads: frozenset[Name]) -> bool:
    """Whether a name is defined further on, perhaps by its members."""
    members = [h for h in heads if h.sub and h.without(sub=True) == name and is_index(h.sub, table)]
    if name not in heads and not members:
        return False
    entry = table.exact(name) or table.families.get(name)
    if entry is None:
        return True
    body = entry.function.body if entry.function is not None else None
    settled = (
        entry.definition is not None
        or body is not None
        or entry.kind in ("template", "word", "slices")
    )
    return not settled and entry.law_said is None


def _law(
    reader: Formula, said: LawSaid, parts: Sequence[Sequence[Node]], entry: Declaration
) -> Law | None:
    if said.kind == "distribution":
        random_law(reader, entry, list(parts[0]))
        return entry.law
    if said.kind in ("moments", "bernoulli", "gaussian", "uniform"):
        return law_of_moments(reader, said, parts, entry)
    if said.kind in ("minimiser", "maximiser", "stationary"):
        return _optimum(reader, said.kind, parts, entry)
    if said.kind == "solves":
        return _solution(reader, parts, entry)
    if said.kind == "random":
        if entry.sizes is None:
            entry.sizes = ()
        return Law("random", ("any", *(reader.whole(list(p)).build() for p in parts)))
    if said.kind == "subset":
        with reader.flag(in_limit=True):
            return Law("random", ("subset", reader.whole(list(parts[0])).build()))
    if said.kind == "iid":
        return Law("random", ("iid", reader.whole(list(parts[0])).build()))
    return _spectral(reader, said, parts)


def _optimum(
    reader: Formula, kind: str, parts: Sequence[Sequence[Node]], entry: Declaration
) -> Law:
    objective = reader.whole(list(parts[0])).build()
    variable = _variable(reader, parts[1:], entry)
    if objective.shape or variable not in free_symbols(objective):
        raise LawUnknown(f"{objective!r} is no number that depends on {variable.name}")
    _same_shape(reader, entry, variable)
    return Law(kind, (objective, variable))


def _variable(reader: Formula, parts: Sequence[Sequence[Node]], entry: Declaration) -> Symbol:
    """What varies: the symbol that is named, else the one whose hat or star the name wears."""
    if parts:
        found: Expr = reader.whole(list(parts[0])).build()
    else:
        bare = Name(entry.name.base, entry.name.font, (), entry.name.sub)
        known = reader.table.exact(bare)
        if known is None or known.kind != "variable" or bare == entry.name:
            raise LawUnknown("what varies is not named")
        found = reader.table.symbol(known)
    if isinstance(found, Item) or not isinstance(found, Symbol) or found.definition is not None:
        raise LawUnknown(f"{found!r} is no free variable")
    return found


def _same_shape(reader: Formula, entry: Declaration, variable: Symbol) -> None:
    if entry.sizes is None:
        entry.sizes = variable.dims
    elif not reader.table.sizes.unify_shapes(entry.sizes, variable.dims):
        raise LawUnknown(f"{entry.latex} and {variable.name} have different shapes")


def _solution(reader: Formula, parts: Sequence[Sequence[Node]], entry: Declaration) -> Law:
    *equations, unknown = parts
    variable = _variable(reader, [unknown], entry)
    _same_shape(reader, entry, variable)
    relations: list[Expr] = []
    for nodes in equations:
        cut = relation_at(list(nodes))
        sign = nodes[cut].text if cut is not None else ""  # type: ignore[union-attr]
        if cut is None or sign not in RELATIONS:
            raise LawUnknown("an equation without a sign")
        left, right = reader.whole(list(nodes[:cut])), reader.whole(list(nodes[cut + 1 :]))
        if right.kind in ("ones", "zeros"):
            right = reader.arithmetic.filled(right, left.shape)
        reader.table.sizes.unify_shapes(left.shape, right.shape)
        relations.append(Relation(RELATIONS[sign], left.build(), right.build()))
    return Law("solves", (tuple(relations), (variable,)))


def _spectral(reader: Formula, said: LawSaid, parts: Sequence[Sequence[Node]]) -> Law:
    matrix = reader.whole(list(parts[0])).build()
    if len(matrix.shape) != 2:
        raise LawUnknown(f"{matrix!r} is no matrix")
    place: Expr
    if said.counted == -1:
        place = Dim(matrix.shape[0])
    elif said.counted is not None:
        place = Number(Fraction(said.counted))
    else:
        with reader.flag(in_limit=True):
            place = reader.whole(list(parts[1])).build()
    return Law(said.kind, (matrix, place))
