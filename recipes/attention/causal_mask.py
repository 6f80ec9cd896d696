"""Masked softmax: no gradient to the future."""

from derive import (
    Note,
    delta,
    eq,
    exp,
    identity,
    indicator,
    jacobian,
    partial,
    recipe,
    sum_over,
    zeros,
)


@recipe(
    "causal-mask",
    title="Masked softmax: no gradient to the future",
    chapter="attention",
    needs=["attention-backward"],
    source="Vaswani et al., Attention Is All You Need (2017), section 3.2.3",
    level=2,
)
def causal_mask(note: Note) -> None:
    """A mask takes later places out of the softmax, and with their weights vanish all gradients to them."""
    n, c = note.dims("n c")
    i, j, k = note.index("i", n), note.index("j", n), note.index("k", n)
    a = note.index("a", c)
    S = note.matrix("S", n, n, "scores, before the mask")
    V = note.matrix("V", n, c, "values, one place per row")
    G = note.matrix(r"\bar{O}", n, c, "upstream gradient: that of the loss in the output")

    note(r"""A model that predicts the next word must not look at it. So the scores of all later places, $j > i$,
        are set to $-\infty$ before the softmax. The exponential makes zeros of them, which is what an
        indicator says:""")
    P = note.array(
        "P",
        (i, j),
        indicator(j <= i) * exp(S[i, j]) / sum_over(k, indicator(k <= i) * exp(S[i, k])),
        "weights: the softmax of what is not masked",
    )
    O = note.let("O", P @ V, "outputs")
    note("So each row of weights is a softmax over the places up to its own:")
    note.calc(sum_over(j, P[i, j]), eq(1, "definition"))
    with note.suppose(j > i):
        note("and the weights of later places vanish.")
        note.calc(P[i, j], eq(0, "the mask"), result=True)
    note("""Differentiate as without a mask. The quotient rule gives the same formula, in which every term
        contains a weight:""")
    note.calc(
        partial(P[i, k], S[i, j]),
        eq(P[i, k] * (delta(k, j) - P[i, j]), "Jacobian of the softmax"),
        result=True,
    )
    L = note.let("L", sum_over((i, a), G[i, a] * O[i, a]), "the loss, linearised in the output")
    note("Pull the upstream gradient back to the scores. It is multiplied by the weight:")
    Pbar = note.let(r"\bar{P}", G @ V.T, "gradient in the weights")
    note.calc(
        partial(L, S[i, j]),
        eq(
            sum_over(k, Pbar[i, k] * P[i, k] * (delta(k, j) - P[i, j])),
            "chain rule; Jacobian of the softmax",
        ),
        eq(P[i, j] * (Pbar[i, j] - sum_over(k, P[i, k] * Pbar[i, k])), "the delta picks one term"),
    )
    with note.suppose(j > i):
        note("For a later place the weight is zero, and so is the gradient:")
        note.calc(partial(L, S[i, j]), eq(0, "$P_{ij} = 0$"), result=True)
    note("""An output is the mean of the values with these weights, so it does not depend on later values
        either:""")
    note.calc(
        jacobian(O[i, :], V[j, :]),
        eq(P[i, j] * identity(c), "the output is linear in the values"),
        result=True,
    )
    with note.suppose(j > i):
        note.calc(jacobian(O[i, :], V[j, :]), eq(zeros(c, c), "$P_{ij} = 0$"), result=True)
    note("""So all places can be trained at once: what is predicted at a place is not told by what comes
        after it.""")
