"""Gradient of the cosine similarity."""

from derive import Note, eq, grad, identity, jacobian, norm, recipe


@recipe(
    "cosine-similarity",
    title="Gradient of the cosine similarity",
    chapter="embeddings",
    needs=["norm-gradient"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), section 2.6, for the norm",
    level=2,
)
def cosine_similarity(note: Note) -> None:
    """The gradient in one vector is orthogonal to it: only directions count."""
    (d,) = note.dims("d")
    x = note.vector("x", d, "a vector other than zero", "nonzero")
    y = note.vector("y", d, "another vector other than zero", "nonzero")

    note(r"""Embeddings are compared by the angle between them, whatever their lengths. Divide
        each vector by its length, and take the inner product:""")
    u = note.let(r"\hat{x}", x / norm(x), r"$x$ with length one")
    v = note.let(r"\hat{y}", y / norm(y), r"$y$ with length one")
    c = note.let("c", u.T @ v, "cosine of the angle")
    note("""Normalising removes what changes the length. So its Jacobian is a projection, divided
        by the length:""")
    note.calc(
        jacobian(u, x),
        eq(identity(d) / norm(x) - x @ x.T / norm(x) ** 3, rule="quotient rule"),
        eq(1 / norm(x) * (identity(d) - u @ u.T), "factor out the length"),
    )
    note("""The cosine is linear in the unit vector, so the chain rule sends the other unit vector
        through the Jacobian, which is symmetric.""")
    note.calc(
        grad(c, x),
        eq(jacobian(u, x).T @ v, "chain rule"),
        eq(1 / norm(x) * (identity(d) - u @ u.T) @ v, "insert the Jacobian"),
        eq(y / (norm(x) * norm(y)) - c * (x / norm(x) ** 2), "multiply out"),
        result=True,
    )
    note("""The gradient has no part along $x$. A step of gradient descent therefore turns the
        vector, and lengthens it a little.""")
    note.calc(
        x.T @ grad(c, x),
        eq(x.T @ y / (norm(x) * norm(y)) - c, "insert the gradient"),
        eq(0, "definition of the cosine"),
    )
