"""The table of rules for derivatives, in the order in which they are tried."""

from __future__ import annotations

from derive.expr import build as b
from derive.expr.nodes import Expr, Transpose
from derive.rules import array_calculus as a
from derive.rules import calculus as c
from derive.rules.rule import Rule
from derive.rules.through import through

PP = "Petersen and Pedersen (2012), The Matrix Cookbook"
MML = "Deisenroth, Faisal and Ong (2020), Mathematics for Machine Learning"
BISHOP = "Bishop (2006), Pattern Recognition and Machine Learning"
GBC = "Goodfellow, Bengio and Courville (2016), Deep Learning"
MAGNUS = "Magnus and Neudecker (2019), Matrix Differential Calculus"


def _x() -> Expr:
    return b.symbol("x", "n")


def _rule(name: str, words: str, source: str, rewrite: object, example: object, *also: str) -> Rule:
    statement = (getattr(rewrite, "__doc__", "") or "").strip()
    return Rule(name, statement, words, source, rewrite, example, also=also, family="derivative")  # type: ignore[arg-type]


def _mat(name: str, *shape: str) -> Expr:
    return b.symbol(name, *shape)


def _product_of_exponentials() -> Expr:
    rate, times, i = b.symbol("t", facts=["positive"]), b.symbol("x", "n"), b.index("i", "n")
    return b.partial(
        b.apply("log", b.product_over(i, rate * b.apply("exp", -rate * times[i]))), rate
    )


def _through_example() -> Expr:
    W, X, Y = _mat("W", "d", "k"), _mat("X", "n", "d"), _mat("Y", "n", "k")
    Z = b.symbol("Z", definition=X @ W)
    H = b.symbol("H", definition=b.apply("tanh", Z))
    return b.grad(b.norm2(H - Y), W)


DERIVATIVES: tuple[Rule, ...] = (
    _rule(
        "backward recursion",
        "chain rule through the named quantities",
        f"{GBC}, section 6.5; {BISHOP}, (5.55)",
        through,
        _through_example,
        "backpropagation",
        "backward pass of a dense layer",
        "backward pass",
        "chain rule",
        "reverse accumulation",
    ),
    _rule(
        "linear form",
        "gradient of a linear form",
        f"{PP}, (69), (70), (100)",
        c.linear_form,
        lambda: b.grad(Transpose(_mat("a", "n")) @ _x(), _x()),
        "gradient of a linear form",
        "gradient of a trace",
    ),
    _rule(
        "affine map",
        "Jacobian of an affine map",
        f"{MML}, example 5.9",
        c.affine_map,
        lambda: b.jacobian(_mat("A", "m", "n") @ _x() - _mat("c", "m"), _x()),
        "Jacobian of a linear map",
    ),
    _rule(
        "squared norm",
        "chain rule for a squared norm",
        f"{PP}, (131); {MML}, (5.107)",
        c.squared_norm,
        lambda: b.grad(b.norm2(_mat("A", "m", "n") @ _x() - _mat("c", "m")), _x()),
        "gradient of a squared norm",
    ),
    _rule(
        "norm",
        "gradient of a norm",
        f"{PP}, (129)",
        c.norm_gradient,
        lambda: b.grad(b.norm(_mat("A", "m", "n") @ _x() - _mat("c", "m")), _x()),
    ),
    _rule(
        "linearity",
        "linearity",
        f"{PP}, (35), (36)",
        c.linearity,
        lambda: b.grad(3 * b.norm2(_x()) - Transpose(_mat("a", "n")) @ _x(), _x()),
        "linearity of the derivative",
        "sum rule for derivatives",
    ),
    _rule(
        "trace",
        "differential of a trace",
        f"{PP}, (36), (99)-(120)",
        a.trace_rule,
        lambda: b.grad(
            b.apply("trace", _mat("X", "n", "n") @ _mat("A", "n", "n")), _mat("X", "n", "n")
        ),
    ),
    _rule(
        "log-determinant",
        "derivative of the log-determinant",
        f"{PP}, (43), (57)",
        a.logdet_rule,
        lambda: b.grad(b.apply("logdet", _pd()), _pd()),
        "differential of the log-determinant",
    ),
    _rule(
        "determinant",
        "derivative of the determinant (Jacobi)",
        f"{PP}, (41), (49)",
        a.det_rule,
        lambda: b.grad(b.apply("det", _pd()), _pd()),
        "Jacobi's formula",
    ),
    _rule(
        "inverse",
        "derivative of an inverse",
        f"{PP}, (40), (59)",
        a.inverse_rule,
        lambda: b.partial(b.apply("inverse", _pd() + _t() * b.identity("n")), _t()),
        "differential of the inverse",
    ),
    _rule(
        "log-sum-exp",
        "gradient of the log-sum-exp",
        f"{BISHOP}, (4.106)",
        a.logsumexp_rule,
        lambda: b.grad(b.apply("logsumexp", _mat("A", "m", "n") @ _x()), _x()),
        "gradient of log-sum-exp",
    ),
    _rule(
        "softmax",
        "Jacobian of the softmax",
        f"{BISHOP}, (4.106); {GBC}, section 6.2.2.3",
        a.softmax_rule,
        lambda: b.jacobian(b.apply("softmax", _mat("A", "m", "n") @ _x()), _x()),
    ),
    _rule(
        "log-softmax",
        "Jacobian of the log-softmax",
        f"{BISHOP}, (4.106)",
        a.log_softmax_rule,
        lambda: b.jacobian(b.apply("log_softmax", _x()), _x()),
    ),
    _rule(
        "log-softmax entry",
        "gradient of the logarithm of a softmax entry",
        f"{BISHOP}, (4.106), (4.108)",
        a.log_softmax_entry,
        lambda: b.grad(b.apply("log", b.item(b.apply("softmax", _x()), b.index("i", "n"))), _x()),
    ),
    _rule(
        "logarithm first",
        "rules of the logarithm before the derivative",
        f"{MML}, section 8.3",
        c.logarithm,
        _product_of_exponentials,
        "logarithm of a product",
    ),
    _rule(
        "entry",
        "derivative of an entry",
        f"{MML}, section 5.3",
        a.entry_rule,
        lambda: b.grad(b.item(_mat("A", "m", "n") @ _x(), b.index("i", "m")), _x()),
    ),
    _rule(
        "sum of entries",
        "gradient of a sum of entries",
        f"{MML}, section 5.3",
        a.sum_rule,
        lambda: b.grad(b.apply("sum", b.apply("exp", _x())), _x()),
    ),
    _rule(
        "power",
        "power rule",
        f"{MML}, (5.29)",
        c.power_rule,
        lambda: b.partial((2 * _t() + 1) ** 3, _t()),
        "chain rule for a power",
    ),
    _rule(
        "exponential",
        "derivative of an exponential",
        f"{MML}, section 5.1.2",
        c.exponential_rule,
        lambda: b.partial(b.e ** (3 * _t()), _t()),
    ),
    _rule(
        "quotient rule",
        "quotient rule",
        f"{MML}, (5.30)",
        c.quotient_rule,
        lambda: b.partial(_t() / (1 + _t() ** 2), _t()),
    ),
    _rule(
        "chain rule",
        "chain rule",
        f"{MML}, (5.32)",
        c.chain_rule,
        lambda: b.jacobian(b.apply("tanh", _mat("A", "m", "n") @ _x()), _x()),
        "chain rule for an elementwise function",
        "derivative of the logarithm",
        "derivative of the sigmoid",
        "derivative of the square root",
        "derivative of the exponential",
        "chain rule for the logarithm",
        "chain rule for the exponential",
    ),
    _rule(
        "entrywise product",
        "product rule for an entrywise product",
        f"{MAGNUS}, section 8.2",
        a.hadamard_rule,
        lambda: b.jacobian(b.hadamard(b.apply("sin", _x()), _x()), _x()),
    ),
    _rule(
        "product rule",
        "product rule",
        f"{PP}, (37), (81)",
        c.product_rule,
        lambda: b.grad(_x().T @ _mat("A", "n", "n") @ _x(), _x()),
        "gradient of a quadratic form",
    ),
)


def _pd() -> Expr:
    return b.symbol("S", "n", "n", facts=["pd"])


def _t() -> Expr:
    return b.symbol("t")
