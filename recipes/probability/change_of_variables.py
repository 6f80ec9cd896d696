"""Change of variables for densities."""

from fractions import Fraction

from derive import (
    Note,
    absolute,
    det,
    eq,
    exp,
    integral,
    inverse,
    jacobian,
    log,
    partial,
    pi,
    recipe,
)

HALF = Fraction(1, 2)


@recipe(
    "change-of-variables",
    title="Change of variables for densities",
    chapter="probability",
    needs=["logdet-inverse-differential"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (1.27); Deisenroth, Faisal "
    "and Ong, Mathematics for Machine Learning (2020), section 6.7",
    level=2,
)
def change_of_variables(note: Note) -> None:
    """A density moves with the points, and is divided by how much the map stretches volume."""
    (d,) = note.dims("d")
    y = note.scalar("y", "a value of the transformed variable")
    F = note.function("F", "distribution function of $x$; its slope is the density")
    h = note.function("h", "inverse of the map, rising")

    note(r"""Let $x$ have a density, and let $y = g(x)$ for an invertible map $g$ with the inverse $h$. What
        is the density of $y$? Probabilities are the same, whatever the variable is called. If $g$ is
        rising, $y$ lies below a value exactly if $x$ lies below its image under $h$, so that the
        distribution function of $y$ is $F(h(y))$. Its slope is the density:""")
    note.calc(
        partial(F(h(y)), y),
        eq(F(h(y), order=1) * h(y, order=1), "chain rule"),
        result=True,
    )
    note(r"""If $g$ is falling, $y$ lies below a value if $x$ lies above, and the sign of the slope turns
        around twice:""")
    note.calc(
        partial(1 - F(h(y)), y),
        eq(F(h(y), order=1) * (-h(y, order=1)), r"chain rule; now $h' < 0$, and $-h' = |h'|$"),
    )
    note("""In an integral this is the rule of substitution. The interval of $y$ is mapped to that of $x$,
        and the density is multiplied by the change of length:""")
    a, b = note.scalar("a", "lower end of an interval"), note.scalar("b", "upper end")
    u = note.scalar("u", "a value of $x$")
    note.calc(
        integral(F(h(y), order=1) * h(y, order=1), y, a, b),
        eq(integral(F(u, order=1), u, h(a), h(b)), "$u = h(y)$"),
        eq(F(h(b)) - F(h(a)), "fundamental theorem of calculus"),
    )
    note(r"""In $d$ dimensions a small box around $y$ is mapped to a parallelepiped, whose volume is the
        absolute value of a determinant. So the density is that of $x$ at the image of $y$, times the absolute
        determinant of the Jacobian of the inverse map. Take an affine map of a standard normal vector,
    $y = A x + c$:""")
    A = note.matrix("A", d, d, "an invertible map", "invertible")
    c = note.vector("c", d, "a shift")
    v, t = note.vector("v", d, "a value of the vector $y$"), note.vector("t", d, "a value of $x$")
    p = note.define("p_X", t, (2 * pi) ** (-d / 2) * exp(-HALF * t.T @ t))
    H = note.let("H", inverse(A) @ (v - c), "the inverse map at $v$")
    note.calc(jacobian(H, v), eq(inverse(A), "Jacobian of an affine map"))
    note.calc(
        p(H) * absolute(det(jacobian(H, v))),
        eq(p(H) * absolute(det(inverse(A))), "insert the Jacobian"),
        eq(
            (2 * pi) ** (-d / 2)
            * det(A @ A.T) ** (-HALF)
            * exp(-HALF * (v - c).T @ inverse(A @ A.T) @ (v - c)),
            r"$|\det A|^2 = \det (A A^\top)$",
        ),
        result=True,
    )
    note(r"""That is a Gaussian with mean $c$ and covariance $A A^\top$; the volume factor has become part of
        its normaliser.""")
    note(r"""A map that is not linear: the exponential of a normal number with mean $m$ and standard
        deviation $s$. The inverse is the logarithm, whose slope is $1 / y$:""")
    m = note.scalar("m", "mean of the logarithm")
    s = note.scalar("s", "standard deviation of the logarithm", "positive")
    z = note.scalar("z", "a value of the exponential", "positive")
    q = note.define("q", u, exp(-((u - m) ** 2) / (2 * s**2)) / (s * (2 * pi) ** HALF))
    note.calc(
        q(log(z)) * partial(log(z), z),
        eq(
            exp(-((log(z) - m) ** 2) / (2 * s**2)) / (z * s * (2 * pi) ** HALF),
            "derivative of the logarithm",
        ),
        result=True,
    )
    note("Probabilities are the same as those of the logarithm, for example between two bounds:")
    note.calc(
        integral(q(log(z)) / z, z, exp(a), exp(b)),
        eq(integral(q(u), u, a, b), r"$u = \log z$"),
    )
