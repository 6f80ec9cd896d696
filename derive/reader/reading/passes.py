r"""A document, or one section of it, with what its prose declares, and the passes that read it.

Passes in reading order are tried with assumed shapes for what nobody declared, and with the layouts
of derivatives that are in use; the pass with which most sides can be read is the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from derive.errors import DeriveError, ReadError
from derive.expr.sizes import Size
from derive.reader.declarations.clauses import Clause, clauses
from derive.reader.declarations.declare import declare_sources
from derive.reader.declarations.entries import entries_said
from derive.reader.declarations.feature_maps import declare_feature_maps
from derive.reader.declarations.filled_arrays import fill
from derive.reader.declarations.listed import declare_listed
from derive.reader.declarations.listed_entries import hint_listed_entries
from derive.reader.declarations.notation_rows import lettered
from derive.reader.declarations.partitions import declare_partitions
from derive.reader.declarations.phrases import mentions
from derive.reader.declarations.prose import Declarations
from derive.reader.declarations.prose_matrices import displayed_factors
from derive.reader.declarations.prose_said import Stated
from derive.reader.declarations.ranges import declare_ranges
from derive.reader.declarations.rows_said import declare_said_rows
from derive.reader.declarations.said_diagonals import diagonals_said
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.state import Options
from derive.reader.grammar.table import INDEX_LETTERS, Declaration, Labels, Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.called_functions import (
    called_letters,
    factors,
    least_values,
    said_functions,
)
from derive.reader.reading.dependences import declare_dependences
from derive.reader.reading.inference import name_sizes, with_assumptions
from derive.reader.reading.labels import labelled, labels_of
from derive.reader.reading.one_pass import ReadingPass
from derive.reader.reading.optima import declare_least_values, declare_optima, only_abstract
from derive.reader.reading.shared_sets import declare_shared
from derive.reader.reading.state import Result
from derive.reader.reading.survey import Survey, abbreviates, heads_of
from derive.reader.relations.chains import RawRelation, number
from derive.reader.rewriting.bare_integrands import with_integrands
from derive.reader.rewriting.changes import with_changes
from derive.reader.rewriting.class_labels import with_class_labels
from derive.reader.rewriting.counted_from_zero import with_counts_from_one
from derive.reader.rewriting.counted_labels import with_counted_labels
from derive.reader.rewriting.counts_in_words import with_counts
from derive.reader.rewriting.densities_in_words import with_worded_densities
from derive.reader.rewriting.density_roles import with_density_roles
from derive.reader.rewriting.display_facts import declare_by_form
from derive.reader.rewriting.events import with_events
from derive.reader.rewriting.finite_functions import with_finite_functions
from derive.reader.rewriting.fixed_arguments import with_fixed_arguments
from derive.reader.rewriting.font_groups import with_font_groups
from derive.reader.rewriting.gradient_names import with_derivatives
from derive.reader.rewriting.index_sets import with_index_sets
from derive.reader.rewriting.kinds_of_members import with_kinds
from derive.reader.rewriting.label_ratios import with_label_ratios
from derive.reader.rewriting.labelled_arrays import with_labelled_arrays
from derive.reader.rewriting.law_densities import with_law_densities
from derive.reader.rewriting.law_members import with_law_members
from derive.reader.rewriting.law_parameters import with_law_parameters
from derive.reader.rewriting.law_priors import with_law_priors
from derive.reader.rewriting.laws_ahead import declare_laws
from derive.reader.rewriting.mass_functions import with_mass_functions
from derive.reader.rewriting.matrix_roots import declare_roots
from derive.reader.rewriting.one_set import with_one_set
from derive.reader.rewriting.other_members import with_other_members
from derive.reader.rewriting.proportions import with_proportions
from derive.reader.rewriting.recursions import with_steps
from derive.reader.rewriting.respelled import respelled
from derive.reader.rewriting.said_densities import with_said_densities
from derive.reader.rewriting.said_derivatives import with_said_derivatives
from derive.reader.rewriting.sample_means import with_sample_means
from derive.reader.rewriting.sets_alone import with_members
from derive.reader.rewriting.stacked_scalars import with_stacked_scalars
from derive.reader.rewriting.transpose_fonts import with_plain_transposes
from derive.reader.rewriting.two_indices import with_two_indices
from derive.reader.rewriting.unrolled import with_unrolled
from derive.reader.rewriting.written_sums import with_sums
from derive.reader.rewriting.written_words import with_words
from derive.reader.source.blocks import Directive, Display, Document, Heading, Prose, Row
from derive.reader.source.groups import Group, Node, tree
from derive.reader.source.scanner import scan_math

SETTLING = 3
"""Passes with sizes that the pass before has found."""
LAYOUTS = ("", "numerator", "denominator")
_REFUSED = (DeriveError, Misfit, RecursionError)
MOST_READ = 700
"""Relations that are read while shapes are searched for: a count, so that no reading depends on the machine."""
MOST_REFUSED = 12
"""Declarations that could not be read of which the report tells."""


@dataclass(frozen=True)
class Prepared:
    """A document as it was `written`, with the notation that its words explain written out, and its labels."""

    written: Document
    document: Document
    labels: Labels
    told: str = ""

    @staticmethod
    def of(written: Document) -> Prepared:
        """What does not depend on anything that is known before."""
        document, told = with_steps(with_derivatives(_rewritten(written)))
        if not told:
            document, told = with_unrolled(document)
        labels = labels_of(document)
        return Prepared(written, labelled(document, labels), labels, told)


class NotePasses:
    """A document with what its prose declares; `table` is what is known before."""

    def __init__(
        self, given: Document | Prepared, table: Table | None = None, partial: bool = False
    ) -> None:
        ready = given if isinstance(given, Prepared) else Prepared.of(given)
        document, labels = ready.document, ready.labels
        self.document, self.told = document, ready.told
        self.partial = partial
        self.most_read, self.read = MOST_READ, 0
        self.earlier: frozenset[Name] = frozenset()
        self.related: frozenset[str] = frozenset()
        self.table = Table() if table is None else table
        self.table.labels = labels
        self.table.factors = factors(document)
        for letter in sorted(labels.indices):
            if Name(letter) not in self.table.entries and letter not in INDEX_LETTERS:
                self.table.declare(Name(letter)).kind = "index"
        self.declarations = Declarations(self.table)
        self.stated: dict[int, list[Stated]] = {}
        self.chains = _grouped(document)
        self.relations = sum(len(group) for groups in self.chains.values() for group in groups)
        self._declare()

    @cached_property
    def survey(self) -> Survey:
        """What every pass needs to know of the document."""
        return Survey.of(self.document, self.chains, self.stated)

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
        self.declarations.letters = lettered(b for b in self.document.blocks if isinstance(b, Row))
        for position, block in enumerate(self.document.blocks):
            if isinstance(block, Heading):
                self.table.section += 1
            elif isinstance(block, Prose):
                self.stated[position] = [
                    *self.declarations.read(block),
                    *entries_said(block),
                    *diagonals_said(self.table, block),
                ]
        self.table.section = 0
        displayed_factors(self.table, self.declarations.hints, self.document)
        declare_said_rows(self.declarations, self.document)
        fill(self.table, self.declarations.filled)
        runs = list(self._runs())
        declare_listed(self.table, runs)
        hint_listed_entries(self.table, self.declarations.hints, runs)
        for name in declare_laws(self.table, self.document, runs):
            self.declarations.hints.pop(name, None)
        declare_by_form(self.table, runs, self.declarations.hints)
        declare_partitions(self.table, self.document, runs)
        declare_roots(self.table, runs)
        stated = {
            number: [s for s in found if not abbreviates(s)]
            for number, found in self.stated.items()
        }
        defined = heads_of(self.chains, stated, whole=True)
        declare_dependences(self.table, runs, defined)
        declare_feature_maps(self.declarations, self.document, runs, defined)
        declare_shared(self.declarations, self.document, defined)
        self.optima = declare_optima(self.table, self.document)
        said = said_functions(self.document)
        for name in called_letters(self.document, self.chains):
            if (
                name.letter not in self.table.by_letter
                and Name(name.base) not in self.table.entries
            ):
                entry = self.table.declare(name)
                entry.kind, entry.assumed, entry.given = "function", True, name in said
        self.optima += declare_least_values(self.table, least_values(self.document))

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
        before, error = self.table.known(), None
        try:
            declare_sources(self.table, [(block.source, tokens)])
        except ReadError as refused:
            error = refused
        except _REFUSED as refused:
            error = block.source.error(str(refused), block.span.start)
        if error is None and self.table.known() == before:
            message = f"the directive {block.text.strip()!r} declares nothing that is understood"
            error = block.source.error(message, block.span.start)
        if error is not None:
            self.declarations.refused.append(error)

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
        refused = (f"line {e.line}: not read: {e.message}" for e in self.declarations.refused)
        found[0].notes.update(dict.fromkeys(islice(refused, MOST_REFUSED)))
        found[0].notes.update(dict.fromkeys([self.told] if self.told else []))
        return found

    def _has_fractions(self) -> bool:
        return any(t.text in (r"\partial", "d") for d in self.document.displays for t in d.tokens)

    def _with_layout(self, layout: str) -> tuple[Table, Result]:
        options = Options(layout=layout)
        sure: list[ReadingPass] = []
        again = [True]

        def attempt(table: Table) -> tuple[tuple[int, ...], Table]:
            reading = self._pass(table, options)
            result = reading.run()
            if self._is_sure(reading):
                sure.append(reading)
                return result.score, table
            for _ in range(SETTLING):
                if not result.faults:
                    break
                table = self._settled(table, named=False)
                faults, result = result.faults, self._run(table, options)
                if result.faults == faults:
                    break
            settled = self._settled(table)
            if result.faults or (result.unreadable and again):
                # a side may need what was assumed behind it, or a letter for the range of an index
                before, result = result.score, self._run(self._settled(table), options)
                if not before[0] and before == result.score:
                    again.clear()
            return result.score, settled

        _, settled = with_assumptions(
            self.table, attempt, self.declarations.hints, lambda: self.read < self.most_read
        )
        if sure:
            return settled, sure[0].finished()
        return settled, self._run(settled, options, last=True)

    def _is_sure(self, reading: ReadingPass) -> bool:
        """Whether a pass has read every side without assuming any shape or size: another one would read the same."""
        result, tried = reading.result, reading.table
        if any(result.score) or (tried.inference is not None and tried.inference.met):
            return False
        if any(is_open(size) for t in (self.table, tried) for size in _sizes_of(t)):
            return False
        known = (self.table.entries, self.table.families)
        return all(
            not _is_assumed(entry) or before.get(name) == replace(entry, definition=None)
            for before, found in zip(known, (tried.entries, tried.families), strict=True)
            for name, entry in found.items()
        )

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
        return self._pass(table, options, last).run()

    def _pass(self, table: Table, options: Options, last: bool = False) -> ReadingPass:
        self.read += self.relations
        reading = ReadingPass(
            self.document, table, self.stated, self.chains, options, last, self.survey
        )
        reading.partial = self.partial
        reading.overlooked.related.update(dict.fromkeys(sorted(self.related), 0))
        reading.overlooked.optima.update(dict.fromkeys(self.optima))
        if not only_abstract(self.table):
            reading.overlooked.names.update(dict.fromkeys(self.optima, 0))
        reading.given_in.update(dict.fromkeys(self.earlier, -1))
        return reading


def _rewritten(document: Document) -> Document:
    """The document with notation that its words explain written out."""
    for rewrite in (
        with_plain_transposes,
        with_font_groups,
        with_counts_from_one,
        with_members,
        with_sample_means,
        with_counts,
        with_changes,
        with_fixed_arguments,
        with_labelled_arrays,
        with_index_sets,
        with_one_set,
        with_counted_labels,
        respelled,
        with_stacked_scalars,
        with_finite_functions,
        with_two_indices,
        with_other_members,
        with_kinds,
        with_sums,
        with_worded_densities,
        with_label_ratios,
        with_proportions,
        with_integrands,
        with_law_densities,
        with_mass_functions,
        with_class_labels,
        with_density_roles,
        with_law_parameters,
        with_law_members,
        with_law_priors,
        with_events,
        with_said_derivatives,
        with_words,
    ):
        document = rewrite(document)
    document = with_said_densities(document)
    return document


def _sizes_of(table: Table) -> Iterator[Size]:
    """The sizes of all variables, as far as they are known."""
    return (table.sizes.resolve(size) for e in table.variables() for size in e.sizes or ())


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
