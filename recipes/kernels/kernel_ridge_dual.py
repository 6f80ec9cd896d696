"""Kernel ridge regression."""

from derive import Note, eq, grad, identity, inverse, norm2, recipe


@recipe(
    "kernel-ridge-dual",
    title="Kernel ridge regression",
    chapter="kernels",
    needs=["ridge-regression", "woodbury-identity"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (6.9); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 12.3.7",
    level=3,
)
def kernel_ridge_dual(note: Note) -> None:
    """Ridge regression needs inner products of examples only, which a kernel can replace."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    t = note.vector("t", d, "a new example")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")
    K = note.matrix("K", n, n, "kernel of each pair of examples", "pd")
    a = note.vector("a", n, "weights of the examples")
    I, J = identity(n), identity(d)

    note(r"""Ridge regression inverts a matrix of $d \times d$. With more features than examples it
        would be cheaper to invert one of $n \times n$. Both products of $X$ with its transpose are
        related by a simple observation: the factor $X^\top$ may enter from either side.""")
    note.calc(
        X.T @ (X @ X.T + lam * I),
        eq(X.T @ X @ X.T + lam * X.T, "distribute", rule="distribute"),
        eq((X.T @ X + lam * J) @ X.T, "factor out on the right"),
    )
    note("Multiply by the inverse of each bracket on its own side:")
    note.calc(
        inverse(X.T @ X + lam * J) @ X.T,
        eq(
            inverse(X.T @ X + lam * J) @ (X.T @ (X @ X.T + lam * I)) @ inverse(X @ X.T + lam * I),
            "multiply by one",
        ),
        eq(X.T @ inverse(X @ X.T + lam * I), "the equation above, and cancel"),
    )
    w_hat = note.minimiser(r"\hat{w}", norm2(X @ w - y) + lam * norm2(w), w, "ridge weights")
    note("So the ridge weights have a second form, a combination of the examples:")
    note.calc(
        w_hat,
        eq(inverse(X.T @ X + lam * J) @ X.T @ y, "ridge regression"),
        eq(X.T @ inverse(X @ X.T + lam * I) @ y, "move the inverse across"),
        result=True,
    )
    note(r"""In a prediction the examples occur in inner products only: those of the examples with
        each other, $X X^\top$, and with the new one, $X t$.""")
    note.calc(
        t.T @ w_hat,
        eq(t.T @ X.T @ inverse(X @ X.T + lam * I) @ y, "insert the weights"),
        eq((X @ t).T @ inverse(X @ X.T + lam * I) @ y, "transpose of a product"),
        result=True,
    )
    note(r"""Replace every inner product by a kernel, which is an inner product of features that need
        never be computed. Then $K$ takes the place of $X X^\top$, the weights are $w = X^\top a$,
        and the loss in terms of $a$ is""")
    D = note.let("D", norm2(K @ a - y) + lam * a.T @ K @ a, "the dual objective")
    a_hat = note.minimiser(r"\hat{a}", D, a, "the best weights of the examples")
    note.calc(
        grad(D, a),
        eq(2 * K @ (K @ a - y) + 2 * lam * K @ a, "$K$ is symmetric"),
        eq(2 * K @ ((K + lam * I) @ a - y), "factor out $2 K$"),
    )
    note("It vanishes where the bracket does:")
    note.calc(a_hat, eq(inverse(K + lam * I) @ y, r"$\nabla D(\hat{a}) = 0$"), result=True)
    note("""The prediction for a new example needs its kernel with each of the old ones, in place of the inner
        products:""")
    k = note.vector("k", n, "kernel of the new example and each of the old ones")
    note.calc(
        k.T @ a_hat,
        eq(k.T @ inverse(K + lam * I) @ y, "insert the weights"),
        result=True,
    )
