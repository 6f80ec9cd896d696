"""Bias correction of exponential moving averages."""

from derive import Note, eq, recipe, sum_over


@recipe(
    "adam-bias-correction",
    title="Bias correction of exponential moving averages",
    chapter="optimisation",
    needs=[],
    source="Kingma and Ba, Adam: A Method for Stochastic Optimization (2015), section 3; Goodfellow, "
    "Bengio and Courville, Deep Learning (2016), section 8.5.3",
    level=2,
)
def adam_bias_correction(note: Note) -> None:
    """A moving average that starts at zero is too small at first, by a factor that is known."""
    (t,) = note.dims("t")
    i = note.index("i", t)
    g = note.vector("g", t, "gradients of the steps so far, one entry of each")
    new = note.scalar(r"\gamma", "gradient of the next step")
    b = note.scalar(r"\beta", "share of the old average that is kept", "probability")
    c = note.scalar(r"\bar{g}", "expected gradient")

    note(r"""Adam replaces the gradient by a moving average: in each step it keeps the share $\beta$ of
        the old average and adds the share $1 - \beta$ of the new gradient. Unrolled, a gradient
        counts less the longer ago it was. After $t$ steps, starting from zero, we claim""")
    m = note.let("m", (1 - b) * sum_over(i, b ** (t - i) * g[i]), "average after $t$ steps")
    note(
        "For one step this is right. And one step more gives the same form with all weights shifted:"
    )
    note.calc(
        b * m + (1 - b) * new,
        eq((1 - b) * (b * sum_over(i, b ** (t - i) * g[i]) + new), "factor out"),
        eq((1 - b) * (sum_over(i, b ** (t + 1 - i) * g[i]) + new), "one more power"),
        result=True,
    )
    note("""What do the weights add up to? The sum is geometric. Multiply it by one minus the ratio, and
        neighbouring terms cancel:""")
    W = note.let("W", sum_over(i, b ** (t - i)), "sum of the powers")
    note.calc(
        (1 - b) * W,
        eq(sum_over(i, b ** (t - i)) - sum_over(i, b ** (t + 1 - i)), "distribute"),
        eq(1 - b**t, "all but two terms cancel"),
        result=True,
    )
    note(r"""If all gradients have the same expectation $\bar{g}$, the expectation of the average
        follows by linearity:""")
    note.calc(
        (1 - b) * sum_over(i, b ** (t - i) * c),
        eq((1 - b) * W * c, "constant factor out of a sum"),
        eq((1 - b**t) * c, "the weights add up"),
        result=True,
    )
    note("So the average is too small by a known factor, and dividing by it makes up for that:")
    note.calc(
        (1 - b) * sum_over(i, b ** (t - i) * c) / (1 - b**t),
        eq(c, "divide by the factor"),
        result=True,
    )
    note("After many steps the factor is one, and the correction no longer matters.")
