"""Gaussian-process regression."""

from derive import Note, block, det, eq, identity, inverse, recipe


@recipe(
    "gp-posterior",
    title="Gaussian-process regression",
    chapter="kernels",
    needs=["gaussian-conditional", "kernel-ridge-dual"],
    source="Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equations (2.23) "
    "and (2.24); Bishop, Pattern Recognition and Machine Learning (2006), equations (6.66) "
    "and (6.67)",
    level=4,
)
def gp_posterior(note: Note) -> None:
    """The values of a Gaussian process at new inputs, given noisy values at others, are Gaussian."""
    n, m = note.dims("n m")
    K = note.matrix("K", n, n, "kernel of the training inputs", "pd")
    C = note.matrix("C", n, m, "kernel of training and test inputs")
    M = note.matrix("M", m, m, "kernel of the test inputs", "pd")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")
    y = note.vector("y", n, "observed values, with noise")
    f = note.vector("f", m, "values at the test inputs")

    note(r"""A Gaussian process says that the values of an unknown function at any inputs are jointly
        Gaussian with mean zero, and the kernel gives their covariance. The observed values carry
        independent noise, which adds $\sigma^2$ to their variances. So observed and unknown values
        together are Gaussian with the covariance""")
    S = note.let("S", K + s**2 * identity(n), "covariance of the observed values")
    J = note.let("J", block([[S, C], [C.T, M]]), "joint covariance")
    note("""To condition on what was observed, complete the square in the unknown values. Their part
        that is not explained by the observed ones has the covariance""")
    V = note.let("V", M - C.T @ inverse(S) @ C, "posterior covariance")
    mu = note.let(r"\mu", C.T @ inverse(S) @ y, "posterior mean")
    note(r"""Eliminating the unknown values factors the joint covariance into a triangular matrix, a
        matrix of blocks on the diagonal, and the transpose:""")
    I, E = identity(n), identity(m)
    from derive import zeros

    T = note.let("T", block([[I, zeros(n, m)], [C.T @ inverse(S), E]]), "elimination")
    note.calc(
        J,
        eq(
            T @ block([[S, zeros(n, m)], [zeros(m, n), V]]) @ T.T,
            r"$V + C^\top S^{-1} C = M$",
        ),
    )
    note("""The triangular factors have determinant one, so the normalisers multiply,""")
    note.calc(det(J), eq(det(S) * det(V), "determinant of a product"), result=True)
    note("""and the exponent of the joint density falls into two squares: that of the unknown values
        about a mean, and that of the observed values.""")
    z = block([[y], [f]])
    note.calc(
        z.T @ inverse(J) @ z,
        eq(
            block([[y], [f - mu]]).T
            @ inverse(block([[S, zeros(n, m)], [zeros(m, n), V]]))
            @ block([[y], [f - mu]]),
            r"$T^{-1}$ subtracts $C^\top S^{-1} y$ from the second block",
        ),
        eq(
            y.T @ inverse(S) @ y + (f - mu).T @ inverse(V) @ (f - mu),
            "the inverse of a block diagonal matrix",
        ),
        result=True,
    )
    note(r"""The first square is the density of $y$; dividing by it leaves the posterior, a Gaussian
        with mean $\mu$ and covariance $V$. The mean is what kernel ridge regression predicts with
        $\lambda = \sigma^2$:""")
    note.calc(
        mu,
        eq(C.T @ inverse(K + s**2 * identity(n)) @ y, r"definition of $S$"),
        result=True,
    )
    note("The covariance tells how sure it is, and does not depend on the observed values:")
    note.calc(
        V,
        eq(M - C.T @ inverse(K + s**2 * identity(n)) @ C, "definition of $S$"),
        result=True,
    )
