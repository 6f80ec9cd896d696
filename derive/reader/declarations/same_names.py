"""One symbol for one name: what a sentence adds to a name holds also for what was built with it before.

`$X = U D V^T$ with $U^T U = I$` defines X by a U of which nothing is known yet; both are the same U.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from derive.derivation import Block, Chain, Side
from derive.expr.nodes import Expr, Symbol
from derive.expr.walk import free_symbols, substitute
from derive.reader.grammar.table import Declaration, Name


def settled(block: Block) -> Block:
    """A chain in which each name without definition is one symbol, with all facts that are known of it."""
    if not isinstance(block, Chain):
        return block
    variants: dict[tuple[object, ...], dict[Symbol, None]] = {}
    for expr in _expressions(block):
        for symbol in free_symbols(expr):
            if symbol.law is None:
                key = (symbol.name, symbol.dims, symbol.family, symbol.origin)
                variants.setdefault(key, {})[symbol] = None
    same: dict[Expr, Expr] = {}
    for found in variants.values():
        if len(found) > 1:
            one = _with_all_facts(list(found))
            same.update({symbol: one for symbol in found if symbol != one})
    if not same:
        return block

    def renewed(expr: Expr) -> Expr:
        return substitute(expr, same, True)

    def side(of: Side) -> Side:
        return renewed(of) if isinstance(of, Expr) else of

    steps = tuple(
        replace(
            step,
            rhs=side(step.rhs),
            alternatives=tuple(
                replace(
                    other,
                    lhs=renewed(other.lhs),
                    rhs=renewed(other.rhs),
                    premises=tuple(renewed(p) for p in other.premises),
                )
                for other in step.alternatives
            ),
        )
        for step in block.steps
    )
    premises = tuple(renewed(p) for p in block.premises)
    return replace(block, lhs=side(block.lhs), steps=steps, premises=premises)


def _expressions(block: Chain) -> Iterator[Expr]:
    yield from (one for one in block.sides() if isinstance(one, Expr))
    yield from block.premises
    for step in block.steps:
        for other in step.alternatives:
            yield from (other.lhs, other.rhs, *other.premises)


def _with_all_facts(found: list[Symbol]) -> Symbol:
    """The symbol with the facts of all of these."""
    entry = Declaration(Name(found[0].name), found[0].name)
    for symbol in found:
        for fact in symbol.facts:
            entry.add_fact(fact.name, fact.bounds)
    facts = tuple(sorted(entry.facts, key=lambda fact: (fact.name, str(fact.bounds))))
    return replace(found[0], facts=facts)
