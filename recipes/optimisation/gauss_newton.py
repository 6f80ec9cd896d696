"""Gauss-Newton approximation of a least-squares Hessian."""

from fractions import Fraction

from derive import Note, eq, grad, hessian, inverse, jacobian, norm2, recipe, sum_over

HALF = Fraction(1, 2)


@recipe(
    "gauss-newton",
    title="Gauss-Newton approximation of a least-squares Hessian",
    chapter="optimisation",
    needs=["newton-step", "chain-rule-jacobians"],
    source="Nocedal and Wright, Numerical Optimization (2006), section 10.3; Bishop, Pattern Recognition "
    "and Machine Learning (2006), section 5.4.2",
    level=3,
)
def gauss_newton(note: Note) -> None:
    """For squared residuals the curvature is mostly that of the linearised model, which needs no second derivatives."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    r = note.mapping("r", (d,), (n,), "residuals of a model that is not linear")
    t = note.vector(r"\theta", d, "parameters")

    note("""Newton's method needs the Hessian, and for a model with many parameters its second derivatives are
        costly. If the loss is a sum of squares, most of the Hessian comes for free.""")
    f = note.let("f", HALF * norm2(r(t)), "half the sum of the squared residuals")
    J = note.let("J", jacobian(r(t), t), "Jacobian of the residuals")
    note("The gradient sends the residuals back through the Jacobian:")
    note.calc(
        grad(f, t),
        eq(sum_over(i, r(t)[i] * grad(r(t)[i], t)), "chain rule"),
        eq(J.T @ r(t), "the gradients are the rows of the Jacobian"),
        result=True,
    )
    note("Both factors change with the parameters, and the product rule gives two terms:")
    note.calc(
        hessian(f, t),
        eq(
            sum_over(i, grad(r(t)[i], t) @ grad(r(t)[i], t).T)
            + sum_over(i, r(t)[i] * hessian(r(t)[i], t)),
            "product rule",
        ),
        eq(J.T @ J + sum_over(i, r(t)[i] * hessian(r(t)[i], t)), "a sum of outer products"),
        result=True,
    )
    note("""The second term is small when the residuals are, or when the model is nearly linear. Drop it: what
        remains is positive semidefinite, and needs first derivatives only. The Newton step with this matrix
        solves a linear least-squares problem. Hold the residuals and their Jacobian at the present point
        fixed, as $b$ and $A$:""")
    A = note.matrix("A", n, d, "Jacobian at the present point", "full_column_rank")
    b = note.vector("b", n, "residuals at the present point")
    s = note.vector("s", d, "a step")
    q = note.let("q", HALF * norm2(b + A @ s), "loss of the linearised model")
    note.calc(grad(q, s), eq(A.T @ (b + A @ s), "gradient of a squared norm"))
    note.calc(hessian(q, s), eq(A.T @ A, "the Hessian of the linearised model is exact"))
    step = note.minimiser(r"s^\star", q, s, "Gauss-Newton step")
    note.calc(A.T @ A @ step, eq(-A.T @ b, "the gradient vanishes"))
    note.calc(
        step,
        eq(-inverse(A.T @ A) @ A.T @ b, "solve the linear system"),
        result=True,
    )
    note(r"""For a linear model one step reaches the minimum. Otherwise one linearises again, and again; with a
        multiple of the identity added to $A^\top A$ this is the method of Levenberg and Marquardt.""")
