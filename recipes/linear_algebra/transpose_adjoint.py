"""The transpose of a product and the transpose as adjoint."""

from derive import Note, eq, grad, inner, recipe, sum_over


@recipe(
    "transpose-adjoint",
    title="The transpose of a product and the transpose as adjoint",
    chapter="linear algebra",
    needs=[],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), sections 2.2 and 3.2",
    level=1,
)
def transpose_adjoint(note: Note) -> None:
    """The transpose reverses products, moves a matrix across an inner product, and so stands in every gradient."""
    m, n, p = note.dims("m n p")
    i, j, k = note.index("i", p), note.index("j", m), note.index("k", n)
    A = note.matrix("A", m, n, "a matrix")
    B = note.matrix("B", n, p, "a matrix with as many rows as $A$ has columns")
    x = note.vector("x", n, "input of $A$")
    y = note.vector("y", m, "a vector of the size of the output")

    note("""The transpose exchanges rows and columns. For a product, write one entry as a sum and
        look for a product in the other order:""")
    note.calc(
        (A @ B).T[i, j],
        eq((A @ B)[j, i], "definition of the transpose"),
        eq(sum_over(k, A[j, k] * B[k, i]), "definition of the product"),
        eq(sum_over(k, B.T[i, k] * A.T[k, j]), "numbers commute; transpose both"),
        eq((B.T @ A.T)[i, j], "definition of the product"),
    )
    note("This holds for each entry, so that")
    note.calc(
        (A @ B).T,
        eq(B.T @ A.T, "the equation above for each entry"),
        result=True,
    )
    note(r"""The shapes do not allow anything else: $(A B)^\top$ has $p$ rows, as has $B^\top$. The
        deeper meaning of the transpose is that it moves a matrix from one side of an inner product
        to the other.""")
    note.calc(
        inner(A @ x, y),
        eq(sum_over(j, sum_over(k, A[j, k] * x[k]) * y[j]), "write the sums"),
        eq(sum_over(k, x[k] * sum_over(j, A[j, k] * y[j])), "exchange the sums"),
        eq(inner(x, A.T @ y), "read off the product"),
        result=True,
    )
    note(r"""That is why gradients contain transposes. Let $y$ be the gradient of a loss in the
        output of $A$. The loss changes by the inner product of $y$ with the change of the output,
        and written as an inner product with the change of the input it shows the gradient there:""")
    note.calc(
        grad(inner(A @ x, y), x),
        eq(grad(inner(x, A.T @ y), x), "the equation above"),
        eq(A.T @ y, "gradient of a linear function"),
        result=True,
    )
