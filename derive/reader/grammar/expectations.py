r"""Expectations, variances and covariances over the symbols that have a law."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr.nodes import Expectation, Expr, Symbol
from derive.expr.sizes import Shape
from derive.expr.walk import symbols
from derive.reader.grammar.averaged_laws import law_said
from derive.reader.grammar.conditions import enclosed
from derive.reader.grammar.core import Formula
from derive.reader.grammar.cursor import clean
from derive.reader.grammar.finite_averages import law_expectation
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.posterior_means import density_mean, posterior_moment
from derive.reader.grammar.randomness import drawn_from, is_fixed, opened
from derive.reader.grammar.values import Value, uses_of
from derive.reader.grammar.written import Written
from derive.reader.source.groups import Node
from derive.reader.source.scanner import Token
from derive.reader.source.vocabulary import BRACKETS

#: the fonts in which E and V are no variables
_FONTS = frozenset(["bb", "word", "cal", "rm", "bold"])


def read_expectation(kind: str) -> Callable[[Formula, object], Value | None]:
    """E[...], Var(...), Cov(x, y) over the symbols that have a law."""

    def handler(reader: Formula, request: object) -> Value | None:
        assert isinstance(request, Unknown)
        found, cursor = request.written, request.cursor
        if found.name.base in ("E", "V") and found.name.font not in _FONTS and not cursor.at("["):
            return None
        token = cursor.token
        if token is None or token.text not in BRACKETS:
            if found.name.font == "bb":
                raise reader.error(f"{kind} needs its argument in brackets", found.start)
            return None
        nodes = enclosed(cursor, token.text, BRACKETS[token.text])
        if kind == "E" and found.sub is not None and nodes is not None:
            below = clean(found.sub)
            finite = density_mean(reader, below, nodes, found.start) or law_expectation(
                reader, below, nodes, found.start
            )
            if finite is not None:
                cursor.pos += len(nodes) + 2
                return _raised(reader, finite, found)
        if kind == "E" and found.sub is None and nodes is not None:
            law = law_said(reader, nodes)
            finite = law_expectation(reader, law, nodes, found.start) if law is not None else None
            if finite is not None:
                cursor.pos += len(nodes) + 2
                return _raised(reader, finite, found)
        if (
            nodes is not None
            and any(isinstance(n, Token) and n.text in ("|", r"\mid") for n in nodes)
            and _conditional(nodes)
        ):
            posterior = posterior_moment(reader, kind, nodes, found.start)
            if posterior is not None and found.sub is None:
                cursor.pos += len(nodes) + 2
                return _raised(reader, posterior, found)
            raise reader.error(
                "a conditional expectation needs its law; it is not supported", found.start
            )
        cursor.pos += 1
        with drawn_from(reader, found.sub):
            arguments = reader.arguments(cursor, BRACKETS[token.text])
        if len(arguments) != (2 if kind == "Cov" else 1) and not (
            kind == "Cov" and len(arguments) == 1
        ):
            raise reader.error(f"{kind} with {len(arguments)} arguments", found.start)
        value = expectation(reader, kind, arguments, found.start)
        return _raised(reader, value, found)

    return handler


def _raised(reader: Formula, value: Value, found: Written) -> Value:
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def _conditional(nodes: Sequence[Node]) -> bool:
    bars = [n for n in nodes if isinstance(n, Token) and n.text in ("|", r"\mid")]
    return len(bars) == 1 or any(b.text == r"\mid" for b in bars)


def expectation(reader: Formula, kind: str, arguments: Sequence[Value], start: int) -> Value:
    """An expectation over every random symbol in its arguments."""
    own = [reader.arithmetic.shape(a) for a in arguments]
    shape: Shape = own[0]
    if kind != "E":
        from derive.expr.sizes import ONE as SIZE_ONE
        from derive.expr.sizes import normal

        if any(len(s) > 1 for s in own):
            raise reader.error(f"{kind} needs scalars or vectors", start)
        shape = normal((own[0] or (SIZE_ONE,)) + (own[-1] or (SIZE_ONE,)))
    built: list[Expr] = []

    def build() -> Expr:
        if not built:
            nodes = tuple(opened(a.build()) for a in arguments)
            over: dict[Symbol, None] = {}
            for node in nodes:
                for symbol in symbols(node):
                    if symbol.law is not None and symbol.law.kind == "random":
                        over[symbol] = None
            if not over and kind == "E" and is_fixed(reader, nodes[0]):
                return nodes[0]
            if not over:
                raise reader.error(
                    f"{kind} does not say what is random; declare a law, such as x \\sim \\mathcal N(0, I)",
                    start,
                )
            built.append(Expectation(kind, nodes, tuple(over)))
        return built[0]

    return Value(shape, build, uses_of(arguments), start=start)
