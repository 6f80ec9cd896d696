"""Gradients of trace forms."""

from derive import Note, differential, eq, grad, norm2, recipe, trace


@recipe(
    "trace-forms-gradient",
    title="Gradients of trace forms",
    chapter="calculus",
    needs=["quadratic-form-gradient"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), equations (101), (115) and (117)",
    level=2,
)
def trace_forms_gradient(note: Note) -> None:
    """tr(A X B), tr(X^T C X D) and the squared Frobenius norm: their gradients have the shape of X."""
    m, n, p = note.dims("m n p")
    X = note.matrix("X", m, n, "variable")
    A = note.matrix("A", p, m, "a constant matrix")
    B = note.matrix("B", n, p, "a constant matrix")
    C = note.matrix("C", m, m, "a constant matrix")
    D = note.matrix("D", n, n, "a constant matrix")

    note(r"""The sum of the products of the entries of two matrices of one shape is a trace: that
        of one of them transposed, times the other. So the gradient in a matrix is what stands,
        transposed, before $\mathrm{d}X$ under a trace. The whole art is to bring $\mathrm{d}X$ to
        the right end, and two rules do it: factors may be moved round in a circle, and a matrix
        has the trace of its transpose. First a linear function:""")
    dX = differential(X)
    f = note.let("f", trace(A @ X @ B))
    note.calc(
        differential(f, X),
        eq(trace(A @ dX @ B), rule="linearity of the differential"),
        eq(trace(B @ A @ dX), rule="cyclic property of the trace"),
        eq(trace((A.T @ B.T).T @ dX), rule="transpose of a product"),
    )
    note.calc(
        grad(f, X),
        eq(A.T @ B.T, "identify the gradient", rule="gradient of a linear form"),
        result=True,
    )
    note("In a quadratic function the variable occurs twice, and each occurrence gives a term:")
    g = note.let("g", trace(X.T @ C @ X @ D))
    note.calc(
        differential(g, X),
        eq(trace(dX.T @ C @ X @ D) + trace(X.T @ C @ dX @ D), "product rule"),
        eq(
            trace(D.T @ X.T @ C.T @ dX) + trace(D @ X.T @ C @ dX),
            "transpose the first trace, move the factors of the second",
        ),
        eq(trace((C @ X @ D + C.T @ X @ D.T).T @ dX), "collect"),
    )
    note.calc(
        grad(g, X),
        eq(C @ X @ D + C.T @ X @ D.T, "identify the gradient"),
        result=True,
    )
    note("""With identity matrices in the places of $C$ and $D$ this is the squared Frobenius
        norm, the sum of the squares of all entries:""")
    note.calc(
        grad(norm2(X), X),
        eq(grad(trace(X.T @ X), X), "the squared norm as a trace"),
        eq(X + X, "the result above"),
        eq(2 * X, rule="collect terms"),
        result=True,
    )
