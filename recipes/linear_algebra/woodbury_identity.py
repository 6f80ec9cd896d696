"""Woodbury identity and determinant lemma."""

from derive import Note, det, eq, identity, inverse, recipe


@recipe(
    "woodbury-identity",
    title="Woodbury identity and determinant lemma",
    chapter="linear algebra",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (C.7); Petersen and "
    "Pedersen, The Matrix Cookbook (2012), section 3.2.2",
    level=3,
)
def woodbury_identity(note: Note) -> None:
    """The inverse and the determinant of A + U C V by a small k x k matrix."""
    n, k = note.dims("n k")
    A = note.matrix("A", n, n, "a large matrix whose inverse is known", "invertible")
    C = note.matrix("C", k, k, "a small matrix", "invertible")
    U = note.matrix("U", n, k, "a tall matrix")
    V = note.matrix("V", k, n, "a wide matrix")

    note(r"""A matrix with a known inverse is changed by a product of low rank $k$: a few examples
        are added, or a covariance is a diagonal plus a few factors. Must the inverse be computed
        anew? It is enough to invert a $k \times k$ matrix:""")
    M = note.let("M", inverse(C) + V @ inverse(A) @ U, "the small matrix to be inverted")
    note(r"""Multiply the changed matrix by the candidate for its inverse. In the product, factor
        out $U$ on the left and $V A^{-1}$ on the right; what stands between them is $C - (I + C V
        A^{-1} U) M^{-1} = C - C M M^{-1} = 0$.""")
    I = identity(n)
    note.calc(
        (A + U @ C @ V) @ (inverse(A) - inverse(A) @ U @ inverse(M) @ V @ inverse(A)),
        eq(
            I
            + U @ C @ V @ inverse(A)
            - (U + U @ C @ V @ inverse(A) @ U) @ inverse(M) @ V @ inverse(A),
            "multiply out",
        ),
        eq(
            I + U @ C @ V @ inverse(A) - U @ C @ M @ inverse(M) @ V @ inverse(A),
            r"$U + U C V A^{-1} U = U C M$",
        ),
        eq(I, "$M M^{-1} = I$", rule="a matrix times its inverse"),
    )
    note("So the candidate is the inverse:")
    note.calc(
        inverse(A + U @ C @ V),
        eq(
            inverse(A) - inverse(A) @ U @ inverse(inverse(C) + V @ inverse(A) @ U) @ V @ inverse(A),
            "the product above is the identity",
        ),
        result=True,
    )
    note("""The determinant follows in the same way. Take out the large matrix, let the two
        factors beside the identity change places, which a determinant does not notice, and take
        out the small one:""")
    note.calc(
        det(A + U @ C @ V),
        eq(det(A) * det(I + inverse(A) @ U @ C @ V), "determinant of a product"),
        eq(
            det(A) * det(identity(k) + C @ V @ inverse(A) @ U),
            "the factors beside the identity change places",
        ),
        eq(det(A) * det(C) * det(inverse(C) + V @ inverse(A) @ U), "determinant of a product"),
        result=True,
    )
    note("""For $k = 1$ nothing but a number is inverted, and the identity is known by the names
        of Sherman and Morrison.""")
    u, v = note.vector("u", n, "a vector"), note.vector("v", n, "a vector")
    note.calc(
        inverse(A + u @ v.T),
        eq(
            inverse(A) - inverse(A) @ u @ v.T @ inverse(A) / (1 + v.T @ inverse(A) @ u),
            "the identity with $U = u$, $C = 1$ and $V = v^\\top$",
        ),
        result=True,
    )
