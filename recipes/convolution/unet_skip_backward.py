"""Gradient of an encoder feature in a U-Net: skip path plus bottleneck path."""

from derive import Note, eq, partial, recipe, sum_over


@recipe(
    "unet-skip-backward",
    title="Gradient of an encoder feature in a U-Net: skip path plus bottleneck path",
    chapter="convolution",
    needs=["conv2d-backward", "pooling-backward", "residual-block-backward"],
    source="Ronneberger, Fischer and Brox, U-Net: Convolutional Networks for Biomedical Image "
    "Segmentation (2015), for the architecture",
    level=3,
)
def unet_skip_backward(note: Note) -> None:
    """A feature of the encoder reaches the decoder directly and through the bottleneck; both gradients add up."""
    C, F, P = note.dims("C F P")
    c, f, e = note.index("c", C), note.index("f", F), note.index("e", C)
    i, u, v = note.index("i", P), note.index("u", 4), note.index("v", 4)
    E = note.tensor("E", (C, P, 4), "encoder features: channel, cell, place in the cell")
    M = note.matrix("M", F, C, r"weights of a $1 \times 1$ convolution")
    phi = note.function(r"\phi", "activation of the bottleneck")
    up = note.tensor(r"\bar{U}", (F, P, 4), "upstream gradient of the channels from below")
    skip = note.tensor(r"\bar{S}", (C, P, 4), "upstream gradient of the channels of the skip")

    note(r"""A U-Net sends its features down to a coarser resolution and up again, and also straight across.
        Cut the image into cells of $2 \times 2$ pixels, so that a pixel is named by its cell $i$ and its place
        $u$ in the cell. On the way down each cell is averaged, and a $1 \times 1$ convolution mixes the
        channels before the activation:""")
    A = note.array("A", (c, i), 1 / 4 * sum_over(u, E[c, i, u]), "pooled features")
    z = note.array("z", (f, i), sum_over(c, M[f, c] * A[c, i]), "sums of the bottleneck")
    note(r"""On the way up each value is repeated in all four places of its cell. There it is joined with the
        encoder features: the channels stand side by side, so the upstream gradient splits into that of the
        channels from below, $\bar{U}$, and that of the skip, $\bar{S}$. The loss, linearised, is""")
    L = note.let(
        "L",
        sum_over((f, i, u), up[f, i, u] * phi(z[f, i]))
        + sum_over((c, i, u), skip[c, i, u] * E[c, i, u]),
        "the loss, linearised in the decoder input",
    )
    note("""Go backwards along the lower path. A value that was repeated four times receives the sum of four
        gradients:""")
    note.calc(
        partial(L, z[f, i]),
        eq(
            sum_over(u, up[f, i, u]) * phi(z[f, i], order=1),
            "the adjoint of repeating is summing; slope of the activation",
        ),
        result=True,
    )
    note(
        "The convolution mixes channels at each cell by itself, so it comes back through the transpose:"
    )
    note.calc(
        partial(L, A[c, i]),
        eq(sum_over(f, M[f, c] * partial(L, z[f, i])), "backward pass of a linear map"),
        eq(
            sum_over(f, M[f, c] * phi(z[f, i], order=1) * sum_over(u, up[f, i, u])),
            "insert",
        ),
        result=True,
    )
    note("""Average pooling gives a quarter to each pixel of the cell, and the skip adds its own gradient. The
        two paths do not disturb each other:""")
    note.calc(
        partial(L, E[e, i, u]),
        eq(skip[e, i, u] + 1 / 4 * partial(L, A[e, i]), "two paths"),
        eq(
            skip[e, i, u]
            + 1 / 4 * sum_over(f, M[f, e] * phi(z[f, i], order=1) * sum_over(v, up[f, i, v])),
            "insert the lower path",
        ),
        result=True,
    )
    note("""The skip carries fine detail, and a gradient that differs from pixel to pixel; through the
        bottleneck all four pixels of a cell hear the same.""")
