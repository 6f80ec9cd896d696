"""Moments from the log-partition function."""

from derive import (
    Note,
    eq,
    exp,
    expectation,
    grad,
    hessian,
    integral,
    log,
    partial,
    pi,
    recipe,
    sigmoid,
    sum_over,
    variance,
)


@recipe(
    "exp-family-moments",
    title="Moments from the log-partition function",
    chapter="likelihood",
    needs=["gaussian-integral"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (2.226) and exercise 2.58; "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 6.6.3",
    level=3,
)
def exp_family_moments(note: Note) -> None:
    """The derivatives of the log-normaliser are the mean and the covariance of the statistics."""
    n, k = note.dims("n k")
    i, j = note.index("i", n), note.index("j", n)
    T = note.family("T", n, k, meaning="statistics of each value")
    h = note.vector("h", n, "base weight of each value", "positive")
    eta = note.vector(r"\eta", k, "natural parameters")

    note(r"""Bernoulli, Gaussian, Poisson and many more laws have the same form: the logarithm of the
        probability is linear in the parameters, $\log p_i = \log h_i + \eta^\top T_i - A$ for value $i$. What
        does $A$, which only normalises, know about the law? Take finitely many values; for densities, read
    integrals.""")
    Z = note.let("Z", sum_over(j, h[j] * exp(eta.T @ T[j])), "normaliser")
    A = note.let("A", log(Z), "log-partition function")
    p = note.array("p", (i,), h[i] * exp(eta.T @ T[i]) / Z, "probabilities of the values")
    x = note.random("x", (k,), "finite", T, p, meaning="statistics of a random value")
    note("""Differentiate the sum term by term. Each term brings down its statistic, and dividing by the
        normaliser turns weights into probabilities:""")
    note.calc(
        grad(A, eta),
        eq(1 / Z * grad(Z, eta), "derivative of the logarithm"),
        eq(1 / Z * sum_over(i, h[i] * exp(eta.T @ T[i]) * T[i]), "derivative of the exponential"),
        eq(sum_over(i, p[i] * T[i]), "definition of the probabilities"),
        eq(expectation(x, x), "definition of the expectation"),
        result=True,
    )
    note("""Once more. The probabilities change with the parameters as well, in proportion to how much the
        statistic exceeds its mean:""")
    m = note.let("m", sum_over(i, p[i] * T[i]), "mean of the statistics")
    note.calc(grad(p[i], eta), eq(p[i] * (T[i] - m), "quotient rule"))
    note.calc(
        hessian(A, eta),
        eq(sum_over(i, T[i] @ grad(p[i], eta).T), "differentiate the mean"),
        eq(sum_over(i, p[i] * T[i] @ (T[i] - m).T), "insert"),
        eq(sum_over(i, p[i] * (T[i] - m) @ (T[i] - m).T), r"$\sum_i p_i (T_i - m) = 0$"),
        eq(variance(x, x), "definition of the covariance"),
        result=True,
    )
    note(r"""A covariance is positive semidefinite, so $A$ is convex. For a coin, $T$ is the outcome, and $A$ is
        the softplus of the logit:""")
    z = note.scalar("z", "logit")
    note.calc(partial(log(1 + exp(z)), z), eq(sigmoid(z), "the mean of a coin"))
    note.calc(partial(sigmoid(z), z), eq(sigmoid(z) * (1 - sigmoid(z)), "the variance of a coin"))
    note(r"""For counts with a Poisson law the log-partition function is $e^\eta$, whose derivatives are all the
        same: mean and variance agree. For a Gaussian number with natural parameters $a$ for $x$ and $-b$ for
        $x^2 / 2$, the normaliser is a Gaussian integral:""")
    u = note.scalar("u", "a number")
    a = note.scalar("a", "first natural parameter")
    b = note.scalar("b", "second natural parameter: the precision", "positive")
    G = note.let("G", a**2 / (2 * b) - log(b) / 2 + log(2 * pi) / 2, "its log-partition function")
    note.calc(
        log(integral(exp(a * u - b * u**2 / 2), u)),
        eq(G, "Gaussian integral"),
    )
    note.calc(
        integral(u * exp(a * u - b * u**2 / 2 - G), u),
        eq(partial(G, a), "the first derivative is the mean"),
        eq(a / b, "derivative of a square"),
        result=True,
    )
    note.calc(
        integral((u - a / b) ** 2 * exp(a * u - b * u**2 / 2 - G), u),
        eq(partial(a / b, a), "the second derivative is the variance"),
        eq(1 / b, "linear in $a$"),
        result=True,
    )
