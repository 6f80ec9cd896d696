"""The mistakes that people make in derivations, as edits of one node each.

Each rule sees a position and yields edits. An edit has two names: the mistake that it makes (for the power check) and
the mistake that it takes back (for the diagnosis); dropping a transpose makes `missing_transpose` and takes back
`extra_transpose`. Edits may be ill-typed in their place: whoever applies them skips a `ShapeError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.checker.edit_parts import Edit, Setting
from derive.checker.edits_arithmetic import factors, numbers, signs, sizes, terms
from derive.checker.edits_functions import complements, exponents, functions
from derive.checker.edits_structure import (
    conditions,
    diagonals,
    index_names,
    inverses,
    names,
    orders,
    ranges,
    transposes,
)
from derive.checker.positions import Position

Rule = Callable[[Position, Setting], Iterator[Edit]]

RULES: tuple[Rule, ...] = (
    signs,
    complements,
    numbers,
    sizes,
    factors,
    terms,
    transposes,
    inverses,
    orders,
    diagonals,
    ranges,
    index_names,
    names,
    exponents,
    functions,
    conditions,
)


def edits(here: Position, around: Setting) -> Iterator[Edit]:
    """Every edit at a position; one that cannot be built is left out by its rule's caller."""
    for rule in RULES:
        yield from rule(here, around)
