"""Skip-gram with negative sampling."""

from derive import Note, eq, grad, log, partial, recipe, sigmoid, sum_over


@recipe(
    "negative-sampling",
    title="Skip-gram with negative sampling",
    chapter="embeddings",
    needs=["skipgram-softmax", "activation-derivatives"],
    source="Mikolov et al., Distributed Representations of Words and Phrases and Their Compositionality "
    "(2013), equation (4)",
    level=3,
)
def negative_sampling(note: Note) -> None:
    """A few random words in place of the whole vocabulary: the true pair is pulled together, the others apart."""
    K, d = note.dims("K d")
    j, k = note.index("j", K), note.index("k", K)
    v = note.vector("v", d, "vector of the word in the centre")
    o = note.vector("u_o", d, "vector of the context word that was seen")
    u = note.family("u", K, d, meaning="vectors of random words, the negatives")
    a = note.scalar("a", "a score")

    note("""A softmax over the vocabulary costs too much. Ask an easier question: was this pair of words seen,
        or is the second one random? That is logistic regression on the inner product of two vectors. The
        pair that was seen shall have a large score, and $K$ random pairs small ones:""")
    L = note.let(
        "L",
        -log(sigmoid(o.T @ v)) - sum_over(k, log(sigmoid(-u[k].T @ v))),
        "loss of one pair",
    )
    note("The slope of each term in its score is a probability:")
    note.calc(
        partial(log(sigmoid(a)), a),
        eq(1 / sigmoid(a) * (sigmoid(a) * (1 - sigmoid(a))), "chain rule"),
        eq(1 - sigmoid(a), "cancel"),
    )
    note.calc(
        partial(-log(sigmoid(-a)), a),
        eq(1 - sigmoid(-a), "the slope above, with the sign of the score turned twice"),
        eq(sigmoid(a), r"$1 - \sigma(-a) = \sigma(a)$"),
    )
    note("""All scores contain the vector of the centre, so it collects a term from each. The word that was
        seen pulls, and the negatives push:""")
    note.calc(
        grad(L, v),
        eq(
            -grad(log(sigmoid(o.T @ v)), v) - sum_over(k, grad(log(sigmoid(-u[k].T @ v)), v)),
            "linearity of the derivative",
        ),
        eq(
            (sigmoid(o.T @ v) - 1) * o + sum_over(k, sigmoid(u[k].T @ v) * u[k]),
            "chain rule for each score",
        ),
        result=True,
    )
    note(
        "A context vector occurs in its own score alone, and moves along the vector of the centre:"
    )
    note.calc(
        grad(L, o),
        eq((sigmoid(o.T @ v) - 1) * v, "chain rule"),
        result=True,
    )
    note.calc(
        grad(L, u[j]),
        eq(sigmoid(u[j].T @ v) * v, "chain rule"),
        result=True,
    )
    note("""Each is prediction minus label, times the other vector. A step touches $K + 2$ vectors instead of
        the whole vocabulary.""")
