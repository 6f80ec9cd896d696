"""Gaussian classes with a common covariance have linear log-odds."""

from fractions import Fraction

from derive import Note, det, eq, exp, inverse, log, pi, recipe, sigmoid

HALF = Fraction(1, 2)


@recipe(
    "lda-log-odds",
    title="Gaussian classes with a common covariance have linear log-odds",
    chapter="classification",
    needs=["gaussian-loglik-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.65) to (4.67); "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), equation "
    "(4.9)",
    level=3,
)
def lda_log_odds(note: Note) -> None:
    """Two Gaussian classes of the same shape are separated by a hyperplane, and the posterior is a sigmoid."""
    (d,) = note.dims("d")
    x = note.vector("x", d, "an observation")
    m0 = note.vector(r"\mu_0", d, "mean of class 0")
    m1 = note.vector(r"\mu_1", d, "mean of class 1")
    S = note.matrix(r"\Sigma", d, d, "covariance of both classes", "pd")
    p0 = note.scalar(r"\pi_0", "prior probability of class 0", "positive")
    p1 = note.scalar(r"\pi_1", "prior probability of class 1", "positive")
    t, m = note.vector("t", d, "a point"), note.vector("m", d, "a mean")

    note("""Two classes, each a Gaussian cloud, of the same shape but at different places. Which class
        does an observation belong to? The density of a class is""")
    N = note.define(
        r"\mathcal{N}",
        (t, m),
        (2 * pi) ** (-d / 2) * det(S) ** (-HALF) * exp(-HALF * ((t - m).T @ inverse(S) @ (t - m))),
    )
    note("""By Bayes' rule the odds are a ratio of densities times priors; the evidence cancels. Take
        the logarithm. The normalisers cancel as well, since the covariance is the same.""")
    odds = note.let("a", log(p1 * N(x, m1) / (p0 * N(x, m0))), "log-odds of class 1")
    P = inverse(S)
    note.calc(
        odds,
        eq(
            -HALF * ((x - m1).T @ P @ (x - m1)) + HALF * ((x - m0).T @ P @ (x - m0)) + log(p1 / p0),
            "logarithm of a quotient",
        ),
        eq(
            (m1 - m0).T @ P @ x - HALF * m1.T @ P @ m1 + HALF * m0.T @ P @ m0 + log(p1 / p0),
            r"expand; $x^\top \Sigma^{-1} x$ cancels",
        ),
    )
    note("The quadratic terms are gone. What is left is linear, with the weights and the offset")
    w = note.let("w", P @ (m1 - m0), "weights")
    b = note.let("b", -HALF * m1.T @ P @ m1 + HALF * m0.T @ P @ m0 + log(p1 / p0), "offset")
    note.calc(odds, eq(w.T @ x + b, "the inverse is symmetric"), result=True)
    note("So the boundary between the classes is a hyperplane, and the posterior is a sigmoid:")
    note.calc(
        p1 * N(x, m1) / (p1 * N(x, m1) + p0 * N(x, m0)),
        eq(1 / (1 + exp(-odds)), "divide by the first term"),
        eq(sigmoid(w.T @ x + b), "definition of the sigmoid"),
        result=True,
    )
    note("""This is the form of logistic regression, which estimates the weights directly and need not
        assume that the classes are Gaussian. With equal priors the boundary passes halfway between
        the means:""")
    note.calc(
        w.T @ ((m0 + m1) / 2) - HALF * m1.T @ P @ m1 + HALF * m0.T @ P @ m0,
        eq(0, r"$\mu_1^\top \Sigma^{-1} \mu_0 = \mu_0^\top \Sigma^{-1} \mu_1$"),
    )
