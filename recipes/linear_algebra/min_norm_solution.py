"""Minimum-norm solution and the pseudo-inverse."""

from fractions import Fraction

from derive import Note, eq, equals, ge, grad, inverse, norm2, recipe, zeros

HALF = Fraction(1, 2)


@recipe(
    "min-norm-solution",
    title="Minimum-norm solution and the pseudo-inverse",
    chapter="linear algebra",
    needs=["orthogonal-projection"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 7.2, for the "
    "method; Petersen and Pedersen, The Matrix Cookbook (2012), section 3.6",
    level=3,
)
def min_norm_solution(note: Note) -> None:
    """Of the many solutions of a wide system A x = b the shortest is A^T (A A^T)^-1 b."""
    m, n = note.dims("m n")
    A = note.matrix(
        "A", m, n, "fewer equations than unknowns, none of them redundant", "full_row_rank"
    )
    b = note.vector("b", m, "right sides")
    x = note.vector("x", n, "unknowns")
    nu = note.vector(r"\nu", m, "multipliers, one for each equation")
    z = note.vector("z", n, "any other solution")

    note(r"""A linear model with more parameters than examples fits the data in many ways. Which of them
        does one get? Gradient descent from zero finds the shortest. To find it by hand, minimise the
        length under the equations, each with a multiplier:""")
    Lag = note.let(r"\Lambda", HALF * x.T @ x - nu.T @ (A @ x - b), "Lagrangian")
    note.calc(
        grad(Lag, x),
        eq(x - A.T @ nu, "gradients of a quadratic form and of a linear one"),
    )
    note(r"""At a stationary point $x$ is a combination of the rows of $A$. Put it into the equations; as
        no equation is redundant, $A A^\top$ can be inverted.""")
    with note.suppose(equals(grad(Lag, x), zeros(n)), equals(A @ x, b)):
        note.calc(
            A @ A.T @ nu,
            eq(A @ x, r"stationarity, $x = A^\top \nu$"),
            eq(b, "the equations hold"),
        )
        note.calc(
            nu,
            eq(inverse(A @ A.T) @ (A @ A.T @ nu), "multiply by one"),
            eq(inverse(A @ A.T) @ b, "the equation above"),
        )
        note.calc(
            x,
            eq(A.T @ nu, "stationarity"),
            eq(A.T @ inverse(A @ A.T) @ b, "insert the multipliers"),
            result=True,
        )
    xs = note.let(r"x^\star", A.T @ inverse(A @ A.T) @ b, "the stationary point")
    note(r"""The matrix in front of $b$ is the pseudo-inverse of $A$. It gives a solution, because it is
        inverted by $A$ from the left,""")
    note.calc(A @ (A.T @ inverse(A @ A.T)), eq(A @ A.T @ inverse(A @ A.T), "associative"))
    note.calc(
        A @ xs, eq(A @ A.T @ inverse(A @ A.T) @ b, "insert"), eq(b, "a matrix times its inverse")
    )
    note("""and there is no shorter one: any other solution differs by something that $A$ sends to zero,
        which is orthogonal to the rows of $A$, so that Pythagoras applies.""")
    with note.suppose(equals(A @ z, b)):
        note.calc(
            xs.T @ (z - xs),
            eq(b.T @ inverse(A @ A.T) @ (A @ z - A @ xs), "insert; transpose of a product"),
            eq(0, "both are solutions"),
        )
        note.calc(
            norm2(z),
            eq(norm2(xs) + 2 * xs.T @ (z - xs) + norm2(z - xs), "expand the square"),
            eq(norm2(xs) + norm2(z - xs), "the equation above"),
            ge(norm2(xs), "a squared norm is not negative"),
            result=True,
        )
