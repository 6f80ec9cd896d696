"""Dropout in linear regression is an adaptive ridge penalty."""

from derive import (
    Note,
    diag,
    diagonal,
    eq,
    expectation,
    norm2,
    recipe,
    sum_over,
    variance,
)


@recipe(
    "dropout-expectation",
    title="Dropout in linear regression is an adaptive ridge penalty",
    chapter="neural networks",
    needs=["ridge-regression", "variance-identities"],
    source="Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting (2014), "
    "section 9; Goodfellow, Bengio and Courville, Deep Learning (2016), section 7.12",
    level=2,
)
def dropout_expectation(note: Note) -> None:
    """On average, leaving out inputs at random adds a penalty on the weights, larger for inputs that vary more."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", d)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    p = note.scalar("p", "probability that an input is dropped", "probability")
    m = note.random("m", (d,), "bernoulli", 1 - p, meaning="mask of one example: 1 keeps an input")

    note(r"""Dropout sets inputs to zero at random and scales the others up, so that their mean stays. Every input
        of every example has its own mask. What does a linear model learn on average? A masked input has its old
        mean, and the factor in front of it the variance""")
    note.calc(
        expectation(X[i, j] * (m[j] / (1 - p)), m),
        eq(X[i, j] * ((1 - p) / (1 - p)), "mean of a coin"),
        eq(X[i, j], "cancel"),
    )
    note.calc(
        variance(m[j] / (1 - p), m),
        eq(p * (1 - p) / (1 - p) ** 2, "variance of a coin"),
        eq(p / (1 - p), "cancel"),
    )
    note("""Take the prediction for one example. Its mean is the prediction without dropout, and by independence
        the variances of its terms add up:""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    f = note.let("f", sum_over(j, X[i, j] * (m[j] / (1 - p)) * w[j]), "prediction with dropout")
    note.calc(
        expectation(f, m),
        eq(sum_over(j, X[i, j] * w[j]), "linearity of the expectation"),
        eq(x[i].T @ w, "definition of the product"),
    )
    note.calc(
        variance(f, m),
        eq(p / (1 - p) * sum_over(j, X[i, j] ** 2 * w[j] ** 2), "independent masks"),
    )
    note(
        "A mean square is the square of the mean plus the variance. So the squared error of the example is"
    )
    note.calc(
        expectation((y[i] - f) ** 2, m),
        eq((y[i] - expectation(f, m)) ** 2 + variance(f, m), "mean of a square"),
        eq(
            (y[i] - x[i].T @ w) ** 2 + p / (1 - p) * sum_over(j, X[i, j] ** 2 * w[j] ** 2),
            "insert both",
        ),
        result=True,
    )
    note(
        "Sum over the examples. The penalty is a quadratic form with the squared lengths of the columns:"
    )
    note.calc(
        sum_over(i, (y[i] - x[i].T @ w) ** 2 + p / (1 - p) * sum_over(j, X[i, j] ** 2 * w[j] ** 2)),
        eq(
            norm2(y - X @ w) + p / (1 - p) * sum_over(j, w[j] ** 2 * sum_over(i, X[i, j] ** 2)),
            "exchange the sums",
        ),
        eq(
            norm2(y - X @ w) + p / (1 - p) * w.T @ diag(diagonal(X.T @ X)) @ w,
            "the diagonal holds the squared lengths of the columns",
        ),
        result=True,
    )
    note("""For columns of equal length this is ridge regression. Otherwise each weight is penalised according to
        how much its input varies, which makes the penalty independent of units.""")
