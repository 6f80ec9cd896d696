"""Power rule from the difference quotient."""

from derive import Note, binomial, eq, exp, limit, log, partial, recipe, sum_over


@recipe(
    "power-rule",
    title="Power rule from the difference quotient",
    chapter="calculus",
    needs=[],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 5.1",
    level=1,
)
def power_rule(note: Note) -> None:
    """The exponent comes down and falls by one, first for whole exponents and then for any."""
    (n,) = note.dims("n")
    k, first = note.index("k", n, 0), note.index("k", n)
    x = note.scalar("x", "where the slope is wanted", "positive")
    h = note.scalar("h", "a small step", "nonzero")
    p = note.scalar("p", "any real exponent")

    note("""A derivative is the limit of a difference quotient. For a power with a whole exponent the
        binomial theorem writes out what a small step does:""")
    note.calc(
        (x + h) ** n,
        eq(sum_over(k, binomial(n, k) * x ** (n - k) * h**k), "binomial theorem"),
        eq(
            x**n + sum_over(first, binomial(n, first) * x ** (n - first) * h**first),
            "the term $k = 0$ by itself",
        ),
    )
    note("""The first term cancels in the difference, and every other one contains the step at least
        once, so that one can divide by it:""")
    note.calc(
        ((x + h) ** n - x**n) / h,
        eq(
            1 / h * sum_over(first, binomial(n, first) * x ** (n - first) * h**first),
            "the equation above",
        ),
        eq(
            sum_over(first, binomial(n, first) * x ** (n - first) * h ** (first - 1)),
            "divide each term by $h$",
        ),
        result=True,
    )
    note("""Now let the step go to zero. Only the term without it survives, $k = 1$, and its coefficient
        is $n$.""")
    note.calc(
        limit(sum_over(first, binomial(n, first) * x ** (n - first) * h ** (first - 1)), h, 0),
        eq(binomial(n, 1) * x ** (n - 1), "all terms with $k > 1$ vanish"),
        eq(n * x ** (n - 1), r"$\frac{n!}{1! \, (n - 1)!} = n$"),
    )
    note.calc(
        partial(x**n, x),
        eq(limit(((x + h) ** n - x**n) / h, h, 0), "definition of the derivative"),
        eq(n * x ** (n - 1), "the two equations above"),
        result=True,
    )
    note(r"""Exponents that are no integers, as in $\sqrt{x} = x^{1/2}$, are defined by the exponential
        function, for positive $x$. The chain rule gives the same formula:""")
    note.calc(
        partial(x**p, x),
        eq(partial(exp(p * log(x)), x), r"$x^p = e^{p \log x}$"),
        eq(exp(p * log(x)) * (p / x), "chain rule"),
        eq(p * x ** (p - 1), "one power less"),
        result=True,
    )
