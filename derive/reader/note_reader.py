r"""Documents to derivations: `read(text)` and `read_file(path)`.

First the prose of the whole document is read for declarations. Then passes in reading order are
tried with assumed shapes for what nobody declared, and with the layouts of derivatives that are in
use, and the pass with which most sides can be read is the reading; what it assumed is in the notes
of the derivation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from derive.derivation import Derivation, Given
from derive.errors import DeriveError, ReadError
from derive.reader import documents
from derive.reader.blocks import Directive, Display, Document, Heading, Prose
from derive.reader.declare import declare_sources
from derive.reader.declare_clauses import Clause, clauses
from derive.reader.declare_ranges import declare_ranges
from derive.reader.display_facts import declare_by_form
from derive.reader.formula_cursor import clean
from derive.reader.formula_state import Options
from derive.reader.formula_values import Misfit
from derive.reader.groups import Group, Node, tree
from derive.reader.inference import assumptions, name_sizes, with_assumptions
from derive.reader.phrases import mentions
from derive.reader.prose import Declarations
from derive.reader.prose_said import Stated
from derive.reader.reading_pass import ReadingPass
from derive.reader.reading_state import Result
from derive.reader.relations import RawRelation, number
from derive.reader.scanner import Token, scan_math
from derive.reader.source import Source, kind_of
from derive.reader.table import Declaration, Table

SETTLING = 3
"""Passes with sizes that the pass before has found."""
LAYOUTS = ("", "numerator", "denominator")
_LAYOUT_NOTES = {
    "numerator": "derivatives are read in numerator layout: a gradient written as a fraction is a row",
    "denominator": "derivatives are read in denominator layout: the Jacobian of y by x has a row for each entry of x",
}
_REFUSED = (DeriveError, Misfit, RecursionError)


def read(text: str, path: str = "") -> Derivation:
    """The derivation that a LaTeX or Markdown text is; the ending of `path` says which.

    A side that has no meaning is `Unreadable` with the reason.
    """
    return derivation_of(documents.read_document(Source(path, text, kind_of(path))))


def read_file(path: str | Path) -> Derivation:
    """`read` of a file (LaTeX, Markdown, Quarto, notebook). ReadError when it cannot be opened or is no text."""
    return derivation_of(documents.read_file(path))


def derivation_of(document: Document) -> Derivation:
    """The mathematics of a document."""
    note = _Note(document)
    result, table, layout = note.best()
    warnings = [f"line {error.line}: {error.message}" for error in document.warnings[:20]]
    skipped = [d.error for d in document.displays if d.error is not None and not d.tokens]
    warnings += [
        f"line {error.line}: a display is not read: {error.message}" for error in skipped[:50]
    ]
    assumed = assumptions(table)
    notes = [f"read as: {', '.join(f'${text}$' for text in assumed)}"] if assumed else []
    if layout:
        notes.append(_LAYOUT_NOTES[layout])
    return Derivation(
        title=note.title,
        path=document.source.path,
        givens=tuple(_givens(table)),
        blocks=tuple(result.blocks),
        notes=(*notes, *result.notes, *warnings),
    )


def _givens(table: Table) -> Iterator[Given]:
    for entry in table.variables():
        if entry.definition is None and entry.sizes is not None:
            yield Given(table.symbol(entry), assumed=entry.assumed)


class _Note:
    """A document with what its prose declares."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.table = Table()
        self.declarations = Declarations(self.table)
        self.stated: dict[int, list[Stated]] = {}
        self.chains = _grouped(document)
        self._declare()

    @property
    def title(self) -> str:
        """The first heading."""
        headings = (b.text for b in self.document.blocks if isinstance(b, Heading))
        return next(headings, "")

    def _declare(self) -> None:
        """What the whole document declares: directives first, then ranges, then prose."""
        for block in self.document.blocks:
            if isinstance(block, Directive):
                self._directive(block)
        for block in self.document.blocks:
            if isinstance(block, Display):
                self._display(block)
        for position, block in enumerate(self.document.blocks):
            if isinstance(block, Heading):
                self.table.section += 1
            elif isinstance(block, Prose):
                self.stated[position] = self.declarations.read(block)
        self.table.section = 0
        declare_by_form(self.table, list(self._runs()))

    def _runs(self) -> Iterator[list[Node]]:
        """The runs of nodes of all formulas, displayed or in prose."""
        parts = [(d.tokens, d.source) for d in self.document.displays if d.error is None]
        parts += [
            (m.tokens, m.source)
            for b in self.document.blocks
            if isinstance(b, Prose)
            for m in mentions(b)
        ]
        for tokens, source in parts:
            try:
                yield from _levels(tree(list(tokens), source))
            except ReadError:
                continue

    def _directive(self, block: Directive) -> None:
        tokens = [
            t._replace(start=block.span.start, end=block.span.end)
            for t in scan_math(spelled(block.text))
        ]
        try:
            declare_sources(self.table, [(block.source, tokens)])
        except ReadError as error:
            self.declarations.refused.append(error)
        except _REFUSED:
            return

    def _display(self, block: Display) -> None:
        """Ranges of sums and of indices, and memberships that are displayed."""
        if block.error is not None:
            return
        try:
            nodes = tree(list(block.tokens), block.source)
        except ReadError:
            return
        reader = self.declarations.reader(block.source)
        for level in _levels(nodes):
            try:
                declare_ranges(reader, Clause(level))
            except _REFUSED:
                continue
        texts = [t.text for t in block.tokens]
        if r"\in" in texts and "=" not in texts:
            try:
                for clause in clauses(nodes):
                    declare_ranges(reader, clause)
                declare_sources(self.table, [(block.source, block.tokens)])
            except _REFUSED:
                return

    # ------------------------------------------------------------------------------------------- passes

    def best(self) -> tuple[Result, Table, str]:
        """The reading with the fewest sides that cannot be read: over assumed shapes, then over layouts."""
        table, result = self._with_layout("")
        found = (result, table, "")
        if result.faults and self._has_fractions():
            for layout in LAYOUTS[1:]:
                other_table = self._settled(table)
                other = self._run(other_table, Options(layout=layout), last=True)
                if other.faults < found[0].faults:
                    found = (other, other_table, layout)
        return found

    def _has_fractions(self) -> bool:
        return any(t.text == r"\partial" for d in self.document.displays for t in d.tokens)

    def _with_layout(self, layout: str) -> tuple[Table, Result]:
        options = Options(layout=layout)

        def attempt(table: Table) -> tuple[tuple[int, ...], Table]:
            result = self._run(table, options)
            for _ in range(SETTLING):
                if not result.faults:
                    break
                table = self._settled(table, named=False)
                faults, result = result.faults, self._run(table, options)
                if result.faults == faults:
                    break
            settled = self._settled(table)
            if result.faults:
                result = self._run(self._settled(table), options)
            return result.score, settled

        _, settled = with_assumptions(self.table, attempt, self.declarations.hints)
        return settled, self._run(settled, options, last=True)

    def _settled(self, tried: Table, named: bool = True) -> Table:
        """The declared table with the shapes that a pass has found; `named`: every size has a letter."""
        table = self.table.copy()
        if named:
            name_sizes(tried)
        table.sizes.restore(tried.sizes.snapshot())
        table.sizes._count = tried.sizes._count
        for entries, found in ((table.entries, tried.entries), (table.families, tried.families)):
            for name, entry in found.items():
                if _is_assumed(entry) and (name not in entries or entries[name].sizes is None):
                    facts = entries[name].facts if name in entries else {}
                    entries[name] = replace(entry, facts={**facts, **entry.facts}, definition=None)
                    table.by_letter.setdefault(name.letter, {})[name] = None
        table.inference = tried.inference
        return table

    def _run(self, table: Table, options: Options, last: bool = False) -> Result:
        return ReadingPass(self.document, table, self.stated, self.chains, options, last).run()


def _is_assumed(entry: Declaration) -> bool:
    return (entry.assumed and entry.kind == "variable") or entry.kind == "size"


def _grouped(document: Document) -> dict[int, list[list[RawRelation]]]:
    """The relations of each display, by the number of its block, cut into runs that belong to one chain."""
    displays = [i for i, block in enumerate(document.blocks) if isinstance(block, Display)]
    found: dict[int, list[list[RawRelation]]] = {}
    last: RawRelation | None = None
    for relation in number(document):
        block = displays[relation.display - 1]
        groups = found.setdefault(block, [])
        goes_on = (
            last is not None
            and groups
            and last.chain is relation.chain
            and last.display == relation.display
            and relation.position == last.position + 1
        )
        if goes_on:
            groups[-1].append(relation)
        else:
            groups.append([relation])
        last = relation
    return found


def _levels(nodes: Sequence[Node]) -> Iterator[list[Node]]:
    """The nodes and those of every group inside."""
    stack: list[list[Node]] = [list(nodes)]
    while stack:
        level = stack.pop()
        yield level
        stack.extend(list(n.items) for n in clean(level) if isinstance(n, Group))


_PLAIN = (
    (r"\bin\b", r"\\in "),
    (r"(?<![\\a-zA-Z{])R\^", r"\\mathbb{R}^"),
    (r"(?<=[\w}]) x (?=[\w{])", r" \\times "),
)


def spelled(text: str) -> str:
    r"""A directive as LaTeX: `X in R^{n x d}` means `X \in \mathbb{R}^{n \times d}`; words go into `\text`."""
    text = text.replace("$", "")
    for pattern, replacement in _PLAIN:
        text = re.sub(rf"(?<!\\){pattern}", replacement, text)
    text = re.sub(r"\\in *R(?![\w^])", r"\\in \\mathbb{R}", text)
    words = (
        r"(?<![\\{a-zA-Z])((?:is|are|be|symmetric|positive|orthogonal|diagonal|invertible|one-hot"
        r"|nonzero)\b[a-z -]*)"
    )
    return re.sub(words, r"\\text{ \1}", text)


__all__ = ["Token", "derivation_of", "read", "read_file"]
