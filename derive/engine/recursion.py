"""Backpropagation as a page shows it: one short chain for each named quantity, from the loss back to the variable."""

from __future__ import annotations

from dataclasses import replace

from derive.derivation import Chain, Reason, Step
from derive.engine.sweep import is_cross_entropy, sweep, sweep_words
from derive.engine.worked import worked
from derive.expr.nodes import Apply, Derivative, Expr, Symbol
from derive.expr.walk import post_order
from derive.rules.derivatives import DERIVATIVES
from derive.rules.through import consumers, pulled_back, steps_between

#: named quantities from which on one chain would be too long
MANY = 5


def recursion(body: Expr, x: Symbol) -> tuple[Chain, ...] | None:
    """dL/dz for every named quantity z between x and the loss, the last one first, then dL/dx; None for a short way."""
    between = steps_between(body, x)
    if len(between) < MANY or consumers(body, x) is None:
        return None
    found: dict[Expr, Chain] = {}
    wanted: list[Symbol] = [x]
    while wanted:
        z = wanted.pop()
        chain = _one(body, z)
        if chain is None:
            return None
        found[chain_start(chain)] = chain
        for part in post_order(last_side(chain)):
            if (
                isinstance(part, Derivative)
                and part not in found
                and isinstance(part.wrt[0], Symbol)
            ):
                wanted.append(part.wrt[0])
    order = [Derivative(body, (z,)) for z in (*reversed(between), x)]
    kept = [found[start] for start in order if start in found]
    return (*kept[:-1], replace(kept[-1], result=True))


def chain_start(chain: Chain) -> Expr:
    """The question of a chain, in the way in which derivatives are compared here."""
    assert isinstance(chain.lhs, Derivative)
    return Derivative(chain.lhs.body, chain.lhs.wrt)


def last_side(chain: Chain) -> Expr:
    """The answer of a chain."""
    side = chain.steps[-1].rhs
    assert isinstance(side, Expr)
    return side


def _one(body: Expr, z: Symbol) -> Chain | None:
    """dL/dz by the next quantities; where z stands in the loss itself, by its rules."""
    start = Derivative(body, (z,))
    made = None if _feeds_cross_entropy(body, z) else pulled_back(start, z)
    rule = DERIVATIVES[0]
    if made is not None:
        step = Step("=", made, Reason(rule.words, rule.name), made_by_engine=True)
        return Chain(start, (step,))
    return _at_the_loss(body, z, start)


def _feeds_cross_entropy(body: Expr, z: Symbol) -> bool:
    """Whether z are the logits of a softmax whose logarithm is the loss: then its error is one step."""
    softmax = any(
        isinstance(part, Apply) and part.function in ("softmax", "log_softmax")
        for user in consumers(body, z) or ()
        for part in post_order(user.definition or user)
    )
    return softmax and is_cross_entropy(body, z)


def _at_the_loss(body: Expr, z: Symbol, start: Derivative) -> Chain | None:
    """z stands in the loss itself, or the rules stop there: its chain without named quantities."""
    if not consumers(body, z):
        return worked(body, z)
    value = sweep(start)
    return (
        None
        if value is None
        else Chain(start, (Step("=", value, Reason(sweep_words(start)), made_by_engine=True),))
    )
