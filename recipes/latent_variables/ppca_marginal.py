"""Probabilistic PCA: marginal and posterior."""

from derive import Note, det, eq, expectation, hessian, identity, inverse, norm2, recipe, variance


@recipe(
    "ppca-marginal",
    title="Probabilistic PCA: marginal and posterior",
    chapter="latent variables",
    needs=["gaussian-conditional"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (12.35), (12.36), (12.41) "
    "and (12.42); Tipping and Bishop, Probabilistic Principal Component Analysis (1999)",
    level=4,
)
def ppca_marginal(note: Note) -> None:
    """Data from a few latent numbers plus noise are Gaussian, and the latent numbers are found by a small inverse."""
    d, q = note.dims("d q")
    W = note.matrix("W", d, q, "how the latent numbers enter the data")
    m = note.vector(r"\mu", d, "mean of the data")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")
    x = note.vector("x", d, "an observation")
    z = note.vector("z", q, "latent numbers")

    note("""PCA finds directions but no probabilities. Let the data be made: a few independent standard normal numbers
        $z$ are mapped by a matrix, moved to the mean, and noise is added to each entry. What is the law of an
        observation?""")
    u = note.random("u", (q,), "normal", 0 * z, identity(q), meaning="random latent numbers")
    e = note.random("e", (d,), "normal", 0 * x, s**2 * identity(d), meaning="noise")
    note(
        "A linear map of a Gaussian is Gaussian, and so is a sum of two that are independent. The mean is"
    )
    note.calc(
        expectation(W @ u + m, u) + expectation(e, e),
        eq(m, "both have mean zero"),
        result=True,
    )
    note("and the covariances add up:")
    C = note.let("C", W @ W.T + s**2 * identity(d), "covariance of an observation")
    note.calc(
        variance(W @ u + m, u) + variance(e, e),
        eq(W @ variance(u, u) @ W.T + s**2 * identity(d), "covariance of a linear map"),
        eq(C, "the latent numbers have covariance one"),
        result=True,
    )
    note("""Now the other way: what were the latent numbers, given an observation? Minus twice the logarithm of the
        joint density is, up to a constant,""")
    M = note.let("M", W.T @ W + s**2 * identity(q), "a small matrix")
    E = note.let("E", norm2(z) + norm2(x - m - W @ z) / s**2, "exponent")
    t = note.let("t", inverse(M) @ W.T @ (x - m), "posterior mean")
    note("Collect the terms in the latent numbers, and complete the square:")
    note.calc(
        E,
        eq(
            1 / s**2 * z.T @ M @ z - 2 / s**2 * z.T @ W.T @ (x - m) + norm2(x - m) / s**2,
            "expand the squares",
        ),
        eq(
            1 / s**2 * (z - t).T @ M @ (z - t)
            + norm2(x - m) / s**2
            - 1 / s**2 * (x - m).T @ W @ inverse(M) @ W.T @ (x - m),
            "complete the square",
        ),
        eq(
            1 / s**2 * (z - t).T @ M @ (z - t) + (x - m).T @ inverse(C) @ (x - m),
            "Woodbury identity",
        ),
        result=True,
    )
    note(
        r"So the posterior is Gaussian with mean $t$ and covariance $\sigma^2 M^{-1}$, half the curvature inverted:"
    )
    note.calc(
        inverse(hessian(E, z) / 2),
        eq(inverse(1 / s**2 * M), "Hessian of a quadratic form"),
        eq(s**2 * inverse(M), "inverse of a multiple"),
        result=True,
    )
    note(
        "What remains is the exponent of the marginal. The normalisers fit too, by the determinant lemma:"
    )
    note.calc(
        det(C),
        eq((s**2) ** d * det(identity(q) + W.T @ W / s**2), "determinant lemma"),
        eq((s**2) ** (d - q) * det(M), r"take out $\sigma^2$ from each row"),
    )
    note(r"""Only a matrix of $q \times q$ has to be inverted. Without noise the mean of the posterior is the
        projection of PCA; noise pulls it towards zero.""")
