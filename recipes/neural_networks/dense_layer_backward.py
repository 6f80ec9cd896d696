"""Backward pass of a dense layer."""

from derive import Note, differential, eq, grad, ones, recipe, trace


@recipe(
    "dense-layer-backward",
    title="Backward pass of a dense layer",
    chapter="neural networks",
    needs=["quadratic-form-gradient"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5; Deisenroth, Faisal "
    "and Ong, Mathematics for Machine Learning (2020), section 5.6",
    level=2,
)
def dense_layer_backward(note: Note) -> None:
    """From the gradient of a loss in the output of Y = X W + 1 b^T to the gradients in input, weights and bias."""
    n, p, q = note.dims("n p q")
    X = note.matrix("X", n, p, "inputs, one example per row")
    W = note.matrix("W", p, q, "weights")
    b = note.vector("b", q, "bias")
    Ybar = note.matrix(r"\bar{Y}", n, q, "upstream gradient: that of the loss in the output")

    note(r"A dense layer maps a batch of $n$ inputs to outputs, with the same bias in every row:")
    Y = note.let("Y", X @ W + ones(n) @ b.T, "outputs")
    note(r"""What happens to the output afterwards we need not know. The rest of the network
        reports one matrix $\bar{Y}$, the gradient of the loss in the output, and for small
        changes the loss moves by $\mathrm{d}L = \langle \bar{Y}, \mathrm{d}Y \rangle =
        \operatorname{tr}(\bar{Y}^\top \mathrm{d}Y)$. So the loss may be replaced by the linear
        function that has this gradient, with $\bar{Y}$ held constant:""")
    L = note.let("L", trace(Ybar.T @ Y), "the loss, linearised in the output")

    note("Input, weights and bias may all change. The product rule gives a term for each:")
    dX, dW, db = differential(X), differential(W), differential(b)
    note.calc(
        differential(Y, X, W, b),
        eq(dX @ W + X @ dW + ones(n) @ db.T, "product rule"),
    )
    note(r"""Insert it, and bring each differential to the right end of its trace. Factors under a
        trace may be moved round in a circle, and a trace equals that of the transpose.""")
    note.calc(
        differential(L, X, W, b),
        eq(trace(Ybar.T @ differential(Y, X, W, b)), rule="linearity of the differential"),
        eq(
            trace(Ybar.T @ dX @ W) + trace(Ybar.T @ X @ dW) + trace(Ybar.T @ ones(n) @ db.T),
            r"insert $\mathrm{d}Y$",
        ),
        eq(
            trace(W @ Ybar.T @ dX) + trace(Ybar.T @ X @ dW) + db.T @ Ybar.T @ ones(n),
            "cyclic property of the trace",
        ),
        eq(
            trace((Ybar @ W.T).T @ dX) + trace((X.T @ Ybar).T @ dW) + (Ybar.T @ ones(n)).T @ db,
            rule="transpose of a product",
        ),
    )

    note(r"""What stands, transposed, before a differential is the gradient in that variable. The
        input receives the upstream gradient sent back through the weights:""")
    note.calc(
        grad(L, X),
        eq(Ybar @ W.T, "identify the gradient", rule="gradient of a linear form"),
        result=True,
    )
    note("""the weights receive, for each pair of an input and an output unit, the sum over the
        batch of their product:""")
    note.calc(
        grad(L, W),
        eq(X.T @ Ybar, "identify the gradient", rule="gradient of a linear form"),
        result=True,
    )
    note("and the bias, which is added to each row, receives the sum of all rows:")
    note.calc(
        grad(L, b),
        eq(Ybar.T @ ones(n), "identify the gradient", rule="gradient of a linear form"),
        result=True,
    )
    note(
        """In entries, the gradient of a weight is the sum over the batch of what goes in, times what comes back:"""
    )
    i, j = note.index("j", p), note.index("k", q)
    note.forms(grad(L, W), matrix=X.T @ Ybar, index=((i, j), ...))
    note(r"""The shapes leave no other choice, which is a good way to remember the three formulas:
        $\bar{Y}$ is $n \times q$, and the results must be $n \times p$, $p \times q$ and $q$.""")
