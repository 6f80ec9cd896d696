r"""latex2sympy2 as a second reader of scalar calculus, where the typed grammar refuses.

It is good at integrals, limits and series, and goes wrong silently on anything with arrays, so it sees only
formulas whose words
are known to it and whose symbols are all declared scalars. Its module keeps state between calls and ignores
what follows the
first complete formula: the state is reset under a lock around each call, and the end of the input is demanded.
Length, depth,
numbers and time are bounded. The result is converted node by node; nothing works differently when the package
is missing.
"""

from __future__ import annotations

import itertools
import sys
import threading
import typing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from derive.errors import DeriveError, ReadError
from derive.expr.interrupt import time_limit
from derive.expr.nodes import Expr, Index, Symbol
from derive.expr.sympy_bridge import from_sympy
from derive.expr.walk import post_order
from derive.reader.grammar.table import Name, Table
from derive.reader.grammar.written import GREEK
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token

LONGEST = 160
"""Tokens of a formula."""
DEEPEST = 8
"""Brackets within one another."""
LARGEST = 1000
"""Numbers that are written out."""
SECONDS = 2.0
END_OF_INPUT = -1
"""The type of ANTLR's last token."""

_WORDS = frozenset(
    [
        r"\frac",
        r"\sqrt",
        r"\sum",
        r"\prod",
        r"\int",
        r"\lim",
        r"\to",
        r"\infty",
        r"\pi",
        r"\sin",
        r"\cos",
        r"\tan",
        r"\ln",
        r"\arcsin",
        r"\arccos",
        r"\arctan",
        r"\sinh",
        r"\cosh",
        r"\tanh",
        r"\log",
        r"\exp",
        r"\left",
        r"\right",
        r"\cdot",
        r"\times",
        r"\div",
    ]
)
_CHARACTERS = frozenset("+-*/()=|!.")
_SPACES = frozenset([r"\,", r"\;", r"\!", r"\:", r"\displaystyle", r"\limits"])
_LOCK = threading.Lock()


def read_scalar(tokens: Sequence[Token], table: Table, source: Source) -> Expr:
    """A scalar formula by latex2sympy2. ReadError when it is outside the guard, or the package is not installed."""
    start = tokens[0].start if tokens else 0
    names = _guard(tokens, table, source)
    latex = _spelled(tokens)
    with _LOCK:
        module = _module()
        if module is None:
            raise source.error("latex2sympy2 is not installed", start)
        try:
            with _fresh(module), time_limit(SECONDS):
                found = _parse(module, latex)
        except DeriveError as error:
            raise source.error(str(error), start) from None
        except Exception as error:  # whatever the package raises is a refusal
            reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
            raise source.error(f"latex2sympy2 does not read this: {reason}", start) from None
    return _converted(found, names, source, start)


def _guard(tokens: Sequence[Token], table: Table, source: Source) -> dict[str, Symbol]:
    """The declared scalars that occur, by the name that SymPy gives them. ReadError outside the guard."""
    if len(tokens) > LONGEST or not tokens:
        raise source.error(f"{len(tokens)} tokens, where a scalar formula has 1 to {LONGEST}", 0)
    depth = 0
    names: dict[str, Symbol] = {}
    bound = _bound_names(tokens)
    for position, token in enumerate(tokens):
        depth += (token.kind is Kind.OPEN or token.text == "(") - (
            token.kind is Kind.CLOSE or token.text == ")"
        )
        if depth > DEEPEST:
            raise source.error(f"brackets are nested more than {DEEPEST} deep", token.start)
        before = tokens[position - 1] if position else None
        _check_token(token, before, table, source, names, bound)
    return names


def _bound_names(tokens: Sequence[Token]) -> dict[str, None]:
    """Letters after d, and under sums and limits: bound where they stand."""
    found: dict[str, None] = {}
    for here, following in itertools.pairwise(tokens):
        if here.text == "d" and following.kind is Kind.LETTER:
            found[following.text] = None
        if here.kind is Kind.LETTER and following.text in ("=", r"\to"):
            found[here.text] = None
    return found


def _check_token(
    token: Token,
    before: Token | None,
    table: Table,
    source: Source,
    names: dict[str, Symbol],
    bound: dict[str, None],
) -> None:
    kind, text = token.kind, token.text
    if kind is Kind.NUMBER:
        if float(text) > LARGEST:
            raise source.error(f"the number {text} is larger than {LARGEST}", token.start)
        return
    if kind in (Kind.OPEN, Kind.CLOSE) or text in _SPACES:
        return
    if kind is Kind.SUP or kind is Kind.SUB:
        if before is not None and before.text == ")" and kind is Kind.SUB:
            raise source.error("a subscript on a bracket is not read as a scalar", token.start)
        return
    if text in _WORDS or (kind is Kind.CHAR and text in _CHARACTERS):
        return
    if kind is Kind.LETTER or text in GREEK:
        if text in ("d", "e") and table.exact(Name(text)) is None:
            return
        entry = table.exact(Name(text))
        if text in bound and (entry is None or entry.sizes != ()):
            return
        if entry is None or entry.kind not in ("variable", "size") or entry.sizes not in ((), None):
            raise source.error(f"{text} is not declared as a scalar", token.start)
        if entry.kind == "variable":
            names[text.lstrip("\\")] = table.symbol(entry)
        return
    raise source.error(f"{text!r} is not read as scalar calculus", token.start)


def _spelled(tokens: Sequence[Token]) -> str:
    """The formula in the spelling that latex2sympy2 expects: natural logarithms, no spacing."""
    parts = [r"\ln" if t.text == r"\log" else t.text for t in tokens if t.text not in _SPACES]
    return " ".join(parts)


def _module() -> Any:
    """The package, imported on first use, with its grammar tables built; None when it cannot be."""
    known = sys.modules.get("latex2sympy2")
    if known is not None:
        return known
    sys.modules.setdefault("typing.io", typing)
    try:
        import latex2sympy2

        _parse(latex2sympy2, r"\int _ 0 ^ 1 x ^ { 2 } d x")
    except Exception:  # a broken installation is the same as none
        return None
    return latex2sympy2


@contextmanager
def _fresh(module: Any) -> Iterator[None]:
    """The module's global state, empty inside and empty again afterwards."""

    def reset() -> None:
        module.var, module.variances, module.VARIABLE_VALUES = {}, {}, {}
        module.is_real, module.frac_type = None, r"\frac"

    reset()
    try:
        yield
    finally:
        reset()


def _parse(module: Any, latex: str) -> Any:
    """SymPy's expression of the whole text."""

    listener = module.MathErrorListener(latex)
    lexer = module.PSLexer(module.InputStream(latex))
    lexer.removeErrorListeners()
    lexer.addErrorListener(listener)
    stream = module.CommonTokenStream(lexer)
    parser = module.PSParser(stream)
    parser.removeErrorListeners()
    parser.addErrorListener(listener)
    tree = parser.math()
    if stream.LA(1) != END_OF_INPUT:
        raise ReadError("the formula goes on after what was read")
    relation = tree.relation()
    if relation is None or relation.expr() is None:
        raise ReadError("not one expression")
    return module.convert_relation(relation)


def _converted(found: Any, names: dict[str, Symbol], source: Source, start: int) -> Expr:
    """The tree of the result; every free symbol must be a declared scalar."""
    import sympy

    if not isinstance(found, sympy.Expr) or found.has(sympy.I) or found.has(sympy.nan, sympy.zoo):
        raise source.error("latex2sympy2 gives no real scalar expression", start)
    if found.atoms(sympy.core.function.AppliedUndef):
        raise source.error("latex2sympy2 gives an unknown function", start)
    unknown = [
        s.name for s in sorted(found.free_symbols, key=str) if s.name.lstrip("\\") not in names
    ]
    if unknown:
        raise source.error(f"{unknown[0]} is not declared as a scalar", start)
    known: dict[str, Expr] = {s.name: names[s.name.lstrip("\\")] for s in found.free_symbols}
    try:
        expr = from_sympy(found, known)
    except DeriveError as error:
        raise source.error(str(error), start) from None
    if any(node.shape for node in post_order(expr) if not isinstance(node, Index)):
        raise source.error("latex2sympy2 gives an array", start)
    return expr
