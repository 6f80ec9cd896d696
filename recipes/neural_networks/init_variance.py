"""Variance-preserving initialisation."""

from derive import (
    Note,
    eq,
    exp,
    expectation,
    infinity,
    integral,
    maximum,
    pi,
    recipe,
    sum_over,
    variance,
)


@recipe(
    "init-variance",
    title="Variance-preserving initialisation",
    chapter="neural networks",
    needs=["variance-identities"],
    source="Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural Networks "
    "(2010); He et al., Delving Deep into Rectifiers (2015); Goodfellow, Bengio and Courville, Deep "
    "Learning (2016), section 8.4",
    level=3,
)
def init_variance(note: Note) -> None:
    """Random weights with the right variance keep the size of signals through many layers."""
    n, m = note.dims("n m")
    i = note.index("i", n)
    v = note.scalar("v", "variance of each weight", "positive")
    r = note.random("r", (), "any", 0, v, meaning="a random weight, with mean zero")
    w = note.random("w", (n,), "iid", r, meaning="the weights of one unit")
    x = note.vector("x", n, "inputs of the unit")

    note("""The weights of a network start at random. If they are too small, signals die out on their way
        through the layers; if they are too large, they explode. How large is the output of one unit?""")
    y = note.let("y", w.T @ x, "output of the unit")
    note("Its mean is zero, since that of each weight is:")
    note.calc(expectation(y, w), eq(0, "linearity of the expectation"))
    note("""In its square, products of different weights have mean zero too, by independence. For given
        inputs the squares are left:""")
    note.calc(
        variance(y, w),
        eq(sum_over(i, variance(r, r) * x[i] ** 2), "independence"),
        eq(v * sum_over(i, x[i] ** 2), "variance of each weight"),
        result=True,
    )
    note("""The inputs are random too, independent of the weights and all alike. Then the sum is $n$ times the
        mean square of one of them:""")
    z = note.random("z", (), "any", meaning="one random input")
    u = note.random("u", (n,), "iid", z, meaning="the inputs")
    note.calc(
        expectation(v * sum_over(i, u[i] ** 2), u),
        eq(n * v * expectation(z**2, z), "all inputs are alike"),
        result=True,
    )
    note(r"""Linear units, or units near zero where the activation is a straight line, keep the size if $n v =
        1$. Backwards the gradient is multiplied by the transposed weights, with as many terms as there are
        outputs, and asks for $m v = 1$. Both cannot hold, and a compromise is to let the mean of both factors
        be one:""")
    g = note.let("v_G", 2 / (n + m), "variance for linear units")
    note.calc((n * g + m * g) / 2, eq(1, r"insert $v_G = 2 / (n + m)$"), result=True)
    note("""A rectifier lets only half of its inputs pass. For an input with a law that is symmetric around
        zero, the mean square is halved; here for a Gaussian with variance $s^2$:""")
    s = note.scalar("s", "standard deviation of the input of a rectifier", "positive")
    t = note.scalar("t", "a value of that input")
    p = note.define("p", t, exp(-(t**2) / (2 * s**2)) / (s * (2 * pi) ** (1 / 2)))
    note.calc(
        integral(t**2 * p(t), t, 0, infinity),
        eq(integral(t**2 * p(t), t, -infinity, infinity) / 2, "the integrand is even"),
        eq(s**2 / 2, "the variance of a Gaussian"),
    )
    c = note.scalar("c", "mean of that number")
    q = note.random(
        "q", (), "any", c, meaning="any number; with a random sign its law is symmetric"
    )
    note.calc(
        (expectation(maximum(0, q) ** 2, q) + expectation(maximum(0, -q) ** 2, q)) / 2,
        eq(expectation(q**2, q) / 2, "of a number and its negative one passes"),
        result=True,
    )
    note("To make up for the half, the variance of the weights is doubled:")
    h = note.let("v_H", 2 / n, "variance for rectifiers")
    note.calc(n * h * (s**2 / 2), eq(s**2, "insert $v_H = 2 / n$"), result=True)
    note("""With thirty layers and half the right variance the signal would be smaller by a factor of a
        billion.""")
