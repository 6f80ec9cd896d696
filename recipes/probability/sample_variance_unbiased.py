"""Why the sample variance divides by n - 1."""

from derive import Note, eq, expectation, recipe, sum_over, variance


@recipe(
    "sample-variance-unbiased",
    title="Why the sample variance divides by one less than the number of samples",
    chapter="probability",
    needs=["variance-identities"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (1.58) and exercise 1.12",
    level=2,
)
def sample_variance_unbiased(note: Note) -> None:
    """Deviations from the sample mean are too small by a factor of n - 1 over n on average."""
    (n,) = note.dims("n")
    i = note.index("i", n)
    mu = note.scalar(r"\mu", "mean of the law")
    s = note.scalar(r"\sigma", "standard deviation of the law", "positive")
    z = note.random("z", (), "any", mu, s**2, meaning="one draw, from any law with a variance")
    x = note.random("x", (n,), "iid", z, meaning="the samples")

    note("""The variance is the mean squared deviation from the mean. If the mean is not known, it is
        replaced by the mean of the samples, to which they are closer than to the true one. How much
        is lost? Of the law only its mean and its variance will matter.""")
    note.calc(variance(z, z), eq(s**2, "the variance of one draw"))
    xbar = note.let(r"\bar{x}", 1 / n * sum_over(i, x[i]), "mean of the samples")
    note("Add and subtract the true mean. The mixed term is again a square:")
    note.calc(
        sum_over(i, (x[i] - xbar) ** 2),
        eq(sum_over(i, ((x[i] - mu) - (xbar - mu)) ** 2), r"add and subtract $\mu$"),
        eq(
            sum_over(i, (x[i] - mu) ** 2)
            - 2 * (xbar - mu) * sum_over(i, x[i] - mu)
            + n * (xbar - mu) ** 2,
            "expand the square",
        ),
        eq(
            sum_over(i, (x[i] - mu) ** 2) - n * (xbar - mu) ** 2,
            r"$\sum_i (x_i - \mu) = n (\bar{x} - \mu)$",
        ),
    )
    note("""Take expectations. The first term has the mean that one hopes for. The mean of the samples
        varies less than a sample, as independent deviations partly cancel:""")
    note.calc(
        expectation(sum_over(i, (x[i] - mu) ** 2), x),
        eq(n * s**2, "the variance of each sample"),
    )
    note.calc(
        expectation((xbar - mu) ** 2, x),
        eq(1 / n**2 * expectation(sum_over(i, x[i] - mu) ** 2, x), "definition of the mean"),
        eq(s**2 / n, "independent samples: variances add up"),
    )
    note("Together one of the variances is lost:")
    note.calc(
        expectation(sum_over(i, (x[i] - xbar) ** 2), x),
        eq(n * s**2 - n * (s**2 / n), "insert"),
        eq((n - 1) * s**2, "cancel"),
        result=True,
    )
    note(r"""Divide by $n - 1$, and the estimate is right on average; divide by $n$, as maximum
        likelihood does, and it is too small.""")
    note.calc(
        expectation(1 / (n - 1) * sum_over(i, (x[i] - xbar) ** 2), x),
        eq(s**2, "divide"),
        result=True,
    )
    note.calc(
        expectation(1 / n * sum_over(i, (x[i] - xbar) ** 2), x),
        eq((n - 1) / n * s**2, "divide"),
        result=True,
    )
