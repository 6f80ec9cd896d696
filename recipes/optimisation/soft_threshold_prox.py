"""Soft thresholding as a proximal step."""

from fractions import Fraction

from derive import Note, absolute, cases, eq, ge, maximum, partial, recipe, sign

HALF = Fraction(1, 2)


@recipe(
    "soft-threshold-prox",
    title="Soft thresholding as a proximal step",
    chapter="optimisation",
    needs=[],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 3.8.6; "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 7.1.2",
    level=3,
)
def soft_threshold_prox(note: Note) -> None:
    """Staying near v while paying for |x| moves v towards zero by a fixed amount, and stops there."""
    x = note.scalar("x", "a number to be chosen")
    v = note.scalar("v", "where it should be")
    lam = note.scalar(r"\lambda", "price of being away from zero", "positive")

    note(r"""A penalty on the absolute value makes numbers exactly zero, which a penalty on the square never
        does. The reason is visible in one variable:""")
    f = note.define("f", x, HALF * (x - v) ** 2 + lam * absolute(x))
    note(r"""Away from zero the function is smooth, with slope $1$ or $-1$ in the penalty. At zero there is a
        kink; every slope between $-1$ and $1$ lies below the graph of $|x|$ there, and all of them form
        the subdifferential.""")
    with note.suppose(x > 0):
        note.calc(partial(f(x), x), eq(x - v + lam, "$|x| = x$"))
    with note.suppose(x < 0):
        note.calc(partial(f(x), x), eq(x - v - lam, "$|x| = -x$"))
    g = note.scalar("g", "a slope between the two", "probability")
    note.calc(
        absolute(x),
        ge((2 * g - 1) * x, "a slope between $-1$ and $1$ stays below"),
    )
    note(r"""Where is the smallest value? If $v > \lambda$, the first slope vanishes at $v - \lambda$, which is
        positive as it must be. No other number costs less:""")
    with note.suppose(v > lam):
        note.calc(
            f(x) - f(v - lam),
            eq(HALF * (x - (v - lam)) ** 2 + lam * (absolute(x) - x), "complete the square"),
            ge(0, "both terms are not negative"),
        )
    note(r"If $v < -\lambda$, it is the other slope:")
    with note.suppose(v < -lam):
        note.calc(
            f(x) - f(v + lam),
            eq(HALF * (x - (v + lam)) ** 2 + lam * (absolute(x) + x), "complete the square"),
            ge(0, "both terms are not negative"),
        )
    note("In between neither slope vanishes on its side, and the minimum is the kink:")
    with note.suppose(absolute(v) <= lam):
        note.calc(
            f(x) - f(0),
            eq(HALF * x**2 + lam * absolute(x) - v * x, "expand"),
            ge(0, r"$v x \le \lambda |x|$"),
        )
    note("Join the three cases. The sign is kept, and the size shrinks by the price, down to zero:")
    best = cases((v - lam, v > lam), (v + lam, v < -lam), otherwise=0)
    note.calc(
        best,
        eq(sign(v) * maximum(absolute(v) - lam, 0), "the sign is kept"),
        result=True,
    )
    note.calc(
        f(x),
        ge(f(sign(v) * maximum(absolute(v) - lam, 0)), "the three cases"),
        result=True,
    )
    note("""For vectors the penalty is a sum over the entries, and each is treated by itself. This is the
        proximal step of the lasso.""")
