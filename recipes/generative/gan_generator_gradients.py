"""Saturating and non-saturating generator losses."""

from derive import Note, eq, grad, log, partial, recipe, sigmoid


@recipe(
    "gan-generator-gradients",
    title="Saturating and non-saturating generator losses",
    chapter="generative",
    needs=["gan-optimal-discriminator", "activation-derivatives"],
    source="Goodfellow et al., Generative Adversarial Nets (2014), section 3",
    level=2,
)
def gan_generator_gradients(note: Note) -> None:
    """Both losses pull the generator in the same direction, but one of them stops when the generator is bad."""
    (d,) = note.dims("d")
    t = note.vector(r"\theta", d, "parameters of the generator")
    f = note.mapping("f", (d,), (), "logit of a generated sample, as a function of the parameters")
    z = note.scalar("z", "any logit")

    note(r"""A discriminator gives a generated sample a logit $a$, and the probability $D =
        \sigma(a)$ that it is real. The generator wants $D$ to be large. It may minimise $\log (1 -
        D)$ or $-\log D$; both fall as $D$ rises. Their slopes in the logit differ:""")
    note.calc(
        partial(log(1 - sigmoid(z)), z),
        eq(-1 / (1 - sigmoid(z)) * (sigmoid(z) * (1 - sigmoid(z))), "chain rule"),
        eq(-sigmoid(z), "cancel"),
    )
    note.calc(
        partial(-log(sigmoid(z)), z),
        eq(-1 / sigmoid(z) * (sigmoid(z) * (1 - sigmoid(z))), "chain rule"),
        eq(-(1 - sigmoid(z)), "cancel"),
    )
    note("""The logit depends on the parameters through the generated sample and the discriminator, in any
        smooth way. The chain rule multiplies both slopes by the same gradient:""")
    a = note.let("a", f(t), "logit of a generated sample")
    D = note.let("D", sigmoid(a), "probability that it is real")
    note.calc(
        grad(log(1 - D), t),
        eq(-D * grad(a, t), "chain rule"),
        result=True,
    )
    note.calc(
        grad(-log(D), t),
        eq(-(1 - D) * grad(a, t), "chain rule"),
        result=True,
    )
    note(r"""So they point in the same direction and differ in length only. At the start the samples
        are bad and the discriminator knows it, $D$ is near zero. Then the first gradient vanishes:
        the loss saturates just where the generator has most to learn. The second keeps its full
        length, and is larger by the odds:""")
    note.calc(
        grad(-log(D), t),
        eq((1 - D) / D * grad(log(1 - D), t), "quotient of the two results"),
    )
