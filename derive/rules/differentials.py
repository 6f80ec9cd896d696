"""The table of rules for differentials, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable

from derive.expr import build as b
from derive.expr.nodes import Differential, Expr, Symbol
from derive.rules import differential as d
from derive.rules.rule import Rewrite, Rule

PP = "Petersen and Pedersen (2012), The Matrix Cookbook"
MAGNUS = "Magnus and Neudecker (2019), Matrix Differential Calculus"
BISHOP = "Bishop (2006), Pattern Recognition and Machine Learning"


def _row(
    name: str,
    words: str,
    source: str,
    rewrite: Rewrite,
    body: Callable[[], tuple[Expr, Symbol]],
    *also: str,
) -> Rule:
    def example() -> Expr:
        expression, variable = body()
        return Differential(expression, (variable,))

    return Rule(
        name,
        (rewrite.__doc__ or "").strip(),
        words,
        source,
        rewrite,
        example,
        (),
        also,
        "differential",
    )


def _x() -> Symbol:
    return b.symbol("X", "m", "n")


def _s() -> Symbol:
    return b.symbol("X", "n", "n", facts=["pd"])


def _v() -> Symbol:
    return b.symbol("x", "n")


def _a() -> Symbol:
    return b.symbol("A", "k", "m")


DIFFERENTIALS: tuple[Rule, ...] = (
    _row(
        "linearity of the differential",
        "linearity of the differential",
        f"{PP}, (33)-(36), (44)",
        d.d_linear,
        lambda: (3 * b.apply("trace", _a() @ _x() @ b.symbol("B", "n", "k")), _x()),
        "differential of a trace",
        "differential of a transpose",
        "differential of an affine map",
        "linearity",
    ),
    _row(
        "differential of a squared norm",
        "differential of a squared norm",
        f"{PP}, (131)",
        d.d_squared_norm,
        lambda: (b.norm2(_a() @ _x()), _x()),
    ),
    _row(
        "differential of a norm",
        "differential of a norm",
        f"{PP}, (129)",
        d.d_norm,
        lambda: (b.norm(_v()), _v()),
    ),
    _row(
        "differential of the inverse",
        "differential of the inverse",
        f"{PP}, (40)",
        d.d_inverse,
        lambda: (b.apply("inverse", _s()), _s()),
    ),
    _row(
        "differential of the log-determinant",
        "differential of the log-determinant",
        f"{PP}, (43)",
        d.d_logdet,
        lambda: (b.apply("logdet", _s()), _s()),
    ),
    _row(
        "differential of the determinant",
        "differential of the determinant (Jacobi)",
        f"{PP}, (41)",
        d.d_det,
        lambda: (b.apply("det", _s()), _s()),
    ),
    _row(
        "differential of the log-sum-exp",
        "differential of the log-sum-exp",
        f"{BISHOP}, (4.106)",
        d.d_logsumexp,
        lambda: (b.apply("logsumexp", 2 * _v()), _v()),
    ),
    _row(
        "differential of the softmax",
        "differential of the softmax",
        f"{BISHOP}, (4.106)",
        d.d_softmax,
        lambda: (b.apply("softmax", _v()), _v()),
    ),
    _row(
        "differential of an entry",
        "differential of an entry",
        f"{MAGNUS}, section 5.3",
        d.d_entry,
        lambda: (b.item(_x() @ b.symbol("w", "n"), b.index("i", "m")), _x()),
    ),
    _row(
        "differential of a power",
        "power rule",
        f"{MAGNUS}, section 8.2",
        d.d_power,
        lambda: (b.apply("trace", _s()) ** 3, _s()),
    ),
    _row(
        "differential of a quotient",
        "quotient rule for differentials",
        f"{MAGNUS}, section 8.2",
        d.d_quotient,
        lambda: (_v() / b.norm(_v()), _v()),
    ),
    _row(
        "chain rule for differentials",
        "chain rule for the differential",
        f"{MAGNUS}, section 5.12",
        d.d_chain,
        lambda: (b.apply("tanh", _a() @ _x()), _x()),
        "differential of an elementwise function",
    ),
    _row(
        "differential of an entrywise product",
        "product rule for an entrywise product",
        f"{PP}, (38)",
        d.d_hadamard,
        lambda: (b.hadamard(_x(), b.apply("exp", _x())), _x()),
        "differential of a Hadamard product",
    ),
    _row(
        "product rule for differentials",
        "product rule, $d(AB) = dA\\,B + A\\,dB$",
        f"{PP}, (37)",
        d.d_product,
        lambda: (_x().T @ _x(), _x()),
        "differential of a product",
        "product rule",
    ),
)
