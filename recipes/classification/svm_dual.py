"""Dual of the soft-margin support vector classifier."""

from fractions import Fraction

from derive import Note, eq, equals, ge, grad, hadamard, norm2, ones, partial, recipe, sum_over

HALF = Fraction(1, 2)


@recipe(
    "svm-dual",
    title="Dual of the soft-margin support vector classifier",
    chapter="classification",
    needs=["hinge-subgradient", "equality-qp-kkt"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 7.1.1 and equations (7.32) "
    "to (7.34); Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "
    "12.2.1; Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 12.3",
    level=4,
)
def svm_dual(note: Note) -> None:
    """The dual of the support vector machine has one bounded number per example, and inner products only."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", n)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "labels, $-1$ or $1$", "sign")
    w = note.vector("w", d, "weights")
    b = note.scalar("b", "offset")
    xi = note.vector(r"\xi", n, "what is missing to the margin", "nonnegative")
    C = note.scalar("C", "price of a missing margin", "positive")
    a = note.vector(r"\alpha", n, "multipliers of the margins", "nonnegative")
    mu = note.vector(r"\mu", n, r"multipliers of $\xi \ge 0$", "nonnegative")

    note(r"""A support vector machine asks for a margin of one at each example, $y_i (w^\top x_i + b) \ge 1 -
        \xi_i$, and pays for what is missing, $\xi_i \ge 0$. Each inequality gets a multiplier that is not
        negative, so that violating it costs:""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    primal = note.let("P", HALF * norm2(w) + C * sum_over(i, xi[i]), "objective of the classifier")
    Lag = note.let(
        r"\Lambda",
        primal
        - sum_over(i, a[i] * (y[i] * (w.T @ x[i] + b) - 1 + xi[i]))
        - sum_over(i, mu[i] * xi[i]),
        "Lagrangian",
    )
    note("Differentiate by all that is not a multiplier:")
    note.calc(
        grad(Lag, w),
        eq(w - sum_over(i, a[i] * y[i] * x[i]), "gradients of a square and of linear forms"),
    )
    note.calc(partial(Lag, b), eq(-sum_over(i, a[i] * y[i]), "linear in $b$"))
    note.calc(partial(Lag, xi[i]), eq(C - a[i] - mu[i], r"linear in $\xi_i$"))
    note("""At a stationary point the weights are a combination of the examples. Put that back. The offset
        and the slacks drop out, since their coefficients vanish:""")
    dual = note.let(
        "D",
        sum_over(i, a[i]) - HALF * sum_over((i, j), a[i] * a[j] * y[i] * y[j] * (x[i].T @ x[j])),
        "dual objective",
    )
    with note.suppose(
        equals(w, sum_over(i, a[i] * y[i] * x[i])),
        equals(a.T @ y, 0),
        equals(mu, C * ones(n) - a),
    ):
        note.calc(
            Lag,
            eq(
                HALF * norm2(w)
                - w.T @ sum_over(i, a[i] * y[i] * x[i])
                - b * sum_over(i, a[i] * y[i])
                + sum_over(i, a[i])
                + sum_over(i, (C - a[i] - mu[i]) * xi[i]),
                "collect the terms of each variable",
            ),
            eq(sum_over(i, a[i]) - HALF * norm2(w), "stationarity"),
            eq(dual, "insert the weights"),
            result=True,
        )
    note(r"""So the dual is to be made as large as possible, over $\alpha_i \ge 0$ with $\sum_i \alpha_i y_i =
        0$; and since $\mu_i = C - \alpha_i$ is not negative either, $\alpha_i \le C$. How far are the two
        objectives apart? For any weights and any multipliers with $\alpha^\top y = 0$ it is a sum of three
        terms:""")
    v = note.let("v", X.T @ hadamard(a, y), "the weights that belong to the multipliers")
    with note.suppose(equals(a.T @ y, 0)):
        note.calc(
            primal - dual,
            eq(
                HALF * norm2(w - v)
                + sum_over(i, a[i] * (y[i] * (w.T @ x[i] + b) - 1 + xi[i]))
                + sum_over(i, (C - a[i]) * xi[i]),
                "complete the square",
            ),
            result=True,
        )
    note(r"""For points that are allowed none of the three is negative, so the dual never exceeds the primal.
        Write $m_i$ for what the margin of example $i$ has in excess of $1 - \xi_i$, and $r_i$ for $C -
        \alpha_i$:""")
    m = note.vector("m", n, "excess of the margins", "nonnegative")
    r = note.vector("r", n, r"$C - \alpha_i$", "nonnegative")
    note.calc(
        HALF * norm2(w - v) + sum_over(i, a[i] * m[i]) + sum_over(i, r[i] * xi[i]),
        ge(0, "no term is negative"),
    )
    note(r"""They agree exactly if all three terms vanish: $w = \sum_i \alpha_i y_i x_i$; an example with $\alpha_i
        > 0$ has no margin in excess, and is called a support vector; and one that misses the margin has
        $\alpha_i = C$. The examples enter through inner products only, so a kernel may take their
        place:""")
    K = note.let("K", X @ X.T, "inner products of the examples")
    note.calc(
        dual,
        eq(
            a.T @ ones(n) - HALF * hadamard(a, y).T @ K @ hadamard(a, y),
            "matrix form",
        ),
        result=True,
    )
