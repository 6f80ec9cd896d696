r"""Divergences `KL(q \| p)`: of probability vectors and numbers, of normal laws, of densities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Expr,
    Function,
    Integral,
    Neg,
    Product,
    Quotient,
    Symbol,
)
from derive.expr.normal_densities import normal_parts
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import Cursor, clean, plain
from derive.reader.grammar.finite_averages import law_divergence
from derive.reader.grammar.known_densities import diagonal_of
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.normal_bodies import scalar_normal_kl, vector_normal_kl
from derive.reader.grammar.posterior_means import range_of
from derive.reader.grammar.table import Name
from derive.reader.grammar.values import ONE, Value, uses_of
from derive.reader.grammar.written import Written, base_name, written_scripts
from derive.reader.source.groups import Node, text_of
from derive.reader.source.scanner import Token
from derive.reader.source.vocabulary import BRACKETS, nesting


def read_divergence(reader: Formula, request: object) -> Value | None:
    """D_{KL}(q \\| p), \\mathrm{KL}(q \\| p): of probability vectors, of Bernoulli probabilities, of normal laws."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    token = cursor.token
    if token is None or token.text not in BRACKETS:
        return None
    if not _names_divergence(found) and not _is_relative(found, cursor, token):
        return None
    nodes = enclosed(cursor, token.text, BRACKETS[token.text])
    if nodes is None:
        raise reader.unexpected(cursor, "the laws of a divergence")
    cursor.pos += len(nodes) + 2
    sides = _two_sides(nodes)
    if sides is None:
        raise reader.error("a divergence is written KL(q \\| p)", found.start)
    laws = [_normal_law(reader, side) for side in sides]
    if laws[0] is not None and laws[1] is not None:
        return _normal_divergence(reader, laws[0], laws[1], found.start)
    finite = law_divergence(reader, sides[0], sides[1], found.start)
    if finite is not None:
        return finite
    densities = _density_divergence(reader, sides, found.start)
    if densities is not None:
        return densities
    with reader.deeper(found.start):
        q, p = reader.whole(sides[0]), reader.whole(sides[1])
    return _divergence(reader, q, p, found.start)


def read_letters_kl(reader: Formula, request: object) -> Value | None:
    """KL(q \\| p) in two plain letters; None where K is no part of that."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    token, following = cursor.token, cursor.ahead()
    if token is None or token.text != "L" or not isinstance(following, Token) or found.sub:
        return None
    if following.text not in BRACKETS or found.name != Name("K"):
        return None
    cursor.pos += 1
    nodes = enclosed(cursor, following.text, BRACKETS[following.text]) or []
    if _two_sides(nodes) is None:
        cursor.pos -= 1
        return None
    name = Name("KL", "word")
    return read_divergence(reader, replace(request, written=replace(found, name=name), name=name))


def _density_divergence(reader: Formula, sides: list[list[Node]], start: int) -> Value | None:
    """KL(q \\| p) of two declared functions of one number or vector, an integral; None when they are none."""
    variable = Symbol("t")
    values: list[Callable[[Expr], Expr]] = []
    functions: list[Function] = []
    for side in sides:
        cursor = Cursor(side)
        name = base_name(cursor)
        if name is None:
            return None
        sub, sup = written_scripts(cursor)
        if cursor.node is not None and not cursor.at("("):
            return None
        match = reader.table.find(Name(name.base, name.font, name.accents, sub, sup))
        entry = match[0] if match is not None else None
        function = entry.function if entry is not None else None
        if entry is None or entry.kind not in ("word", "function"):
            return None
        if function is not None and len(function.parameters) != 1:
            raise reader.error("a divergence of functions of several arguments is not read", start)
        if function is not None and function.parameters[0].shape:
            shapes = (function.parameters[0].shape, variable.shape)
            if values and not reader.table.sizes.unify_shapes(*shapes):
                return None
            variable = Symbol("t", function.parameters[0].shape)
        if function is None:
            values.append(lambda t, word=entry.word: Apply(word, (t,)))  # type: ignore[misc]
        else:
            functions.append(function)
            values.append(lambda t, f=function: Call(f, (t,)))  # type: ignore[misc]
    q, p = values
    places = {f.parameters[0].name for f in functions} if len(functions) == 2 else set()
    declared = [e for e in reader.table.entries.values() if e.latex in places]
    on_line = len(places) == len(declared) == 1 and not variable.shape
    ends = range_of(declared[0]) if on_line else (None, None)

    def build() -> Expr:
        laws = [normal_parts(f) for f in functions]
        if len(laws) == 2 and laws[0] is not None and laws[1] is not None:
            if variable.shape:
                return vector_normal_kl(*laws[0], *laws[1], variable.shape)
            return scalar_normal_kl(*laws[0], *laws[1])
        ratio = Apply("log", (Quotient(q(variable), p(variable)),))
        return Integral(Product((q(variable), ratio)), variable, *ends)

    return Value((), build, start=start)


def _names_divergence(found: Written) -> bool:
    if found.name.base.upper() == "KL":
        return True
    sub = plain(found.sub) if found.sub is not None else ""
    return found.name.base == "D" and sub.upper() == "KL"


def _is_relative(found: Written, cursor: Cursor, opening: Token) -> bool:
    r"""Whether a bare D stands before two laws with a double bar between them: `D(p \| q)`."""
    if found.name != Name("D") or found.sub is not None or found.sup is not None:
        return False
    nodes = enclosed(cursor, opening.text, BRACKETS[opening.text]) or []
    texts = [text_of(node) for node in nodes]
    pairs = pairwise(texts)
    return any(t in _DOUBLE for t in texts) or any(a == b and a in _SINGLE for a, b in pairs)


def _two_sides(nodes: Sequence[Node]) -> list[list[Node]] | None:
    """What stands before and behind the bars of a divergence, which are not those of conditions inside brackets."""
    depth = 0
    single: list[list[Node]] | None = None
    commas: list[int] = []
    for position, node in enumerate(nodes):
        text = text_of(node)
        depth += nesting(text)
        if depth == 0 and text in (",", ";"):
            commas.append(position)
        if depth or text not in _DIVIDERS:
            continue
        following = nodes[position + 1] if position + 1 < len(nodes) else None
        twice = text in ("|", r"\mid") and isinstance(following, Token) and following.text == text
        sides = [list(nodes[:position]), list(nodes[position + 1 + twice :])]
        if twice or text not in ("|", r"\mid"):
            return sides
        single = single or sides
    if single is None and len(commas) == 1:
        return [list(nodes[: commas[0]]), list(nodes[commas[0] + 1 :])]
    return single


_DOUBLE = frozenset([r"\|", "||", r"\lVert", r"\rVert", r"\Vert", r"\parallel"])
_SINGLE = frozenset(["|", r"\mid"])
_DIVIDERS = _DOUBLE | _SINGLE


def _normal_law(reader: Formula, nodes: Sequence[Node]) -> tuple[Value, Value] | None:
    items = clean(nodes)
    if not items or not plain(items[:2]).replace("\\mathcal", "").startswith("N"):
        return None
    cursor = Cursor(items, cleaned=True)
    while cursor.node is not None and not cursor.at("("):
        cursor.pos += 1
    if not cursor.take("("):
        return None
    arguments = reader.arguments(cursor, ")")
    return (
        (arguments[-2], arguments[-1]) if len(arguments) in (2, 3) and cursor.node is None else None
    )


def _divergence(reader: Formula, q: Value, p: Value, start: int) -> Value:
    own = reader.arithmetic.shape(q)
    if not reader.table.sizes.unify_shapes(q.shape, p.shape) or len(own) > 1:
        raise reader.error(
            f"a divergence needs two probability vectors, got {reader.arithmetic.said(q)} "
            f"and {reader.arithmetic.said(p)}",
            start,
            ill_typed=True,
        )
    if own:
        return Value((), lambda: _finite_kl(q.build(), p.build()), uses_of((q, p)), start=start)
    if _is_assumed(reader, q) or _is_assumed(reader, p):
        raise reader.error(
            "what the laws of this divergence are is not said: declare them as vectors or probabilities",
            start,
        )
    reader.note("a divergence of two numbers is that of two Bernoulli laws")

    def build() -> Expr:
        a, b = q.build(), p.build()
        first = Product((a, Apply("log", (Quotient(a, b),))))
        na, nb = Add((ONE, Neg(a))), Add((ONE, Neg(b)))
        return Add((first, Product((na, Apply("log", (Quotient(na, nb),))))))

    return Value((), build, uses_of((q, p)), start=start)


def _is_assumed(reader: Formula, law: Value) -> bool:
    """Whether a letter was taken for a number because nobody declared it."""
    node = law.build() if law.kind == "symbol" else None
    if not isinstance(node, Symbol) or node.facts:
        return False
    return any(e.assumed and e.latex == node.name for e in reader.table.entries.values())


def _finite_kl(q: Expr, p: Expr) -> Expr:
    return Apply("inner", (q, Apply("log", (Apply("hadamard_divide", (q, p)),))))


def _normal_divergence(
    reader: Formula, q: tuple[Value, Value], p: tuple[Value, Value], start: int
) -> Value:
    """KL(N(m1, S1) || N(m2, S2)) in closed form."""
    values = [*q, *p]
    shape = max((reader.arithmetic.shape(v) for v in (q[0], p[0])), key=len)
    means = [reader.arithmetic.spread(v, shape) if shape else v for v in (q[0], p[0])]
    reader.note("the divergence of two normal laws is read by its closed form")
    if not shape:
        return Value(
            (),
            lambda: scalar_normal_kl(
                means[0].build(), q[1].build(), means[1].build(), p[1].build()
            ),
            uses_of(values),
            start=start,
        )
    covariances = [diagonal_of(reader, v, shape) for v in (q[1], p[1])]
    with reader.at(start):
        for cov in covariances:
            if not reader.table.sizes.unify_shapes(cov.shape, (shape[0], shape[0])):
                raise reader.error(
                    "the covariances of a divergence do not fit", start, ill_typed=True
                )
    return Value(
        (),
        lambda: vector_normal_kl(
            means[0].build(),
            covariances[0].build(),
            means[1].build(),
            covariances[1].build(),
            reader.table.sizes.shape(shape),
        ),
        uses_of(values),
        start=start,
    )
