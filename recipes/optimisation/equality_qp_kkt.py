"""Quadratic program with equality constraints."""

from fractions import Fraction

from derive import Note, block, eq, equals, ge, grad, inverse, recipe, zeros

HALF = Fraction(1, 2)


@recipe(
    "equality-qp-kkt",
    title="Quadratic program with equality constraints",
    chapter="optimisation",
    needs=["newton-step"],
    source="Boyd and Vandenberghe, Convex Optimization (2004), section 10.1.1; Deisenroth, Faisal and "
    "Ong, Mathematics for Machine Learning (2020), section 7.2",
    level=3,
)
def equality_qp_kkt(note: Note) -> None:
    """The lowest point of a quadratic function under linear equations, and the multipliers, from one linear system."""
    n, m = note.dims("n m")
    Q = note.matrix("Q", n, n, "curvature of the objective", "pd")
    c = note.vector("c", n, "linear coefficients of the objective")
    A = note.matrix("A", m, n, "coefficients of the constraints", "full_row_rank")
    b = note.vector("b", m, "right sides of the constraints")
    x = note.vector("x", n, "a point")
    nu = note.vector(r"\nu", m, "multipliers, one for each constraint")
    z = note.vector("z", n, "any other point that is allowed")

    note("""Where is a quadratic function lowest, if the point must satisfy linear equations? Each equation
        gets a multiplier, the price of violating it:""")
    f = note.define("f", x, HALF * x.T @ Q @ x + c.T @ x)
    Lag = note.let(r"\Lambda", f(x) + nu.T @ (A @ x - b), "Lagrangian")
    note.calc(
        grad(Lag, x),
        eq(Q @ x + c + A.T @ nu, "gradients of a quadratic form and of a linear one"),
    )
    note("""Stationarity and the constraints are linear equations in the point and the multipliers. Together
        they are one system, named after Karush, Kuhn and Tucker:""")
    with note.suppose(equals(grad(Lag, x), zeros(n)), equals(A @ x, b)):
        note.calc(
            block([[Q, A.T], [A, zeros(m, m)]]) @ block([[x], [nu]]),
            eq(block([[Q @ x + A.T @ nu], [A @ x]]), "multiply the blocks"),
            eq(block([[-c], [b]]), "stationarity and constraints"),
            result=True,
            name="KKT system",
        )
        note("""Solve the first line for the point and put it into the second. The matrix that is left is
            positive definite, as no constraint is redundant:""")
        note.calc(
            x,
            eq(inverse(Q) @ (Q @ x), "multiply by one"),
            eq(-inverse(Q) @ (c + A.T @ nu), "stationarity"),
            result=True,
        )
        note.calc(
            A @ inverse(Q) @ A.T @ nu,
            eq(-A @ x - A @ inverse(Q) @ c, "multiply the equation by $A$"),
            eq(-(A @ inverse(Q) @ c + b), "the constraints hold"),
        )
        note.calc(
            nu,
            eq(
                -inverse(A @ inverse(Q) @ A.T) @ (A @ inverse(Q) @ c + b),
                "divide by the matrix in front",
            ),
            result=True,
        )
        note("""Is it the minimum? Any other allowed point differs by a direction that $A$ sends to zero,
            along which the slope of the objective vanishes. What remains is the curvature:""")
        with note.suppose(equals(A @ z, b)):
            note.calc(
                f(z) - f(x),
                eq(
                    (Q @ x + c).T @ (z - x) + HALF * (z - x).T @ Q @ (z - x),
                    "expand around $x$",
                ),
                eq(
                    -nu.T @ (A @ z - A @ x) + HALF * (z - x).T @ Q @ (z - x),
                    r"stationarity, $Q x + c = -A^\top \nu$",
                ),
                eq(HALF * (z - x).T @ Q @ (z - x), "both points satisfy the constraints"),
                ge(0, "$Q$ is positive definite"),
            )
