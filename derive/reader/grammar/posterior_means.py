r"""Conditional expectations under a density that the text gives: `\mathbb{E}[\theta \mid x]` after
`p(\theta \mid x) \propto ...`, a quotient of integrals over the range of the variable.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Call,
    Constant,
    Expr,
    Function,
    Integral,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
)
from derive.expr.normal_densities import normal_parts
from derive.expr.walk import free_symbols, post_order
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, plain
from derive.reader.grammar.node_parts import split_at
from derive.reader.grammar.table import Declaration, Table
from derive.reader.grammar.values import TWO, Value, uses_of
from derive.reader.grammar.written import base_name, whole_name, written_scripts
from derive.reader.source.groups import Node

_BARS = ("|", r"\mid", r"\vert")
_LETTERS = ("p", "f", "q", r"\pi", "P")


def posterior_moment(reader: Formula, kind: str, nodes: Sequence[Node], start: int) -> Value | None:
    """`E[\\theta | x]` or `Var(\\theta | x)`; None when no density `p(\\theta | x)` of one number is known."""
    sides = split_at(nodes, *_BARS)
    if len(sides) != 2 or kind not in ("E", "Var"):
        return None
    name = whole_name(Cursor(sides[0]))
    entry = reader.table.exact(name) if name is not None else None
    if name is None or entry is None or entry.kind != "variable" or entry.sizes != ():
        return None
    density = _density(reader.table, name.latex, plain(sides[1]))
    if density is None:
        return None
    symbol = Symbol(name.latex)
    lower, upper = range_of(entry)

    def build() -> Expr:
        at = Call(density, (symbol, *density.parameters[1:]))

        def moment(power: int) -> Expr:
            factor: Expr = symbol if power == 1 else Power(symbol, TWO)
            return Integral(Product((factor, at)), symbol, lower, upper)

        total = Integral(at, symbol, lower, upper)
        mean = Quotient(moment(1), total)
        if kind == "E":
            return mean
        return Add((Quotient(moment(2), total), Neg(Power(mean, TWO))))

    return Value((), build, start=start)


def density_mean(
    reader: Formula, below: Sequence[Node], nodes: Sequence[Node], start: int
) -> Value | None:
    r"""`\mathbb{E}_{q(z)}[...]`, `\mathbb{E}_q[...]` under a density whose formula is known,
    of one number or of a normal vector."""
    cursor = Cursor(below)
    name = base_name(cursor)
    if name is None:
        return None
    sub, sup = written_scripts(cursor)
    entry = reader.table.exact(replace(name, sub=sub, sup=sup))
    density = entry.function if entry is not None and entry.kind == "function" else None
    if density is None or density.body is None or not _is_known(density.body):
        return None
    if name.base not in _LETTERS or len(density.parameters) != 1:
        return None
    if density.parameters[0].shape and normal_parts(density) is None:
        return None
    variable = density.parameters[0].name
    if cursor.node is not None:
        argument = enclosed(cursor, "(", ")") if cursor.at("(") else None
        if not argument or cursor.pos + len(argument) + 2 != len(cursor.items):
            return None
        variable = plain(argument)
    symbol = Symbol(variable, density.parameters[0].dims)
    declared = next((e for e in reader.table.entries.values() if e.latex == variable), None)
    declared = declared if not symbol.shape else None
    lower, upper = range_of(declared) if declared is not None else (None, None)
    held = Value(symbol.shape, lambda: symbol, start=start, kind="symbol")
    with reader.holding(variable, held):
        inside = reader.whole(list(nodes))
    reader.demand_scalar(inside, "an expectation under a density", start)

    def build() -> Expr:
        at, body = Call(density, (symbol,)), inside.build()
        if symbol not in free_symbols(body):
            raise reader.error(f"an expectation under {name.latex}({variable}) without it", start)
        mean = Integral(Product((at, body)), symbol, lower, upper)
        if normal_parts(density) is not None:
            return mean
        return Quotient(mean, Integral(at, symbol, lower, upper))

    return Value((), build, uses_of((inside,)), start=start)


def _density(table: Table, variable: str, given: str) -> Function | None:
    """The density of a number given these names; a name of its own comes before a letter with several roles."""
    found: list[Function] = []
    for name, entry in table.entries.items():
        function = entry.function
        if entry.kind != "function" or function is None or function.body is None:
            continue
        if name.base.split("[")[0] not in _LETTERS or not _is_known(function.body):
            continue
        first, *others = function.parameters
        if first.name != variable or first.shape or not others:
            continue
        if _bare(",".join(p.name for p in others)) == _bare(given):
            found.append(function)
    return found[0] if len(found) == 1 else None


def _bare(names: str) -> str:
    """Names without the spaces and braces in which spellings differ."""
    return re.sub(r"[\s{}]", "", names)


def _is_known(body: Expr) -> bool:
    """Whether every function in a formula has a formula."""
    return all(n.function.body is not None for n in post_order(body) if isinstance(n, Call))


def range_of(entry: Declaration) -> tuple[Expr | None, Expr | None]:
    """The ends of the range of a number: of a probability, of what is positive, of any."""
    zero = Number(Fraction(0))
    if entry.has("probability"):
        return zero, Number(Fraction(1))
    if entry.has("positive"):
        return zero, Constant("infty")
    return None, None


__all__ = ["density_mean", "posterior_moment", "range_of"]
