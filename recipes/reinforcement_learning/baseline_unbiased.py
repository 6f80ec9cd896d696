"""Baselines leave the policy gradient unbiased; the best constant baseline."""

from derive import (
    Note,
    delta,
    eq,
    grad,
    log,
    norm2,
    partial,
    recipe,
    softmax,
    sum_over,
    unit_vector,
)


@recipe(
    "baseline-unbiased",
    title="Baselines leave the policy gradient unbiased; the best constant baseline",
    chapter="reinforcement learning",
    needs=["policy-gradient"],
    source="Williams, Simple Statistical Gradient-Following Algorithms (1992); Sutton and Barto, "
    "Reinforcement Learning (2018), section 13.4",
    level=3,
)
def baseline_unbiased(note: Note) -> None:
    """A constant may be subtracted from every return; the best one is a weighted mean of the returns."""
    (m,) = note.dims("m")
    a, c, k = note.index("a", m), note.index("c", m), note.index("k", m)
    t = note.vector(r"\theta", m, "logits of the actions")
    R = note.vector("R", m, "return of each action")
    b = note.scalar("b", "baseline")

    note("""One decision among finitely many actions, with a softmax policy. The aim is a large
        expected return:""")
    p = note.let(r"\pi", softmax(t), "probabilities of the actions")
    J = note.let("J", sum_over(a, p[a] * R[a]), "expected return")
    note("""Its gradient is an expectation, by the derivative of the logarithm: the gradient of a
        probability is the probability times the gradient of its logarithm, which is called the
        score.""")
    score = unit_vector(a, m) - p
    note.calc(
        grad(log(p[a]), t),
        eq(score, "Jacobian of the softmax"),
    )
    note.calc(
        grad(J, t),
        eq(sum_over(a, R[a] * grad(p[a], t)), "linearity"),
        eq(sum_over(a, p[a] * R[a] * score), r"$\nabla \pi_a = \pi_a \nabla \log \pi_a$"),
        result=True,
    )
    note("The score has mean zero, since the probabilities sum to one whatever the parameters:")
    note.calc(
        sum_over(a, p[a] * (delta(a, c) - p[c])),
        eq(p[c] - sum_over(a, p[a]) * p[c], "the delta picks one term"),
        eq(0, "probabilities sum to one"),
    )
    note.calc(
        sum_over(a, p[a] * score * b),
        eq(b * sum_over(a, p[a] * score), "constant factor out of a sum"),
        eq(0, "the score has mean zero"),
        result=True,
    )
    note("""So a constant baseline does not change the expectation. A single sample of the gradient
        may use the return minus the baseline, and stays unbiased:""")
    note.calc(
        sum_over(a, p[a] * (R[a] - b) * score),
        eq(sum_over(a, p[a] * R[a] * score) - b * sum_over(a, p[a] * score), "linearity"),
        eq(grad(J, t), "the score has mean zero"),
        result=True,
    )
    note("""What changes is the variance. The mean being fixed, it is smallest where the mean squared
        length of the sample is,""")
    g = note.array("g", (a,), norm2(unit_vector(a, m) - p), "squared length of the score")
    V = note.let("V", sum_over(a, p[a] * g[a] * (R[a] - b) ** 2), "mean squared length")
    note("a quadratic function of the baseline:")
    note.calc(
        partial(V, b),
        eq(-2 * sum_over(a, p[a] * g[a] * (R[a] - b)), "chain rule"),
        eq(
            2 * b * sum_over(a, p[a] * g[a]) - 2 * sum_over(a, p[a] * g[a] * R[a]),
            "collect the baseline",
        ),
    )
    note("It vanishes at a mean of the returns, weighted with the squared lengths of the scores:")
    best = note.minimiser(r"\hat{b}", V, b, "the best baseline")
    note.calc(
        best,
        eq(
            sum_over(a, p[a] * g[a] * R[a]) / sum_over(k, p[k] * g[k]),
            "the derivative vanishes",
        ),
        result=True,
    )
