"""Backward passes of average and max pooling."""

from derive import (
    Note,
    delta,
    eq,
    equals,
    floor,
    indicator,
    max_over,
    partial,
    recipe,
    sum_over,
)


@recipe(
    "pooling-backward",
    title="Backward passes of average and max pooling",
    chapter="convolution",
    needs=["conv2d-backward"],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 9.3",
    level=2,
)
def pooling_backward(note: Note) -> None:
    """Average pooling shares the gradient of a cell among its pixels; max pooling gives all of it to the winner."""
    P, Q, k = note.dims("P Q k")
    h, w = note.index("h", k * P - 1, 0), note.index("w", k * Q - 1, 0)
    i, j = note.index("i", P - 1, 0), note.index("j", Q - 1, 0)
    u, v = note.index("u", k - 1, 0), note.index("v", k - 1, 0)
    X = note.tensor("X", (k * P, k * Q), "input of one channel", origin=0)
    G = note.tensor(r"\bar{Y}", (P, Q), "upstream gradient: one number for each cell", origin=0)

    note(r"""Pooling makes an image smaller: it cuts the image into cells of $k \times k$ pixels and replaces each
        cell by one number. The pixels of cell $i, j$ are $k i + u$, $k j + v$, counted from 0. First the
        mean:""")
    A = note.array(
        "A", (i, j), 1 / k**2 * sum_over((u, v), X[k * i + u, k * j + v]), "mean of each cell"
    )
    L = note.let("L", sum_over((i, j), G[i, j] * A[i, j]), "the loss, linearised in the means")
    note(r"""A pixel lies in exactly one cell, whose number is found by dividing and rounding down. So a single
        upstream entry reaches it, and each pixel of the cell gets the same share:""")
    note.calc(
        partial(A[i, j], X[h, w]),
        eq(
            1 / k**2 * delta(i, floor(h / k)) * delta(j, floor(w / k)),
            "the pixel is in one cell only",
        ),
    )
    note.calc(
        partial(L, X[h, w]),
        eq(sum_over((i, j), G[i, j] * partial(A[i, j], X[h, w])), "chain rule"),
        eq(1 / k**2 * G[floor(h / k), floor(w / k)], "the deltas pick one cell"),
        result=True,
    )
    note("""Now the largest pixel of each cell. As long as there is one winner, the maximum is that pixel, and
        small changes of the others do not matter:""")
    B = note.array("B", (i, j), max_over((u, v), X[k * i + u, k * j + v]), "maximum of each cell")
    M = note.let("M", sum_over((i, j), G[i, j] * B[i, j]), "the loss, linearised in the maxima")
    note.calc(
        partial(B[floor(h / k), floor(w / k)], X[h, w]),
        eq(indicator(equals(X[h, w], B[floor(h / k), floor(w / k)])), "one if the pixel wins"),
    )
    note("So the winner receives the whole gradient of its cell, and all other pixels nothing:")
    note.calc(
        partial(M, X[h, w]),
        eq(
            G[floor(h / k), floor(w / k)]
            * indicator(equals(X[h, w], B[floor(h / k), floor(w / k)])),
            "chain rule",
        ),
        result=True,
    )
    note("""A program keeps the place of each winner on the way forwards. With ties it has to choose one;
        the function has a kink there.""")
