"""PCA as minimum reconstruction error."""

from derive import Note, eq, ge, identity, norm2, recipe, sum_over, trace


@recipe(
    "pca-min-reconstruction",
    title="PCA as minimum reconstruction error",
    chapter="dimensionality reduction",
    needs=["pca-max-variance"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (12.15) to (12.18); "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 10.3",
    level=4,
)
def pca_min_reconstruction(note: Note) -> None:
    """The error of a rank-k projection is the variance that it leaves out, at least the smallest eigenvalues."""
    n, d, k = note.dims("n d k")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "centred data, one example per row", "centred")
    U = note.matrix("U", d, k, "orthonormal basis of a subspace", "orthonormal_columns")

    note.suppose(k <= d)
    note(r"""PCA can be told without any variance. Keep only $k$ numbers of each example, its
        coordinates $U^\top x_i$ in a subspace, and rebuild the example from them as $U U^\top
        x_i$. Which subspace loses least? What is lost is the part of $x_i$ that the projection
        removes. Removing it twice removes no more:""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    I = identity(d)
    note.calc(
        (I - U @ U.T) @ (I - U @ U.T),
        eq(I - 2 * U @ U.T + U @ (U.T @ U) @ U.T, rule="distribute"),
        eq(I - 2 * U @ U.T + U @ U.T, r"$U^\top U = I$", rule="orthonormal columns"),
        eq(I - U @ U.T, rule="collect terms"),
    )
    note(r"""So the square in the error is no square at all. The trace trick then collects all
        examples in the covariance, as in the log-likelihood of a Gaussian.""")
    S = note.let("S", 1 / n * X.T @ X, "covariance of the data")
    error = 1 / n * sum_over(i, norm2(x[i] - U @ U.T @ x[i]))
    note.calc(
        error,
        eq(
            1 / n * sum_over(i, x[i].T @ (I - U @ U.T) @ (I - U @ U.T) @ x[i]),
            "squared norm as an inner product",
            rule="definition of the norm",
        ),
        eq(1 / n * sum_over(i, x[i].T @ (I - U @ U.T) @ x[i]), "the equation above"),
        eq(
            1 / n * sum_over(i, trace((I - U @ U.T) @ x[i] @ x[i].T)),
            rule="cyclic property of the trace",
        ),
        eq(trace((I - U @ U.T) @ S), "linearity of the trace"),
        eq(trace(S) - trace(U @ U.T @ S), "linearity of the trace"),
        eq(trace(S) - trace(U.T @ S @ U), rule="cyclic property of the trace"),
        result=True,
    )
    note(r"""The first term is the whole variance, which no choice of $U$ can change. The second
        is the variance inside the subspace. To lose least is to keep most: both views of PCA have
        the same solution, the eigenvectors of the $k$ largest eigenvalues.""")
    U_k = note.eigenvectors("U_k", S, k, "orthonormal eigenvectors of the $k$ largest eigenvalues")
    lam = note.eigenvalues(r"\lambda", S, d, "all eigenvalues of $S$, in falling order")
    j, kept = note.index("j", d), note.index("j", k)
    left_out = note.index("j", d, lower=k + 1)
    note.calc(
        1 / n * sum_over(i, norm2(x[i] - U_k @ U_k.T @ x[i])),
        eq(trace(S) - trace(U_k.T @ S @ U_k), "the result above"),
        eq(sum_over(j, lam[j]) - sum_over(kept, lam[kept]), "traces as sums of eigenvalues"),
        eq(sum_over(left_out, lam[left_out]), "the first $k$ cancel"),
        result=True,
    )
    note("It is the sum of the discarded eigenvalues, and no subspace does better:")
    note.calc(
        error,
        eq(trace(S) - trace(U.T @ S @ U), "the result above"),
        ge(
            trace(S) - sum_over(kept, lam[kept]),
            "the variance in $k$ directions is at most that of the $k$ largest eigenvalues",
        ),
        eq(sum_over(left_out, lam[left_out]), "the first $k$ cancel"),
        result=True,
    )
