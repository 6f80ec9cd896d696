"""Transposed convolution as the adjoint, and its backward pass."""

from derive import Note, delta, eq, partial, recipe, sum_over


@recipe(
    "transposed-conv-backward",
    title="Transposed convolution as the adjoint, and its backward pass",
    chapter="convolution",
    needs=["conv2d-backward"],
    source="Dumoulin and Visin, A Guide to Convolution Arithmetic for Deep Learning (2016), chapter "
    "4; Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.5",
    level=4,
)
def transposed_conv_backward(note: Note) -> None:
    """What a transposed convolution computes, why it is the adjoint of a convolution, and its gradients."""
    N, C, O, H, W = note.dims("N C O H W")
    A, B, s, p = note.dims("A B s p")
    P, Q = s * (H - 1) + A - 2 * p, s * (W - 1) + B - 2 * p
    n, c, o = note.index("n", N - 1, 0), note.index("c", C - 1, 0), note.index("o", O - 1, 0)
    i, j = note.index("i", H - 1, 0), note.index("j", W - 1, 0)
    u, v = note.index("u", A - 1, 0), note.index("v", B - 1, 0)
    a, b = note.index("a", P - 1, 0), note.index("b", Q - 1, 0)
    padded = "zero_outside"
    X = note.tensor("X", (N, C, H, W), "input: example, channel, row, column", padded, origin=0)
    K = note.tensor("K", (C, O, A, B), "kernels, from channel to channel", padded, origin=0)
    Z = note.tensor("Z", (N, O, P, Q), "an image of the size of the output", padded, origin=0)
    Ybar = note.tensor(
        r"\bar{Y}",
        (N, O, P, Q),
        "upstream gradient: that of the loss in the output",
        padded,
        origin=0,
    )

    note(r"""A convolution with stride makes images smaller. To make them larger again, a decoder
        uses the same pattern of connections in the other direction. So begin with a convolution
        that takes an image $Z$ to the size of $X$; indices count from 0.""")
    V = note.array(
        "V",
        (n, c, i, j),
        sum_over((o, u, v), K[c, o, u, v] * Z[n, o, s * i + u - p, s * j + v - p]),
        "convolution of $Z$",
    )
    note(r"""Its adjoint is the linear map that moves to the other side of an inner product. Take
        the inner product with $X$ and sum over the pixels of $Z$ instead of the entries of the
        kernel: pixel $a, b$ is met by entry $u = a + p - s i$, $v = b + p - s j$, if the kernel
        has one.""")
    Y = note.array(
        "Y",
        (n, o, a, b),
        sum_over((c, i, j), X[n, c, i, j] * K[c, o, a + p - s * i, b + p - s * j]),
        "transposed convolution of $X$",
    )
    note.calc(
        sum_over((n, c, i, j), V[n, c, i, j] * X[n, c, i, j]),
        eq(
            sum_over(
                (n, c, i, j, o, u, v),
                K[c, o, u, v] * Z[n, o, s * i + u - p, s * j + v - p] * X[n, c, i, j],
            ),
            "definition of the convolution",
        ),
        eq(
            sum_over(
                (n, o, a, b),
                Z[n, o, a, b]
                * sum_over((c, i, j), X[n, c, i, j] * K[c, o, a + p - s * i, b + p - s * j]),
            ),
            "sum over the pixels of $Z$",
        ),
        eq(
            sum_over((n, o, a, b), Z[n, o, a, b] * Y[n, o, a, b]),
            "definition of $Y$",
        ),
        result=True,
    )
    note(r"""That is the transposed convolution. It is easiest seen as painting: each pixel of $X$
        paints a copy of the kernel on the output, $s$ pixels apart, and where the copies overlap
        they add up. The output is $s (H - 1) + A - 2 p$ pixels high.""")
    L = note.let(
        "L",
        sum_over((n, o, a, b), Ybar[n, o, a, b] * Y[n, o, a, b]),
        "the loss, linearised in the output",
    )
    note(r"""Now its own backward pass. By the adjoint identity, with $\bar{Y}$ for $Z$, the loss
        is the inner product of $X$ with the convolution of $\bar{Y}$. In a program one line
        suffices: the backward pass of a transposed convolution is the convolution.""")
    note.calc(
        L,
        eq(
            sum_over(
                (n, c, i, j),
                X[n, c, i, j]
                * sum_over((o, u, v), Ybar[n, o, s * i + u - p, s * j + v - p] * K[c, o, u, v]),
            ),
            "adjoint identity",
        ),
    )
    note.calc(
        partial(L, X[n, c, i, j]),
        eq(
            sum_over((o, u, v), Ybar[n, o, s * i + u - p, s * j + v - p] * K[c, o, u, v]),
            "the loss is linear in the input",
        ),
        result=True,
    )
    note("""An entry of the kernel is painted once for each pixel, and collects the upstream
        gradient from all those places:""")
    note.calc(
        partial(L, K[c, o, u, v]),
        eq(
            sum_over((n, i, j), X[n, c, i, j] * Ybar[n, o, s * i + u - p, s * j + v - p]),
            "the loss is linear in the kernel",
        ),
        result=True,
    )
    note(r"""Many programs compute it in another way. Spread the input, so that its pixels lie $s$
        apart with zeros between,""")
    g, h = note.index("g", s * (H - 1), 0), note.index("h", s * (W - 1), 0)
    U = note.array(
        "U",
        (n, c, g, h),
        sum_over((i, j), X[n, c, i, j] * delta(g, s * i) * delta(h, s * j)),
        "the input, spread",
        padded,
    )
    note(r"""turn the kernel by half a turn, and pass it over this larger image as a convolution of
        stride one:""")
    F = note.array("F", (c, o, u, v), K[c, o, A - 1 - u, B - 1 - v], "the kernel, turned")
    note.calc(
        Y[n, o, a, b],
        eq(
            sum_over((c, g, h), U[n, c, g, h] * K[c, o, a + p - g, b + p - h]),
            "the zeros add nothing",
        ),
        eq(
            sum_over((c, u, v), F[c, o, u, v] * U[n, c, a + u - (A - 1 - p), b + v - (B - 1 - p)]),
            r"sum over the kernel, $g = a + u - (A - 1 - p)$",
        ),
        result=True,
    )
