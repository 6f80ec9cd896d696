"""Generalised linear model with canonical link."""

from derive import (
    Note,
    diag,
    eq,
    exp,
    grad,
    hadamard,
    hessian,
    ones,
    partial,
    recipe,
    sigmoid,
    softplus,
    sum_over,
)


@recipe(
    "glm-canonical-link",
    title="Generalised linear model with canonical link",
    chapter="likelihood",
    needs=["exp-family-moments", "logistic-regression"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.6 and equation (4.124)",
    level=3,
)
def glm_canonical_link(note: Note) -> None:
    """Linear, logistic and Poisson regression share one gradient, X^T (y - mu), and one form of the Hessian."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    X = note.matrix("X", n, d, "design matrix, one example per row")
    y = note.vector("y", n, "targets")
    w = note.vector("w", d, "weights")
    A = note.function("A", "log-partition function")

    note(r"""Linear and logistic regression have gradients of the same form. The reason is that both make the
        natural parameter of an exponential family linear in the features, $\eta_i = x_i^\top w$. Up to terms
        without the weights, the log-likelihood is""")
    x = note.rows("x", X, "the examples: rows of $X$ as columns")
    eta = note.let(r"\eta", X @ w, "natural parameters")
    ell = note.let(r"\ell", sum_over(i, y[i] * eta[i] - A(eta[i])), "log-likelihood")
    mu = note.let(r"\mu", A(eta, order=1), "means: the derivative of the log-partition function")
    note("In one natural parameter its slope is the target minus the mean:")
    note.calc(
        partial(ell, eta[i]),
        eq(y[i] - A(eta[i], order=1), "derivative of the log-partition function"),
        eq(y[i] - mu[i], r"$A'(\eta_i)$ is the mean"),
    )
    note("The natural parameters are linear in the weights, so each example contributes its input:")
    note.calc(
        grad(ell, w),
        eq(sum_over(i, (y[i] - mu[i]) * x[i]), "chain rule"),
        eq(X.T @ (y - mu), r"the columns of $X^\top$ are the examples"),
        result=True,
    )
    note(r"""For the second derivative only the means vary, each with the slope $A''(\eta_i)$, which is the
        variance of its target. The targets themselves have dropped out:""")
    note.calc(
        hessian(ell, w),
        eq(-sum_over(i, A(eta[i], order=2) * x[i] @ x[i].T), "chain rule"),
        eq(-X.T @ diag(A(eta, order=2)) @ X, "weights on a diagonal"),
        result=True,
    )
    note("""Variances are positive, so the log-likelihood is concave for every member of the family. Three of
        them: with half the square as log-partition function this is linear regression,""")
    z = note.scalar("z", "a natural parameter")
    note.calc(
        grad(sum_over(i, y[i] * eta[i] - eta[i] ** 2 / 2), w),
        eq(X.T @ (y - X @ w), r"$A'(\eta) = \eta$"),
    )
    note("with the softplus it is logistic regression,")
    note.calc(partial(softplus(z), z), eq(sigmoid(z), "mean of a coin"))
    note.calc(
        hessian(sum_over(i, y[i] * eta[i] - softplus(eta[i])), w),
        eq(
            -X.T @ diag(hadamard(sigmoid(eta), ones(n) - sigmoid(eta))) @ X,
            r"$A'' = \sigma (1 - \sigma)$",
        ),
    )
    note("and with the exponential function it is Poisson regression, for targets that are counts:")
    note.calc(
        grad(sum_over(i, y[i] * eta[i] - exp(eta[i])), w),
        eq(X.T @ (y - exp(X @ w)), r"$A'(\eta) = e^\eta$"),
    )
