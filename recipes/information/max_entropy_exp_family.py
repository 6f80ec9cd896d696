"""Maximum entropy under moment constraints."""

from derive import (
    Note,
    eq,
    equals,
    exp,
    ge,
    grad,
    log,
    partial,
    recipe,
    sum_over,
)


@recipe(
    "max-entropy-exp-family",
    title="Maximum entropy under moment constraints",
    chapter="information",
    needs=["entropy-max-uniform", "exp-family-moments"],
    source="Cover and Thomas, Elements of Information Theory (2006), section 12.1; Bishop, Pattern "
    "Recognition and Machine Learning (2006), exercise 2.14, for the Gaussian case",
    level=4,
)
def max_entropy_exp_family(note: Note) -> None:
    """The least committed law with given means is exponential, and its parameters solve a convex problem."""
    n, k = note.dims("n k")
    i, j = note.index("i", n), note.index("j", n)
    T = note.family("T", n, k, meaning="statistics of each value")
    p = note.vector("p", n, "any law on the values", "simplex")
    t = note.vector("t", n, "any positive numbers", "positive")
    lam = note.vector(r"\lambda", k, "multipliers of the means")
    nu = note.scalar(r"\nu", "multiplier of the sum")
    tau = note.vector(r"\tau", k, "given means of the statistics")

    note("""Of a die one knows only that its mean is 4.5. Which probabilities should one assume? Those that say
        nothing else: of all laws with the given means, the one with the largest entropy. The constraints get
    multipliers:""")
    Lag = note.let(
        "J",
        -sum_over(j, t[j] * log(t[j]))
        + lam.T @ (sum_over(j, t[j] * T[j]) - tau)
        + nu * (sum_over(j, t[j]) - 1),
        "entropy with the constraints",
    )
    note.calc(
        partial(Lag, t[i]),
        eq(-log(t[i]) - 1 + lam.T @ T[i] + nu, "product rule"),
    )
    note("Where this vanishes the logarithm of each probability is linear in its statistics:")
    note.calc(
        log(exp(lam.T @ T[i] + nu - 1)),
        eq(lam.T @ T[i] + nu - 1, "the logarithm undoes the exponential"),
    )
    note("""The multiplier of the sum only normalises. So the law is an exponential family, with the log-partition
        function""")
    A = note.let("A", log(sum_over(j, exp(lam.T @ T[j]))), "log-partition function")
    q = note.array("q", (i,), exp(lam.T @ T[i] - A), "exponential family")
    note.calc(sum_over(i, q[i]), eq(1, "definition of $A$"))
    note.calc(
        grad(A, lam),
        eq(sum_over(i, q[i] * T[i]), "the gradient of $A$ is the mean of the statistics"),
        result=True,
    )
    note("""Is it the largest entropy? Compare any law with a member of the family. The logarithm of the latter
        is linear in the statistics, so only their means enter:""")
    H = note.let("H", -sum_over(j, p[j] * log(p[j])), "entropy of any law")
    m = note.let("m", sum_over(j, p[j] * T[j]), "its means")
    note.calc(
        A - lam.T @ m - H,
        eq(sum_over(j, p[j] * (log(p[j]) - (lam.T @ T[j] - A))), "the probabilities sum to one"),
        eq(sum_over(j, p[j] * log(p[j] / q[j])), r"$\log q_j = \lambda^\top T_j - A$"),
        ge(0, "a divergence is not negative"),
        result=True,
    )
    note(r"""So for laws with the means $\tau$ the entropy is at most $A(\lambda) - \lambda^\top \tau$, for every
        $\lambda$. The member of the family that has these means itself reaches the bound:""")
    note.calc(
        -sum_over(i, q[i] * log(q[i])),
        eq(sum_over(i, q[i] * (A - lam.T @ T[i])), "logarithm of the exponential"),
        eq(A - lam.T @ grad(A, lam), "the gradient of $A$ is the mean of the statistics"),
        result=True,
    )
    note(
        "It is found by making the bound as small as possible, a convex problem without constraints, since"
    )
    note.calc(
        grad(A - lam.T @ tau, lam),
        eq(sum_over(i, q[i] * T[i]) - tau, "gradient of a linear form"),
        result=True,
    )
    note("""Where this vanishes, the member of the family has the given means, and its entropy is the bound, so
        that the largest entropy and the smallest bound agree:""")
    with note.suppose(equals(tau, sum_over(i, q[i] * T[i]))):
        note.calc(
            -sum_over(i, q[i] * log(q[i])),
            eq(A - lam.T @ tau, "the means are the given ones"),
            result=True,
        )
    note("""With no statistics at all this is the uniform law; with the mean and the variance of a number on the line,
        it is the Gaussian.""")
