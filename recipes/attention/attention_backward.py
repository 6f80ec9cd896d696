"""Backward pass of scaled dot-product attention."""

from derive import (
    Note,
    delta,
    eq,
    grad,
    hadamard,
    ones,
    partial,
    recipe,
    softmax,
    sqrt,
    sum_over,
    trace,
)


@recipe(
    "attention-backward",
    title="Backward pass of scaled dot-product attention",
    chapter="attention",
    needs=["softmax-jacobian", "dense-layer-backward"],
    source="Vaswani et al., Attention Is All You Need (2017), equation (1); Dao et al., "
    "FlashAttention (2022), appendix B",
    level=4,
)
def attention_backward(note: Note) -> None:
    """From the gradient in the output of softmax(Q K^T / sqrt d) V to the gradients in queries, keys and values."""
    n, m, d, c = note.dims("n m d c")
    i = note.index("i", n)
    j, k = note.index("j", m), note.index("k", m)
    a = note.index("a", c)
    Q = note.matrix("Q", n, d, "queries, one per row")
    K = note.matrix("K", m, d, "keys, one per row")
    V = note.matrix("V", m, c, "values, one per row")
    Obar = note.matrix(r"\bar{O}", n, c, "upstream gradient: that of the loss in the output")

    note(r"""Each query is compared with each key by an inner product. Over $d$ independent
        entries it would have a variance of about $d$, which the root takes out again. The softmax
        of a row turns scores into weights, and the output of a query is the weighted mean of the
        values.""")
    S = note.let("S", Q @ K.T / sqrt(d), "scores")
    P = note.let("P", softmax(S), "weights: the softmax of each row")
    O = note.let("O", P @ V, "outputs")
    note(r"""As for a dense layer, the loss may be replaced by the linear function of the output
        that has the gradient $\bar{O}$. Then go backwards, stage by stage.""")
    L = note.let("L", trace(Obar.T @ O), "the loss, linearised in the output")
    note("""The output is a product of two matrices. Each receives the upstream gradient through
        the other one:""")
    note.calc(
        grad(L, V),
        eq(P.T @ Obar, "backward pass of a dense layer", rule="gradient of a linear form"),
        result=True,
    )
    Pbar = note.let(r"\bar{P}", Obar @ V.T)
    note.calc(
        grad(L, P),
        eq(Pbar, "backward pass of a dense layer", rule="gradient of a linear form"),
        result=True,
    )
    note(r"""The softmax works on each row by itself. Score $j$ of query $i$ changes all weights
        of that row, so the chain rule sums over them; the Jacobian is $P_{ik} (\delta_{kj} -
        P_{ij})$.""")
    note.calc(
        partial(L, S[i, j]),
        eq(sum_over(k, partial(L, P[i, k]) * partial(P[i, k], S[i, j])), "chain rule"),
        eq(sum_over(k, Pbar[i, k] * P[i, k] * (delta(k, j) - P[i, j])), "Jacobian of the softmax"),
        eq(P[i, j] * (Pbar[i, j] - sum_over(k, P[i, k] * Pbar[i, k])), "the delta picks one term"),
    )
    note(r"""What is subtracted is one number for each query, the sum of a row of $P \odot
        \bar{P}$. In matrix form it is repeated along the row:""")
    Sbar = note.let(r"\bar{S}", hadamard(P, Pbar - hadamard(P, Pbar) @ ones(m) @ ones(m).T))
    note.calc(grad(L, S), eq(Sbar, "the equation above for each entry"), result=True)
    note(r"""That number can be had without the $n \times m$ matrices, which is what makes
        attention with little memory possible: it is the inner product of the output with its
        gradient.""")
    note.calc(
        sum_over(k, P[i, k] * Pbar[i, k]),
        eq(sum_over(k, P[i, k] * sum_over(a, Obar[i, a] * V[k, a])), r"$\bar{P} = \bar{O} V^\top$"),
        eq(sum_over(a, Obar[i, a] * sum_over(k, P[i, k] * V[k, a])), "exchange the sums"),
        eq(sum_over(a, Obar[i, a] * O[i, a]), "$O = P V$"),
        result=True,
    )
    note("The scores are again a product, of queries and keys, with a constant in front:")
    note.calc(
        grad(L, Q),
        eq(
            grad(L, S) @ K / sqrt(d),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(1 / sqrt(d) * Sbar @ K, "insert the gradient in the scores"),
        result=True,
    )
    note.calc(
        grad(L, K),
        eq(
            grad(L, S).T @ Q / sqrt(d),
            "backward pass of a dense layer",
            rule="chain rule through the named quantities",
        ),
        eq(1 / sqrt(d) * Sbar.T @ Q, "insert the gradient in the scores"),
        result=True,
    )
