"""True relations and near misses, each judged with three seeds: no wrong verdict."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from derive.checker import judge_relation
from derive.expr.build import (
    abstract_function,
    apply,
    broadcast,
    call,
    cases,
    diag,
    dims,
    e,
    grad,
    hadamard,
    hessian,
    identity,
    index,
    indicator,
    item,
    jacobian,
    norm,
    norm2,
    ones,
    pi,
    product_over,
    sum_over,
    symbol,
    unit_vector,
    zeros,
)
from derive.expr.facts import Fact
from derive.expr.nodes import Apply, Derivative, Differential, Expr, Item, Relation

n, d, m, p, q, k = dims("n d m p q k")
ONE = ones("n")
A, B, C = (symbol(name, n, n) for name in "ABC")
X, w, y = symbol("X", n, d), symbol("w", d), symbol("y", n)
a, v = symbol("a", n), symbol("v", n)
x, c, r, t = symbol("x"), symbol("c"), symbol("r"), symbol("t")
S = symbol("S", n, n, facts=["symmetric"])
P = symbol("P", n, n, facts=["pd"])
Q = symbol("Q", n, n, facts=["orthogonal"])
u = symbol("u", d, facts=["unit_norm"])
yb = symbol("y", n, facts=["binary"])
pr, ps = (symbol(name, k, facts=["simplex"]) for name in ("p", "q"))
z = symbol("z", k)
b = symbol("b", facts=["probability"])
nonzero = symbol("x", facts=["nonzero"])
whole = symbol("m", facts=[Fact("interval", (-1, 10)), Fact("integer")])
i, j = index("i", n), index("j", n)
A1, X1, B1 = symbol("A", m, n), symbol("X", n, p), symbol("B", p, q)


def f(name: str, *args: object) -> Expr:
    return apply(name, *args)  # type: ignore[arg-type]


def open_interval(name: str, low: float, high: float) -> Expr:
    return symbol(name, facts=[Fact("interval", (low, high))])


def logistic_loss() -> Expr:
    s = f("sigmoid", X @ w)
    return -(ONE.T @ (hadamard(yb, f("log", s)) + hadamard(1 - yb, f("log", 1 - s))))


def total(s: Expr) -> Expr:
    return ones("k").T @ s


sig = f("sigmoid", X @ w)
rayleigh = (v.T @ S @ v) / (v.T @ v)
softmax = f("softmax", z)
tiny = open_interval("x", 1e-7, 1e-6)
smaller = open_interval("a", 1e-12, 1e-10)
far = open_interval("x", 30, 40)
exp_ax = f("exp", a.T @ v)
mean_square = f("mean", hadamard(v, v))
mean = f("mean", v)
powers = sum_over(index("i", n - 1, 0), b ** index("i", n - 1, 0))
phi = abstract_function("phi")
w3 = symbol("w", 3)
t3 = index("t", 2, 0)
bend = abstract_function("g", 3, elementwise=False)  # of a vector, without a formula
sum_phi = sum_over(i, call(phi, item(v, i)))

Case = tuple[str, bool | None, Callable[[], tuple[Expr, Expr]]]
CASES: list[Case] = [
    # linear algebra
    ("trace is cyclic", True, lambda: (f("trace", A @ B @ C), f("trace", C @ A @ B))),
    ("cyclic order broken", False, lambda: (f("trace", A @ B @ C), f("trace", A @ C @ B))),
    ("cyclic order broken again", False, lambda: (f("trace", A @ B @ C), f("trace", B @ A @ C))),
    ("transpose of a product", True, lambda: ((A @ B).T, B.T @ A.T)),
    ("order of a transpose", False, lambda: ((A @ B).T, A.T @ B.T)),
    ("one transpose missing", False, lambda: ((A @ B).T, B.T @ A)),
    ("det of a product", True, lambda: (f("det", A @ B), f("det", A) * f("det", B))),
    ("det of a sum", False, lambda: (f("det", A + B), f("det", A) + f("det", B))),
    ("det degree", False, lambda: (f("det", 2 * A), 2 * f("det", A))),
    ("det of 2A", True, lambda: (f("det", 2 * A), 2**n * f("det", A))),
    ("det parity odd", False, lambda: (f("det", -A), -f("det", A))),
    ("det parity even", False, lambda: (f("det", -A), f("det", A))),
    ("det parity", True, lambda: (f("det", -A), (-1) ** n * f("det", A))),
    ("vec", True, lambda: (f("vec", A1 @ X1 @ B1), f("kronecker", B1.T, A1) @ f("vec", X1))),
    ("vec transposes", False, lambda: (f("vec", A @ B @ C), f("kronecker", C, A) @ f("vec", B))),
    ("vec swapped", False, lambda: (f("vec", A @ B @ C), f("kronecker", C, A.T) @ f("vec", B))),
    ("trace of diag", True, lambda: (f("trace", diag(a) @ A), ONE.T @ hadamard(a, diag(A)))),
    ("diagonal lost", False, lambda: (f("trace", diag(a) @ A), ONE.T @ (A @ a))),
    ("split", False, lambda: (f("trace", diag(a) @ A), f("trace", A) * (ONE.T @ a))),
    ("quadratic", False, lambda: (f("trace", diag(a) @ A), a.T @ A @ a)),
    ("centring", True, lambda: ((identity(n) - ONE @ ONE.T / n) @ X, X - ONE @ (X.T @ ONE).T / n)),
    ("by d", False, lambda: ((identity(n) - ONE @ ONE.T / n) @ X, X - ONE @ (X.T @ ONE).T / d)),
    ("no 1/n", False, lambda: ((identity(n) - ONE @ ONE.T / n) @ X, X - ONE @ (X.T @ ONE).T)),
    ("orthogonal", True, lambda: (Q.T @ Q, identity(n))),
    ("not symmetric", False, lambda: (Q, Q.T)),
    ("det of orthogonal", False, lambda: (f("det", Q), identity(n)[1, 1])),
    ("det squared", True, lambda: (f("det", Q) ** 2, identity(n)[1, 1])),
    ("symmetric", True, lambda: (a.T @ S @ v, v.T @ S @ a)),
    ("not symmetric A", False, lambda: (a.T @ A @ v, v.T @ A @ a)),
    ("logdet", True, lambda: (f("logdet", P), -f("logdet", f("inverse", P)))),
    ("inverse of a sum", False, lambda: (f("inverse", A + B), f("inverse", A) + f("inverse", B))),
    (
        "woodbury",
        True,
        lambda: (
            f("inverse", identity(n) + X @ X.T),
            identity(n) - X @ f("inverse", identity(d) + X.T @ X) @ X.T,
        ),
    ),
    (
        "woodbury order",
        False,
        lambda: (
            f("inverse", identity(n) + X @ X.T),
            identity(n) - X @ f("inverse", identity(d) + X.T @ X) @ X.T / 2,
        ),
    ),
    ("projection", True, lambda: (norm2(X - X @ u @ u.T), f("trace", X.T @ X) - u.T @ X.T @ X @ u)),
    ("no unit", False, lambda: (norm2(X - X @ w @ w.T), f("trace", X.T @ X) - w.T @ X.T @ X @ w)),
    ("sum by entries", True, lambda: (a.T @ v, sum_over(i, item(a, i) * item(v, i)))),
    ("entry of a product", True, lambda: ((A @ B)[i, j], sum_over(k_, A[i, k_] * B[k_, j]))),
    ("wrong entry", False, lambda: ((A @ B)[i, j], sum_over(k_, A[i, k_] * B[j, k_]))),
    ("column by row", False, lambda: (A @ a, (a.T @ A).T)),
    # gradients
    ("logabsdet", True, lambda: (grad(f("logabsdet", A), A), f("inverse", A).T)),
    ("logabsdet transpose", False, lambda: (grad(f("logabsdet", A), A), f("inverse", A))),
    ("logabsdet sign", False, lambda: (grad(f("logabsdet", A), A), -f("inverse", A).T)),
    ("det gradient", True, lambda: (grad(f("det", A), A), f("det", A) * f("inverse", A).T)),
    ("trace gradient", True, lambda: (grad(f("trace", A @ B @ C), B), A.T @ C.T)),
    ("trace gradient order", False, lambda: (grad(f("trace", A @ B @ C), B), C.T @ A.T)),
    ("trace gradient plain", False, lambda: (grad(f("trace", A @ B @ C), B), C @ A)),
    (
        "logistic hessian",
        True,
        lambda: (hessian(logistic_loss(), w), X.T @ diag(hadamard(sig, 1 - sig)) @ X),
    ),
    ("1-p lost", False, lambda: (hessian(logistic_loss(), w), X.T @ diag(sig) @ X)),
    (
        "hessian sign",
        False,
        lambda: (hessian(logistic_loss(), w), -X.T @ diag(hadamard(sig, 1 - sig)) @ X),
    ),
    (
        "labels for probabilities",
        False,
        lambda: (hessian(logistic_loss(), w), X.T @ diag(hadamard(yb, 1 - yb)) @ X),
    ),
    ("logistic gradient", True, lambda: (grad(logistic_loss(), w), X.T @ (sig - yb))),
    ("logistic gradient sign", False, lambda: (grad(logistic_loss(), w), X.T @ (yb - sig))),
    ("softmax jacobian", True, lambda: (jacobian(softmax, z), diag(softmax) - softmax @ softmax.T)),
    ("jacobian sign", False, lambda: (jacobian(softmax, z), diag(softmax) + softmax @ softmax.T)),
    (
        "off-diagonal lost",
        False,
        lambda: (jacobian(softmax, z), diag(hadamard(softmax, 1 - softmax))),
    ),
    ("diag lost", False, lambda: (jacobian(softmax, z), identity(k) - softmax @ softmax.T)),
    ("sigmoid", True, lambda: (grad(f("sigmoid", x), x), f("sigmoid", x) * (1 - f("sigmoid", x)))),
    (
        "sigmoid sign",
        False,
        lambda: (grad(f("sigmoid", x), x), f("sigmoid", x) * (1 + f("sigmoid", x))),
    ),
    ("x for sigma", False, lambda: (grad(f("sigmoid", x), x), f("sigmoid", x) * (1 - x))),
    ("square of sigma", False, lambda: (grad(f("sigmoid", x), x), f("sigmoid", x) ** 2)),
    ("rayleigh", True, lambda: (grad(rayleigh, v), 2 * (S @ v - rayleigh * v) / (v.T @ v))),
    ("rayleigh quotient rule", False, lambda: (grad(rayleigh, v), 2 * (S @ v) / (v.T @ v))),
    (
        "rayleigh normaliser",
        False,
        lambda: (grad(rayleigh, v), 2 * (S @ v - (v.T @ S @ v) * v) / (v.T @ v)),
    ),
    ("rayleigh factor", False, lambda: (grad(rayleigh, v), (S @ v - rayleigh * v) / (v.T @ v))),
    ("least squares hessian", True, lambda: (hessian(norm2(X @ w - y), w), 2 * X.T @ X)),
    ("hessian factor", False, lambda: (hessian(norm2(X @ w - y), w), X.T @ X)),
    ("w left in", False, lambda: (hessian(norm2(X @ w - y), w), 2 * X.T @ X @ w @ w.T)),
    ("hessian order", False, lambda: (hessian(norm2(A @ v - y), v), 2 * A @ A.T)),
    ("exp of linear", True, lambda: (grad(exp_ax, v), exp_ax * a)),
    ("wrong variable", False, lambda: (grad(exp_ax, v), exp_ax * v)),
    ("argument lost", False, lambda: (grad(exp_ax, v), f("exp", a))),
    ("power rule", False, lambda: (grad(exp_ax, v), (a.T @ v) * f("exp", a.T @ v - 1) * a)),
    ("gradient by an entry", True, lambda: (Derivative(v.T @ v, (Item(v, (i,)),)), 2 * v[i])),
    ("entry factor", False, lambda: (Derivative(v.T @ v, (Item(v, (i,)),)), v[i])),
    (
        "powers of a matrix in a sum",
        True,
        lambda: (sum_over(t3, 2**t3 * A**t3), identity(n) + 2 * A + 4 * A @ A),
    ),
    (
        "powers of a matrix in a sum, one lost",
        False,
        lambda: (sum_over(t3, 2**t3 * A**t3), identity(n) + 4 * A @ A),
    ),
    ("abstract", True, lambda: (grad(sum_phi, v), call(phi, v, order=1))),
    ("abstract hessian", True, lambda: (hessian(sum_phi, v), diag(call(phi, v, order=2)))),
    (
        "abstract of a vector",
        True,
        lambda: (
            grad(grad(bend(w3), w3).T @ w3, w3),
            hessian(bend(w3), w3) @ w3 + grad(bend(w3), w3),
        ),
    ),
    ("abstract curvature", False, lambda: (f("det", hessian(bend(w3), w3)), 0 * a[1])),
    ("abstract prime lost", False, lambda: (grad(sum_phi, v), call(phi, v))),
    (
        "differential",
        True,
        lambda: (
            Differential(f("logabsdet", A), (A,)),
            f("trace", f("inverse", A) @ Differential(A, (A,))),
        ),
    ),
    (
        "differential of the inverse",
        True,
        lambda: (
            Differential(f("inverse", A), (A,)),
            -(f("inverse", A) @ Differential(A, (A,)) @ f("inverse", A)),
        ),
    ),
    (
        "differential order",
        False,
        lambda: (
            Differential(f("inverse", A), (A,)),
            -(f("inverse", A) @ f("inverse", A) @ Differential(A, (A,))),
        ),
    ),
    ("relu gradient", True, lambda: (grad(f("relu", x), x), indicator(Relation(">", x, 0 * x)))),
    (
        "relu gradient sign",
        False,
        lambda: (grad(f("relu", x), x), indicator(Relation("<", x, 0 * x))),
    ),
    # probability and special functions
    ("softmax shift", True, lambda: (f("softmax", z + broadcast(c, k)), softmax)),
    ("softmax scale", False, lambda: (f("softmax", c * z), softmax)),
    ("lse shift lost", False, lambda: (f("logsumexp", z + broadcast(c, k)), f("logsumexp", z))),
    ("lse k", False, lambda: (f("logsumexp", z + broadcast(c, k)), f("logsumexp", z) + k * c)),
    ("lse shift", True, lambda: (f("logsumexp", z + broadcast(c, k)), f("logsumexp", z) + c)),
    (
        "divergence",
        True,
        lambda: (
            total(hadamard(pr, f("log", f("hadamard_divide", pr, ps)))),
            -total(hadamard(pr, f("log", ps))) + total(hadamard(pr, f("log", pr))),
        ),
    ),
    (
        "divergence symmetric",
        False,
        lambda: (
            total(hadamard(pr, f("log", f("hadamard_divide", pr, ps)))),
            total(hadamard(ps, f("log", f("hadamard_divide", ps, pr)))),
        ),
    ),
    ("entropy lost", False, lambda: (total(hadamard(pr, f("log", ps))), total(f("log", ps)))),
    ("sum of a simplex", True, lambda: (total(pr), identity(k)[1, 1])),
    (
        "log of two exponentials",
        True,
        lambda: (
            f("log", f("exp", x) + f("exp", c)),
            f("max", x, c) + f("log", 1 + f("exp", -f("abs", x - c))),
        ),
    ),
    ("not the maximum", False, lambda: (f("log", f("exp", x) + f("exp", c)), f("max", x, c))),
    (
        "abs lost",
        False,
        lambda: (
            f("log", f("exp", x) + f("exp", c)),
            f("max", x, c) + f("log", 1 + f("exp", x - c)),
        ),
    ),
    (
        "max lost",
        False,
        lambda: (f("log", f("exp", x) + f("exp", c)), x + f("log", 1 + f("exp", -f("abs", x - c)))),
    ),
    ("reflection", True, lambda: (f("gamma", b) * f("gamma", 1 - b), pi / f("sin", pi * b))),
    ("reflection pi", False, lambda: (f("gamma", b) * f("gamma", 1 - b), 1 / f("sin", pi * b))),
    ("reflection cos", False, lambda: (f("gamma", b) * f("gamma", 1 - b), pi / f("cos", pi * b))),
    ("digamma", True, lambda: (grad(f("lgamma", b), b), f("digamma", b))),
    ("digamma recurrence", True, lambda: (f("digamma", b + 1), f("digamma", b) + 1 / b)),
    ("erf", True, lambda: (f("normal_cdf", x), (1 + f("erf", x / f("sqrt", 2))) / 2)),
    ("erf root", False, lambda: (f("normal_cdf", x), (1 + f("erf", x)) / 2)),
    # series and parity
    ("geometric", True, lambda: (powers, (1 - b**n) / (1 - b))),
    ("geometric range", False, lambda: (powers, (1 - b ** (n + 1)) / (1 - b))),
    ("geometric short", False, lambda: (powers, (1 - b ** (n - 1)) / (1 - b))),
    ("geometric limit", False, lambda: (powers, 1 / (1 - b))),
    ("geometric start", False, lambda: (powers, b * (1 - b**n) / (1 - b))),
    ("sum of indices", True, lambda: (sum_over(i, i), n * (n + 1) / 2)),
    ("product of indices", True, lambda: (product_over(i, i), f("factorial", n))),
    ("log of square", True, lambda: (f("log", nonzero**2), 2 * f("log", f("abs", nonzero)))),
    ("square moved", False, lambda: (f("log", nonzero**2), f("log", f("abs", nonzero)) ** 2)),
    ("log of square on one side", None, lambda: (f("log", nonzero**2), 2 * f("log", nonzero))),
    ("cos of pi m", True, lambda: (f("cos", pi * whole) * x, (-1) ** whole * x)),
    ("parity even", False, lambda: (f("cos", pi * whole) * x, x)),
    ("parity odd", False, lambda: (f("cos", pi * whole) * x, -x)),
    ("even powers", False, lambda: (x**n, (-x) ** n)),
    (
        "conditional sum",
        True,
        lambda: (sum_over([i, j], a[i] * a[j], Relation("!=", i, j)), (ONE.T @ a) ** 2 - a.T @ a),
    ),
    (
        "conditional sum kept",
        False,
        lambda: (sum_over([i, j], a[i] * a[j], Relation("!=", i, j)), (ONE.T @ a) ** 2),
    ),
    ("delta", True, lambda: (sum_over(j, f("kronecker_delta", i, j) * a[j]), a[i])),
    ("empty sum", True, lambda: (sum_over(index("i", 0), index("i", 0)), 0 * x)),
    (
        "triangular sum",
        True,
        lambda: (
            sum_over(i, sum_over(index("j", i), a[index("j", i)])),
            sum_over(j, (n - j + 1) * a[j]),
        ),
    ),
    (
        "triangular off",
        False,
        lambda: (
            sum_over(i, sum_over(index("j", i), a[index("j", i)])),
            sum_over(j, (n - j) * a[j]),
        ),
    ),
    # kinks and regions
    ("relu split", True, lambda: (f("relu", x) - f("relu", -x), x)),
    ("relu sum", False, lambda: (f("relu", x) - f("relu", -x), f("abs", x))),
    ("relu half", False, lambda: (f("relu", x) - f("relu", -x), f("relu", x))),
    ("relu6", False, lambda: (f("min", f("relu", x), apply("abs", 6)), f("relu", x))),
    ("far maximum", False, lambda: (f("max", x, c - 10), x)),
    ("cases", True, lambda: (f("abs", x), cases((x, x >= 0), otherwise=-x))),
    ("cases wrong", False, lambda: (f("abs", x), cases((x, x >= 1), otherwise=-x))),
    ("steep sigmoid", False, lambda: (f("relu", x), x * f("sigmoid", 10**6 * x))),
    ("smoothed abs", False, lambda: (f("abs", x), f("sqrt", x**2 + apply("abs", 1e-16)))),
    ("window", False, lambda: (f("relu", x - 3) - f("relu", x - 3.001), 0 * x)),
    # rounding
    ("cube", True, lambda: (x**3 - 1, (x - 1) * (x**2 + x + 1))),
    ("cube sign", False, lambda: (x**3 - 1, (x - 1) * (x**2 - x + 1))),
    ("cube power", False, lambda: (x**3 - 1, (x - 1) ** 3)),
    ("cube and a bit", False, lambda: (x**3 - 1, (x - 1) * (x**2 + x + 1) + 1e-7)),
    ("cube and very little", False, lambda: (x**3 - 1, (x - 1) * (x**2 + x + 1) + 1e-30)),
    ("softplus", True, lambda: (-f("log", f("sigmoid", x)), f("softplus", -x))),
    ("softplus sign", False, lambda: (-f("log", f("sigmoid", x)), f("softplus", x))),
    (
        "cancelling cosine",
        True,
        lambda: ((1 - f("cos", tiny)) / tiny**2, (f("sin", tiny / 2) / (tiny / 2)) ** 2 / 2),
    ),
    ("half", False, lambda: ((1 - f("cos", tiny)) / tiny**2, identity(n)[1, 1] / 2)),
    (
        "cancelling exponential",
        True,
        lambda: (
            (f("exp", smaller) - 1) / smaller,
            f("exp", smaller / 2) * f("sinh", smaller / 2) / (smaller / 2),
        ),
    ),
    ("one", False, lambda: ((f("exp", smaller) - 1) / smaller, 1 + 0 * smaller)),
    (
        "mean of exponentials",
        True,
        lambda: (f("log", f("mean", f("exp", v))), f("logsumexp", v) - f("log", n)),
    ),
    ("underflow", False, lambda: (f("exp", -(far**2)), 0 * far)),
    ("epsilon", False, lambda: (v / (f("sqrt", mean_square) + 1e-8), v / f("sqrt", mean_square))),
    (
        "variance",
        True,
        lambda: (
            mean_square - mean**2,
            f("mean", hadamard(v - broadcast(mean, n), v - broadcast(mean, n))),
        ),
    ),
    (
        "variance by n - 1",
        False,
        lambda: (mean_square - mean**2, norm2(v - broadcast(mean, n)) / (n - 1)),
    ),
    ("e", True, lambda: (f("log", e), 1 + 0 * x)),
    # undefined
    ("outside the domain", None, lambda: (f("arcsin", 2 + x**2), pi / 2 + 0 * x)),
    ("singular", None, lambda: (f("inverse", zeros("n", "n")) @ a, a)),
    ("difference of infinities", None, lambda: (1 / (x - x), 2 / (x - x))),
]
k_ = index("k", n)


@pytest.mark.parametrize(("truth", "make"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_no_wrong_verdict(truth: bool | None, make: Callable[[], tuple[Expr, Expr]]) -> None:
    lhs, rhs = make()
    wanted = {True: "holds", False: "fails", None: "unchecked"}[truth]
    for seed in range(3):
        verdict = judge_relation(lhs, "=", rhs, seed=seed, time_limit=20.0)
        assert verdict.kind == wanted, (seed, verdict)
        assert "fault of derive" not in verdict.why


def test_ids_differ() -> None:
    names = [case[0] for case in CASES]
    assert len(set(names)) == len(names)
    assert len(names) > 140
    assert isinstance(unit_vector(1, n), Apply)
    assert norm(v).shape == ()
