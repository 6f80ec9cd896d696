"""Vectorising a product of three matrices."""

from derive import Note, eq, jacobian, kronecker, recipe, sum_over, vec


@recipe(
    "kronecker-vec",
    title="Vectorising a product of three matrices",
    chapter="linear algebra",
    needs=["transpose-adjoint"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), section 10.2.2",
    level=3,
)
def kronecker_vec(note: Note) -> None:
    """Stacked into one column, a matrix between two others is multiplied by their Kronecker product."""
    m, n, p, q = note.dims("m n p q")
    j, l = note.index("j", q), note.index("l", p)
    A = note.matrix("A", m, n, "a matrix")
    X = note.matrix("X", n, p, "the matrix that is vectorised")
    B = note.matrix("B", p, q, "a matrix")
    x = note.vector("x", n * p, "any column of that size")

    note(r"""The map from $X$ to $A X B$ is linear, so it must be multiplication by some matrix once
        $X$ is written as one long column. Stack the columns of $X$, as $\operatorname{vec}$ does,
        and look at one column of the result:""")
    note.calc(
        (A @ X @ B)[:, j],
        eq(A @ X @ B[:, j], "column of a product"),
        eq(sum_over(l, B[l, j] * (A @ X[:, l])), "a product with a column combines columns"),
        eq(sum_over(l, B.T[j, l] * A @ X[:, l]), "transpose"),
    )
    note(r"""So block $j, l$ of the matrix is $(B^\top)_{jl} A$. A matrix of such blocks is a
        Kronecker product:""")
    note.calc(
        vec(A @ X @ B),
        eq(kronecker(B.T, A) @ vec(X), "the columns above, stacked"),
        result=True,
    )
    note("It is the Jacobian of the map, between vectors:")
    note.calc(
        jacobian(kronecker(B.T, A) @ x, x),
        eq(kronecker(B.T, A), "Jacobian of a linear map"),
        result=True,
    )
    note(r"""Many programs stack rows, not columns, which is $\operatorname{vec}$ of the transpose.
        Then the factors change places:""")
    note.calc(
        vec((A @ X @ B).T),
        eq(vec(B.T @ X.T @ A.T), "transpose of a product"),
        eq(kronecker(A, B.T) @ vec(X.T), r"the result with $B^\top, X^\top, A^\top$"),
        result=True,
    )
    note("Backwards, by the transpose, comes what one finds without any vectors:")
    note.calc(
        kronecker(B.T, A).T @ vec(A @ X @ B),
        eq(kronecker(B, A.T) @ vec(A @ X @ B), "transpose of each factor"),
        eq(vec(A.T @ (A @ X @ B) @ B.T), "the result, read backwards"),
    )
