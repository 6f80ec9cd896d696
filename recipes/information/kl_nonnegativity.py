"""The KL divergence is non-negative."""

from derive import Note, eq, ge, le, log, partial, recipe, sum_over


@recipe(
    "kl-nonnegativity",
    title="The KL divergence is non-negative",
    chapter="information",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (1.113) to (1.119); "
    "Cover and Thomas, Elements of Information Theory (2006), theorem 2.6.3",
    level=2,
)
def kl_nonnegativity(note: Note) -> None:
    """A divergence is a mean of values that are nowhere negative, and zero only for equal distributions."""
    (K,) = note.dims("K")
    k = note.index("k", K)
    p = note.vector("p", K, "probabilities", "simplex")
    q = note.vector("q", K, "other probabilities", "simplex")
    t = note.scalar("t", "a ratio of probabilities", "positive")

    note(r"""How much longer do messages become if a code made for $q$ is used for data that come
        from $p$? The answer is a divergence, and it should never be negative: no code beats the
        one made for the data.""")
    KL = note.let(
        r"\mathrm{KL}", sum_over(k, p[k] * log(p[k] / q[k])), "divergence of $q$ from $p$"
    )
    note("""The short proof is Jensen's inequality: the logarithm is concave, so the mean of
        logarithms is at most the logarithm of the mean.""")
    note.calc(
        -KL,
        eq(sum_over(k, p[k] * log(q[k] / p[k])), "a minus sign turns the fraction over"),
        le(log(sum_over(k, p[k] * (q[k] / p[k]))), "Jensen's inequality"),
        eq(log(sum_over(k, q[k])), "cancel"),
        eq(0, "the probabilities sum to one"),
    )
    note("""The other proof says more. Add terms that sum to zero, so that every single term
        becomes non-negative:""")
    phi = note.define(r"\varphi", t, t * log(t) - t + 1)
    note.calc(
        KL,
        eq(
            sum_over(k, p[k] * log(p[k] / q[k])) - sum_over(k, p[k]) + sum_over(k, q[k]),
            "both sums are one",
        ),
        eq(
            sum_over(k, q[k] * (p[k] / q[k] * log(p[k] / q[k]) - p[k] / q[k] + 1)),
            "one sum",
            rule="multiply out",
        ),
        eq(sum_over(k, q[k] * phi(p[k] / q[k])), r"definition of $\varphi$"),
        result=True,
    )
    note.calc(KL, ge(0, r"$\varphi$ is nowhere negative"), result=True)
    note(r"""Why is $\varphi$ nowhere negative? Its slope is the logarithm, negative before $t =
        1$ and positive after; so its smallest value is $\varphi(1) = 0$, taken at $t = 1$ alone.
        Hence the divergence is zero only if all ratios are one, $p = q$.""")
    note.calc(
        partial(phi(t), t),
        eq(log(t) + t * (1 / t) - 1, "product rule"),
        eq(log(t), "cancel", rule="collect terms"),
    )
    note.calc(phi(t), ge(0, "the minimum is at one"))
