"""PCA through the SVD of the data matrix."""

from derive import Note, diag, eq, hadamard, recipe


@recipe(
    "pca-svd-link",
    title="PCA through the SVD of the data matrix",
    chapter="dimensionality reduction",
    needs=["pca-max-variance"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "
    "14.5.1; Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section "
    "10.4; Goodfellow, Bengio and Courville, Deep Learning (2016), section 2.12",
    level=2,
)
def pca_svd_link(note: Note) -> None:
    """The right singular vectors of the centred data are the principal directions; eigenvalues are d_i^2 / n."""
    n, d, r = note.dims("n d r")
    i = note.index("i", r)
    U = note.matrix("U", n, r, "left singular vectors", "orthonormal_columns")
    s = note.vector("s", r, "singular values", "positive")
    V = note.matrix("V", d, r, "right singular vectors", "orthonormal_columns")

    note(r"""Programs do not compute PCA from the covariance matrix. Forming $X^\top X$ squares
        the condition number and loses half of the digits; a singular value decomposition of the
        data works on $X$ itself. Let the centred data of rank $r$ be given by their thin
        decomposition,""")
    D = note.let("D", diag(s), "diagonal matrix of the singular values")
    X = note.let("X", U @ D @ V.T, "centred data, one example per row")
    S = note.let("S", 1 / n * X.T @ X, "covariance of the data")
    note("""Insert it in the covariance. The left singular vectors are orthonormal and disappear
        from the middle:""")
    note.calc(
        S,
        eq(1 / n * (U @ D @ V.T).T @ (U @ D @ V.T), "insert the decomposition"),
        eq(1 / n * V @ D @ (U.T @ U) @ D @ V.T, "transpose of a product"),
        eq(1 / n * V @ D @ D @ V.T, r"$U^\top U = I$", rule="orthonormal columns"),
        result=True,
    )
    note(r"""This is an eigendecomposition. Multiply by $V$ to see that its columns are
        eigenvectors of the covariance, the principal directions,""")
    note.calc(
        S @ V,
        eq(1 / n * V @ D @ D @ (V.T @ V), "insert the result"),
        eq(1 / n * V @ D @ D, r"$V^\top V = I$", rule="orthonormal columns"),
    )
    note("""and column by column that the variance in such a direction is the square of a singular
        value over $n$:""")
    note.calc(
        S @ V[:, i], eq(s[i] ** 2 / n * V[:, i], "column $i$ of the equation above"), result=True
    )
    note("""The coordinates of the examples in the new basis, their scores, come with the
        decomposition:""")
    note.calc(
        X @ V,
        eq(U @ D @ (V.T @ V), "insert the decomposition"),
        eq(U @ D, r"$V^\top V = I$", rule="orthonormal columns"),
        result=True,
    )
    note("They are uncorrelated, and each has the variance of its direction.")
    note.calc(
        1 / n * (X @ V).T @ (X @ V),
        eq(1 / n * D @ U.T @ U @ D, "insert the scores"),
        eq(1 / n * diag(hadamard(s, s)), r"$U^\top U = I$"),
    )
    note(r"""Those who divide by $n - 1$ get eigenvalues that are larger by the factor $n / (n -
        1)$, and the same directions and scores.""")
    note.suppose(n >= 2)
    note.calc(
        1 / (n - 1) * X.T @ X @ V[:, i],
        eq(n / (n - 1) * S @ V[:, i], r"$X^\top X = n S$"),
        eq(s[i] ** 2 / (n - 1) * V[:, i], r"$S v_i = \frac{s_i^2}{n} v_i$"),
    )
