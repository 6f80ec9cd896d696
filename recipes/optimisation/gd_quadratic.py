"""Gradient descent on a quadratic: exact path and best step."""

from fractions import Fraction

from derive import (
    Note,
    absolute,
    diag,
    eq,
    equals,
    ge,
    grad,
    identity,
    inverse,
    le,
    lt,
    max_entry,
    maximum,
    min_entry,
    norm2,
    recipe,
    sum_over,
)

HALF = Fraction(1, 2)


@recipe(
    "gd-quadratic",
    title="Gradient descent on a quadratic: exact path and best step",
    chapter="optimisation",
    needs=["quadratic-form-gradient"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 7.1; "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), sections 4.3 and 8.2.1",
    level=3,
)
def gd_quadratic(note: Note) -> None:
    """The iterates in closed form, the step sizes that converge, and the best of them."""
    n, k = note.dims("n k")
    i = note.index("i", n)
    Q = note.matrix("Q", n, n, "eigenvectors", "orthogonal")
    lam = note.vector(r"\lambda", n, "eigenvalues", "positive")
    b = note.vector("b", n, "linear coefficients")
    x = note.vector("x", n, "a point")
    x0 = note.vector("x_0", n, "starting point")
    eta = note.scalar(r"\eta", "step size", "positive")

    note(r"""How fast is gradient descent, and how large may its steps be? For a quadratic
        function both can be answered exactly, and near a minimum every smooth function is nearly
        quadratic. A positive definite matrix has positive eigenvalues and an orthonormal basis of
        eigenvectors:""")
    A = note.let("A", Q @ diag(lam) @ Q.T, "Hessian")
    f = note.let("f", HALF * x.T @ A @ x - b.T @ x)
    xs = note.let(r"x^\star", inverse(A) @ b, "minimum")
    note("The gradient is proportional to the distance from the minimum, through the matrix:")
    note.calc(
        grad(f, x),
        eq(A @ x - b, "gradient of a quadratic form", rule="product rule"),
        eq(A @ (x - xs), r"$A x^\star = b$"),
    )
    note("So a step of gradient descent multiplies the error by a fixed matrix.")
    I = identity(n)
    note.calc(
        x - eta * grad(f, x) - xs,
        eq(x - xs - eta * A @ (x - xs), "insert the gradient"),
        eq((I - eta * A) @ (x - xs), "factor out the error", rule="distribute"),
    )
    note(r"""After $k$ steps the matrix has been applied $k$ times. By induction: if $x_k -
        x^\star = (I - \eta A)^k (x_0 - x^\star)$ holds, one more step gives""")
    xk = note.vector("x_k", n, "the point after $k$ steps")
    with note.suppose(equals(xk, xs + (I - eta * A) ** k @ (x0 - xs))):
        note.calc(
            xk - eta * (A @ xk - b) - xs,
            eq((I - eta * A) @ (xk - xs), "one step"),
            eq((I - eta * A) @ (I - eta * A) ** k @ (x0 - xs), "assumption"),
            eq((I - eta * A) ** (k + 1) @ (x0 - xs), "one more power"),
        )
        note(r"""In the basis of the eigenvectors the power is taken entry by entry, since between
            two factors $Q^\top Q = I$ cancels: along each eigenvector the error shrinks, or
            grows, by its own factor $1 - \eta \lambda_i$.""")
        note.calc(
            xk - xs,
            eq((I - eta * A) ** k @ (x0 - xs), "shown by induction"),
            eq((Q @ (I - eta * diag(lam)) @ Q.T) ** k @ (x0 - xs), r"$I = Q Q^\top$"),
            eq(Q @ (I - eta * diag(lam)) ** k @ Q.T @ (x0 - xs), r"$Q^\top Q = I$"),
            result=True,
        )
    top, low = max_entry(lam), min_entry(lam)
    note(r"""The iterates converge from every start exactly when all factors are smaller than one
        in size. The largest eigenvalue sets the limit: for $\eta < 2 / \lambda_{\max}$ we have""")
    with note.suppose(eta < 2 / top):
        note.calc(absolute(1 - eta * lam[i]), lt(1, r"$0 < \eta \lambda_i < 2$"), result=True)
    note(
        "A larger step never converges along the steepest eigenvector, whose factor does not shrink:"
    )
    with note.suppose(eta >= 2 / top):
        note.calc(absolute(1 - eta * top), ge(1, r"$\eta \lambda_{\max} \ge 2$"))
    note("""The slowest direction dominates. In each step the error shrinks at least by the
        largest of the factors,""")
    note.calc(
        norm2((I - eta * A) @ (x - xs)),
        eq(norm2((I - eta * diag(lam)) @ Q.T @ (x - xs)), "an orthogonal matrix keeps lengths"),
        eq(sum_over(i, (1 - eta * lam[i]) ** 2 * (Q.T @ (x - xs))[i] ** 2), "in entries"),
        le(
            maximum((1 - eta * low) ** 2, (1 - eta * top) ** 2) * norm2(x - xs),
            "the extreme eigenvalues give the largest factors",
        ),
    )
    note(r"""A small step makes $1 - \eta \lambda_{\min}$ large, a large step makes $\eta
        \lambda_{\max} - 1$ large. The best step makes both equal; it is $\eta^\star = 2 /
        (\lambda_{\min} + \lambda_{\max})$.""")
    best = note.let(r"\eta^\star", 2 / (low + top), "best step size")
    kappa = note.let(r"\kappa", top / low, "condition number")
    note.calc(
        1 - best * low,
        eq(best * top - 1, r"$\eta^\star (\lambda_{\min} + \lambda_{\max}) = 2$"),
        eq((top - low) / (top + low), "common denominator"),
        eq((kappa - 1) / (kappa + 1), r"divide by $\lambda_{\min}$"),
        result=True,
    )
    note("and no other step has a smaller largest factor:")
    note.calc(
        maximum(absolute(1 - eta * low), absolute(1 - eta * top)),
        ge((kappa - 1) / (kappa + 1), "one of the two ends is always at least as large"),
        result=True,
    )
    note(r"""A condition number of 100 means that each step keeps 98 per cent of the error: long
        narrow valleys are slow.""")
