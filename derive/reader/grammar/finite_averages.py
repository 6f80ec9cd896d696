r"""Expectations and divergences under laws of finite variables, as sums over their values."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from derive.expr.nodes import Dim, Expr, Index, Number, Product, Reduce
from derive.reader.grammar.averaged_laws import law_meant
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.finite_laws import (
    LAWS,
    declare_finite,
    finite_sum,
    law_value,
    signature_at,
    weight_of,
)
from derive.reader.grammar.index_names import index_name
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import Binding, Value
from derive.reader.grammar.written import base_name, written_scripts
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Kind, Token


def law_divergence(
    reader: Formula, left: Sequence[Node], right: Sequence[Node], start: int
) -> Value | None:
    """KL(q(z) \\| p(z \\mid x)): the sum over the variables before the bar of q; None when q is no law of
    finite variables."""
    left, right = _spelled_out(reader, left), _spelled_out(reader, right)
    if _is_function(reader, left):
        return None
    cursor = Cursor(left)
    while cursor.node is not None and not cursor.at("("):
        cursor.pos += 1
    signature = _averaged_over(reader, cursor)
    if signature is None:
        return None
    averaged = [v for v in signature[1] if _is_written(cursor, v.upper())]
    if averaged:
        return _averaged_divergence(reader, left, right, (signature[0], averaged), start)
    bindings = finite_sum(reader, signature[0], start)
    with reader.binding(*bindings), reader.deeper(start):
        q, p = reader.whole(left), reader.whole(right)
        ratio = reader.apply("log", reader.arithmetic.divide(q, p), start)
        body = reader.arithmetic.multiply([q, ratio])
    return _reduced(bindings, body, reader, start)


def _averaged_over(reader: Formula, cursor: Cursor) -> tuple[list[str], list[str]] | None:
    """The variables of a law, then finite, and what is given; None when no brackets of a law come next."""
    signature = signature_at(reader, cursor) if cursor.node is not None else None
    for variable in signature[0] if signature is not None else ():
        declare_finite(reader.table, variable)
    return signature


def _averaged_divergence(
    reader: Formula,
    left: Sequence[Node],
    right: Sequence[Node],
    variables: tuple[list[str], list[str]],
    start: int,
) -> Value | None:
    """KL(P(Y \\mid X) \\| Q(Y \\mid X)) of random variables: averaged over the law of X that P has."""
    cursor = Cursor(left)
    found = base_name(cursor)
    if found is None:
        return None
    sub, _ = written_scripts(cursor)
    name = Name(found.base, found.font, found.accents, sub)
    values, given = variables
    bindings = finite_sum(reader, [*values, *given], start)
    with reader.binding(*bindings), reader.deeper(start):
        joint = law_value(reader, name, [*values, *given], [], start)
        ratio = reader.arithmetic.divide(reader.whole(left), reader.whole(right))
        body = reader.arithmetic.multiply([joint, reader.apply("log", ratio, start)])
    return _reduced(bindings, body, reader, start)


def _is_function(reader: Formula, side: Sequence[Node]) -> bool:
    """Whether the name in front is that of a declared function, a density of a continuous variable."""
    cursor = Cursor(side)
    name = base_name(cursor)
    if name is None:
        return False
    sub, _ = written_scripts(cursor)
    entry = reader.table.exact(Name(name.base, name.font, name.accents, sub))
    return entry is not None and entry.kind in ("function", "word")


def _is_written(cursor: Cursor, text: str) -> bool:
    """Whether a letter stands in the bracket at the cursor."""
    return any(t.text == text for t in _tokens(enclosed(cursor, "(", ")") or []))


def _spelled_out(reader: Formula, side: Sequence[Node]) -> list[Node]:
    """A law that is named alone with its variables: `q` as `q(z)`."""
    cursor = Cursor(side)
    name = base_name(cursor)
    if name is None:
        return list(side)
    sub, _ = written_scripts(cursor)
    calls = reader.table.called.get(Name(name.base, name.font, name.accents, sub), {})
    if cursor.node is None and len(calls) == 1:
        return list(next(iter(calls)).nodes)
    variables = reader.table.joints.get(Name(name.base, name.font, name.accents, sub))
    last = side[-1]
    token = last if isinstance(last, Token) else last.open
    if cursor.node is not None or not variables or any(len(v) > 1 for v in variables):
        return list(side)
    marks = [t for v in variables for t in (v, ",")][:-1]
    return [*side, *(token._replace(kind=_kind(t), text=t) for t in ("(", *marks, ")"))]


def _kind(text: str) -> Kind:
    return Kind.LETTER if text.isalpha() else Kind.CHAR


def _reduced(bindings: Sequence[Binding], body: Value, reader: Formula, start: int) -> Value:
    own = frozenset(id(b) for b in bindings)
    table = reader.table

    def build() -> Expr:
        indices = tuple(
            Index(b.name, Number(Fraction(1)), Dim(table.sizes.resolve(b.extent))) for b in bindings
        )
        inner = body.build()
        for index in indices:
            if index.name in table.measured:
                inner = Product((weight_of(table, index.name, index), inner))
        return Reduce("sum", indices, inner, (), "index")

    return Value(body.shape, build, body.uses - own, start=start)


def measured_sum(reader: Formula, variable: str, body: Sequence[Node], start: int) -> Value:
    r"""`\int f(z) dz` over the values of an abstract variable: their sum with weights, as laws are densities."""
    bindings = finite_sum(reader, [variable], start)
    with reader.binding(*bindings), reader.deeper(start):
        value = reader.whole(body)
    return _reduced(bindings, value, reader, start)


def _opened(reader: Formula, law: Sequence[Node], argument: Sequence[Node]) -> list[Node] | None:
    """The law of `E_p[f(x)]` as `p(x)`: of the one finite variable in the argument; None when there are others."""
    name = law[0]
    letters = [n for n in _tokens(argument) if index_name([n]) in reader.table.finite]
    if not isinstance(name, Token) or name.text not in LAWS or len({n.text for n in letters}) != 1:
        return None
    return [name, name._replace(text="("), letters[0], name._replace(text=")")]


def _tokens(nodes: Sequence[Node]) -> list[Token]:
    """The letters of a formula, at every level."""
    found: list[Token] = []
    for node in nodes:
        found.extend([node] if isinstance(node, Token) else node.tokens())
    return [t for t in found if t.text[:1].isalpha() or t.text.startswith("\\")]


def law_expectation(
    reader: Formula, law: Sequence[Node], argument: Sequence[Node], start: int
) -> Value | None:
    """E_{q(z)}[f(z)] or E_{z \\sim q}[f(z)]: the sum of q(z) f(z); None when the law is none of finite variables."""
    law = law_meant(reader, law, start) or law
    text = [text_of(n) for n in law]
    if r"\sim" in text:
        cut = text.index(r"\sim")
        variable, rest = law[:cut], list(law[cut + 1 :])
        if not any(isinstance(n, Token) and n.text == "(" for n in rest):
            first = law[0]
            opening = first._replace(text="(") if isinstance(first, Token) else None
            if opening is None:
                return None
            rest = [*rest, opening, *variable, opening._replace(text=")")]
        law = rest
    cursor = Cursor(law)
    while cursor.node is not None and not cursor.at("("):
        cursor.pos += 1
    if cursor.node is None and len(law) == 1 and (opened := _opened(reader, law, argument)):
        law = opened
        cursor = Cursor(law)
        cursor.pos += 1
    signature = _averaged_over(reader, cursor)
    if signature is None:
        return None
    bindings = finite_sum(reader, signature[0], start)
    with reader.binding(*bindings), reader.deeper(start):
        q, f = reader.whole(law), reader.whole(argument)
        with reader.at(start):
            body = reader.arithmetic.multiply([q, f])
    return _reduced(bindings, body, reader, start)
