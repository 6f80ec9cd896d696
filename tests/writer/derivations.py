"""Derivations and reports built by hand, for the tests of pages."""

from __future__ import annotations

from fractions import Fraction

from derive.checker.verdicts import (
    Counterexample,
    Diagnosis,
    Evidence,
    FileReport,
    RelationReport,
    Verdict,
)
from derive.derivation import Chain, Definition, Derivation, Given, Prose, Reason, Step
from derive.expr.build import (
    apply,
    delta,
    diag,
    dims,
    equals,
    grad,
    hessian,
    index,
    norm2,
    partial,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.facts import Law
from derive.expr.nodes import Expr, Number, Quotient

n, d, k = dims("n d k")
X, y, w = symbol("X", n, d), symbol("y", n), symbol("w", d)
half = Number(Fraction(1, 2))


def step(rhs: Expr, reason: str, op: str = "=", rule: str = "") -> Step:
    return Step(op, rhs, Reason(reason, rule))


def mse() -> Derivation:
    """Gradient and Hessian of the mean squared error."""
    loss = symbol("L", definition=norm2(X @ w - y) / n)
    return Derivation(
        slug="mse-gradient",
        title="Gradient and Hessian of the mean squared error",
        chapter="regression",
        source="Bishop (2006), section 3.1.1",
        needs=("quadratic-form-gradient",),
        givens=(
            Given(X, "design matrix, one example in each row"),
            Given(y, "targets"),
            Given(w, "weights, the variable"),
        ),
        blocks=(
            Prose(
                "A linear model predicts $n$ targets from $d$ features as $X w$. "
                "Its mean squared error is"
            ),
            Definition(loss),
            Prose(
                "The residual $X w - y$ is affine in $w$, with Jacobian $X$. The chain rule for a "
                "squared norm therefore gives the gradient, and one more derivative the Hessian."
            ),
            Chain(
                grad(loss, w),
                (
                    step(
                        2 / n * X.T @ (X @ w - y),
                        "chain rule for a squared norm",
                        rule="squared norm",
                    ),
                    step(2 / n * (X.T @ X @ w - X.T @ y), r"distribute $X^\top$"),
                ),
                result=True,
                name="gradient",
            ),
            Chain(
                hessian(loss, w),
                (step(2 / n * X.T @ X, "the second term does not depend on $w$"),),
                result=True,
                name="hessian",
            ),
        ),
    )


def normal_equations() -> Derivation:
    """Stationary point, with a premise, a wrong step and an unchecked one."""
    loss = symbol("L", definition=Quotient(norm2(X @ w - y), 2 * n))
    best = symbol(r"\hat{w}", d, law=Law("minimiser", (loss, w)))
    inverse = apply("inverse", X.T @ X)
    return Derivation(
        slug="normal-equations",
        title="The normal equations",
        chapter="regression",
        source="Hastie, Tibshirani and Friedman (2009), equation (3.6)",
        needs=("mse-gradient",),
        givens=(
            Given(symbol("X", n, d, facts=["full_column_rank"]), "design matrix"),
            Given(y, "targets"),
            Given(best, "the weights that we look for"),
        ),
        blocks=(
            Prose(
                r"The loss is convex, because $v^\top X^\top X v = \lVert X v \rVert^2 \ge 0$ for "
                "every $v$. A point is therefore a minimiser *exactly* when the gradient vanishes:"
            ),
            Chain(
                X.T @ (X @ best - y),
                (
                    step(zeros(d), "stationarity"),
                    step(X.T @ X @ best - X.T @ y, "the same, with the brackets multiplied out"),
                ),
                premises=(equals(grad(loss, w), zeros(d)),),
            ),
            Prose(r"If $X$ has full column rank, then $X^\top X$ is invertible, and"),
            Chain(
                best,
                (
                    step(inverse @ X.T @ y, "solve the *normal equations*"),
                    step(2 * inverse @ X.T @ y, "a step with a mistake, to show how that looks"),
                    step(inverse @ X.T @ y, "and back"),
                ),
                result=True,
            ),
        ),
    )


def softmax_jacobian() -> Derivation:
    """Index notation, a long side, a family of cases."""
    z = symbol("z", k)
    i, j, m = index("i", k), index("j", k), index("m", k)
    s = symbol("s", definition=apply("softmax", z))
    total = sum_over(m, apply("exp", z[m]))
    exp_i, exp_j = apply("exp", z[i]), apply("exp", z[j])
    return Derivation(
        slug="softmax-jacobian",
        title="Jacobian of the softmax",
        chapter="classification",
        source="Goodfellow, Bengio and Courville (2016), section 6.2.2.3",
        givens=(Given(z, "logits"),),
        blocks=(
            Prose("The softmax of the logits is"),
            Definition(s),
            Prose("By the quotient rule, entry by entry,"),
            Chain(
                partial(s[i], z[j]),
                (
                    step(
                        Quotient(delta(i, j) * exp_i * total - exp_i * exp_j, total**2),
                        r"quotient rule, with $\partial e^{z_i} / \partial z_j = \delta_{ij} e^{z_i}$",
                    ),
                    step(
                        delta(i, j) * Quotient(exp_i, total)
                        - Quotient(exp_i, total) * Quotient(exp_j, total),
                        "divide both terms",
                    ),
                    step(s[i] * (delta(i, j) - s[j]), r"definition of $s$"),
                ),
            ),
            Prose("In matrix form:"),
            Chain(
                partial(s, z),
                (step(diag(s) - s @ s.T, r"collect the entries; the matrix is symmetric"),),
                result=True,
            ),
        ),
    )


EVIDENCE = Evidence(
    sizes=({"n": 5, "d": 3}, {"n": 1, "d": 2}, {"n": 3, "d": 6}),
    points=24,
    seed=0,
    tolerance=1e-9,
    worst=3.1e-16,
    referee="jax.grad",
    mutants=8,
    rejected=8,
)


def report_of(derivation: Derivation, special: dict[int, Verdict] | None = None) -> FileReport:
    """A report in which every step holds, save for the verdicts given by index."""
    count = sum(len(chain.steps) for chain in derivation.chains)
    relations = tuple(
        RelationReport(i, 0, 0, "=", "", "", (special or {}).get(i, Verdict("holds", EVIDENCE)))
        for i in range(1, count + 1)
    )
    return FileReport("", derivation.slug, relations)


FAILS = Verdict(
    "fails",
    EVIDENCE,
    counterexample=Counterexample({"n": 2, "d": 2}, {"X": [[1.0, 2.0], [0.0, 1.0]]}, [1.0], [3.0]),
    diagnosis=Diagnosis("factor", "a factor 2 too much", r"(X^\top X)^{-1} X^\top y"),
)
UNCHECKED = Verdict("unchecked", why="no point found where the premise holds")


def documents() -> list[tuple[Derivation, FileReport]]:
    """The three derivations with their reports: one of them has a failing and an unchecked step."""
    return [
        (mse(), report_of(mse())),
        (normal_equations(), report_of(normal_equations(), {4: FAILS, 5: UNCHECKED})),
        (softmax_jacobian(), report_of(softmax_jacobian())),
    ]
