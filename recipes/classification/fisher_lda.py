"""Fisher's linear discriminant."""

from derive import Note, eq, equals, grad, inverse, le, recipe


@recipe(
    "fisher-lda",
    title="Fisher's linear discriminant",
    chapter="classification",
    needs=["rayleigh-quotient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.26) to (4.30); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 4.3.3",
    level=4,
)
def fisher_lda(note: Note) -> None:
    """The direction that parts two classes best is the difference of their means, corrected for the scatter."""
    (d,) = note.dims("d")
    m0 = note.vector("m_0", d, "mean of class 0")
    m1 = note.vector("m_1", d, "mean of class 1")
    S = note.matrix("S_W", d, d, "scatter within the classes", "pd")
    w = note.vector("w", d, "a direction", "nonzero")

    note("""Project two classes onto a line. They are parted best if the projected means are far apart, measured
        by how much the classes scatter along the line:""")
    m = note.let("m", m1 - m0, "difference of the means")
    J = note.let("J", (w.T @ m) ** 2 / (w.T @ S @ w), "criterion of a direction")
    note("The numerator is a quadratic form too, with a matrix of rank one:")
    B = note.let("S_B", m @ m.T, "scatter between the classes")
    note.calc(J, eq((w.T @ B @ w) / (w.T @ S @ w), r"$(w^\top m)^2 = w^\top m \, m^\top w$"))
    note("So this is a Rayleigh quotient with two matrices. Differentiate by the quotient rule:")
    note.calc(
        grad(J, w),
        eq(
            (2 * B @ w) / (w.T @ S @ w) - (w.T @ B @ w) / (w.T @ S @ w) ** 2 * (2 * S @ w),
            "quotient rule",
        ),
        eq(2 / (w.T @ S @ w) * (B @ w - J * S @ w), "factor out"),
        result=True,
    )
    note(r"""It vanishes if $S_B w = J \, S_W w$, a generalised eigenvalue problem. But $S_B w$ is always parallel
        to the difference of the means, and so $S_W w$ must be:""")
    note.calc(B @ w, eq((m.T @ w) * m, "a matrix of rank one"))
    note("The length of a direction does not matter. The best one is")
    v = note.let("v", inverse(S) @ m, "the best direction")
    note.calc(
        (v.T @ m) ** 2 / (v.T @ S @ v),
        eq(
            (m.T @ inverse(S) @ m) ** 2 / (m.T @ inverse(S) @ S @ inverse(S) @ m),
            "insert; $S_W$ is symmetric",
        ),
        eq(m.T @ inverse(S) @ m, "cancel"),
        result=True,
    )
    c = note.scalar("c", "a factor", "nonzero")
    with note.suppose(equals(w, c * inverse(S) @ m)):
        note("Any multiple of it is stationary,")
        note.calc(
            B @ w - J * S @ w,
            eq((m.T @ w) * m - m.T @ inverse(S) @ m * c * m, "insert the direction"),
            eq(0, r"$m^\top w = c \, m^\top S_W^{-1} m$"),
        )
    note("and no direction has a larger value, by the inequality of Cauchy and Schwarz:")
    note.calc(
        J,
        le((m1 - m0).T @ inverse(S) @ (m1 - m0), "Cauchy-Schwarz inequality"),
        result=True,
    )
    note("""Without the correction one would project onto the difference of the means, which is best only if
        the classes scatter alike in all directions.""")
