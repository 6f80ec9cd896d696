"""Rayleigh quotient: its gradient and its maximum."""

from derive import Note, eq, ge, grad, le, recipe


@recipe(
    "rayleigh-quotient",
    title="Rayleigh quotient: its gradient and its maximum",
    chapter="linear algebra",
    needs=["quadratic-form-gradient"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 4.2; Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 14.5",
    level=2,
)
def rayleigh_quotient(note: Note) -> None:
    """A quadratic form per squared length is stationary at eigenvectors, and lies between the extreme eigenvalues."""
    (n,) = note.dims("n")
    A = note.matrix("A", n, n, "a symmetric matrix", "symmetric")
    x = note.vector("x", n, "a direction other than zero", "nonzero")

    note("""How much does a symmetric matrix stretch a direction? Take its quadratic form, and divide
        by the squared length, so that only the direction counts.""")
    R = note.let("R", (x.T @ A @ x) / (x.T @ x), "Rayleigh quotient")
    note("Differentiate by the quotient rule:")
    note.calc(
        grad(R, x),
        eq(
            (2 * A @ x) / (x.T @ x) - ((x.T @ A @ x) / (x.T @ x) ** 2) * (2 * x),
            "quotient rule",
        ),
        eq(2 / (x.T @ x) * (A @ x - R * x), "factor out"),
        result=True,
    )
    note("""It vanishes where $A x = R x$, which is to say that $x$ is an eigenvector and the quotient
        its eigenvalue. In all other directions the gradient is at a right angle to the direction
        itself, since a longer vector has the same quotient:""")
    note.calc(
        x.T @ grad(R, x),
        eq(2 / (x.T @ x) * (x.T @ A @ x - R * (x.T @ x)), "insert"),
        eq(0, "definition of $R$"),
    )
    top, u = note.eigenpair(A, 1, r"\lambda_1", "u", "largest eigenvalue")
    low, w = note.eigenpair(A, n, r"\lambda_n", "w", "smallest eigenvalue")
    note("""The largest and the smallest eigenvalue are reached,""")
    note.calc(
        (u.T @ A @ u) / (u.T @ u),
        eq((top * (u.T @ u)) / (u.T @ u), r"$A u = \lambda_1 u$"),
        eq(top, "cancel"),
        result=True,
    )
    note.calc(
        (w.T @ A @ w) / (w.T @ w),
        eq(low, r"$A w = \lambda_n w$"),
    )
    note("""and no direction goes beyond them. In the basis of eigenvectors the quotient is a mean of
        the eigenvalues, with the squares of the coordinates as weights, and a mean lies between the
        extreme values.""")
    note.calc(R, le(top, "a mean is at most the largest value"), result=True)
    note.calc(R, ge(low, "a mean is at least the smallest value"), result=True)
