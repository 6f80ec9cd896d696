"""Convexity from a positive semidefinite Hessian."""

from derive import (
    Note,
    eq,
    ge,
    hessian,
    le,
    logsumexp,
    recipe,
    sigmoid,
    softmax,
    softplus,
    sum_over,
    variance,
)


@recipe(
    "convexity-psd-hessian",
    title="Convexity from a positive semidefinite Hessian",
    chapter="optimisation",
    needs=["softmax-jacobian"],
    source="Boyd and Vandenberghe, Convex Optimization (2004), sections 3.1.4 and 3.1.5; Deisenroth, "
    "Faisal and Ong, Mathematics for Machine Learning (2020), section 7.3",
    level=2,
)
def convexity_psd_hessian(note: Note) -> None:
    """The logistic loss and log-sum-exp are convex: their second derivatives are sums of squares and a variance."""
    n, d, K = note.dims("n d K")
    i, k = note.index("i", n), note.index("k", K)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "labels, 0 or 1", "binary")
    w = note.vector("w", d, "weights")
    v = note.vector("v", d, "a direction")

    note(r"""A function that curves upwards in every direction is convex, and has no local minimum that is
        not global. The curvature in a direction $v$ is the quadratic form of the Hessian.
        So one looks for a way to write it as a sum of squares. First the loss of logistic regression:""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    L = note.let("L", sum_over(i, softplus(x[i].T @ w) - y[i] * (x[i].T @ w)), "logistic loss")
    s = note.let("s", sigmoid(X @ w), "predicted probabilities")
    note.calc(
        v.T @ hessian(L, w) @ v,
        eq(
            v.T @ sum_over(i, s[i] * (1 - s[i]) * x[i] @ x[i].T) @ v,
            "derivative of the sigmoid",
        ),
        eq(sum_over(i, s[i] * (1 - s[i]) * (x[i].T @ v) ** 2), "each term is a square"),
        ge(0, "probabilities lie between 0 and 1"),
        result=True,
    )
    note("""It does not depend on the labels, which enter the loss through a linear term. For log-sum-exp
        the Hessian is the Jacobian of the softmax, and its form is a variance:""")
    z = note.vector("z", K, "logits")
    u = note.vector("u", K, "a direction in the logits")
    p = note.let("p", softmax(z), "probabilities")
    c = note.random(
        "c", (), "finite", u, p, meaning="an entry of $u$, drawn with probabilities $p$"
    )
    note.calc(
        u.T @ hessian(logsumexp(z), z) @ u,
        eq(sum_over(k, p[k] * u[k] ** 2) - (p.T @ u) ** 2, "Jacobian of the softmax"),
        eq(sum_over(k, p[k] * (u[k] - p.T @ u) ** 2), "expand the square"),
        eq(variance(c, c), "definition of the variance"),
        ge(0, "a mean of squares"),
        result=True,
    )
    note("""It vanishes for equal entries, since adding a number to all logits adds it to log-sum-exp. By
        the second-order condition both functions are convex: a chord lies above the graph.""")
    t = note.scalar("t", "position on the chord", "probability")
    a = note.vector("a", K, "logits at the other end")
    note.calc(
        logsumexp(t * z + (1 - t) * a),
        le(t * logsumexp(z) + (1 - t) * logsumexp(a), "convexity"),
        result=True,
    )
