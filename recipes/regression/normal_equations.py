"""Normal equations."""

from derive import Note, eq, ge, grad, gt, hessian, inverse, norm2, recipe


@recipe(
    "normal-equations",
    title="Normal equations",
    chapter="regression",
    needs=["mse-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (3.15); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), equation (3.6); "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 9.2",
    level=2,
)
def normal_equations(note: Note) -> None:
    """The least-squares weights solve X^T X w = X^T y; for full column rank they are (X^T X)^-1 X^T y."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row", "full_column_rank")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    v = note.vector("v", d, "a direction other than zero", "nonzero")

    note(r"""No weights solve $X w = y$ when there are more examples than features. Least squares
        asks for the next best: weights whose predictions are as near to the targets as possible.
        The factor $\frac{1}{n}$ of the mean does not move the minimum, so it is left out.""")
    L = note.let("L", norm2(X @ w - y))
    w_hat = note.minimiser(r"\hat{w}", L, w, "least-squares weights: the minimiser of $L$")

    note("The gradient is that of the mean squared error, times $n$:")
    note.calc(grad(L, w), eq(2 * X.T @ (X @ w - y), rule="gradient of a squared norm"))

    note(r"""A minimum in the interior has gradient zero. Geometrically, the residual of the best
        fit is orthogonal to every column of $X$; this is where the equations have their name
        from, for *normal* means perpendicular.""")
    note.calc(X.T @ (X @ w_hat - y), eq(0, "the gradient vanishes at the minimum"))
    note.calc(
        X.T @ X @ w_hat,
        eq(X.T @ (X @ w_hat - y) + X.T @ y, r"add and subtract $X^\top y$", rule="distribute"),
        eq(X.T @ y, r"$X^\top (X \hat{w} - y) = 0$"),
        result=True,
        name="normal equations",
    )

    note(r"""These are $d$ linear equations for $d$ unknowns. They have one solution when $X^\top
        X$ is invertible, and full column rank is just what is needed: for a direction $v \neq 0$
        the vector $X v$ is not zero, so""")
    note.calc(
        v.T @ X.T @ X @ v,
        eq((X @ v).T @ (X @ v), rule="transpose of a product"),
        eq(norm2(X @ v), "squared norm as an inner product", rule="definition of the norm"),
        gt(0, "$X$ has full column rank and $v \\neq 0$"),
    )
    note(r"A positive definite matrix is invertible, and we may solve:")
    note.calc(
        w_hat,
        eq(inverse(X.T @ X) @ X.T @ X @ w_hat, r"multiply by one, $(X^\top X)^{-1} X^\top X = I$"),
        eq(inverse(X.T @ X) @ X.T @ y, "normal equations"),
        result=True,
    )

    note(r"""Is it a minimum, and not only a point where the gradient vanishes? The Hessian is
        positive definite by the same argument,""")
    note.calc(
        v.T @ hessian(L, w) @ v,
        eq(2 * v.T @ X.T @ X @ v, r"$\nabla^2 L = 2 X^\top X$"),
        gt(0, "as above"),
    )
    note(r"""and one can even say by how much any other weights are worse. Split the residual into
        a part that $\hat{w}$ could still remove and the part that it could not; the mixed term
        vanishes by the normal equations.""")
    note.calc(
        norm2(X @ w - y),
        eq(
            norm2(X @ (w - w_hat) + (X @ w_hat - y)),
            r"add and subtract $X \hat{w}$",
            rule="distribute",
        ),
        eq(
            norm2(X @ (w - w_hat))
            + 2 * (w - w_hat).T @ X.T @ (X @ w_hat - y)
            + norm2(X @ w_hat - y),
            "expand the square",
            rule="expand the square",
        ),
        eq(norm2(X @ (w - w_hat)) + norm2(X @ w_hat - y), "normal equations"),
        ge(norm2(X @ w_hat - y), r"$\lVert X (w - \hat{w}) \rVert^2 \ge 0$"),
    )
