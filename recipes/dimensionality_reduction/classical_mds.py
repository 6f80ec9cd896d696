"""Classical multidimensional scaling by double centring."""

from fractions import Fraction

from derive import Note, diag, diagonal, eq, hadamard_divide, identity, norm2, ones, recipe, sqrt

HALF = Fraction(1, 2)


@recipe(
    "classical-mds",
    title="Classical multidimensional scaling by double centring",
    chapter="dimensionality reduction",
    needs=["spectral-decomposition"],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 14.8",
    level=3,
)
def classical_mds(note: Note) -> None:
    """Points are found again from their distances, through the inner products of the centred points."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", n)
    X = note.matrix("X", n, d, "points, one per row")

    note("""A table of the distances between cities is given. Where are the cities on the map? Distances do not
        tell where the origin is, nor how the map is turned; up to that, the points can be found. Squared
        distances contain the lengths of the points and their inner products:""")
    x = note.rows("x", X, "the points: rows of $X$ as columns")
    q = note.let("q", diagonal(X @ X.T), "squared lengths of the points")
    one = ones(n)
    D = note.let("D", q @ one.T + one @ q.T - 2 * X @ X.T, "squared distances")
    note.calc(
        norm2(x[i] - x[j]),
        eq(x[i].T @ x[i] + x[j].T @ x[j] - 2 * x[i].T @ x[j], "expand the square"),
        eq(D[i, j], "entries of the products"),
    )
    note("""The lengths are repeated along rows or columns. A matrix that subtracts means removes everything that
        is repeated:""")
    J = note.let("J", identity(n) - 1 / n * one @ one.T, "centring matrix")
    note.calc(
        J @ one,
        eq(one - 1 / n * one @ (one.T @ one), "insert"),
        eq(0, r"$\mathbf{1}^\top \mathbf{1} = n$"),
    )
    note.calc(J.T, eq(J, "it is symmetric"))
    note("So centring rows and columns leaves the inner products of the centred points:")
    C = note.let(r"\tilde{X}", J @ X, "centred points")
    note.calc(
        -HALF * J @ D @ J,
        eq(
            -HALF * (J @ q) @ (J @ one).T - HALF * (J @ one) @ (J @ q).T + J @ X @ X.T @ J,
            "insert the squared distances; $J$ is symmetric",
        ),
        eq(J @ X @ X.T @ J.T, r"$J \mathbf{1} = 0$"),
        eq(C @ C.T, "definition of the centred points"),
        result=True,
    )
    note(r"""From inner products to points it is a decomposition. The matrix has the eigenvectors that belong to the
        principal axes of the points: if $w$ is an eigenvector of $\tilde{X}^\top \tilde{X}$, then $\tilde{X} w$
        is one here, with the same eigenvalue. For more points than dimensions,""")
    note.suppose(n > d)
    W = note.eigenvectors("W", C.T @ C, d, "principal axes of the centred points")
    lam = note.eigenvalues(r"\lambda", C.T @ C, d, "their eigenvalues, in falling order")
    V = note.let(
        "V", C @ W @ diag(hadamard_divide(1, sqrt(lam))), "eigenvectors of the inner products"
    )
    note.calc(
        C @ C.T @ V,
        eq(V @ diag(lam), r"$\tilde{X}^\top \tilde{X} W = W \operatorname{diag}(\lambda)$"),
    )
    note.calc(V.T @ V, eq(identity(d), "orthonormal columns"))
    note("""Scale each eigenvector by the root of its eigenvalue. All other eigenvalues are zero, so nothing is
        missing:""")
    Y = note.let("Y", V @ diag(sqrt(lam)), "points that are found")
    note.calc(
        Y @ Y.T,
        eq(V @ diag(lam) @ V.T, "a root times itself"),
        eq(C @ C.T, "all other eigenvalues are zero"),
        result=True,
    )
    note("""Equal inner products give equal distances. So the points found are the given ones, moved to the origin and
        turned:""")
    note.calc(
        (Y[i, :] - Y[j, :]).T @ (Y[i, :] - Y[j, :]),
        eq((Y @ Y.T)[i, i] + (Y @ Y.T)[j, j] - 2 * (Y @ Y.T)[i, j], "expand the square"),
        eq((C @ C.T)[i, i] + (C @ C.T)[j, j] - 2 * (C @ C.T)[i, j], "equal inner products"),
        eq(D[i, j], "centring changes no distance"),
        result=True,
    )
    note(
        """With fewer eigenvectors than dimensions one gets the map on which the inner products are kept best."""
    )
