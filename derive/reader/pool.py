"""Shapes of undeclared symbols, found by reading all chains of a document together.

Every name starts with the number of axes that is usual for its letter and font; names are then changed one at a time as long as
fewer formulas are unreadable, or fewer need a convention. Sizes come from unification across the chains. Nothing found here is
a declaration: the entries are marked as assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.errors import ReadError
from derive.reader.formula import join_shapes, read_value
from derive.reader.formula_state import State
from derive.reader.inference import name_sizes
from derive.reader.scanner import Token
from derive.reader.source import Source
from derive.reader.table import Declaration, Inference, Name, Table

Chain = Sequence[Sequence[Token]]

WORK = 6_000
"""Sides that may be read in one search."""


@dataclass(frozen=True)
class Inferred:
    """A table in which every assumed name has a shape, and the assumed declarations in the order they were met."""

    table: Table
    assumed: tuple[Declaration, ...]


@dataclass
class _Trial:
    score: tuple[int, int]
    table: Table
    inference: Inference


def infer_shapes(chains: Sequence[Chain], table: Table, source: Source) -> Inferred:
    """The table extended by assumed shapes, such that as many sides of the chains as possible can be read.

    The given table does not change. Open sizes get letters that are not in use.
    """
    sides = max(1, sum(len(chain) for chain in chains))
    best = _try(chains, table, source, {})
    left = max(4, WORK // sides)
    improved = True
    while improved and best.score != (0, 0) and left > 0:
        improved = False
        for name, ranks in list(best.inference.met.items()):
            for rank in ranks:
                if rank == _rank(best.inference, name) or left <= 0:
                    continue
                left -= 1
                trial = _try(chains, table, source, {**best.inference.ranks, name: rank})
                if trial.score < best.score:
                    best, improved = trial, True
    best.table.inference = None
    name_sizes(best.table)
    return Inferred(best.table, tuple(e for e in best.table.variables() if e.assumed))


def _rank(inference: Inference, name: Name) -> int:
    return inference.ranks.get(name, inference.met[name][0])


def _try(chains: Sequence[Chain], table: Table, source: Source, ranks: dict[Name, int]) -> _Trial:
    """Read everything with a choice of axes; counts what cannot be read, then what needed a convention."""
    inference = Inference(dict(ranks))
    trial = table.copy()
    trial.inference = inference
    failures = conventions = 0
    for chain in chains:
        state = State()
        values = [read_value(tokens, trial, source, None, state) for tokens in chain]
        failures += sum(isinstance(v, ReadError) for v in values)
        failures += join_shapes([v for v in values if not isinstance(v, ReadError)], trial)
        conventions += len(state.notes)
    return _Trial((failures, conventions), trial, inference)
