"""Best low-rank approximation."""

from derive import Note, eq, ge, norm2, recipe, sum_over, trace


@recipe(
    "eckart-young",
    title="Best low-rank approximation",
    chapter="linear algebra",
    needs=["svd-from-eigen"],
    source="Eckart and Young, The Approximation of One Matrix by Another of Lower Rank (1936); Deisenroth, "
    "Faisal and Ong, Mathematics for Machine Learning (2020), section 4.6",
    level=4,
)
def eckart_young(note: Note) -> None:
    """Keeping the largest singular values gives the nearest matrix of a given rank, at the cost of the others."""
    m, n, k = note.dims("m n k")
    i, j = note.index("i", n), note.index("j", n, lower=k + 1)
    A = note.matrix("A", m, n, "a matrix", "full_column_rank")
    Q = note.matrix("Q", m, m, "any rotation", "orthogonal")
    B = note.matrix("B", m, n, "any matrix of that shape")
    F = note.matrix("F", m, k, "first factor of a matrix of rank $k$")
    H = note.matrix("H", k, n, "second factor of it")

    note.suppose(k < n)
    note("""A large table of numbers shall be stored as a product of two narrow ones. How well can that be done?
        Distances of matrices are sums of squares of all entries, and rotations do not change them:""")
    note.calc(
        norm2(Q @ B),
        eq(trace(B.T @ Q.T @ Q @ B), "squared norm as a trace"),
        eq(norm2(B), r"$Q^\top Q = I$"),
    )
    note(r"""So one may look at the matrix in the basis of its singular vectors. Let $v_i$ be the eigenvectors of
        $A^\top A$, with eigenvalues $\sigma_i^2$, in falling order. The singular value decomposition is the sum
        of $A v_i v_i^\top = \sigma_i u_i v_i^\top$; stop it after $k$ terms:""")
    V = note.eigenvectors("V", A.T @ A, n, r"eigenvectors of $A^\top A$")
    s2 = note.eigenvalues("s", A.T @ A, n, r"eigenvalues of $A^\top A$: squared singular values")
    kept = note.index("i", k)
    T = note.let(
        "T", sum_over(kept, A @ V[:, kept] @ V[:, kept].T), "decomposition, cut off after $k$ terms"
    )
    note.calc(A, eq(sum_over(i, A @ V[:, i] @ V[:, i].T), r"$V V^\top = I$"))
    note(
        "What is cut off are the other terms. They are orthogonal to each other, so their squares add up:"
    )
    note.calc(
        norm2(A - T),
        eq(norm2(sum_over(j, A @ V[:, j] @ V[:, j].T)), "the first $k$ terms cancel"),
        eq(sum_over(j, V[:, j].T @ A.T @ A @ V[:, j]), "orthonormal eigenvectors"),
        eq(sum_over(j, s2[j]), r"$A^\top A v_j = \sigma_j^2 v_j$"),
        result=True,
    )
    note(r"""Can another matrix of rank $k$ do better? By the inequality of Weyl the singular values of a sum obey
        $\sigma_{i + k}(A) \le \sigma_i(A - B)$ if $B$ has rank $k$, since $B$ can remove at most $k$ of them.
        Square and add up: every product of two narrow matrices is at least as far away.""")
    note.calc(
        norm2(A - F @ H),
        ge(sum_over(j, s2[j]), "Weyl's inequality, squared and summed"),
        result=True,
    )
    note("""The matrix that was cut off is such a product, so the bound is reached. In the largest stretch of any
        direction, too, it is best: what is left stretches no unit vector $x$ by more than the next singular
        value,""")
    x = note.vector("x", n, "a unit vector", "unit_norm")
    note.calc(
        s2[k + 1],
        ge(norm2((A - T) @ x), "the largest eigenvalue bounds the quadratic form"),
        result=True,
    )
    note("and one vector by exactly that:")
    note.calc(
        norm2((A - T) @ V[:, k + 1]),
        eq(V[:, k + 1].T @ A.T @ A @ V[:, k + 1], "the first $k$ terms vanish on it"),
        eq(s2[k + 1], "eigenvector"),
        result=True,
    )
