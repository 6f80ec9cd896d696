"""Backward pass of batch normalisation."""

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
    "batchnorm-backward",
    title="Backward pass of batch normalisation",
    chapter="neural networks",
    needs=["dense-layer-backward"],
    source="Ioffe and Szegedy, Batch Normalization (2015), section 3",
    level=4,
)
def batchnorm_backward(note: Note) -> None:
    """From the gradient in the output of batch normalisation to those in its input, scale and shift."""
    n, d = note.dims("n d")
    i, k, l = note.index("i", n), note.index("k", n), note.index("l", n)
    j = note.index("j", d)
    X = note.matrix("X", n, d, "inputs, one example per row")
    G = note.matrix("G", n, d, "upstream gradient: that of the loss in the output")
    gamma = note.vector(r"\gamma", d, "scale of each feature")
    beta = note.vector(r"\beta", d, "shift of each feature")
    eps = note.scalar(r"\epsilon", "a small number that keeps the root away from zero", "positive")

    note(r"""Batch normalisation gives every feature, a column of $X$, mean zero and variance one
        over the batch, and then a scale and a shift that are learnt. The mean and the variance
        are themselves functions of every example, which is what makes the backward pass
        interesting.""")
    mu = note.let(r"\mu", 1 / n * X.T @ ones(n), "mean of each feature over the batch")
    C = note.let("C", X - ones(n) @ mu.T, "centred inputs")
    v = note.let("v", 1 / n * diagonal(C.T @ C), "variance of each feature")
    s = note.let("s", sqrt(v + eps * ones(d)), "standard deviation of each feature")
    Xh = note.let(r"\hat{X}", C @ diag(hadamard_divide(1, s)), "normalised inputs")
    L = note.let(
        "L",
        sum_over((k, j), G[k, j] * (gamma[j] * Xh[k, j] + beta[j])),
        "the loss, linearised in the output",
    )
    note("In entries, the normalised input is what one expects:")
    note.calc(Xh[i, j], eq((X[i, j] - mu[j]) / s[j], "definition"))
    note("""Scale and shift act on each entry of a column, so their gradients are sums over the
        batch.""")
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
    note(r"""An input $X_{ij}$ reaches the loss by three paths: directly, through the mean and
        through the standard deviation, each of the last two touching the whole column. The mean
        moves by an $n$-th part. In the variance, the inner derivative of the mean drops out
        because centred numbers sum to zero.""")
    note.calc(partial(mu[j], X[i, j]), eq(1 / n, "one term of the mean"))
    note.calc(
        partial(v[j], X[i, j]),
        eq(2 / n * sum_over(k, C[k, j] * (delta(k, i) - 1 / n)), "chain rule"),
        eq(2 / n * C[i, j], r"$\sum_k C_{kj} = 0$"),
    )
    note.calc(
        partial(s[j], X[i, j]),
        eq(1 / (2 * s[j]) * partial(v[j], X[i, j]), "derivative of the square root"),
        eq(1 / n * Xh[i, j], r"$\hat{X}_{ij} = C_{ij} / s_j$"),
    )
    note("Together, by the quotient rule, for entry $k$ of the same column:")
    note.calc(
        partial(Xh[k, j], X[i, j]),
        eq(
            (delta(k, i) - 1 / n) / s[j] - (X[k, j] - mu[j]) / s[j] ** 2 * (1 / n * Xh[i, j]),
            "quotient rule",
        ),
        eq(1 / s[j] * (delta(k, i) - 1 / n - 1 / n * Xh[k, j] * Xh[i, j]), r"factor out $1 / s_j$"),
    )
    note(r"""Sum over the column with the upstream gradient. The path through the mean subtracts
        the mean gradient, and the path through the standard deviation subtracts the part of the
        gradient that lies along $\hat{X}$.""")
    note.calc(
        partial(L, X[i, j]),
        eq(sum_over(k, G[k, j] * gamma[j] * partial(Xh[k, j], X[i, j])), "chain rule"),
        eq(
            gamma[j]
            / s[j]
            * sum_over(k, G[k, j] * (delta(k, i) - 1 / n - 1 / n * Xh[k, j] * Xh[i, j])),
            "insert",
        ),
        eq(
            gamma[j]
            / s[j]
            * (
                G[i, j]
                - 1 / n * sum_over(k, G[k, j])
                - Xh[i, j] * (1 / n * sum_over(k, G[k, j] * Xh[k, j]))
            ),
            "the delta picks one term",
        ),
        result=True,
    )
    note(r"""Shifting a column changes nothing in the output, and the gradient knows it: its
        entries sum to zero.""")
    note.calc(
        sum_over(i, partial(L, X[i, j])),
        eq(
            gamma[j]
            / s[j]
            * (
                sum_over(i, G[i, j])
                - sum_over(k, G[k, j])
                - sum_over(i, Xh[i, j]) * (1 / n * sum_over(l, G[l, j] * Xh[l, j]))
            ),
            "insert the result",
        ),
        eq(0, r"$\sum_i \hat{X}_{ij} = 0$"),
    )
    note(r"""Nor does a longer column change the output, but for $\epsilon$. Along the normalised column the
        gradient is nearly zero, so that it is a projection orthogonal to both:""")
    note.calc(
        sum_over(i, Xh[i, j] * partial(L, X[i, j])),
        eq(
            gamma[j]
            / s[j]
            * (1 - 1 / n * sum_over(i, Xh[i, j] ** 2))
            * sum_over(k, G[k, j] * Xh[k, j]),
            "insert the result",
        ),
        eq(
            gamma[j] * eps / s[j] ** 3 * sum_over(k, G[k, j] * Xh[k, j]),
            r"$\frac{1}{n} \sum_i \hat{X}_{ij}^2 = v_j / (v_j + \epsilon)$",
        ),
    )
