"""One-dimensional convolution as a Toeplitz matrix."""

from derive import Note, eq, grad, inner, partial, recipe, sum_over


@recipe(
    "conv1d-toeplitz",
    title="One-dimensional convolution as a Toeplitz matrix",
    chapter="convolution",
    needs=["transpose-adjoint", "conv2d-backward"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.1",
    level=3,
)
def conv1d_toeplitz(note: Note) -> None:
    """A convolution is multiplication by a matrix of shifted kernels, and its backward pass by the transpose."""
    n, m = note.dims("n m")
    i, j = note.index("i", n - m, 0), note.index("j", n - 1, 0)
    u = note.index("u", m - 1, 0)
    x = note.tensor("x", (n,), "input", origin=0)
    k = note.tensor("k", (m,), "kernel", "zero_outside", origin=0)
    G = note.tensor(
        r"\bar{y}", (n - m + 1,), "upstream gradient of the output", "zero_outside", origin=0
    )

    note("""Slide a kernel along a signal, without padding, and take an inner product at each place.
        Indices count from 0.""")
    y = note.array("y", (i,), sum_over(u, k[u] * x[i + u]), "output")
    note(r"""This is linear in the signal, so it is multiplication by a matrix. Put $j = i + u$: the
        input at $j$ counts with the entry $k_{j - i}$ of the kernel, or not at all where there is
        none.""")
    T = note.array("T", (i, j), k[j - i], "matrix of the convolution")
    note.calc(
        y[i],
        eq(sum_over(j, k[j - i] * x[j]), "$u = j - i$"),
        eq(sum_over(j, T[i, j] * x[j]), "definition of the matrix"),
    )
    note.calc(y, eq(T @ x, "the equation above for each entry"), result=True)
    note("""Each row holds the same kernel, one place further to the right. Such a matrix, constant
        along its diagonals, is called Toeplitz; it has $m$ parameters and many zeros. Now all that
        is known of matrices applies. The gradient in the signal comes from the transpose:""")
    L = note.let("L", inner(G, y), "the loss, linearised in the output")
    note.calc(
        grad(L, x),
        eq(T.T @ G, "backward pass of a linear map"),
        result=True,
    )
    note("""A row of the transpose holds the kernel in reverse. So this is again a convolution, with
        the kernel turned around, and with padding, since the output is shorter than the input:""")
    note.calc(
        partial(L, x[j]),
        eq(sum_over(i, T[i, j] * G[i]), "the equation above in entries"),
        eq(sum_over(u, k[u] * G[j - u]), "$u = j - i$"),
        result=True,
    )
    note("""Used forwards, multiplication by the transpose is the transposed convolution. The kernel
        itself is met at every place:""")
    note.calc(
        partial(L, k[u]),
        eq(sum_over(i, G[i] * partial(y[i], k[u])), "chain rule"),
        eq(sum_over(i, G[i] * x[i + u]), "the output is linear in the kernel"),
        result=True,
    )
