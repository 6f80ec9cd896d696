"""Random typed expressions as a hypothesis strategy: trees of every shape over a fixed set of symbols."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from derive.expr.build import (
    apply,
    cases,
    diag,
    dims,
    equals,
    hadamard,
    identity,
    index,
    indicator,
    item,
    norm2,
    ones,
    sum_over,
    symbol,
)
from derive.expr.core import Add, Apply, Expr, Neg, Number, Power, Product, Quotient, Transpose
from derive.expr.nodes import Reduce

n, m = dims("n m")
i, j = index("i", n), index("j", n)
SYMBOLS: dict[str, list[Expr]] = {
    "scalar": [symbol("a"), symbol("b", facts=["positive"]), symbol(r"\sigma"), n],
    "vector": [symbol("x", n), symbol("y", n), symbol(r"\hat{w}", n)],
    "other": [symbol("v", m), symbol("z", m)],
    "square": [symbol("A", n, n), symbol(r"\Sigma", n, n, facts=["pd"])],
    "matrix": [symbol("X", n, m), symbol("W", n, m)],
}
FAMILY = symbol("u", n, m, family=1, marker="sup")
SHAPES = list(SYMBOLS)
UNARY = ["exp", "sin", "cos", "tanh", "sigmoid", "softplus", "abs", "erf"]
NUMBERS = [Number(Fraction(k)) for k in (0, 1, 2, 3, -1, -2)] + [
    Number(Fraction(1, 2)),
    Number(Fraction(-3, 4)),
    Number(Fraction(1, 10), "0.1"),
]


@st.composite
def expressions(draw: st.DrawFn, kind: str = "", depth: int = 3) -> Expr:
    """An expression of a kind of `SHAPES` (any if empty), at most `depth` operations deep."""
    kind = kind or draw(st.sampled_from(SHAPES))
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        leaves = SYMBOLS[kind] + (NUMBERS if kind == "scalar" else [])
        return draw(st.sampled_from(leaves))

    def sub(shape: str) -> Expr:
        return draw(expressions(shape, depth - 1))

    rules = COMMON + OWN[kind]
    return draw(st.sampled_from(rules))(sub, kind, draw)


def _sum(sub, kind, draw):  # type: ignore[no-untyped-def]
    terms = [sub(kind) for _ in range(draw(st.integers(2, 3)))]
    signed = [Neg(t) if draw(st.booleans()) else t for t in terms]
    return Add(tuple(signed))


def _scaled(sub, kind, draw):  # type: ignore[no-untyped-def]
    return Product((sub("scalar"), sub(kind)))


def _over(sub, kind, draw):  # type: ignore[no-untyped-def]
    return Quotient(sub(kind), sub("scalar"), draw(st.sampled_from(["frac", "slash"])))


def _elementwise(sub, kind, draw):  # type: ignore[no-untyped-def]
    return apply(draw(st.sampled_from(UNARY)), sub(kind))


def _power(sub, kind, draw):  # type: ignore[no-untyped-def]
    base = sub("scalar")
    exponent = draw(st.sampled_from([*NUMBERS[2:4], SYMBOLS["scalar"][0]]))
    if exponent not in NUMBERS:
        base = apply("exp", base)
    return Power(base, exponent)


def _sine_power(sub, kind, draw):  # type: ignore[no-untyped-def]
    return Power(apply(draw(st.sampled_from(["sin", "tanh"])), sub("scalar")), NUMBERS[2])


def _entry_sum(sub, kind, draw):  # type: ignore[no-untyped-def]
    body = draw(
        st.sampled_from(
            [
                lambda: item(sub("vector"), i) * sub("scalar"),
                lambda: item(sub("vector"), i) + item(sub("square"), i, i),
                lambda: sum_over(j, item(sub("square"), i, j) * item(sub("vector"), j)),
                lambda: item(FAMILY, i).T @ sub("other"),
                lambda: -item(sub("vector"), i),
            ]
        )
    )()
    return sum_over(i, body)


def _where(sub, kind, draw):  # type: ignore[no-untyped-def]
    body = item(sub("square"), i, j) * item(sub("vector"), j)
    return Reduce("sum", (i, j), body, (j < i,) if draw(st.booleans()) else ())


OWN = {
    "scalar": [
        _power,
        _sine_power,
        _entry_sum,
        _where,
        lambda s, k, d: Product((Transpose(s("vector")), s("vector"))),
        lambda s, k, d: Product((Transpose(s("vector")), s("square"), s("vector"))),
        lambda s, k, d: norm2(s("vector")),
        lambda s, k, d: apply("norm", s("vector")),
        lambda s, k, d: norm2(s("matrix")),
        lambda s, k, d: apply("trace", s("square")),
        lambda s, k, d: apply("det", s("square")),
        lambda s, k, d: apply("inner", s("vector"), s("vector")),
        lambda s, k, d: apply("logsumexp", s("vector")),
        lambda s, k, d: apply("sum", s("vector")),
        lambda s, k, d: apply("max", s("scalar"), s("scalar")),
        lambda s, k, d: apply("log", apply("exp", s("scalar")) + 1),
        lambda s, k, d: apply("sqrt", norm2(s("vector"))),
        lambda s, k, d: indicator(s("scalar") < s("scalar")),
        lambda s, k, d: cases((s("scalar"), s("scalar") > 0), otherwise=s("scalar")),
        lambda s, k, d: indicator(equals(s("scalar"), s("scalar"))) + s("scalar"),
    ],
    "vector": [
        lambda s, k, d: Product((s("square"), s("vector"))),
        lambda s, k, d: Product((s("matrix"), s("other"))),
        lambda s, k, d: hadamard(s("vector"), s("vector")),
        lambda s, k, d: apply("softmax", s("vector")),
        lambda s, k, d: diag(s("square")),
        lambda s, k, d: 1 - s("vector"),
        lambda s, k, d: Product((s("matrix"), ones(m))),
        lambda s, k, d: s("vector") - ones(n),
    ],
    "other": [
        lambda s, k, d: Product((Transpose(s("matrix")), s("vector"))),
        lambda s, k, d: hadamard(s("other"), apply("softmax", s("other"))),
        lambda s, k, d: sum_over(i, item(s("vector"), i) * item(FAMILY, i)),
    ],
    "square": [
        lambda s, k, d: Product((s("square"), s("square"))),
        lambda s, k, d: Product((s("matrix"), Transpose(s("matrix")))),
        lambda s, k, d: Transpose(s("square")),
        lambda s, k, d: Product((s("vector"), Transpose(s("vector")))),
        lambda s, k, d: apply("outer", s("vector"), s("vector")),
        lambda s, k, d: diag(s("vector")),
        lambda s, k, d: s("square") + s("scalar") * identity(n),
        lambda s, k, d: apply("inverse", SYMBOLS["square"][1] + identity(n)),
        lambda s, k, d: Transpose(Apply("inverse", (SYMBOLS["square"][0],))),
        lambda s, k, d: Power(s("square"), NUMBERS[2]),
        lambda s, k, d: hadamard(s("square"), s("square")),
    ],
    "matrix": [
        lambda s, k, d: Product((s("square"), s("matrix"))),
        lambda s, k, d: hadamard(s("matrix"), s("matrix")),
        lambda s, k, d: Product((diag(s("vector")), s("matrix"))),
        lambda s, k, d: Product((s("vector"), Transpose(s("other")))),
        lambda s, k, d: apply("softmax", s("matrix")),
    ],
}
COMMON = [_sum, _sum, _scaled, _over, _elementwise, lambda s, k, d: Neg(s(k))]
