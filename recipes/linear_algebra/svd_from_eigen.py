"""The SVD from two eigenproblems."""

from derive import Note, diag, eq, ge, hadamard_divide, identity, norm2, recipe, sqrt, sum_over


@recipe(
    "svd-from-eigen",
    title="The SVD from two eigenproblems",
    chapter="linear algebra",
    needs=["spectral-decomposition"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 4.5",
    level=3,
)
def svd_from_eigen(note: Note) -> None:
    """The eigenvectors of A^T A and their images under A take any matrix of full column rank apart."""
    m, n = note.dims("m n")
    i, j = note.index("i", n), note.index("j", n)
    A = note.matrix("A", m, n, "a matrix", "full_column_rank")
    v = note.vector("v", n, "a direction")

    note(r"""Only symmetric matrices have an orthonormal basis of eigenvectors. For any other matrix one
        needs two bases, one for the inputs and one for the outputs. The first comes from $A^\top A$,
        which is symmetric and has no negative eigenvalue:""")
    note.calc(
        v.T @ A.T @ A @ v,
        eq(norm2(A @ v), "squared norm as an inner product"),
        ge(0, "a sum of squares"),
    )
    V = note.eigenvectors("V", A.T @ A, n, r"orthonormal eigenvectors of $A^\top A$, as columns")
    lam = note.eigenvalues(r"\lambda", A.T @ A, n, r"eigenvalues of $A^\top A$")
    s = note.let(r"\sigma", sqrt(lam), "singular values: the roots of the eigenvalues")
    note("With the roots of its eigenvalues,")
    note.calc(
        A.T @ A @ V[:, i],
        eq(lam[i] * V[:, i], "eigenvector"),
        eq(s[i] ** 2 * V[:, i], r"$\sigma_i = \sqrt{\lambda_i}$"),
        result=True,
    )
    note("""The second basis is made of the images of the first, scaled to length one. They are orthogonal
        to each other:""")
    U = note.let(
        "U", A @ V @ diag(hadamard_divide(1, s)), r"left singular vectors $u_i = A v_i / \sigma_i$"
    )
    note.calc(U[:, i], eq(A @ V[:, i] / s[i], "column of a product"), result=True)
    note.calc(
        U[:, i].T @ U[:, j],
        eq(1 / (s[i] * s[j]) * V[:, i].T @ (A.T @ A @ V[:, j]), "insert"),
        eq(s[j] / s[i] * V[:, i].T @ V[:, j], r"$A^\top A v_j = \sigma_j^2 v_j$"),
    )
    note.calc(
        U.T @ U, eq(identity(n), r"the eigenvectors are orthonormal, and $\sigma_i / \sigma_i = 1$")
    )
    note(r"""By their definition $A v_i = \sigma_i u_i$. Side by side, and multiplied by $V^\top$, the
        matrix is taken apart:""")
    S = note.let("S", diag(s), "singular values on a diagonal")
    note.calc(A @ V, eq(U @ S, r"$A v_i = \sigma_i u_i$"))
    note.calc(
        A,
        eq(A @ V @ V.T, r"$V V^\top = I$"),
        eq(U @ S @ V.T, "the equation above"),
        eq(sum_over(i, s[i] * U[:, i] @ V[:, i].T), "a product of columns and rows, weighted"),
        result=True,
    )
    note(
        r"The other product has the left singular vectors as eigenvectors, with the same eigenvalues:"
    )
    note.calc(
        A @ A.T @ U[:, i],
        eq(1 / s[i] * A @ (A.T @ A @ V[:, i]), "insert"),
        eq(s[i] * A @ V[:, i], r"$A^\top A v_i = \sigma_i^2 v_i$"),
        eq(s[i] ** 2 * U[:, i], r"$A v_i = \sigma_i u_i$"),
        result=True,
    )
