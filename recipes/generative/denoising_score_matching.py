"""Tweedie's formula and denoising score matching."""

from fractions import Fraction

from derive import Note, eq, exp, grad, integral, log, norm2, partial, pi, recipe, sum_over

HALF = Fraction(1, 2)


@recipe(
    "denoising-score-matching",
    title="Tweedie's formula and denoising score matching",
    chapter="generative",
    needs=["change-of-variables", "score-fisher-information"],
    source="Vincent, A Connection Between Score Matching and Denoising Autoencoders (2011)",
    level=4,
)
def denoising_score_matching(note: Note) -> None:
    """The score of noisy data points to the mean of the clean data, so learning to denoise is learning the score."""
    K, d = note.dims("K d")
    k = note.index("k", K)
    x = note.family("x", K, d, meaning="clean data")
    w = note.vector("w", K, "probabilities of the clean data", "simplex")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")
    y = note.vector("y", d, "a noisy value")
    t, m = note.vector("t", d, "a point"), note.vector("m", d, "a mean")

    note("""A diffusion model needs the score of noisy data, the gradient of their log-density, and does not know the
        density. Let the data be finitely many values with probabilities, as any sample is, and add Gaussian noise.
        The density of the noisy data is a mixture:""")
    N = note.define("N", (t, m), (2 * pi * s**2) ** (-d / 2) * exp(-norm2(t - m) / (2 * s**2)))
    p = note.let("p", sum_over(k, w[k] * N(y, x[k])), "density of the noisy data")
    note("Differentiate under the sum. The gradient of each Gaussian points to its own centre:")
    note.calc(
        grad(p, y),
        eq(sum_over(k, w[k] * N(y, x[k]) * ((x[k] - y) / s**2)), "gradient of the exponential"),
    )
    note("""Divide by the density. The shares of the components are the posterior probabilities of the clean data, and
        the score is the mean of the clean data less the noisy value:""")
    mean = note.let(
        r"\bar{x}",
        sum_over(k, w[k] * N(y, x[k]) * x[k]) / p,
        "mean of the clean data, given the noisy value",
    )
    note.calc(
        grad(log(p), y),
        eq(1 / p * grad(p, y), "derivative of the logarithm"),
        eq(1 / p * sum_over(k, w[k] * N(y, x[k]) * ((x[k] - y) / s**2)), "insert"),
        eq((mean - y) / s**2, "definition of the mean"),
        result=True,
    )
    note(r"""This is Tweedie's formula. Now let $r$ be what a network says about the score at $y$. The aim is to be
        near the true score; but one can compare only with the direction of the clean value that the noise was added
        to. Does that matter? Weigh both squared errors by their probabilities, and expand:""")
    r = note.vector("r", d, "score at $y$ as the network predicts it")
    explicit = note.let(
        "A", p * (HALF * norm2(r - grad(log(p), y))), "error against the true score"
    )
    denoising = note.let(
        "B",
        sum_over(k, w[k] * N(y, x[k]) * (HALF * norm2(r - (x[k] - y) / s**2))),
        "error against the clean values",
    )
    note("The mixed terms agree, since the mean of the directions is the score:")
    note.calc(
        sum_over(k, w[k] * N(y, x[k]) * (r.T @ ((x[k] - y) / s**2))),
        eq(r.T @ grad(p, y), "the gradient of the density"),
        eq(p * (r.T @ grad(log(p), y)), r"$\nabla p = p \, \nabla \log p$"),
    )
    note("So the two errors differ by terms that do not contain the prediction,")
    note.calc(
        denoising - explicit,
        eq(
            sum_over(k, w[k] * N(y, x[k]) * (HALF * norm2((x[k] - y) / s**2)))
            - p * (HALF * norm2(grad(log(p), y))),
            "the mixed terms and the squares of $r$ cancel",
        ),
        result=True,
    )
    note("and have the same gradient in it, at every noisy value, and therefore on average:")
    note.calc(
        grad(denoising, r),
        eq(p * r - sum_over(k, w[k] * N(y, x[k]) * ((x[k] - y) / s**2)), "gradient of a square"),
        eq(grad(explicit, r), "the mixed terms agree"),
        result=True,
    )
    note("""Whatever parameters the network has, both objectives have the same gradient by the chain rule. For one
        number and a model that is a multiple $c$ of a function, on average over the noise:""")
    c, u = note.scalar("c", "parameter of a model"), note.scalar("u", "a noisy number")
    a = note.vector("a", K, "clean numbers")
    f = note.function("f", "a function of the noisy number")
    n = note.array("n", (k,), exp(-((u - a[k]) ** 2) / (2 * s**2)) / (s * (2 * pi) ** HALF))
    q = note.let("q", sum_over(k, w[k] * n[k]), "density of the noisy number")
    note.calc(
        integral(
            partial(sum_over(k, w[k] * n[k] * (HALF * (c * f(u) - (a[k] - u) / s**2) ** 2)), c), u
        ),
        eq(
            integral(f(u) * (c * f(u) * q - partial(q, u)), u),
            "the mean of the directions is the score",
        ),
    )
