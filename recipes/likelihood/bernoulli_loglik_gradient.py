"""Bernoulli log-likelihood: score, curvature, estimate."""

from derive import (
    Note,
    eq,
    log,
    lt,
    partial,
    product_over,
    recipe,
    sigmoid,
    sum_over,
)


@recipe(
    "bernoulli-loglik-gradient",
    title="Bernoulli log-likelihood: score, curvature, estimate",
    chapter="likelihood",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (2.5) to (2.8); "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 5.5",
    level=1,
)
def bernoulli_loglik_gradient(note: Note) -> None:
    """n tosses of a coin with s heads: the log-likelihood in the probability and in the logit, and its maximum s/n."""
    (n,) = note.dims("n")
    i = note.index("i", n)
    y = note.vector("y", n, "outcomes: 1 for heads, 0 for tails", "binary")
    theta = note.scalar(r"\theta", "probability of heads", "probability")
    z = note.scalar("z", r"logit: $\theta = \sigma(z)$")

    note(r"""A coin is tossed $n$ times. One outcome has the probability $\theta^{y_i} (1 -
        \theta)^{1 - y_i}$, which is $\theta$ for heads and $1 - \theta$ for tails. The tosses are
        independent, so their probabilities are multiplied. The logarithm of that product, as a
        function of the unknown $\theta$, is the log-likelihood:""")
    s = note.let("s", sum_over(i, y[i]), "number of heads")
    ell = note.define(
        r"\ell", theta, log(product_over(i, theta ** y[i] * (1 - theta) ** (1 - y[i])))
    )
    note("""The logarithm turns the product into a sum, and the exponents into factors. Of all
        outcomes only their sum is left.""")
    note.calc(
        ell(theta),
        eq(sum_over(i, log(theta ** y[i] * (1 - theta) ** (1 - y[i]))), "logarithm of a product"),
        eq(sum_over(i, y[i] * log(theta) + (1 - y[i]) * log(1 - theta)), "logarithm of a power"),
        eq(s * log(theta) + (n - s) * log(1 - theta), "sum over the examples"),
        result=True,
    )

    note(r"""The derivative of a log-likelihood is called the score. The two logarithms give two
        fractions; over a common denominator the mixed terms $s \theta$ cancel.""")
    note.calc(
        ell(theta, order=1),
        eq(s / theta - (n - s) / (1 - theta), "derivative of the logarithm"),
        eq(
            (s * (1 - theta) - (n - s) * theta) / (theta * (1 - theta)),
            "common denominator",
            rule="distribute",
        ),
        eq((s - n * theta) / (theta * (1 - theta)), "expand the numerator", rule="multiply out"),
        result=True,
    )

    note(r"""Where is it zero? If heads and tails both occurred, the maximum lies inside the
        interval, and there the numerator vanishes: the estimate is the fraction of heads.""")
    with note.suppose(s > 0, s < n):
        theta_hat = note.maximiser(
            r"\hat{\theta}",
            s * log(theta) + (n - s) * log(1 - theta),
            theta,
            "maximum-likelihood estimate of the probability",
        )
        note.calc(
            (s - n * theta_hat) / (theta_hat * (1 - theta_hat)),
            eq(0, r"$\ell'(\hat{\theta}) = 0$"),
        )
        note.calc(theta_hat, eq(s / n, "the numerator vanishes"), result=True)

    note(r"""It is a maximum, since the second derivative is negative everywhere: the
        log-likelihood is concave.""")
    note.calc(
        ell(theta, order=2),
        eq(partial(s / theta - (n - s) / (1 - theta), theta), "differentiate the score"),
        eq(-s / theta**2 - (n - s) / (1 - theta) ** 2, "power rule", rule="quotient rule"),
        result=True,
    )

    note.calc(
        -s / theta**2 - (n - s) / (1 - theta) ** 2,
        lt(0, "both counts are at least zero, and one of them is positive"),
    )

    note(r"""A model does not predict $\theta$, which must stay between 0 and 1, but a logit $z$
        that may be any number, and $\theta = \sigma(z)$. The chain rule brings in the factor
        $\sigma' = \sigma (1 - \sigma)$. It cancels the denominator, and what is left is as simple
        as can be: observed minus expected number of heads.""")
    note.calc(
        partial(ell(sigmoid(z)), z),
        eq(ell(sigmoid(z), order=1) * partial(sigmoid(z), z), "chain rule"),
        eq(
            (s - n * sigmoid(z))
            / (sigmoid(z) * (1 - sigmoid(z)))
            * (sigmoid(z) * (1 - sigmoid(z))),
            r"insert the score at $\theta = \sigma(z)$",
        ),
        eq(s - n * sigmoid(z), r"cancel $\sigma (1 - \sigma)$", rule="distribute"),
        result=True,
    )
    note("The curvature in the logit no longer depends on the outcomes.")
    note.calc(
        partial(s - n * sigmoid(z), z),
        eq(-n * sigmoid(z) * (1 - sigmoid(z)), "derivative of the sigmoid", rule="chain rule"),
        lt(0, "the sigmoid lies between 0 and 1"),
    )
