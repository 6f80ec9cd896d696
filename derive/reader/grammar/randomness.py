r"""What is random in an expectation: a law below it, `\mathbb{E}_{x \sim \mathcal N(\mu, \sigma^2)}[x^2]`, functions of
random symbols, and what is not random at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from derive.expr.nodes import Call, Expectation, Expr, Function, Symbol
from derive.expr.walk import free_symbols, post_order, substitute, symbols, transform
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean
from derive.reader.grammar.table import Declaration, Name
from derive.reader.grammar.written import GREEK, whole_name
from derive.reader.source.groups import Node, text_of


@contextmanager
def drawn_from(reader: Formula, below: Sequence[Node] | None) -> Iterator[None]:
    """Inside, the variable below the sign has the law that is written there; without a law nothing changes."""
    found = _law_below(below)
    if found is None:
        yield
        return
    from derive.reader.grammar.laws import random_law

    name, law = found
    table = reader.table
    known = table.entries.get(name)
    drawn = replace(known, law=None) if known is not None else Declaration(name, name.latex)
    random_law(reader, drawn, law)
    table.entries[name] = drawn
    letters = table.by_letter.setdefault(name.letter, {})
    new = name not in letters
    letters[name] = None
    try:
        yield
    finally:
        if known is None:
            del table.entries[name]
        else:
            table.entries[name] = known
        if new:
            del letters[name]


def _law_below(below: Sequence[Node] | None) -> tuple[Name, Sequence[Node]] | None:
    """The name and the law of `x \\sim \\mathcal N(m, s)`; None when no law with arguments stands there."""
    items = clean(below) if below is not None else []
    texts = [text_of(node) for node in items]
    if r"\sim" not in texts or "(" not in texts[texts.index(r"\sim") :]:
        return None
    cut = texts.index(r"\sim")
    name = whole_name(Cursor(items[:cut], cleaned=True))
    return (name, items[cut + 1 :]) if name is not None else None


def call_of(function: Function, arguments: tuple[Expr, ...], order: int) -> Expr:
    r"""A call; a functional such as `\mathrm{Bias}(x) = E[x] - \theta` of its own parameter is its body,
    because no value of the parameter gives it."""
    own = arguments == function.parameters and not order and function.body is not None
    if own and function.body is not None:
        averaged = [n for n in post_order(function.body) if isinstance(n, Expectation)]
        if any(p in n.over for n in averaged for p in function.parameters):
            return function.body
    return Call(function, arguments, order)


def opened(node: Expr) -> Expr:
    """An expression with the calls of functions whose formula speaks of random symbols written out."""

    def change(part: Expr) -> Expr | None:
        if not isinstance(part, Call) or part.function.body is None or part.order:
            return None
        body = part.function.body
        if not any(is_random(s) for s in symbols(body)):
            return None
        return substitute(body, dict(zip(part.function.parameters, part.args, strict=True)))

    return transform(node, change)


def is_random(symbol: Symbol) -> bool:
    return symbol.law is not None and symbol.law.kind == "random"


_NOISE = (r"\epsilon", r"\varepsilon", r"\xi", r"\eta", r"\zeta", r"\omega", r"\chi")
_GREEK = re.compile(r"\\(?:mathbf\{)?\\?([a-z]+)\}?(?:_\{?\w+\}?)?(?:\^2)?")


def is_fixed(reader: Formula, node: Expr) -> bool:
    """Whether an expression speaks of parameters alone: of Greek letters, and of what random symbols are defined by."""
    spoken: dict[str, None] = {}
    for entry in reader.table.variables():
        if entry.definition is not None:
            inside = free_symbols(entry.definition)
            if any(is_random(s) for s in inside):
                spoken.update(dict.fromkeys(s.name for s in inside if not is_random(s)))
    names = [s.name for s in free_symbols(node)]
    return all(name in spoken or _is_parameter(name) for name in names)


def _is_parameter(name: str) -> bool:
    match = _GREEK.fullmatch(name)
    return match is not None and "\\" + match[1] in GREEK and "\\" + match[1] not in _NOISE


__all__ = ["call_of", "drawn_from", "is_fixed", "opened"]
