"""Differential entropy of a Gaussian."""

from fractions import Fraction

from derive import Note, det, e, eq, exp, expectation, inverse, log, pi, recipe, trace

HALF = Fraction(1, 2)


@recipe(
    "entropy-gaussian",
    title="Differential entropy of a Gaussian",
    chapter="information",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (1.110) and exercise "
    "2.15; Cover and Thomas, Elements of Information Theory (2006), theorem 8.4.1",
    level=3,
)
def entropy_gaussian(note: Note) -> None:
    """The entropy of a Gaussian depends on its covariance alone: one half of log((2 pi e)^d |Sigma|)."""
    (d,) = note.dims("d")
    t = note.vector("t", d, "a point")
    mu = note.vector(r"\mu", d, "mean")
    Sigma = note.matrix(r"\Sigma", d, d, "covariance", "pd")
    x = note.random("x", (d,), "normal", mu, Sigma, meaning="a Gaussian random vector")

    note(r"""The entropy of a density is the mean of $-\log p(x)$: how surprising a draw is on
        average. For a Gaussian the logarithm of the density is a quadratic function, and its mean
        needs nothing but the covariance.""")
    p = note.define(
        "p",
        t,
        (2 * pi) ** (-d / 2)
        * det(Sigma) ** (-HALF)
        * exp(-HALF * ((t - mu).T @ inverse(Sigma) @ (t - mu))),
    )
    h = note.let("h", -expectation(log(p(x)), x), "differential entropy")
    note("The logarithm takes the density apart. The constant terms leave the expectation:")
    form = (x - mu).T @ inverse(Sigma) @ (x - mu)
    note.calc(
        h,
        eq(
            -expectation(-d / 2 * log(2 * pi) - HALF * log(det(Sigma)) - HALF * form, x),
            "logarithm of a product",
        ),
        eq(
            d / 2 * log(2 * pi) + HALF * log(det(Sigma)) + HALF * expectation(form, x),
            "linearity of the expectation",
        ),
    )
    note(r"""What is left is the mean of a quadratic form. The trace trick moves both vectors to
        the right, where their mean is the covariance by definition; matrix and inverse cancel,
        and the trace counts the dimensions.""")
    note.calc(
        expectation(form, x),
        eq(
            expectation(trace(inverse(Sigma) @ (x - mu) @ (x - mu).T), x),
            rule="cyclic property of the trace",
        ),
        eq(
            trace(inverse(Sigma) @ expectation((x - mu) @ (x - mu).T, x)),
            "linearity of the expectation",
        ),
        eq(trace(inverse(Sigma) @ Sigma), "definition of the covariance"),
        eq(d, r"$\operatorname{tr} I = d$"),
    )
    note(r"Insert it, write $d$ as $d \log e$, and collect everything under one logarithm.")
    note.calc(
        h,
        eq(d / 2 * log(2 * pi) + HALF * log(det(Sigma)) + d / 2, "insert the mean"),
        eq(HALF * (d * log(2 * pi * e) + log(det(Sigma))), r"$\log e = 1$"),
        eq(HALF * log((2 * pi * e) ** d * det(Sigma)), "logarithm of a product"),
        result=True,
    )
    note("""The mean does not occur: shifting a density does not change how surprising it is. In
        one dimension,""")
    m = note.scalar("m", "mean in one dimension")
    s = note.scalar(r"\sigma", "standard deviation in one dimension", "positive")
    u = note.scalar("u", "a number")
    z = note.random("z", (), "normal", m, s**2, meaning="a Gaussian random number")
    g = note.define("g", u, exp(-((u - m) ** 2) / (2 * s**2)) / (s * (2 * pi) ** HALF))
    note.calc(
        -expectation(log(g(z)), z),
        eq(HALF * log(2 * pi) + log(s) + expectation((z - m) ** 2, z) / (2 * s**2), "as above"),
        eq(HALF * log(2 * pi * e * s**2), "the variance cancels"),
        result=True,
    )
