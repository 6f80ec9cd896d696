"""What a line of prose says, until it is carried out: equations with their words, and who is spoken of."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.reader.declarations.clauses import Clause
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.subjects import Subject
from derive.reader.grammar.table import Name
from derive.reader.source.groups import Node


@dataclass(frozen=True)
class Stated:
    """An equation or condition in a line of prose, with its words, to be carried out where it stands."""

    clause: Clause
    mention: Mention
    defines: bool


@dataclass
class Said:
    """Who is spoken of: names of the last formula, the last matrix, names that wait for a set, a shape to come.

    `joined` are names with sets of their own that only commas and `and` join to the next one; `facts` stand before
    the shape to come: `a symmetric $n \\times n$ matrix $A$`. `shaped` are those whose shapes stood behind them,
    `numbers` those that wait and are numbers by their nouns, `targets` those of examples (`labels $y_i$`).
    `sentence` are the names that its sentence has spoken of, `lead` the words in front of the last formula.
    """

    subjects: list[Subject] = field(default_factory=list)
    joined: list[list[Node]] = field(default_factory=list)
    matrix: Name | None = None
    indexed: Subject | None = None
    waiting: list[list[Node]] = field(default_factory=list)
    numbers: list[list[Node]] = field(default_factory=list)
    targets: list[list[Node]] = field(default_factory=list)
    shape: list[Node] | None = None
    facts: list[str] = field(default_factory=list)
    axis: int | None = None
    shaped: list[Subject] = field(default_factory=list)
    sentence: list[Subject] = field(default_factory=list)
    lead: str = ""


@dataclass
class Overlooked:
    """What sentences say without effect on what is read, with the number of the block in which they stand.

    `names` are given by an equation, `letters` stand in another one, `related` are said to be columns, a basis, a
    solution and the like, the eigenvalues of `spectra` are bounded in words, `optima` are those of functions without
    a formula; `facts` are reasons why a name may be another than the one that was read.
    """

    names: dict[str, int] = field(default_factory=dict)
    letters: list[tuple[frozenset[str], int]] = field(default_factory=list)
    related: dict[str, int] = field(default_factory=dict)
    spectra: dict[str, None] = field(default_factory=dict)
    optima: dict[str, None] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def until(self, block: int) -> Overlooked:
        """What is said up to a block."""
        return Overlooked(
            {name: place for name, place in self.names.items() if place <= block},
            [(letters, place) for letters, place in self.letters if place <= block],
            {letter: place for letter, place in self.related.items() if place <= block},
            optima=self.optima,
        )
