"""Gaussian integration by parts (Stein's lemma)."""

from fractions import Fraction

from derive import Note, det, eq, exp, expectation, grad, integral, inverse, partial, pi, recipe

HALF = Fraction(1, 2)


@recipe(
    "stein-lemma",
    title="Gaussian integration by parts",
    chapter="probability",
    needs=["gaussian-integral"],
    source="Stein, Estimation of the Mean of a Multivariate Normal Distribution (1981), lemma 1",
    level=3,
)
def stein_lemma(note: Note) -> None:
    """Against a Gaussian, multiplying by the deviation from the mean is differentiating: Stein's lemma."""
    (d,) = note.dims("d")
    t = note.vector("t", d, "a point")
    mu = note.vector(r"\mu", d, "mean")
    S = note.matrix(r"\Sigma", d, d, "covariance", "pd")
    x = note.random("x", (d,), "normal", mu, S, meaning="a Gaussian random vector")
    g = note.mapping("g", (d,), (), "a smooth function that grows slowly")

    note("""How is the value of a function correlated with its argument? For Gaussian arguments the answer
        contains only the slope of the function. It rests on a property of the density: its gradient is
        the density itself, times the deviation from the mean.""")
    p = note.define(
        "p",
        t,
        (2 * pi) ** (-d / 2)
        * det(S) ** (-HALF)
        * exp(-HALF * ((t - mu).T @ inverse(S) @ (t - mu))),
    )
    note.calc(
        grad(p(t), t),
        eq(
            p(t) * grad(-HALF * ((t - mu).T @ inverse(S) @ (t - mu)), t),
            "derivative of the exponential",
        ),
        eq(-inverse(S) @ (t - mu) * p(t), "gradient of a quadratic form"),
    )
    note("""Integrate by parts. With one variable, mean $m$ and variance $s^2$, the density falls off so
        fast that nothing is left at the ends, and the derivative moves from one factor to the other
        with a minus sign:""")
    m = note.scalar("m", "mean of one variable")
    s = note.scalar("s", "its standard deviation", "positive")
    u = note.scalar("u", "a number")
    r = note.define("r", u, exp(-((u - m) ** 2) / (2 * s**2)) / (s * (2 * pi) ** HALF))
    f = note.function("f", "a smooth function of one variable")
    note.calc(
        integral((u - m) * f(u) * r(u), u),
        eq(integral(-(s**2) * f(u) * partial(r(u), u), u), r"$r' = -(u - m) r / s^2$"),
        eq(s**2 * integral(f(u, order=1) * r(u), u), "integration by parts"),
        result=True,
    )
    note(r"""In $d$ dimensions each entry of the gradient is integrated by parts along its own axis. The
        matrix $\Sigma^{-1}$ stands on the left of all entries, and is moved to the other side:""")
    note.calc(
        inverse(S) @ expectation((x - mu) * g(x), x),
        eq(expectation(grad(g(x), x), x), "integration by parts along each axis"),
    )
    note.calc(
        expectation((x - mu) * g(x), x),
        eq(S @ expectation(grad(g(x), x), x), r"multiply by $\Sigma$"),
        result=True,
    )
    note(r"""For a linear function $g(x) = c^\top x$ this is the definition of the covariance:""")
    c = note.vector("c", d, "coefficients")
    note.calc(
        expectation((x - mu) * (c.T @ x), x),
        eq(S @ c, r"$\nabla g = c$"),
    )
