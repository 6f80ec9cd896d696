"""Channels-first and channels-last compute the same thing."""

from derive import Note, delta, eq, partial, recipe, sum_over


@recipe(
    "nchw-nhwc-equivalence",
    title="Channels-first and channels-last compute the same thing",
    chapter="convolution",
    needs=["conv2d-backward"],
    source="PyTorch documentation, Channels Last Memory Format (2024); TensorFlow documentation, "
    "tf.nn.conv2d (2024)",
    level=2,
)
def nchw_nhwc_equivalence(note: Note) -> None:
    """Permuting the axes of input and kernel permutes output and gradients in the same way, and nothing else."""
    N, C, O, H, W = note.dims("N C O H W")
    A, B, P, Q = note.dims("A B P Q")
    s, p = note.dims("s p")
    n, c, o = note.index("n", N - 1, 0), note.index("c", C - 1, 0), note.index("o", O - 1, 0)
    h, w = note.index("h", H - 1, 0), note.index("w", W - 1, 0)
    u, v = note.index("u", A - 1, 0), note.index("v", B - 1, 0)
    i, j = note.index("i", P - 1, 0), note.index("j", Q - 1, 0)
    padded = "zero_outside"
    X = note.tensor("X", (N, C, H, W), "input, channels first (NCHW)", padded, origin=0)
    K = note.tensor("K", (O, C, A, B), "kernels: out, in, row, column (OIHW)", origin=0)
    G = note.tensor("G", (N, O, P, Q), "upstream gradient, channels first", origin=0)

    note(r"""Some programs keep the channels of an image before its rows and columns (NCHW), others
        after them (NHWC). The numbers are the same; only the order of the axes differs. For the
        kernels the second convention is row, column, in, out (HWIO). Write the change of layout as
        an operation on the axes; indices count from 0.""")
    Xl = note.array(r"\tilde{X}", (n, h, w, c), X[n, c, h, w], "input, channels last", padded)
    Kl = note.array(r"\tilde{K}", (u, v, c, o), K[o, c, u, v], "kernels, channels last")
    Gl = note.array(r"\tilde{G}", (n, i, j, o), G[n, o, i, j], "upstream gradient, channels last")
    note("""Each layout has its own convolution, which reads its own order of the axes:""")
    Y = note.array(
        "Y",
        (n, o, i, j),
        sum_over((c, u, v), K[o, c, u, v] * X[n, c, s * i + u - p, s * j + v - p]),
        "output, channels first",
    )
    Yl = note.array(
        r"\tilde{Y}",
        (n, i, j, o),
        sum_over((u, v, c), Kl[u, v, c, o] * Xl[n, s * i + u - p, s * j + v - p, c]),
        "output, channels last",
    )
    note("""Insert the permuted tensors. The terms of the sum are the same ones in another order, so
        the output is the old one, permuted:""")
    note.calc(
        Yl[n, i, j, o],
        eq(
            sum_over((u, v, c), K[o, c, u, v] * X[n, c, s * i + u - p, s * j + v - p]),
            "definition of the permuted tensors",
        ),
        eq(
            sum_over((c, u, v), K[o, c, u, v] * X[n, c, s * i + u - p, s * j + v - p]),
            "exchange the sums",
        ),
        eq(Y[n, o, i, j], "definition of the output"),
        result=True,
    )
    note(r"""So no loss can tell the two apart. Take the linear loss with the upstream gradient $G$,
        and the one of the other layout with $\tilde{G}$:""")
    L = note.let("L", sum_over((n, o, i, j), G[n, o, i, j] * Y[n, o, i, j]), "channels first")
    Ll = note.let(
        r"\tilde{L}", sum_over((n, i, j, o), Gl[n, i, j, o] * Yl[n, i, j, o]), "channels last"
    )
    note.calc(
        Ll,
        eq(sum_over((n, i, j, o), G[n, o, i, j] * Y[n, o, i, j]), "permuted tensors"),
        eq(L, "exchange the sums"),
    )
    note("""A permutation only renames the entries, so the gradient in a permuted tensor is the
        permuted gradient. The input,""")
    note.calc(
        partial(Ll, Xl[n, h, w, c]),
        eq(partial(L, X[n, c, h, w]), "the same entry under another name"),
        result=True,
    )
    note("and the kernels:")
    note.calc(
        partial(Ll, Kl[u, v, c, o]),
        eq(
            sum_over((n, i, j), Gl[n, i, j, o] * Xl[n, s * i + u - p, s * j + v - p, c]),
            "the output is linear in the kernel",
        ),
        eq(
            sum_over((n, i, j), G[n, o, i, j] * X[n, c, s * i + u - p, s * j + v - p]),
            "definition of the permuted tensors",
        ),
        eq(partial(L, K[o, c, u, v]), "backward pass of a convolution"),
        result=True,
    )
    note(r"""In memory a tensor is one long vector. Channels first, entry $n, c, h, w$ is found at
        place $((n C + c) H + h) W + w$, channels last at $((n H + h) W + w) C + c$: the neighbour
        in the same row is one place away, or $C$ places. Put every entry of a vector $a$ that is
        read channels first at its place of the other order,""")
    a = note.tensor("a", (N * C * H * W,), "a tensor in memory, channels first", origin=0)
    l = note.index("l", N * C * H * W - 1, 0)
    b = note.array(
        "b",
        (l,),
        sum_over(
            (n, c, h, w),
            delta(l, ((n * H + h) * W + w) * C + c) * a[((n * C + c) * H + h) * W + w],
        ),
        "the same tensor in memory, channels last",
    )
    note("""and each entry is found there, as no two entries have the same place:""")
    note.calc(
        b[((n * H + h) * W + w) * C + c],
        eq(a[((n * C + c) * H + h) * W + w], "the delta picks one entry"),
        result=True,
    )
