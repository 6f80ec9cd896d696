"""Mean and covariance of a minibatch gradient."""

from derive import Note, eq, expectation, not_equal, ones, recipe, sum_over, variance


@recipe(
    "minibatch-gradient",
    title="Mean and covariance of a minibatch gradient",
    chapter="optimisation",
    needs=["variance-identities"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 8.1.3",
    level=2,
)
def minibatch_gradient(note: Note) -> None:
    """The gradient of a random batch is right on average, and its covariance falls with the size of the batch."""
    N, b, d = note.dims("N b d")
    i, j, k = note.index("i", N), note.index("j", N), note.index("k", b)
    g = note.family("g", N, d, meaning="gradients of the examples")
    m = note.random("m", (N,), "subset", b, meaning="which examples are in the batch")

    note.suppose(b <= N, N >= 2)
    note("""Gradient descent on all examples is slow, so one uses a random batch of them in each step. How
        good is its gradient? Each example is in the batch or not, and $b$ of them are. All batches are
        equally likely, so that a given example is in a share $b / N$ of them,""")
    note.calc(expectation(m[i], m), eq(b / N, "all examples are alike"))
    note("and a pair of different examples, drawn one after the other, in a smaller one:")
    with note.suppose(not_equal(i, j)):
        note.calc(
            expectation(m[i] * m[j], m),
            eq(b / N * ((b - 1) / (N - 1)), "one of the others follows"),
        )
    gbar = note.let(r"\bar{g}", 1 / N * sum_over(i, g[i]), "gradient over all examples")
    S = note.let(
        "S", 1 / N * sum_over(i, (g[i] - gbar) @ (g[i] - gbar).T), "covariance of the gradients"
    )
    gB = note.let("g_B", 1 / b * sum_over(i, m[i] * g[i]), "gradient of the batch")
    note("The mean follows by linearity. The gradient of the batch is right on average:")
    note.calc(
        expectation(gB, m),
        eq(1 / b * sum_over(i, expectation(m[i], m) * g[i]), "linearity of the expectation"),
        eq(gbar, "the share of each example"),
        result=True,
    )
    note("""For the covariance one needs all pairs. The differences from the mean sum to zero, so that the
        sum over different pairs is minus the sum over equal ones:""")
    note.calc(
        sum_over((i, j), (g[i] - gbar) @ (g[j] - gbar).T, not_equal(i, j)),
        eq(-N * S, r"$\sum_i (g_i - \bar{g}) = 0$"),
    )
    note("Equal and different pairs have their own probability:")
    note.calc(
        variance(gB, m),
        eq(
            1
            / b**2
            * (
                b / N * sum_over(i, (g[i] - gbar) @ (g[i] - gbar).T)
                + b
                / N
                * ((b - 1) / (N - 1))
                * sum_over((i, j), (g[i] - gbar) @ (g[j] - gbar).T, not_equal(i, j))
            ),
            "probabilities of the pairs",
        ),
        eq(1 / b * (S - (b - 1) / (N - 1) * S), "insert both sums"),
        eq(1 / b * ((N - b) / (N - 1)) * S, "collect"),
        result=True,
    )
    note("""A batch of all examples has no variance left. If examples are drawn with replacement instead,
        the draws are independent, and variances of independent vectors add up:""")
    z = note.random(
        "z", (d,), "finite", g, ones(N) / N, meaning="the gradient of one random example"
    )
    x = note.random("x", (b, d), "iid", z, meaning="the gradients of the batch, with replacement")
    note.calc(
        variance(1 / b * sum_over(k, x[k, :]), x),
        eq(1 / b**2 * (b * variance(z, z)), "independent draws"),
        eq(1 / b * S, "covariance of one draw"),
        result=True,
    )
    note("""Four times the batch halves the noise, and costs four times as much. That is why small batches
        are used, with many steps.""")
