r"""Probability: densities as functions (`\mathcal N(x \mid \mu, \Sigma)`), KL divergences, expectations and
variances."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Constant,
    Dim,
    Expectation,
    Expr,
    Function,
    Integral,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.sizes import Shape
from derive.expr.walk import symbols
from derive.reader.formula_applied import OPENERS
from derive.reader.formula_conditions import enclosed
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, plain
from derive.reader.formula_densities import law_divergence, law_expectation
from derive.reader.formula_names import Unknown
from derive.reader.formula_random import drawn_from, is_fixed, opened
from derive.reader.formula_values import Value, uses_of
from derive.reader.formula_written import Written, base_name, written_scripts
from derive.reader.groups import Node
from derive.reader.normal_bodies import normal_parts, scalar_normal_kl, vector_normal_kl
from derive.reader.scanner import Token
from derive.reader.table import Name

ONE = Number(Fraction(1))
TWO = Number(Fraction(2))
HALF = Number(Fraction(1, 2))


# --------------------------------------------------------------------------------------------- densities


def normal_density(reader: Formula, arguments: Sequence[Value], start: int) -> Value:
    """N(x | m, S): of a vector with covariance S, of a scalar with variance S."""
    if len(arguments) != 3:
        raise reader.error(
            f"a normal density has the arguments x, mean, covariance, got {len(arguments)}", start
        )
    x, mean, cov = arguments
    own = reader.arithmetic.shape(x)
    if not own:
        for part in (mean, cov):
            reader.demand_scalar(part, "the density of a scalar", start)
        return Value(
            (),
            lambda: _scalar_normal(*(a.build() for a in arguments)),
            uses_of(arguments),
            start=start,
        )
    if len(own) != 1:
        raise reader.error("a normal density needs a vector or a scalar", start, ill_typed=True)
    mean = reader.arithmetic.spread(mean, own)
    with reader.at(start):
        shape = reader.arithmetic.shape(cov)
        if len(shape) != 2 or not reader.table.sizes.unify_shapes(shape, (own[0], own[0])):
            raise reader.error(
                f"the covariance of {reader.arithmetic.said(x)} is {reader.arithmetic.said(cov)}",
                start,
                ill_typed=True,
            )

    def build() -> Expr:
        size = reader.table.sizes.resolve(own[0])
        return _vector_normal(x.build(), mean.build(), cov.build(), Dim(size))

    return Value((), build, uses_of(arguments), start=start)


def _scalar_normal(x: Expr, mean: Expr, variance: Expr) -> Expr:
    two_pi = Product((TWO, Constant("pi"), variance))
    centred = x if _is_zero(mean) else Add((x, Neg(mean)))
    exponent = Neg(Quotient(Power(centred, TWO), Product((TWO, variance))))
    return Product((Quotient(ONE, Apply("sqrt", (two_pi,))), Apply("exp", (exponent,))))


def _is_zero(node: Expr) -> bool:
    return isinstance(node, Number) and node.value == 0


def _vector_normal(x: Expr, mean: Expr, cov: Expr, size: Expr) -> Expr:
    centred = Add((x, Neg(mean)))
    form = Product((Transpose(centred), Apply("inverse", (cov,)), centred))
    two_pi = Power(Product((TWO, Constant("pi"))), Neg(Quotient(size, TWO)))
    scale = Product((two_pi, Power(Apply("det", (cov,)), Number(Fraction(-1, 2)))))
    return Product((scale, Apply("exp", (Neg(Product((HALF, form))),))))


def bernoulli(reader: Formula, arguments: Sequence[Value], start: int) -> Value:
    """Bern(x | p) = p^x (1 - p)^(1 - x)."""
    x, p = _scalars(reader, arguments, 2, start)

    def build() -> Expr:
        a, b = x.build(), p.build()
        return Product((Power(b, a), Power(Add((ONE, Neg(b))), Add((ONE, Neg(a))))))

    return Value((), build, uses_of(arguments), start=start)


def poisson(reader: Formula, arguments: Sequence[Value], start: int) -> Value:
    """Poisson(k | l) = l^k e^-l / k!."""
    k, rate = _scalars(reader, arguments, 2, start)

    def build() -> Expr:
        n, m = k.build(), rate.build()
        return Quotient(Product((Power(m, n), Apply("exp", (Neg(m),)))), Apply("factorial", (n,)))

    return Value((), build, uses_of(arguments), start=start)


def _scalars(
    reader: Formula, arguments: Sequence[Value], count: int, start: int
) -> Sequence[Value]:
    if len(arguments) != count:
        raise reader.error(f"this density takes {count} arguments, got {len(arguments)}", start)
    for argument in arguments:
        reader.demand_scalar(argument, "this density", start)
    return arguments


DENSITIES: dict[str, Callable[[Formula, Sequence[Value], int], Value]] = {
    "N": normal_density,
    "normal": normal_density,
    "bern": bernoulli,
    "bernoulli": bernoulli,
    "poisson": poisson,
    "poi": poisson,
}


def read_normal(reader: Formula, request: object) -> Value | None:
    """\\mathcal N(x | m, S) as a function; with two arguments it is a law and no value."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if found.sub is not None or not cursor.at("("):
        return None
    if found.name.font not in ("cal", "word") and found.name.base != "N":
        return None
    if found.name.font != "cal" and reader.table.find(found.name) is not None:
        return None
    own = reader.table.exact(found.name)
    if own is not None and own.kind == "function":
        return None
    cursor.pos += 1
    arguments = reader.arguments(cursor, ")")
    if len(arguments) == 2:
        raise reader.error("\\mathcal N with two arguments is a law, not a number", found.start)
    reader.note(r"$\mathcal{N}(x \mid m, S)$: $S$ is the covariance (of a scalar, the variance)")
    value = normal_density(reader, arguments, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def density_word(name: str) -> Callable[[Formula, object], Value]:
    """\\mathrm{Bern}(x | p)."""

    def handler(reader: Formula, request: object) -> Value:
        assert isinstance(request, Unknown)
        cursor, start = request.cursor, request.written.start
        if not cursor.take("("):
            raise reader.error(f"{name} needs its arguments", start)
        return DENSITIES[name](reader, reader.arguments(cursor, ")"), start)

    return handler


# ---------------------------------------------------------------------------------------- KL divergence


def read_divergence(reader: Formula, request: object) -> Value | None:
    """D_{KL}(q \\| p), \\mathrm{KL}(q \\| p): of probability vectors, of Bernoulli probabilities, of normal laws."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    if not _names_divergence(found):
        return None
    token = cursor.token
    if token is None or token.text not in OPENERS:
        return None
    nodes = enclosed(cursor, token.text, OPENERS[token.text])
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
    if following.text not in OPENERS or found.name != Name("K"):
        return None
    cursor.pos += 1
    nodes = enclosed(cursor, following.text, OPENERS[following.text]) or []
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

    def build() -> Expr:
        laws = [normal_parts(f) for f in functions]
        if len(laws) == 2 and laws[0] is not None and laws[1] is not None:
            if variable.shape:
                return vector_normal_kl(*laws[0], *laws[1], variable.shape)
            return scalar_normal_kl(*laws[0], *laws[1])
        ratio = Apply("log", (Quotient(q(variable), p(variable)),))
        return Integral(Product((q(variable), ratio)), variable)

    return Value((), build, start=start)


def _names_divergence(found: Written) -> bool:
    if found.name.base.upper() == "KL":
        return True
    sub = plain(found.sub) if found.sub is not None else ""
    return found.name.base == "D" and sub.upper() == "KL"


def _two_sides(nodes: Sequence[Node]) -> list[list[Node]] | None:
    """What stands before and behind the bars of a divergence, which are not those of conditions inside brackets."""
    depth = 0
    single: list[list[Node]] | None = None
    for position, node in enumerate(nodes):
        text = node.text if isinstance(node, Token) else ""
        depth += (text in OPENERS) - (text in OPENERS.values())
        if depth or text not in _DIVIDERS:
            continue
        following = nodes[position + 1] if position + 1 < len(nodes) else None
        twice = text in ("|", r"\mid") and isinstance(following, Token) and following.text == text
        sides = [list(nodes[:position]), list(nodes[position + 1 + twice :])]
        if twice or text not in ("|", r"\mid"):
            return sides
        single = single or sides
    return single


_DIVIDERS = frozenset([r"\|", "||", "|", r"\mid", r"\lVert", r"\rVert", r"\Vert", r"\parallel"])


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
    with reader.at(start):
        for cov in (q[1], p[1]):
            if not reader.table.sizes.unify_shapes(cov.shape, (shape[0], shape[0])):
                raise reader.error(
                    "the covariances of a divergence do not fit", start, ill_typed=True
                )
    return Value(
        (),
        lambda: vector_normal_kl(
            means[0].build(),
            q[1].build(),
            means[1].build(),
            p[1].build(),
            reader.table.sizes.shape(shape),
        ),
        uses_of(values),
        start=start,
    )


# ------------------------------------------------------------------------------------------ expectations


def read_expectation(kind: str) -> Callable[[Formula, object], Value | None]:
    """E[...], Var(...), Cov(x, y) over the symbols that have a law."""

    def handler(reader: Formula, request: object) -> Value | None:
        assert isinstance(request, Unknown)
        found, cursor = request.written, request.cursor
        if (
            found.name.base in ("E", "V")
            and found.name.font
            not in (
                "bb",
                "word",
                "cal",
                "rm",
                "bold",
            )
            and not cursor.at("[")
        ):
            return None
        token = cursor.token
        if token is None or token.text not in OPENERS:
            if found.name.font == "bb":
                raise reader.error(f"{kind} needs its argument in brackets", found.start)
            return None
        nodes = enclosed(cursor, token.text, OPENERS[token.text])
        if kind == "E" and found.sub is not None and nodes is not None:
            finite = law_expectation(reader, clean(found.sub), nodes, found.start)
            if finite is not None:
                cursor.pos += len(nodes) + 2
                return (
                    reader.raised(finite, found.sup, found.start)
                    if found.sup is not None
                    else finite
                )
        if (
            nodes is not None
            and any(isinstance(n, Token) and n.text in ("|", r"\mid") for n in nodes)
            and _conditional(nodes)
        ):
            raise reader.error(
                "a conditional expectation needs its law; it is not supported", found.start
            )
        cursor.pos += 1
        with drawn_from(reader, found.sub):
            arguments = reader.arguments(cursor, OPENERS[token.text])
        if len(arguments) != (2 if kind == "Cov" else 1) and not (
            kind == "Cov" and len(arguments) == 1
        ):
            raise reader.error(f"{kind} with {len(arguments)} arguments", found.start)
        value = expectation(reader, kind, arguments, found.start)
        return reader.raised(value, found.sup, found.start) if found.sup is not None else value

    return handler


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
            raise reader.error(f"{kind} needs scalars or vectors", start, ill_typed=True)
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
