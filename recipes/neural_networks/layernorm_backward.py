"""Backward pass of layer normalisation."""

from derive import (
    Note,
    delta,
    diag,
    diagonal,
    eq,
    hadamard_divide,
    ones,
    partial,
    recipe,
    sqrt,
    sum_over,
)


@recipe(
    "layernorm-backward",
    title="Backward pass of layer normalisation",
    chapter="neural networks",
    needs=["batchnorm-backward"],
    source="Ba, Kiros and Hinton, Layer Normalization (2016)",
    level=4,
)
def layernorm_backward(note: Note) -> None:
    """As for batch normalisation, along the features of one example; the scale goes inside the means."""
    n, d = note.dims("n d")
    i = note.index("i", n)
    j, k = note.index("j", d), note.index("k", d)
    X = note.matrix("X", n, d, "inputs, one example per row")
    G = note.matrix("G", n, d, "upstream gradient: that of the loss in the output")
    gamma = note.vector(r"\gamma", d, "scale of each feature")
    beta = note.vector(r"\beta", d, "shift of each feature")
    eps = note.scalar(r"\epsilon", "a small number that keeps the root away from zero", "positive")

    note(r"""Layer normalisation uses the mean and the variance of one example over its features.
        It does the same in training and in use, with a batch of any size. Mean and variance are
        now one number for each row.""")
    mu = note.let(r"\mu", 1 / d * X @ ones(d), "mean of each example over its features")
    C = note.let("C", X - mu @ ones(d).T, "centred inputs")
    v = note.let("v", 1 / d * diagonal(C @ C.T), "variance of each example")
    s = note.let("s", sqrt(v + eps * ones(n)), "standard deviation of each example")
    Xh = note.let(r"\hat{X}", diag(hadamard_divide(1, s)) @ C, "normalised inputs")
    L = note.let(
        "L",
        sum_over((i, k), G[i, k] * (gamma[k] * Xh[i, k] + beta[k])),
        "the loss, linearised in the output",
    )
    note("Scale and shift belong to a feature, and receive a sum over the batch as before.")
    note.calc(
        partial(L, gamma[j]),
        eq(sum_over(i, G[i, j] * Xh[i, j]), "linearity of the derivative"),
        result=True,
    )
    note.calc(
        partial(L, beta[j]),
        eq(sum_over(i, G[i, j]), "linearity of the derivative"),
        result=True,
    )
    note(r"""The difference lies in the scale. It varies along the axis over which the means are
        taken, so it cannot be taken out of them: multiply the upstream gradient by it first.""")
    Gh = note.let(r"\hat{G}", G @ diag(gamma), "upstream gradient of the normalised inputs")
    note.calc(partial(L, Xh[i, j]), eq(Gh[i, j], r"$\hat{G}_{ij} = G_{ij} \gamma_j$"))
    note("""The three paths, directly, through the mean and through the standard deviation, are
        those of batch normalisation, along a row:""")
    note.calc(
        partial(s[i], X[i, j]),
        eq(1 / (2 * s[i]) * (2 / d * C[i, j]), "derivative of the square root"),
        eq(1 / d * Xh[i, j], r"$\hat{X}_{ij} = C_{ij} / s_i$"),
    )
    note.calc(
        partial(Xh[i, k], X[i, j]),
        eq(
            (delta(k, j) - 1 / d) / s[i] - C[i, k] / s[i] ** 2 * (1 / d * Xh[i, j]), "quotient rule"
        ),
        eq(1 / s[i] * (delta(k, j) - 1 / d - 1 / d * Xh[i, k] * Xh[i, j]), r"factor out $1 / s_i$"),
    )
    note.calc(
        partial(L, X[i, j]),
        eq(sum_over(k, Gh[i, k] * partial(Xh[i, k], X[i, j])), "chain rule"),
        eq(
            1 / s[i] * sum_over(k, Gh[i, k] * (delta(k, j) - 1 / d - 1 / d * Xh[i, k] * Xh[i, j])),
            "insert",
        ),
        eq(
            1
            / s[i]
            * (
                Gh[i, j]
                - 1 / d * sum_over(k, Gh[i, k])
                - Xh[i, j] * (1 / d * sum_over(k, Gh[i, k] * Xh[i, k]))
            ),
            "the delta picks one term",
        ),
        result=True,
    )
    note("""A convenient check of a program: shifting an example changes nothing, so the gradient of every example is
        orthogonal to the vector of ones,""")
    note.calc(
        sum_over(j, partial(L, X[i, j])),
        eq(
            1
            / s[i]
            * (
                sum_over(j, Gh[i, j])
                - sum_over(k, Gh[i, k])
                - sum_over(j, Xh[i, j]) * (1 / d * sum_over(k, Gh[i, k] * Xh[i, k]))
            ),
            "insert the result",
        ),
        eq(0, r"$\sum_j \hat{X}_{ij} = 0$"),
    )
    note(r"and up to a term that vanishes with $\epsilon$ to the normalised example as well:")
    note.calc(
        sum_over(j, Xh[i, j] * partial(L, X[i, j])),
        eq(
            1 / s[i] * (1 - 1 / d * sum_over(j, Xh[i, j] ** 2)) * sum_over(k, Gh[i, k] * Xh[i, k]),
            "insert the result",
        ),
        eq(
            eps / s[i] ** 3 * sum_over(k, Gh[i, k] * Xh[i, k]),
            r"$\frac{1}{d} \sum_j \hat{X}_{ij}^2 = v_i / (v_i + \epsilon)$",
        ),
    )
