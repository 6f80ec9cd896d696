r"""One formula with its declarations: `read_expression(r"\|Xw - y\|_2^2", given=[r"X \in \mathbb{R}^{n \times
d}", ...])`."""

from __future__ import annotations

from collections.abc import Sequence

from derive.errors import ReadError
from derive.expr.nodes import Expr
from derive.reader.declarations.declare import declare
from derive.reader.grammar.formula import Reading, read_formula, read_sides
from derive.reader.grammar.state import State
from derive.reader.grammar.table import Name, Table
from derive.reader.rewriting.written_words import function_words
from derive.reader.source.macros import Macros
from derive.reader.source.places import Source
from derive.reader.source.scanner import Token, refine, scan

CALCULUS = frozenset([r"\int", r"\lim", r"\sum", r"\prod"])
"""Words with which a refused formula is worth a second reading."""


def table_of(given: Sequence[str] = (), where: Sequence[str] = ()) -> Table:
    """The table of symbols that declarations and definitions make."""
    table = Table()
    declare(table, [*given, *where])
    return table


def tokens_of(latex: str) -> list[Token]:
    """The tokens of a formula, with the macros that it defines itself."""
    return refine(Macros().expand(scan(latex)))


def formula_tokens(latex: str, table: Table) -> list[Token]:
    """`tokens_of` with functions in plain letters, `tr(A)`, as words where their letters are not declared."""

    def is_name(letter: str) -> bool:
        return table.find(Name(letter)) is not None

    return list(function_words(tokens_of(latex), is_name))


def settled(found: Reading) -> Reading:
    """A reading that leaves nothing open; ReadError of what only the text around a formula could tell."""
    if found.unclear:
        raise found.unclear[0]
    return found


def read_expression(
    latex: str,
    given: Sequence[str] = (),
    where: Sequence[str] = (),
    table: Table | None = None,
) -> Expr:
    """The expression that a formula denotes under its declarations.

    `given` declares symbols, `where` defines abbreviations, as LaTeX mathematics. ReadError (with line and
    column) says what
    must be declared; nothing is guessed. What was read by convention is in `read_formula(...).notes`.
    """
    return read_with_notes(latex, given, where, table).expr


def read_with_notes(
    latex: str,
    given: Sequence[str] = (),
    where: Sequence[str] = (),
    table: Table | None = None,
) -> Reading:
    """`read_expression` with what was accepted by convention."""
    known = table if table is not None else table_of(given, where)
    tokens, source = formula_tokens(latex, known), Source("", latex)
    try:
        found = read_formula(tokens, known, source)
    except ReadError as refusal:
        if refusal.ill_typed or not any(t.text in CALCULUS for t in tokens):
            raise
        return _second_reading(tokens, known, source, refusal)
    return settled(found)


def _second_reading(
    tokens: list[Token], table: Table, source: Source, refusal: ReadError
) -> Reading:
    """Scalar calculus that the grammar refuses, by the second reader; the first refusal when it refuses too."""
    from derive.reader.reading.scalar import read_scalar

    try:
        return Reading(
            read_scalar(tokens, table, source), ("read by latex2sympy2 as scalar calculus",)
        )
    except ReadError:
        raise refusal from None


def read_together(formulas: Sequence[str], table: Table) -> list[Expr]:
    """Sides of one chain: sizes left open by one are found on another. ReadError of the first that cannot be read."""
    source = Source("", " = ".join(formulas))
    found = read_sides([tokens_of(f) for f in formulas], table, source, state=State())
    for side in found:
        if isinstance(side, ReadError):
            raise side
    return [side.expr for side in found if isinstance(side, Reading)]
