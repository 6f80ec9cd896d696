"""EM for a Gaussian mixture."""

from fractions import Fraction

from derive import (
    Note,
    det,
    eq,
    exp,
    ge,
    grad,
    inverse,
    log,
    pi,
    recipe,
    sum_over,
    trace,
)

HALF = Fraction(1, 2)


@recipe(
    "em-gmm",
    title="EM for a Gaussian mixture",
    chapter="latent variables",
    needs=["gaussian-loglik-gradient", "categorical-loglik-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (9.23) to (9.26); "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "
    "8.5; Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 11.2",
    level=4,
)
def em_gmm(note: Note) -> None:
    """Responsibilities, and the means, covariances and weights that they give; the likelihood never decreases."""
    n, d, K = note.dims("n d K")
    i = note.index("i", n)
    j, k = note.index("j", K), note.index("k", K)
    x = note.family("x", n, d, meaning="observations")
    w = note.vector(r"\pi", K, "weights of the components", "simplex")
    mu = note.family(r"\mu", K, d, meaning="means of the components")
    Sigma = note.family(r"\Sigma", K, d, d, meaning="covariances of the components", facts=("pd",))
    t, m = note.vector("t", d, "a point"), note.vector("m", d, "mean of any Gaussian")
    C = note.matrix("C", d, d, "covariance of any Gaussian", "pd")

    note(r"""A mixture first draws a component $k$ with probability $\pi_k$, then an observation
        from its Gaussian. Which component it was is not recorded.""")
    N = note.define(
        r"\mathcal{N}",
        (t, m, C),
        (2 * pi) ** (-d / 2) * det(C) ** (-HALF) * exp(-HALF * ((t - m).T @ inverse(C) @ (t - m))),
    )
    p = note.define("p", t, sum_over(j, w[j] * N(t, mu[j], Sigma[j])))
    ell = note.let(r"\ell", sum_over(i, log(p(x[i]))), "log-likelihood")
    note(r"""The logarithm stops at the sum over the components and cannot reach the exponentials;
        there is no closed form for the maximum. But differentiate by a mean: the derivative of
        the logarithm puts $p(x_i)$ into the denominator, and a posterior probability appears. It
        is called the responsibility of component $k$ for example $i$:""")
    Gamma = note.array(
        r"\gamma",
        (i, k),
        w[k] * N(x[i], mu[k], Sigma[k]) / p(x[i]),
        "responsibilities: posterior probabilities of the components",
    )
    gamma = Gamma[i, k]
    note.calc(
        sum_over(k, gamma),
        eq(
            sum_over(k, w[k] * N(x[i], mu[k], Sigma[k])) / p(x[i]),
            "a common denominator",
        ),
        eq(1, "the mixture is the sum of its parts"),
    )
    note.calc(
        grad(ell, mu[k]),
        eq(
            sum_over(i, w[k] / p(x[i]) * grad(N(x[i], mu[k], Sigma[k]), mu[k])),
            "derivative of the logarithm",
        ),
        eq(
            sum_over(i, gamma * (inverse(Sigma[k]) @ (x[i] - mu[k]))),
            "derivative of the exponential",
        ),
        eq(
            inverse(Sigma[k]) @ sum_over(i, gamma * (x[i] - mu[k])),
            "factor out the inverse",
            rule="constant factor out of a sum",
        ),
        result=True,
    )
    note("""The gradient is that of one Gaussian, with each observation weighted by its
        responsibility. So it is for the covariance,""")
    note.calc(
        grad(ell, Sigma[k]),
        eq(
            HALF
            * sum_over(
                i,
                gamma
                * (
                    inverse(Sigma[k]) @ (x[i] - mu[k]) @ (x[i] - mu[k]).T @ inverse(Sigma[k])
                    - inverse(Sigma[k])
                ),
            ),
            "as for one Gaussian, weighted",
        ),
        result=True,
    )
    note(r"""Set to zero, these are no solution yet, since the responsibilities contain the
        parameters. EM alternates: compute the responsibilities, hold them fixed, and solve. With
        fixed weights $g_i = \gamma_{ik}$ a component maximises a weighted log-likelihood,""")
    g = note.vector("g", n, "responsibilities of one component, held fixed", "positive")
    M = note.let("M", sum_over(i, g[i]), "effective number of observations of the component")
    form = (x[i] - m).T @ inverse(C) @ (x[i] - m)
    q = note.let(
        "q",
        -HALF * sum_over(i, g[i] * form) - HALF * M * log(det(C)),
        "weighted log-likelihood of one component, up to a constant",
    )
    m_hat = note.maximiser(r"\hat{m}", q, m, "the best mean")
    note.calc(
        sum_over(i, g[i] * (x[i] - m_hat)),
        eq(0, "the gradient in the mean vanishes"),
    )
    mean = note.let(r"\bar{x}", 1 / M * sum_over(i, g[i] * x[i]), "weighted mean")
    note.calc(
        m_hat,
        eq(mean - 1 / M * sum_over(i, g[i] * (x[i] - m_hat)), "definition of the mean"),
        eq(mean, "the sum vanishes"),
        result=True,
    )
    note("whose best covariance is the weighted scatter about that mean,")
    with note.suppose(n > d):
        T = note.let("T", sum_over(i, g[i] * ((x[i] - mean) @ (x[i] - mean).T)), "weighted scatter")
        C_hat = note.maximiser(
            r"\hat{C}",
            -HALF * M * log(det(C)) - HALF * trace(inverse(C) @ T),
            C,
            "the best covariance for that mean",
        )
        note.calc(C_hat, eq(1 / M * T, "as for one Gaussian, weighted"), result=True)
    note(r"""and the weights of the components are estimated as for a categorical variable with as
        many observations of a class as its responsibilities add up to, a number that need not be
        whole.""")
    G = note.matrix("G", n, K, "all responsibilities, held fixed", "stochastic_rows")
    v = note.vector("v", K, "any weights", "simplex")
    v_hat = note.maximiser(r"\hat{v}", sum_over((i, k), G[i, k] * log(v[k])), v, "the best weights")
    note.calc(v_hat[k], eq(1 / n * sum_over(i, G[i, k]), "categorical likelihood"), result=True)
    note(r"""Why does this never decrease the likelihood? For any probabilities $r$ the logarithm
        of a sum is at least the mean of logarithms, by Jensen's inequality, with equality when
        the terms are in the ratio of $r$. The responsibilities give equality at the present
        parameters, and the M-step raises the right side; the left side is lifted with it.""")
    a = note.vector(
        "a", K, r"joint probabilities $\pi_k \mathcal{N}(x_i)$ of one observation", "positive"
    )
    r = note.vector("r", K, "any probabilities", "simplex")
    note.calc(
        log(sum_over(k, a[k])),
        eq(log(sum_over(k, r[k] * (a[k] / r[k]))), "multiply by one"),
        ge(sum_over(k, r[k] * log(a[k] / r[k])), "Jensen's inequality"),
        result=True,
    )
    A = note.let("A", sum_over(j, a[j]), "probability of the observation")
    note.calc(
        sum_over(k, a[k] / A * log(a[k] / (a[k] / A))),
        eq(sum_over(k, a[k] / A * log(A)), "cancel"),
        eq(log(A), "responsibilities sum to one"),
    )
