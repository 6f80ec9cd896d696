"""Derivative of an eigenvalue and an eigenvector."""

from derive import Note, eq, identity, recipe, sum_over


@recipe(
    "eigenvalue-derivative",
    title="Derivative of an eigenvalue and an eigenvector",
    chapter="linear algebra",
    needs=["spectral-decomposition"],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), equations (67) and (68)",
    level=4,
)
def eigenvalue_derivative(note: Note) -> None:
    """A small change moves an eigenvalue by its quadratic form, and turns the eigenvector towards the others."""
    (n,) = note.dims("n")
    i = note.index("i", n, lower=2)
    A = note.matrix("A", n, n, "a symmetric matrix", "symmetric")
    E = note.matrix(r"\dot{A}", n, n, "a small change of it", "symmetric")
    u = note.vector(r"\dot{v}", n, "a change of the eigenvector")

    note.suppose(n >= 2)
    note(r"""How do principal components change when the data do? Let $v$ be a unit eigenvector of an eigenvalue
        $\lambda$ that is simple, here the largest; for the others the argument is the same. Both equations
        that define it are differentiated, a dot marks what changes: $A v = \lambda v$ gives""")
    lam, v = note.eigenpair(A, 1, r"\lambda", "v", "an eigenvalue, simple")
    note.calc(
        E @ v + A @ u - lam * u,
        eq(E @ v - (lam * identity(n) - A) @ u, r"product rule; this is $\dot{\lambda} \, v$"),
    )
    note(r"""and $v^\top v = 1$ gives $v^\top \dot{v} = 0$. Multiply the first by $v^\top$ from the left. Since
        $A$ is symmetric, whatever the change of the eigenvector is, it drops out:""")
    note.calc(
        v.T @ (E @ v + A @ u - lam * u),
        eq(v.T @ E @ v + (A @ v).T @ u - lam * v.T @ u, "distribute; $A$ is symmetric"),
        eq(v.T @ E @ v, r"$A v = \lambda v$"),
        result=True,
    )
    note(r"""The left side is $\dot{\lambda} \, v^\top v$, so the eigenvalue changes by a quadratic form. For the
        eigenvector solve $(\lambda I - A) \, \dot{v} = \dot{A} \, v - \dot{\lambda} \, v$. The matrix
        sends $v$ to zero, so it has no inverse. But on the other eigenvectors it multiplies by $\lambda -
        \lambda_i$, which can be undone. That is its pseudo-inverse:""")
    Q = note.eigenvectors("Q", A, n, "all eigenvectors, as columns")
    l = note.eigenvalues("l", A, n, "all eigenvalues")
    P = note.let(
        "P",
        sum_over(i, 1 / (l[1] - l[i]) * Q[:, i] @ Q[:, i].T),
        r"pseudo-inverse of $\lambda I - A$",
    )
    q = Q[:, 1]
    note.calc(
        (l[1] * identity(n) - A) @ P,
        eq(
            sum_over(i, (l[1] - l[i]) / (l[1] - l[i]) * Q[:, i] @ Q[:, i].T),
            "each column is an eigenvector",
        ),
        eq(identity(n) - q @ q.T, r"$Q Q^\top = I$"),
    )
    note(
        "Take this for the change of the eigenvector. It is orthogonal to the eigenvector, as it must be,"
    )
    dq = note.let(r"\dot{q}", P @ E @ q, "change of the eigenvector")
    note.calc(q.T @ dq, eq(0, "the eigenvectors are orthogonal"))
    note("and it satisfies the differentiated equation:")
    note.calc(
        E @ q + A @ dq - l[1] * dq,
        eq(E @ q - (identity(n) - q @ q.T) @ E @ q, "the equation for $P$"),
        eq((q.T @ E @ q) * q, r"$\dot{\lambda} \, v$"),
        result=True,
    )
    note("Written out, the eigenvector turns towards each of the others:")
    note.calc(
        P @ E @ q,
        eq(
            sum_over(i, (Q[:, i].T @ E @ q) / (l[1] - l[i]) * Q[:, i]),
            "insert the pseudo-inverse",
        ),
        result=True,
    )
    note("""Eigenvectors of eigenvalues that are nearly equal turn quickly, which is why only their span can be
        trusted.""")
