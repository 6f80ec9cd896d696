"""The conditional mean minimises expected squared error."""

from derive import Note, eq, ge, partial, recipe, sum_over


@recipe(
    "mse-minimizer",
    title="The conditional mean minimises expected squared error",
    chapter="probability",
    needs=["variance-identities"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (1.89) and (1.90); "
    "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section 2.4",
    level=2,
)
def mse_minimizer(note: Note) -> None:
    """The best prediction of a target from an input is its mean given the input; what is left is its variance."""
    n, m = note.dims("n m")
    i, k = note.index("i", n), note.index("k", m)
    P = note.matrix(
        "P", n, m, "joint probabilities of input $i$ and target $k$", "positive", "total_one"
    )
    y = note.vector("y", m, "values of the target")
    f = note.vector("f", n, "a prediction for each input")

    note("""What should one predict if errors are squared? Let input and target have finitely many
        values with a joint distribution; for densities, read integrals. Any prediction is a function
        of the input, and pays on average""")
    J = note.let("J", sum_over((i, k), P[i, k] * (y[k] - f[i]) ** 2), "expected squared error")
    p = note.array("p", (i,), sum_over(k, P[i, k]), "probability of each input")
    g = note.array(
        "g", (i,), sum_over(k, P[i, k] * y[k]) / p[i], "mean of the target, given the input"
    )
    note("Insert the conditional mean. Around it, the target deviates to both sides equally:")
    note.calc(
        sum_over(k, P[i, k] * (y[k] - g[i])),
        eq(sum_over(k, P[i, k] * y[k]) - p[i] * g[i], "probability of the input"),
        eq(0, "definition of the conditional mean"),
    )
    note("So the mixed term vanishes, for each input by itself:")
    best = sum_over((i, k), P[i, k] * (y[k] - g[i]) ** 2)
    note.calc(
        J,
        eq(
            sum_over((i, k), P[i, k] * ((y[k] - g[i]) + (g[i] - f[i])) ** 2),
            "add and subtract the mean",
        ),
        eq(
            best
            + 2 * sum_over(i, (g[i] - f[i]) * sum_over(k, P[i, k] * (y[k] - g[i])))
            + sum_over(i, p[i] * (g[i] - f[i]) ** 2),
            "expand the square",
        ),
        eq(
            sum_over(i, p[i] * (f[i] - g[i]) ** 2) + best,
            "the mixed term vanishes",
        ),
        result=True,
    )
    note("""The last term, the mean of the conditional variance, does not depend on the prediction. No
        prediction does better:""")
    note.calc(J, ge(best, "a square is not negative"), result=True)
    note("and only one does as well. Differentiate, to see where the gradient vanishes:")
    note.calc(
        partial(J, f[i]),
        eq(-2 * sum_over(k, P[i, k] * (y[k] - f[i])), "chain rule"),
        eq(2 * p[i] * (f[i] - g[i]), "definition of the conditional mean"),
    )
    f_hat = note.minimiser(r"\hat{f}", J, f, "the best prediction")
    note.calc(f_hat[i], eq(g[i], r"$\nabla J(\hat{f}) = 0$"), result=True)
