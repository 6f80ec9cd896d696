"""Backward pass of a two-dimensional convolution."""

from derive import Note, delta, eq, equals, partial, recipe, sum_over


@recipe(
    "conv2d-backward",
    title="Backward pass of a two-dimensional convolution",
    chapter="convolution",
    needs=["dense-layer-backward"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.5; Dumoulin and Visin, "
    "A Guide to Convolution Arithmetic for Deep Learning (2016)",
    level=4,
)
def conv2d_backward(note: Note) -> None:
    """The gradients in input, kernel and bias of a convolution with stride and padding are convolutions again."""
    N, C, O, H, W = note.dims("N C O H W")
    A, B, P, Q = note.dims("A B P Q")
    s, p = note.dims("s p")
    n, c, o = note.index("n", N - 1, 0), note.index("c", C - 1, 0), note.index("o", O - 1, 0)
    h, w = note.index("h", H - 1, 0), note.index("w", W - 1, 0)
    u, v = note.index("u", A - 1, 0), note.index("v", B - 1, 0)
    i, j = note.index("i", P - 1, 0), note.index("j", Q - 1, 0)
    padded = "zero_outside"
    X = note.tensor("X", (N, C, H, W), "input: example, channel, row, column", padded, origin=0)
    K = note.tensor("K", (O, C, A, B), "kernels of $A$ by $B$ entries", padded, origin=0)
    b = note.tensor("b", (O,), "bias of each output channel", origin=0)
    Ybar = note.tensor(
        r"\bar{Y}",
        (N, O, P, Q),
        "upstream gradient: that of the loss in the output",
        padded,
        origin=0,
    )

    note(r"""A convolution lays a small window on the image and takes the inner product with a
        kernel, at every position with the same kernel. The window moves $s$ pixels at a time, and
        starts $p$ pixels before the image, where the image is zero. Indices count from 0, as in a
        program.""")
    Y = note.array(
        "Y",
        (n, o, i, j),
        b[o] + sum_over((c, u, v), K[o, c, u, v] * X[n, c, s * i + u - p, s * j + v - p]),
        "output",
    )
    note(r"""As for a dense layer, the loss may be replaced by the linear function of the output
        that has the gradient $\bar{Y}$:""")
    L = note.let(
        "L",
        sum_over((n, o, i, j), Ybar[n, o, i, j] * Y[n, o, i, j]),
        "the loss, linearised in the output",
    )
    note("""The bias of a channel is added at every position of every example, and collects all
        their gradients.""")
    note.calc(
        partial(L, b[o]),
        eq(sum_over((n, i, j), Ybar[n, o, i, j] * partial(Y[n, o, i, j], b[o])), "chain rule"),
        eq(sum_over((n, i, j), Ybar[n, o, i, j]), "the slope is one"),
        result=True,
    )
    note("""An entry of the kernel meets, at each position, one pixel of the window. Its gradient
        compares the input with the upstream gradient, shifted by its place in the kernel:""")
    note.calc(
        partial(L, K[o, c, u, v]),
        eq(
            sum_over((n, i, j), Ybar[n, o, i, j] * partial(Y[n, o, i, j], K[o, c, u, v])),
            "chain rule",
        ),
        eq(
            sum_over((n, i, j), Ybar[n, o, i, j] * X[n, c, s * i + u - p, s * j + v - p]),
            "the output is linear in the kernel",
        ),
        result=True,
    )
    note(r"""A pixel is seen by several windows. Entry $u, v$ of the window at $i, j$ is pixel $h,
        w$ only if the rows and the columns agree:""")
    note.calc(
        partial(X[n, c, s * i + u - p, s * j + v - p], X[n, c, h, w]),
        eq(
            delta(h, s * i + u - p) * delta(w, s * j + v - p),
            "an entry has slope one in itself",
        ),
    )
    note(r"""For a window at $i$ this leaves at most one row of the kernel, $u = h + p - s i$, and
        none if that is outside of the kernel, whose entries we take as zero there. So the deltas
        remove both sums over the kernel:""")
    note.calc(
        partial(L, X[n, c, h, w]),
        eq(
            sum_over(
                (o, i, j, u, v),
                Ybar[n, o, i, j]
                * K[o, c, u, v]
                * (delta(h, s * i + u - p) * delta(w, s * j + v - p)),
            ),
            "chain rule",
        ),
        eq(
            sum_over((o, i, j), Ybar[n, o, i, j] * K[o, c, h + p - s * i, w + p - s * j]),
            "the deltas pick one entry of the kernel",
        ),
        result=True,
    )
    note(r"""The kernel appears with its argument reversed. For stride one the sum is itself a
        convolution: turn the kernel by half a turn, exchange its channels,""")
    F = note.array("F", (c, o, u, v), K[o, c, A - 1 - u, B - 1 - v], "the kernel, turned")
    note(r"""and pass it over the upstream gradient, padded so far that each window holds at least
        one pixel of it. With $p = 0$ this is called the full convolution.""")
    with note.suppose(equals(s, 1)):
        note.calc(
            partial(L, X[n, c, h, w]),
            eq(
                sum_over((o, u, v), K[o, c, u, v] * Ybar[n, o, h + p - u, w + p - v]),
                "sum over the kernel, $i = h + p - u$",
            ),
            eq(
                sum_over(
                    (o, u, v),
                    F[c, o, u, v] * Ybar[n, o, h + u - (A - 1 - p), w + v - (B - 1 - p)],
                ),
                r"$A - 1 - u$ in place of $u$",
            ),
            result=True,
        )
