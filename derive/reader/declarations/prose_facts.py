"""What the words around a name say of it: facts, a shape, the function that it is, the rank of a noun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.expr.nodes import Function, Symbol
from derive.reader.declarations.notation_rows import possible
from derive.reader.declarations.phrases import Mention
from derive.reader.declarations.properties import OF_MATRICES
from derive.reader.declarations.subjects import Subject, as_matrix, is_entry, subject_entry
from derive.reader.declarations.wording import (
    any_number,
    is_activation,
    own_density,
    rank_said,
    says_variance,
)
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import start_of
from derive.reader.grammar.sets import read_sizes
from derive.reader.grammar.table import Declaration, Name, Table, is_upright
from derive.reader.source.groups import Node


@dataclass(frozen=True)
class Told:
    """What words tell of a name: facts, the function that it is, and the shape that stood before `matrix`."""

    facts: Sequence[str] = ()
    function: str = ""
    shape: list[Node] | None = None


def declare_told(
    reader: Formula, hints: dict[Name, int], subject: Subject, mention: Mention, told: Told
) -> None:
    """Declare what is told of a name; the rank that a noun suggests goes to `hints`."""
    table = reader.table
    known = (table.families if subject.indices else table.entries).get(subject.name)
    if known is not None and known.kind in ("index", "size") and told.shape is not None:
        return
    part = is_upright(subject.name) or is_entry(table, subject, mention.before)
    if known is None and part:
        return  # `$\mathrm{d}$ is the differential`, `the probability $p_i$` of a declared p
    if known is None and len(subject.indices) == 2 and OF_MATRICES.intersection(told.facts):
        subject, known = as_matrix(reader, subject)
    bare = known is None or known.sizes is None
    if bare and not subject.indices and _is_function(table, subject.name, mention, told.function):
        return
    if told.shape is not None and bare:
        known = _give_shape(reader, subject, told.shape)
    if told.facts and (known is None or known.definition is None):
        entry = known or subject_entry(reader, subject)
        for fact in told.facts:
            if possible(entry, fact):
                entry.add_fact(fact)
    if bare:
        _by_nouns(reader, hints, subject, mention, told.shape is not None)


def _is_function(table: Table, name: Name, mention: Mention, function: str) -> bool:
    """Whether a name is a function of the table or an activation, which is then declared."""
    function = function or own_density(name.base, mention.after)
    if function:
        entry = table.declare(name)
        entry.kind, entry.word = "word", function
        return True
    if not is_activation(name.base, mention.before, mention.after):
        return False
    if name not in table.entries:  # a smooth function that is applied to each entry
        entry = table.declare(name)
        entry.kind = "function"
        entry.function = Function(entry.latex, (Symbol("t"),), None, (), True)
    return True


def _give_shape(reader: Formula, subject: Subject, shape: list[Node]) -> Declaration:
    """The declaration of a name or of its members with the shape that is told of it."""
    entry = subject_entry(reader, subject)
    sizes = read_sizes(reader, shape, start_of(shape[0]))
    entry.sizes = (*(reader.table.sizes.fresh() for _ in subject.indices), *sizes)
    entry.family = len(subject.indices) if sizes else 0
    return entry


def _by_nouns(
    reader: Formula, hints: dict[Name, int], subject: Subject, mention: Mention, shaped: bool
) -> None:
    """A name without sizes so far: a variance, any number, or what the noun beside it suggests."""
    single = not subject.indices
    if subject.name.sup == "2" and single and says_variance(mention.before, mention.after):
        entry = subject_entry(reader, subject)
        entry.sizes = ()
        entry.add_fact("positive")
    elif shaped:
        return
    elif any_number(mention.before):
        subject_entry(reader, subject).sizes = ()
    else:
        bold = subject.name.font in ("bold", "vec")
        rank = rank_said(mention.before, mention.after, not single, bold)
        if rank is not None:
            hints.setdefault(subject.name, rank)
