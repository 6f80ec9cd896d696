"""Reparameterisation gradient and score-function gradient."""

from derive import Note, eq, exp, expectation, integral, log, partial, pi, recipe


@recipe(
    "reparameterization-gradient",
    title="Reparameterisation gradient and score-function gradient",
    chapter="generative",
    needs=["vae-elbo", "stein-lemma"],
    source="Kingma and Welling, Auto-Encoding Variational Bayes (2014), section 2.4; Rezende, Mohamed "
    "and Wierstra, Stochastic Backpropagation (2014)",
    level=3,
)
def reparameterization_gradient(note: Note) -> None:
    """Two ways to differentiate a mean by the parameters of its law: move the draws, or weigh them by the score."""
    mu = note.scalar(r"\mu", "mean of the law")
    s = note.scalar(r"\sigma", "its standard deviation", "positive")
    u = note.scalar("u", "a value")
    e = note.random(r"\epsilon", (), "normal", 0, 1, meaning="standard noise")
    z = note.random("z", (), "normal", mu, s**2, meaning="a draw")
    f = note.function("f", "a smooth function whose mean is wanted")

    note(r"""Training a variational autoencoder needs the gradient of a mean by the parameters of the law over
        which the mean is taken. One cannot differentiate a random draw, but one can write it as a fixed
        function of noise whose law has no parameters, $z = \mu + \sigma \epsilon$:""")
    J = note.let("J", expectation(f(mu + s * e), e), "mean of the function")
    note.calc(expectation(f(z), z), eq(J, r"$z = \mu + \sigma \epsilon$"))
    note("Now the derivative goes inside the mean, and the chain rule does the rest:")
    note.calc(
        partial(J, mu),
        eq(expectation(f(mu + s * e, order=1), e), "chain rule inside the mean"),
        result=True,
    )
    note.calc(
        partial(J, s),
        eq(expectation(f(mu + s * e, order=1) * e, e), "chain rule inside the mean"),
        result=True,
    )
    note("""The other way keeps the values and differentiates the density. Its derivatives are the density,
        times those of its logarithm:""")
    p = note.define("p", u, exp(-((u - mu) ** 2) / (2 * s**2)) / (s * (2 * pi) ** (1 / 2)))
    note.calc(
        partial(p(u), mu),
        eq(p(u) * partial(log(p(u)), mu), "derivative of the logarithm"),
        eq(p(u) * ((u - mu) / s**2), "derivative of a square"),
    )
    note.calc(
        partial(p(u), s),
        eq(p(u) * (((u - mu) ** 2 - s**2) / s**3), "derivative of the logarithm"),
    )
    note("So the gradient is again a mean, in which the function itself appears and not its slope:")
    note.calc(
        integral(f(u) * partial(p(u), mu), u),
        eq(integral(f(u) * ((u - mu) / s**2) * p(u), u), "insert"),
    )
    note.calc(
        partial(J, mu),
        eq(expectation(f(z) * ((z - mu) / s**2), z), "score of the mean"),
        result=True,
    )
    note.calc(
        partial(J, s),
        eq(expectation(f(mu + s * e) * ((e**2 - 1) / s), e), "score of the standard deviation"),
        result=True,
    )
    note("Both ways have the same mean, by Gaussian integration by parts:")
    note.calc(
        expectation(f(mu + s * e) * (e / s), e),
        eq(expectation(f(mu + s * e, order=1), e), "Stein's lemma"),
    )
    note("""A single draw of the first is usually far less noisy, as it knows the slope; the second also works
        when there is none.""")
