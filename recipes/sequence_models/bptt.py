"""Backpropagation through time."""

from fractions import Fraction

from derive import Note, diag, eq, grad, hadamard, jacobian, norm2, ones, recipe, tanh

HALF = Fraction(1, 2)


@recipe(
    "bptt",
    title="Backpropagation through time",
    chapter="sequence models",
    needs=["dense-layer-backward", "activation-derivatives"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 10.2.2",
    level=4,
)
def bptt(note: Note) -> None:
    """The gradients of a recurrent network, by a recursion that runs backwards in time, shown for three steps."""
    m, d = note.dims("m d")
    W = note.matrix("W", m, m, "weights from state to state")
    U = note.matrix("U", m, d, "weights from input to state")
    b = note.vector("b", m, "bias")
    h0 = note.vector("h_0", m, "state at the start")
    x = [note.vector(f"x_{t}", d, f"input of step {t}") for t in (1, 2, 3)]
    y = [note.vector(f"y_{t}", m, f"target of step {t}") for t in (1, 2, 3)]
    e = ones(m)

    note(r"""A recurrent network uses the same weights in every step. Unrolled in time it is a deep
        network with shared weights, here of three steps; more steps only repeat the middle one.
        Each state has a loss of its own, for which we take half the squared distance from a
        target. Any other loss would only change the first term of each gradient.""")
    h1 = note.let("h_1", tanh(W @ h0 + U @ x[0] + b), "state after one step")
    h2 = note.let("h_2", tanh(W @ h1 + U @ x[1] + b), "state after two steps")
    h3 = note.let("h_3", tanh(W @ h2 + U @ x[2] + b), "state after three steps")
    L = note.let(
        "L",
        HALF * norm2(h1 - y[0]) + HALF * norm2(h2 - y[1]) + HALF * norm2(h3 - y[2]),
        "loss",
    )
    note(r"""The last state reaches the loss directly only. From there the gradient passes through
        the hyperbolic tangent, whose slope is one minus its square:""")
    g3 = note.let("g_3", h3 - y[2], "gradient at the last state")
    a3 = note.let("a_3", hadamard(g3, e - hadamard(h3, h3)), "before the tangent")
    note.calc(grad(L, h3), eq(g3, "gradient of a squared norm"))
    note(r"""An earlier state has two paths to the loss: its own term, and the next state. The second
        path runs through $W$, so the gradient comes back through $W^\top$.""")
    g2 = note.let("g_2", h2 - y[1] + W.T @ a3, "gradient at the second state")
    a2 = note.let("a_2", hadamard(g2, e - hadamard(h2, h2)), "before the tangent")
    note.calc(
        grad(L, h2),
        eq(h2 - y[1] + jacobian(h3, h2).T @ g3, "two paths"),
        eq(h2 - y[1] + W.T @ hadamard(g3, e - hadamard(h3, h3)), "Jacobian of the next state"),
        eq(g2, "definitions"),
        result=True,
    )
    note("One step further back, the same recursion:")
    g1 = note.let("g_1", h1 - y[0] + W.T @ a2, "gradient at the first state")
    a1 = note.let("a_1", hadamard(g1, e - hadamard(h1, h1)), "before the tangent")
    note.calc(
        grad(L, h1),
        eq(h1 - y[0] + jacobian(h2, h1).T @ g2, "two paths"),
        eq(g1, "Jacobian of the next state"),
        result=True,
    )
    note("""The weights are used in every step, and each use contributes a product of what comes back
        with what went in:""")
    note.calc(
        grad(L, W),
        eq(a1 @ h0.T + a2 @ h1.T + a3 @ h2.T, "sum over the uses"),
        result=True,
    )
    note.calc(
        grad(L, U),
        eq(a1 @ x[0].T + a2 @ x[1].T + a3 @ x[2].T, "sum over the uses"),
        result=True,
    )
    note.calc(grad(L, b), eq(a1 + a2 + a3, "sum over the uses"), result=True)
    note("The state at the start receives what is left:")
    note.calc(grad(L, h0), eq(W.T @ a1, "one path"))
    note(r"""Over many steps the gradient is multiplied by many Jacobians, each $W$ times slopes
        below one:""")
    note.calc(
        jacobian(h3, h1),
        eq(jacobian(h3, h2) @ jacobian(h2, h1), "chain rule"),
        eq(
            diag(e - hadamard(h3, h3)) @ W @ diag(e - hadamard(h2, h2)) @ W,
            "Jacobian of one step",
        ),
        result=True,
    )
    note("""If the singular values of these factors stay below one, the gradient vanishes; if they
        exceed one, it may explode. Both happen exponentially fast in the number of steps.""")
