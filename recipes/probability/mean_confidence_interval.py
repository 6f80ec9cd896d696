"""Confidence interval for a mean."""

from derive import (
    Note,
    absolute,
    eq,
    exp,
    expectation,
    indicator,
    integral,
    normal_cdf,
    pi,
    recipe,
    sqrt,
    sum_over,
    variance,
)


@recipe(
    "mean-confidence-interval",
    title="Confidence interval for a mean",
    chapter="probability",
    needs=["sample-variance-unbiased"],
    source="Wasserman, All of Statistics (2004), chapter 6",
    level=2,
)
def mean_confidence_interval(note: Note) -> None:
    """The mean of n measurements is known to within a few standard deviations over the root of n."""
    (n,) = note.dims("n")
    i = note.index("i", n)
    mu = note.scalar(r"\mu", "true mean")
    s = note.scalar(r"\sigma", "standard deviation of one measurement, known", "positive")
    z = note.scalar(
        "z", "half the width of the interval, in standard deviations of the mean", "positive"
    )
    a = note.random("a", (), "normal", mu, s**2, meaning="one measurement")
    x = note.random("x", (n,), "iid", a, meaning="the measurements")

    note("""Something is measured $n$ times, with independent Gaussian errors. The mean of the measurements is an
        estimate. How far may it be off? Its own mean is the true one,""")
    xbar = note.let(r"\bar{x}", 1 / n * sum_over(i, x[i]), "mean of the measurements")
    note.calc(expectation(xbar, x), eq(mu, "linearity of the expectation"))
    note(
        "and its variance is smaller than that of one measurement, since independent errors partly cancel:"
    )
    note.calc(
        variance(xbar, x),
        eq(1 / n**2 * sum_over(i, variance(a, a)), "independence"),
        eq(s**2 / n, "equal terms"),
        result=True,
    )
    note("""A sum of independent Gaussians is Gaussian. So the probability that the mean lies within $z$ of its
        standard deviations around the truth is an integral of a Gaussian density,""")
    t = note.let("t", s / sqrt(n), "standard deviation of the mean")
    u = note.scalar("u", "a value of the mean")
    p = note.define("p", u, exp(-((u - mu) ** 2) / (2 * t**2)) / (t * (2 * pi) ** (1 / 2)))
    note.calc(
        integral(p(u), u, mu - z * t, mu + z * t),
        eq(normal_cdf(z) - normal_cdf(-z), r"standardise, $v = (u - \mu) / t$"),
        eq(2 * normal_cdf(z) - 1, "the density is symmetric"),
    )
    note(r"""Write it as $1 - \alpha$: the interval is missed with probability $\alpha$.""")
    alpha = note.let(r"\alpha", 2 * (1 - normal_cdf(z)), "probability of missing the truth")
    note.calc(
        integral(p(u), u, mu - z * t, mu + z * t),
        eq(1 - alpha, r"definition of $\alpha$"),
        result=True,
    )
    note("""That the mean is near the truth says as well that the truth is near the mean. Turn the inequality
        around:""")
    m = note.scalar("m", "a mean that was measured")
    note.calc(
        indicator(m - z * t <= mu) * indicator(mu <= m + z * t),
        eq(indicator(absolute(m - mu) <= z * t), "both say that the distance is small"),
        eq(
            indicator(mu - z * t <= m) * indicator(m <= mu + z * t),
            "exchange the two",
        ),
        result=True,
    )
    note(r"""So the interval $\bar{x} \pm z \sigma / \sqrt{n}$ contains the true mean with probability $1 -
        \alpha$; for 95 per cent, $z$ is about $1.96$. The interval is random, not the mean. Half the width takes
        four times as many measurements:""")
    note.calc(z * (s / sqrt(4 * n)), eq(z * t / 2, r"$\sqrt{4 n} = 2 \sqrt{n}$"))
