"""Optimal leaf weight and split gain in gradient boosting."""

from fractions import Fraction

from derive import Note, eq, ge, partial, recipe, sum_over

HALF = Fraction(1, 2)


@recipe(
    "boosting-leaf-weight",
    title="Optimal leaf weight and split gain in gradient boosting",
    chapter="classification",
    needs=["newton-step"],
    source="Chen and Guestrin, XGBoost: A Scalable Tree Boosting System (2016), equations (5) to (7)",
    level=3,
)
def boosting_leaf_weight(note: Note) -> None:
    """A leaf of a tree takes a Newton step on its own examples, and a split is worth what its two steps gain."""
    n, m = note.dims("n m")
    i, j = note.index("i", n), note.index("j", m)
    g = note.vector("g", n, "slopes of the loss for the examples of a leaf")
    h = note.vector("h", n, "second derivatives of the loss for them", "positive")
    w = note.scalar("w", "weight of the leaf")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note("""Gradient boosting adds one tree after another, and each leaf of a tree adds the same number to the
        prediction of all its examples. Which number is best? Expand the loss of each example to second order
        around its present prediction, and penalise large numbers. All examples of a leaf enter through two
        sums:""")
    G = note.let("G", sum_over(i, g[i]), "sum of the slopes")
    H = note.let("H", sum_over(i, h[i]), "sum of the second derivatives")
    J = note.let(
        "J",
        sum_over(i, g[i] * w + HALF * h[i] * w**2) + lam / 2 * w**2,
        "change of the loss by the leaf, with penalty",
    )
    note.calc(J, eq(G * w + HALF * (H + lam) * w**2, "factor out the weight"))
    note("This is a parabola in the weight. Its slope vanishes at one place:")
    w_hat = note.minimiser(r"\hat{w}", J, w, "the best weight")
    note.calc(partial(J, w), eq(G + (H + lam) * w, "power rule"))
    note.calc(w_hat, eq(-G / (H + lam), "the slope vanishes"), result=True)
    note("Complete the square to see how much is gained:")
    note.calc(
        J,
        eq(
            HALF * (H + lam) * (w + G / (H + lam)) ** 2 - G**2 / (2 * (H + lam)),
            "complete the square",
        ),
        ge(-(G**2) / (2 * (H + lam)), "a square is not negative"),
        result=True,
    )
    note.calc(
        G * w_hat + HALF * (H + lam) * w_hat**2,
        eq(-(G**2) / (2 * (H + lam)), "insert the best weight"),
        result=True,
        name="value of a leaf",
    )
    note("""Should a leaf be split? The examples go to the left, with slopes $a_i$ and second derivatives $b_i$, or
        to the right, with $c_j$ and $e_j$. The sums of the parent are those of the children together:""")
    a = note.vector("a", n, "slopes on the left")
    b = note.vector("b", n, "second derivatives on the left", "positive")
    c = note.vector("c", m, "slopes on the right")
    e = note.vector("e", m, "second derivatives on the right", "positive")
    GL = note.let("G_L", sum_over(i, a[i]), "sum of the slopes on the left")
    GR = note.let("G_R", sum_over(j, c[j]), "sum of the slopes on the right")
    HL = note.let("H_L", sum_over(i, b[i]), "sum of the second derivatives on the left")
    HR = note.let("H_R", sum_over(j, e[j]), "sum of the second derivatives on the right")
    note("The gain is the value of the parent minus the values of the children:")
    note.calc(
        -((GL + GR) ** 2) / (2 * (HL + HR + lam))
        + GL**2 / (2 * (HL + lam))
        + GR**2 / (2 * (HR + lam)),
        eq(
            HALF * (GL**2 / (HL + lam) + GR**2 / (HR + lam) - (GL + GR) ** 2 / (HL + HR + lam)),
            "factor out",
        ),
        result=True,
        name="gain of a split",
    )
    note("""Because the penalty is paid by both children, the gain may be negative. Without a penalty it never
        is, since two numbers fit at least as well as one:""")
    note.calc(
        GL**2 / HL + GR**2 / HR - (GL + GR) ** 2 / (HL + HR),
        eq((GL * HR - GR * HL) ** 2 / (HL * HR * (HL + HR)), "common denominator"),
        ge(0, "a square is not negative"),
    )
