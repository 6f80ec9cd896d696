"""What a pass through a document knows while it reads: the table, conditions, results."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.derivation import Block, Unreadable
from derive.derivation import Side as TypedSide
from derive.errors import DeriveError, ReadError
from derive.expr.nodes import Expr
from derive.expr.walk import free_symbols
from derive.reader.declarations.definition_heads import head_named
from derive.reader.declarations.prose_said import Overlooked, Stated
from derive.reader.grammar.core import Formula
from derive.reader.grammar.formula import WORDS
from derive.reader.grammar.names import read_name
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.state import Options, State
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.values import Misfit
from derive.reader.reading.conditions import Conditions
from derive.reader.reading.doubts import Introduced
from derive.reader.reading.heads import Left
from derive.reader.reading.layers import Layers
from derive.reader.reading.survey import Survey
from derive.reader.reading.upstream import Forward
from derive.reader.relations.chains import RawRelation
from derive.reader.source.blocks import Document
from derive.reader.source.groups import Node
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token

SIGNS = {
    ":=": ":=", "=:": ":=", r"\equiv": "=", r"\triangleq": "=", r"\approx": "~~", r"\propto": "prop",
}  # fmt: skip
GUESSED = "shapes unknown"
DOUBTS = (
    "is a scalar and has no entry",
    "may be spectral",
    "may be entrywise",
    "runs over two axes",
    "an index needs a scalar",
    " takes ",
)
"""In refusals that leave open what a name stands for: no mistake of the author's."""
MOST_CLASHES = 2
MOST_UNREAD = 0.2
"""The share of right sides without a value up to which a document is taken to be understood."""
LAYERS_AHEAD = 4
UNMET = "a condition in the text (`if ...`, `when ...`) was not read, and what is said may need it"
UNRULED = "a condition in the text (`if ...`, `when ...`) may hold for what is said, or for its sentence only"
UNPROVEN = (
    "the condition that it follows from is the end of a chain that was not checked from its start"
)
EXAMPLE = re.compile(r"\b(?:consider|suppose|take|instance|example|given by|imagine)\b", re.I)
REFUSED = (DeriveError, Misfit, RecursionError)
NOTES = {
    "sums_extend": "with the sum read over the other terms",
    "slash_takes_product": "with the slash read over the whole product",
    "functions_absorb": "with the function read over the whole product",
    "derivative_takes_term": "with the derivative read over the whole term",
    "products_reach": "with the product over an index read over all factors",
}


@dataclass
class Result:
    """What a pass found.

    `faults`: sides and steps whose shapes clash; `unreadable`: other sides that cannot be read; `spread`: sides in
    which an assumed number is added to an array; `conventions`: notes that were needed.
    """

    blocks: list[Block] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    faults: int = 0
    unreadable: int = 0
    spread: int = 0
    conventions: int = 0

    @property
    def score(self) -> tuple[int, int, int, int]:
        """Fewer is better."""
        return (self.faults, self.unreadable, self.spread, self.conventions)


class ReadingState:
    """The table as far as it is known, and what was found; `stated` are each paragraph's equations, by its number."""

    def __init__(
        self,
        document: Document,
        table: Table,
        stated: dict[int, list[Stated]],
        chains: dict[int, list[list[RawRelation]]],
        options: Options,
        last: bool = False,
        survey: Survey | None = None,
    ) -> None:
        survey = survey or Survey.of(document, chains, stated)
        self.document, self.table, self.stated, self.chains = document, table, stated, chains
        self.options, self.last = options, last
        self.result = Result()
        self.conditions = Conditions()
        self.supposed = list(table.conditions)
        self.section = 0
        self.given_in: dict[Name, int] = {}
        self.lead = ""
        self.fresh = True
        self.deferred: list[Stated] = []
        self.in_prose = False
        self.early: set[int] = set()
        self.forward = Forward()
        self.layers = Layers(table)
        self.upstream: dict[Name, int] = {}
        self.heads, self.displayed = survey.heads, survey.displayed
        self.written, self.by_member = survey.written, survey.by_member
        self.table.varied, self.table.valued = survey.varied, survey.valued
        for name, right, place in survey.layers:
            head = head_named(self._reader(place), name)
            if head is not None:
                self.layers.record(head, right, place)
        self.final: dict[Name, Expr] = {}
        self.cases: list[tuple[tuple[Node, ...], Source]] = []
        self.unruled: list[frozenset[str]] = []
        self.seeks = survey.seeks
        self.guessed: dict[Unreadable, tuple[frozenset[Name], TypedSide]] = {}
        self.confirmed: set[Name] = set()
        self.several = False
        self.ahead: dict[Name, int] = {}
        self.varied: frozenset[tuple[str, tuple[str, ...]]] | None = None
        self.partial = False
        self.overlooked = Overlooked()
        self.undefined: dict[tuple[Name, tuple[str, ...], tuple[str, ...]], int] = {}
        self.unmet = ""
        self.recursions: dict[str, None] = {}
        self.introduced = Introduced()
        self.explaining = False
        self.named: dict[int, tuple[Name, ...]] = {}
        self.number = 0
        self.places: dict[int, int] = {}

    def _reader(self, source: Source, state: State | None = None) -> Formula:
        return Formula(self.table, source, WORDS, read_name, state, self.options)

    def _note_refused(self, error: Exception) -> None:
        if isinstance(error, ReadError) and error.line:
            text = f"line {error.line}: {error.message}"
            if len(self.result.notes) < 12:
                self.result.notes[text] = None

    def _is_defined(self, name: Name) -> bool:
        entry = self.table.exact(name) or self.table.families.get(name)
        return entry is not None and (entry.definition is not None or entry.kind == "template")

    def _forget(self, left: Left) -> None:
        """A definition that was refused leaves no entry behind."""
        assert left.head is not None
        for entries in (self.table.entries, self.table.families):
            entry = entries.get(left.head.name)
            if entry is None or left.entry is not None or entry.kind != "variable":
                continue
            if entry.sizes is None and entry.definition is None and not entry.facts:
                del entries[left.head.name]

    def _has_open_sizes(self) -> bool:
        """Whether the shape of some symbol is not known yet."""
        resolve = self.table.sizes.resolve
        return any(is_open(resolve(s)) for e in self.table.variables() for s in e.sizes or ())

    def _assumed_in(self, tokens: Sequence[Token]) -> frozenset[Name]:
        """The assumed names that may stand among the tokens."""
        letters = {token.text for token in tokens}
        present = [e for e in self.table.variables() if e.name.base in letters]
        inside = {
            s.name for e in present if e.definition is not None for s in free_symbols(e.definition)
        }
        named = {e.name for e in present}
        return frozenset(
            e.name
            for e in self.table.variables()
            if e.assumed and (e.name in named or e.latex in inside)
        )
