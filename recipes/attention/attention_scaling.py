"""Why attention divides by the square root of the width."""

from derive import Note, eq, expectation, recipe, sqrt, sum_over, variance


@recipe(
    "attention-scaling",
    title="Why attention divides by the square root of the width",
    chapter="attention",
    needs=["variance-identities"],
    source="Vaswani et al., Attention Is All You Need (2017), section 3.2.1",
    level=2,
)
def attention_scaling(note: Note) -> None:
    """The inner product of two random vectors has a variance that grows with their length."""
    (d,) = note.dims("d")
    i, j = note.index("i", d), note.index("j", d)
    s = note.scalar(r"\sigma_q", "standard deviation of the entries of a query", "positive")
    t = note.scalar(r"\sigma_k", "standard deviation of the entries of a key", "positive")
    a = note.random("a", (), "any", 0, s**2, meaning="one entry of a query, with mean zero")
    b = note.random("b", (), "any", 0, t**2, meaning="one entry of a key, with mean zero")
    q = note.random("q", (d,), "iid", a, meaning="a query")
    k = note.random("k", (d,), "iid", b, meaning="a key")

    note("""At the start of training the entries of queries and keys are independent numbers with mean zero.
        How large are the scores? Products of independent numbers have the product of the means, which is
        zero:""")
    note.calc(
        expectation(q.T @ k, q, k),
        eq(sum_over(i, expectation(q[i], q) * expectation(k[i], k)), "independence"),
        eq(0, "all means are zero"),
    )
    note("""So the variance is the mean of the square. Of its products of two terms only those of equal
        entries are not zero on average, and there are $d$ of them:""")
    note.calc(
        variance(q.T @ k, q, k),
        eq(expectation(sum_over(i, q[i] * k[i]) ** 2, q, k), "the mean is zero"),
        eq(
            sum_over((i, j), expectation(q[i] * q[j], q) * expectation(k[i] * k[j], k)),
            "expand the square; independence",
        ),
        eq(sum_over(i, s**2 * t**2), "terms with different entries vanish"),
        eq(d * s**2 * t**2, "equal terms"),
        result=True,
    )
    note("""The scores grow with the square root of the width. Large scores make the softmax nearly one-hot,
        with hardly any gradient. Divide by the root, and the width no longer matters:""")
    note.calc(
        variance(q.T @ k / sqrt(d), q, k),
        eq(1 / d * variance(q.T @ k, q, k), "a factor leaves the variance squared"),
        eq(s**2 * t**2, "insert"),
        result=True,
    )
