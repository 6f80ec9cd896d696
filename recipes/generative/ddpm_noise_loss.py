"""From the KL term to noise prediction."""

from derive import Note, det, eq, identity, inverse, log, norm2, recipe, sqrt, trace


@recipe(
    "ddpm-noise-loss",
    title="From the KL term to noise prediction",
    chapter="generative",
    needs=["ddpm-posterior", "kl-gaussians"],
    source="Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models (2020), equations (8) to (12)",
    level=4,
)
def ddpm_noise_loss(note: Note) -> None:
    """Matching one reverse step of diffusion is predicting the noise that was added, with a weight for each step."""
    (d,) = note.dims("d")
    x0 = note.vector("x_0", d, "the image")
    e = note.vector(r"\epsilon", d, "the noise that was added")
    eh = note.vector(r"\hat{\epsilon}", d, "the noise as the network predicts it")
    a = note.scalar(r"\alpha", "share of the variance that step $t$ keeps", "probability")
    c = note.scalar("c", "share that the steps before kept", "probability")
    s = note.scalar(r"\sigma", "standard deviation of the model's step", "positive")
    p, q = note.vector("p", d, "a mean"), note.vector("q", d, "another mean")

    note("""A diffusion model is trained to undo one step of noise at a time. For each step it pays the divergence
        between two Gaussians: the true posterior of the image before the step, and what the network makes of
        it. With the same fixed covariance, the divergence is a squared distance of the means:""")
    S = s**2 * identity(d)
    note.calc(
        (trace(inverse(S) @ S) + (q - p).T @ inverse(S) @ (q - p) - d + log(det(S) / det(S))) / 2,
        eq(norm2(p - q) / (2 * s**2), "divergence of two Gaussians; equal terms cancel"),
    )
    beta = note.let(r"\beta", 1 - a, "variance of the noise of step $t$")
    b = note.let(r"\bar{\alpha}", a * c, "share that is kept after step $t$")
    x = note.let("x_t", sqrt(b) * x0 + sqrt(1 - b) * e, "the image after step $t$")
    mu = note.let(
        r"\tilde{\mu}",
        sqrt(c) * beta / (1 - b) * x0 + sqrt(a) * (1 - c) / (1 - b) * x,
        "mean of the true posterior",
    )
    note("""The posterior mean contains the clean image, which the network does not see. Eliminate it: the noisy
        image is the clean one plus noise, so the clean one is the noisy one less the noise.""")
    note.calc(
        x0,
        eq((x - sqrt(1 - b) * e) / sqrt(b), "solve for the image"),
    )
    note("Insert it in the posterior mean, and collect what stands before the noisy image:")
    note.calc(
        beta / ((1 - b) * sqrt(a)) + sqrt(a) * (1 - c) / (1 - b),
        eq((beta + a * (1 - c)) / ((1 - b) * sqrt(a)), "common denominator"),
        eq(1 / sqrt(a), r"$\beta + \alpha (1 - c) = 1 - \alpha c$"),
    )
    note.calc(
        mu,
        eq(
            sqrt(c) * beta / (1 - b) * ((x - sqrt(1 - b) * e) / sqrt(b))
            + sqrt(a) * (1 - c) / (1 - b) * x,
            "insert the image",
        ),
        eq(
            1 / sqrt(a) * (x - beta / sqrt(1 - b) * e),
            r"$\sqrt{c / \bar{\alpha}} = 1 / \sqrt{\alpha}$",
        ),
        result=True,
    )
    note("""So the only thing that has to be predicted is the noise. Let the network do that, and give the model a
        mean of the same form:""")
    m = note.let(r"\hat{\mu}", 1 / sqrt(a) * (x - beta / sqrt(1 - b) * eh), "mean of the model")
    note("In the difference of the two means the noisy image cancels:")
    note.calc(mu - m, eq(beta / (sqrt(a) * sqrt(1 - b)) * (eh - e), "the terms in $x_t$ cancel"))
    note.calc(
        norm2(mu - m) / (2 * s**2),
        eq((beta / (sqrt(a) * sqrt(1 - b))) ** 2 * norm2(eh - e) / (2 * s**2), "insert"),
        eq(
            beta**2 / (2 * s**2 * a * (1 - b)) * norm2(e - eh),
            "collect the weight",
        ),
        result=True,
    )
    note("""The divergence is a weighted squared error of the noise. In practice the weight is left out, which
        counts the noisier steps more, and the loss is as simple as that of regression.""")
