"""Closed form of the diffusion forward process."""

from derive import Note, eq, exp, expectation, integral, pi, product_over, recipe, sqrt, variance


@recipe(
    "ddpm-forward-marginal",
    title="Closed form of the diffusion forward process",
    chapter="generative",
    needs=["variance-identities"],
    source="Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models (2020), equation (4)",
    level=3,
)
def ddpm_forward_marginal(note: Note) -> None:
    """Many small steps of shrinking and adding noise are one large step of the same kind."""
    x0 = note.scalar("x_0", "a pixel of the image")
    a = note.scalar(r"\alpha", "share of the variance that the next step keeps", "probability")
    c = note.scalar("c", r"product of the shares of the steps before", "probability")
    x = note.random("x", (), "normal", sqrt(c) * x0, 1 - c, meaning="the pixel after some steps")
    e = note.random(r"\epsilon", (), "normal", 0, 1, meaning="noise of the next step")

    note(r"""Each step of diffusion shrinks the image by $\sqrt{\alpha}$ and adds noise of variance $1
        - \alpha$. All pixels are treated alike and independently, so look at one. To train at any
        step, one wants to jump there at once. Suppose that after some steps the pixel has mean
        $\sqrt{c} x_0$ and variance $1 - c$, where $c$ is the product of their shares; at the start
        $c = 1$. One more step gives""")
    y = note.let("y", sqrt(a) * x + sqrt(1 - a) * e, "the pixel after one more step")
    note.calc(
        expectation(y, x, e),
        eq(
            sqrt(a) * expectation(x, x) + sqrt(1 - a) * expectation(e, e),
            "linearity of the expectation",
        ),
        eq(sqrt(a) * (sqrt(c) * x0), "the noise has mean zero"),
        eq(sqrt(a * c) * x0, "product of roots"),
        result=True,
    )
    note("The noise is independent of all before, so variances add up:")
    note.calc(
        variance(y, x, e),
        eq(a * variance(x, x) + (1 - a) * variance(e, e), "independence"),
        eq(a * (1 - c) + (1 - a), "insert"),
        eq(1 - a * c, "collect"),
        result=True,
    )
    note(r"""That is the same form with $\alpha c$ in place of $c$. The sum is Gaussian again, as one sees by
        integrating over the pixel before the step; complete the square:""")
    u, v = note.scalar("u", "value before the step"), note.scalar("v", "value after the step")
    m, s = note.scalar("m", "a mean"), note.scalar("s", "a variance", "positive")
    N = note.define("N", (u, m, s), exp(-((u - m) ** 2) / (2 * s)) / (2 * pi * s) ** (1 / 2))
    note.calc(
        integral(N(v, sqrt(a) * u, 1 - a) * N(u, sqrt(c) * x0, 1 - c), u),
        eq(N(v, sqrt(a * c) * x0, 1 - a * c), "Gaussian integral"),
        result=True,
    )
    note(r"""Now let each step have its own share $\alpha_t$, and let $\bar{\alpha}_t$ be the product of the first
        $t$ of them, with $\bar{\alpha}_0 = 1$. By induction mean and variance have the same form after every
        step:""")
    (T,) = note.dims("T")
    n, t = note.index("t", T, 0), note.index("t", T)
    alpha = note.vector(r"\alpha_s", T, "share of the variance that each step keeps", "probability")
    q = note.index("q", n)
    abar = note.array(
        r"\bar{\alpha}", (n,), product_over(q, alpha[q]), "product of the first shares"
    )
    note.calc(abar[0], eq(1, "an empty product"))
    note.calc(
        sqrt(alpha[t]) * (sqrt(abar[t - 1]) * x0),
        eq(sqrt(alpha[t] * abar[t - 1]) * x0, "product of roots"),
        eq(sqrt(abar[t]) * x0, "one more factor"),
        result=True,
    )
    note.calc(
        alpha[t] * (1 - abar[t - 1]) + (1 - alpha[t]),
        eq(1 - alpha[t] * abar[t - 1], "collect"),
        eq(1 - abar[t], "one more factor"),
        result=True,
    )
    note(
        "After any number of steps the pixel is therefore Gaussian with this mean and this variance,"
    )
    note("""so that mean and noise always fit together: what the image loses in variance the noise
        gains.""")
