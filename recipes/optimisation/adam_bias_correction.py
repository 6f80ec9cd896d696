"""Bias correction of exponential moving averages."""

from derive import Note, eq, expectation, ones, recipe, sum_over


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
    (n,) = note.dims("n")
    t, i = note.index("s", n, 0), note.index("i", n)
    b = note.scalar(r"\beta", "share of the old average that is kept", "probability")
    c = note.scalar(r"\bar{g}", "expected gradient")
    g = note.random(
        "g", (n,), "any", c * ones(n), meaning="gradients of the steps, one entry of each"
    )

    note(r"""Adam replaces the gradient by a moving average. It starts at $m_0 = 0$, and each step keeps the
        share $\beta$ of the old average and adds the share $1 - \beta$ of the new gradient: $m_t = \beta
        m_{t - 1} + (1 - \beta) g_t$. Unrolled, a gradient counts less the longer ago it was:""")
    past = note.index("i", t)
    m = note.array(
        "m", (t,), (1 - b) * sum_over(past, b ** (t - past) * g[past]), "average after $s$ steps"
    )
    note("This is the right sequence, because it starts at zero,")
    note.calc(m[0], eq(0, "an empty sum"))
    note(
        "and obeys the rule in every step: one more power of the share in each old term, and one new term."
    )
    step = note.index("t", n)
    older = note.index("i", step - 1)
    newer = note.index("i", step)
    note.calc(
        b * m[step - 1] + (1 - b) * g[step],
        eq(
            (1 - b) * (b * sum_over(older, b ** (step - 1 - older) * g[older]) + g[step]),
            "factor out",
        ),
        eq((1 - b) * sum_over(newer, b ** (step - newer) * g[newer]), "one more power"),
        eq(m[step], "definition"),
        result=True,
    )
    note("""What do the weights add up to? The sum is geometric. Multiply it by one minus the ratio, and
        neighbouring terms cancel:""")
    W = note.let("W", sum_over(i, b ** (n - i)), "sum of the powers after $n$ steps")
    note.calc(
        (1 - b) * W,
        eq(sum_over(i, b ** (n - i)) - sum_over(i, b ** (n + 1 - i)), "distribute"),
        eq(1 - b**n, "all but two terms cancel"),
        result=True,
    )
    note(r"""If all gradients have the same expectation $\bar{g}$, the expectation of the average follows by
        linearity, however the gradients depend on each other:""")
    note.calc(
        expectation(m[t], g),
        eq(
            (1 - b) * sum_over(past, b ** (t - past) * expectation(g[past], g)),
            "linearity of the expectation",
        ),
        eq((1 - b) * sum_over(past, b ** (t - past)) * c, r"$\mathbb{E}[g_i] = \bar{g}$"),
        eq((1 - b**t) * c, "the weights add up"),
        result=True,
    )
    note("So the average is too small by a known factor, and dividing by it makes up for that:")
    note.calc(
        expectation(m[step] / (1 - b**step), g),
        eq(c, "divide by the factor"),
        result=True,
    )
    note("After many steps the factor is one, and the correction no longer matters.")
