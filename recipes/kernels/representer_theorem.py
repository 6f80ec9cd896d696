"""Representer theorem for a penalised loss."""

from derive import (
    Note,
    eq,
    ge,
    grad,
    hadamard,
    inverse,
    norm2,
    recipe,
    sigmoid,
    softplus,
    sum_over,
)


@recipe(
    "representer-theorem",
    title="Representer theorem for a penalised loss",
    chapter="kernels",
    needs=["kernel-ridge-dual", "logistic-regression"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 5.8.1; "
    "Schölkopf, Herbrich and Smola, A Generalized Representer Theorem (2001)",
    level=4,
)
def representer_theorem(note: Note) -> None:
    """Whatever the loss, the best weights are a combination of the examples, and the slopes are the coefficients."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "design matrix, one example per row", "full_row_rank")
    t = note.vector("t", d, "any weights")
    ell = note.function(r"\ell", "loss of a prediction")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note("""Kernel ridge regression found its weights as a combination of the examples. That has nothing to do with
        squares. Take any loss of the predictions, plus the penalty of ridge regression, and more features than
        examples. Split the weights into a combination of the examples and a part orthogonal to all of them:""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    a = note.let("a", inverse(X @ X.T) @ X @ t, "coefficients of the combination")
    v = note.let("v", t - X.T @ a, "what is left of the weights")
    note.calc(
        X @ v,
        eq(X @ t - X @ X.T @ inverse(X @ X.T) @ X @ t, "insert"),
        eq(0, "a matrix times its inverse"),
    )
    note(
        """The predictions are inner products with the examples, so the loss does not see the orthogonal part:"""
    )
    note.calc(
        sum_over(i, ell(x[i].T @ t)),
        eq(sum_over(i, ell(x[i].T @ (X.T @ a) + x[i].T @ v)), r"$t = X^\top a + v$"),
        eq(sum_over(i, ell(x[i].T @ (X.T @ a))), "$X v = 0$"),
        result=True,
    )
    note("The penalty does. By Pythagoras it only costs:")
    note.calc(
        norm2(t),
        eq(norm2(X.T @ a) + 2 * a.T @ X @ v + norm2(v), "expand the square"),
        eq(norm2(X.T @ a) + norm2(v), "$X v = 0$"),
        ge(norm2(X.T @ a), "a squared norm is not negative"),
        result=True,
    )
    note("""So the best weights have no orthogonal part. Their coefficients follow from the gradient, in which every
        example stands with the slope of its own loss:""")
    w = note.vector("w", d, "weights")
    note.calc(
        grad(sum_over(i, ell(x[i].T @ w)) + lam / 2 * norm2(w), w),
        eq(sum_over(i, ell(x[i].T @ w, order=1) * x[i]) + lam * w, "chain rule"),
        eq(X.T @ ell(X @ w, order=1) + lam * w, r"the columns of $X^\top$ are the examples"),
    )
    note(r"""Where it vanishes, $w = X^\top \alpha$ with $\alpha_i = -\frac{1}{\lambda} \ell'(x_i^\top w)$. For
        logistic regression with labels $y_i$ of $-1$ and $1$ the loss of an example is the softplus of $-y_i
        x_i^\top w$:""")
    y = note.vector("y", n, "labels, $-1$ or $1$", "sign")
    J = note.let(
        "J",
        sum_over(i, softplus(-y[i] * (x[i].T @ w))) + lam / 2 * norm2(w),
        "penalised logistic loss",
    )
    note.calc(
        grad(J, w),
        eq(
            -sum_over(i, sigmoid(-y[i] * (x[i].T @ w)) * y[i] * x[i]) + lam * w,
            "derivative of the softplus",
        ),
    )
    w_hat = note.minimiser(r"\hat{w}", J, w, "the best weights")
    note.calc(
        w_hat,
        eq(
            1 / lam * sum_over(i, sigmoid(-y[i] * (x[i].T @ w_hat)) * y[i] * x[i]),
            "the gradient vanishes",
        ),
        eq(
            X.T @ (1 / lam * hadamard(y, sigmoid(-hadamard(y, X @ w_hat)))),
            "a combination of the examples",
        ),
        result=True,
    )
    note("""Examples that are classified well have small coefficients. As only inner products of examples occur, a
        kernel may take their place, for any loss.""")
