"""Backward pass of an embedding look-up."""

from derive import Note, delta, eq, grad, partial, recipe, sum_over, trace


@recipe(
    "embedding-backward",
    title="Backward pass of an embedding look-up",
    chapter="neural networks",
    needs=["dense-layer-backward"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 12.4",
    level=2,
)
def embedding_backward(note: Note) -> None:
    """A look-up is a product with a one-hot matrix, so each row of the table collects the gradients of its uses."""
    n, V, d = note.dims("n V d")
    i, v, j = note.index("i", n), note.index("v", V), note.index("j", d)
    E = note.matrix("E", V, d, "table: one embedding per row")
    O = note.matrix(
        "O", n, V, "which word stands at which place, one-hot in each row", "one_hot_rows"
    )
    G = note.matrix(r"\bar{Y}", n, d, "upstream gradient: that of the loss in the output")

    note("""The first layer of a language model replaces each word by its row of a table. Programs copy the
        row. To differentiate, write the copy as a product with a matrix that has a single one in each row,
        at the number of the word:""")
    Y = note.let("Y", O @ E, "embeddings of the words at all places")
    e = note.rows("e", E, "the embeddings: rows of $E$ as columns")
    y = note.rows("y", Y, "the output at each place")
    note.calc(
        y[i],
        eq(sum_over(v, O[i, v] * e[v]), "row of a product"),
        result=True,
    )
    note(
        "The sum has one term that is not zero. This is a dense layer without a bias, whose input is $O$:"
    )
    L = note.let("L", trace(G.T @ Y), "the loss, linearised in the output")
    note.calc(
        grad(L, E),
        eq(O.T @ G, "backward pass of a dense layer", rule="gradient of a linear form"),
        result=True,
    )
    note("""In rows: the gradient of an embedding is the sum of the upstream gradients at all places where its
        word stands. Words that do not occur have none.""")
    g = note.rows("g", G, "the upstream gradient at each place")
    note.calc(
        (O.T @ G)[v, :],
        eq(sum_over(i, O[i, v] * g[i]), "row of a product"),
        result=True,
    )
    note(
        "The same in entries, where the delta says that the row of the table must be the word at the place:"
    )
    note.calc(
        partial(L, E[v, j]),
        eq(sum_over(i, G[i, j] * partial(Y[i, j], E[v, j])), "chain rule"),
        eq(sum_over(i, G[i, j] * O[i, v]), "the output is linear in the table"),
    )
    w = note.index("w", V)
    note.calc(
        partial(E[w, j], E[v, j]),
        eq(delta(w, v), "an entry has slope one in itself"),
    )
    note("""A word that occurs twice receives both gradients. A program that writes them into place instead of
        adding them is wrong.""")
