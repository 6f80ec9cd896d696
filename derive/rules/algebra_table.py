"""The table of algebraic rules: matrix algebra, scalar functions, sums, facts."""

from __future__ import annotations

from collections.abc import Callable

from derive.expr import build as b
from derive.expr.facts import Law
from derive.expr.nodes import Expectation, Expr
from derive.rules import algebra as a
from derive.rules import scalars as s
from derive.rules.expectations import expectation_linear
from derive.rules.rule import Rewrite, Rule

PP = "Petersen and Pedersen (2012), The Matrix Cookbook"
STRANG = "Strang (2016), Introduction to Linear Algebra"
GKP = "Graham, Knuth and Patashnik (1994), Concrete Mathematics"
BISHOP = "Bishop (2006), Pattern Recognition and Machine Learning"
MML = "Deisenroth, Faisal and Ong (2020), Mathematics for Machine Learning"


def _m(name: str, *facts: str) -> Expr:
    return b.symbol(name, "n", "n", facts=facts)


def _v(name: str, *facts: str) -> Expr:
    return b.symbol(name, "n", facts=facts)


def _c(name: str, *facts: str) -> Expr:
    return b.symbol(name, facts=facts)


def _row(
    name: str,
    words: str,
    source: str,
    rewrite: Rewrite,
    example: Callable[[], Expr],
    *also: str,
    needs: tuple[str, ...] = (),
) -> Rule:
    return Rule(name, (rewrite.__doc__ or "").strip(), words, source, rewrite, example, needs, also)


_I = b.index("i", "n")
_J = b.index("j", "n")

MATRIX: tuple[Rule, ...] = (
    _row(
        "transpose of a product",
        "$(AB)^\\top = B^\\top A^\\top$",
        f"{PP}, (5)",
        a.transpose_of_product,
        lambda: (_m("A") @ _v("x")).T,
    ),
    _row(
        "transpose of a sum",
        "$(A+B)^\\top = A^\\top + B^\\top$",
        f"{PP}, (4)",
        a.transpose_of_sum,
        lambda: (_m("A") + _m("B")).T,
    ),
    _row(
        "a scalar equals its transpose",
        "a scalar equals its transpose",
        f"{STRANG}, section 2.7",
        a.scalar_transpose,
        lambda: _v("x").T @ _m("A") @ _v("y"),
        "scalar transpose",
        "transpose of a scalar",
    ),
    _row(
        "trace trick",
        "a scalar is its own trace, and the trace is cyclic",
        f"{BISHOP}, (C.9)",
        a.scalar_trace,
        lambda: _v("x").T @ _m("A") @ _v("x"),
        "scalar as a trace",
    ),
    _row(
        "cyclic property of the trace",
        "cyclic property of the trace",
        f"{PP}, (16)",
        a.trace_cyclic,
        lambda: b.apply("trace", _m("A") @ _m("B") @ _m("C")),
        "trace is cyclic",
        "cyclic property",
    ),
    _row(
        "trace of a transpose",
        "$\\operatorname{tr}(A^\\top) = \\operatorname{tr}(A)$",
        f"{PP}, (13)",
        a.trace_of_transpose,
        lambda: b.apply("trace", _m("A").T @ _m("B")),
    ),
    _row(
        "trace of a scalar",
        "a scalar is its own trace",
        f"{PP}, (16)",
        a.trace_of_scalar,
        lambda: b.apply("trace", _v("x").T @ _m("A") @ _v("x")),
    ),
    _row(
        "linearity of the trace",
        "linearity of the trace",
        f"{PP}, (15)",
        a.trace_linear,
        lambda: b.apply("trace", 2 * _m("A") - _m("B")),
        "trace is linear",
    ),
    _row(
        "sum of traces",
        "a sum of traces is the trace of the sum",
        f"{PP}, (15)",
        a.trace_of_sum,
        lambda: b.sum_over(_I, b.apply("trace", _v("x")[_I] * _m("A"))),
    ),
    _row(
        "definition of the norm",
        "definition of the norm",
        f"{PP}, (520)",
        a.norm_as_product,
        lambda: b.norm2(_v("x")),
        "norm as an inner product",
        "squared norm as an inner product",
        "squared norm as a product",
    ),
    _row(
        "norm of a multiple",
        "$\\lVert c x \\rVert = \\lvert c \\rvert \\lVert x \\rVert$",
        f"{MML}, definition 3.1",
        a.norm_of_scaled,
        lambda: b.norm(-2 * _v("x")),
    ),
    _row(
        "expand the square",
        "expand the square",
        f"{STRANG}, section 1.2",
        a.expand_square,
        lambda: b.norm2(_v("x") - _v("y")),
        "binomial formula",
        "expand square",
    ),
    _row(
        "definition of the inner product",
        "definition of the inner product",
        f"{MML}, section 3.2",
        a.inner_as_product,
        lambda: b.apply("inner", _m("A"), _m("B")),
    ),
    _row(
        "definition of the outer product",
        "definition of the outer product",
        f"{STRANG}, section 2.4",
        a.outer_as_product,
        lambda: b.apply("outer", _v("x"), _v("y")),
    ),
    _row(
        "a matrix times its inverse",
        "$A^{-1}A = I$",
        f"{PP}, (145)",
        a.inverse_cancels,
        lambda: b.apply("inverse", _m("A", "pd")) @ _m("A", "pd") @ _v("x"),
        "inverse cancels",
    ),
    _row(
        "inverse of a product",
        "$(AB)^{-1} = B^{-1}A^{-1}$",
        f"{PP}, (1)",
        a.inverse_of_product,
        lambda: b.apply("inverse", _m("A", "pd") @ _m("B", "pd")),
    ),
    _row(
        "inverse of an inverse",
        "$(A^{-1})^{-1} = A$",
        f"{STRANG}, section 2.5",
        a.inverse_of_inverse,
        lambda: b.apply("inverse", b.apply("inverse", _m("A", "pd"))),
    ),
    _row(
        "log-determinant of a product",
        "logarithm of the determinant of a product",
        f"{PP}, (24)",
        a.logdet_of_product,
        lambda: b.apply("logdet", _m("A", "pd") @ _m("B", "pd")),
        needs=("pd",),
    ),
    _row(
        "determinant of a product",
        "$\\det(AB) = \\det A \\det B$",
        f"{PP}, (20)-(24)",
        a.det_of_product,
        lambda: b.apply("det", _m("A") @ _m("B")),
    ),
    _row(
        "definition of the log-determinant",
        "definition of the log-determinant",
        f"{PP}, (43)",
        a.logdet_as_log,
        lambda: b.apply("logdet", _m("A", "pd")),
    ),
    _row(
        "orthonormal columns",
        "orthonormal columns: $U^\\top U = I$",
        f"{STRANG}, section 4.4",
        a.orthonormal_columns,
        lambda: (u := b.symbol("U", "n", "k", facts=["orthonormal_columns"])).T @ u,
        "orthonormality",
        needs=("orthonormal_columns",),
    ),
    _row(
        "unit vector",
        "a unit vector has norm one",
        f"{STRANG}, section 1.2",
        a.unit_norm,
        lambda: b.norm(_v("u", "unit_norm")),
        needs=("unit_norm",),
    ),
    _row(
        "sums to one",
        "the entries sum to one",
        f"{BISHOP}, (2.26)",
        a.sums_to_one,
        lambda: b.ones("n").T @ _v("y", "one_hot"),
        "one-hot rows sum to one",
        "probabilities sum to one",
        needs=("one_hot",),
    ),
    _row(
        "symmetric form",
        "$x^\\top S y = y^\\top S x$ for a symmetric $S$",
        f"{STRANG}, section 6.4",
        a.symmetric_form,
        lambda: _v("x").T @ _m("S", "symmetric") @ _v("y"),
        needs=("symmetric",),
    ),
)


def _random() -> Expr:
    x = b.symbol("x", "n", law=Law("random", ("normal", b.zeros("n"), b.identity("n"))))
    return Expectation("E", (_m("A") @ x - 2 * _v("c"),), (x,))


EXPECTATIONS: tuple[Rule, ...] = (
    _row(
        "linearity of the expectation",
        "linearity of the expectation",
        f"{MML}, section 6.4.3",
        expectation_linear,
        _random,
    ),
)

SCALARS: tuple[Rule, ...] = (
    _row(
        "logarithm of a product",
        "the logarithm of a product is the sum of the logarithms",
        f"{MML}, section 8.3",
        s.log_of_product,
        lambda: b.apply("log", _c("a", "positive") * _c("b", "positive")),
        "log of a product",
        needs=("positive",),
    ),
    _row(
        "logarithm of a quotient",
        "logarithm of a quotient",
        f"{MML}, section 8.3",
        s.log_of_quotient,
        lambda: b.apply("log", _c("a", "positive") / _c("b", "positive")),
        "log of a quotient",
        needs=("positive",),
    ),
    _row(
        "logarithm of a power",
        "logarithm of a power",
        f"{MML}, section 8.3",
        s.log_of_power,
        lambda: b.apply("log", _c("a", "positive") ** 2),
        "log of a power",
        needs=("positive",),
    ),
    _row(
        "logarithm of an exponential",
        "the logarithm undoes the exponential",
        f"{GKP}, section 4.1",
        s.log_of_exponential,
        lambda: b.apply("log", b.apply("exp", _v("x"))),
        "log of exp",
    ),
    _row(
        "exponential of a logarithm",
        "the exponential undoes the logarithm",
        f"{GKP}, section 4.1",
        s.exp_of_log,
        lambda: b.apply("exp", b.apply("log", _c("a", "positive"))),
        needs=("positive",),
    ),
    _row(
        "exponential of a sum",
        "$e^{a+b} = e^a e^b$",
        f"{GKP}, section 4.1",
        s.exp_of_sum,
        lambda: b.apply("exp", _c("a") + _c("b")),
    ),
    _row(
        "exponential of an index sum",
        "the exponential of a sum is the product of the exponentials",
        f"{GKP}, section 4.1",
        s.exp_of_index_sum,
        lambda: b.apply("exp", b.sum_over(_I, _v("x")[_I])),
    ),
    _row(
        "sigmoid symmetry",
        "$1 - \\sigma(x) = \\sigma(-x)$",
        f"{BISHOP}, (4.60)",
        s.sigmoid_symmetry,
        lambda: 1 - b.apply("sigmoid", _c("x")),
        "symmetry of the sigmoid",
    ),
    _row(
        "definition of the sigmoid",
        "definition of the sigmoid",
        f"{BISHOP}, (4.59)",
        s.sigmoid_definition,
        lambda: b.apply("sigmoid", _c("x")),
    ),
    _row(
        "definition of the softplus",
        "definition of the softplus",
        "Goodfellow, Bengio and Courville (2016), (3.31)",
        s.softplus_definition,
        lambda: b.apply("softplus", _c("x")),
    ),
    _row(
        "logarithm of the softmax",
        "the log-softmax is the logit minus the log-sum-exp",
        f"{BISHOP}, (4.62)",
        s.log_of_softmax,
        lambda: b.apply("log", b.item(b.apply("softmax", _v("z")), _I)),
        "log of softmax",
    ),
    _row(
        "definition of the softmax",
        "definition of the softmax",
        f"{BISHOP}, (4.62)",
        s.softmax_definition,
        lambda: b.item(b.apply("softmax", _v("z")), _I),
    ),
)

SUMS: tuple[Rule, ...] = (
    _row(
        "split the sum",
        "split the sum",
        f"{GKP}, (2.16)",
        s.split_sum,
        lambda: b.sum_over(_I, _v("x")[_I] - _v("y")[_I] ** 2),
        "linearity of the sum",
    ),
    _row(
        "sum of a constant",
        "a sum of equal terms",
        f"{GKP}, section 2.1",
        s.constant_sum,
        lambda: b.sum_over(_I, _c("a")),
    ),
    _row(
        "Kronecker delta",
        "the Kronecker delta picks one term",
        f"{MML}, section 3.8",
        s.kronecker,
        lambda: b.sum_over(_J, b.delta(_I, _J) * _v("x")[_J]),
        "contract the Kronecker delta",
    ),
    _row(
        "Kronecker delta renames",
        "equal indices under a Kronecker delta",
        f"{MML}, section 3.8",
        s.kronecker_square,
        lambda: b.delta(_I, _J) * _v("x")[_J],
    ),
    _row(
        "distribute",
        "distribute",
        f"{STRANG}, section 2.4",
        s.distribute,
        lambda: _m("A") @ (_v("x") + _v("y")),
        "distributive law",
        "expand",
        "expand the product",
    ),
    _row(
        "distribute the entrywise product",
        "distribute the entrywise product",
        f"{MML}, section 2.2",
        s.entrywise_distribute,
        lambda: b.hadamard(_v("x"), _v("y") - _v("z")),
    ),
    _row(
        "diagonal matrix times vector",
        "$\\operatorname{diag}(a)\\,b = a \\odot b$",
        f"{STRANG}, section 2.4",
        s.diag_times_vector,
        lambda: b.diag(_v("a")) @ _v("b"),
    ),
    _row(
        "powers of one base",
        "powers of one base",
        f"{GKP}, section 4.1",
        s.power_of_power,
        lambda: _c("a") ** 2 * _c("a") ** 3,
    ),
    _row(
        "indicator as cases",
        "an indicator by cases",
        f"{GKP}, section 2.1",
        s.indicator_as_cases,
        lambda: b.indicator(_c("x") > 0),
        "case distinction",
    ),
)
