"""Assumption discovery: a relation that fails in general may hold under a fact that the author forgot to declare.

One fact is added to one symbol at a time; what is reported made the relation hold at the points of two seeds.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from derive.checker.diagnosis import DecideAt
from derive.errors import DeriveError
from derive.expr.facts import FACTS, Fact, declared
from derive.expr.nodes import Derivative, Expr, Function, Item, Symbol
from derive.expr.walk import free_symbols, post_order, transform

#: facts that are tried, by number of axes of a value, in order of how weak they are
CANDIDATES: dict[int, tuple[str, ...]] = {
    0: ("nonnegative", "positive", "probability", "binary", "integer", "sign"),
    1: ("sums_to_one", "unit_norm", "centred", "positive", "simplex", "one_hot", "binary"),
    2: ("symmetric", "centred", "orthonormal_columns", "rows_sum_to_one", "orthogonal", "pd"),
}
SQUARE = {"symmetric", "orthogonal", "pd"}


def discover(
    lhs: Expr,
    op: str,
    rhs: Expr,
    decide: DecideAt,
    *,
    premises: tuple[Expr, ...] = (),
    seed: int = 0,
    budget: float = 0.5,
) -> tuple[str, ...]:
    """The sentences `holds only if S is symmetric` for the first fact that makes the relation hold, or nothing."""
    end = time.process_time() + budget
    for symbol, fact in _tried(lhs, rhs):
        if time.process_time() > end:
            break
        new = replace(symbol, facts=_with(symbol, fact))
        sides = _replaced(lhs, symbol, new), _replaced(rhs, symbol, new)
        if None not in sides and _holds(sides[0], op, sides[1], decide, seed):
            return (f"holds only if {symbol!r} is {_words(fact)}",)
    return ()


def _tried(lhs: Expr, rhs: Expr) -> Iterator[tuple[Symbol, str]]:
    symbols = dict.fromkeys((*free_symbols(lhs), *free_symbols(rhs)))
    for symbol in symbols:
        member = symbol.dims[symbol.family :]
        square = len(member) == 2 and member[0] == member[1]
        for fact in CANDIDATES.get(len(member), ()):
            if fact in SQUARE and not square:
                continue
            if symbol.law is None and declared(symbol.facts, fact) is None:
                yield symbol, fact


def _with(symbol: Symbol, fact: str) -> tuple[Fact, ...]:
    return tuple(sorted((*symbol.facts, Fact(fact)), key=lambda f: (f.name, str(f.bounds))))


def _replaced(expr: Expr, old: Symbol, new: Symbol) -> Expr | None:
    """The expression about the symbol with another fact, or None where it is a variable of differentiation."""
    for node in post_order(expr, into_definitions=True):
        if isinstance(node, Derivative) and any(_base(v) == old for v in node.wrt):
            return None
        if isinstance(node, Function) and node.body is not None and old in node.parameters:
            return None
    return transform(expr, lambda n: new if n == old else None, into_definitions=True)


def _base(variable: Expr) -> Expr:
    return variable.base if isinstance(variable, Item) else variable


def _holds(lhs: Expr | None, op: str, rhs: Expr | None, decide: DecideAt, seed: int) -> bool:
    if lhs is None or rhs is None:
        return False
    try:
        return all(decide(lhs, op, rhs, seed + k).kind == "holds" for k in (0, 1))
    except DeriveError:
        return False


def _words(fact: str) -> str:
    words = FACTS[fact][0]
    phrases = {
        "symmetric": "symmetric",
        "centred": "centred",
        "sums_to_one": "such that its entries sum to one",
        "unit_norm": "a unit vector",
        "one_hot": "one-hot",
        "binary": "0 or 1 in every entry",
        "simplex": "on the simplex",
        "positive": "positive",
        "nonnegative": "nonnegative",
        "probability": "between 0 and 1",
        "integer": "an integer",
        "sign": "-1 or 1",
        "orthogonal": "orthogonal",
        "orthonormal_columns": "a matrix with orthonormal columns",
        "rows_sum_to_one": "such that its rows sum to one",
        "pd": "positive definite",
    }
    return phrases.get(fact, words)
