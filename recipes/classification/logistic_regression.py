"""Logistic regression: gradient and Hessian."""

from derive import (
    Note,
    diag,
    differential,
    eq,
    ge,
    grad,
    hadamard,
    hessian,
    jacobian,
    log,
    partial,
    recipe,
    sigmoid,
    sum_over,
)


@recipe(
    "logistic-regression",
    title="Logistic regression: gradient and Hessian",
    chapter="classification",
    needs=["activation-derivatives", "bernoulli-loglik-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.91) and (4.97); "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "
    "4.4.1",
    level=2,
)
def logistic_regression(note: Note) -> None:
    """The negative log-likelihood has the gradient X^T (p - y) and the Hessian X^T diag(p (1 - p)) X."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "labels, 0 or 1", "binary")
    w = note.vector("w", d, "weights")
    v = note.vector("v", d, "a direction")

    note(r"""Each example has its own coin. Its logit is linear in the features, and the sigmoid
        makes a probability of it; the loss is the negative log-likelihood of the labels.""")
    z = note.let("z", X @ w, "logits")
    p = note.let("p", sigmoid(z), "probabilities of the label 1")
    L = note.let(
        "L",
        -sum_over(i, y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i])),
        "negative log-likelihood",
    )

    note(r"""Go backwards through the three stages, from the loss to the probabilities, to the
        logits, to the weights. In the sum only one term contains $p_i$.""")
    note.calc(
        partial(L, p[i]),
        eq(-(y[i] / p[i]) + (1 - y[i]) / (1 - p[i]), "derivative of the logarithm"),
        eq((p[i] - y[i]) / (p[i] * (1 - p[i])), "common denominator"),
    )
    note(r"""The probability depends on the logit with slope $\sigma' = \sigma (1 - \sigma)$, that
        is $p_i (1 - p_i)$: exactly the denominator. This is why the sigmoid and the
        log-likelihood belong together. Far from the answer the sigmoid is flat, but the product
        stays as large as the error.""")
    note.calc(
        partial(L, z[i]),
        eq(partial(L, p[i]) * partial(p[i], z[i]), "chain rule"),
        eq((p[i] - y[i]) / (p[i] * (1 - p[i])) * (p[i] * (1 - p[i])), "derivative of the sigmoid"),
        eq(p[i] - y[i], "cancel", rule="distribute"),
    )
    note(r"""The logits are linear in the weights, $z_i = x_i^\top w$, so each example contributes
        its input, weighted by its error. The sum over the examples is a product with $X^\top$.""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    note.calc(
        grad(L, w),
        eq(sum_over(i, partial(L, z[i]) * grad(z[i], w)), "chain rule"),
        eq(sum_over(i, (p[i] - y[i]) * x[i]), r"$z_i = x_i^\top w$"),
        eq(X.T @ (p - y), "the columns of $X^\\top$ are the examples"),
        result=True,
    )
    note("For all examples at once, and one by one:")
    note.forms(
        grad(L, w),
        matrix=X.T @ (p - y),
        sum=sum_over(i, (p[i] - y[i]) * x[i]),
    )
    note(r"""It has the form of linear regression, with $p$ in place of the prediction $X w$. But
        $p$ is not linear in $w$, so that the equation $X^\top (p - y) = 0$ cannot be solved in
        closed form. For Newton's method one needs the second derivative. Each probability varies
        with its own logit alone, which makes a diagonal matrix:""")
    dw = differential(w)
    note.calc(
        differential(p, w),
        eq(
            hadamard(hadamard(p, 1 - p), differential(z, w)),
            rule="differential of an elementwise function",
        ),
        eq(
            diag(hadamard(p, 1 - p)) @ X @ dw,
            "an entrywise product is a product with a diagonal matrix",
        ),
    )
    note.calc(
        hessian(L, w),
        eq(jacobian(X.T @ (p - y), w), "the Hessian is the Jacobian of the gradient"),
        eq(X.T @ jacobian(p, w), rule="linearity of the derivative"),
        eq(X.T @ diag(hadamard(p, 1 - p)) @ X, r"insert $\mathrm{d}p$", rule="chain rule"),
        result=True,
    )
    note(r"""The weights $p_i (1 - p_i)$ are positive, so the loss is convex, and every stationary
        point is a minimum. Examples about which the model is undecided count most.""")
    note.calc(
        v.T @ hessian(L, w) @ v,
        eq((X @ v).T @ diag(hadamard(p, 1 - p)) @ (X @ v), "insert the Hessian"),
        eq(sum_over(i, p[i] * (1 - p[i]) * (x[i].T @ v) ** 2), "write out the diagonal matrix"),
        ge(0, "no term is negative"),
    )
