"""Convolution as one matrix product."""

from derive import Note, delta, eq, grad, partial, recipe, sum_over, trace


@recipe(
    "im2col",
    title="Convolution as one matrix product",
    chapter="convolution",
    needs=["conv2d-backward", "dense-layer-backward"],
    source="Chellapilla, Puri and Simard, High Performance Convolutional Neural Networks for Document "
    "Processing (2006)",
    level=3,
)
def im2col(note: Note) -> None:
    """Copy every patch of an image into a column, and a convolution is a product of two matrices."""
    C, O, H, W, A, B = note.dims("C O H W A B")
    T, S = note.dims("T S")
    c, o = note.index("c", C - 1, 0), note.index("o", O - 1, 0)
    u, v = note.index("u", A - 1, 0), note.index("v", B - 1, 0)
    i, j = note.index("i", H - A, 0), note.index("j", W - B, 0)
    h, w = note.index("h", H - 1, 0), note.index("w", W - 1, 0)
    X = note.tensor("X", (C, H, W), "an image: channel, row, column", origin=0)
    K = note.tensor("K", (O, C, A, B), "kernels: out, in, row, column", origin=0)
    G = note.tensor(
        r"\bar{Y}", (O, H - A + 1, W - B + 1), "upstream gradient", "zero_outside", origin=0
    )

    note.suppose(A <= H, B <= W)
    note(r"""A convolution is a sum over channels and places of the kernel, at every position of the image. Processors
        are fastest at products of matrices, so write it as one. At position $i, j$ the kernel meets a patch of the
        image. Copy it; indices count from 0, the stride is one, and there is no padding:""")
    P = note.array(
        "P", (c, u, v, i, j), X[c, i + u, j + v], "patches: place in the kernel, position"
    )
    Y = note.array(
        "Y",
        (o, i, j),
        sum_over((c, u, v), K[o, c, u, v] * X[c, i + u, j + v]),
        "output of the convolution",
    )
    note.calc(
        Y[o, i, j],
        eq(sum_over((c, u, v), K[o, c, u, v] * P[c, u, v, i, j]), "definition of the patches"),
        result=True,
    )
    note(r"""The triple $c, u, v$ is summed over, and the pair $i, j$ is free. Number the triples by
        $t = (c A + u) B + v$ and the positions by $s = i W' + j$, where $W' = W - B + 1$ is the width of the
        output. Then the sum is a matrix product. With $T$ triples and $S$ positions,""")
    k = note.matrix("K_m", O, T, "the kernels as rows")
    p = note.matrix("P_m", T, S, "the patches as columns")
    g = note.matrix(r"\bar{Y}_m", O, S, "the upstream gradient in the same order")
    a, s, t = note.index("a", O), note.index("s", S), note.index("t", T)
    note.calc((k @ p)[a, s], eq(sum_over(t, k[a, t] * p[t, s]), "definition of the product"))
    note(
        "Each number belongs to exactly one triple, as in counting with digits, so that nothing is lost:"
    )
    r = note.index("r", C * A * B - 1, 0)
    note.calc(
        sum_over((c, u, v), delta(r, (c * A + u) * B + v)),
        eq(1, "division with remainder, twice"),
    )
    note("Backwards this is a dense layer. The kernels and the patches receive")
    L = note.let("L", trace(g.T @ (k @ p)), "the loss, linearised in the output")
    note.calc(grad(L, k), eq(g @ p.T, "backward pass of a dense layer"), result=True)
    note.calc(grad(L, p), eq(k.T @ g, "backward pass of a dense layer"), result=True)
    note("""The patches are copies. A pixel was copied into every patch that contains it, so it collects their
        gradients. In the first form of the sum, with the gradient of the patches""")
    Pbar = note.array(
        r"\bar{P}",
        (c, u, v, i, j),
        sum_over(o, K[o, c, u, v] * G[o, i, j]),
        "gradient of the patches",
        "zero_outside",
    )
    M = note.let("M", sum_over((o, i, j), G[o, i, j] * Y[o, i, j]), "the same loss")
    note(
        "a pixel at $h, w$ stands at place $u, v$ of the patch at $h - u, w - v$, if there is one:"
    )
    note.calc(
        partial(M, X[c, h, w]),
        eq(
            sum_over(
                (i, j, u, v),
                Pbar[c, u, v, i, j] * delta(h, i + u) * delta(w, j + v),
            ),
            "an entry of a patch is one pixel",
        ),
        eq(
            sum_over((u, v), Pbar[c, u, v, h - u, w - v]),
            "the deltas pick one position",
        ),
        result=True,
    )
    note(
        """This sum, which adds overlapping patches into place, is called col2im. It is the adjoint of copying."""
    )
