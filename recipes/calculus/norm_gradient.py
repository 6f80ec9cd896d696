"""Gradient and Hessian of the Euclidean norm."""

from derive import Note, eq, grad, hessian, identity, jacobian, norm, recipe, sqrt


@recipe(
    "norm-gradient",
    title="Gradient and Hessian of the Euclidean norm",
    chapter="calculus",
    needs=["quadratic-form-gradient"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), section 2.6",
    level=2,
)
def norm_gradient(note: Note) -> None:
    """Away from zero the gradient of the norm is the unit vector of its argument, and the Hessian a projection."""
    (n,) = note.dims("n")
    x = note.vector("x", n, "a vector other than zero", "nonzero")

    note(r"""Distances are norms, and many losses are distances. The norm is the square root of a
        quadratic form, which makes its derivative a matter of the chain rule.""")
    note.calc(
        grad(norm(x), x),
        eq(grad(sqrt(x.T @ x), x), "definition of the norm"),
        eq(1 / (2 * sqrt(x.T @ x)) * (2 * x), rule="chain rule"),
        eq(x / norm(x), "cancel"),
        result=True,
    )
    note(r"""The gradient is a unit vector: the norm grows at rate one in the direction of its
        argument, wherever one stands.""")
    note.calc(
        grad(norm(x), x).T @ grad(norm(x), x),
        eq(x.T @ x / norm(x) ** 2, "insert the gradient twice"),
        eq(1, r"$x^\top x = \lVert x \rVert^2$"),
    )
    note(r"""For the second derivative write it as a product of $\lVert x \rVert^{-1}$ and $x$.
        Two terms arise: the direction turns, and the length changes.""")
    note.calc(
        hessian(norm(x), x),
        eq(jacobian(x / norm(x), x), "the Hessian is the Jacobian of the gradient"),
        eq(1 / norm(x) * identity(n) - x @ x.T / norm(x) ** 3, rule="quotient rule"),
        eq(1 / norm(x) * (identity(n) - x @ x.T / (x.T @ x)), r"factor out $1 / \lVert x \rVert$"),
        result=True,
    )
    note(r"""The bracket removes the part of a vector along $x$. Along $x$ itself the norm is a
        straight line, and has no curvature:""")
    note.calc(
        hessian(norm(x), x) @ x,
        eq(1 / norm(x) * (x - x @ (x.T @ x) / (x.T @ x)), "insert the Hessian"),
        eq(0, "cancel", rule="collect terms"),
    )
