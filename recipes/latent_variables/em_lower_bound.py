"""The evidence lower bound behind EM."""

from derive import Note, eq, ge, grad, log, recipe, softmax, sum_over


@recipe(
    "em-lower-bound",
    title="The evidence lower bound behind EM",
    chapter="latent variables",
    needs=["kl-nonnegativity"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (9.70) to (9.72)",
    level=3,
)
def em_lower_bound(note: Note) -> None:
    """Any guess of the latent variable gives a lower bound of the log-likelihood, tight for the posterior."""
    K, m = note.dims("K m")
    k, j = note.index("k", K), note.index("j", K)
    a = note.vector(
        "a", K, r"joint probabilities $p(x, z_k \mid \theta)$ of what was observed", "positive"
    )
    q = note.vector("q", K, "any distribution of the latent variable", "simplex")

    note(r"""A mixture, or any model with a variable that was not recorded, has a likelihood that is a sum over
        the values of that variable. The logarithm of a sum is hard to maximise; a sum of logarithms is easy.
        Any distribution $q$ of the latent variable makes one from the other. Let $a_k$ be the joint
        probability of the observation and of value $k$.""")
    px = note.let("p_x", sum_over(j, a[j]), r"likelihood $p(x \mid \theta)$")
    r = note.array("r", (k,), a[k] / px, r"posterior $p(z_k \mid x, \theta)$")
    note(r"""The product rule says $a_k = p_x r_k$ for every value. Take logarithms, and the mean under $q$ of both
        sides; the left one does not depend on the value:""")
    note.calc(
        log(px),
        eq(sum_over(k, q[k] * log(px)), "the probabilities sum to one"),
        eq(sum_over(k, q[k] * (log(a[k]) - log(r[k]))), r"$p_x = a_k / r_k$"),
        eq(
            sum_over(k, q[k] * (log(a[k] / q[k]) - log(r[k] / q[k]))),
            r"add and subtract $\log q_k$",
        ),
    )
    bound = note.let(r"\mathcal{L}", sum_over(k, q[k] * log(a[k] / q[k])), "lower bound")
    KL = note.let(
        r"\mathrm{KL}", sum_over(k, q[k] * log(q[k] / r[k])), "divergence of the posterior from $q$"
    )
    note(
        "These are two sums. One contains the joint probabilities only, the other is a divergence:"
    )
    note.calc(log(px), eq(bound + KL, "separate the sums"), result=True)
    note("A divergence is never negative, so the first is a lower bound, whatever $q$ is:")
    note.calc(log(px), ge(bound, "a divergence is not negative"), result=True)
    note("""EM raises it in two ways by turns. The E-step chooses the best guess for the present parameters:
        the posterior, for which the divergence vanishes and the bound touches the likelihood.""")
    note.calc(
        sum_over(k, r[k] * log(a[k] / r[k])),
        eq(sum_over(k, r[k] * log(px)), r"$a_k / r_k = p_x$"),
        eq(log(px), "the posterior sums to one"),
        result=True,
    )
    best = note.maximiser(r"\hat{q}", bound, q, "the best guess")
    note.calc(best[k], eq(r[k], "the bound is reached there only"), result=True)
    note(r"""The M-step holds the guess fixed and chooses the parameters. Of the bound only the mean of the
        logarithm of the joint probability depends on them,""")
    note.calc(
        bound,
        eq(
            sum_over(k, q[k] * log(a[k])) - sum_over(k, q[k] * log(q[k])),
            "logarithm of a quotient",
        ),
        result=True,
    )
    note(r"""in which the logarithm acts on each value by itself. No step can lower the likelihood: the M-step
        raises the bound, and the likelihood lies above it. At the posterior the two even have the same slope,
        for any parameters $\theta$ on which the joint probabilities depend:""")
    t = note.vector(r"\theta", m, "parameters")
    g = note.mapping("g", (m,), (K,), "logits of any smooth model of joint probabilities")
    b = note.let("b", softmax(g(t)), "joint probabilities, up to a factor")
    y = note.scalar("c", "share of the first value in the observation", "probability")
    e = note.let("e", y * b[1] + b[2], "a likelihood that sums two values")
    note.calc(
        grad(log(e), t),
        eq(1 / e * (y * grad(b[1], t) + grad(b[2], t)), "derivative of the logarithm"),
        eq(
            y * b[1] / e * grad(log(y * b[1]), t) + b[2] / e * grad(log(b[2]), t),
            "posterior times the slope of the logarithm",
        ),
    )
