"""How fast claims are judged: identities and gradient claims.

Run: `python benchmarks/checks.py`. Times are processor times of one core, medians over relations of about ten
operations whose sizes were used before; `--calls` counts function calls instead, which does not depend on how busy the
machine is. For new processes see `benchmarks/start.py`.
"""

from __future__ import annotations

import argparse
import cProfile
import statistics
import time

from derive.checker import judge_relation
from derive.expr.build import (
    apply,
    broadcast,
    diag,
    dims,
    grad,
    hadamard,
    hessian,
    identity,
    index,
    jacobian,
    norm2,
    ones,
    sum_over,
    symbol,
)
from derive.expr.nodes import Expr

n, d, k = dims("n d k")
A, B = symbol("A", n, n), symbol("B", n, n)
S = symbol("S", n, n, facts=["pd"])
X, w, y = symbol("X", n, d), symbol("w", d), symbol("y", n)
a, b, z = symbol("a", n), symbol("b", n), symbol("z", k)
x, c = symbol("x"), symbol("c")
i = index("i", n)
softmax = apply("softmax", z)
loss = norm2(X @ w - y)
Claim = tuple[Expr, Expr]

IDENTITIES: dict[str, Claim] = {
    "transpose of a product": ((A @ B).T, B.T @ A.T),
    "cyclic trace": (apply("trace", A @ B), apply("trace", B @ A)),
    "determinant of a product": (apply("det", A @ B), apply("det", A) * apply("det", B)),
    "expanded square": (loss, w.T @ X.T @ X @ w - 2 * y.T @ X @ w + y.T @ y),
    "shift of a softmax": (apply("softmax", z + broadcast(c, k)), softmax),
    "centring": ((identity(n) - ones(n) @ ones(n).T / n) @ X, X - ones(n) @ (X.T @ ones(n)).T / n),
    "inner product by entries": (a.T @ b, sum_over(i, a[i] * b[i])),
    "factored cube": (x**3 - 1, (x - 1) * (x**2 + x + 1)),
    "quadratic form": ((a - b).T @ S @ (a - b), a.T @ S @ a - 2 * a.T @ S @ b + b.T @ S @ b),
    "log of a sigmoid": (-apply("log", apply("sigmoid", x)), apply("softplus", -x)),
    "log determinant": (apply("logdet", S), -apply("logdet", apply("inverse", S))),
    "diagonal": (apply("trace", diag(a) @ A), ones(n).T @ hadamard(a, diag(A))),
}
GRADIENTS: dict[str, Claim] = {
    "least squares": (grad(loss, w), 2 * X.T @ (X @ w - y)),
    "quadratic form": (grad(a.T @ A @ a, a), (A + A.T) @ a),
    "exponential": (grad(apply("exp", a.T @ b), b), apply("exp", a.T @ b) * a),
    "softmax": (jacobian(softmax, z), diag(softmax) - softmax @ softmax.T),
    "log determinant": (grad(apply("logabsdet", A), A), apply("inverse", A).T),
    "hessian": (hessian(loss, w), 2 * X.T @ X),
    "sigmoid": (grad(apply("sigmoid", x), x), apply("sigmoid", x) * (1 - apply("sigmoid", x))),
    "trace": (grad(apply("trace", A @ B), A), B.T),
}


def timed(claims: dict[str, Claim], rounds: int) -> dict[str, float]:
    """Seconds of processor time for each claim, the median of some rounds after one that warms up."""
    found = {}
    for name, (lhs, rhs) in claims.items():
        times = []
        for _ in range(rounds + 1):
            start = time.process_time()
            verdict = judge_relation(lhs, "=", rhs)
            times.append(time.process_time() - start)
            if verdict.kind != "holds":
                raise SystemExit(f"{name}: {verdict.kind} {verdict.why}")
        found[name] = statistics.median(times[1:])
    return found


def counted(claims: dict[str, Claim]) -> dict[str, int]:
    """Calls of Python and built-in functions for each claim, after two rounds that warm up."""
    found = {}
    for name, (lhs, rhs) in claims.items():
        for _ in range(2):
            judge_relation(lhs, "=", rhs)
        profile = cProfile.Profile()
        profile.runcall(judge_relation, lhs, "=", rhs)
        found[name] = sum(entry.callcount for entry in profile.getstats())
    return found


def table(title: str, rows: dict[str, float], target: float) -> None:
    """Prints one line for each claim, and the median with its rate."""
    print(f"\n{title}")
    for name, seconds in rows.items():
        print(f"  {name:28s} {seconds * 1e3:8.2f} ms")
    median = statistics.median(rows.values())
    print(
        f"  {'median':28s} {median * 1e3:8.2f} ms = {1 / median:,.0f} a second (target {target:,.0f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", action="store_true", help="count function calls")
    given = parser.parse_args()
    if given.calls:
        for title, claims in (("identities", IDENTITIES), ("gradient claims", GRADIENTS)):
            calls = counted(claims)
            print(f"{title}: {statistics.median(calls.values()):,.0f} calls by median", calls)
        return
    rounds = given.rounds
    identities, gradients = timed(IDENTITIES, rounds), timed(GRADIENTS, rounds)
    table("identities", identities, 5000)
    table("gradient claims, objective seen before", gradients, 2000)


if __name__ == "__main__":
    main()
