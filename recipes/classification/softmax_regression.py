"""Softmax regression: gradient and Hessian."""

from derive import (
    Note,
    delta,
    differential,
    eq,
    grad,
    hessian,
    jacobian,
    log,
    logsumexp,
    partial,
    recipe,
    softmax,
    sum_over,
    trace,
)


@recipe(
    "softmax-regression",
    title="Softmax regression: gradient and Hessian",
    chapter="classification",
    needs=["softmax-jacobian", "categorical-loglik-gradient", "logistic-regression"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.109) and (4.110)",
    level=3,
)
def softmax_regression(note: Note) -> None:
    """Linear logits for K classes: the gradient X^T (P - Y), and the Hessian block by block."""
    n, d, K = note.dims("n d K")
    i = note.index("i", n)
    j, k = note.index("j", K), note.index("k", K)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    Y = note.matrix("Y", n, K, "labels, one-hot in each row", "one_hot_rows")
    W = note.matrix("W", d, K, "weights, one column per class")

    note(r"""With more than two classes every example has one logit for each class, a row of $Z =
        X W$, and the softmax of the row gives its probabilities. The loss is the cross-entropy
        with the labels: of each row of $\log P$ the label picks one entry.""")
    Z = note.let("Z", X @ W, "logits")
    P = note.let("P", softmax(Z), "probabilities: the softmax of each row")
    L = note.let("L", -sum_over((i, k), Y[i, k] * log(P[i, k])), "cross-entropy")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    z = note.rows("z", Z, "the logits of an example")
    y = note.rows("y", Y, "the label of an example")

    note(r"""The logarithm of a softmax is a logit minus log-sum-exp, and the label of an example
        sums to one. So the loss is, for each example, how much larger the smooth maximum of its
        logits is than the logit of the right class.""")
    note.calc(
        L,
        eq(
            -sum_over((i, k), Y[i, k] * (Z[i, k] - logsumexp(z[i]))),
            "logarithm of the softmax",
        ),
        eq(
            sum_over(i, sum_over(k, Y[i, k]) * logsumexp(z[i]) - sum_over(k, Y[i, k] * Z[i, k])),
            "separate the terms",
        ),
        eq(sum_over(i, logsumexp(z[i]) - y[i].T @ z[i]), "each label sums to one"),
    )
    note("""In this form the gradient in one logit needs only the gradient of log-sum-exp, which
        is the softmax:""")
    note.calc(
        partial(L, Z[i, k]),
        eq(P[i, k] - Y[i, k], "gradient of log-sum-exp"),
    )
    note(r"""Prediction minus label, as in logistic regression. To come from the logits to the
        weights, write the change of the loss as a trace, insert $\mathrm{d}Z = X \, \mathrm{d}W$,
        and move everything but $\mathrm{d}W$ to the other side.""")
    dW = differential(W)
    note.calc(
        differential(L, W),
        eq(trace((P - Y).T @ differential(Z, W)), "inner product of two matrices as a trace"),
        eq(
            trace((P - Y).T @ X @ dW),
            r"$\mathrm{d}Z = X \, \mathrm{d}W$",
            rule="linearity of the differential",
        ),
        eq(trace((X.T @ (P - Y)).T @ dW), rule="transpose of a product"),
    )
    note.calc(
        grad(L, W),
        eq(X.T @ (P - Y), "identify the gradient"),
        result=True,
    )

    note(r"""The weights form a matrix, so the Hessian has four indices. It is best seen in
        blocks: $w_j$ is the $j$-th column of $W$, the weights of one class, and the block for two
        classes is a $d \times d$ matrix. The gradient in $w_j$ is a column of the result above;
        of it only $P_{ij}$ depends on the weights, and the logits of example $i$ move with $w_k$
        in the direction $x_i$.""")
    note.calc(
        hessian(L, W[:, j], W[:, k]),
        eq(
            jacobian(sum_over(i, (P[i, j] - Y[i, j]) * x[i]), W[:, k]),
            "column $j$ of the gradient",
        ),
        eq(sum_over(i, partial(P[i, j], Z[i, k]) * x[i] @ x[i].T), "chain rule"),
        eq(
            sum_over(i, P[i, j] * (delta(j, k) - P[i, k]) * x[i] @ x[i].T),
            "Jacobian of the softmax",
        ),
        result=True,
    )
    note(r"""For $K = 2$ and one class held at zero, the block for the other class is $\sum_i p_i
        (1 - p_i) \, x_i x_i^\top$, and we are back at logistic regression.""")
