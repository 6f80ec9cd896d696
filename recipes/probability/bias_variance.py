"""Bias-variance decomposition."""

from derive import Note, eq, expectation, identity, norm2, recipe, variance


@recipe(
    "bias-variance",
    title="Bias-variance decomposition",
    chapter="probability",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (3.41); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), equation (7.9); "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 5.4.4",
    level=3,
)
def bias_variance(note: Note) -> None:
    """The expected squared error of a prediction is noise plus squared bias plus variance."""
    (n,) = note.dims("n")
    y = note.random("y", (), "any", meaning="a new target at the input of interest")
    g = note.random(
        r"\hat{f}", (), "any", meaning="the prediction there, from independent training data"
    )

    note(r"""Why do larger models not always predict better? Fix one input. Its target $y$ is
        random, and so is the prediction $\hat{f}$, since it depends on the training data that
        happened to be drawn; the two are independent. The best that could be predicted is the
        mean of the target, and what is left around it is noise.""")
    f = note.let("f", expectation(y, y), "mean of the target: the true function at the input")
    s2 = note.let(r"\sigma^2", expectation((y - f) ** 2, y), "variance of the noise")
    note(r"""First split off the noise. Add and subtract $f$; by independence the mixed term is a
        product of two means, and $y - f$ has mean zero.""")
    note.calc(
        expectation((y - g) ** 2, y, g),
        eq(
            expectation(((y - f) + (f - g)) ** 2, y, g),
            "add and subtract $f$",
            rule="expand the square",
        ),
        eq(
            expectation((y - f) ** 2, y)
            + 2 * expectation(y - f, y) * expectation(f - g, g)
            + expectation((f - g) ** 2, g),
            "expand; independence",
        ),
        eq(s2 + expectation((g - f) ** 2, g), r"$\mathbb{E}[y - f] = 0$"),
    )
    note("""The noise is out of our hands. The other term is the error of the prediction against
        the truth. Insert the mean prediction,""")
    gbar = note.let(r"\bar{f}", expectation(g, g), "mean prediction, over training sets")
    note.calc(
        expectation((g - f) ** 2, g),
        eq(
            expectation(((g - gbar) + (gbar - f)) ** 2, g),
            r"add and subtract $\bar{f}$",
            rule="expand the square",
        ),
        eq(
            expectation((g - gbar) ** 2, g)
            + 2 * (gbar - f) * expectation(g - gbar, g)
            + (gbar - f) ** 2,
            "expand; $\\bar{f} - f$ is a number",
        ),
        eq(
            (gbar - f) ** 2 + expectation((g - gbar) ** 2, g),
            r"$\mathbb{E}[\hat{f} - \bar{f}] = 0$",
        ),
    )
    note("so that the error has three parts:")
    note.calc(
        expectation((y - g) ** 2, y, g),
        eq(
            s2 + (gbar - f) ** 2 + expectation((g - gbar) ** 2, g),
            "noise, squared bias, variance",
        ),
        result=True,
    )
    note(r"""A rigid model has a large bias and a small variance, a flexible one the reverse, and
        the best model balances them. For predictions that are linear in the training targets,
        $\hat{f} = h^\top y$, as in least squares and ridge regression, the variance can be
        written down: the targets have covariance $\tau^2 I$, and""")
    h = note.vector("h", n, "weights of the training targets in a linear prediction")
    m = note.vector("m", n, "means of the training targets")
    tau = note.scalar(r"\tau", "standard deviation of a training target", "positive")
    v = note.random("v", (n,), "normal", m, tau**2 * identity(n), meaning="training targets")
    note.calc(
        variance(h.T @ v, v),
        eq(expectation((h.T @ (v - m)) ** 2, v), "definition of the variance"),
        eq(tau**2 * norm2(h), "independent targets: variances add up"),
    )
