"""Ridge regression in the singular basis."""

from derive import (
    Note,
    diag,
    eq,
    hadamard,
    hadamard_divide,
    identity,
    inverse,
    norm2,
    ones,
    recipe,
    sum_over,
    trace,
)


@recipe(
    "ridge-svd-shrinkage",
    title="Ridge regression in the singular basis",
    chapter="regression",
    needs=["ridge-regression", "svd-from-eigen"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), equations "
    "(3.47) and (3.50)",
    level=3,
)
def ridge_svd_shrinkage(note: Note) -> None:
    """Ridge regression shrinks the targets along each singular direction, most where the data vary least."""
    n, d = note.dims("n d")
    j = note.index("j", d)
    U = note.matrix("U", n, d, "left singular vectors", "orthonormal_columns")
    s = note.vector("s", d, "singular values", "positive")
    V = note.matrix("V", d, d, "right singular vectors", "orthogonal")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note(r"""What does the penalty of ridge regression do to a fit? In the basis of the singular vectors of
        the data it can be seen at once.""")
    D = note.let("D", diag(s), "singular values on a diagonal")
    X = note.let("X", U @ D @ V.T, "design matrix, by its singular value decomposition")
    w_hat = note.minimiser(r"\hat{w}", norm2(X @ w - y) + lam * norm2(w), w, "ridge weights")
    note(r"""Insert the decomposition in the matrix to be inverted. Since $U^\top U = I$ and $V V^\top = I$,
        it is diagonal in the basis $V$, penalty and all:""")
    note.calc(
        X.T @ X + lam * identity(d),
        eq(V @ D @ (U.T @ U) @ D @ V.T + lam * V @ V.T, "insert the decomposition"),
        eq(V @ (D @ D + lam * identity(d)) @ V.T, r"$U^\top U = I$; factor out"),
    )
    note("So the inverse needs the inverse of numbers only:")
    note.calc(
        w_hat,
        eq(inverse(X.T @ X + lam * identity(d)) @ X.T @ y, "ridge regression"),
        eq(
            V @ inverse(D @ D + lam * identity(d)) @ V.T @ (V @ D @ U.T) @ y,
            "inverse of each factor",
        ),
        eq(V @ inverse(D @ D + lam * identity(d)) @ D @ U.T @ y, r"$V^\top V = I$"),
    )
    note("""The fitted values are sums over the left singular vectors. The targets are projected onto each,
        and the projection is shrunk by its own factor:""")
    note.calc(
        X @ w_hat,
        eq(U @ D @ inverse(D @ D + lam * identity(d)) @ D @ U.T @ y, "insert the weights"),
        eq(
            sum_over(j, s[j] ** 2 / (s[j] ** 2 + lam) * (U[:, j].T @ y) * U[:, j]),
            "a product with a diagonal matrix, column by column",
        ),
        result=True,
    )
    note(r"""Directions in which the data vary much, $s_j^2 \gg \lambda$, are left alone; those in which they
        hardly vary are given up. How many parameters are left? The trace of the matrix that takes the
        targets to the fit counts them:""")
    note.calc(
        trace(X @ inverse(X.T @ X + lam * identity(d)) @ X.T),
        eq(
            trace(U @ D @ inverse(D @ D + lam * identity(d)) @ D @ U.T),
            "insert the decomposition",
        ),
        eq(trace(D @ inverse(D @ D + lam * identity(d)) @ D), "cyclic property of the trace"),
        eq(sum_over(j, s[j] ** 2 / (s[j] ** 2 + lam)), "the trace of a diagonal matrix"),
        result=True,
        name="degrees of freedom",
    )
    note("""Without a penalty all factors are one, and the trace counts every column. In a program only the
        factors change when the penalty does:""")
    note.calc(
        X @ w_hat,
        eq(
            U @ hadamard(hadamard_divide(hadamard(s, s), hadamard(s, s) + lam * ones(d)), U.T @ y),
            "one vector of factors",
        ),
    )
