"""The Gaussian integral with a linear term."""

from fractions import Fraction

from derive import (
    Note,
    det,
    diag,
    eq,
    exp,
    infinity,
    integral,
    inverse,
    pi,
    product_over,
    recipe,
    sqrt,
)

HALF = Fraction(1, 2)


@recipe(
    "gaussian-integral",
    title="The Gaussian integral with a linear term",
    chapter="calculus",
    needs=["quadratic-form-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), exercise 1.7 and section 2.3; "
    "Petersen and Pedersen, The Matrix Cookbook (2012), section 8",
    level=2,
)
def gaussian_integral(note: Note) -> None:
    """The integral of exp(-x^T A x / 2 + b^T x), from polar coordinates, a completed square and a rotation."""
    (d,) = note.dims("d")
    i = note.index("i", d)
    u = note.scalar("u", "a number")
    r = note.scalar("r", "a radius", "positive")
    x = note.vector("x", d, "a point")
    A = note.matrix("A", d, d, "a matrix of coefficients", "pd")
    b = note.vector("b", d, "coefficients of the linear term")

    note(r"""The function $e^{-u^2 / 2}$ has no antiderivative in closed form. Its integral has one
        nevertheless, by a trick: the square of the integral is an integral over the plane, where the
        integrand depends on the radius only. A ring of radius $r$ has the circumference $2 \pi r$:""")
    one = integral(exp(-HALF * u**2), u, -infinity, infinity)
    note.calc(
        one**2,
        eq(integral(2 * pi * r * exp(-HALF * r**2), r, 0, infinity), "polar coordinates"),
        eq(2 * pi, r"$-e^{-r^2 / 2}$ has the derivative $r e^{-r^2 / 2}$"),
    )
    note.calc(one, eq(sqrt(2 * pi), "the integrand is positive"))
    note("A coefficient in the exponent stretches the axis, and with it the integral:")
    a = note.scalar("a", "a coefficient", "positive")
    note.calc(
        integral(exp(-HALF * a * u**2), u, -infinity, infinity),
        eq(1 / sqrt(a) * one, r"$\sqrt{a} \, u$ in place of $u$"),
        eq(sqrt(2 * pi / a), "insert the integral"),
    )
    note("""In several dimensions the exponent is a quadratic form, and a linear term moves its centre.
        Complete the square:""")
    m = note.let("m", inverse(A) @ b, "centre")
    note.calc(
        -HALF * x.T @ A @ x + b.T @ x,
        eq(-HALF * (x - m).T @ A @ (x - m) + HALF * b.T @ inverse(A) @ b, "complete the square"),
    )
    note("""The second term does not depend on the point and leaves the integral. Moving the centre to
        zero does not change an integral over all space, since a shift changes no volume.""")
    centred = integral(exp(-HALF * x.T @ A @ x), x)
    note.calc(
        integral(exp(-HALF * x.T @ A @ x + b.T @ x), x),
        eq(
            exp(HALF * b.T @ inverse(A) @ b) * centred,
            "complete the square; shift the variable by $m$",
        ),
    )
    note(r"""Now turn the axes into those of the matrix. With $A = Q \operatorname{diag}(\lambda) Q^\top$
        and $x = Q y$ the exponent becomes a sum over the axes,""")
    Q = note.matrix("Q", d, d, "eigenvectors of $A$", "orthogonal")
    lam = note.vector(r"\lambda", d, "eigenvalues of $A$", "positive")
    y = note.vector("y", d, "coordinates along the eigenvectors")
    note.calc(
        (Q @ y).T @ (Q @ diag(lam) @ Q.T) @ (Q @ y),
        eq(y.T @ diag(lam) @ y, r"$Q^\top Q = I$"),
    )
    note("""a rotation changes no volume either, and the integral falls into factors of one dimension.
        The product of the eigenvalues is the determinant.""")
    note.calc(
        product_over(i, integral(exp(-HALF * lam[i] * u**2), u, -infinity, infinity)),
        eq(product_over(i, sqrt(2 * pi / lam[i])), "the integral in one dimension"),
        eq(
            (2 * pi) ** (d / 2) * det(Q @ diag(lam) @ Q.T) ** (-HALF),
            "the determinant is the product of the eigenvalues",
        ),
    )
    note("Together:")
    note.calc(
        integral(exp(-HALF * x.T @ A @ x + b.T @ x), x),
        eq(
            (2 * pi) ** (d / 2) * det(A) ** (-HALF) * exp(HALF * b.T @ inverse(A) @ b),
            "insert the integral of the centred form",
        ),
        result=True,
    )
    note("""Every normaliser of a Gaussian density, and every evidence of a Gaussian model, is read off
        from this line.""")
