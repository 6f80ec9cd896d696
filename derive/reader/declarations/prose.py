r"""Declarations in prose: what a paragraph says of the symbols in it.

`Declarations.read` takes up shapes, facts, ranges and functions at once, because they hold for the whole document;
equations and conditions (`where $r = Xw - y$`) are returned, to be carried out where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.errors import DeriveError, InternalError, ReadError
from derive.reader.declarations.averages import implied
from derive.reader.declarations.clauses import (
    ORDER_SIGNS,
    Clause,
    clause_parts,
    clauses,
    place_and_value,
    range_of,
    relation_at,
    unchained,
)
from derive.reader.declarations.declare import declare_clause, is_definition
from derive.reader.declarations.definitions import define, known_function
from derive.reader.declarations.diagonals import said_on_diagonal
from derive.reader.declarations.filled_arrays import OneNumber, one_number, ones_said
from derive.reader.declarations.lone_terms import hint_lone_terms
from derive.reader.declarations.mappings import declare_mapping, is_mapping
from derive.reader.declarations.normals import declare_normals
from derive.reader.declarations.notation_rows import possible, take_row
from derive.reader.declarations.phrases import Mention, apposed, mentions
from derive.reader.declarations.properties import facts_of_all
from derive.reader.declarations.prose_facts import Told, declare_told
from derive.reader.declarations.prose_matrices import declare_factors, declare_rows, declare_stack
from derive.reader.declarations.prose_said import Said, Stated
from derive.reader.declarations.prose_sizes import as_identities, is_size, shape_alone
from derive.reader.declarations.ranges import declare_ranges
from derive.reader.declarations.subjects import (
    Subject,
    alike,
    is_entry,
    is_numeric,
    is_range_index,
    read_subject,
    subjects_of,
)
from derive.reader.declarations.wording import (
    counts,
    facts_after,
    facts_before,
    finite_said,
    function_said,
    is_conditional,
    names_number,
    names_targets,
)
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.finite_laws import declare_finite
from derive.reader.grammar.formula import WORDS
from derive.reader.grammar.names import read_name
from derive.reader.grammar.table import Declaration, Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.source.blocks import Prose, Row
from derive.reader.source.groups import Node, text_of, tree
from derive.reader.source.places import Source

_BOUNDS = frozenset(["<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\lt", r"\gt"])
_REFUSED = (DeriveError, Misfit, RecursionError)
_ASIDE = re.compile(r"\([^()]*\)")


class Declarations:
    """What the prose of a document declares.

    hints: ranks that nouns suggest.
    refused: what declares for certain (a directive, a row of a table) and could not be read, for the report.
    letters: what rows of notation declare by itself, so that it is a label in the names of other rows.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.hints: dict[Name, int] = {}
        self.refused: list[ReadError] = []
        self.rows: list[Declaration] = []
        self.letters: frozenset[str] = frozenset()
        self.filled: list[OneNumber] = []

    def read(self, prose: Prose) -> list[Stated]:
        """Declare what a paragraph declares; its equations and conditions in reading order."""
        said = Said()
        found: list[Stated] = []
        self.rows = self.rows if isinstance(prose, Row) else []
        reader = self.reader(prose.source)
        if isinstance(prose, Row) and take_row(
            reader, prose, self.refused, self.rows, self.letters
        ):
            return []
        for mention in mentions(prose):
            lead = _ASIDE.sub("", mention.lead)  # `$P$ (the covariance of x) and $R$ are symmetric`
            if mention.starts or not re.fullmatch(r"\s*(?:,|and|, and|or)?\s*", lead):
                said.waiting, said.joined = [], []
            said.shape = None if mention.starts else said.shape
            try:
                found.extend(self._mention(mention, said))
                self.filled.extend(filter(None, [ones_said(mention, said)]))
            except ReadError:
                continue  # a formula in a line need not declare anything
            except Exception as error:  # a fault of the reader costs this formula only
                fault = str(InternalError(f"{type(error).__name__} while reading: {error}"))
                self.refused.append(mention.source.error(fault, mention.tokens[0].start))
            finally:
                said.lead = mention.lead
        as_identities(self.table, prose)
        return found

    def reader(self, source: Source) -> Formula:
        """A reader of formulas with this table."""
        return Formula(self.table, source, WORDS, read_name)

    def _mention(self, mention: Mention, said: Said) -> list[Stated]:
        reader = self.reader(mention.source)
        nodes = tree(list(mention.tokens), mention.source)
        items = clean(nodes)
        if not items:
            return []
        if shape_alone(reader, self.hints, mention, items, said):
            return []
        if (stated_so := implied(self.table, mention, said)) is not None:
            return [stated_so]
        if (number := one_number(reader, mention, said)) is not None:
            self.filled.append(number)
            return []
        if is_mapping(reader, items):
            declare_mapping(reader, Clause(items))
            return []
        if declare_stack(reader, items):
            return []
        stated: list[Stated] = []
        for clause in (
            c
            for whole in self._clauses(nodes, mention, said)
            for part in place_and_value(whole)
            for c in unchained(part)
        ):
            declare_ranges(reader, clause)
            cut = relation_at(clause.nodes)
            if cut is None:
                self._names(reader, clause, mention, said)
            elif is_definition(reader, clause) and known_function(clause.nodes[cut + 1 :]):
                define(reader, clause.nodes[:cut], clause.nodes[cut + 1 :], None)
            elif is_definition(reader, clause):
                words = f"{mention.before} {mention.after[:60]}"
                declare_factors(self.table, self.hints, clause.nodes[cut + 1 :], words)
                left, right = clause.nodes[:cut], clause.nodes[cut + 1 :]
                hint_lone_terms(self.table, self.hints, left, right)
                stated.append(Stated(clause, mention, True))
                self._speak(reader, clause, clause.nodes[:cut], mention, said)
            elif _is_range(clause):
                continue
            else:
                stated.extend(self._relation(reader, clause, cut, mention, said))
        return stated

    def _clauses(self, nodes: Sequence[Node], mention: Mention, said: Said) -> list[Clause]:
        """The clauses of a formula; names that were waiting share the set of the first one."""
        found = clauses(nodes) or _bare(nodes)
        if found and said.waiting and re.fullmatch(r"\s*(?:,|and|, and|or)?\s*", mention.lead):
            cut = relation_at(found[0].nodes)
            if cut is not None and text_of(found[0].nodes[cut]) in (r"\in", *ORDER_SIGNS):
                shared = [
                    nodes
                    for nodes in said.waiting
                    if alike(nodes, found[0].nodes[:cut]) and not is_range_index(self.table, nodes)
                ]
                if "^" in {text_of(node) for node in found[0].nodes[cut:]}:  # of vectors
                    shared = [nodes for nodes in shared if nodes not in said.numbers]
                    named = read_subject(self.reader(mention.source), found[0].nodes[:cut])
                    if named is not None and not named.indices:  # `targets $y_i$ and $w \\in ...`
                        shared = [nodes for nodes in shared if nodes not in said.targets]
                found[0].subjects = [*shared, *found[0].subjects]
        return found

    def _relation(
        self, reader: Formula, clause: Clause, cut: int, mention: Mention, said: Said
    ) -> list[Stated]:
        """A membership, a bound or a condition."""
        sign = text_of(clause.nodes[cut])
        if sign in _BOUNDS:
            second = relation_at(clause.nodes, cut + 1)
            left = clause.nodes[:cut] if second is None else clause.nodes[cut + 1 : second]
            named = read_subject(reader, left) is not None or is_numeric(left)
            excluded = sign in (r"\ne", r"\neq") and not is_numeric(clause.nodes[cut + 1 :])
            if is_conditional(f"{mention.lead} {mention.before}") or not named or excluded:
                return [Stated(clause, mention, False)]
            declare_clause(reader, clause)
            self._speak(reader, clause, left, mention, said)
            return []
        declare_clause(reader, clause)
        self._speak(reader, clause, clause.nodes[:cut], mention, said)
        said.waiting = []
        said.joined = [*said.joined, *clause.subjects, clause.nodes[:cut]]
        return []

    def _names(self, reader: Formula, clause: Clause, mention: Mention, said: Said) -> None:
        """Names without a relation: facts and shapes by the words around them."""
        if clause.words:
            declare_clause(reader, clause)
            return
        if re.match(r"-?\s*(?:dimensional|vectors?\b)", mention.after.lstrip(" -")) and is_size(
            clause.nodes
        ):
            owned = re.fullmatch(r"\s*(?:,|is|be|are)?\s*(?:an?|the)\s+", mention.lead)
            if (
                owned
                and said.subjects
                and not re.fullmatch(r"[- ]*(?:\w+ )?vectors?\s*", mention.rest)
            ):
                told = Told(shape=clause.nodes)
                declare_told(reader, self.hints, said.subjects[-1], mention, told)
                return  # `y an n-vector`
            said.shape = clause.nodes
            return
        rows = self._speak(reader, clause, clause.nodes, mention, said)
        if not rows and not self._is_row(reader, clause.nodes, mention.before):
            # `with rows $x_i^\\top$, $\\beta \\in \\mathbb{R}^p$`: only beta is in that set
            said.waiting = [*said.waiting, *clause.subjects, clause.nodes]
            if names_number(mention.before):
                said.numbers.append(clause.nodes)
            subject = read_subject(reader, clause.nodes)
            if subject is not None and subject.indices and names_targets(mention.before):
                bold = subject.name.font in ("bold", "vec")
                said.targets = [*said.targets, *([] if bold else [clause.nodes])]

    def _share(self, facts: list[str], subjects: list[Subject]) -> None:
        """Give facts to all names of a sentence that can have them."""
        for entry in (self.table.exact(subject.name) for subject in subjects if facts):
            if entry is None or entry.definition is not None:
                continue
            own = (entry.sizes or ())[entry.family :]
            if len(own) == 2 and own[0] != own[1]:
                continue
            for fact in facts:
                if possible(entry, fact):
                    entry.add_fact(fact)

    def _is_row(self, reader: Formula, nodes: list[Node], before: str) -> bool:
        """Whether a name is that of the rows or columns of a matrix, or of its entries."""
        subject = read_subject(reader, nodes)
        if subject is not None and is_entry(self.table, subject, before):
            return True
        bare = subject.name.without(primes=True) if subject is not None else None
        family = self.table.families.get(bare) if bare is not None else None
        return family is not None and family.kind == "slices"

    def _speak(
        self, reader: Formula, clause: Clause, left: list[Node], mention: Mention, said: Said
    ) -> bool:
        """Apply the words around a formula to the names that it declares; whether they are rows or columns."""
        subjects = _subjects(reader, clause, left)
        if not subjects:
            return False
        said.subjects = subjects
        if declare_rows(reader, subjects, mention, said):
            return True
        if declare_normals(reader, mention, said, subjects):
            return False
        shape, said.shape = said.shape, None
        function = function_said(mention.before, mention.after)
        facts = [*facts_before(mention.before), *facts_after(apposed(mention.after))]
        facts = [*said.facts, *facts] if shape is not None else facts
        if counts(mention.before, mention.after):
            facts.append("count")
        adjective = re.match(r"\s*[a-z]", mention.after) and not re.match(r"\s*is\b", mention.after)
        both = bool(re.match(r"\s*(?:be|are|both)\b", mention.after)) or bool(
            adjective and facts_after(mention.after)
        )
        plural = re.match(r"\s*(?:(?:be|are|both)\b(?!\s+an?\b)|each\b)", mention.after)
        joined = said.joined if plural and all(alike(n, left) for n in said.joined) else []
        if both and (said.waiting or joined):
            listed = (*joined, *said.waiting)
            others = [s for nodes in listed if (s := read_subject(reader, nodes)) is not None]
            subjects = [*others, *subjects]
        if re.search("finitely many|discrete|finite set", mention.after) or finite_said(
            mention.lead
        ):
            for subject in subjects:
                declare_finite(self.table, subject.name.latex)
        for subject in subjects:
            declare_told(reader, self.hints, subject, mention, Told(facts, function, shape))
        said.sentence = [*([] if mention.starts else said.sentence), *subjects]
        self._share(facts_of_all(mention.after), said.sentence)
        last = subjects[-1]
        said_on_diagonal(reader, said.matrix, subjects, mention)
        if not last.indices:
            said.matrix = last.name
        else:
            said.indexed = last
        return False


def _bare(nodes: Sequence[Node]) -> list[Clause]:
    """Names alone, separated by commas."""
    parts = [clean(part) for part in clause_parts(nodes)]
    return [Clause(parts[-1], "", parts[:-1])] if parts and relation_at(parts[-1]) is None else []


def _is_range(clause: Clause) -> bool:
    return range_of(clause.nodes) is not None and clause.words in ("range", "dots", "same")


def _subjects(reader: Formula, clause: Clause, left: list[Node]) -> list[Subject]:
    """The names that a clause speaks of; those of its parts that are no names are left out."""
    try:
        return subjects_of(reader, [*clause.subjects, left])
    except ReadError:
        found = [read_subject(reader, nodes) for nodes in (*clause.subjects, left)]
        return [subject for subject in found if subject is not None]
