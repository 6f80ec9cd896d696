"""Backpropagation through time."""

from derive import Note, diag, eq, grad, hadamard, jacobian, ones, recipe, tanh


@recipe(
    "bptt",
    title="Backpropagation through time",
    chapter="sequence models",
    needs=["deep-backprop-recursion"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 10.2.2",
    level=4,
)
def bptt(note: Note) -> None:
    """The gradients of a recurrent network, by a recursion that runs backwards in time, unrolled for three steps."""
    m, d = note.dims("m d")
    W = note.matrix("W", m, m, "weights from state to state")
    U = note.matrix("U", m, d, "weights from input to state")
    b = note.vector("b", m, "bias")
    h0 = note.vector("h_0", m, "state at the start")
    x = [note.vector(f"x_{t}", d, f"input of step {t}") for t in (1, 2, 3)]
    ell = [note.mapping(rf"\ell_{t}", (m,), (), f"loss of step {t}") for t in (1, 2, 3)]
    rest = note.mapping("r", (m,), (), "all later losses, as a function of a state")
    z = note.vector("z", m, "sums of any step, before the tangent")
    x_n = note.vector("x", d, "input of the step after it")
    e = ones(m)

    note(r"""A recurrent network uses the same weights in every step, and each state has a loss of its own. How
        does a state $h$ act on the loss? It has two paths: its own loss, and the next state, through which it
        acts on all that follows. Write the later losses as a function of the next state.""")
    h = note.let("h", tanh(z), "a state")
    n = note.let("n", tanh(W @ h + U @ x_n + b), "the next state")
    note.calc(
        grad(ell[0](h) + rest(n), h),
        eq(grad(ell[0](h), h) + jacobian(n, h).T @ grad(rest(n), n), "two paths"),
        eq(
            grad(ell[0](h), h) + W.T @ hadamard(grad(rest(n), n), e - hadamard(n, n)),
            "the slope of the tangent is one minus its square",
        ),
        result=True,
    )
    note("""This recursion runs from the last step to the first. Unroll it for three steps; more steps only
        repeat the middle one.""")
    h1 = note.let("h_1", tanh(W @ h0 + U @ x[0] + b), "state after one step")
    h2 = note.let("h_2", tanh(W @ h1 + U @ x[1] + b), "state after two steps")
    h3 = note.let("h_3", tanh(W @ h2 + U @ x[2] + b), "state after three steps")
    L = note.let("L", ell[0](h1) + ell[1](h2) + ell[2](h3), "loss")
    note("""The last state reaches the loss directly only. From there the gradient passes through the
        hyperbolic tangent:""")
    g3 = note.let("g_3", grad(ell[2](h3), h3), "gradient at the last state")
    a3 = note.let("a_3", hadamard(g3, e - hadamard(h3, h3)), "before the tangent")
    note.calc(grad(L, h3), eq(g3, "the last loss"))
    note("The states before it follow the recursion:")
    g2 = note.let("g_2", grad(ell[1](h2), h2) + W.T @ a3, "gradient at the second state")
    a2 = note.let("a_2", hadamard(g2, e - hadamard(h2, h2)), "before the tangent")
    note.calc(grad(L, h2), eq(g2, "two paths"), result=True)
    note("One step further back:")
    g1 = note.let("g_1", grad(ell[0](h1), h1) + W.T @ a2, "gradient at the first state")
    a1 = note.let("a_1", hadamard(g1, e - hadamard(h1, h1)), "before the tangent")
    note.calc(grad(L, h1), eq(g1, "two paths"), result=True)
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
