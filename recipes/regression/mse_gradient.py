"""Gradient and Hessian of the mean squared error."""

from derive import (
    Note,
    differential,
    eq,
    ge,
    grad,
    hessian,
    jacobian,
    norm2,
    recipe,
    sum_over,
)


@recipe(
    "mse-gradient",
    title="Gradient and Hessian of the mean squared error",
    chapter="regression",
    needs=["quadratic-form-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 3.1.1; Hastie, "
    "Tibshirani and Friedman, The Elements of Statistical Learning (2009), equations (3.4) "
    "and (3.5), there without the factor 1/n",
    level=1,
)
def mse_gradient(note: Note) -> None:
    """The mean squared error of a linear model has the gradient 2/n X^T (X w - y) and the Hessian 2/n X^T X."""
    n, d = note.dims("n d")
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    v = note.vector("v", d, "a direction")

    note(r"""A linear model predicts the target of every example at once as $X w$. What it gets
        wrong are the residuals, and the mean of their squares is the loss:""")
    r = note.let("r", X @ w - y, "residuals")
    L = note.let("L", norm2(X @ w - y) / n, "mean squared error")

    note(r"""The residual is affine in $w$. A change of the weights changes it through $X$ alone;
        the targets are constants and drop out.""")
    dw = differential(w)
    note.calc(
        differential(r, w),
        eq(X @ dw, "differential of an affine map", rule="linearity of the differential"),
    )

    note(r"""The loss is $\frac{1}{n} r^\top r$. Both factors change, by equal amounts since
        $r^\top \mathrm{d}r$ is a number: that is where the factor 2 comes from. Then the change
        of the residual is inserted, and the transpose moves $X$ to the other side.""")
    note.calc(
        differential(L, w),
        eq(differential(r.T @ r, w) / n, "squared norm as an inner product"),
        eq(
            2 / n * r.T @ differential(r, w),
            "differential of a squared norm",
            rule="product rule for differentials",
        ),
        eq(
            2 / n * r.T @ X @ dw,
            r"insert $\mathrm{d}r = X\,\mathrm{d}w$",
            rule="linearity of the differential",
        ),
        eq((2 / n * X.T @ r).T @ dw, rule="transpose of a product"),
    )

    note(r"""What stands before $\mathrm{d}w$ is the gradient, transposed. Its form is worth
        remembering: the residuals, sent back through the transpose of the map that made the
        predictions.""")
    note.calc(
        grad(L, w),
        eq(2 / n * X.T @ r, "identify the gradient", rule="chain rule for a squared norm"),
        eq(2 / n * X.T @ (X @ w - y), "insert the residual"),
        result=True,
    )

    note(r"""The same in sums: with $x_i$ the $i$-th example as a column, each example pulls the
        weights in the direction of its own input, as strongly as its prediction is off. This is
        the form that stochastic gradient descent uses, one term at a time.""")
    i = note.index("i", n)
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    note.calc(
        grad(L, w),
        eq(
            1 / n * sum_over(i, grad((x[i].T @ w - y[i]) ** 2, w)),
            rule="linearity of the derivative",
        ),
        eq(2 / n * sum_over(i, (x[i].T @ w - y[i]) * x[i]), rule="power rule"),
    )

    note("Side by side, the form for a program and the form for one example at a time:")
    note.forms(
        grad(L, w),
        matrix=2 / n * X.T @ (X @ w - y),
        sum=2 / n * sum_over(i, (x[i].T @ w - y[i]) * x[i]),
    )

    note("The gradient is affine in $w$ once more, so the second derivative is a constant matrix:")
    note.calc(
        hessian(L, w),
        eq(jacobian(2 / n * X.T @ (X @ w - y), w), "the Hessian is the Jacobian of the gradient"),
        eq(2 / n * X.T @ X, rule="Jacobian of an affine map"),
        result=True,
    )

    note(r"""It does not depend on the targets, and it curves upwards or is flat in every
        direction $v$. So the loss is convex: wherever the gradient vanishes, the loss is
        smallest.""")
    note.calc(
        v.T @ hessian(L, w) @ v,
        eq(2 / n * v.T @ X.T @ X @ v, "insert the Hessian"),
        eq(2 / n * norm2(X @ v), "squared norm as an inner product", rule="definition of the norm"),
        ge(0, "a sum of squares"),
    )
