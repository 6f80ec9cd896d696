"""Three forms of a line: matrix form, index form with Kronecker deltas, and sums over examples.

`in_form` rewrites every side of a derivation. A side that has no such form stays as it was written, and the derivation
says so. For each rewritten side there is the claim that both forms agree, which the judge decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.derivation import Block, Chain, Derivation, Reason, Step
from derive.engine.forms_index import Letters, Picks, entry, names_in
from derive.engine.forms_sum import in_sums
from derive.errors import DeriveError, NoRuleError, UsageError
from derive.expr.nodes import Derivative, Differential, Expr, Item, Reduce, Symbol, as_expr
from derive.expr.sizes import ONE, Size
from derive.expr.walk import post_order

FORMS = ("matrix", "index", "sum")


@dataclass(frozen=True)
class Formed:
    """A derivation in another form, and the chains that claim that each rewritten side is what was written."""

    derivation: Derivation
    agreement: Derivation


def in_form(derivation: Derivation, form: str) -> Formed:
    """The derivation with every side in `form` (one of `FORMS`); `UsageError` for another word."""
    if form not in FORMS:
        raise UsageError(f"no form {form!r}; forms are {', '.join(FORMS)}")
    examples = _examples(derivation)
    blocks: list[Block] = []
    claims: list[Chain] = []
    kept: list[str] = []
    number = 0
    for block in derivation.blocks:
        if not isinstance(block, Chain):
            blocks.append(block)
            continue
        try:
            made, agree = _formed(block, form, examples)
            blocks.append(made)
            claims += agree
        except DeriveError as error:
            blocks.append(block)
            kept.append(f"{_numbers(number, block)}: as written; {error}")
        number += len(block.steps)
    notes = (*derivation.notes, *kept)
    agreement = replace(derivation, blocks=tuple(claims))
    return Formed(replace(derivation, blocks=tuple(blocks), notes=notes), agreement)


def in_its_form(chain: Chain, derivation: Derivation) -> Chain:
    """A chain that stands beside another in a form of its own, with the holes of its steps rewritten in that form; they
    stay holes where that form cannot be made."""
    if not chain.form or not isinstance(chain.lhs, Expr):
        return chain
    steps = []
    for step in chain.steps:
        if step.role == "hole" and isinstance(step.rhs, Expr):
            try:
                value = _rewritten(step.rhs, chain.form, _examples(derivation))
            except DeriveError:
                steps.append(step)
                continue
            step = replace(step, rhs=value, role="claim", made_by_engine=True)
        steps.append(step)
    return replace(chain, steps=tuple(steps))


def _rewritten(side: Expr, form: str, examples: Size | None) -> Expr:
    if form == "index" and isinstance(side, Item):
        picks = tuple(k for k in side.indices if k is not None)
        return entry(side.base, picks, Letters(names_in([side])))
    return _side(side, form, (), Letters(names_in([side])), examples)


def _numbers(before: int, chain: Chain) -> str:
    first, last = before + 1, before + len(chain.steps)
    return f"({first})" if first == last else f"({first})–({last})"


def _formed(chain: Chain, form: str, examples: Size | None) -> tuple[Chain, Iterator[Chain]]:
    """A chain with all its sides in one form, and the claims of agreement; `DeriveError` when one side has none."""
    sides = chain.sides()
    readable = [side for side in sides if isinstance(side, Expr)]
    if len(readable) < len(sides):
        raise NoRuleError("a side could not be read")
    if form != "matrix":
        _check_origins(readable)
    picks, letters = _picks(readable) if form == "index" else ((), Letters(names_in(readable)))
    made, some = [], False
    for side in readable:
        try:
            made.append(_side(side, form, picks, letters, examples))
            some = True
        except NoRuleError:
            if form == "index":
                raise
            made.append(side)
    if not some:
        raise NoRuleError(f"no side has a {form} form")
    steps = tuple(
        replace(step, rhs=side, source="", alternatives=())
        for step, side in zip(chain.steps, made[1:], strict=True)
    )
    whole = [Item(side, picks) if picks else side for side in readable]
    claims = (
        Chain(old, (Step("=", new, Reason(f"{form} form")),), chain.premises)
        for old, new in zip(whole, made, strict=True)
        if old != new
    )
    return replace(chain, lhs=made[0], steps=steps, source=""), claims


def _side(side: Expr, form: str, picks: Picks, letters: Letters, examples: Size | None) -> Expr:
    if form == "index":
        return entry(side, picks, letters)
    if form == "sum":
        if examples is None:
            raise NoRuleError("nothing counts examples here")
        return in_sums(side, examples, letters)
    from derive import tensor

    kinds = {type(node) for node in post_order(side)}
    if not kinds & {Reduce, Item} or kinds & {Derivative, Differential}:
        raise NoRuleError(f"{side!r} is not in index notation")
    found = tensor.normalise(side)
    if found.shape != side.shape:
        raise NoRuleError(f"{side!r} has no matrix form")
    return found


def _check_origins(sides: list[Expr]) -> None:
    """`NoRuleError` for arrays that do not count from 1, as new indices do."""
    for side in sides:
        for node in post_order(side):
            if isinstance(node, Symbol) and node.origin != 1:
                raise NoRuleError(f"{node.name} counts from {node.origin}, new indices from 1")


def _picks(sides: list[Expr]) -> tuple[Picks, Letters]:
    """A free index for each axis of the sides of a chain."""
    letters = Letters(names_in(sides))
    picks: list[Expr] = []
    for size in sides[0].shape:
        if size == ONE:
            picks.append(as_expr(1))
            continue
        index, letters = letters.fresh(size)
        picks.append(index)
    return tuple(picks), letters


def _examples(derivation: Derivation) -> Size | None:
    """What counts the examples: the first axis of the first matrix or family that is given, else of a vector."""
    given = [g.symbol for g in derivation.givens if isinstance(g.symbol, Symbol)]
    for rank in (2, 1):
        for symbol in given:
            if len(symbol.dims) >= rank:
                return symbol.dims[0]
    return None
