"""Fisher matrix as the curvature of the KL divergence; natural gradient."""

from fractions import Fraction

from derive import (
    Note,
    diag,
    eq,
    exp,
    grad,
    hessian,
    inverse,
    limit,
    log,
    partial,
    recipe,
    softmax,
    sum_over,
)

HALF = Fraction(1, 2)


@recipe(
    "natural-gradient",
    title="Fisher matrix as the curvature of the KL divergence; natural gradient",
    chapter="optimisation",
    needs=["score-fisher-information", "kl-gaussians"],
    source="Amari, Natural Gradient Works Efficiently in Learning (1998)",
    level=4,
)
def natural_gradient(note: Note) -> None:
    """Steps measured by how much the model changes, not its parameters, are preconditioned by the Fisher matrix."""
    m, k = note.dims("m k")
    i = note.index("i", m)
    g = note.mapping("g", (k,), (m,), "any smooth model: logits of the values")
    t = note.vector(r"\theta", k, "parameters")
    v = note.vector("v", k, "a direction")
    s = note.scalar("s", "length of the step along it")

    note("""The length of a step in the parameters depends on how the model is written down. A better measure is how
        much its predictions change, a divergence. We write the model with finitely many values. Go from the
        parameters along a direction:""")
    p = note.let("p", softmax(g(t)), "probabilities at the parameters")
    K = note.define(
        "K",
        s,
        sum_over(i, p[i] * (log(p[i]) - log(softmax(g(t + s * v))[i]))),
    )
    note("""At the start the divergence is zero. It is nowhere negative, so its slope is zero as well; the score has
        mean zero:""")
    note.calc(K(0), eq(0, "equal distributions"))
    note.calc(
        K(0, order=1),
        eq(-sum_over(i, p[i] * (grad(log(p[i]), t).T @ v)), "chain rule"),
        eq(0, "the score has mean zero"),
    )
    F = note.let(
        "F", sum_over(i, p[i] * grad(log(p[i]), t) @ grad(log(p[i]), t).T), "Fisher matrix"
    )
    note(
        "The second derivative is minus the mean curvature of the log-likelihood, the Fisher information:"
    )
    note.calc(
        K(0, order=2),
        eq(-sum_over(i, p[i] * (v.T @ hessian(log(p[i]), t) @ v)), "chain rule"),
        eq(v.T @ F @ v, "two forms of the Fisher information"),
        result=True,
    )
    note("So to second order the divergence is half a quadratic form:")
    note.calc(
        limit(K(s) / s**2, s, 0),
        eq(HALF * v.T @ F @ v, "Taylor expansion"),
        result=True,
    )
    note("""Now look for the step that lowers the loss most, if it pays half the quadratic form, divided by the step
        size. With a loss gradient $c$ and a positive definite matrix $M$ in place of $F$,""")
    c = note.vector("c", k, "gradient of the loss")
    M = note.matrix("M", k, k, "Fisher matrix, positive definite", "pd")
    eta = note.scalar(r"\eta", "step size", "positive")
    d = note.vector("d", k, "a step")
    J = note.let("J", c.T @ d + 1 / (2 * eta) * d.T @ M @ d, "loss and price of the step")
    note.calc(grad(J, d), eq(c + 1 / eta * M @ d, "gradient of a quadratic form"))
    best = note.minimiser(r"d^\star", J, d, "the best step")
    note.calc(best, eq(-eta * inverse(M) @ c, "the gradient vanishes"), result=True)
    note("""This is the natural gradient. Two examples of the matrix. For a categorical law with its logits as
        parameters it is the Jacobian of the softmax:""")
    z = note.vector("z", m, "logits")
    q = note.let("q", softmax(z), "probabilities")
    note.calc(
        sum_over(i, q[i] * grad(log(q[i]), z) @ grad(log(q[i]), z).T),
        eq(-sum_over(i, q[i] * hessian(log(q[i]), z)), "two forms of the Fisher information"),
        eq(diag(q) - q @ q.T, "Jacobian of the softmax"),
        result=True,
    )
    note(r"""For a Gaussian number with mean $\mu$ and the logarithm $r$ of its standard deviation, the divergence
        from $(\mu, r)$ to $(a, b)$ has a closed form, whose second derivatives at $a = \mu$, $b = r$ are""")
    mu, r = note.scalar(r"\mu", "mean"), note.scalar("r", "logarithm of the standard deviation")
    a, b = note.scalar("a", "another mean"), note.scalar("b", "another log-deviation")
    D = note.define("D", (a, b), b - r + (exp(2 * r) + (a - mu) ** 2) / (2 * exp(2 * b)) - HALF)
    one = note.define("u", a, D(a, r))
    two = note.define("w", b, D(mu, b))
    note.calc(one(mu, order=2), eq(1 / exp(2 * r), "derivative of a square"), result=True)
    note.calc(two(r, order=2), eq(2, "derivative of the exponential"), result=True)
    note.calc(
        partial(partial(D(a, b), a), b),
        eq(-2 * (a - mu) / exp(2 * b), "which is zero at the start"),
    )
