"""Gradient of the GP marginal likelihood."""

from fractions import Fraction

from derive import (
    Note,
    det,
    differential,
    eq,
    exp,
    hadamard,
    identity,
    inverse,
    log,
    partial,
    pi,
    recipe,
    trace,
)

HALF = Fraction(1, 2)


@recipe(
    "gp-marginal-likelihood-gradient",
    title="Gradient of the GP marginal likelihood",
    chapter="kernels",
    needs=["gp-posterior", "logdet-inverse-differential"],
    source="Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), equation (5.9); "
    "Bishop, Pattern Recognition and Machine Learning (2006), equation (6.70)",
    level=4,
)
def gp_marginal_likelihood_gradient(note: Note) -> None:
    """How the evidence of a Gaussian process changes with its covariance and with the length scale of its kernel."""
    (n,) = note.dims("n")
    y = note.vector("y", n, "targets")
    C = note.matrix("C", n, n, "covariance of the targets", "pd")
    D = note.matrix("D", n, n, "squared distances of the inputs", "symmetric")
    l = note.scalar("l", "logarithm of the length scale")
    s = note.scalar(r"\sigma", "standard deviation of the noise", "positive")

    note(r"""The kernel of a Gaussian process has parameters, such as a length scale. They are chosen
        to make the targets as probable as possible, so that one needs the gradient of the evidence.
        First its change with the covariance itself:""")
    ell = note.let(
        r"\ell",
        -HALF * y.T @ inverse(C) @ y - HALF * log(det(C)) - n / 2 * log(2 * pi),
        "logarithm of the evidence",
    )
    a = note.let(r"\alpha", inverse(C) @ y, "weights of the targets in a prediction")
    note("""Differentiate. The inverse and the log-determinant have known differentials, and the
        constant has none.""")
    dC = differential(C)
    note.calc(
        differential(ell, C),
        eq(
            HALF * y.T @ inverse(C) @ dC @ inverse(C) @ y - HALF * trace(inverse(C) @ dC),
            "differentials of the inverse and the log-determinant",
        ),
        eq(HALF * a.T @ dC @ a - HALF * trace(inverse(C) @ dC), r"$\alpha = C^{-1} y$"),
        eq(
            HALF * trace((a @ a.T - inverse(C)) @ dC),
            "a number is its own trace; move factors around",
        ),
        result=True,
    )
    note(r"""A parameter moves the covariance in one direction, and the differential becomes a
        derivative. Take the squared exponential kernel with length scale $e^l$, plus noise. Its
        entries depend on $l$ one by one:""")
    K = note.let("K", exp(-HALF * exp(-2 * l) * D), "kernel, exponential of each entry")
    S = note.let("S", K + s**2 * identity(n), "covariance with this kernel")
    note.calc(
        partial(S, l),
        eq(partial(K, l), "the noise does not depend on $l$"),
        eq(exp(-2 * l) * hadamard(K, D), "chain rule for each entry"),
    )
    note("The evidence with this covariance changes accordingly:")
    m = note.let(
        "m",
        -HALF * y.T @ inverse(S) @ y - HALF * log(det(S)) - n / 2 * log(2 * pi),
        "logarithm of the evidence with this kernel",
    )
    b = note.let("b", inverse(S) @ y, "weights of the targets")
    note.calc(
        partial(m, l),
        eq(
            HALF * trace((b @ b.T - inverse(S)) @ partial(S, l)),
            r"the result above, $b$ for $\alpha$",
        ),
        eq(
            HALF * exp(-2 * l) * trace((b @ b.T - inverse(S)) @ hadamard(K, D)),
            "insert the derivative of the covariance",
        ),
        result=True,
    )
    note("""The two terms pull in opposite directions: the first wants the covariance to explain the
        targets, the second wants it small. Their balance guards against fitting the noise.""")
