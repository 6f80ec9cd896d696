"""Derivatives of the determinant, log-determinant and inverse."""

from derive import (
    Note,
    absolute,
    det,
    differential,
    eq,
    grad,
    inverse,
    log,
    recipe,
    trace,
)


@recipe(
    "logdet-inverse-differential",
    title="Derivatives of the determinant, log-determinant and inverse",
    chapter="calculus",
    needs=["trace-forms-gradient"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), equations (49), (57), (59) and (61); "
    "Bishop, Pattern Recognition and Machine Learning (2006), equations (C.21), (C.22) and "
    "(C.28)",
    level=3,
)
def logdet_inverse_differential(note: Note) -> None:
    """The two differentials behind every Gaussian: of the log-determinant and of the inverse."""
    (n,) = note.dims("n")
    X = note.matrix("X", n, n, "an invertible matrix", "invertible")
    a = note.vector("a", n, "a constant vector")
    b = note.vector("b", n, "a constant vector")
    dX = differential(X)

    note(r"""Expand the determinant along a row: it is linear in each entry, and the coefficient
        of $X_{ij}$ is its cofactor. The cofactors, divided by the determinant, are the entries of
        the inverse transposed. So""")
    note.calc(
        grad(det(X), X),
        eq(det(X) * inverse(X).T, "matrix of cofactors"),
        result=True,
    )
    note("""With the chain rule the factor in front disappears from the logarithm, which is why
        likelihoods are written with it:""")
    note.calc(
        grad(log(absolute(det(X))), X),
        eq(1 / det(X) * grad(det(X), X), "chain rule"),
        eq(inverse(X).T, "insert the gradient of the determinant"),
        result=True,
    )
    note("As a differential, with the inner product of matrices as a trace,")
    note.calc(
        differential(log(absolute(det(X))), X),
        eq(trace(grad(log(absolute(det(X))), X).T @ dX), "definition of the gradient"),
        eq(trace(inverse(X) @ dX), "insert the gradient"),
        result=True,
    )
    note(r"""For the inverse differentiate what defines it, $X X^{-1} = I$. The right side is
        constant, so the two terms of the product rule add up to zero:""")
    note.calc(
        X @ differential(inverse(X), X),
        eq(
            -dX @ inverse(X), r"product rule: $\mathrm{d}X \, X^{-1} + X \, \mathrm{d}(X^{-1}) = 0$"
        ),
    )
    note(r"Solve for the second factor by multiplying with $X^{-1}$ from the left.")
    note.calc(
        differential(inverse(X), X),
        eq(
            inverse(X) @ (X @ differential(inverse(X), X)),
            r"multiply by one, $X^{-1} X = I$",
        ),
        eq(-inverse(X) @ dX @ inverse(X), "insert the equation before"),
        result=True,
    )
    note(r"""The form $a^\top X^{-1} b$ is the exponent of a Gaussian. Its gradient follows by the
        trace trick.""")
    f = note.let("f", a.T @ inverse(X) @ b)
    note.calc(
        differential(f, X),
        eq(
            -a.T @ inverse(X) @ dX @ inverse(X) @ b,
            "differential of the inverse",
            rule="linearity of the differential",
        ),
        eq(-trace(inverse(X) @ b @ a.T @ inverse(X) @ dX), "trace trick"),
    )
    note.calc(
        grad(f, X),
        eq(-(inverse(X) @ b @ a.T @ inverse(X)).T, "identify the gradient"),
        eq(-inverse(X).T @ a @ b.T @ inverse(X).T, rule="transpose of a product"),
        result=True,
    )
