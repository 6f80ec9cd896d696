"""Output sizes of convolution and transposed convolution."""

from derive import Note, eq, floor, indicator, le, recipe, sum_over


@recipe(
    "conv-output-size",
    title="Output sizes of convolution and transposed convolution",
    chapter="convolution",
    needs=[],
    source="Dumoulin and Visin, A Guide to Convolution Arithmetic for Deep Learning (2016)",
    level=1,
)
def conv_output_size(note: Note) -> None:
    """How many places there are for a window, with stride, padding and dilation, and what is lost by rounding."""
    n, k, s, p, d = note.dims("n k s p d")
    i = note.index("i", n + 2 * p - 1, 0)

    note(r"""A window of $k$ pixels, $d$ apart from each other, slides along $n$ pixels with $p$ zeros on each
        side, $s$ pixels at a time. How many outputs are there? The pixels of the window lie at $0, d, \dots,
        (k - 1) d$ after its start, so that it covers""")
    note.calc(
        (k - 1) * d + 1,
        eq(d * (k - 1) + 1, "positions from the first pixel to the last"),
    )
    note(r"""positions. With the padding there are $n + 2 p$ of them. We assume that the window fits, and count
        those starts $s i$ for which its last pixel is still inside:""")
    note.suppose(d * (k - 1) + 1 <= n + 2 * p)
    room = n + 2 * p - d * (k - 1) - 1
    out = note.let("m", floor(room / s) + 1, "number of outputs")
    note.calc(
        sum_over(i, indicator(s * i + d * (k - 1) <= n + 2 * p - 1)),
        eq(sum_over(i, indicator(i <= room / s)), "divide by the stride"),
        eq(floor(room / s) + 1, "whole numbers from 0 up to the bound"),
        eq(out, "definition of $m$"),
        result=True,
        name="convolution",
    )
    note("""For stride one nothing is rounded. Then padding by half of what the window covers beyond one
        pixel keeps the size:""")
    note.calc(
        n + 2 * p - (2 * p + 1 - 1) - 1 + 1,
        eq(n, "a window that covers $2 p + 1$ positions"),
    )
    note("""The transposed convolution runs the other way: each of its inputs paints a window, $s$ pixels
        apart, and the padding is cut off. Starting from $m$ inputs it paints up to the last pixel of the last
        window,""")
    note.calc(
        (out - 1) * s - 2 * p + d * (k - 1) + 1,
        eq(s * floor(room / s) - 2 * p + d * (k - 1) + 1, "insert the number of outputs"),
        le(n, "rounding down loses a rest"),
    )
    note("""which may be less than the size that one came from. The rest of the division was lost. It is
        given back as the output padding, so that the sizes fit again:""")
    o = note.let("o", room - s * floor(room / s), "rest of the division by the stride")
    note.calc(
        (out - 1) * s - 2 * p + d * (k - 1) + o + 1,
        eq(s * floor(room / s) - 2 * p + d * (k - 1) + o + 1, "insert the number of outputs"),
        eq(room - 2 * p + d * (k - 1) + 1, "definition of the rest"),
        eq(n, "collect"),
        result=True,
        name="transposed convolution",
    )
    note(
        """Several sizes give the same output, one for each rest, which is why a program has to be told."""
    )
