"""Value of a policy as a linear system."""

from derive import Note, absolute, eq, equals, identity, inverse, le, norm_inf, recipe, sum_over


@recipe(
    "bellman-linear-system",
    title="Value of a policy as a linear system",
    chapter="reinforcement learning",
    needs=["variance-identities"],
    source="Sutton and Barto, Reinforcement Learning (2018), equation (3.14) and chapter 4",
    level=2,
)
def bellman_linear_system(note: Note) -> None:
    """The values of all states solve a linear system, which repeated backups solve too."""
    n, k = note.dims("n k")
    i, j = note.index("i", n), note.index("j", n)
    t = note.index("t", k - 1, 0)
    P = note.matrix("P", n, n, "transition probabilities under the policy", "stochastic_rows")
    r = note.vector("r", n, "expected reward in each state")
    gamma = note.scalar(r"\gamma", "discount", "probability")
    u = note.vector("u", n, "any estimate of the values")
    w = note.vector("w", n, "any other estimate")
    value = note.vector("x", n, "values to be found")
    I = identity(n)

    note(r"""The value of a state is the expected sum of all rewards from there on, where a reward
        $t$ steps ahead counts $\gamma^t$. Split off the first reward. What follows is again a sum
        of rewards, from the next state on and discounted once more; as the next state depends on
        the present one only, its expectation is $P v$. That is Bellman's equation:""")
    v = note.solves("v", value, equals(value, r + gamma * P @ value), meaning="values")
    note.calc(v, eq(r + gamma * P @ v, "Bellman's equation"))
    note("It is linear in the values, so collect them on one side:")
    note.calc(
        (I - gamma * P) @ v,
        eq(v - gamma * P @ v, "distribute", rule="distribute"),
        eq(r, "Bellman's equation"),
    )
    note.calc(
        v,
        eq(inverse(I - gamma * P) @ (I - gamma * P) @ v, "multiply by one"),
        eq(inverse(I - gamma * P) @ r, "the equation above"),
        result=True,
    )
    note(r"""The inverse is a geometric series of matrices, one term for each step ahead. Multiply the first $k$
        terms by $I - \gamma P$, and all but two cancel:""")
    part = note.let("M_k", sum_over(t, gamma**t * P**t), "first $k$ terms of the series")
    note.calc(
        (I - gamma * P) @ part,
        eq(
            sum_over(t, gamma**t * P**t) - sum_over(t, gamma ** (t + 1) * P ** (t + 1)),
            "distribute",
        ),
        eq(I - gamma**k * P**k, "all terms but two cancel"),
    )
    note("So the values are the sum of the first $k$ discounted rewards, plus what comes later:")
    note.calc(
        v,
        eq(
            inverse(I - gamma * P) @ ((I - gamma * P) @ part + gamma**k * P**k) @ r,
            "insert the identity",
        ),
        eq(part @ r + gamma**k * P**k @ v, r"$(I - \gamma P)^{-1} r = v$"),
        result=True,
    )
    note("""The rest vanishes as $k$ grows, since a power of $P$ takes means of values, and a mean is at most the
        largest one. In the limit the series is the whole value:""")
    note.calc(
        absolute((gamma**k * P**k @ u)[i]),
        le(gamma**k * norm_inf(u), "rows of probabilities"),
        result=True,
    )
    note("""In practice one starts anywhere and applies the right side of Bellman's equation again
        and again. It brings any two estimates closer, in the largest difference over all states,
        since a mean of differences is at most the largest:""")
    top = norm_inf(u - w)
    note.calc(
        absolute((r + gamma * P @ u - (r + gamma * P @ w))[i]),
        eq(absolute(gamma * sum_over(j, P[i, j] * (u[j] - w[j]))), "the rewards cancel"),
        le(gamma * sum_over(j, P[i, j] * absolute(u[j] - w[j])), "triangle inequality"),
        le(gamma * sum_over(j, P[i, j] * top), "the largest difference"),
        eq(gamma * top, "probabilities sum to one"),
        result=True,
    )
    note(r"""With $w = v$, which the backup leaves in its place, this says that the error shrinks by
        the factor $\gamma$ in each round.""")
