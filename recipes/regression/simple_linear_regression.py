"""Straight-line fit: slope and intercept."""

from derive import Note, eq, partial, recipe, sum_over


@recipe(
    "simple-linear-regression",
    title="Straight-line fit: slope and intercept",
    chapter="regression",
    needs=[],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 3.2",
    level=1,
)
def simple_linear_regression(note: Note) -> None:
    """The best line runs through the means, and its slope is a covariance over a variance."""
    (n,) = note.dims("n")
    i = note.index("i", n)
    x = note.vector("x", n, "inputs, not all equal")
    y = note.vector("y", n, "targets")
    a = note.scalar("a", "intercept")
    b = note.scalar("b", "slope")

    note("""Draw the straight line through points in the plane that has the smallest sum of squared
        vertical distances.""")
    L = note.let("L", sum_over(i, (y[i] - a - b * x[i]) ** 2), "sum of squares")
    xbar = note.let(r"\bar{x}", 1 / n * sum_over(i, x[i]), "mean of the inputs")
    ybar = note.let(r"\bar{y}", 1 / n * sum_over(i, y[i]), "mean of the targets")
    note("Differentiate by the intercept first:")
    note.calc(
        partial(L, a),
        eq(-2 * sum_over(i, y[i] - a - b * x[i]), "chain rule"),
        eq(-2 * n * (ybar - a - b * xbar), "definition of the means"),
        result=True,
    )
    note("For a given slope it vanishes at one intercept. The best line runs through the means:")
    a_hat = note.minimiser(r"\hat{a}", L, a, "best intercept for a given slope")
    note.calc(
        a_hat,
        eq(ybar - b * xbar, "the derivative vanishes"),
        result=True,
    )
    note("With this intercept, only differences from the means are left in the sum of squares:")
    M = note.let(
        "M",
        sum_over(i, (y[i] - ybar - b * (x[i] - xbar)) ** 2),
        "sum of squares with the best intercept",
    )
    note.calc(
        sum_over(i, (y[i] - (ybar - b * xbar) - b * x[i]) ** 2),
        eq(M, "collect the slope"),
    )
    note("Now the slope:")
    note.calc(
        partial(M, b),
        eq(
            -2 * sum_over(i, (x[i] - xbar) * (y[i] - ybar - b * (x[i] - xbar))),
            "chain rule",
        ),
        eq(
            2 * b * sum_over(i, (x[i] - xbar) ** 2)
            - 2 * sum_over(i, (x[i] - xbar) * (y[i] - ybar)),
            "collect the slope",
        ),
    )
    b_hat = note.minimiser(r"\hat{b}", M, b, "best slope")
    note.calc(
        b_hat,
        eq(
            sum_over(i, (x[i] - xbar) * (y[i] - ybar)) / sum_over(i, (x[i] - xbar) ** 2),
            "the derivative vanishes",
        ),
        result=True,
    )
    note("""The sums over differences from the means are often computed without them; centring one of
        the two factors is enough.""")
    note.calc(
        sum_over(i, (x[i] - xbar) * (y[i] - ybar)),
        eq(
            sum_over(i, (x[i] - xbar) * y[i]) - ybar * sum_over(i, x[i] - xbar),
            "expand one bracket",
        ),
        eq(sum_over(i, (x[i] - xbar) * y[i]), r"$\sum_i (x_i - \bar{x}) = 0$"),
    )
