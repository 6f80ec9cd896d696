"""Worked derivatives: the chains read as in a book, and the judge accepts every step."""

from __future__ import annotations

from itertools import pairwise

import pytest

from derive.checker import judge_relation
from derive.derivation import Chain
from derive.engine import proved, worked, worked_blocks
from derive.errors import DeriveError, UsageError
from derive.expr import build as b
from derive.expr.nodes import Apply, Derivative, Expr, Symbol
from derive.expr.walk import post_order
from derive.rules.canonical import same
from derive.tensor import derivative

n, d = b.dims("n d")
X, w, y = b.symbol("X", "n", "d"), b.symbol("w", "d"), b.symbol("y", "n")
A, x, c = b.symbol("A", "n", "n"), b.symbol("x", "n"), b.symbol("c", "n")
S = b.symbol("S", "n", "n", facts=["pd"])
z, t, i = b.symbol("z", "k"), b.symbol("t"), b.index("i", "n")
p = b.symbol("p", definition=b.apply("sigmoid", X @ w))
CROSS_ENTROPY = -b.sum_over(i, y[i] * b.apply("log", p[i]) + (1 - y[i]) * b.apply("log", 1 - p[i]))
lam = b.symbol(r"\lambda", facts=["positive"])
xs, mu = b.symbol("x", "n", "d", family=1), b.symbol(r"\mu", "d")
Sigma = b.symbol(r"\Sigma", "d", "d", facts=["pd"])
LOGLIK = -n / 2 * b.apply("logdet", Sigma) - b.as_expr(1) / 2 * b.sum_over(
    i, (xs[i] - mu).T @ b.apply("inverse", Sigma) @ (xs[i] - mu)
)


def text(chain: Chain) -> list[str]:
    return [f"{step.rhs!r}  [{step.reason.text}]" for step in chain.steps]


def check(chain: Chain) -> None:
    sides = chain.sides()
    for before, after in pairwise(sides):
        assert isinstance(before, Expr)
        assert isinstance(after, Expr)
        verdict = judge_relation(before, "=", after)
        assert verdict.kind == "holds", (before, after, verdict.why)
    assert all(step.made_by_engine and step.reason.text for step in chain.steps)


def test_mean_squared_error() -> None:
    chain = worked(b.norm2(X @ w - y) / n, w)
    assert text(chain) == [
        "1/n (d(||X w - y||^2)/d(w))  [linearity]",
        "2/n (d(X w - y)/d(w))^T (X w - y)  [chain rule for a squared norm]",
        "2/n X^T (X w - y)  [Jacobian of an affine map]",
    ]
    check(chain)


def test_quadratic_form() -> None:
    chain = worked(x.T @ A @ x + c.T @ x, x)
    assert text(chain)[:3] == [
        "d(x^T A x)/d(x) + c  [linearity]",
        "A x + (d(A x)/d(x))^T x + c  [product rule]",
        "A x + A^T x + c  [Jacobian of an affine map]",
    ]
    assert chain.steps[-1].reason.text == "collect terms"
    assert same(chain.steps[-1].rhs, (A + A.T) @ x + c)
    check(chain)


def test_logistic_regression_ends_as_in_the_book() -> None:
    chain = worked(CROSS_ENTROPY, w)
    assert repr(chain.steps[-1].rhs) == "X^T (p - y)"
    assert 3 <= len(chain.steps) <= 8
    assert "the sum over examples as a matrix product" in chain.steps[-1].reason.text
    check(chain)


def test_hessian_starts_from_the_gradient() -> None:
    chain = worked(CROSS_ENTROPY, w, "hessian")
    assert chain.steps[0].reason.text == "differentiate the gradient"
    assert repr(chain.steps[-1].rhs) == "X^T diag(p o (1 - p)) X"
    check(chain)


CASES: dict[str, tuple[Expr, Expr, str]] = {
    "ridge": (b.norm2(X @ w - y) + lam * b.norm2(w), w, "gradient"),
    "mse hessian": (b.norm2(X @ w - y) / n, w, "hessian"),
    "symmetric": (x.T @ S @ x, x, "gradient"),
    "log-sum-exp": (b.apply("logsumexp", z), z, "gradient"),
    "log-sum-exp hessian": (b.apply("logsumexp", z), z, "hessian"),
    "softmax": (b.apply("softmax", z), z, "jacobian"),
    "gaussian mean": (LOGLIK, mu, "gradient"),
    "gaussian covariance": (LOGLIK, Sigma, "gradient"),
    "norm": (b.norm(A @ x - c), x, "gradient"),
    "scaled norm": (b.norm(x) * x, x, "jacobian"),
    "quotient": (t / (1 + t**2), t, "gradient"),
    "product": (t**2 * b.apply("sin", t), t, "gradient"),
    "inverse": (b.apply("inverse", S + t * b.identity("n")), t, "jacobian"),
    "kernel": (b.apply("exp", -lam * b.norm2(x - c)), x, "gradient"),
    "rayleigh": ((x.T @ S @ x) / (x.T @ x), x, "gradient"),
    "variance": (b.sum_over(i, (w.T @ X[i] - 3) ** 2) / n, w, "gradient"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_step_holds(name: str) -> None:
    body, variable, kind = CASES[name]
    chain = worked(body, variable, kind)
    last = chain.steps[-1].rhs
    assert isinstance(last, Expr)
    assert len(chain.steps) <= 8
    assert not any(isinstance(node, Derivative) for node in post_order(last))
    wrt = (variable, variable) if kind == "hessian" else (variable,)
    assert proved(last, "=", derivative(body, wrt))
    check(chain)


def test_backward_recursion_of_a_network() -> None:
    W1, W2 = b.symbol("W_1", "d", "h"), b.symbol("W_2", "h", "k")
    b1, b2, Y = (
        b.symbol("b_1", "h"),
        b.symbol("b_2", "k"),
        b.symbol("Y", "n", "k", facts=["one_hot_rows"]),
    )
    first = b.symbol("A", definition=X @ W1 + b.ones("n") @ b1.T)
    H = b.symbol("H", definition=b.call(b.abstract_function(r"\phi"), first))
    Z = b.symbol("Z", definition=H @ W2 + b.ones("n") @ b2.T)
    P, k = b.symbol("P", definition=b.apply("softmax", Z)), b.index("k", "k")
    loss = b.symbol("L", definition=-1 / n * b.sum_over([i, k], Y[i, k] * b.apply("log", P[i, k])))
    chain = worked(loss, W1)
    assert [repr(step.rhs) for step in chain.steps] == [
        "X^T (d(L)/d(A))",
        "X^T ((d(L)/d(H)) o phi'(A))",
        "X^T ((d(L)/d(Z) W_2^T) o phi'(A))",
        "1/n X^T (((P - Y) W_2^T) o phi'(A))",
    ]
    check(chain)
    for parameter in (b1, W2, b2):
        check(worked(loss, parameter))


def test_matrix_variable_goes_by_the_differential() -> None:
    V, B = b.symbol("V", "n", "m"), b.symbol("B", "m", "m")
    blocks = worked_blocks(b.apply("trace", V @ B @ V.T), V)
    assert len(blocks) == 2
    differential, gradient = blocks
    assert isinstance(differential, Chain)
    assert isinstance(gradient, Chain)
    assert repr(differential.steps[-1].rhs) == "trace((V B^T + V B)^T dV)"
    check(differential)
    check(gradient)


def _network(layers: int) -> tuple[Expr, Symbol]:
    h: Expr = b.symbol("h_0", "m")
    first = b.symbol("W_1", "m", "m")
    for layer in range(1, layers + 1):
        W = first if layer == 1 else b.symbol(f"W_{layer}", "m", "m")
        a = b.symbol(f"a_{layer}", definition=W @ h + b.symbol(f"b_{layer}", "m"))
        h = b.symbol(f"h_{layer}", definition=b.apply("tanh", a))
    return b.symbol("L", definition=b.norm2(h - b.symbol("y", "m")) / 2), first


def test_three_layers_are_one_short_chain_for_each_quantity() -> None:
    loss, first = _network(3)
    chains = worked_blocks(loss, first)
    assert [(repr(c.lhs), repr(c.steps[-1].rhs)) for c in chains] == [
        ("d(L)/d(h_3)", "h_3 - y"),
        ("d(L)/d(a_3)", "(d(L)/d(h_3)) o (1 - h_3 o h_3)"),
        ("d(L)/d(h_2)", "W_3^T (d(L)/d(a_3))"),
        ("d(L)/d(a_2)", "(d(L)/d(h_2)) o (1 - h_2 o h_2)"),
        ("d(L)/d(h_1)", "W_2^T (d(L)/d(a_2))"),
        ("d(L)/d(a_1)", "(d(L)/d(h_1)) o (1 - h_1 o h_1)"),
        ("d(L)/d(W_1)", "d(L)/d(a_1) h_0^T"),
    ]
    for chain in chains:
        check(chain)


def test_deep_networks_are_worked_without_recursion() -> None:
    for _ in range(2):
        loss, first = _network(400)
        chains = worked_blocks(loss, first)
        assert len(chains) == 801
        assert repr(chains[-1].steps[-1].rhs) == "d(L)/d(a_1) h_0^T"


def test_cotangent_is_not_confused_with_a_symbol_of_the_author() -> None:
    C, W = b.symbol("C", "n", "k"), b.symbol("W", "d", "k")
    Z = b.symbol("Z", definition=b.hadamard(X @ W, C))
    chain = worked(b.norm2(Z), W)
    check(chain)


def test_what_cannot_be_derived_is_refused() -> None:
    with pytest.raises(DeriveError):
        worked(b.apply("floor", t), t)
    with pytest.raises(UsageError, match="'slope' is no kind of derivative"):
        worked(t**2, t, "slope")


def test_reason_of_a_machine_step_names_the_sweep() -> None:
    V = b.symbol("V", "n", "k")
    chain = worked(
        b.apply("sum", Apply("softmax", (V @ b.symbol("B", "k", "k"),)) @ b.symbol("u", "k")), V
    )
    assert any("reverse accumulation" in step.reason.text for step in chain.steps)
