"""Gradient of the soft Dice loss."""

from derive import Note, eq, grad, hadamard, ones, partial, recipe, sum_over


@recipe(
    "dice-loss-gradient",
    title="Gradient of the soft Dice loss",
    chapter="convolution",
    needs=["bernoulli-loglik-gradient"],
    source="Milletari, Navab and Ahmadi, V-Net: Fully Convolutional Neural Networks for Volumetric "
    "Medical Image Segmentation (2016), section 3",
    level=2,
)
def dice_loss_gradient(note: Note) -> None:
    """A loss that measures overlap: every pixel is pulled by how much it would add to the overlap."""
    (n,) = note.dims("n")
    i, j = note.index("i", n), note.index("j", n)
    p = note.vector("p", n, "predicted probabilities of the pixels", "probability")
    g = note.vector("g", n, "labels of the pixels, 0 or 1", "binary")
    eps = note.scalar(r"\epsilon", "a small number against division by zero", "positive")

    note("""In segmentation the object may cover few pixels, and a classifier that predicts background everywhere
        would be right nearly always. The Dice coefficient compares areas instead: twice the overlap, divided
        by the sum of both areas.""")
    I = note.let("I", sum_over(j, p[j] * g[j]), "overlap")
    S = note.let("S", sum_over(j, p[j]) + sum_over(j, g[j]) + eps, "sum of both areas")
    L = note.let("L", 1 - (2 * I + eps) / S, "Dice loss")
    note("A pixel enters both, the overlap only if it belongs to the object:")
    note.calc(partial(I, p[i]), eq(g[i], "one term contains the pixel"))
    note.calc(partial(S, p[i]), eq(1, "one term contains the pixel"))
    note("The quotient rule puts them together:")
    note.calc(
        partial(L, p[i]),
        eq(
            -(2 * partial(I, p[i]) * S - (2 * I + eps) * partial(S, p[i])) / S**2,
            "quotient rule",
        ),
        eq(-(2 * g[i] * S - (2 * I + eps)) / S**2, "insert"),
        result=True,
    )
    note("""There are only two values. Pixels of the background are pushed down by what the loss already has,
        and pixels of the object are pulled up:""")
    note.calc(
        grad(L, p),
        eq(-2 / S * g + (2 * I + eps) / S**2 * ones(n), "all entries at once"),
        result=True,
    )
    note("""For a perfect prediction the overlap is the area itself, and the loss is nearly zero; with the label
        as prediction""")
    a = note.let("a", sum_over(j, hadamard(g, g)[j]), "area of the object")
    note.calc(a, eq(sum_over(j, g[j]), "$g_j^2 = g_j$"))
    note.calc(1 - (2 * a + eps) / (2 * a + eps), eq(0, "a number divided by itself"))
