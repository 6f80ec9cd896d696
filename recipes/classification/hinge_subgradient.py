"""Subgradient of the hinge loss."""

from derive import Note, eq, equals, ge, grad, maximum, norm2, recipe


@recipe(
    "hinge-subgradient",
    title="Subgradient of the hinge loss",
    chapter="classification",
    needs=[],
    source="Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 12.3.2; "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 12.2",
    level=2,
)
def hinge_subgradient(note: Note) -> None:
    """Off the margin the hinge loss has a gradient, and on it every mixture of the gradients on both sides will do."""
    (d,) = note.dims("d")
    x = note.vector("x", d, "an example", "nonzero")
    y = note.scalar("y", "its label, $-1$ or $1$", "sign")
    w = note.vector("w", d, "weights")
    v = note.vector("v", d, "any other weights")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note(r"""A support vector machine wants every example on the right side, $y \, w^\top x > 0$, and by a
        margin of one. What is missing is the loss; a penalty keeps the weights small.""")
    f = note.define("f", w, maximum(0, 1 - y * (w.T @ x)) + lam / 2 * norm2(w))
    note("If the margin is missed, the loss is linear and the example pulls at the weights:")
    with note.suppose(y * (w.T @ x) < 1):
        note.calc(
            grad(f(w), w),
            eq(
                grad(1 - y * (w.T @ x), w) + lam / 2 * grad(norm2(w), w),
                "the first case of the maximum",
            ),
            eq(lam * w - y * x, "gradient of a linear form"),
            result=True,
        )
    note("If it is kept, only the penalty is left:")
    with note.suppose(y * (w.T @ x) > 1):
        note.calc(grad(f(w), w), eq(lam * w, "the maximum is zero"), result=True)
    note(r"""Exactly on the margin there is a kink. A vector $g$ is a subgradient if the linear function with
        that slope stays below: $f(v) \ge f(w) + g^\top (v - w)$ for all $v$. Take any mixture of both
        gradients, with a share $t$ of the first:""")
    t = note.scalar("t", "share of the first gradient", "probability")
    g = note.let("g", lam * w - t * y * x, "a mixture of both gradients")
    with note.suppose(equals(w.T @ x, y)):
        note.calc(1 - y * (w.T @ x), eq(0, "on the margin; $y^2 = 1$"))
        note.calc(
            f(v) - f(w) - g.T @ (v - w),
            eq(
                maximum(0, 1 - y * (v.T @ x)) - t * (1 - y * (v.T @ x)) + lam / 2 * norm2(v - w),
                r"$\lVert v \rVert^2 = \lVert w \rVert^2 + 2 w^\top (v - w) + \lVert v - w \rVert^2$",
            ),
            ge(0, "a maximum is at least every mixture of its arguments"),
            result=True,
        )
    note(r"""There are no others. In the direction $v$ the slope of the loss differs on the two sides of the
        kink, and a subgradient must lie between them. Along $x$ itself, with the penalty aside:""")
    s = note.scalar("s", "a small step", "positive")
    h = note.define("h", w, maximum(0, 1 - y * (w.T @ x)))
    with note.suppose(equals(w.T @ x, y)):
        note.calc(h(w + s * y * x) / s, eq(0, "the margin grows; there was no loss before"))
        note.calc(
            h(w - s * y * x) / s,
            eq(maximum(0, x.T @ x), r"the margin shrinks by $s \, x^\top x$"),
        )
    note("""In that direction the second slope is the squared length of the first gradient, which is where its
        share $t$ is one:""")
    note.calc(maximum(0, x.T @ x), eq((-y * x).T @ (-y * x), r"$y^2 = 1$"))
    note("""Stochastic gradient descent uses one of them for each example: pull if the margin is missed, and
        shrink the weights in any case.""")
