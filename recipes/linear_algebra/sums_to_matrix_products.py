"""From sums over examples to matrix products."""

from derive import Note, diag, eq, hadamard, norm2, ones, recipe, sum_over


@recipe(
    "sums-to-matrix-products",
    title="From sums over examples to matrix products",
    chapter="linear algebra",
    needs=["transpose-adjoint"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), chapter 2",
    level=1,
)
def sums_to_matrix_products(note: Note) -> None:
    """Loops over examples become one matrix expression each, by looking for the index that is repeated."""
    n, m, d = note.dims("n m d")
    i, j = note.index("i", n), note.index("j", m)
    a, b = note.index("a", d), note.index("b", d)
    X = note.matrix("X", n, d, "one example per row")
    Z = note.matrix("Z", m, d, "other examples, one per row")
    y = note.vector("y", n, "a number for each example")
    s = note.vector("s", n, "a weight for each example")

    note(r"""Formulas are found as sums over examples and computed as products of matrices. To pass from
        one to the other, write one entry and look for the index that occurs twice: that is the one over
        which a matrix product sums. First a weighted sum of the examples.""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    z = note.rows("z", Z, "the other examples")
    note.calc(
        sum_over(i, y[i] * x[i])[a],
        eq(sum_over(i, y[i] * X[i, a]), "an entry of a sum"),
        eq(sum_over(i, X.T[a, i] * y[i]), "the repeated index to the inside"),
        eq((X.T @ y)[a], "definition of the product"),
    )
    note.calc(
        sum_over(i, y[i] * x[i]),
        eq(X.T @ y, "the equation above for each entry"),
        result=True,
    )
    note("A sum of outer products has two free indices, so it is a matrix:")
    note.calc(
        sum_over(i, x[i] @ x[i].T)[a, b],
        eq(sum_over(i, X[i, a] * X[i, b]), "an entry of an outer product"),
        eq(sum_over(i, X.T[a, i] * X[i, b]), "transpose"),
        eq((X.T @ X)[a, b], "definition of the product"),
    )
    note.calc(
        sum_over(i, x[i] @ x[i].T),
        eq(X.T @ X, "the equation above for each entry"),
        result=True,
    )
    note("""A weight for each example scales the rows of one factor, which is what a diagonal matrix
        does:""")
    note.calc(
        sum_over(i, s[i] * x[i] @ x[i].T),
        eq(X.T @ (diag(s) @ X), "row $i$ of $X$ is multiplied by $s_i$"),
        eq(X.T @ diag(s) @ X, "matrix products are associative"),
        result=True,
    )
    note("""All pairs of squared distances between two sets need no loop either. Expand the square: two of
        the three terms depend on one index only, and are repeated along the other one.""")
    D = note.let(
        "D",
        hadamard(X, X) @ ones(d) @ ones(m).T + ones(n) @ (hadamard(Z, Z) @ ones(d)).T - 2 * X @ Z.T,
        "squared distances of all pairs",
    )
    note.calc(
        norm2(x[i] - z[j]),
        eq(x[i].T @ x[i] + z[j].T @ z[j] - 2 * x[i].T @ z[j], "expand the square"),
        eq(
            sum_over(a, X[i, a] ** 2) + sum_over(a, Z[j, a] ** 2) - 2 * (X @ Z.T)[i, j],
            "entries of the products",
        ),
        eq(D[i, j], "a column of ones repeats a number"),
        result=True,
    )
    note(r"""The way back is the same: write the entry, and put a sum wherever two factors meet. A gradient
        $X^\top r$ read in this way tells that each example contributes its input times its residual.""")
