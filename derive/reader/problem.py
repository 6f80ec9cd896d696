r"""What `derive grad` and `derive.differentiate` ask for: a formula, the variable, and what had to be assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.errors import ReadError, UsageError
from derive.expr.nodes import Expr, Index, Item, Symbol
from derive.expr.walk import free_symbols, post_order
from derive.reader.grammar.formula import Reading, read_formula
from derive.reader.grammar.spelling import spelled
from derive.reader.grammar.table import Table
from derive.reader.reading.expression import formula_tokens, settled, table_of, tokens_of
from derive.reader.reading.inference import assumptions, name_sizes, with_assumptions
from derive.reader.source.places import Source

TRANSPOSED = "the transpose of a scalar is the scalar"
"""Noted when a name is read as a number although its author transposes it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Differentiate `body` by `variable`, a symbol (a family as a whole) or an entry. `assumed` in LaTeX declarations.

    `members` has the LaTeX of each symbol as its author spells it; of one that was declared by its members that of
    a member, such as `x_i`.
    """

    body: Expr
    variable: Expr
    assumed: tuple[str, ...] = ()
    members: tuple[tuple[Symbol, str], ...] = ()


def read_problem(
    expr: Expr | str,
    wrt: Expr | str,
    *,
    given: Sequence[str] = (),
    where: Sequence[str] = (),
    scalar: bool = False,
) -> Problem:
    """The problem that a formula and a variable in LaTeX pose under their declarations.

    Names that are not declared get the shapes that are usual for them and fit; with `scalar` the formula is to be a
    number. ReadError says what cannot be read.
    """
    declared = table_of(given, where)
    if isinstance(expr, str):
        table, body, notes = _read(expr, declared, wrt if isinstance(wrt, str) else "", scalar)
        assumed = (*assumptions(table), *notes)
    else:
        table, body, assumed = declared, expr, ()
    members = dict(_members(body, table))
    texts = [t for t in (wrt, *given, expr, *where) if isinstance(t, str)]
    shown = {s: members.get(s, s.name) for s in free_symbols(body) if s in members or not s.family}
    names = tuple((s, spelled(name, texts)) for s, name in shown.items())
    return Problem(body, _variable(wrt, body, table), assumed, names)


def _members(body: Expr, table: Table) -> tuple[tuple[Symbol, str], ...]:
    """Symbols declared by members with the first indices that the formula gives them."""
    declared = {entry.latex: entry for entry in table.families.values()}
    found: dict[Symbol, str] = {}
    for node in post_order(body, into_definitions=True):
        if not isinstance(node, Item) or not isinstance(node.base, Symbol):
            continue
        entry = declared.get(node.base.name)
        letters = [index.name for index in node.indices if isinstance(index, Index)]
        if entry is not None and letters and node.base not in found:
            label = "".join(letters[: node.base.family or len(letters)])
            plain = (
                f"_{{{label}}}" if len(label) > 1 and not label.startswith("\\") else f"_{label}"
            )
            found[node.base] = entry.latex + (plain if entry.marker == "sub" else f"^{{({label})}}")
    return tuple(found.items())


def _read(
    expr: str, declared: Table, wrt: str, scalar: bool
) -> tuple[Table, Expr, tuple[str, ...]]:
    """Body and table; the formula is read again when all sizes are known."""
    texts = {text: formula_tokens(text, declared) for text in (expr, wrt) if text}

    def attempt(table: Table) -> tuple[tuple[int, ...], ReadError | None]:
        fault: ReadError | None = None
        unfit = False
        for text, tokens in texts.items():
            try:
                found = read_formula(tokens, table, Source("", text))
                wrong = scalar and text is expr and bool(found.expr.shape)
                unfit = unfit or wrong or TRANSPOSED in found.notes
            except ReadError as error:
                fault = fault or error
        return (2 * bool(fault) + unfit,), fault

    table, fault = with_assumptions(declared, attempt)
    if fault is not None:
        first = _strict(expr, declared)
        raise first if first is not None else fault
    name_sizes(table)
    reading = settled(read_formula(texts[expr], table, Source("", expr)))
    return table, reading.expr, reading.notes


def _strict(expr: str, declared: Table) -> ReadError | None:
    """The refusal without assumptions, which names what the author should declare."""
    try:
        read_formula(formula_tokens(expr, declared), declared.copy(), Source("", expr))
    except ReadError as error:
        return error
    return None


def _variable(wrt: Expr | str, body: Expr, table: Table) -> Expr:
    """The variable: a symbol of the body, the family of a member, or an entry with its index."""
    found = _read_variable(wrt, table, body) if isinstance(wrt, str) else wrt
    base = found.base if isinstance(found, Item) else found
    if not isinstance(base, Symbol):
        raise UsageError(f"{wrt} is not a symbol, so nothing can be differentiated by it")
    same = [s for s in free_symbols(body) if s.name == base.name]
    if same and same[0] != base:
        base = same[0]
        found = Item(base, found.indices) if isinstance(found, Item) else base
    members = any(entry.latex == base.name for entry in table.families.values())
    return base if isinstance(found, Item) and (base.family or members) else found


def _read_variable(wrt: str, table: Table, body: Expr) -> Expr:
    try:
        reading: Reading = read_formula(tokens_of(wrt), table, Source("", wrt))
    except ReadError:
        named = [s for s in free_symbols(body) if s.name == wrt.strip()]
        if not named:
            raise
        return named[0]
    return reading.expr
