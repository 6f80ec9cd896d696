"""Whitening transforms."""

from derive import (
    Note,
    diag,
    eq,
    expectation,
    hadamard_divide,
    identity,
    recipe,
    sqrt,
    variance,
)


@recipe(
    "whitening",
    title="Whitening transforms",
    chapter="dimensionality reduction",
    needs=["pca-max-variance"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (12.24)",
    level=2,
)
def whitening(note: Note) -> None:
    """Rotate to the principal axes and divide by the standard deviations: the covariance becomes the identity."""
    (d,) = note.dims("d")
    Q = note.matrix("Q", d, d, "eigenvectors of the covariance", "orthogonal")
    lam = note.vector(r"\lambda", d, "eigenvalues of the covariance", "positive")
    R = note.matrix("R", d, d, "any rotation", "orthogonal")

    note("""Features on different scales, or features that say the same twice, make learning slow. Whitening
        replaces them by features that are uncorrelated and have variance one. Let the data have the
        covariance""")
    S = note.let("S", Q @ diag(lam) @ Q.T, "covariance of the data")
    x = note.random("x", (d,), "normal", 0 * lam, S, meaning="an example, with mean zero")
    A = note.matrix("A", d, d, "any linear map")
    note("A linear map of the data has the covariance")
    note.calc(
        variance(A @ x, x),
        eq(A @ expectation(x @ x.T, x) @ A.T, "the data are centred"),
        eq(A @ S @ A.T, "definition of the covariance"),
        result=True,
    )
    note(r"""So one looks for a matrix $W$ with $W S W^\top = I$. Turn to the axes of the eigenvectors, where the
        covariance is diagonal, and divide each coordinate by its standard deviation:""")
    root = note.let("D", diag(hadamard_divide(1, sqrt(lam))), "one over the standard deviations")
    P = note.let(r"W_{\mathrm{PCA}}", root @ Q.T, "whitening along the principal axes")
    note.calc(
        P @ S @ P.T,
        eq(root @ Q.T @ (Q @ diag(lam) @ Q.T) @ Q @ root, "insert"),
        eq(root @ diag(lam) @ root, r"$Q^\top Q = I$"),
        eq(identity(d), r"$\lambda_i / (\sqrt{\lambda_i})^2 = 1$"),
        result=True,
    )
    note("It is not the only one. White data stay white when they are rotated:")
    note.calc(
        (R @ P) @ S @ (R @ P).T,
        eq(R @ (P @ S @ P.T) @ R.T, "transpose of a product"),
        eq(identity(d), r"$R R^\top = I$"),
        result=True,
    )
    note("""One of them is symmetric: turn back to the old axes. It changes the data as little as possible, and
        for images the result still looks like an image.""")
    Z = note.let(r"W_{\mathrm{ZCA}}", Q @ root @ Q.T, "the symmetric whitening")
    note.calc(Z, eq(Q @ P, "the rotation back"))
    note.calc(Z.T, eq(Z, "a diagonal matrix is its own transpose"))
    note.calc(
        Z @ S @ Z.T,
        eq(Q @ root @ diag(lam) @ root @ Q.T, r"$Q^\top Q = I$"),
        eq(identity(d), r"$Q Q^\top = I$"),
        result=True,
    )
    note("""Directions in which the data hardly vary are blown up, and noise with them. In practice a small
        number is added to the eigenvalues.""")
