"""The uniform distribution maximises entropy."""

from derive import Note, eq, ge, le, log, partial, recipe, sum_over


@recipe(
    "entropy-max-uniform",
    title="The uniform distribution maximises entropy",
    chapter="information",
    needs=["kl-nonnegativity"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 1.6; Cover and Thomas, "
    "Elements of Information Theory (2006), theorem 2.6.4",
    level=2,
)
def entropy_max_uniform(note: Note) -> None:
    """Among all distributions on finitely many values, equal probabilities have the largest entropy."""
    (K,) = note.dims("K")
    k = note.index("k", K)
    p = note.vector("p", K, "probabilities", "simplex")
    t = note.vector("t", K, "any positive numbers", "positive")
    nu = note.scalar(r"\nu", "multiplier of the constraint")

    note("""Entropy measures how uncertain a random value is. One expects to be most uncertain when no
        value is preferred. First by a Lagrangian: drop the constraint that probabilities sum to
        one, and give it a multiplier.""")
    H = note.let("H", -sum_over(k, p[k] * log(p[k])), "entropy")
    J = note.let(
        "J",
        -sum_over(k, t[k] * log(t[k])) - nu * (sum_over(k, t[k]) - 1),
        "entropy with the constraint",
    )
    note.calc(
        partial(J, t[k]),
        eq(-(log(t[k]) + t[k] / t[k]) - nu, "product rule"),
        eq(-log(t[k]) - 1 - nu, "cancel"),
    )
    note(r"""Where this vanishes, all entries have the same logarithm $-1 - \nu$, so they are equal,
        and the constraint makes them $1 / K$. That the point is a maximum needs no second
        derivative: compare any distribution with the uniform one by a divergence.""")
    note.calc(
        log(K) - H,
        eq(sum_over(k, p[k] * (log(K) + log(p[k]))), "probabilities sum to one"),
        eq(sum_over(k, p[k] * log(p[k] / (1 / K))), "logarithm of a quotient"),
        ge(0, "a divergence is not negative"),
    )
    note.calc(H, le(log(K), "the inequality above"), result=True)
    note("The uniform distribution reaches the bound,")
    note.calc(
        -sum_over(k, 1 / K * log(1 / K)),
        eq(log(K), "equal terms"),
    )
    note("and, as a divergence is zero only between equal distributions, no other does:")
    best = note.maximiser(r"\hat{p}", H, p, "probabilities of largest entropy")
    note.calc(best[k], eq(1 / K, "the bound is reached there only"), result=True)
