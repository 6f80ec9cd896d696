"""Variance, covariance and total variance."""

from derive import Note, covariance, eq, expectation, recipe, sum_over, variance


@recipe(
    "variance-identities",
    title="Variance, covariance and total variance",
    chapter="probability",
    needs=[],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 6.4",
    level=1,
)
def variance_identities(note: Note) -> None:
    """How covariances are computed, how they change under a linear map, and how a variance splits by a condition."""
    d, k = note.dims("d k")
    x = note.random("x", (d,), "any", meaning="a random vector")
    A = note.matrix("A", k, d, "a linear map")
    b = note.vector("b", k, "a shift")

    note(r"""The covariance of a random vector is the mean of $(x - m) (x - m)^\top$, which holds the
        variances of the entries on its diagonal. Expectations are linear, and all else follows from
        that.""")
    m = note.let("m", expectation(x, x), "mean")
    S = note.let(r"\Sigma", variance(x, x), "covariance")
    note("Expand the product. The mean is a constant and leaves the expectation:")
    note.calc(
        S,
        eq(expectation((x - m) @ (x - m).T, x), "definition of the covariance"),
        eq(
            expectation(x @ x.T, x) - m @ expectation(x, x).T - expectation(x, x) @ m.T + m @ m.T,
            "linearity of the expectation",
        ),
        eq(expectation(x @ x.T, x) - m @ m.T, r"$\mathbb{E}[x] = m$"),
        result=True,
    )
    note("A linear map with a shift moves the mean with it,")
    note.calc(
        expectation(A @ x + b, x),
        eq(A @ m + b, "linearity of the expectation"),
        result=True,
    )
    note("and in the covariance the shift cancels, while the map appears once on each side:")
    note.calc(
        variance(A @ x + b, x),
        eq(
            expectation((A @ x + b - (A @ m + b)) @ (A @ x + b - (A @ m + b)).T, x),
            "definition of the covariance",
        ),
        eq(A @ expectation((x - m) @ (x - m).T, x) @ A.T, "constants leave the expectation"),
        eq(A @ S @ A.T, r"definition of $\Sigma$"),
        result=True,
    )
    note(
        "Two numbers that are independent have a covariance of zero, so that their variances add up."
    )
    y = note.random("y", (), "any", meaning="a random number")
    z = note.random("z", (), "any", meaning="another one, independent of it")
    note.calc(
        variance(y + z, y, z),
        eq(
            variance(y, y) + variance(z, z) + 2 * covariance(y, z, y, z),
            "expand the square",
        ),
        eq(variance(y, y) + variance(z, z), "independence"),
        result=True,
    )
    note(r"""How much of the variance of a number remains when something else is known? Let a group be
        drawn first, with probability $p_i$, and then one of finitely many values $v_k$, with the
        probability $Q_{ik}$ in group $i$.""")
    r, n = note.dims("r n")
    i, j = note.index("i", r), note.index("k", n)
    p = note.vector("p", r, "probabilities of the groups", "simplex")
    Q = note.matrix("Q", r, n, "probabilities of the values in each group", "stochastic_rows")
    v = note.vector("v", n, "values")
    g = note.array("g", (i,), sum_over(j, Q[i, j] * v[j]), "mean of each group")
    s = note.array(
        "s", (i,), sum_over(j, Q[i, j] * (v[j] - g[i]) ** 2), "variance within each group"
    )
    a = note.let("a", sum_over(i, p[i] * g[i]), "mean of all: the mean of the means of the groups")
    note("""Add and subtract the mean of the group. The mixed term vanishes in each group by itself,
        since the differences from its own mean have mean zero:""")
    note.calc(
        sum_over(i, p[i] * sum_over(j, Q[i, j] * (v[j] - a) ** 2)),
        eq(
            sum_over(i, p[i] * sum_over(j, Q[i, j] * ((v[j] - g[i]) + (g[i] - a)) ** 2)),
            "add and subtract $g_i$",
        ),
        eq(
            sum_over(i, p[i] * s[i])
            + 2 * sum_over(i, p[i] * (g[i] - a) * sum_over(j, Q[i, j] * (v[j] - g[i])))
            + sum_over(i, p[i] * (g[i] - a) ** 2),
            "expand the square",
        ),
        eq(
            sum_over(i, p[i] * s[i]) + sum_over(i, p[i] * (g[i] - a) ** 2),
            r"$\sum_k Q_{ik} (v_k - g_i) = 0$",
        ),
        result=True,
    )
    note("""The total variance is the mean of the variances within the groups plus the variance of their
        means, the law of total variance.""")
