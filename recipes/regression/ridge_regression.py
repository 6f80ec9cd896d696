"""Ridge regression."""

from derive import Note, eq, grad, gt, hessian, identity, inverse, jacobian, norm2, recipe


@recipe(
    "ridge-regression",
    title="Ridge regression",
    chapter="regression",
    needs=["normal-equations"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (3.28); Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), equation (3.44); "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 9.2.4",
    level=2,
)
def ridge_regression(note: Note) -> None:
    """Least squares with a penalty on the squared norm of the weights has one solution, whatever the rank of X."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row, of any rank")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")
    v = note.vector("v", d, "a direction other than zero", "nonzero")

    note(r"""With fewer examples than features, or with columns that are nearly dependent, $X^\top
        X$ cannot be inverted or its inverse is huge, and the least-squares weights follow the
        noise. Ridge regression pays for large weights:""")
    J = note.let("J", norm2(X @ w - y) + lam * norm2(w))
    w_hat = note.minimiser(r"\hat{w}", J, w, "ridge weights: the minimiser of $J$")

    note(
        "The derivative of a sum is the sum of the derivatives. The penalty adds a pull towards zero:"
    )
    note.calc(
        grad(J, w),
        eq(grad(norm2(X @ w - y), w) + lam * grad(norm2(w), w), rule="linearity of the derivative"),
        eq(2 * X.T @ (X @ w - y) + 2 * lam * w, rule="gradient of a squared norm"),
        result=True,
    )
    note("To solve for the weights later, collect them now:")
    note.calc(
        2 * X.T @ (X @ w - y) + 2 * lam * w,
        eq(
            2 * X.T @ X @ w - 2 * X.T @ y + 2 * lam * w,
            r"distribute $X^\top$",
            rule="collect terms",
        ),
        eq(
            2 * (X.T @ X + lam * identity(d)) @ w - 2 * X.T @ y,
            r"$\lambda w = \lambda I w$",
            rule="distribute",
        ),
    )
    note("The second derivative is the matrix in front of $w$.")
    note.calc(
        hessian(J, w),
        eq(
            jacobian(2 * (X.T @ X + lam * identity(d)) @ w - 2 * X.T @ y, w),
            "the Hessian is the Jacobian of the gradient",
        ),
        eq(2 * (X.T @ X + lam * identity(d)), rule="Jacobian of an affine map"),
        result=True,
    )

    note(r"""This is the point of ridge regression: adding $\lambda$ to the diagonal makes the
        matrix positive definite for *every* $X$, since a direction that $X$ sends to zero still
        pays the penalty.""")
    note.calc(
        v.T @ (X.T @ X + lam * identity(d)) @ v,
        eq(v.T @ X.T @ X @ v + lam * v.T @ v, "distribute", rule="distribute"),
        eq(
            norm2(X @ v) + lam * norm2(v),
            "squared norm as an inner product",
            rule="definition of the norm",
        ),
        gt(0, r"$\lambda > 0$ and $v \neq 0$"),
    )

    note("So there is one minimum, where the gradient vanishes:")
    note.calc(
        (X.T @ X + lam * identity(d)) @ w_hat,
        eq(X.T @ y, r"$\nabla J(\hat{w}) = 0$"),
    )
    note.calc(
        w_hat,
        eq(
            inverse(X.T @ X + lam * identity(d)) @ (X.T @ X + lam * identity(d)) @ w_hat,
            "multiply by one",
            rule="a matrix times its inverse",
        ),
        eq(inverse(X.T @ X + lam * identity(d)) @ X.T @ y, "insert the equation before"),
        result=True,
    )

    note(r"""Beware of the scale. Many libraries take the mean of the squared errors, not their
        sum. Multiplying that loss by $n$ does not move its minimum, and shows what the penalty
        then means: $n \lambda$ takes the place of $\lambda$.""")
    M = note.let("M", norm2(X @ w - y) / n + lam * norm2(w))
    w_mean = note.minimiser(r"\hat{w}_M", M, w, "the minimiser of the mean loss $M$")
    note.calc(
        n * M,
        eq(norm2(X @ w - y) + n * lam * norm2(w), "distribute $n$"),
    )
    note.calc(
        w_mean,
        eq(
            inverse(X.T @ X + n * lam * identity(d)) @ X.T @ y,
            r"the result above with $n \lambda$ for $\lambda$",
        ),
    )
