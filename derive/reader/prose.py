r"""Declarations in prose: what a paragraph says of the symbols in it.

`Declarations.read` takes up shapes, facts, ranges and functions at once, because they hold for the whole document;
equations and conditions (`where $r = Xw - y$`) are returned, to be carried out where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from derive.errors import DeriveError, InternalError, ReadError
from derive.expr.nodes import Function, Symbol
from derive.reader.blocks import Prose, Row
from derive.reader.declare import declare_clause, is_definition
from derive.reader.declare_averages import implied
from derive.reader.declare_clauses import (
    ORDER_SIGNS,
    Clause,
    clause_parts,
    clauses,
    range_of,
    relation_at,
    unchained,
)
from derive.reader.declare_diagonals import said_on_diagonal
from derive.reader.declare_mappings import declare_mapping, is_mapping
from derive.reader.declare_normals import declare_normals
from derive.reader.declare_ranges import declare_ranges
from derive.reader.declare_sets import read_sizes
from derive.reader.declare_slices import declare_slices
from derive.reader.declare_stacked import name_nodes, stacked
from derive.reader.declare_subjects import (
    Subject,
    alike,
    as_matrix,
    is_entry,
    is_numeric,
    read_subject,
    subject_entry,
    subjects_of,
)
from derive.reader.declare_words import OF_MATRICES
from derive.reader.formula import WORDS
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, start_of
from derive.reader.formula_densities import declare_finite
from derive.reader.formula_names import read_name
from derive.reader.formula_values import Misfit
from derive.reader.formula_written import base_name, written_scripts
from derive.reader.groups import Group, Node, tree
from derive.reader.notation_rows import possible, take_row
from derive.reader.phrases import Mention, mentions
from derive.reader.prose_said import Said, Stated
from derive.reader.scanner import Kind, Token
from derive.reader.source import Source
from derive.reader.table import Declaration, Name, Table, is_upright
from derive.reader.wording import (
    ADJECTIVES,
    any_number,
    counts,
    decomposition,
    facts_after,
    facts_before,
    function_said,
    is_activation,
    is_conditional,
    own_density,
    rank_said,
    says_variance,
    slices,
)

_BOUNDS = frozenset(["<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\neq", r"\lt", r"\gt"])
_REFUSED = (DeriveError, Misfit, RecursionError)


class Declarations:
    """What the prose of a document declares.

    hints: ranks that nouns suggest.
    refused: what declares for certain (a directive, a row of a table) and could not be read, for the report.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.hints: dict[Name, int] = {}
        self.refused: list[ReadError] = []
        self.rows: list[Declaration] = []

    def read(self, prose: Prose) -> list[Stated]:
        """Declare what a paragraph declares; its equations and conditions in reading order."""
        said = Said()
        found: list[Stated] = []
        self.rows = self.rows if isinstance(prose, Row) else []
        reader = self.reader(prose.source)
        if isinstance(prose, Row) and take_row(reader, prose, self.refused, self.rows):
            return []
        for mention in mentions(prose):
            if mention.starts or not re.fullmatch(r"\s*(?:,|and|, and|or)?\s*", mention.lead):
                said.waiting, said.joined = [], []
            said.shape = None if mention.starts else said.shape
            try:
                found.extend(self._mention(mention, said))
            except ReadError:
                continue  # a formula in a line need not declare anything
            except Exception as error:  # a fault of the reader costs this formula only
                fault = str(InternalError(f"{type(error).__name__} while reading: {error}"))
                self.refused.append(mention.source.error(fault, mention.tokens[0].start))
        return found

    def reader(self, source: Source) -> Formula:
        """A reader of formulas with this table."""
        return Formula(self.table, source, WORDS, read_name)

    # ------------------------------------------------------------------------------------------ mentions

    def _mention(self, mention: Mention, said: Said) -> list[Stated]:
        reader = self.reader(mention.source)
        nodes = tree(list(mention.tokens), mention.source)
        items = clean(nodes)
        if not items:
            return []
        if self._shape_alone(reader, mention, items, said):
            return []
        if (stated_so := implied(self.table, mention, said)) is not None:
            return [stated_so]
        if is_mapping(reader, items):
            declare_mapping(reader, Clause(items))
            return []
        if self._stacked(reader, items):
            return []
        stated: list[Stated] = []
        for clause in (
            c for whole in self._clauses(nodes, mention, said) for c in unchained(whole)
        ):
            declare_ranges(reader, clause)
            cut = relation_at(clause.nodes)
            if cut is None:
                self._names(reader, clause, mention, said)
            elif is_definition(reader, clause):
                self._factors(reader, clause.nodes[cut + 1 :], mention)
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
            if cut is not None and _text(found[0].nodes[cut]) in (r"\in", *ORDER_SIGNS):
                shared = [nodes for nodes in said.waiting if alike(nodes, found[0].nodes[:cut])]
                found[0].subjects = [*shared, *found[0].subjects]
        return found

    def _relation(
        self, reader: Formula, clause: Clause, cut: int, mention: Mention, said: Said
    ) -> list[Stated]:
        """A membership, a bound or a condition."""
        sign = _text(clause.nodes[cut])
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
        if re.match(r"-?\s*(?:dimensional|vectors?\b)", mention.after.lstrip(" -")) and _is_size(
            clause.nodes
        ):
            owned = re.fullmatch(r"\s*(?:,|is|be|are)?\s*(?:an?|the)\s+", mention.lead)
            if (
                owned
                and said.subjects
                and not re.fullmatch(r"[- ]*(?:\w+ )?vectors?\s*", mention.rest)
            ):
                self._about(reader, said.subjects[-1], mention, [], "", clause.nodes)
                return  # `y an n-vector`
            said.shape = clause.nodes
            return
        rows = self._speak(reader, clause, clause.nodes, mention, said)
        if not rows and not self._is_row(reader, clause.nodes, mention.before):
            # `with rows $x_i^\\top$, $\\beta \\in \\mathbb{R}^p$`: only beta is in that set
            said.waiting = [*said.waiting, *clause.subjects, clause.nodes]

    def _is_row(self, reader: Formula, nodes: list[Node], before: str) -> bool:
        """Whether a name is that of the rows or columns of a matrix, or of its entries."""
        subject = read_subject(reader, nodes)
        if subject is not None and is_entry(self.table, subject, before):
            return True
        bare = subject.name.without(primes=True) if subject is not None else None
        family = self.table.families.get(bare) if bare is not None else None
        return family is not None and family.kind == "slices"

    # ------------------------------------------------------------------------------------------- subjects

    def _speak(
        self, reader: Formula, clause: Clause, left: list[Node], mention: Mention, said: Said
    ) -> bool:
        """Apply the words around a formula to the names that it declares; whether they are rows or columns."""
        subjects = _subjects(reader, clause, left)
        if not subjects:
            return False
        before = said.subjects
        said.subjects = subjects
        if self._rows(reader, subjects, mention, said, before):
            return True
        if declare_normals(reader, mention, said, subjects):
            return False
        shape, said.shape = said.shape, None
        function = function_said(mention.before, mention.after)
        facts = [*facts_before(mention.before), *facts_after(mention.after)]
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
        if re.search("finitely many|discrete|finite set", mention.after):
            for subject in subjects:
                declare_finite(self.table, subject.name.latex)
        for subject in subjects:
            self._about(reader, subject, mention, facts, function, shape)
        last = subjects[-1]
        said_on_diagonal(reader, said.matrix, subjects, mention)
        if not last.indices:
            said.matrix = last.name
        else:
            said.indexed = last
        return False

    def _about(
        self,
        reader: Formula,
        subject: Subject,
        mention: Mention,
        facts: list[str],
        function: str,
        shape: list[Node] | None,
    ) -> None:
        known = self._known(subject)
        if known is not None and known.kind in ("index", "size") and shape is not None:
            return
        part = is_upright(subject.name) or is_entry(self.table, subject, mention.before)
        if known is None and part:
            return  # `$\mathrm{d}$ is the differential`, `the probability $p_i$` of a declared p
        if known is None and len(subject.indices) == 2 and OF_MATRICES.intersection(facts):
            subject, known = as_matrix(reader, subject)
        bare = known is None or known.sizes is None
        function = function or own_density(subject.name.base, mention.after)
        single = bare and not subject.indices
        if function and single:
            entry = self.table.declare(subject.name)
            entry.kind, entry.word = "word", function
            return
        if single and is_activation(subject.name.base, mention.before, mention.after):
            return self._abstract(subject.name)
        if shape is not None and bare:
            entry = subject_entry(reader, subject)
            sizes = read_sizes(reader, shape, start_of(shape[0]))
            entry.sizes = (*(self.table.sizes.fresh() for _ in subject.indices), *sizes)
            entry.family = len(subject.indices) if sizes else 0
            known = entry
        if facts and (known is None or known.definition is None):
            entry = known or subject_entry(reader, subject)
            for fact in facts:
                if possible(entry, fact):
                    entry.add_fact(fact)
        if (
            bare
            and subject.name.sup == "2"
            and not subject.indices
            and says_variance(mention.before)
        ):
            entry = subject_entry(reader, subject)
            entry.sizes = ()
            entry.add_fact("positive")
            return
        if bare and shape is None and any_number(mention.before):
            subject_entry(reader, subject).sizes = ()
        elif bare and shape is None:
            bold = subject.name.font in ("bold", "vec")
            rank = rank_said(mention.before, mention.after, bool(subject.indices), bold)
            if rank is not None:
                self.hints.setdefault(subject.name, rank)

    def _factors(self, reader: Formula, right: list[Node], mention: Mention) -> None:
        """Facts of the factors of a decomposition that is named: Cholesky, eigenvalue, singular value, QR."""
        facts = decomposition(f"{mention.before} {mention.after[:60]}")
        cursor = Cursor(right)
        names: list[tuple[Name, bool]] = []
        while cursor.node is not None and facts:
            name = base_name(cursor)
            if name is None:
                return
            sub, sup = written_scripts(cursor)
            names.append((Name(name.base, name.font, name.accents, sub), sup in (r"\top", "T")))
        for (name, turned), listed in zip(names, facts, strict=False):
            entry = self.table.declare(name)
            if entry.kind != "variable" or (entry.sizes is not None and len(entry.sizes) != 2):
                continue
            self.hints.setdefault(name, 2)
            for fact in listed:
                entry.add_fact(
                    "upper_triangular" if turned and fact == "lower_triangular" else fact
                )

    def _known(self, subject: Subject) -> Declaration | None:
        where = self.table.families if subject.indices else self.table.entries
        return where.get(subject.name)

    def _abstract(self, name: Name) -> None:
        """A smooth function that is applied to each entry."""
        if name in self.table.entries:
            return
        entry = self.table.declare(name)
        entry.kind = "function"
        entry.function = Function(entry.latex, (Symbol("t"),), None, (), True)

    # ------------------------------------------------------------------------------- rows, shapes, maps

    def _rows(
        self,
        reader: Formula,
        subjects: list[Subject],
        mention: Mention,
        said: Said,
        before: list[Subject],
    ) -> bool:
        """`with rows $y_i^\\top$`, `the rows of $X$ are $x_i$`, `$x_i$ is the $i$-th row of $X$`."""
        subject = subjects[-1]
        text = mention.before.lower()
        of = re.search(r"\b(row|column)s?\s+of\s+(?:the\s+)?(?:\w+\s+){0,2}$", mention.lead.lower())
        if of and not subject.indices:
            axis = 0 if of[1] == "row" else 1
            if said.indexed is not None and slices(mention.lead):
                self._slices(reader, said.indexed, subject.name, axis)
            else:
                said.axis = axis
            said.matrix = subject.name
            return False
        if subject.indices and said.axis is not None and said.matrix is not None:
            axis, said.axis = said.axis, None
            if re.fullmatch(
                r"\s*(?:are|be|is|as|by|being|denoted by|given by|the \w+)?\s*(?:the (?:\w+\s*){1,3})?",
                mention.lead,
            ):
                self._slices(reader, subject, said.matrix, axis)
                return True
        ends = re.search(
            r"\b(row|column)s?(?: vectors?)?(?: (?:are|denoted|given|written|being))?(?: (?:by|as))?\s*$",
            text or mention.lead.lower(),
        )
        if ends and subject.indices and said.matrix is not None:
            self._slices(reader, subject, said.matrix, 0 if ends[1] == "row" else 1)
            return True
        return False

    def _slices(self, reader: Formula, subject: Subject, parent: Name, axis: int) -> None:
        """Members that are rows or columns of a matrix; one of the two may have its shape from the other.

        Rows `x_i'` are the transposes of the members x_i, as `x_i^\\top` are.
        """
        turned = subject.transposed or bool(subject.name.primes)
        subject = replace(subject, name=subject.name.without(primes=True), transposed=turned)
        matrix = self.table.entries.get(parent)
        family = self.table.families.get(subject.name)
        if matrix is None or matrix.sizes is None or len(matrix.sizes) != 2:
            if matrix is None:
                matrix = self.table.declare(parent)
            known = family.sizes if family is not None and family.family == 1 else None
            if known is None or len(known) != 2:
                known = (self.table.sizes.fresh(), self.table.sizes.fresh())
                matrix.assumed = True
            matrix.sizes = known if axis == 0 else (known[1], known[0])
        elif family is not None and family.sizes is not None and len(family.sizes) == 2:
            sizes = matrix.sizes if axis == 0 else (matrix.sizes[1], matrix.sizes[0])
            self.table.sizes.unify_shapes(family.sizes, sizes)
        declare_slices(self.table, subject, parent, axis)

    def _shape_alone(
        self, reader: Formula, mention: Mention, items: list[Node], said: Said
    ) -> bool:
        """`$X$ is $n \\times d$`, `an $n \\times d$ matrix $X$`, `$\\Sigma$ ($d \\times d$, symmetric)`."""
        signs = [i for i, n in enumerate(items) if _text(n) == r"\times"]
        if not signs or relation_at(items) is not None or len(items) > 24:
            return False
        parts = [
            items[a:b]
            for a, b in zip([0, *(s + 1 for s in signs)], [*signs, len(items)], strict=True)
        ]
        if not all(_is_size(part) for part in parts):
            return False
        owned = bool(
            re.search(r"\b(?:is|are|be|has|shape|size|dimensions?)\b|\(\s*$", mention.lead)
        )
        owned = owned or bool(ADJECTIVES.fullmatch(mention.lead))
        noun = re.fullmatch(r"\s*,?\s*(?:an?|the)\s+", mention.lead)
        if noun and not re.fullmatch(r"\s*(?:\w+ )?matri(?:x|ces)\s*", mention.rest):
            owned = True  # `X an n x p matrix and y ...`
        written = re.fullmatch(r"\s*for (?:the|an?)\b(.*)", mention.lead)
        if written and (not written[1].strip() or ADJECTIVES.fullmatch(written[1])):
            owned = True  # `write A for the symmetric n x n matrix ...`
        if not said.subjects or not owned:
            said.shape, said.facts = items, facts_before(mention.before)
            return True
        facts = [
            *facts_after(" is " + mention.after),
            *facts_after(" is " + mention.lead.replace("(", " ")),
        ]
        for subject in said.subjects:
            self._about(reader, subject, mention, facts, "", items)
        if re.match(r"[\s,)]*(?:both|all)\b", mention.after):
            for subject in said.shaped:
                self._about(reader, subject, mention, facts, "", None)
        said.shaped = [*said.shaped, *said.subjects]
        said.waiting = []
        return True

    def _stacked(self, reader: Formula, items: list[Node]) -> bool:
        """`X = [x_1, \\dots, x_n]^\\top \\in \\mathbb{R}^{n \\times d}`: members as columns (rows when transposed)."""
        found = stacked(items)
        if found is None:
            return False
        name, member, axis, rest = found
        family = self.table.families.get(member)
        if family is not None and family.sizes is not None and len(family.sizes) == family.family:
            return False
        if family is not None and family.sizes is None and family.kind != "variable":
            return False
        if rest:
            for clause in clauses([*name_nodes(items), *rest]):
                declare_clause(reader, clause)
        self._slices(reader, Subject(member, ("i",)), name, axis)
        return True


# ---------------------------------------------------------------------------------------------- small parts


def _text(node: Node) -> str:
    return node.text if isinstance(node, Token) else ""


def _bare(nodes: Sequence[Node]) -> list[Clause]:
    """Names alone, separated by commas."""
    parts = [clean(part) for part in clause_parts(nodes)]
    return [Clause(parts[-1], "", parts[:-1])] if parts and relation_at(parts[-1]) is None else []


def _is_range(clause: Clause) -> bool:
    return range_of(clause.nodes) is not None and clause.words in ("range", "dots", "same")


def _is_size(nodes: Sequence[Node]) -> bool:
    """Letters, numbers and their scripts, with plus and minus."""
    kinds = (Kind.LETTER, Kind.NUMBER, Kind.SUB, Kind.SUP, Kind.WORD)
    return (
        bool(nodes)
        and len(nodes) <= 8
        and all(
            isinstance(n, Group) or n.kind in kinds or n.text in ("+", "-") for n in clean(nodes)
        )
    )


def _subjects(reader: Formula, clause: Clause, left: list[Node]) -> list[Subject]:
    """The names that a clause speaks of; those of its parts that are no names are left out."""
    try:
        return subjects_of(reader, [*clause.subjects, left])
    except ReadError:
        found = [read_subject(reader, nodes) for nodes in (*clause.subjects, left)]
        return [subject for subject in found if subject is not None]
