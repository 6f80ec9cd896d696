"""Eigendecomposition of a symmetric matrix and matrix functions."""

from derive import (
    Note,
    det,
    diag,
    eq,
    equals,
    hadamard_power,
    identity,
    product_over,
    recipe,
    sqrt,
    sum_over,
    trace,
)


@recipe(
    "spectral-decomposition",
    title="Eigendecomposition of a symmetric matrix and matrix functions",
    chapter="linear algebra",
    needs=[],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), sections 4.2 and 4.4",
    level=2,
)
def spectral_decomposition(note: Note) -> None:
    """In the basis of its eigenvectors a symmetric matrix is diagonal, and so are its powers and series."""
    n, k = note.dims("n k")
    i = note.index("i", n)
    A = note.matrix("A", n, n, "a symmetric matrix", "symmetric")
    u = note.vector("u", n, "an eigenvector")
    w = note.vector("w", n, "another eigenvector")
    a = note.scalar("a", "eigenvalue of $u$")
    b = note.scalar("b", "eigenvalue of $w$")

    note(r"""An eigenvector is only stretched, $A u = a u$. Let $w$ be another one, with $A w = b w$. As
        $A$ is symmetric, the number $u^\top A w$ can be read from both sides:""")
    lam1, q1 = note.eigenpair(A, 1, r"\lambda_1", "q_1", "largest eigenvalue")
    lam2, q2 = note.eigenpair(A, 2, r"\lambda_2", "q_2", "second eigenvalue")
    with note.suppose(equals(A @ u, a * u), equals(A @ w, b * w)):
        note.calc(
            (a - b) * (u.T @ w),
            eq((A @ u).T @ w - u.T @ (A @ w), "both are eigenvectors"),
            eq(u.T @ A.T @ w - u.T @ A @ w, "transpose of a product"),
            eq(0, r"$A^\top = A$"),
        )
    note("""So eigenvectors of different eigenvalues are orthogonal, since the first factor is not zero.
        The two largest, for example:""")
    note.calc((lam1 - lam2) * (q1.T @ q2), eq(0, "the equation above"))
    note("""There are $n$ of them, and with length one they make up an orthogonal matrix. Side by side,
        the equations of all eigenvectors are one:""")
    Q = note.eigenvectors("Q", A, n, "all eigenvectors, of length one, as columns")
    lam = note.eigenvalues(r"\lambda", A, n, "all eigenvalues")
    note.calc((A @ Q)[:, i], eq(lam[i] * Q[:, i], "column $i$ is an eigenvector"))
    note.calc(A @ Q, eq(Q @ diag(lam), "the columns side by side"))
    note.calc(Q.T @ Q, eq(identity(n), "orthonormal eigenvectors"))
    note(r"Multiply by $Q^\top$ from the right, and the matrix is taken apart:")
    note.calc(
        A,
        eq(A @ Q @ Q.T, r"$Q Q^\top = I$"),
        eq(Q @ diag(lam) @ Q.T, r"$A Q = Q \operatorname{diag}(\lambda)$"),
        eq(
            sum_over(i, lam[i] * Q[:, i] @ Q[:, i].T),
            "a product of columns and rows, weighted",
        ),
        result=True,
    )
    note(r"""In a power the inner factors $Q^\top Q$ cancel. By induction, if $A^k = Q
        \operatorname{diag}(\lambda)^k Q^\top$,""")
    note.calc(
        A ** (k + 1),
        eq(A**k @ A, "one more factor"),
        eq(Q @ diag(lam) ** k @ (Q.T @ Q) @ diag(lam) @ Q.T, "insert both decompositions"),
        eq(Q @ diag(lam) ** (k + 1) @ Q.T, r"$Q^\top Q = I$"),
        result=True,
    )
    note("""Powers work on the eigenvalues alone. So does every polynomial, and every power series, such as
        the exponential function:""")
    m = note.index("m", k, 0)
    c = note.tensor("c", (k + 1,), "coefficients of a polynomial or series", origin=0)
    note.calc(
        sum_over(m, c[m] * A**m),
        eq(sum_over(m, c[m] * Q @ diag(lam) ** m @ Q.T), "powers of a decomposition"),
        eq(Q @ diag(sum_over(m, c[m] * hadamard_power(lam, m))) @ Q.T, "factor out"),
        result=True,
    )
    note("""That is how a function of a symmetric matrix is defined. The square root of a positive
        definite matrix, for instance, is the symmetric matrix whose square it is:""")
    B = note.matrix("B", n, n, "a positive definite matrix", "pd")
    P = note.eigenvectors("P", B, n, "its eigenvectors as columns")
    beta = note.eigenvalues(r"\beta", B, n, "its eigenvalues")
    root = P @ diag(sqrt(beta)) @ P.T
    note.calc(
        root @ root,
        eq(P @ diag(sqrt(beta)) @ diag(sqrt(beta)) @ P.T, r"$P^\top P = I$"),
        eq(B, "decomposition of $B$"),
        result=True,
    )
    note("Trace and determinant do not depend on the basis, and are told by the eigenvalues:")
    note.calc(
        trace(A),
        eq(trace(Q @ diag(lam) @ Q.T), "decomposition"),
        eq(trace(diag(lam) @ Q.T @ Q), rule="cyclic property of the trace"),
        eq(sum_over(i, lam[i]), r"$Q^\top Q = I$"),
        result=True,
    )
    note.calc(
        det(A),
        eq(det(Q) * det(diag(lam)) * det(Q.T), "determinant of a product"),
        eq(product_over(i, lam[i]), r"$\det Q \det Q^\top = 1$"),
        result=True,
    )
