"""PCA as maximum variance."""

from derive import Note, eq, equals, grad, le, norm2, recipe, sum_over, trace


@recipe(
    "pca-max-variance",
    title="PCA as maximum variance",
    chapter="dimensionality reduction",
    needs=["quadratic-form-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (12.3) to (12.6); "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 10.2; "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "
    "14.5.1",
    level=3,
)
def pca_max_variance(note: Note) -> None:
    """The direction of largest variance is the top eigenvector of the covariance, and k directions are the top k."""
    n, d, k = note.dims("n d k")
    X = note.matrix("X", n, d, "centred data, one example per row", "centred")
    u = note.vector("u", d, "a direction")
    e = note.vector("v", d, "a unit vector", "unit_norm")
    t = note.vector("t", d, "any vector")
    V = note.matrix("V", d, k, "any $k$ orthonormal directions", "orthonormal_columns")
    lam = note.scalar(r"\lambda", "multiplier of the constraint on the length")
    mu = note.scalar(r"\mu", "multiplier of the constraint on the angle")
    i = note.index("i", n)

    note(r"""Which single direction tells most about the data? Project each example onto a unit
        vector and look at how much the projections vary. The data are centred, so the projections
        have mean zero and their variance is the mean of their squares. It is a quadratic form in
        the direction, with the covariance matrix $S$ in the middle:""")
    S = note.let("S", 1 / n * X.T @ X, "covariance of the data")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    note.calc(
        1 / n * sum_over(i, (x[i].T @ u) ** 2),
        eq(1 / n * norm2(X @ u), r"the entries of $X u$ are $x_i^\top u$"),
        eq(
            1 / n * u.T @ X.T @ X @ u,
            "squared norm as an inner product",
            rule="definition of the norm",
        ),
        eq(u.T @ S @ u, "definition of $S$"),
        result=True,
    )

    note("With matrices, and as a sum over the examples, the variance of the projections is")
    note.forms(
        1 / n * norm2(X @ u),
        matrix=u.T @ S @ u,
        sum=1 / n * sum_over(i, (x[i].T @ u) ** 2),
    )

    note(r"""Without a constraint the variance could be made as large as one likes by a longer
        $u$. The length is fixed by a multiplier:""")
    Lag = note.let(r"\Lambda", u.T @ S @ u - lam * (u.T @ u - 1), "Lagrangian")
    note.calc(
        grad(Lag, u),
        eq(grad(u.T @ S @ u, u) - lam * grad(u.T @ u, u), rule="linearity of the derivative"),
        eq(2 * S @ u - 2 * lam * u, "gradient of a quadratic form", rule="product rule"),
    )
    note(r"""At a stationary point $S u = \lambda u$: the direction is an eigenvector, and the
        multiplier its eigenvalue. There are $d$ of them. Let $u_1$ be a unit eigenvector of the
        largest eigenvalue $\lambda_1$.""")
    lam1, u1 = note.eigenpair(S, 1, r"\lambda_1", "u_1", "largest eigenvalue of $S$")
    note.calc(S @ u1, eq(lam1 * u1, "eigenpair"), result=True)
    note("The multiplier has a meaning: it is the variance in its direction.")
    note.calc(
        u1.T @ S @ u1,
        eq(u1.T @ (lam1 * u1), "$S u_1 = \\lambda_1 u_1$"),
        eq(lam1 * u1.T @ u1, "move the number to the front"),
        eq(lam1, "$u_1$ has length one"),
        result=True,
    )
    note("""So among all eigenvectors the one of the largest eigenvalue is best, and no other unit
        vector does better:""")
    note.calc(
        e.T @ S @ e, le(lam1, "the largest eigenvalue bounds the quadratic form"), result=True
    )

    note(r"""The second direction shall be orthogonal to the first, which takes a second
        multiplier. Multiply the gradient of the new Lagrangian by $u_1^\top$ from the left. As
        $S$ is symmetric, $u_1^\top S = \lambda_1 u_1^\top$, and for an orthogonal $u$ two of the
        three terms vanish.""")
    Two = note.let(r"\Lambda_2", u.T @ S @ u - lam * (u.T @ u - 1) - mu * u.T @ u1)
    note.calc(
        u1.T @ grad(Two, u),
        eq(
            u1.T @ (2 * S @ u - 2 * lam * u - mu * u1),
            "gradient of a quadratic form",
            rule="product rule",
        ),
        eq(2 * u1.T @ S @ u - 2 * lam * u1.T @ u - mu, "distribute; $u_1$ has length one"),
        eq(2 * (lam1 - lam) * u1.T @ u - mu, r"$u_1^\top S = \lambda_1 u_1^\top$"),
    )
    note(r"""Take any vector $t$ and remove its part along $u_1$; what is left is orthogonal to
        $u_1$, and the first term vanishes.""")
    with note.suppose(equals(u, t - (u1.T @ t) * u1)):
        note.calc(
            u1.T @ u,
            eq(u1.T @ t - (u1.T @ t) * (u1.T @ u1), "distribute"),
            eq(0, "$u_1$ has length one"),
        )
        note.calc(u1.T @ grad(Two, u), eq(-mu, "$u$ is orthogonal to $u_1$"))
    note(r"""At a stationary point this is zero, so the new multiplier vanishes, and $S u =
        \lambda u$ once more: the second direction is an eigenvector as well, the best that is
        orthogonal to $u_1$. By the same argument each further direction is the next eigenvector.
        For $k \le d$ directions, the columns of $U_k$, the variances add up:""")
    note.suppose(k <= d)
    U = note.eigenvectors("U_k", S, k, "orthonormal eigenvectors of the $k$ largest eigenvalues")
    lams = note.eigenvalues(r"\ell", S, k, "the $k$ largest eigenvalues, in falling order")
    j = note.index("j", k)
    note.calc(
        trace(U.T @ S @ U),
        eq(sum_over(j, U[:, j].T @ S @ U[:, j]), "the trace sums the diagonal"),
        eq(sum_over(j, lams[j] * U[:, j].T @ U[:, j]), "each column is an eigenvector"),
        eq(sum_over(j, lams[j]), "each column has length one"),
        result=True,
    )
    note("and no other $k$ orthonormal directions have more variance together.")
    note.calc(
        trace(V.T @ S @ V),
        le(sum_over(j, lams[j]), "the $k$ largest eigenvalues bound the trace"),
        result=True,
    )
