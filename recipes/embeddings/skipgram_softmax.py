"""Skip-gram with a full softmax."""

from derive import Note, delta, eq, grad, log, partial, recipe, softmax, sum_over, unit_vector


@recipe(
    "skipgram-softmax",
    title="Skip-gram with a full softmax",
    chapter="embeddings",
    needs=["categorical-loglik-gradient"],
    source="Mikolov et al., Efficient Estimation of Word Representations in Vector Space (2013)",
    level=3,
)
def skipgram_softmax(note: Note) -> None:
    """A word vector is drawn to the context that was seen, and away from the contexts that it expected."""
    V, d = note.dims("V d")
    o, k = note.index("o", V), note.index("k", V)
    U = note.matrix("U", V, d, "vectors of the context words, one per row")
    v = note.vector("v", d, "vector of the word in the centre")

    note("""A word is known by the company it keeps. Skip-gram predicts the words around a given one:
        its vector is compared with that of every word of the vocabulary, and a softmax makes
        probabilities of it. The loss is minus the logarithm of that of the word $o$ that was
        seen.""")
    s = note.let("s", U @ v, "scores of all words")
    p = note.let("p", softmax(s), "predicted probabilities")
    note("In the scores, the gradient is prediction minus label:")
    note.calc(
        partial(-log(p[o]), s[k]),
        eq(-1 / p[o] * (p[o] * (delta(o, k) - p[k])), "Jacobian of the softmax"),
        eq(p[k] - delta(o, k), "cancel"),
    )
    note.calc(
        grad(-log(p[o]), s),
        eq(p - unit_vector(o, V), "the equation above for each entry"),
        result=True,
    )
    note("The scores are linear in the vector of the word, through the matrix:")
    note.calc(
        grad(-log(p[o]), v),
        eq(U.T @ grad(-log(p[o]), s), "backward pass of a linear map"),
        eq(U.T @ (p - unit_vector(o, V)), "insert"),
        result=True,
    )
    u = note.rows("u", U, "the vectors of the context words: rows of $U$ as columns")
    note("""Written with vectors of words, it is a difference of two: the one that was expected on
        average, and the one that was seen.""")
    note.calc(
        U.T @ (p - unit_vector(o, V)),
        eq(sum_over(k, p[k] * u[k]) - u[o], "a product with a column combines rows"),
        result=True,
    )
    note("A context word receives the vector of the centre, times its own error:")
    note.calc(
        grad(-log(p[o]), U),
        eq(grad(-log(p[o]), s) @ v.T, "backward pass of a linear map"),
        eq((p - unit_vector(o, V)) @ v.T, "insert"),
        result=True,
    )
    note("""Every word of the vocabulary takes part in every step, which is why negative sampling
        replaces the softmax in practice.""")
