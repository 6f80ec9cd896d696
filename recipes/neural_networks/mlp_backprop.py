"""Backpropagation through a two-layer classifier, from scratch."""

from derive import Note, eq, grad, hadamard, log, ones, partial, recipe, softmax, sum_over


@recipe(
    "mlp-backprop",
    title="Backpropagation through a two-layer classifier, from scratch",
    chapter="neural networks",
    needs=["dense-layer-backward", "activation-derivatives", "softmax-regression"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 5.3; Goodfellow, Bengio"
    " and Courville, Deep Learning (2016), section 6.5; Deisenroth, Faisal and Ong, "
    "Mathematics for Machine Learning (2020), section 5.6",
    level=3,
)
def mlp_backprop(note: Note) -> None:
    """The gradients of the mean cross-entropy in both weight matrices and both biases, by one sweep backwards."""
    n, d, m, K = note.dims("n d m K")
    i, k = note.index("i", n), note.index("k", K)
    r, c = note.index("r", n), note.index("c", m)
    X = note.matrix("X", n, d, "inputs, one example per row")
    Y = note.matrix("Y", n, K, "labels, one-hot in each row", "one_hot_rows")
    W1 = note.matrix("W_1", d, m, "weights of the hidden layer")
    b1 = note.vector("b_1", m, "bias of the hidden layer")
    W2 = note.matrix("W_2", m, K, "weights of the output layer")
    b2 = note.vector("b_2", K, "bias of the output layer")
    phi = note.function(r"\phi", "activation, applied to each entry")

    note(r"""The forward pass goes through two dense layers with an activation between them, and
        ends in a softmax. Each stage gets a name, since the backward pass will need its value.""")
    A = note.let("A", X @ W1 + ones(n) @ b1.T, "input of the hidden units")
    H = note.let("H", phi(A), "output of the hidden units")
    Z = note.let("Z", H @ W2 + ones(n) @ b2.T, "logits")
    P = note.let("P", softmax(Z), "probabilities: the softmax of each row")
    L = note.let("L", -1 / n * sum_over((i, k), Y[i, k] * log(P[i, k])), "mean cross-entropy")

    note(r"""Backpropagation walks the same way back. At each stage it computes the gradient of
        the loss in the value of that stage, from the gradient of the next. The first is known
        from softmax regression: prediction minus label, here divided by the number of examples.""")
    note.calc(
        partial(L, Z[i, k]),
        eq(1 / n * (P[i, k] - Y[i, k]), "gradient of the cross-entropy in the logits"),
    )
    D2 = note.let(r"\Delta_2", 1 / n * (P - Y), "error at the output")
    note.calc(grad(L, Z), eq(D2, "the equation above for each entry"), result=True)

    note(r"""The output layer is a dense layer with input $H$, and $\Delta_2$ is its upstream
        gradient. So its weights, its bias and its input receive""")
    note.calc(
        grad(L, W2),
        eq(
            H.T @ grad(L, Z),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(H.T @ D2, "insert the error"),
        result=True,
    )
    note.calc(
        grad(L, b2),
        eq(
            grad(L, Z).T @ ones(n),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(D2.T @ ones(n), "insert the error"),
        result=True,
    )
    note.calc(
        grad(L, H),
        eq(
            grad(L, Z) @ W2.T,
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(D2 @ W2.T, "insert the error"),
    )

    note(r"""Next comes the activation. It works on each entry by itself: unit $c$ of example $r$
        depends on its own input alone, so that its gradient is multiplied by its own slope.""")
    note.calc(
        partial(L, A[r, c]),
        eq(partial(L, H[r, c]) * partial(phi(A[r, c]), A[r, c]), "chain rule"),
        eq(
            partial(L, H[r, c]) * phi(A[r, c], order=1),
            "derivative of the activation",
            rule="chain rule",
        ),
    )
    note("""For all units at once this is an entrywise product, and gives the error of the hidden
        layer:""")
    D1 = note.let(r"\Delta_1", hadamard(D2 @ W2.T, phi(A, order=1)), "error at the hidden layer")
    note.calc(
        grad(L, A),
        eq(hadamard(grad(L, H), phi(A, order=1)), rule="chain rule for an elementwise function"),
        eq(D1, r"$\nabla_H L = \Delta_2 W_2^\top$"),
        result=True,
    )

    note("The hidden layer is dense again, with input $X$ and upstream gradient $\\Delta_1$:")
    note.calc(
        grad(L, W1),
        eq(
            X.T @ grad(L, A),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(X.T @ D1, "insert the error"),
        result=True,
    )
    note.calc(
        grad(L, b1),
        eq(
            grad(L, A).T @ ones(n),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(D1.T @ ones(n), "insert the error"),
        result=True,
    )
    note(r"""Every gradient is a product of something that the forward pass stored ($X$, $H$,
        $\phi'(A)$) and an error that the backward pass carries ($\Delta_2$, $\Delta_1$). That is
        why the whole gradient costs about as much as two forward passes, however many weights
        there are.""")
