"""Carrying a dense layer after a flatten between layouts."""

from derive import Note, delta, eq, grad, identity, inner, recipe, sum_over


@recipe(
    "flatten-layout-permutation",
    title="Carrying a dense layer after a flatten between layouts",
    chapter="convolution",
    needs=["nchw-nhwc-equivalence", "linear-layer-conventions"],
    source="PyTorch documentation, torch.flatten and Channels Last Memory Format (2024), for the layouts",
    level=2,
)
def flatten_layout_permutation(note: Note) -> None:
    """Flattening a feature map in another layout permutes the features, and the columns of the weights with them."""
    C, T, H, W, q = note.dims("C T H W q")
    c, t = note.index("c", C - 1, 0), note.index("t", T - 1, 0)
    h, w = note.index("h", H - 1, 0), note.index("w", W - 1, 0)
    r, s = note.index("r", C * T - 1, 0), note.index("s", C * T - 1, 0)
    X = note.tensor("X", (C, T), "feature map: channel, pixel", origin=0)
    V = note.matrix("V", q, C * T, "weights (out, in), trained with channels first")
    G = note.vector(r"\bar{y}", q, "upstream gradient: that of the loss in the output")

    note(r"""After the convolutions a network flattens its feature map into one vector and applies a dense
        layer. The order in which the entries are read depends on the layout. Number the pixels row by row, so
        that the pixel in row $h$ and column $w$ is $t = h W + w$, counted from 0, of $T = H W$ pixels. With
        channels first, entry $c, t$ stands at place $c T + t$; with channels last, at $t C + c$. In rows and
        columns these places are""")
    note.calc(
        c * (H * W) + (h * W + w),
        eq((c * H + h) * W + w, "$T = H W$ and $t = h W + w$"),
        result=True,
    )
    a = note.array(
        "a",
        (s,),
        sum_over((c, t), delta(s, c * T + t) * X[c, t]),
        "flattened, channels first",
    )
    b = note.array(
        "b", (r,), sum_over((c, t), delta(r, t * C + c) * X[c, t]), "flattened, channels last"
    )
    note.calc(a[c * T + t], eq(X[c, t], "each place holds one entry"))
    note.calc(b[t * C + c], eq(X[c, t], "each place holds one entry"))
    note("""So one vector is a permutation of the other. Put a one wherever a place of the one order meets the
        place of the same entry in the other:""")
    P = note.array(
        "P",
        (r, s),
        sum_over((c, t), delta(r, t * C + c) * delta(s, c * T + t)),
        "permutation from channels first to channels last",
    )
    note.calc(P[t * C + c, c * T + t], eq(1, "the two places of one entry"), result=True)
    note.calc(
        sum_over(s, P[r, s] * a[s]),
        eq(sum_over((c, t), delta(r, t * C + c) * a[c * T + t]), "the delta picks one place"),
        eq(sum_over((c, t), delta(r, t * C + c) * X[c, t]), "the entry at that place"),
        eq(b[r], "definition of $b$"),
    )
    note("A permutation matrix is orthogonal, since each place occurs once:")
    note.calc(P.T @ P, eq(identity(C * T), "a permutation, and back"))
    note("""Insert it between the weights and their input. The weights for the other layout are the old ones
        with their columns permuted, and the outputs are the same:""")
    U = note.let("U", V @ P.T, "weights for channels last")
    note.calc(
        V @ a,
        eq(V @ P.T @ P @ a, r"$P^\top P = I$"),
        eq(U @ b, "$b$ is $a$, permuted"),
        result=True,
    )
    note("""Training may go on in the new layout. The gradients are permuted in the same way as the weights,
        so a step of gradient descent keeps the two networks equal:""")
    L = note.let("L", inner(G, V @ a), "the loss with channels first")
    M = note.let("M", inner(G, U @ b), "the loss with channels last")
    note.calc(
        grad(M, U),
        eq(G @ b.T, "backward pass of a dense layer"),
        eq(G @ a.T @ P.T, "$b$ is $a$, permuted"),
        eq(grad(L, V) @ P.T, "backward pass of a dense layer"),
        result=True,
    )
