r"""Densities of known laws as functions: `\mathcal N(x \mid \mu, \Sigma)`, `\mathrm{Bern}(x \mid p)`, Poisson."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr.nodes import Add, Apply, Expr, Neg, Power, Product, Quotient
from derive.expr.normal_densities import normal_density as normal_pdf
from derive.expr.sizes import Shape
from derive.reader.grammar.core import Formula
from derive.reader.grammar.names import Unknown
from derive.reader.grammar.values import ONE, Value, uses_of


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
            lambda: normal_pdf(x.build(), mean.build(), cov.build()),
            uses_of(arguments),
            start=start,
        )
    if len(own) != 1:
        raise reader.error("a normal density needs a vector or a scalar", start, ill_typed=True)
    mean = reader.arithmetic.spread(mean, own)
    cov = diagonal_of(reader, cov, own)
    with reader.at(start):
        shape = reader.arithmetic.shape(cov)
        if len(shape) != 2 or not reader.table.sizes.unify_shapes(shape, (own[0], own[0])):
            raise reader.error(
                f"the covariance of {reader.arithmetic.said(x)} is {reader.arithmetic.said(cov)}",
                start,
                ill_typed=True,
            )

    return Value(
        (),
        lambda: normal_pdf(x.build(), mean.build(), cov.build()),
        uses_of((x, mean, cov)),
        start=start,
    )


def diagonal_of(reader: Formula, spread: Value, own: Shape) -> Value:
    """The diagonal covariance whose entries a vector in the place of a covariance gives; what else stands there."""
    if len(reader.arithmetic.shape(spread)) != 1:
        return spread
    reader.note("a vector in the place of a covariance gives the diagonal of it")
    spread = reader.arithmetic.spread(spread, own)
    return Value(
        (*own, *own),
        lambda: Apply("diag", (spread.build(),)),
        uses_of((spread,)),
        start=spread.start,
    )


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
