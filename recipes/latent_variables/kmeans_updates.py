"""The k-means update and the decomposition around the mean."""

from derive import Note, eq, ge, grad, min_entry, norm2, recipe, sum_over


@recipe(
    "kmeans-updates",
    title="The k-means update and the decomposition around the mean",
    chapter="latent variables",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (9.4); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 14.3.6",
    level=1,
)
def kmeans_updates(note: Note) -> None:
    """The mean is the best centre of a cluster, and both steps of k-means lower the cost."""
    n, d, K = note.dims("n d K")
    i, k = note.index("i", n), note.index("k", K)
    x = note.family("x", n, d, meaning="points of one cluster")
    c = note.vector("c", d, "any centre")

    note("""K-means stands every point next to a centre and pays the squared distance. It repeats
        two steps: move each centre to where its points want it, and assign each point to the
        nearest centre. The first question is where one cluster wants its centre.""")
    J = note.let("J", sum_over(i, norm2(x[i] - c)), "cost of one cluster")
    xbar = note.let(r"\bar{x}", 1 / n * sum_over(i, x[i]), "mean of the points")
    c_hat = note.minimiser(r"\hat{c}", J, c, "the best centre")
    note.calc(
        grad(J, c),
        eq(2 * sum_over(i, c - x[i]), "gradient of a squared norm"),
        eq(2 * n * (c - xbar), r"$\sum_i x_i = n \bar{x}$"),
        result=True,
    )
    note("The gradient vanishes at one place only, the mean:")
    note.calc(c_hat, eq(xbar, r"$\nabla J(\hat{c}) = 0$"), result=True)
    note("""How much is lost with another centre? Insert the mean; the differences from the mean sum
        to zero, so that the mixed term vanishes.""")
    note.calc(
        J,
        eq(
            sum_over(i, norm2((x[i] - xbar) + (xbar - c))),
            "add and subtract the mean",
        ),
        eq(
            sum_over(i, norm2(x[i] - xbar))
            + 2 * sum_over(i, x[i] - xbar).T @ (xbar - c)
            + n * norm2(xbar - c),
            "expand the square",
        ),
        eq(
            sum_over(i, norm2(x[i] - xbar)) + n * norm2(xbar - c),
            r"$\sum_i (x_i - \bar{x}) = 0$",
        ),
        result=True,
    )
    note("So the update step never raises the cost, and lowers it unless the centre was the mean.")
    note.calc(
        J,
        ge(sum_over(i, norm2(x[i] - xbar)), "a squared norm is not negative"),
        result=True,
    )
    note(r"""Nor does the assignment step. Let a point have squared distances $D_k$ from the centres.
        However it is shared out among them, with weights $z_k$ that sum to one, it costs at least
        the smallest distance:""")
    D = note.vector("D", K, "squared distances of one point from the centres", "positive")
    z = note.vector("z", K, "weights with which the point is assigned", "simplex")
    note.calc(
        sum_over(k, z[k] * D[k]),
        ge(sum_over(k, z[k] * min_entry(D)), "every distance is at least the smallest"),
        eq(min_entry(D), "the weights sum to one"),
    )
    note("""As there are only finitely many assignments and the cost falls with every change, k-means
        comes to an end, though not always at the best clusters.""")
