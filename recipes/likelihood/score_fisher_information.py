"""The score has mean zero; two forms of the Fisher information."""

from derive import (
    Note,
    eq,
    exp,
    expectation,
    grad,
    hessian,
    jacobian,
    log,
    partial,
    pi,
    recipe,
    softmax,
    sum_over,
)


@recipe(
    "score-fisher-information",
    title="The score has mean zero; two forms of the Fisher information",
    chapter="likelihood",
    needs=["gaussian-integral"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 6.2; Cover and Thomas, "
    "Elements of Information Theory (2006), chapter 11",
    level=3,
)
def score_fisher_information(note: Note) -> None:
    """The gradient of the log-likelihood is zero on average, and its covariance is the mean curvature."""
    m, k = note.dims("m k")
    i = note.index("i", m)
    t = note.vector(r"\theta", k, "parameters")
    g = note.mapping("g", (k,), (m,), "any smooth model: logits of the values")

    note("""How much does one observation tell about the parameters? The score, the gradient of the
        log-likelihood, tells in which direction the observation would move them. We write the law of the
        observation with finitely many values whose logits depend on the parameters in any smooth way; for
        densities, read integrals.""")
    p = note.let("p", softmax(g(t)), "probabilities of the values")
    note(
        "The probabilities sum to one whatever the parameters, and so the sum of their gradients is zero:"
    )
    note.calc(
        sum_over(i, grad(p[i], t)),
        eq(grad(sum_over(i, p[i]), t), "linearity of the derivative"),
        eq(0, "the probabilities sum to one"),
    )
    note("""A gradient of a probability is the probability times the gradient of its logarithm. So that sum
        is a mean, and the score has mean zero:""")
    note.calc(grad(p[i], t), eq(p[i] * grad(log(p[i]), t), "derivative of the logarithm"))
    note.calc(
        sum_over(i, p[i] * grad(log(p[i]), t)),
        eq(sum_over(i, grad(p[i], t)), "the equation above"),
        eq(0, "the probabilities sum to one"),
        result=True,
    )
    note("""Differentiate this equation once more. By the product rule there are two terms, and they cancel
        each other:""")
    F = note.let(
        "F",
        sum_over(i, p[i] * grad(log(p[i]), t) @ grad(log(p[i]), t).T),
        "Fisher information: the covariance of the score",
    )
    note.calc(
        jacobian(p[i] * grad(log(p[i]), t), t),
        eq(
            grad(log(p[i]), t) @ grad(p[i], t).T + p[i] * hessian(log(p[i]), t),
            "product rule",
        ),
        eq(
            p[i] * grad(log(p[i]), t) @ grad(log(p[i]), t).T + p[i] * hessian(log(p[i]), t),
            r"$\nabla p_i = p_i \nabla \log p_i$",
        ),
    )
    note.calc(
        F + sum_over(i, p[i] * hessian(log(p[i]), t)),
        eq(0, "the mean of the score is zero for all parameters"),
    )
    note("So the covariance of the score is minus the mean curvature of the log-likelihood:")
    note.calc(
        F,
        eq(-sum_over(i, p[i] * hessian(log(p[i]), t)), "the equation above"),
        result=True,
    )
    note(r"""Where the log-likelihood is sharply curved on average, an observation tells much. For a Gaussian
        number, with its mean $\mu$ and the logarithm $r$ of its standard deviation as parameters, the score
        has the entries""")
    mu = note.scalar(r"\mu", "mean")
    r = note.scalar("r", "logarithm of the standard deviation")
    u = note.scalar("u", "a number")
    x = note.random("x", (), "normal", mu, exp(2 * r), meaning="an observation")
    q = note.define(
        "q", u, exp(-((u - mu) ** 2) / (2 * exp(2 * r))) / (exp(r) * (2 * pi) ** (1 / 2))
    )
    note.calc(partial(log(q(u)), mu), eq((u - mu) / exp(2 * r), "derivative of a square"))
    note.calc(
        partial(log(q(u)), r),
        eq((u - mu) ** 2 / exp(2 * r) - 1, "derivative of the exponential"),
    )
    note("Their mean squares and their product make up the Fisher matrix:")
    note.calc(
        expectation(((x - mu) / exp(2 * r)) ** 2, x),
        eq(1 / exp(2 * r), "the variance"),
        result=True,
    )
    note.calc(
        expectation(((x - mu) ** 2 / exp(2 * r) - 1) ** 2, x),
        eq(2, "the fourth moment is $3$ times the squared variance"),
        result=True,
    )
    note.calc(
        expectation((x - mu) / exp(2 * r) * ((x - mu) ** 2 / exp(2 * r) - 1), x),
        eq(0, "odd moments vanish"),
        result=True,
    )
    note(
        "The mean of a sharp law is told quickly; its width, in relative terms, always at the same rate."
    )
