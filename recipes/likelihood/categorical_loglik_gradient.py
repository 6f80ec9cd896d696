"""Categorical log-likelihood: gradient in the logits and the estimate."""

from derive import (
    Note,
    diag,
    eq,
    equals,
    grad,
    hessian,
    jacobian,
    log,
    logsumexp,
    partial,
    product_over,
    recipe,
    softmax,
    sum_over,
    zeros,
)


@recipe(
    "categorical-loglik-gradient",
    title="Categorical log-likelihood: gradient in the logits and the estimate",
    chapter="likelihood",
    needs=["softmax-jacobian", "bernoulli-loglik-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (2.31) to (2.33)",
    level=2,
)
def categorical_loglik_gradient(note: Note) -> None:
    """Counts of K classes: gradient c - N p and Hessian in the logits, and the estimate c / N of the probabilities."""
    (K,) = note.dims("K")
    k = note.index("k", K)
    c = note.vector("c", K, "how often each class was seen", "natural")
    z = note.vector("z", K, "logits")
    pi_ = note.vector(r"\pi", K, "probabilities of the classes", "positive")
    nu = note.scalar(r"\nu", r"multiplier of the constraint $\sum_k \pi_k = 1$")

    note(r"""A die with $K$ faces is thrown $N$ times; face $k$ comes up $c_k$ times. Each throw
        multiplies the likelihood by the probability of its face, so face $k$ contributes
        $\pi_k^{c_k}$, and its logarithm $c_k \log \pi_k$.""")
    N = note.let("N", sum_over(k, c[k]), "number of observations")
    note.calc(
        log(product_over(k, pi_[k] ** c[k])),
        eq(sum_over(k, log(pi_[k] ** c[k])), rule="logarithm of a product"),
        eq(sum_over(k, c[k] * log(pi_[k])), rule="logarithm of a power"),
    )

    note(r"""First let the probabilities come from logits, as in a classifier. The logarithm
        undoes the exponential of the softmax: $\log p_k = z_k - \operatorname{logsumexp}(z)$.
        Then the data enter through a linear term alone, and everything that is not linear has to
        do with normalising.""")
    p = note.let("p", softmax(z), "probabilities given by the logits")
    ell = note.let(r"\ell", sum_over(k, c[k] * log(p[k])), "log-likelihood of the logits")
    note.calc(
        ell,
        eq(sum_over(k, c[k] * (z[k] - logsumexp(z))), "logarithm of the softmax"),
        eq(sum_over(k, c[k] * z[k]) - sum_over(k, c[k]) * logsumexp(z), "distribute"),
        eq(c.T @ z - N * logsumexp(z), "inner product"),
    )
    note("""The gradient of log-sum-exp is the softmax. So the gradient compares observed with
        expected counts:""")
    note.calc(
        grad(ell, z),
        eq(grad(c.T @ z, z) - N * grad(logsumexp(z), z), rule="linearity of the derivative"),
        eq(c - N * p, rule="gradient of the log-sum-exp"),
        result=True,
    )
    note("The counts are constants, so the second derivative is that of log-sum-exp:")
    note.calc(
        hessian(ell, z),
        eq(jacobian(c - N * p, z), "the Hessian is the Jacobian of the gradient"),
        eq(-N * jacobian(p, z), rule="linearity of the derivative"),
        eq(-N * (diag(p) - p @ p.T), rule="Jacobian of the softmax"),
        result=True,
    )

    note(r"""Now estimate the probabilities themselves. They cannot vary freely, since they sum to
        one. A multiplier $\nu$ puts a price on leaving the constraint:""")
    Lag = note.let(
        r"\Lambda",
        sum_over(k, c[k] * log(pi_[k])) - nu * (sum_over(k, pi_[k]) - 1),
        "Lagrangian",
    )
    note.calc(
        partial(Lag, pi_[k]),
        eq(c[k] / pi_[k] - nu, "derivative of the logarithm"),
    )
    note(r"""At a stationary point this is zero for every class: $c_k = \nu \pi_k$. Summing over
        the classes and using the constraint tells what the multiplier is,""")
    with note.suppose(equals(grad(Lag, pi_), zeros(K)), equals(partial(Lag, nu), 0)):
        note.calc(
            N,
            eq(sum_over(k, c[k]), "definition of $N$"),
            eq(sum_over(k, nu * pi_[k]), r"stationarity: $c_k = \nu \pi_k$"),
            eq(nu * sum_over(k, pi_[k]), r"factor out $\nu$", rule="constant factor out of a sum"),
            eq(nu, "the probabilities sum to one"),
        )
        note("and with it the estimate, the observed fraction of each class:")
        note.calc(
            pi_,
            eq(1 / nu * c, "stationarity"),
            eq(1 / N * c, r"$\nu = N$"),
        )
    q = note.vector("q", K, "any probabilities", "simplex")
    pi_hat = note.maximiser(
        r"\hat{\pi}", sum_over(k, c[k] * log(q[k])), q, "maximum-likelihood estimate"
    )
    note("""The log-likelihood is concave, so this stationary point is the maximum over all
        probabilities:""")
    note.calc(pi_hat[k], eq(c[k] / N, "the stationary point above"), result=True)
