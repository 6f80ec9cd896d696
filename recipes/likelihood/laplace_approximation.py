"""Laplace approximation of an integral."""

from fractions import Fraction

from derive import (
    Note,
    det,
    eq,
    equals,
    exp,
    gamma_function,
    infinity,
    integral,
    limit,
    log,
    partial,
    pi,
    recipe,
    sqrt,
)

HALF = Fraction(1, 2)


@recipe(
    "laplace-approximation",
    title="Laplace approximation of an integral",
    chapter="likelihood",
    needs=["gaussian-integral", "taylor-second-order"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (4.134) and (4.135)",
    level=3,
)
def laplace_approximation(note: Note) -> None:
    """Around its mode a density looks Gaussian, and the integral of a Gaussian is known."""
    (d,) = note.dims("d")
    z = note.vector("z", d, "a point")
    z0 = note.vector("z_0", d, "the mode: where the integrand is largest")
    A = note.matrix("A", d, d, "minus the Hessian of the logarithm at the mode", "pd")
    c = note.scalar("c", "value of the integrand at the mode", "positive")

    note(r"""The evidence of a model is an integral over its parameters that can rarely be solved. But with many data
        the integrand $f$ has one sharp peak. Expand its logarithm to second order at the mode $z_0$. There is no
        linear term, as the slope vanishes there, and the second derivatives are those of $-A$:""")
    h = note.let(
        "h", log(c) - HALF * (z - z0).T @ A @ (z - z0), "second-order expansion of the logarithm"
    )
    note("So the integrand is nearly a Gaussian, with its own value at the mode in front:")
    note.calc(
        exp(h),
        eq(c * exp(-HALF * (z - z0).T @ A @ (z - z0)), "exponential of a sum"),
    )
    note("and its integral is a Gaussian integral:")
    note.calc(
        integral(exp(-HALF * (z - z0).T @ A @ (z - z0)), z),
        eq((2 * pi) ** (d / 2) * det(A) ** (-HALF), "Gaussian integral"),
    )
    note.calc(
        log(c * ((2 * pi) ** (d / 2) * det(A) ** (-HALF))),
        eq(
            log(c) + d / 2 * log(2 * pi) - HALF * log(det(A)),
            "logarithm of a product",
        ),
        result=True,
    )
    note("""This is the approximation: the height of the peak, times its width. A narrow peak, with a large
        determinant, counts less. For a Gaussian the expansion is exact, and so is the result. In general the
        error falls as the peak becomes sharper. The oldest example is the factorial,""")
    n = note.scalar("n", "a number", "positive")
    x = note.scalar("x", "a variable of integration", "positive")
    f = note.define("f", x, n * log(x) - x)
    note.calc(
        gamma_function(n + 1),
        eq(integral(exp(f(x)), x, 0, infinity), "Euler's integral"),
    )
    note("whose integrand has its mode where the slope of the logarithm vanishes:")
    note.calc(partial(f(x), x), eq(n / x - 1, "derivative of the logarithm"))
    with note.suppose(equals(x, n)):
        note.calc(f(x, order=1), eq(0, "$x = n$"))
        note.calc(f(x, order=2), eq(-1 / n, "derivative of the slope"))
    note(
        r"""Height $e^{n \log n - n}$, curvature $1 / n$. The approximation is Stirling's formula,"""
    )
    note.calc(
        exp(n * log(n) - n) * (2 * pi) ** HALF * (1 / n) ** (-HALF),
        eq(sqrt(2 * pi * n) * exp(n * log(n) - n), "collect"),
        result=True,
    )
    note("and its relative error vanishes for large numbers:")
    b = note.scalar("b", "any factor", "nonzero")
    note.calc(
        limit(b * gamma_function(n + 1) / (sqrt(2 * pi * n) * exp(n * log(n) - n)), n, infinity),
        eq(b, "the peak becomes sharper"),
        result=True,
    )
