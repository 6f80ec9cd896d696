r"""Shapes of names that nobody declared: those which are usual for the letters, as long as every formula can be read.

Attempts go from the most usual choice to less usual ones, one name changed at a time and then two, and stop at the first
that leaves no formula with shapes that clash. Sizes that stay open get letters of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import TypeVar

from derive.expr.sizes import Size, shape_text
from derive.reader.formula_sizes import is_open
from derive.reader.table import Declaration, Inference, Name, Table

ATTEMPTS = 60
"""Choices of shapes that are tried."""
CHANGED = 3
"""Names whose shape may differ from the usual one at the same time."""
LETTERS = tuple("ndmkpqhrs")

T = TypeVar("T")


def with_assumptions(table: Table, attempt: Callable[[Table], tuple[int, T]]) -> tuple[Table, T]:
    """The table and the result of the first choice of shapes with which `attempt` counts the fewest faults.

    `attempt` reads all formulas with the table that it is given and returns the number of formulas it could not read, with
    its result. The table itself stays as it is.
    """
    first = _table(table, {})
    best_faults, result = attempt(first)
    best: tuple[Table, T] = (first, result)
    assert first.inference is not None
    met = dict(first.inference.met)
    if not best_faults or not met:
        return best
    tried = 0
    for ranks in _choices(met):
        tried += 1
        if tried > ATTEMPTS:
            break
        candidate = _table(table, ranks)
        faults, result = attempt(candidate)
        if faults < best_faults:
            best_faults, best = faults, (candidate, result)
        if not faults:
            break
    return best


def _table(table: Table, ranks: dict[Name, int]) -> Table:
    copy = table.copy()
    copy.inference = Inference(dict(ranks))
    return copy


def _choices(met: dict[Name, object]) -> Iterator[dict[Name, int]]:
    """Ranks of some names, the least unusual first."""
    names = list(met)
    others: dict[Name, list[int]] = {name: list(met[name])[1:] for name in names}  # type: ignore[call-overload]
    for count in range(1, min(CHANGED, len(names)) + 1):
        for changed in combinations(names, count):
            for ranks in product(*(others[name] for name in changed)):
                yield dict(zip(changed, ranks, strict=True))


def name_sizes(table: Table) -> None:
    """Give every size that is still open in a variable a letter that nothing else has."""
    taken = {entry.latex for entry in (*table.entries.values(), *table.families.values())}
    taken |= {name for entry in table.variables() for size in entry.sizes or () for name in size.names}
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
    return tuple(_said(table, entry) for entry in table.variables() if entry.assumed)


def _said(table: Table, entry: Declaration) -> str:
    sizes = tuple(table.sizes.resolve(size) for size in entry.sizes or ())
    members, own = sizes[: entry.family], sizes[entry.family :]
    name = entry.latex
    if members:
        name += "_i" if entry.marker == "sub" else "^{(i)}"
    space = r"\mathbb{R}" + (f"^{{{latex_shape(own)}}}" if own else "")
    range_ = rf", i = 1, \dots, {members[0]}" if members else ""
    return rf"{name} \in {space}{range_}"


def latex_shape(sizes: tuple[Size, ...]) -> str:
    """Sizes as the exponent of \\mathbb{R}."""
    return r" \times ".join(str(size) for size in sizes)


__all__ = ["assumptions", "name_sizes", "shape_text", "with_assumptions"]
