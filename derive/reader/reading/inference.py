r"""Shapes of names that nobody declared: those which are usual for the letters, as long as every formula can be read.

The search starts with the most usual choice, changes one name at a time as long as fewer formulas
are faulty, and stops when none is. Sizes that stay open get letters of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from sys import maxsize
from typing import Generic, TypeVar

from derive.expr.sizes import ONE, Size, shape_text
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.table import Declaration, Inference, Name, Table

ATTEMPTS = 150
"""Choices of shapes that are tried."""
LETTERS = tuple("ndmkpqhrs")

T = TypeVar("T")
Score = tuple[int, ...]


def with_assumptions(
    table: Table,
    attempt: Callable[[Table], tuple[Score, T]],
    hints: Mapping[Name, int] | None = None,
    more: Callable[[], bool] = lambda: True,
) -> tuple[Table, T]:
    """The table and the result of the choice of shapes with the lowest score that was found.

    `attempt` reads all formulas with the table that it is given; its score counts what it could not
    read. Names start with their usual shape, or with that of `hints`, and are changed one at a time
    as long as the score falls, then two at a time, while `more` says that there is work left. The table
    itself stays as it is.
    """
    search = _Search(table, attempt, dict(hints or {}), more)
    search.try_ranks({})
    if _of_matrices(table):
        search.climb()
    if search.open():
        search.numbers(3 if table.transposed else 2)
    search.climb()
    if search.score > search.zero and search.left > 0:
        search.pairs()
    return search.table, search.result


def _of_matrices(table: Table) -> bool:
    """Whether a definite matrix is said of which no shape is declared: beside one not all names are numbers."""
    return any(
        entry.kind == "variable" and entry.sizes is None and (entry.has("pd") or entry.has("psd"))
        for entry in table.entries.values()
    )


class _Search(Generic[T]):
    """The best choice so far, and what is left of the work that may be done."""

    def __init__(
        self,
        table: Table,
        attempt: Callable[[Table], tuple[Score, T]],
        hints: dict[Name, int],
        more: Callable[[], bool],
    ) -> None:
        self.start, self.attempt, self.hints = table, attempt, hints
        self.left = ATTEMPTS
        self.more = more
        self.score: Score = (maxsize,)
        self.zero: Score = (0,)
        self.ranks: dict[Name, int] = {}
        self.met: dict[Name, Sequence[int]] = {}

    def try_ranks(self, ranks: dict[Name, int], smaller: bool = False, told: int = 9) -> bool:
        """Whether a choice is better than the best so far in the first `told` counts, which it then is.

        With a name of fewer axes (`smaller`) only fewer faults count: numbers fit everywhere and say little. A clash
        that goes away because more can no longer be read has not been mended.
        """
        self.left -= 1
        table = self.start.copy()
        table.inference = Inference({**self.hints, **ranks})
        score, result = self.attempt(table)
        if not score[:told] < self.score[:told] or (smaller and not score[0] < self.score[0]):
            return False
        if len(score) > 1 and len(self.score) > 1 and sum(score[:2]) > sum(self.score[:2]):
            return False
        self.score, self.table, self.result, self.ranks = score, table, result, ranks
        self.zero = (0,) * len(score)
        self.met = dict(table.inference.met)
        return True

    def open(self) -> bool:
        """Whether something is wrong yet and more may be tried."""
        told = max(len(self.score) - 1, 1)
        return self.score[:told] > self.zero[:told] and self.left > 0 and self.more()

    def numbers(self, told: int) -> None:
        """All names that may be numbers as numbers, a document in one dimension; or the members x_i alone.

        Names that are written transposed are none of them, and beside them no capital letters: only multipliers and
        the like are numbers there.
        """
        ranks = {
            name: 0
            for name, usual in self.met.items()
            if 0 in usual and not (self.start.transposed and name.base.lstrip("\\")[:1].isupper())
        }
        if self._in_one_dimension():
            told = len(self.score)
        if not self.try_ranks({**self.ranks, **ranks}, told=told):
            members = {name: 0 for name in ranks if name in self.table.valued}
            self.try_ranks({**self.ranks, **members})

    def _in_one_dimension(self) -> bool:
        """Whether no letter is a usual one of matrices, bold or transposed: numbers are likelier than conventions."""
        letters = all(
            usual[0] < 2 and name.font not in ("bold", "vec") for name, usual in self.met.items()
        )
        return letters and not self.start.transposed

    def climb(self) -> None:
        """Change one name at a time while that helps."""
        better = True
        while better and self.open():
            better = False
            for name, rank in self._others():
                if not self.open():
                    break
                usual = self.met.get(name, (rank,))
                now = self.ranks.get(name, self.hints.get(name, usual[0]))
                better = self.try_ranks({**self.ranks, name: rank}, rank < now) or better

    def pairs(self) -> None:
        """Change two names at once."""
        if self.score[0] == 0:
            return
        for (a, i), (b, j) in combinations(list(self._others()), 2):
            if not self.open():
                return
            if a != b:
                self.try_ranks({**self.ranks, a: i, b: j})

    def _others(self) -> Iterator[tuple[Name, int]]:
        """Other ranks, more axes first."""
        found: list[tuple[bool, Name, int]] = []
        for name, usual in list(self.met.items()):
            now = self.ranks.get(name, self.hints.get(name, usual[0]))
            found.extend((rank < now, name, rank) for rank in usual if rank != now)
        yield from (
            (name, rank) for fewer in (False, True) for less, name, rank in found if less is fewer
        )


def name_sizes(table: Table) -> None:
    """Give every size that is still open in a variable a letter that nothing else has."""
    taken = {entry.latex for entry in (*table.entries.values(), *table.families.values())}
    taken |= {
        name for entry in table.variables() for size in entry.sizes or () for name in size.names
    }
    fresh = (letter for letter in _letters() if letter not in taken)
    for entry in table.variables():
        for size in entry.sizes or ():
            for name in table.sizes.resolve(size).names:
                if name.startswith("?") and is_open(table.sizes.resolve(Size.of(name))):
                    table.sizes.unify(Size.of(name), Size.of(next(fresh)))


def _letters() -> Iterator[str]:
    yield from LETTERS
    number = 1
    while True:
        yield from (f"{letter}_{{{number}}}" for letter in LETTERS)
        number += 1


def assumptions(table: Table) -> tuple[str, ...]:
    """What was assumed, one line a name: `w \\in \\mathbb{R}^{d}`."""
    functions = (e for e in table.entries.values() if e.assumed and e.function is not None)
    return (
        *(_said(table, entry) for entry in table.variables() if entry.assumed),
        *(_mapping(table, entry) for entry in functions),
    )


def _mapping(table: Table, entry: Declaration) -> str:
    """A function that was assumed: `f \\colon \\mathbb{R}^{d} \\to \\mathbb{R}`."""
    assert entry.function is not None
    shapes = [table.sizes.shape(p.shape) for p in entry.function.parameters]
    spaces = [r"\mathbb{R}" + (f"^{{{latex_shape(s)}}}" if s else "") for s in shapes]
    domain = r" \times ".join(spaces)
    return rf"{entry.latex} \colon {domain} \to \mathbb{{R}}"


def _said(table: Table, entry: Declaration) -> str:
    sizes = tuple(table.sizes.resolve(size) for size in entry.sizes or ())
    members, own = sizes[: entry.family], sizes[entry.family :]
    name = entry.latex
    if members:
        name += "_i" if entry.marker == "sub" else "^{(i)}"
    numbers = all(size == ONE for size in own)
    space = r"\mathbb{R}" + ("" if numbers else f"^{{{latex_shape(own)}}}")
    range_ = rf", i = 1, \dots, {members[0]}" if members else ""
    return rf"{name} \in {space}{range_}"


def latex_shape(sizes: tuple[Size, ...]) -> str:
    """Sizes as the exponent of \\mathbb{R}."""
    return r" \times ".join(str(size) for size in sizes)


__all__ = ["assumptions", "name_sizes", "shape_text", "with_assumptions"]
