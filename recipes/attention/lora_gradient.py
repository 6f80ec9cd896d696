"""Gradients of a low-rank adapter."""

from derive import Note, eq, grad, recipe, trace, zeros


@recipe(
    "lora-gradient",
    title="Gradients of a low-rank adapter",
    chapter="attention",
    needs=["dense-layer-backward"],
    source="Hu et al., LoRA: Low-Rank Adaptation of Large Language Models (2021), section 4.1",
    level=2,
)
def lora_gradient(note: Note) -> None:
    """The gradients of the two factors of a low-rank update, and why one of them is zero at the start."""
    n, p, q, r = note.dims("n p q r")
    X = note.matrix("X", n, p, "inputs, one example per row")
    W0 = note.matrix("W_0", p, q, "pretrained weights, kept fixed")
    A = note.matrix("A", p, r, "first factor of the update")
    B = note.matrix("B", r, q, "second factor of the update")
    s = note.scalar("s", "scale of the update")
    G = note.matrix(r"\bar{Y}", n, q, "upstream gradient: that of the loss in the output")

    note(r"""To adapt a large layer to a new task, keep its weights and learn a correction of low
        rank: with $r$ small, $A$ and $B$ together have far fewer entries than $W_0$.""")
    W = note.let("W", W0 + s * A @ B, "adapted weights")
    L = note.let("L", trace(G.T @ (X @ W)), "the loss, linearised in the output")
    note("For the weights as a whole, this is a dense layer:")
    note.calc(
        grad(L, W),
        eq(X.T @ G, "backward pass of a dense layer", rule="gradient of a linear form"),
    )
    note(r"""The product $s A B$ passes this gradient on to each factor through the other one, as
        any product does:""")
    note.calc(
        grad(L, A),
        eq(s * grad(L, W) @ B.T, "backward pass of a product"),
        eq(s * X.T @ G @ B.T, "insert the gradient in the weights"),
        result=True,
    )
    note.calc(
        grad(L, B),
        eq(s * A.T @ grad(L, W), "backward pass of a product"),
        eq(s * A.T @ X.T @ G, "insert the gradient in the weights"),
        result=True,
    )
    note(r"""The large matrix $X^\top \bar{Y}$ is never needed. Multiplied from the left to the
        right, each product has a side of length $r$:""")
    note.calc(
        s * X.T @ G @ B.T,
        eq(s * X.T @ (G @ B.T), "matrix products are associative"),
    )
    note.calc(
        s * A.T @ X.T @ G,
        eq(s * (X @ A).T @ G, "transpose of a product"),
    )
    note(r"""Training starts with $B = 0$, so that the adapted layer is the old one. Then the first
        factor has no gradient, and only $B$ moves:""")
    note.calc(
        s * X.T @ G @ zeros(r, q).T,
        eq(0, "$B = 0$ in the gradient of $A$"),
        result=True,
    )
