"""Coordinate descent for the lasso."""

from fractions import Fraction

from derive import (
    Note,
    absolute,
    eq,
    ge,
    maximum,
    norm2,
    not_equal,
    partial,
    recipe,
    sign,
    sum_over,
)

HALF = Fraction(1, 2)


@recipe(
    "lasso-coordinate-update",
    title="Coordinate descent for the lasso",
    chapter="regression",
    needs=["soft-threshold-prox", "ridge-regression"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 3.8.6",
    level=3,
)
def lasso_coordinate_update(note: Note) -> None:
    """One weight at a time, the lasso is a parabola with a kink, whose lowest point is a soft threshold."""
    n, d = note.dims("n d")
    j, k = note.index("j", d), note.index("k", d)
    X = note.matrix("X", n, d, "design matrix, one example per row", "full_column_rank")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    u = note.scalar("u", "a value for weight $j$")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note("""The lasso penalises the absolute values of the weights. There is no closed form for all weights at
        once, but for a single one there is, and one may go round the weights until nothing changes. Hold all
        weights but one fixed. What they leave of the targets is the partial residual:""")
    J = note.let(
        "J", HALF * norm2(y - X @ w) + lam * sum_over(k, absolute(w[k])), "objective of the lasso"
    )
    r = note.array(
        "r",
        (j,),
        X[:, j].T @ (y - sum_over(k, w[k] * X[:, k], not_equal(k, j))),
        "products of each column with its partial residual",
    )
    q = note.array("q", (j,), X[:, j].T @ X[:, j], "squared lengths of the columns")
    note("Differentiate the smooth part by one weight. It occurs in the residual, once:")
    note.calc(
        partial(HALF * norm2(y - X @ w), w[j]),
        eq(-X[:, j].T @ (y - X @ w), "chain rule"),
        eq(q[j] * w[j] - r[j], "separate the term of weight $j$"),
        result=True,
    )
    note("""So in this weight the objective is a parabola plus the absolute value; all else is a constant. In
        units of the squared length it is the problem of soft thresholding, with $v = r_j / q_j$:""")
    f = note.define("f", u, HALF * q[j] * u**2 - r[j] * u + lam * absolute(u))
    note.calc(
        f(u),
        eq(
            q[j] * (HALF * (u - r[j] / q[j]) ** 2 + lam / q[j] * absolute(u))
            - r[j] ** 2 / (2 * q[j]),
            "complete the square",
        ),
    )
    note("Its lowest point is the soft threshold of $v$ by the penalty in the same units:")
    best = sign(r[j]) * maximum(absolute(r[j]) - lam, 0) / q[j]
    note.calc(
        sign(r[j] / q[j]) * maximum(absolute(r[j] / q[j]) - lam / q[j], 0),
        eq(best, "the squared length is positive"),
        result=True,
    )
    note("No other value of this weight gives less:")
    note.calc(f(u), ge(f(best), "soft thresholding"), result=True)
    note(r"""A weight whose column explains less than $\lambda$ of what the others leave is exactly zero. For
        $\lambda = 0$ the update makes the residual orthogonal to the column, as least squares does:""")
    note.calc(
        q[j] * (r[j] / q[j]) - r[j],
        eq(0, "the smooth part is stationary"),
    )
    note.calc(J, ge(HALF * norm2(y - X @ w), "the penalty is not negative"))
