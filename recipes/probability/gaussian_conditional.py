"""Conditional and marginal of a joint Gaussian."""

from fractions import Fraction

from derive import Note, block, det, eq, exp, integral, inverse, pi, recipe

HALF = Fraction(1, 2)


@recipe(
    "gaussian-conditional",
    title="Conditional and marginal of a joint Gaussian",
    chapter="probability",
    needs=["gaussian-integral", "woodbury-identity"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (2.81), (2.82) and "
    "(2.98); Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 6.5.1",
    level=4,
)
def gaussian_conditional(note: Note) -> None:
    """Given one part of a Gaussian vector, the other part is Gaussian, with a mean that is linear in what is known."""
    p, q = note.dims("p q")
    x = note.vector("x_a", p, "the part that is asked for")
    y = note.vector("x_b", q, "the part that is known")
    ma = note.vector(r"\mu_a", p, "mean of $x_a$")
    mb = note.vector(r"\mu_b", q, "mean of $x_b$")
    L = note.matrix(r"\Lambda_{aa}", p, p, "block of the precision", "pd")
    M = note.matrix(r"\Lambda_{ab}", p, q, "block of the precision")
    R = note.matrix(r"\Lambda_{bb}", q, q, "block of the precision", "symmetric")

    note(r"""Two vectors are jointly Gaussian, and one of them becomes known. What is the law of the other?
        Divide the joint density by the density of what is known; as a function of $x_a$ that is a
        constant. So it is enough to look at the exponent. In the blocks of the precision matrix, the
        inverse of the covariance, minus twice the exponent is""")
    u = note.let("u", x - ma, "deviation of $x_a$")
    v = note.let("v", y - mb, "deviation of $x_b$")
    J = block([[L, M], [M.T, R]])
    z = block([[u], [v]])
    note.calc(
        z.T @ J @ z,
        eq(u.T @ L @ u + 2 * u.T @ M @ v + v.T @ R @ v, "multiply the blocks"),
    )
    note(r"""In $x_a$ it is a quadratic form with a linear term. Complete the square: the matrix of the
        quadratic form is the precision of the conditional law, and the centre is its mean.""")
    m = note.let("m", ma - inverse(L) @ M @ v, "conditional mean")
    note.calc(
        u.T @ L @ u + 2 * u.T @ M @ v + v.T @ R @ v,
        eq(
            (u + inverse(L) @ M @ v).T @ L @ (u + inverse(L) @ M @ v)
            + v.T @ (R - M.T @ inverse(L) @ M) @ v,
            "complete the square",
        ),
        eq(
            (x - m).T @ L @ (x - m) + v.T @ (R - M.T @ inverse(L) @ M) @ v,
            "definition of $m$",
        ),
        result=True,
    )
    note(r"""What remains depends on $x_b$ only: it is the exponent of the marginal. Both are Gaussian. To
        write them with covariances, one needs the inverse of a matrix of blocks. It contains the Schur
        complement, the covariance of $x_a$ less what $x_b$ explains of it:""")
    A = note.matrix(r"\Sigma_{aa}", p, p, "covariance of $x_a$", "pd")
    B = note.matrix(r"\Sigma_{ab}", p, q, "covariance of $x_a$ and $x_b$")
    C = note.matrix(r"\Sigma_{bb}", q, q, "covariance of $x_b$", "pd")
    S = note.let("S", A - B @ inverse(C) @ B.T, "Schur complement")
    K = inverse(C) @ B.T @ inverse(S)
    note.calc(
        inverse(block([[A, B], [B.T, C]])),
        eq(
            block(
                [
                    [inverse(S), -inverse(S) @ B @ inverse(C)],
                    [-K, inverse(C) + K @ B @ inverse(C)],
                ]
            ),
            "eliminate the second block of rows",
        ),
    )
    note(r"""Read off $\Lambda_{aa} = S^{-1}$ and $\Lambda_{ab} = -S^{-1} \Sigma_{ab} \Sigma_{bb}^{-1}$.
        The conditional covariance is $S$, and the conditional mean""")
    note.calc(
        ma - inverse(inverse(S)) @ (-inverse(S) @ B @ inverse(C)) @ (y - mb),
        eq(ma + B @ inverse(C) @ (y - mb), "insert the blocks of the precision"),
        result=True,
        name="conditional mean",
    )
    note.calc(
        inverse(inverse(S)),
        eq(A - B @ inverse(C) @ B.T, r"$\Lambda_{aa}^{-1} = S$"),
        result=True,
        name="conditional covariance",
    )
    note(
        "while the marginal has the mean and the covariance that stood in the joint law all along:"
    )
    note.calc(
        inverse(C) + K @ B @ inverse(C) - K @ S @ inverse(S) @ B @ inverse(C),
        eq(inverse(C), r"the second term of the block cancels"),
        result=True,
    )
    note("The normalisers fit, since the determinant of the blocks is a product.")
    note.calc(
        det(block([[A, B], [B.T, C]])),
        eq(det(S) * det(C), "eliminate the second block of rows"),
    )
    note(r"""So the joint density is the product of the conditional and the marginal. With one number in
        each part, variances $a, c$, covariance $b$, and $s = a - b^2 / c$, one can also integrate $x_a$
        out:""")
    s = note.scalar("s", "conditional variance", "positive")
    c = note.scalar("c", "variance of the known number", "positive")
    b = note.scalar("b", "covariance")
    g, h = note.scalar("g", "a deviation of the first number"), note.scalar("h", "of the second")
    a = note.let("a", s + b**2 / c, "variance of the first number")
    joint = exp(-HALF * (c * g**2 - 2 * b * g * h + a * h**2) / (a * c - b**2))
    note.calc(
        integral(joint / (2 * pi * (a * c - b**2) ** HALF), g),
        eq(
            integral(exp(-HALF * (g - b / c * h) ** 2 / s), g)
            * exp(-HALF * h**2 / c)
            / (2 * pi * (s * c) ** HALF),
            "complete the square; $a c - b^2 = s c$",
        ),
        eq(exp(-HALF * h**2 / c) / (2 * pi * c) ** HALF, "Gaussian integral"),
        result=True,
    )
