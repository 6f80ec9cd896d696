"""Printing rules for sums over indices, derivatives, integrals, expectations, limits and extrema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.expr.nodes import (
    Call,
    Derivative,
    Differential,
    Expectation,
    Expr,
    Extremum,
    Index,
    Integral,
    Limit,
    Neg,
    Product,
    Reduce,
    Symbol,
)
from derive.expr.walk import post_order, symbols
from derive.writer.pieces import (
    ATOM,
    FACTOR,
    FACTORS,
    POWER,
    PRODUCT,
    TERMS,
    Piece,
    at_least,
    bracketed,
)
from derive.writer.typesetter import Rule, Typesetter


def _body(part: Piece, t: Typesetter) -> Piece:
    """What follows a big operator: a product as it is, a sum in brackets."""
    return at_least(t.style, part, PRODUCT)


def _reduce(node: Reduce, t: Typesetter) -> Piece:
    if node.kind == "array":
        names = t.list_of([t[index] for index in node.indices])
        return t.style.below(t.style.fence("paren", t[node.body]), names)
    conditions = [t[condition] for condition in node.where]
    parts: list[Piece] = []
    if node.written == "index" or node.kind in ("max", "min"):
        parts.append(t.style.big(node.kind, _range_below(node, conditions, t), None))
    else:
        for position, index in enumerate(node.indices):
            last = position == len(node.indices) - 1
            lower = t.style.row([t[index], t.style.mark("equal"), t[index.lower]])
            if last and conditions:
                lower = t.list_of([lower, *conditions])
            parts.append(t.style.big(node.kind, lower, t[index.upper]))
    parts.append(t.style.mark("space"))
    body = t.style.fence("bracket", t[node.body]) if _ends_outside(node) else _body(t[node.body], t)
    parts.append(body)
    bound = tuple(index.name for index in node.indices)
    whole = replace(t.style.row(parts), level=FACTOR, tail=bound + parts[-1].tail)
    return replace(whole, swallows=max(FACTORS, parts[-1].swallows))


def _ends_outside(node: Reduce) -> bool:
    """Whether the last factor under a product sign is without its index: it would be read as standing behind it."""
    inner = node.body.operand if isinstance(node.body, Neg) else node.body
    if node.kind != "prod" or not isinstance(inner, Product):
        return False
    used = [any(i in node.indices for i in _indices(factor)) for factor in inner.factors]
    return any(used) and not used[-1]


def _range_below(node: Reduce, conditions: Sequence[Piece], t: Typesetter) -> Piece:
    """`i, j`, `j \\neq i`, or `1 \\le i \\le n` all below the sign."""
    named = {n.name for c in node.where for n in _indices(c)}
    shown: list[Piece] = []
    for index in node.indices:
        if node.written != "index":
            sign = t.style.mark("<=")
            shown.append(t.style.row([t[index.lower], sign, t[index], sign, t[index.upper]]))
        elif index.name not in named:
            shown.append(t[index])
    return t.list_of([*shown, *conditions])


def _indices(condition: Expr) -> tuple[Index, ...]:
    return tuple(n for n in post_order(condition) if isinstance(n, Index))


# ------------------------------------------------------------------------------------ derivatives


def _derivative(node: Derivative, t: Typesetter) -> Piece:
    vectors = bool(node.body.shape)
    if node.style in ("nabla", "hessian") and not vectors:
        return _nabla(node, t)
    return _fraction(node, "differential" if node.style == "d" else "partial", t)


def _nabla(node: Derivative, t: Typesetter) -> Piece:
    sign = t.style.mark("nabla")
    order = len(node.wrt)
    below = [t[v] for v in node.wrt]
    if all(v == node.wrt[0] for v in node.wrt):
        below = below[:1]
    if order > 1:
        sign = t.style.above(sign, t.small_number(order))
    operator = t.style.below(sign, t.list_of(below))
    return _operated(operator, node.body, t)


def _operated(operator: Piece, body: Expr, t: Typesetter) -> Piece:
    """An operator in front of what it acts on; whatever is not a single thing is bracketed."""
    part = t[body]
    single = part.bare or (part.level >= POWER and not part.swallows)
    parts = (
        [operator, t.style.mark("space"), part] if single else [operator, bracketed(t.style, part)]
    )
    whole = t.style.row(parts)
    return replace(whole, level=FACTOR, swallows=FACTORS, starts="command")


def _fraction(node: Derivative, sign: str, t: Typesetter) -> Piece:
    d = t.style.mark(sign)
    part = t[node.body]
    upper = d
    if len(node.wrt) > 1:
        upper = t.style.above(d, t.small_number(len(node.wrt)))
        upper = t.style.row([upper, t.style.mark("space")])
    lower = _variables(node, d, t)
    inside = part.level == ATOM and not part.tall and part.starts not in ("open", "bar")
    if inside:
        top = t.style.row([upper, part])
        return t.style.fraction(replace(top, level=POWER), replace(lower, level=POWER))
    return _operated(t.style.fraction(upper, lower), node.body, t)


def _variables(node: Derivative, d: Piece, t: Typesetter) -> Piece:
    r"""The denominator: `\partial x^2`, `\partial x \, \partial y`, for columns `\partial w \, \partial w^\top`."""
    wrt = node.wrt
    if len(wrt) > 1 and all(v == wrt[0] and not v.shape for v in wrt):
        base = at_least(t.style, t[wrt[0]], ATOM)
        return t.style.row([d, t.style.above(base, t.small_number(len(wrt)))])
    parts: list[Piece] = []
    for position, variable in enumerate(wrt):
        part = t[variable]
        if position == 1 and len(wrt) == 2 and variable.rank == 1 and not node.body.shape:
            part = t.style.above(at_least(t.style, part, ATOM), t.style.mark("top"))
        parts += [t.style.mark("thin")] * (position > 0) + [d, part]
    return t.style.row(parts)


def _differential(node: Differential, t: Typesetter) -> Piece:
    part = t[node.body]
    single = part.level == ATOM and (
        isinstance(node.body, (Symbol, Call)) or part.starts == "letter"
    )
    inner = part if single else bracketed(t.style, part)
    whole = t.style.row([t.style.mark("differential"), inner])
    return replace(whole, level=POWER, starts="differential", ends="differential")


# --------------------------------------------------------- integrals, expectations, limits, extrema


def _integral(node: Integral, t: Typesetter) -> Piece:
    lower = t[node.lower] if node.lower is not None else None
    upper = t[node.upper] if node.upper is not None else None
    parts = [
        t.style.big("int", lower, upper),
        t.style.mark("space"),
        _body(t[node.body], t),
        t.style.mark("thin"),
        t.style.mark("differential"),
        t.style.name(node.variable.name),
    ]
    return replace(t.style.row(parts), level=FACTOR, swallows=FACTORS)


def _expectation(node: Expectation, t: Typesetter) -> Piece:
    word = {"E": r"\mathbb{E}", "Var": r"\operatorname{Var}", "Cov": r"\operatorname{Cov}"}
    operator = t.style.word(word[node.kind])
    random = [
        s for arg in node.args for s in symbols(arg) if s.law is not None and s.law.kind == "random"
    ]
    if {s.name for s in node.over} != {s.name for s in random}:
        operator = t.style.below(operator, t.list_of([t.style.name(s.name) for s in node.over]))
    inner = t.style.fence("bracket", t.list_of([t[arg] for arg in node.args]))
    return replace(t.style.row([operator, inner]), level=ATOM, ends="call")


def _limit(node: Limit, t: Typesetter) -> Piece:
    target = t[node.target]
    if node.side:
        signs = {"+": "positive", "-": "negative"}
        target = t.style.above(at_least(t.style, target, ATOM), t.style.mark(signs[node.side]))
    lower = t.style.row([t.style.name(node.variable.name), t.style.mark("to"), target])
    return _in_front("lim", lower, node.body, t)


def _in_front(kind: str, lower: Piece, body: Expr, t: Typesetter) -> Piece:
    parts = [t.style.big(kind, lower, None), t.style.mark("space"), _body(t[body], t)]
    whole = t.style.row(parts)
    return replace(whole, level=FACTOR, swallows=TERMS, tail=parts[-1].tail)


def _extremum(node: Extremum, t: Typesetter) -> Piece:
    lower = t.style.name(node.variable.name)
    if node.subject:
        conditions = t.list_of([t[c] for c in node.subject])
        lower = t.style.row([lower, t.style.mark("such-that"), conditions])
    return _in_front(node.kind, lower, node.body, t)


RULES: dict[type[Expr], Rule] = {
    Reduce: _reduce,
    Derivative: _derivative,
    Differential: _differential,
    Integral: _integral,
    Expectation: _expectation,
    Limit: _limit,
    Extremum: _extremum,
}
