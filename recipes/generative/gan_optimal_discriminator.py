"""The optimal discriminator and the Jensen-Shannon divergence."""

from derive import Note, eq, ge, log, partial, recipe, sum_over


@recipe(
    "gan-optimal-discriminator",
    title="The optimal discriminator and the Jensen-Shannon divergence",
    chapter="generative",
    needs=["kl-nonnegativity"],
    source="Goodfellow et al., Generative Adversarial Nets (2014), proposition 1 and theorem 1; "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 20.10.4",
    level=3,
)
def gan_optimal_discriminator(note: Note) -> None:
    """The best discriminator is the posterior probability, and its value is a divergence of the two distributions."""
    (K,) = note.dims("K")
    k = note.index("k", K)
    p = note.vector("p", K, "distribution of the data", "simplex")
    q = note.vector("q", K, "distribution of the generator", "simplex")
    D = note.vector("D", K, "probability that a value is from the data", "probability")

    note(r"""A discriminator says for each value how probable it is that it came from the data and
        not from the generator. It is paid the logarithm of the probability that it gave to the
        truth:""")
    V = note.let(
        "V",
        sum_over(k, p[k] * log(D[k])) + sum_over(k, q[k] * log(1 - D[k])),
        "expected payment",
    )
    note("Each value has a term of its own, so each entry can be chosen by itself.")
    note.calc(
        partial(V, D[k]),
        eq(p[k] / D[k] - q[k] / (1 - D[k]), "derivative of the logarithm"),
        result=True,
    )
    best = note.maximiser(r"\hat{D}", V, D, "the best discriminator")
    note.calc(
        p[k] * (1 - best[k]) - q[k] * best[k],
        eq(0, "the derivative vanishes"),
    )
    note("Solve for the entry. It is the posterior probability under equal priors:")
    note.calc(best[k], eq(p[k] / (p[k] + q[k]), "collect the entry"), result=True)
    note("Its log-odds are the logarithm of the density ratio, which is how to estimate one:")
    r = note.array("r", (k,), p[k] / (p[k] + q[k]), "the best discriminator")
    note.calc(
        log(r[k] / (1 - r[k])),
        eq(log(p[k] / q[k]), r"$1 - r_k = q_k / (p_k + q_k)$"),
        result=True,
    )
    note(r"""How much is it paid? Write each denominator as twice the mixture $m_k = (p_k + q_k) /
        2$; as probabilities sum to one, each of the two logarithms of $2$ comes out of its sum.""")
    m = note.array("m", (k,), (p[k] + q[k]) / 2, "mixture")
    value = sum_over(k, p[k] * log(r[k])) + sum_over(k, q[k] * log(1 - r[k]))
    note.calc(
        value,
        eq(
            sum_over(k, p[k] * log(p[k] / (2 * m[k]))) + sum_over(k, q[k] * log(q[k] / (2 * m[k]))),
            "insert",
        ),
        eq(
            -log(4) + sum_over(k, p[k] * log(p[k] / m[k])) + sum_over(k, q[k] * log(q[k] / m[k])),
            "logarithm of a quotient",
        ),
        result=True,
    )
    note("""Two divergences from the mixture are left. Half their sum is the Jensen-Shannon divergence of the two
        distributions:""")
    JS = note.let(
        r"\mathrm{JS}",
        (sum_over(k, p[k] * log(p[k] / m[k])) + sum_over(k, q[k] * log(q[k] / m[k]))) / 2,
        "Jensen-Shannon divergence",
    )
    note.calc(value, eq(-log(4) + 2 * JS, "definition of the divergence"), result=True)
    note("It is never negative:")
    note.calc(value, ge(-log(4), "divergences are not negative"), result=True)
    note("""with equality only if generator and data agree. Against the best discriminator, the
        generator minimises this divergence.""")
