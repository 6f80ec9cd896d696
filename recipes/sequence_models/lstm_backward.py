"""Backward pass of one LSTM step."""

from derive import Note, eq, grad, partial, recipe, sigmoid, sum_over, tanh


@recipe(
    "lstm-backward",
    title="Backward pass of one LSTM step",
    chapter="sequence models",
    needs=["bptt"],
    source="Hochreiter and Schmidhuber, Long Short-Term Memory (1997); Goodfellow, Bengio and "
    "Courville, Deep Learning (2016), section 10.10.1",
    level=4,
)
def lstm_backward(note: Note) -> None:
    """From the gradients in the new state and cell to those in the gates, the weights and what came before."""
    m, d = note.dims("m d")
    j = note.index("j", m)
    W = note.matrix("W", 4 * m, d, "weights of the input, for the three gates and the candidate")
    U = note.matrix("U", 4 * m, m, "weights of the state")
    b = note.vector("b", 4 * m, "biases")
    x = note.vector("x", d, "input")
    h0 = note.vector("h_0", m, "state before")
    c0 = note.vector("c_0", m, "cell before")
    hbar = note.vector(r"\bar{h}", m, "upstream gradient: that of the loss in the new state")
    cbar = note.vector(r"\bar{c}", m, "upstream gradient in the new cell")

    note(r"""A long short-term memory carries a cell from step to step that it changes by adding, so
        that gradients survive many steps. Three gates between zero and one say what is written,
        kept and shown. All of them and the candidate come out of one affine map, whose result is
        cut into four pieces of $m$ entries:""")
    z = note.let("z", W @ x + U @ h0 + b, "input of the gates and the candidate")
    I = note.array("i", (j,), sigmoid(z[j]), "input gate: how much is written")
    F = note.array("f", (j,), sigmoid(z[m + j]), "forget gate: how much is kept")
    O = note.array("o", (j,), sigmoid(z[2 * m + j]), "output gate: how much is shown")
    G = note.array("g", (j,), tanh(z[3 * m + j]), "candidate: what is written")
    note("The new cell keeps a part of the old one and adds a part of the candidate:")
    c = note.array("c", (j,), F[j] * c0[j] + I[j] * G[j], "new cell")
    h = note.array("h", (j,), O[j] * tanh(c[j]), "new state")
    note("Later steps have sent gradients back for both; linearise the loss in them.")
    L = note.let("L", sum_over(j, hbar[j] * h[j] + cbar[j] * c[j]), "the loss, linearised")
    note("The cell reaches the loss by two paths, directly and through the state:")
    delta = note.array(
        r"\delta",
        (j,),
        cbar[j] + hbar[j] * O[j] * (1 - tanh(c[j]) ** 2),
        "gradient at the cell",
    )
    note.calc(
        partial(L, c[j]),
        eq(cbar[j] + hbar[j] * partial(h[j], c[j]), "two paths"),
        eq(delta[j], "derivative of the tangent"),
        result=True,
    )
    note("""The cell is a sum of two products. Each factor gets the gradient times the other one. The
        old cell gets it times the forget gate, and if that is open, undiminished:""")
    note.calc(partial(L, c0[j]), eq(delta[j] * F[j], "product rule"), result=True)
    note(r"""The gates have the slope of the sigmoid, $\sigma (1 - \sigma)$, and the candidate that
        of the tangent. In the four pieces of $z$ that is, for the input gate,""")
    note.calc(
        partial(L, z[j]),
        eq(partial(L, I[j]) * (I[j] * (1 - I[j])), "slope of the sigmoid"),
        eq(delta[j] * G[j] * I[j] * (1 - I[j]), "product rule"),
        result=True,
    )
    note("for the forget gate,")
    note.calc(
        partial(L, z[m + j]),
        eq(partial(L, F[j]) * (F[j] * (1 - F[j])), "slope of the sigmoid"),
        eq(delta[j] * c0[j] * F[j] * (1 - F[j]), "product rule"),
        result=True,
    )
    note("for the output gate, which acts on the state only,")
    note.calc(
        partial(L, z[2 * m + j]),
        eq(partial(L, O[j]) * (O[j] * (1 - O[j])), "slope of the sigmoid"),
        eq(hbar[j] * tanh(c[j]) * O[j] * (1 - O[j]), "product rule"),
        result=True,
    )
    note("and for the candidate:")
    note.calc(
        partial(L, z[3 * m + j]),
        eq(partial(L, G[j]) * (1 - G[j] ** 2), "slope of the tangent"),
        eq(delta[j] * I[j] * (1 - G[j] ** 2), "product rule"),
        result=True,
    )
    note("The rest is the backward pass of an affine map with one example:")
    note.calc(grad(L, W), eq(grad(L, z) @ x.T, "backward pass of a dense layer"), result=True)
    note.calc(grad(L, U), eq(grad(L, z) @ h0.T, "backward pass of a dense layer"), result=True)
    note.calc(grad(L, b), eq(grad(L, z), "backward pass of a dense layer"), result=True)
    note("and what came before receives it through the weights:")
    note.calc(grad(L, x), eq(W.T @ grad(L, z), "backward pass of a dense layer"), result=True)
    note.calc(grad(L, h0), eq(U.T @ grad(L, z), "backward pass of a dense layer"), result=True)
