"""One linear layer, three conventions."""

from derive import Note, eq, grad, recipe, trace


@recipe(
    "linear-layer-conventions",
    title="One linear layer, three conventions",
    chapter="convolution",
    needs=["dense-layer-backward", "transpose-adjoint"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), chapter 6; PyTorch documentation, "
    "torch.nn.Linear (2024)",
    level=1,
)
def linear_layer_conventions(note: Note) -> None:
    """Weights as (in, out), as (out, in), or for one column at a time: the same map, gradients that are transposes."""
    n, p, q = note.dims("n p q")
    i = note.index("i", n)
    X = note.matrix("X", n, p, "inputs, one example per row")
    W = note.matrix("W", p, q, "weights as (in, out)")
    G = note.matrix(r"\bar{Y}", n, q, "upstream gradient: that of the loss in the output")

    note(r"""Books write a layer as $V x_i$ for one example, one library stores its weights as (in,
        out), another as (out, in). Before copying weights from one to the other, see how they are
        related. Let $V$ be the transposed weights.""")
    V = note.let("V", W.T, "weights as (out, in)")
    note("Inputs in rows, then, have the weights on the right, in one of two ways:")
    note.calc(
        X @ W,
        eq(X @ V.T, "the transpose of a transpose"),
        result=True,
    )
    note("For a single example, a row of the output, this is the column form of the books.")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    note.calc(
        (X @ W)[i, :],
        eq(W.T @ x[i], "row of a product, as a column"),
        eq(V @ x[i], "definition of $V$"),
    )
    note(r"""Now the gradients. The loss is again replaced by the linear function of the output that
        has the gradient $\bar{Y}$, once for each way to store the weights.""")
    L = note.let("L", trace(G.T @ (X @ W)), "the loss with weights (in, out)")
    M = note.let("M", trace(G.T @ (X @ V.T)), "the same loss with weights (out, in)")
    note.calc(
        grad(L, W),
        eq(X.T @ G, "backward pass of a dense layer", rule="gradient of a linear form"),
        result=True,
    )
    note.calc(
        grad(M, V),
        eq(G.T @ X, "backward pass of a dense layer", rule="gradient of a linear form"),
        eq((X.T @ G).T, "transpose of a product"),
        eq(grad(L, W).T, "the equation above"),
        result=True,
    )
    note("""A gradient has the shape of its parameter, so transposed weights have the transposed
        gradient, and one step of gradient descent keeps them transposes of each other. The input
        does not know how the weights are stored:""")
    note.calc(
        grad(L, X),
        eq(G @ W.T, "backward pass of a dense layer", rule="gradient of a linear form"),
        eq(G @ V, "definition of $V$"),
    )
