"""Posterior of the diffusion forward process."""

from derive import Note, eq, norm2, recipe, sqrt


@recipe(
    "ddpm-posterior",
    title="Posterior of the diffusion forward process",
    chapter="generative",
    needs=["ddpm-forward-marginal", "gaussian-conditional"],
    source="Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models (2020), equations (6) and "
    "(7)",
    level=4,
)
def ddpm_posterior(note: Note) -> None:
    """Given the image and a noisy version of it, the version one step less noisy is Gaussian."""
    (d,) = note.dims("d")
    x0 = note.vector("x_0", d, "the image")
    xt = note.vector("x_t", d, "the image after $t$ steps of noise")
    x = note.vector("x", d, "the image after one step less")
    a = note.scalar(r"\alpha", "share of the variance that step $t$ keeps", "probability")
    c = note.scalar("c", "share that the steps before kept", "probability")

    note(r"""Diffusion adds noise in many steps, and a network learns to undo one of them. What it has
        to learn is the distribution of the image before step $t$, given the one after it. If the
        clean image is known as well, this is Gaussian, and can be written down. Step $t$ has the
        density of $x_t$ about $\sqrt{\alpha} x$, and all steps before have that of $x$ about
        $\sqrt{c} x_0$. Up to constants, minus twice the logarithm of their product is""")
    beta = note.let(r"\beta", 1 - a, "variance of the noise of step $t$")
    E = note.let(
        "E",
        norm2(xt - sqrt(a) * x) / beta + norm2(x - sqrt(c) * x0) / (1 - c),
        "exponent",
    )
    note("Collect the terms in the unknown. Its square has the coefficient")
    note.calc(
        a / beta + 1 / (1 - c),
        eq((a * (1 - c) + beta) / (beta * (1 - c)), "common denominator"),
        eq((1 - a * c) / (beta * (1 - c)), r"$\beta = 1 - \alpha$"),
    )
    note("whose inverse is the variance of the posterior:")
    b = note.let(r"\tilde{\beta}", (1 - c) / (1 - a * c) * beta, "variance of the posterior")
    note.calc(a / beta + 1 / (1 - c), eq(1 / b, "the equation above"), result=True)
    note("The linear term, divided by that coefficient, gives the mean:")
    mu = note.let(
        r"\tilde{\mu}",
        sqrt(c) * beta / (1 - a * c) * x0 + sqrt(a) * (1 - c) / (1 - a * c) * xt,
        "mean of the posterior",
    )
    note.calc(
        b * (sqrt(a) / beta * xt + sqrt(c) / (1 - c) * x0),
        eq(mu, "insert the variance"),
        result=True,
    )
    note(r"""Complete the square. What remains does not contain $x$; it is the exponent of $x_t$ about
        $\sqrt{\alpha c} x_0$, all $t$ steps at once.""")
    note.calc(
        E,
        eq(
            norm2(x) / b - 2 / b * mu.T @ x + norm2(xt) / beta + c * norm2(x0) / (1 - c),
            "expand and collect",
        ),
        eq(
            norm2(x - mu) / b + norm2(xt - sqrt(a * c) * x0) / (1 - a * c),
            "complete the square",
        ),
        result=True,
    )
    note(r"""The mean lies between the noisy image, shrunk, and the clean one. The more noise the steps
        before have added, the less the clean image counts.""")
