"""What a line of prose says, until it is carried out: equations with their words, and who is spoken of."""

from __future__ import annotations

from dataclasses import dataclass, field

from derive.reader.declare_clauses import Clause
from derive.reader.declare_subjects import Subject
from derive.reader.groups import Node
from derive.reader.phrases import Mention
from derive.reader.table import Name


@dataclass(frozen=True)
class Stated:
    """An equation or condition in a line of prose, with its words, to be carried out where it stands."""

    clause: Clause
    mention: Mention
    defines: bool


@dataclass
class Said:
    """Who is spoken of: names of the last formula, the last matrix, names that wait for a set, a shape to come."""

    subjects: list[Subject] = field(default_factory=list)
    matrix: Name | None = None
    indexed: Subject | None = None
    waiting: list[list[Node]] = field(default_factory=list)
    shape: list[Node] | None = None
    axis: int | None = None
