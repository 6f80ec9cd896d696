r"""Documents of several sections, where a letter may stand for another thing under each heading.

A short document is read as a whole. Where that leaves clashes, and in a long document always, each section is read
by itself, with what its own prose declares, what the nearest other section declares of the names that it does not
speak of, and what earlier sections have defined. A name that has a meaning elsewhere, but is only assumed here, may
have that meaning: what is said of it holds where it holds for every value, and is never called wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from derive.derivation import Chain
from derive.expr.nodes import Expr
from derive.expr.walk import free_symbols, substitute
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.reading.cut import cut, is_read, words_of
from derive.reader.reading.passes import NotePasses, Prepared
from derive.reader.reading.section_doubts import doubted, plain_letters
from derive.reader.reading.state import Result
from derive.reader.reading.unread import related_letters
from derive.reader.source.blocks import Document, Heading, Prose

LONG = 30
"""Displays of a document that is no longer read as a whole."""
FEWER = 0.7
"""The share of clashes and unreadable sides that reading by sections must not exceed to be preferred."""

MOST_READ = 1600
LEAST_READ = 40
"""Relations that are read while shapes are searched for, in all sections together and in one of many."""


@dataclass(frozen=True)
class Reading:
    """What was read: the blocks, the table at the end, the layout of derivatives, and the title of the section."""

    result: Result
    table: Table
    layout: str = ""
    title: str = ""

    @property
    def left(self) -> int:
        """How much could not be read."""
        return self.result.faults + self.result.unreadable


def sections_read(document: Document) -> list[Reading]:
    """The readings of the parts of a document, in order; one for a document that is read as a whole."""
    parts, redeclared = cut(document)
    if not is_read(words_of(document)):
        return [_unsure(reading) for reading in _by_sections(parts)]
    if len(parts) < 2:
        return [Reading(*NotePasses(document).best())]
    if redeclared or len(document.displays) > LONG:
        return _by_sections(parts)
    whole = Reading(*NotePasses(document).best())
    if whole.result.faults < 2:
        return [whole]
    readings = _by_sections(parts)
    better = sum(r.left for r in readings) < FEWER * whole.left
    return readings if better else [whole]


def _unsure(reading: Reading) -> Reading:
    """A reading in which nothing is called wrong, because what the words declare is not known."""
    why = "the text is not English, so that what it says of the names is not known; `% derive:` lines may say it"
    blocks = [
        replace(block, steps=tuple(replace(step, doubt=why) for step in block.steps))
        if isinstance(block, Chain)
        else block
        for block in reading.result.blocks
    ]
    return replace(reading, result=replace(reading.result, blocks=blocks))


@dataclass
class _Carried:
    """What earlier sections have defined, by name, with the declarations of what the definitions are built on."""

    defined: dict[Name, Declaration] = field(default_factory=dict)
    built_on: dict[str, Declaration] = field(default_factory=dict)
    examples: dict[Name, Declaration] = field(default_factory=dict)

    def take(self, table: Table) -> None:
        """Remember what a section has defined."""
        closed = [d for d in table.variables() if d.sizes is not None and not d.family]
        by_latex = {d.latex: d for d in closed}
        for entry in table.entries.values():
            body = _body(entry)
            if body is None:
                continue
            if not free_symbols(body):
                self.examples[entry.name] = entry  # a numeric example ends with its section
                self.defined.pop(entry.name, None)
                continue
            self.defined[entry.name] = entry
            self.examples.pop(entry.name, None)
            for symbol in free_symbols(body):
                known = by_latex.get(symbol.name)
                if known is not None and known.definition is None:
                    sizes = tuple(table.sizes.resolve(size) for size in known.sizes or ())
                    self.built_on[symbol.name] = replace(known, sizes=sizes)

    def give(self, table: Table, spoken: frozenset[Name]) -> frozenset[Name]:
        """Declare what is defined, except the names that a section speaks of itself; the names that were declared."""
        given: dict[Name, None] = {}
        for name, entry in self.defined.items():
            known = table.entries.get(name)
            if name in spoken or (known is not None and not _is_any(known)):
                continue
            body = _body(entry)
            assert body is not None
            changed = self._fitted(body, table)
            if changed is None:
                continue
            table.entries[name] = _with_body(entry, changed)
            table.by_letter.setdefault(name.letter, {})[name] = None
            given[name] = None
        return frozenset(given)

    def _fitted(self, body: Expr, table: Table) -> Expr | None:
        """A definition in the symbols of another section's table; None where one of them is another thing there."""
        change: dict[Expr, Expr] = {}
        by_latex = {d.latex: d for d in table.variables()}
        missing: dict[str, Declaration] = {}
        for symbol in free_symbols(body):
            if symbol.definition is not None or symbol.family:
                continue
            known = by_latex.get(symbol.name)
            if known is None:
                if symbol.name not in self.built_on:
                    continue  # a parameter, or bound in the definition
                missing[symbol.name] = self.built_on[symbol.name]
            elif known.sizes is None or table.symbol(known).shape != symbol.shape:
                return None
            else:
                change[symbol] = table.symbol(known)
        for entry in missing.values():
            table.entries[entry.name] = replace(entry, facts=dict(entry.facts))
            table.by_letter.setdefault(entry.name.letter, {})[entry.name] = None
        return substitute(body, change) if change else body


def _body(entry: Declaration) -> Expr | None:
    """What a name stands for, where a formula says it."""
    if entry.function is not None:
        return entry.function.body
    return entry.definition if entry.kind == "variable" and not entry.family else None


def _with_body(entry: Declaration, body: Expr) -> Declaration:
    if entry.function is not None:
        return replace(entry, function=replace(entry.function, body=body), facts=dict(entry.facts))
    return replace(entry, definition=body, facts=dict(entry.facts))


def _by_sections(parts: Sequence[Document]) -> list[Reading]:
    ready = [Prepared.of(part) for part in parts]
    said = [NotePasses(part, partial=True).table for part in ready]
    carried = _Carried()
    found: list[Reading] = []
    prose = (b for part in parts for b in part.blocks if isinstance(b, Prose))
    related = frozenset(x for b in prose for x in related_letters(b.source.slice(b.span)))
    for number, part in enumerate(ready):
        reading = _section(part, said, number, carried, related)
        carried.take(reading.table)
        found.append(reading)
    return found


def _section(
    part: Prepared,
    said: Sequence[Table],
    number: int,
    carried: _Carried,
    related: frozenset[str],
) -> Reading:
    """One section: with the definitions of earlier ones unless that leaves more clashes."""
    own = _spoken(said[number])
    most = max(LEAST_READ, MOST_READ // len(said))
    with_all = NotePasses(part, _inherited(said, number, own), partial=True)
    with_all.most_read, with_all.related = most, related
    with_all.earlier = carried.give(with_all.table, own)
    best = Reading(*with_all.best())
    used = with_all.earlier
    if best.result.faults and with_all.earlier:
        without = NotePasses(part, _inherited(said, number, own), partial=True)
        without.most_read, without.related = most, related
        alone = Reading(*without.best())
        if alone.result.faults < best.result.faults:
            best, used = alone, frozenset()
    lost = _lost(said, number, carried, best.table)
    kept = [carried.defined[name] for name in carried.defined if name in used]
    lost.update({plain_letters(d.latex): d.latex for d in kept})
    elsewhere = (d for _, d in _entries(best.table) if d.section >= len(said) and _is_function(d))
    lost.update({plain_letters(d.latex): d.latex for d in elsewhere})
    blocks = [doubted(block, lost) for block in best.result.blocks]
    headings = (b.text for b in part.written.blocks if isinstance(b, Heading))
    return Reading(replace(best.result, blocks=blocks), best.table, best.layout, next(headings, ""))


def _spoken(table: Table) -> frozenset[Name]:
    """The names of which the prose of a section says what they are, in every font."""
    return frozenset(name for name, entry in _entries(table) if _says(entry))


def _entries(table: Table) -> Iterator[tuple[Name, Declaration]]:
    yield from table.entries.items()
    yield from table.families.items()


def _is_function(entry: Declaration) -> bool:
    """Whether a letter stands for a function of the table, such as the sigmoid, or for one of its own."""
    return entry.kind in ("function", "word")


def _is_any(entry: Declaration) -> bool:
    """Whether a letter is only called, and nothing else is said of the function."""
    return entry.kind == "function" and entry.assumed


def _says(entry: Declaration) -> bool:
    if entry.kind == "variable":
        return entry.sizes is not None
    return entry.kind in ("function", "word", "size") and not _is_any(entry)


def _order(count: int, number: int) -> list[int]:
    """The other sections, nearest before first, then those after."""
    return [*reversed(range(number)), *range(number + 1, count)]


def _inherited(said: Sequence[Table], number: int, own: frozenset[Name]) -> Table:
    """What the other sections declare of names that a section does not declare."""
    table = Table()
    letters = {name.letter for name in own}
    for other in _order(len(said), number):
        source = said[other]
        fresh: set[tuple[object, ...]] = set()
        for entries, kept in (
            (source.entries, table.entries),
            (source.families, table.families),
        ):
            for name, entry in entries.items():
                if name.letter in letters or not _says(entry):
                    continue
                sizes = None
                if entry.sizes is not None:
                    sizes = tuple(source.sizes.resolve(size) for size in entry.sizes)
                    if any(is_open(size) for size in sizes):
                        continue
                fresh.add(name.letter)
                kept[name] = replace(
                    entry, sizes=sizes, facts=dict(entry.facts), section=len(said) + other
                )
                table.by_letter.setdefault(name.letter, {})[name] = None
        letters |= fresh
    return table


def _lost(said: Sequence[Table], number: int, carried: _Carried, table: Table) -> dict[str, str]:
    """The names that another section gives a meaning which is not known here, in plain letters."""
    known = {d.name.letter for _, d in _entries(table) if not d.assumed}
    others = (
        entry
        for other in _order(len(said), number)
        for _, entry in _entries(said[other])
        if _says(entry) or entry.facts or entry.law is not None
    )
    return {
        plain_letters(entry.latex): entry.latex
        for entry in (*others, *carried.defined.values(), *carried.examples.values())
        if entry.name.letter not in known
    }
