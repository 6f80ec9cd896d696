"""Backward pass of RMS normalisation."""

from derive import Note, eq, grad, hadamard, identity, jacobian, norm2, recipe, sqrt


@recipe(
    "rmsnorm-backward",
    title="Backward pass of RMS normalisation",
    chapter="neural networks",
    needs=["layernorm-backward"],
    source="Zhang and Sennrich, Root Mean Square Layer Normalization (2019)",
    level=3,
)
def rmsnorm_backward(note: Note) -> None:
    """Layer normalisation without the mean: only the scale is divided out, and only one path is left."""
    (d,) = note.dims("d")
    x = note.vector("x", d, "input: the features of one example")
    gamma = note.vector(r"\gamma", d, "scale of each feature")
    G = note.vector(r"\bar{y}", d, "upstream gradient: that of the loss in the output")
    eps = note.scalar(r"\epsilon", "a small number that keeps the root away from zero", "positive")

    note("""Layer normalisation subtracts the mean and divides by the standard deviation. Leaving the mean in
        saves work and loses little: divide by the root of the mean square instead.""")
    r = note.let("r", sqrt(norm2(x) / d + eps), "root of the mean square")
    xh = note.let(r"\hat{x}", x / r, "normalised input")
    L = note.let("L", G.T @ hadamard(gamma, xh), "the loss, linearised in the output")
    note("The scale of a feature multiplies one entry:")
    note.calc(grad(L, gamma), eq(hadamard(G, xh), "linearity of the derivative"), result=True)
    note(
        "For a batch, the gradients of all examples are added. In the normalised input, the scale comes first:"
    )
    g = note.let(r"\hat{g}", hadamard(G, gamma), "upstream gradient of the normalised input")
    note.calc(grad(L, xh), eq(g, "linearity of the derivative"))
    note("An input reaches the loss directly, and through the root, which it changes by")
    note.calc(
        grad(r, x),
        eq(1 / (2 * r) * (2 / d * x), "derivative of the square root"),
        eq(1 / d * xh, r"$\hat{x} = x / r$"),
    )
    note("The quotient rule joins both paths into one matrix:")
    note.calc(
        jacobian(xh, x),
        eq(identity(d) / r - x @ grad(r, x).T / r**2, "quotient rule"),
        eq(1 / r * (identity(d) - 1 / d * xh @ xh.T), "insert, and factor out"),
    )
    note("""It is symmetric, so the gradient is sent through the same matrix: what points along the normalised
        input is taken out, nearly all of it.""")
    note.calc(
        grad(L, x),
        eq(jacobian(xh, x).T @ g, "chain rule"),
        eq(1 / r * (g - xh * (1 / d * xh.T @ g)), "insert the Jacobian"),
        result=True,
    )
    note("""Compared with layer normalisation only the term with the mean is missing. A longer input gives
        nearly the same output, so there is hardly any slope along the input:""")
    note.calc(
        jacobian(xh, x) @ x,
        eq(1 / r * (x - 1 / d * xh @ (xh.T @ x)), "insert"),
        eq(eps / r**2 * xh, r"$\lVert x \rVert^2 / d = r^2 - \epsilon$"),
    )
