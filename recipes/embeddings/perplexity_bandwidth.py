"""Perplexity as a function of the bandwidth."""

from derive import Note, eq, exp, expectation, le, log, partial, recipe, sum_over, variance


@recipe(
    "perplexity-bandwidth",
    title="Perplexity as a function of the bandwidth",
    chapter="embeddings",
    needs=["softmax-jacobian", "variance-identities"],
    source="van der Maaten and Hinton, Visualizing Data using t-SNE (2008), section 2",
    level=3,
)
def perplexity_bandwidth(note: Note) -> None:
    """The entropy of neighbour probabilities falls as the bandwidth narrows, at the rate of a variance."""
    (m,) = note.dims("m")
    j, k = note.index("j", m), note.index("k", m)
    d = note.vector("d", m, "squared distances of the other points", "positive")
    b = note.scalar(r"\beta", "one over twice the squared bandwidth", "positive")

    note("""t-SNE gives each point a probability for every other point, which falls off with the distance. How fast
        is chosen for each point so that it has a given number of neighbours, which is told by the entropy. Can
        it always be found?""")
    Z = note.let("Z", sum_over(k, exp(-b * d[k])), "normaliser")
    p = note.array("p", (j,), exp(-b * d[j]) / Z, "probabilities of the neighbours")
    x = note.random("x", (), "finite", d, p, meaning="squared distance of a random neighbour")
    note(
        """Insert the probabilities in the entropy. The logarithm of each is linear in the distance:"""
    )
    H = note.let("H", -sum_over(j, p[j] * log(p[j])), "entropy")
    note.calc(
        H,
        eq(sum_over(j, p[j] * (log(Z) + b * d[j])), "logarithm of a quotient"),
        eq(log(Z) + b * sum_over(j, p[j] * d[j]), "the probabilities sum to one"),
        eq(log(Z) + b * expectation(x, x), "definition of the expectation"),
        result=True,
    )
    note("""Differentiate. The normaliser brings down the mean distance, with a minus sign, and cancels the first
        part of the product rule:""")
    note.calc(
        partial(log(Z), b),
        eq(-sum_over(j, p[j] * d[j]), "derivative of the logarithm"),
    )
    note.calc(
        partial(sum_over(j, p[j] * d[j]), b),
        eq(
            -sum_over(j, p[j] * d[j] ** 2) + sum_over(j, p[j] * d[j]) ** 2,
            "quotient rule",
        ),
        eq(-variance(x, x), "definition of the variance"),
    )
    note.calc(
        partial(H, b),
        eq(
            partial(log(Z), b)
            + sum_over(j, p[j] * d[j])
            + b * partial(sum_over(j, p[j] * d[j]), b),
            "product rule",
        ),
        eq(-b * variance(x, x), "the mean distances cancel"),
        le(0, "a variance is not negative"),
        result=True,
    )
    note(r"""So the entropy falls as $\beta$ grows, from $\log m$ when all points count alike to zero when only the
        nearest does. Bisection finds the bandwidth for every number of neighbours in between.""")
