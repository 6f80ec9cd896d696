"""The backpropagation recursion for any number of layers."""

from derive import Note, eq, grad, hadamard, jacobian, recipe


@recipe(
    "deep-backprop-recursion",
    title="The backpropagation recursion for any number of layers",
    chapter="neural networks",
    needs=["mlp-backprop", "chain-rule-jacobians"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (5.53) and (5.56)",
    level=3,
)
def deep_backprop_recursion(note: Note) -> None:
    """The gradient in the sums of one layer comes from that of the next layer, whatever follows above."""
    m, p, q, k = note.dims("m p q k")
    phi = note.function(r"\phi", "activation")
    ell = note.mapping(r"\ell", (k,), (), "loss of the outputs of the network")
    rest = note.mapping("r", (p,), (), "everything above layer $l + 1$, as a function of its sums")
    y = note.vector("y", k, "sums of the last layer")
    a = note.vector("a", q, "outputs of layer $l - 1$")
    W = note.matrix("W", m, q, "weights of layer $l$")
    b = note.vector("b", m, "biases of layer $l$")
    V = note.matrix("V", p, m, "weights of layer $l + 1$")
    c = note.vector("c", p, "biases of layer $l + 1$")

    note(r"""A deep network repeats two steps: multiply by weights and add biases, then apply an activation to
        each entry. Write $\delta$ for the gradient of the loss in the sums of a layer, before the
        activation. It is found from the top down. In the last layer only the activation lies between the
        sums and the loss:""")
    h = note.let("h", phi(y), "outputs of the network")
    note.calc(
        grad(ell(h), y),
        eq(jacobian(h, y).T @ grad(ell(h), h), "chain rule"),
        eq(hadamard(grad(ell(h), h), phi(y, order=1)), "each entry has its own slope"),
        result=True,
    )
    note("""Now any layer $l$ in between. Its sums pass the activation and enter the sums of the next
        layer:""")
    z = note.let("z", W @ a + b, "sums of layer $l$")
    u = note.let("u", V @ phi(z) + c, "sums of layer $l + 1$")
    L = note.let("L", rest(u), "loss")
    note("""What the layers above do to them we need not know, if they report the gradient in $u$. The way
        from $z$ to $u$ is an activation and a matrix, so its Jacobian is a product of two, and the gradient
        comes back through the transposes:""")
    note.calc(
        grad(L, z),
        eq(jacobian(u, z).T @ grad(L, u), "chain rule"),
        eq(hadamard(V.T @ grad(L, u), phi(z, order=1)), "through the weights, then the activation"),
        result=True,
    )
    note(
        r"""With $\delta$ for the gradient in $z$, the parameters of the layer see the input of the layer:"""
    )
    delta = note.let(r"\delta", hadamard(V.T @ grad(L, u), phi(z, order=1)), "gradient in the sums")
    note.calc(
        grad(L, W),
        eq(delta @ a.T, "the sums are linear in the weights"),
        result=True,
    )
    note.calc(grad(L, b), eq(delta, "the sums are linear in the biases"), result=True)
    note("and the layer below receives")
    note.calc(grad(L, a), eq(W.T @ delta, "the sums are linear in the input"), result=True)
    note(r"""By induction from the top this holds for every layer. One sweep forwards keeps the sums and the
        outputs, one sweep backwards turns $\delta$ of a layer into that of the layer below, and both cost
        about the same. Applied twice it gives, for example,""")
    note.calc(
        grad(L, a),
        eq(
            W.T @ hadamard(V.T @ grad(L, u), phi(W @ a + b, order=1)),
            "insert the recursion",
        ),
    )
