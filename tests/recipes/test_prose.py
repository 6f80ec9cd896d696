"""Mathematics inside the prose of recipes goes through the reader: shapes must fit, and names must be declared."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from derive.derivation import Definition, Derivation, Prose
from derive.errors import DeriveError
from derive.expr.nodes import Expr, Function, Index, Symbol
from derive.expr.walk import bound_indices, free_indices, size_names, symbols
from derive.reader import read_expression
from derive.registry import catalogue

SLUGS = list(catalogue().recipes)
SIGNS = re.compile(r"=|<|>|\\(?:leq?|geq?|neq?|to|in|mid)(?![a-z])|,\s")
NEVER_FIT = re.compile(
    r"cannot (?:add|multiply|compare|divide)|the shapes differ|needs? a (?:vector|square|matrix)"
)
#: declarations that the reader does not take
UNREADABLE_NAMES = ("p(x)",)


def declaration(symbol: Symbol) -> str:
    """`X \\in \\mathbb{R}^{n \\times d}`, as an author would declare it."""
    member = symbol.dims[symbol.family :]
    name = symbol.name
    ending = ""
    if symbol.family:
        name += "_i" if symbol.marker == "sub" else "^{(i)}"
        ending = rf", i = 1, \dots, {symbol.dims[0]}"
    power = "^{" + r" \times ".join(map(str, member)) + "}" if member else ""
    return rf"{name} \in \mathbb{{R}}{power}{ending}"


def declarations(made: Derivation) -> list[str]:
    found: dict[str, str] = {}
    for given in made.givens:
        if isinstance(given.symbol, Symbol):
            found[given.symbol.name] = declaration(given.symbol)
    for block in made.blocks:
        if isinstance(block, Definition) and isinstance(block.symbol, Symbol):
            found[block.symbol.name] = declaration(block.symbol)
    for index in indices(made):
        found.setdefault(index.name, rf"{index.name} = 1, \dots, {index.upper!r}")
    return [text for name, text in found.items() if name not in UNREADABLE_NAMES]


def indices(made: Derivation) -> list[Index]:
    found: dict[Index, None] = {}
    for chain in made.chains:
        for side in chain.sides():
            if isinstance(side, Expr):
                found.update(dict.fromkeys((*bound_indices(side), *free_indices(side))))
    return list(found)


def formulas(made: Derivation) -> Iterator[tuple[int, str]]:
    """Each side of a relation in the prose and the reasons, with its line."""
    texts = [(block.place.line, block.text) for block in made.blocks if isinstance(block, Prose)]
    texts += [(s.place.line, s.reason.text) for chain in made.chains for s in chain.steps]
    for line, text in texts:
        for inline in text.split("$")[1::2]:
            for side in SIGNS.split(inline):
                if side.strip():
                    yield line, side.strip()


def misfits(made: Derivation) -> list[str]:
    """The formulas of the prose whose shapes cannot fit. What the reader cannot read for another reason passes."""
    given, found = declarations(made), []
    for line, side in formulas(made):
        try:
            read_expression(side, given=given)
        except DeriveError as error:
            if NEVER_FIT.search(str(error)):
                found.append(f"{line}: {side}: {error}")
    return found


@pytest.mark.parametrize("slug", SLUGS)
def test_shapes_in_prose_fit(slug: str) -> None:
    assert misfits(catalogue()[slug].derivation()) == []


def test_most_of_the_prose_is_read() -> None:
    """The check is worth something only if the reader understands most of what it sees."""
    read, all_ = 0, 0
    for slug in SLUGS[::3]:
        made = catalogue()[slug].derivation()
        given = declarations(made)
        for _, side in formulas(made):
            all_ += 1
            try:
                read_expression(side, given=given)
                read += 1
            except DeriveError:
                continue
    assert all_ > 150
    assert read > 0.7 * all_


@pytest.mark.parametrize("slug", SLUGS)
def test_letters_in_prose_are_declared(slug: str) -> None:
    """Capital letters stand for matrices of the page; one that is nowhere declared is a slip."""
    made = catalogue()[slug].derivation()
    known = {"I", "R", "E", "T"}
    for side in (s for chain in made.chains for s in chain.sides() if isinstance(s, Expr)):
        for symbol in symbols(side):
            known.update(re.findall(r"[A-Z]", symbol.name))
            known.update(name for size in symbol.dims for name in size.names)
        known.update(size_names(side))
    for given in made.givens:
        known.update(re.findall(r"[A-Z]", given.symbol.name))
    for block in made.blocks:
        if isinstance(block, Definition):
            known.update(re.findall(r"[A-Z]", block.symbol.name))
            if isinstance(block.symbol, Function):
                known.update(p.name for p in block.symbol.parameters)
    for line, side in formulas(made):
        bare = re.sub(r"\\[A-Za-z]+", " ", side)
        for letter in re.findall(r"[A-Z]", bare):
            assert letter in known, f"line {line}: {letter} in {side} is not declared"


def test_a_misfit_is_found() -> None:
    made = Derivation(
        givens=tuple(
            given
            for given in catalogue()["mse-gradient"].derivation().givens
            if given.symbol.name in ("X", "w")
        ),
        blocks=(Prose("The predictions are $X w$, and their change is $X^T w$."),),
    )
    (found,) = misfits(made)
    assert found.startswith("0: X^T w: ")
