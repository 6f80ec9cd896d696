"""Gaussian prior gives ridge regression."""

from derive import (
    Note,
    absolute,
    eq,
    exp,
    grad,
    identity,
    inverse,
    log,
    norm2,
    pi,
    product_over,
    recipe,
    sum_over,
)


@recipe(
    "map-ridge",
    title="Gaussian prior gives ridge regression",
    chapter="regression",
    needs=["ridge-regression"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (1.67) and section 3.3.1; "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 9.2.3",
    level=2,
)
def map_ridge(note: Note) -> None:
    """The most probable weights under a Gaussian prior are those of ridge regression."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", d)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")
    t = note.scalar(r"\tau", "standard deviation of each weight in the prior", "positive")

    note(r"""Why should large weights be penalised? Because one believes that they are small. Say so in a
        prior: before any data, each weight is Gaussian with mean zero and variance $\tau^2$. The targets
        are the predictions plus Gaussian noise.""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    like = note.let(
        "p_y",
        product_over(
            i, (2 * pi * s**2) ** (-1 / 2) * exp(-((y[i] - x[i].T @ w) ** 2) / (2 * s**2))
        ),
        "likelihood of the targets",
    )
    prior = note.let(
        "p_w",
        product_over(j, (2 * pi * t**2) ** (-1 / 2) * exp(-(w[j] ** 2) / (2 * t**2))),
        "prior of the weights",
    )
    note("""By Bayes' rule the posterior is proportional to their product; the evidence does not contain
        the weights. The logarithm turns the product into a sum of squares:""")
    const = note.let(
        "c",
        n / 2 * log(2 * pi * s**2) + d / 2 * log(2 * pi * t**2),
        "terms without the weights",
    )
    note.calc(
        -log(like * prior),
        eq(-log(like) - log(prior), "logarithm of a product"),
        eq(
            1 / (2 * s**2) * sum_over(i, (y[i] - x[i].T @ w) ** 2)
            + 1 / (2 * t**2) * sum_over(j, w[j] ** 2)
            + const,
            "logarithm of each density",
        ),
        eq(
            1 / (2 * s**2) * norm2(X @ w - y) + 1 / (2 * t**2) * norm2(w) + const,
            "sums of squares as norms",
        ),
        result=True,
    )
    note("""Multiply by twice the variance of the noise, which does not move the minimum, and leave the
        constant out. What remains is the objective of ridge regression:""")
    lam = note.let(r"\lambda", s**2 / t**2, "strength of the penalty")
    J = note.let("J", norm2(X @ w - y) + lam * norm2(w), "objective of ridge regression")
    note.calc(
        2 * s**2 * (-log(like * prior) - const),
        eq(norm2(X @ w - y) + s**2 / t**2 * norm2(w), r"multiply by $2 \sigma^2$"),
        eq(J, r"$\lambda = \sigma^2 / \tau^2$"),
        result=True,
    )
    note("So the most probable weights are the ridge weights:")
    w_hat = note.minimiser(r"\hat{w}", J, w, "weights of largest posterior density")
    note.calc(
        grad(J, w),
        eq(2 * (X.T @ X + lam * identity(d)) @ w - 2 * X.T @ y, "ridge regression"),
    )
    note.calc(
        w_hat,
        eq(inverse(X.T @ X + lam * identity(d)) @ X.T @ y, r"$\nabla J(\hat{w}) = 0$"),
        result=True,
    )
    note(r"""Much noise, or weights that are believed to be small, ask for a strong penalty. A prior with
        another density gives another penalty: that of Laplace falls off like $e^{-|w_j| / b}$, and its
        logarithm is the penalty of the lasso.""")
    b = note.scalar("b", "scale of a Laplace prior", "positive")
    note.calc(
        -log(product_over(j, 1 / (2 * b) * exp(-absolute(w[j]) / b))),
        eq(1 / b * sum_over(j, absolute(w[j])) + d * log(2 * b), "logarithm of each density"),
    )
