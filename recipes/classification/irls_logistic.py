"""Newton's method for logistic regression is reweighted least squares."""

from derive import (
    Note,
    diag,
    eq,
    grad,
    hadamard,
    hadamard_divide,
    hessian,
    inverse,
    recipe,
    sigmoid,
    softplus,
    sum_over,
)


@recipe(
    "irls-logistic",
    title="Newton's method for logistic regression is reweighted least squares",
    chapter="classification",
    needs=["logistic-regression", "newton-step", "weighted-least-squares"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.99) and (4.100); "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), equations "
    "(4.26) and (4.27)",
    level=3,
)
def irls_logistic(note: Note) -> None:
    """A Newton step on the logistic loss solves a weighted least-squares problem with a working response."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "design matrix, one example per row", "full_column_rank")
    y = note.vector("y", n, "labels, 0 or 1", "binary")
    w = note.vector("w", d, "weights before the step")

    note(r"""Logistic regression has no closed form, but Newton's method needs few steps for it. What does one
        step compute? With the probabilities $p$, and their slopes $s$ as weights,""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    L = note.let("L", sum_over(i, softplus(x[i].T @ w) - y[i] * (x[i].T @ w)), "logistic loss")
    p = note.let("p", sigmoid(X @ w), "predicted probabilities")
    s = note.let("s", hadamard(p, 1 - p), "weights of the examples")
    S = note.let("S", diag(s), "the weights on a diagonal")
    note("the gradient and the Hessian are those of logistic regression:")
    note.calc(grad(L, w), eq(X.T @ (p - y), "logistic regression"))
    note.calc(hessian(L, w), eq(X.T @ S @ X, "logistic regression"))
    note("""Insert them in the Newton step. The old weights, too, can be written with the inverse in front,
        and then everything has the same factor:""")
    z = note.let("z", X @ w - hadamard_divide(p - y, s), "working response")
    note.calc(
        w - inverse(hessian(L, w)) @ grad(L, w),
        eq(w - inverse(X.T @ S @ X) @ X.T @ (p - y), "insert both"),
        eq(
            inverse(X.T @ S @ X) @ (X.T @ S @ X @ w - X.T @ (p - y)),
            "multiply by one, and factor out",
        ),
        eq(
            inverse(X.T @ S @ X) @ X.T @ S @ (X @ w - inverse(S) @ (p - y)),
            r"factor out $X^\top S$",
        ),
        eq(inverse(X.T @ S @ X) @ X.T @ S @ z, "definition of the working response"),
        result=True,
    )
    note("""These are the weighted least-squares weights for the targets $z$. Each target is the logit plus
        the error, measured in units of the slope:""")
    note.calc(
        z[i],
        eq(x[i].T @ w + (y[i] - p[i]) / (p[i] * (1 - p[i])), "entry of the working response"),
        result=True,
    )
    v = note.vector("v", d, "weights after the step")
    J = note.let("J", (z - X @ v).T @ S @ (z - X @ v), "weighted squared error")
    note("Indeed the gradient of the weighted squared error vanishes at the new weights:")
    note.calc(
        grad(J, v),
        eq(2 * X.T @ S @ (X @ v - z), "weighted least squares"),
        eq(2 * (X.T @ S @ X @ v - X.T @ S @ z), "distribute"),
    )
    note("""Weights and targets change with every step, so one solves a sequence of such problems, reweighted
        each time.""")
