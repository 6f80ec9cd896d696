"""Negative log-likelihood of a network that predicts mean and log-variance."""

from fractions import Fraction

from derive import Note, eq, exp, log, partial, pi, product_over, recipe, sum_over

HALF = Fraction(1, 2)


@recipe(
    "heteroscedastic-nll",
    title="Negative log-likelihood of a network that predicts mean and log-variance",
    chapter="likelihood",
    needs=["gaussian-loglik-gradient"],
    source="Nix and Weigend, Estimating the Mean and Variance of the Target Probability Distribution "
    "(1994)",
    level=2,
)
def heteroscedastic_nll(note: Note) -> None:
    """Errors count less where the network expects noise, and expecting noise has a price."""
    (n,) = note.dims("n")
    i, j = note.index("i", n), note.index("j", n)
    y = note.vector("y", n, "targets")
    mu = note.vector(r"\mu", n, "predicted means")
    s = note.vector("s", n, "predicted logarithms of the variances")

    note(r"""A network shall say not only what it predicts but also how sure it is. Let it have two outputs, a
        mean $\mu_i$ and a number $s_i$ that may be anything; the variance is $e^{s_i}$, positive in any case.
        The targets are Gaussian:""")
    like = note.let(
        "p",
        product_over(
            j, exp(-((y[j] - mu[j]) ** 2) / (2 * exp(s[j]))) / (2 * pi * exp(s[j])) ** HALF
        ),
        "likelihood",
    )
    note("""The logarithm of each density has two terms, the error in units of the variance, and the
        logarithm of the normaliser:""")
    L = note.let(
        "L", HALF * sum_over(j, s[j] + (y[j] - mu[j]) ** 2 * exp(-s[j])), "negative log-likelihood"
    )
    note.calc(
        -log(like),
        eq(
            sum_over(j, (y[j] - mu[j]) ** 2 / (2 * exp(s[j])) + HALF * log(2 * pi * exp(s[j]))),
            "logarithm of a product",
        ),
        eq(L + n / 2 * log(2 * pi), r"$\log e^{s_j} = s_j$"),
        result=True,
    )
    note("In the mean, this is a squared error weighted by the precision:")
    note.calc(
        partial(L, mu[i]),
        eq(HALF * exp(-s[i]) * partial((y[i] - mu[i]) ** 2, mu[i]), "one term contains the mean"),
        eq(-(y[i] - mu[i]) * exp(-s[i]), "power rule"),
        result=True,
    )
    note("""In the log-variance there are two forces. The first term asks for a small variance, the second
        for one that is large enough for the error:""")
    note.calc(
        partial(L, s[i]),
        eq(HALF * (1 + (y[i] - mu[i]) ** 2 * partial(exp(-s[i]), s[i])), "one term contains it"),
        eq(HALF * (1 - (y[i] - mu[i]) ** 2 * exp(-s[i])), "derivative of the exponential"),
        result=True,
    )
    note("They balance when the variance equals the squared error:")
    r = note.scalar("r", "squared error of one example", "positive")
    t = note.scalar("t", "its log-variance")
    best = note.minimiser(
        r"\hat{t}", HALF * (t + r * exp(-t)), t, "best log-variance for one example"
    )
    note.calc(best, eq(log(r), "the derivative vanishes"), result=True)
    note("""A single example would drive its variance to its own error. That the outputs are shared by all
        inputs keeps a network from doing so.""")
