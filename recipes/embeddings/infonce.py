"""Gradient of the InfoNCE loss."""

from derive import Note, delta, eq, grad, identity, log, partial, recipe, softmax, sum_over


@recipe(
    "infonce",
    title="Gradient of the InfoNCE loss",
    chapter="embeddings",
    needs=["softmax-regression"],
    source="van den Oord, Li and Vinyals, Representation Learning with Contrastive Predictive Coding "
    "(2018)",
    level=3,
)
def infonce(note: Note) -> None:
    """Contrastive learning is softmax regression whose weights are the other embeddings and whose labels are pairs."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", n)
    Z = note.matrix("Z", n, d, "embeddings, one per row")
    W = note.matrix("W", n, d, "embeddings of the partners, one per row")
    tau = note.scalar(r"\tau", "temperature", "positive")

    note("""Two views of the same thing shall have embeddings that point the same way, and views of
        different things shall not. So let each embedding guess its partner among all of them, by a
        softmax of inner products:""")
    S = note.let("S", Z @ W.T / tau, "scores of all pairs")
    P = note.let("P", softmax(S), "probabilities: the softmax of each row")
    L = note.let("L", -1 / n * sum_over(i, log(P[i, i])), "loss")
    note("""This is softmax regression, in which the label of an example is its own number. Its
        gradient in the scores is prediction minus label:""")
    note.calc(
        partial(L, S[i, j]),
        eq(-1 / n * partial(log(P[i, i]), S[i, j]), "only row $i$ contains the score"),
        eq(1 / n * (P[i, j] - delta(i, j)), "gradient of the log-softmax"),
    )
    E = note.let("E", (P - identity(n)) / (n * tau), "error, with the temperature")
    note("The labels form the identity matrix. With the temperature, which every score carries,")
    note.calc(grad(L, S), eq(tau * E, "the equation above for each entry"))
    note("the scores pass it on to both factors of their product:")
    note.calc(
        grad(L, Z),
        eq(1 / tau * grad(L, S) @ W, "backward pass of a product"),
        eq(E @ W, "insert the gradient in the scores"),
        result=True,
    )
    note.calc(
        grad(L, W),
        eq(1 / tau * grad(L, S).T @ Z, "backward pass of a product"),
        eq(E.T @ Z, "insert the gradient in the scores"),
        result=True,
    )
    note("""An embedding is pulled towards its partner and pushed from all others, in proportion to
        the probability that it gave them. The temperature divides every score:""")
    note.calc(
        partial(L, tau),
        eq(sum_over((i, j), partial(L, S[i, j]) * partial(S[i, j], tau)), "chain rule"),
        eq(-1 / tau * sum_over((i, j), E[i, j] * (Z @ W.T)[i, j]), r"$S = Z W^\top / \tau$"),
        result=True,
    )
