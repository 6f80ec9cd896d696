"""Jacobian and backward pass of a residual block."""

from derive import Note, diag, eq, grad, identity, jacobian, recipe


@recipe(
    "residual-block-backward",
    title="Jacobian and backward pass of a residual block",
    chapter="neural networks",
    needs=["dense-layer-backward", "activation-derivatives"],
    source="He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition (2016)",
    level=2,
)
def residual_block_backward(note: Note) -> None:
    """The identity path adds an identity to the Jacobian, and carries the gradient back unchanged."""
    d, m = note.dims("d m")
    x = note.vector("x", d, "input of the block")
    W1 = note.matrix("W_1", m, d, "weights of the first layer")
    W2 = note.matrix("W_2", d, m, "weights of the second layer")
    ybar = note.vector(r"\bar{y}", d, "upstream gradient: that of the loss in the output")
    phi = note.function(r"\phi", "activation, applied to each entry")

    note(r"""Gradients of very deep networks are products of many Jacobians, and such products
        shrink or explode. A residual block does not replace its input but adds a correction to
        it:""")
    y = note.let("y", x + W2 @ phi(W1 @ x), "output of the block")
    D = note.let("D", diag(phi(W1 @ x, order=1)), "slopes of the activation")
    note("""The derivative of a sum is the sum of the derivatives. The input itself gives an
        identity, the branch the product of its three Jacobians.""")
    note.calc(
        jacobian(y, x),
        eq(
            identity(d) + W2 @ jacobian(phi(W1 @ x), x),
            "linearity of the derivative",
        ),
        eq(identity(d) + W2 @ D @ W1, rule="chain rule"),
        result=True,
    )
    note("""Backwards the gradient is multiplied by the transpose. One part of it arrives
        untouched, however small the weights are; with many blocks there is always a path without
        any factor.""")
    L = note.let("L", ybar.T @ y, "the loss, linearised in the output")
    note.calc(
        grad(L, x),
        eq(jacobian(y, x).T @ ybar, rule="chain rule"),
        eq((identity(d) + W2 @ D @ W1).T @ ybar, "insert the Jacobian"),
        eq(ybar + W1.T @ D @ W2.T @ ybar, "transpose of a product; $D$ is diagonal"),
        result=True,
    )
