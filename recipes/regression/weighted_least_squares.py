"""Weighted least squares."""

from derive import Note, diag, eq, grad, inverse, recipe, sum_over


@recipe(
    "weighted-least-squares",
    title="Weighted least squares",
    chapter="regression",
    needs=["normal-equations"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), exercise 3.3; Petersen and "
    "Pedersen, The Matrix Cookbook (2012), equation (84)",
    level=2,
)
def weighted_least_squares(note: Note) -> None:
    """Least squares where some examples count more than others: X^T S X w = X^T S y."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "design matrix, one example per row", "full_column_rank")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "coefficients")
    s = note.vector("s", n, "weights of the examples", "positive")

    note(r"""Not every measurement is equally good. If the noise of example $i$ has variance $1 /
        s_i$, the likelihood weights its squared error by $s_i$; the same weights arise inside
        Newton's method for logistic regression. A diagonal matrix carries them into matrix form:""")
    S = note.let("S", diag(s), "diagonal matrix of the weights")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    J = note.let("J", sum_over(i, s[i] * (x[i].T @ w - y[i]) ** 2), "weighted squared error")
    note.calc(
        J,
        eq((X @ w - y).T @ S @ (X @ w - y), "a diagonal matrix weights each entry"),
    )
    note("""This is a quadratic form in the residual with a symmetric matrix. The chain rule sends
        its gradient back through $X$:""")
    note.calc(
        grad(J, w),
        eq(grad((X @ w - y).T @ S @ (X @ w - y), w), "matrix form"),
        eq(2 * X.T @ S @ (X @ w - y), "chain rule for a quadratic form"),
        result=True,
    )
    note(r"""At the minimum it is zero. Positive weights and full column rank make $X^\top S X$
        positive definite, so there is one solution.""")
    w_hat = note.minimiser(r"\hat{w}", J, w, "the minimiser of $J$")
    note.calc(X.T @ S @ X @ w_hat, eq(X.T @ S @ y, r"$\nabla_w J = 0$ at $\hat{w}$"))
    note.calc(
        w_hat,
        eq(inverse(X.T @ S @ X) @ (X.T @ S @ X) @ w_hat, rule="a matrix times its inverse"),
        eq(inverse(X.T @ S @ X) @ X.T @ S @ y, "insert the equation before"),
        result=True,
    )
