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
    C, O, P, Q, A, B = note.dims("C O P Q A B")
    H, W = P + A - 1, Q + B - 1
    T, S = note.dims("T S")
    c, o = note.index("c", C - 1, 0), note.index("o", O - 1, 0)
    u, v = note.index("u", A - 1, 0), note.index("v", B - 1, 0)
    i, j = note.index("i", P - 1, 0), note.index("j", Q - 1, 0)
    h, w = note.index("h", H - 1, 0), note.index("w", W - 1, 0)
    X = note.tensor("X", (C, H, W), "an image: channel, row, column", origin=0)
    K = note.tensor("K", (O, C, A, B), "kernels: out, in, row, column", origin=0)

    note(r"""A convolution is a sum over channels and places of the kernel, at every position of the image. Processors
        are fastest at products of matrices, so write it as one. At position $i, j$ the kernel meets a patch of the
        image. Copy it; indices count from 0, the stride is one, and there is no padding:""")
    D = note.array(
        "D", (c, u, v, i, j), X[c, i + u, j + v], "patches: place in the kernel, position"
    )
    Y = note.array(
        "Y",
        (o, i, j),
        sum_over((c, u, v), K[o, c, u, v] * X[c, i + u, j + v]),
        "output of the convolution",
    )
    note.calc(
        Y[o, i, j],
        eq(sum_over((c, u, v), K[o, c, u, v] * D[c, u, v, i, j]), "definition of the patches"),
        result=True,
    )
    note(r"""The triple $c, u, v$ is summed over, and the pair $i, j$ is free. Number the triples by
        $t = (c A + u) B + v$ and the positions by $s = i Q + j$, where $Q$ is the width of the
        output. Then the sum is a matrix product. With $T$ triples and $S$ positions,""")
    k = note.matrix("K_m", O, T, "the kernels as rows")
    p = note.matrix("D_m", T, S, "the patches as columns")
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
        gradients. Channels do not mix in this, so take one. With the gradient of its patches in place, the loss
        is linear in them:""")
    Z = note.tensor("Z", (H, W), "one channel of the image", origin=0)
    Dbar = note.tensor(
        r"\bar{D}", (A, B, P, Q), "gradient of its patches", "zero_outside", origin=0
    )
    M = note.let(
        "M",
        sum_over((u, v, i, j), Dbar[u, v, i, j] * Z[i + u, j + v]),
        "the loss, linearised in the patches",
    )
    note(
        "A pixel at $h, w$ stands at place $u, v$ of the patch at $h - u, w - v$, if there is one:"
    )
    note.calc(
        partial(M, Z[h, w]),
        eq(
            sum_over((i, j, u, v), Dbar[u, v, i, j] * delta(h, i + u) * delta(w, j + v)),
            "an entry of a patch is one pixel",
        ),
        eq(sum_over((u, v), Dbar[u, v, h - u, w - v]), "the deltas pick one position"),
        result=True,
    )
    note(
        """This sum, which adds overlapping patches into place, is called col2im. It is the adjoint of copying."""
    )
