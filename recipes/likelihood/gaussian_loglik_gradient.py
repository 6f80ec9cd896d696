"""Gaussian log-likelihood: gradients and maximum-likelihood estimates."""

from fractions import Fraction

from derive import (
    Note,
    det,
    differential,
    eq,
    exp,
    grad,
    inverse,
    log,
    pi,
    product_over,
    recipe,
    sum_over,
    trace,
    zeros,
)

HALF = Fraction(1, 2)


@recipe(
    "gaussian-loglik-gradient",
    title="Gaussian log-likelihood: gradients and maximum-likelihood estimates",
    chapter="likelihood",
    needs=["quadratic-form-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (2.118) to (2.122); "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 11.2, in "
    "weighted form",
    level=3,
)
def gaussian_loglik_gradient(note: Note) -> None:
    """The gradients of a Gaussian log-likelihood in mean and covariance; the estimates are those of the sample."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    x = note.family("x", n, d, meaning="observations")
    mu = note.vector(r"\mu", d, "mean")
    Sigma = note.matrix(r"\Sigma", d, d, "covariance", "pd")

    note(r"""Observations $x_1, \dots, x_n$ are drawn independently from a Gaussian in $d$
        dimensions. Which mean and covariance make them most probable? The log-likelihood is the
        logarithm of a product of $n$ densities:""")
    ell = note.define(
        r"\ell",
        (mu, Sigma),
        log(
            product_over(
                i,
                (2 * pi) ** (-d / 2)
                * det(Sigma) ** (-HALF)
                * exp(-HALF * ((x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu))),
            )
        ),
    )
    note("""The logarithm takes the product apart. The first two factors are the same for every
        observation.""")
    note.calc(
        ell(mu, Sigma),
        eq(
            sum_over(
                i,
                -d / 2 * log(2 * pi)
                - HALF * log(det(Sigma))
                - HALF * ((x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu)),
            ),
            "logarithm of a product",
        ),
        eq(
            -(n * d) / 2 * log(2 * pi)
            - n / 2 * log(det(Sigma))
            - HALF * sum_over(i, (x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu)),
            "sum over the observations",
        ),
        result=True,
    )

    note(r"""**The mean.** It occurs only in the quadratic forms, and $\Sigma^{-1}$ is symmetric:
        each form has the gradient $-2 \Sigma^{-1} (x_i - \mu)$ in $\mu$.""")
    note.calc(
        grad(ell(mu, Sigma), mu),
        eq(
            -HALF * sum_over(i, grad((x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu), mu)),
            rule="linearity of the derivative",
        ),
        eq(
            sum_over(i, inverse(Sigma) @ (x[i] - mu)),
            "gradient of a quadratic form",
            rule="product rule",
        ),
        eq(
            inverse(Sigma) @ sum_over(i, x[i] - mu),
            r"factor out $\Sigma^{-1}$",
            rule="constant factor out of a sum",
        ),
        result=True,
    )
    note(r"""Set it to zero. An invertible matrix in front changes nothing, so the deviations must
        sum to zero, whatever the covariance: the estimate is the mean of the sample.""")
    mu_hat = note.maximiser(
        r"\hat{\mu}", ell(mu, Sigma), mu, "maximum-likelihood estimate of the mean"
    )
    note.calc(
        sum_over(i, x[i] - mu_hat),
        eq(
            Sigma @ inverse(Sigma) @ sum_over(i, x[i] - mu_hat),
            r"multiply by one, $\Sigma \Sigma^{-1} = I$",
            rule="a matrix times its inverse",
        ),
        eq(zeros(d), "the gradient vanishes at the estimate"),
    )
    x_bar = note.let(r"\bar{x}", 1 / n * sum_over(i, x[i]), "mean of the sample")
    note.calc(
        mu_hat,
        eq(
            x_bar - sum_over(i, x[i] - mu_hat) / n,
            r"$\sum_i (x_i - \hat{\mu}) = n \bar{x} - n \hat{\mu}$",
        ),
        eq(x_bar, "the sum vanishes"),
        result=True,
    )

    note(r"""**The covariance.** It stands between two vectors in every form, where it is hard to
        differentiate. The trace trick frees it: a number is its own trace, and under a trace
        factors may be moved round in a circle. All observations then enter through one matrix,""")
    S = note.let("S", sum_over(i, (x[i] - mu) @ (x[i] - mu).T), r"scatter matrix about $\mu$")
    note.calc(
        sum_over(i, (x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu)),
        eq(sum_over(i, trace((x[i] - mu).T @ inverse(Sigma) @ (x[i] - mu))), "trace of a scalar"),
        eq(
            sum_over(i, trace(inverse(Sigma) @ (x[i] - mu) @ (x[i] - mu).T)),
            rule="cyclic property of the trace",
        ),
        eq(trace(inverse(Sigma) @ S), "linearity of the trace"),
    )
    note(r"""Two differentials are needed: $\mathrm{d} \log |\Sigma| =
        \operatorname{tr}(\Sigma^{-1} \mathrm{d}\Sigma)$ and $\mathrm{d} \Sigma^{-1} =
        -\Sigma^{-1} \, \mathrm{d}\Sigma \, \Sigma^{-1}$. The second is the matrix form of $(1/s)'
        = -1/s^2$. All entries of $\mathrm{d}\Sigma$ count as independent.""")
    dSigma = differential(Sigma)
    note.calc(
        differential(ell(mu, Sigma), Sigma),
        eq(
            -n / 2 * differential(log(det(Sigma)), Sigma)
            - HALF * differential(trace(inverse(Sigma) @ S), Sigma),
            "linearity of the differential",
        ),
        eq(
            -n / 2 * trace(inverse(Sigma) @ dSigma)
            + HALF * trace(inverse(Sigma) @ dSigma @ inverse(Sigma) @ S),
            "differentials of the log-determinant and of the inverse",
            rule="linearity of the differential",
        ),
        eq(
            trace((-n / 2 * inverse(Sigma) + HALF * inverse(Sigma) @ S @ inverse(Sigma)) @ dSigma),
            "cyclic property of the trace",
        ),
    )
    note(r"The matrix in front of $\mathrm{d}\Sigma$ is symmetric, and so equal to the gradient:")
    note.calc(
        grad(ell(mu, Sigma), Sigma),
        eq(
            -n / 2 * inverse(Sigma) + HALF * inverse(Sigma) @ S @ inverse(Sigma),
            "identify the gradient",
        ),
        result=True,
    )
    note(r"""At the best mean the scatter is $T = \sum_i (x_i - \bar{x}) (x_i - \bar{x})^\top$,
        and of $\ell$ only $-\frac{n}{2} \log |\Sigma| - \frac{1}{2} \operatorname{tr}(\Sigma^{-1}
        T)$ depends on $\Sigma$. A Gaussian can be fitted if that matrix is invertible, for which
        there must be more observations than dimensions.""")
    with note.suppose(n > d):
        T = note.let("T", sum_over(i, (x[i] - x_bar) @ (x[i] - x_bar).T), "scatter about the mean")
        Sigma_hat = note.maximiser(
            r"\hat{\Sigma}",
            -n / 2 * log(det(Sigma)) - HALF * trace(inverse(Sigma) @ T),
            Sigma,
            r"maximum-likelihood estimate of the covariance: the maximiser of $\ell(\bar{x}, \Sigma)$",
        )
        note("Set the gradient to zero and multiply by the estimate from both sides:")
        note.calc(
            n * Sigma_hat,
            eq(
                Sigma_hat @ (inverse(Sigma_hat) @ T @ inverse(Sigma_hat)) @ Sigma_hat,
                r"$n \hat{\Sigma}^{-1} = \hat{\Sigma}^{-1} T \hat{\Sigma}^{-1}$",
            ),
            eq(T, "cancel the inverses"),
        )
        note.calc(
            Sigma_hat,
            eq(1 / n * T, "divide by $n$"),
            eq(1 / n * sum_over(i, (x[i] - x_bar) @ (x[i] - x_bar).T), "definition of $T$"),
            result=True,
        )
    note(r"""The estimate divides by $n$, not by $n - 1$: the maximum of the likelihood takes no
        account of the fact that the mean was estimated from the same data.""")
