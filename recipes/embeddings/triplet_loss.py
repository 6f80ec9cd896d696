"""Gradient of the triplet loss."""

from derive import Note, eq, grad, maximum, norm2, recipe


@recipe(
    "triplet-loss",
    title="Gradient of the triplet loss",
    chapter="embeddings",
    needs=["norm-gradient"],
    source="Schroff, Kalenichenko and Philbin, FaceNet (2015), equation (2)",
    level=2,
)
def triplet_loss(note: Note) -> None:
    """An anchor is pulled to its positive and pushed from its negative, until the margin is reached."""
    (d,) = note.dims("d")
    a = note.vector("a", d, "anchor")
    p = note.vector("p", d, "positive: the same thing as the anchor")
    n = note.vector("n", d, "negative: another thing")
    m = note.scalar("m", "margin", "positive")

    note("""Two pictures of one person shall have embeddings closer to each other than to any picture
        of someone else, by a margin. A triplet of pictures that violates this is charged by how
        much:""")
    D = note.let("D", norm2(a - p) - norm2(a - n) + m, "violation")
    L = note.let("L", maximum(0, D), "loss of one triplet")
    note("The loss has two cases. If the margin is kept there is nothing to learn:")
    with note.suppose(D < 0):
        note.calc(grad(L, a), eq(0, "the loss is constant"))
        note.calc(grad(L, p), eq(0, "the loss is constant"))
        note.calc(grad(L, n), eq(0, "the loss is constant"))
    note("""Otherwise the loss is the violation. Expanded, the square of the anchor cancels, so that
        the violation is linear in the anchor:""")
    note.calc(
        D,
        eq(p.T @ p - n.T @ n + 2 * (n - p).T @ a + m, "expand the squares"),
    )
    with note.suppose(D > 0):
        note("and the anchor moves along the line from the negative to the positive:")
        note.calc(
            grad(L, a),
            eq(2 * (a - p) - 2 * (a - n), "gradient of a squared norm"),
            eq(2 * (n - p), "the anchor cancels"),
            result=True,
        )
        note("The positive is drawn to the anchor, and the negative is pushed away from it:")
        note.calc(grad(L, p), eq(2 * (p - a), "gradient of a squared norm"), result=True)
        note.calc(grad(L, n), eq(2 * (a - n), "gradient of a squared norm"), result=True)
        note("""Moving all three together changes no distance, and indeed the gradients sum to
            zero:""")
        note.calc(grad(L, a) + grad(L, p) + grad(L, n), eq(0, "insert"))
