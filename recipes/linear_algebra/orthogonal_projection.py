"""Projection onto a column space."""

from derive import Note, eq, identity, inverse, norm2, recipe, trace


@recipe(
    "orthogonal-projection",
    title="Projection onto a column space",
    chapter="linear algebra",
    needs=["quadratic-form-gradient"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 3.8",
    level=2,
)
def orthogonal_projection(note: Note) -> None:
    """The nearest point of a column space is P b with P = A (A^T A)^-1 A^T, symmetric, idempotent, of trace k."""
    n, k = note.dims("n k")
    A = note.matrix("A", n, k, "basis of a subspace, in its columns", "full_column_rank")
    b = note.vector("b", n, "a point")
    x = note.vector("x", k, "coordinates in the basis")

    note(r"""Which point of a subspace is nearest to $b$? Points of the subspace are $A x$, so the
        question is one of least squares in the coordinates:""")
    f = note.let("f", norm2(A @ x - b))
    x_hat = note.minimiser(r"\hat{x}", f, x, "coordinates of the nearest point")
    note(r"""The gradient is $2 A^\top (A x - b)$, and vanishes at the minimum: what is left of
        $b$ is orthogonal to every column.""")
    note.calc(A.T @ (b - A @ x_hat), eq(0, "the gradient vanishes"))
    note("""Solve for the coordinates and put them back. The nearest point depends linearly on
        $b$, through one matrix:""")
    P = note.let("P", A @ inverse(A.T @ A) @ A.T, "projection onto the column space of $A$")
    note.calc(
        A @ x_hat,
        eq(A @ (inverse(A.T @ A) @ A.T @ b), "normal equations"),
        eq(P @ b, "definition of $P$"),
        result=True,
    )
    note("Projecting twice is projecting once, since the point already lies in the subspace;")
    note.calc(
        P @ P,
        eq(
            A @ inverse(A.T @ A) @ (A.T @ A) @ inverse(A.T @ A) @ A.T,
            "definition of $P$",
        ),
        eq(A @ inverse(A.T @ A) @ A.T, rule="a matrix times its inverse"),
        eq(P, "definition of $P$"),
        result=True,
    )
    note("the matrix is symmetric, as for every orthogonal projection;")
    note.calc(
        P.T,
        eq(A @ inverse(A.T @ A).T @ A.T, "transpose of a product"),
        eq(P, r"$A^\top A$ is symmetric"),
        result=True,
    )
    note("its trace is the dimension of the subspace;")
    note.calc(
        trace(P),
        eq(trace(inverse(A.T @ A) @ A.T @ A), "cyclic property of the trace"),
        eq(trace(identity(k)), "a matrix times its inverse"),
        eq(k, "the trace of an identity matrix"),
    )
    note("and what it leaves over is orthogonal to the subspace.")
    note.calc(
        A.T @ (b - P @ b),
        eq(A.T @ b - A.T @ A @ inverse(A.T @ A) @ A.T @ b, "insert $P$"),
        eq(0, "cancel"),
        result=True,
    )
