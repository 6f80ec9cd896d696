"""Bayesian linear regression: posterior and predictive."""

from derive import (
    Note,
    eq,
    expectation,
    hessian,
    identity,
    inverse,
    norm2,
    recipe,
    variance,
)


@recipe(
    "bayesian-linear-regression",
    title="Bayesian linear regression: posterior and predictive",
    chapter="regression",
    needs=["map-ridge", "gaussian-conditional"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (3.53), (3.54), (3.58) "
    "and (3.59); Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 9.3",
    level=3,
)
def bayesian_linear_regression(note: Note) -> None:
    """All weights that are compatible with the data, as a Gaussian, and what they predict, with its uncertainty."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    t = note.vector("t", d, "a new input")
    a = note.scalar(r"\alpha", "precision of each weight in the prior", "positive")
    b = note.scalar(r"\beta", "precision of the noise", "positive")

    note(r"""One best vector of weights says nothing about how sure one may be. Keep the whole posterior
        instead. With a Gaussian prior of precision $\alpha$ and Gaussian noise of precision $\beta$, the
        exponents of prior and likelihood add up; minus twice their sum is""")
    E = note.let("E", b * norm2(y - X @ w) + a * norm2(w), "exponent")
    S = note.let("S", inverse(a * identity(d) + b * X.T @ X), "posterior covariance")
    m = note.let("m", b * S @ X.T @ y, "posterior mean")
    note("Collect the terms in the weights: a quadratic form, and a linear term.")
    note.calc(
        E,
        eq(
            w.T @ (a * identity(d) + b * X.T @ X) @ w - 2 * b * y.T @ X @ w + b * y.T @ y,
            "expand the squares",
        ),
        eq(
            w.T @ inverse(S) @ w - 2 * m.T @ inverse(S) @ w + b * y.T @ y,
            r"$S^{-1} m = \beta X^\top y$",
        ),
        eq(
            (w - m).T @ inverse(S) @ (w - m) + b * y.T @ y - m.T @ inverse(S) @ m,
            "complete the square",
        ),
        result=True,
    )
    note("""So the posterior is Gaussian. Its precision is that of the prior plus that of the data, half the
        curvature of the exponent,""")
    note.calc(
        hessian(E, w) / 2,
        eq(a * identity(d) + b * X.T @ X, "Hessian of a quadratic form"),
        eq(inverse(S), "definition of $S$"),
        result=True,
    )
    note("and its mean is the ridge solution with the ratio of the precisions as penalty:")
    note.calc(
        m,
        eq(b * inverse(a * identity(d) + b * X.T @ X) @ X.T @ y, "definition of $S$"),
        eq(inverse(X.T @ X + a / b * identity(d)) @ X.T @ y, r"divide by $\beta$"),
        result=True,
    )
    note("""A prediction at a new input is a linear function of the weights plus noise, so it is Gaussian
        too. Its mean is the prediction of the mean,""")
    v = note.random("v", (d,), "normal", m, S, meaning="weights drawn from the posterior")
    e = note.random(r"\epsilon", (), "any", 0, 1 / b, meaning="noise of the new target")
    note.calc(
        expectation(t.T @ v + e, v, e),
        eq(t.T @ expectation(v, v) + expectation(e, e), "linearity of the expectation"),
        eq(m.T @ t, "the noise has mean zero"),
        result=True,
    )
    note("and its variance has two sources: the noise, and the weights that are not known exactly.")
    note.calc(
        variance(t.T @ v + e, v, e),
        eq(variance(t.T @ v, v) + variance(e, e), "independence"),
        eq(1 / b + t.T @ S @ t, "variance of a linear map"),
        result=True,
    )
    note("""The first stays however many data there are; the second is small where the training inputs are,
        and grows away from them.""")
