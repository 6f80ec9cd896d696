"""Closed form of the diffusion forward process."""

from derive import Note, eq, expectation, recipe, sqrt, variance


@recipe(
    "ddpm-forward-marginal",
    title="Closed form of the diffusion forward process",
    chapter="generative",
    needs=[],
    source="Ho, Jain and Abbeel, Denoising Diffusion Probabilistic Models (2020), equation (4)",
    level=3,
)
def ddpm_forward_marginal(note: Note) -> None:
    """Many small steps of shrinking and adding noise are one large step of the same kind."""
    x0 = note.scalar("x_0", "a pixel of the image")
    a = note.scalar(r"\alpha", "share of the variance that the next step keeps", "probability")
    c = note.scalar("c", r"product of the shares of the steps before", "probability")
    a1 = note.scalar(r"\alpha_1", "share that step 1 keeps", "probability")
    a2 = note.scalar(r"\alpha_2", "share that step 2 keeps", "probability")
    a3 = note.scalar(r"\alpha_3", "share that step 3 keeps", "probability")
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
    note(r"""That is the same form with $\alpha c$ in place of $c$. By induction it holds after any
        number of steps, and as sums of independent Gaussians are Gaussian, it is the whole
        distribution. Unrolled, three steps collect the noise""")
    note.calc(
        (1 - a3) + a3 * (1 - a2) + a3 * a2 * (1 - a1),
        eq((1 - a3) + a3 * (1 - a2 * a1), "the two earlier steps"),
        eq(1 - a3 * a2 * a1, "cancel"),
        result=True,
    )
    note("""so that mean and noise always fit together: what the image loses in variance the noise
        gains.""")
