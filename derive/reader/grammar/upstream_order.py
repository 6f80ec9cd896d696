"""Derivatives that are not read: second ones of a loss known by its gradient, those of what depends on nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from derive.expr.nodes import Call, Derivative, Expectation, Expr, Item, Symbol
from derive.expr.walk import free_symbols, post_order, symbols
from derive.reader.grammar.core import Formula


def refuse_second(reader: Formula, body: Expr, wrt: Sequence[Expr], start: int) -> None:
    """Refuse a derivative by `wrt` that would be the second one of such a loss: it is linear here, not by nature."""
    within = tuple(symbols(body))
    parts = [body, *(s.definition for s in within if s.definition is not None)]
    if len(wrt) < 2 and not any(isinstance(n, Derivative) for p in parts for n in post_order(p)):
        return
    losses = {entry.latex for entry in reader.table.variables() if entry.upstream}
    for symbol in within:
        if symbol.name in losses:
            raise reader.error(
                f"of {symbol.name} only the gradient is spoken of, its second derivatives are open",
                start,
            )


def refuse_independent(reader: Formula, body: Expr, wrt: Sequence[Expr], start: int) -> None:
    """`dy/dx` of a name that nobody gave as a function is not zero: notes mean a y that depends on x."""
    if isinstance(body, Call) and all(isinstance(a, Symbol) for a in body.args):
        bases = [v.base if isinstance(v, Item) else v for v in wrt]
        if not any(base in (*symbols(body), *free_symbols(body)) for base in bases):
            raise reader.error(f"{body.function.name} is not given as a function of {wrt}", start)
    _refuse_labelled(reader, body, wrt, start)
    name = body.base if isinstance(body, Item) else body
    if isinstance(name, Symbol) and name.definition is not None:
        known = {s.name for s in (*symbols(body), *free_symbols(body), *_of_laws(name.definition))}
        for base in (v.base if isinstance(v, Item) else v for v in wrt):
            if isinstance(base, Symbol) and base.name not in known and free_symbols(body):
                raise reader.error(f"{name.name} is not given as a function of {base.name}", start)
    if not isinstance(name, Symbol) or name.definition is not None or name.law is not None:
        return
    if all((v.base if isinstance(v, Item) else v) != name for v in wrt):
        by = ", ".join(repr(v) for v in wrt)
        raise reader.error(f"{name.name} is not given as a function of {by}", start)


def _of_laws(node: Expr) -> Iterator[Symbol]:
    """The parameters of the laws over which the expectations in an expression are taken."""
    for part in post_order(node, into_definitions=True):
        for z in part.over if isinstance(part, Expectation) else ():
            for parameter in z.law.args if z.law is not None else ():
                if isinstance(parameter, Expr):
                    yield from free_symbols(parameter)


def _refuse_labelled(reader: Formula, body: Expr, wrt: Sequence[Expr], start: int) -> None:
    r"""The table of a law `\pi_\theta(a \mid s)` without a formula depends on theta, which its entries do not show."""
    for base in (v.base if isinstance(v, Item) else v for v in wrt):
        if not isinstance(base, Symbol):
            continue
        label = re.compile(
            rf"_\{{?[^(){{}}]*(?<![A-Za-z\\]){re.escape(base.name)}(?![A-Za-z])[^(]*\("
        )
        for symbol in (*symbols(body), *free_symbols(body)):
            if symbol.definition is None and label.search(symbol.name):
                raise reader.error(
                    f"{symbol.name} is not given as a function of {base.name}", start
                )
