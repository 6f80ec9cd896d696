"""Fixed point of linear temporal-difference learning."""

from derive import Note, diag, eq, equals, identity, inverse, recipe, sum_over


@recipe(
    "td-fixed-point",
    title="Fixed point of linear temporal-difference learning",
    chapter="reinforcement learning",
    needs=["bellman-linear-system", "orthogonal-projection"],
    source="Sutton and Barto, Reinforcement Learning (2018), section 9.4",
    level=4,
)
def td_fixed_point(note: Note) -> None:
    """Where linear temporal-difference learning stops, and why that is a projected Bellman equation."""
    n, d = note.dims("n d")
    i, j = note.index("i", n), note.index("j", n)
    F = note.matrix(r"\Phi", n, d, "features, one state per row", "full_column_rank")
    P = note.matrix("P", n, n, "transition probabilities under the policy", "stochastic_rows")
    mu = note.vector(r"\mu", n, "how often each state is visited", "simplex")
    r = note.vector("r", n, "expected reward in each state")
    gamma = note.scalar(r"\gamma", "discount", "probability")
    u = note.vector("u", d, "weights")

    note(r"""With many states one cannot keep a value for each. Approximate the values by a linear function of
        features, $\Phi u$. Temporal-difference learning corrects the weights after each step, by how much
        reward plus next value differ from the value, times the features of the state. On average over states
        and next states the update is""")
    f = note.rows("f", F, "features of the states: rows as columns")
    D = note.let("D", diag(mu), "frequencies of the states on a diagonal")
    note.calc(
        sum_over(
            i,
            mu[i] * (r[i] + gamma * sum_over(j, P[i, j] * (f[j].T @ u)) - f[i].T @ u) * f[i],
        ),
        eq(F.T @ D @ (r + gamma * P @ F @ u - F @ u), "sums over states as products"),
        result=True,
    )
    note("It stops where this vanishes, which is a linear system for the weights:")
    A = note.let("A", F.T @ D @ (identity(n) - gamma * P) @ F, "matrix of the system")
    w = note.solves(
        "w", u, equals(F.T @ D @ (r + gamma * P @ F @ u - F @ u), 0 * u), meaning="fixed point"
    )
    note.calc(
        A @ w,
        eq(F.T @ D @ (F @ w - gamma * P @ F @ w), "distribute"),
        eq(F.T @ D @ r, "the average update vanishes"),
    )
    note.calc(
        w,
        eq(inverse(A) @ (A @ w), "multiply by one"),
        eq(
            inverse(F.T @ D @ (identity(n) - gamma * P) @ F) @ F.T @ D @ r,
            "the equation above",
        ),
        result=True,
    )
    note("""What has been found? A linear function of the features cannot satisfy Bellman's equation exactly. The
        best one can do is to project its right side onto what the features can express, weighting the states
        by how often they are visited:""")
    Pi = note.let(
        r"\Pi", F @ inverse(F.T @ D @ F) @ F.T @ D, "projection onto the span of the features"
    )
    note.calc(
        Pi @ Pi,
        eq(F @ inverse(F.T @ D @ F) @ (F.T @ D @ F) @ inverse(F.T @ D @ F) @ F.T @ D, "insert"),
        eq(Pi, "a matrix times its inverse"),
    )
    note("The fixed point satisfies the projected equation:")
    note.calc(
        Pi @ (r + gamma * P @ F @ w),
        eq(
            F @ inverse(F.T @ D @ F) @ (F.T @ D @ (r + gamma * P @ F @ w)),
            "definition of the projection",
        ),
        eq(F @ inverse(F.T @ D @ F) @ (F.T @ D @ F @ w), "the average update vanishes"),
        eq(F @ w, "a matrix times its inverse"),
        result=True,
    )
    note("""With one feature for each state the projection does nothing, and the fixed point is the value of the
        policy itself.""")
