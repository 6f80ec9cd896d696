"""Least squares is unbiased; its covariance and the noise estimate."""

from derive import (
    Note,
    eq,
    expectation,
    identity,
    inverse,
    norm2,
    recipe,
    trace,
    variance,
)


@recipe(
    "ols-covariance",
    title="Least squares is unbiased; its covariance and the noise estimate",
    chapter="regression",
    needs=["normal-equations", "variance-identities"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), equation (3.8)",
    level=3,
)
def ols_covariance(note: Note) -> None:
    """How far the least-squares weights stray from the true ones, and how the residuals tell the noise."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, held fixed", "full_column_rank")
    w = note.vector("w", d, "true weights")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")
    z = note.random("z", (), "any", 0, s**2, meaning="noise of one target, of any law")
    e = note.random(r"\epsilon", (n,), "iid", z, meaning="noise of the targets")

    note.suppose(n > d)
    note(r"""Suppose that the model is right: the targets are $X w$ plus noise that is independent, with mean
        zero and the same variance for all. How good are the weights that least squares finds?""")
    y = note.let("y", X @ w + e, "targets")
    w_hat = note.let(r"\hat{w}", inverse(X.T @ X) @ X.T @ y, "least-squares weights")
    note("Insert the targets. The true weights come back, plus a linear function of the noise:")
    note.calc(
        w_hat,
        eq(inverse(X.T @ X) @ (X.T @ X) @ w + inverse(X.T @ X) @ X.T @ e, "distribute"),
        eq(w + inverse(X.T @ X) @ X.T @ e, "a matrix times its inverse"),
    )
    note("The noise has mean zero, so the weights are right on average:")
    note.calc(
        expectation(w_hat, e),
        eq(w + inverse(X.T @ X) @ X.T @ expectation(e, e), "linearity of the expectation"),
        eq(w, r"$\mathbb{E}[\epsilon] = 0$"),
        result=True,
    )
    note("Their covariance is that of a linear map of the noise:")
    note.calc(
        variance(w_hat, e),
        eq(
            inverse(X.T @ X) @ X.T @ variance(e, e) @ X @ inverse(X.T @ X),
            "covariance of a linear map",
        ),
        eq(s**2 * inverse(X.T @ X) @ X.T @ X @ inverse(X.T @ X), "independent noise"),
        eq(s**2 * inverse(X.T @ X), "a matrix times its inverse"),
        result=True,
    )
    note("""To use it one must know the noise, of which the residuals are a picture. They are what the
        projection onto the columns of $X$ leaves of the noise:""")
    H = note.let("H", X @ inverse(X.T @ X) @ X.T, "projection onto the columns of $X$")
    note.calc(
        y - X @ w_hat,
        eq(X @ w + e - X @ w - H @ e, "insert"),
        eq((identity(n) - H) @ e, "factor out the noise"),
    )
    note(r"""A projection is its own square. The mean of a quadratic form in the noise is $\sigma^2$ times a
        trace, and that trace counts the dimensions that are left:""")
    note.calc(
        expectation(norm2(y - X @ w_hat), e),
        eq(
            expectation(e.T @ (identity(n) - H) @ e, e),
            "$I - H$ is symmetric and its own square",
        ),
        eq(s**2 * trace(identity(n) - H), r"$\mathbb{E}[\epsilon \epsilon^\top] = \sigma^2 I$"),
        eq(s**2 * (n - trace(inverse(X.T @ X) @ X.T @ X)), "cyclic property of the trace"),
        eq((n - d) * s**2, r"$\operatorname{tr} I = d$"),
        result=True,
    )
    note("""The fit has used up one dimension for each weight. Divide by what is left, and the estimate of
        the noise is right on average:""")
    note.calc(
        expectation(norm2(y - X @ w_hat) / (n - d), e),
        eq(s**2, "divide"),
        result=True,
    )
