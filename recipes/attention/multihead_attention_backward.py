"""Backward pass of multi-head self-attention."""

from derive import (
    Note,
    block,
    eq,
    grad,
    hadamard,
    ones,
    recipe,
    softmax,
    sqrt,
    trace,
)


@recipe(
    "multihead-attention-backward",
    title="Backward pass of multi-head self-attention",
    chapter="attention",
    needs=["attention-backward"],
    source="Vaswani et al., Attention Is All You Need (2017), section 3.2.2",
    level=4,
)
def multihead_attention_backward(note: Note) -> None:
    """Each head is an attention of its own; the gradients of all paths add up in the input."""
    n, D, d = note.dims("n D d")
    X = note.matrix("X", n, D, "inputs, one place per row")
    names = ("1", "2")
    WQ = [note.matrix(f"W_{{Q{h}}}", D, d, f"weights of the queries of head {h}") for h in names]
    WK = [note.matrix(f"W_{{K{h}}}", D, d, f"weights of the keys of head {h}") for h in names]
    WV = [note.matrix(f"W_{{V{h}}}", D, d, f"weights of the values of head {h}") for h in names]
    WO = [note.matrix(f"W_{{O{h}}}", d, D, f"output weights of head {h}") for h in names]
    G = note.matrix(r"\bar{Y}", n, D, "upstream gradient: that of the loss in the output")

    note("""Multi-head attention runs several attentions side by side, on different projections of the same
        input. Two heads show everything; more heads add more terms of the same kind.""")
    Q = [note.let(f"Q_{h}", X @ W, f"queries of head {h}") for h, W in zip(names, WQ, strict=True)]
    K = [note.let(f"K_{h}", X @ W, f"keys of head {h}") for h, W in zip(names, WK, strict=True)]
    V = [note.let(f"V_{h}", X @ W, f"values of head {h}") for h, W in zip(names, WV, strict=True)]
    note("Each head has its weights, one row for each place, and its output:")
    P = [
        note.let(f"P_{h}", softmax(q @ k.T / sqrt(d)), f"weights of head {h}")
        for h, q, k in zip(names, Q, K, strict=True)
    ]
    O = [
        note.let(f"O_{h}", p @ v, f"output of head {h}")
        for h, p, v in zip(names, P, V, strict=True)
    ]
    note("""The outputs stand side by side and are multiplied by one matrix. That is the same as giving each
        head a block of that matrix and adding up:""")
    Y = note.let("Y", O[0] @ WO[0] + O[1] @ WO[1], "outputs")
    note.calc(
        block([[O[0], O[1]]]) @ block([[WO[0]], [WO[1]]]),
        eq(Y, "product of blocks"),
        result=True,
    )
    L = note.let("L", trace(G.T @ Y), "the loss, linearised in the output")
    note("Backwards, each block is a dense layer of its own, with the head as input:")
    note.calc(grad(L, WO[0]), eq(O[0].T @ G, "backward pass of a dense layer"), result=True)
    note.calc(grad(L, O[0]), eq(G @ WO[0].T, "backward pass of a dense layer"), result=True)
    note("""Inside a head this is the backward pass of attention. With the upstream gradient of its output,
        the gradients of its values, scores, queries and keys are""")
    Ob = [G @ W.T for W in WO]
    Pb = [o @ v.T for o, v in zip(Ob, V, strict=True)]
    Sb = [
        note.let(
            rf"\bar{{S}}_{h}",
            hadamard(p, pb - hadamard(p, pb) @ ones(n) @ ones(n).T),
            f"gradient of the scores of head {h}",
        )
        for h, p, pb in zip(names, P, Pb, strict=True)
    ]
    Qb = [
        note.let(rf"\bar{{Q}}_{h}", 1 / sqrt(d) * s @ k)
        for h, s, k in zip(names, Sb, K, strict=True)
    ]
    Kb = [
        note.let(rf"\bar{{K}}_{h}", 1 / sqrt(d) * s.T @ q)
        for h, s, q in zip(names, Sb, Q, strict=True)
    ]
    note("and the values receive the upstream gradient through the weights:")
    Vb = [note.let(rf"\bar{{V}}_{h}", p.T @ o) for h, p, o in zip(names, P, Ob, strict=True)]
    note.calc(grad(L, Q[0]), eq(Qb[0], "backward pass of attention"))
    note.calc(grad(L, K[0]), eq(Kb[0], "backward pass of attention"))
    note.calc(grad(L, V[0]), eq(Vb[0], "backward pass of attention"))
    note("Queries, keys and values are dense layers of the same input, so the weights receive")
    note.calc(grad(L, WQ[0]), eq(X.T @ Qb[0], "backward pass of a dense layer"), result=True)
    note.calc(grad(L, WK[0]), eq(X.T @ Kb[0], "backward pass of a dense layer"), result=True)
    note.calc(grad(L, WV[0]), eq(X.T @ Vb[0], "backward pass of a dense layer"), result=True)
    note("and the input, which feeds all of them in both heads, the sum over all six paths:")
    note.calc(
        grad(L, X),
        eq(
            Qb[0] @ WQ[0].T
            + Kb[0] @ WK[0].T
            + Vb[0] @ WV[0].T
            + Qb[1] @ WQ[1].T
            + Kb[1] @ WK[1].T
            + Vb[1] @ WV[1].T,
            "backward passes of dense layers, one for each path",
        ),
        result=True,
    )
