"""Gradient of the t-SNE objective."""

from derive import (
    Note,
    diag,
    diagonal,
    eq,
    grad,
    hadamard,
    hadamard_divide,
    log,
    norm2,
    not_equal,
    ones,
    recipe,
    sum_over,
)


@recipe(
    "tsne-gradient",
    title="Gradient of the t-SNE objective",
    chapter="embeddings",
    needs=["softmax-jacobian"],
    source="van der Maaten and Hinton, Visualizing Data using t-SNE (2008), equation (5) and "
    "appendix A",
    level=5,
)
def tsne_gradient(note: Note) -> None:
    """The points of a t-SNE map pull and push each other: 4 sum_j (p_ij - q_ij) w_ij (y_i - y_j)."""
    n, m = note.dims("n m")
    i, j = note.index("i", n), note.index("j", n)
    k, l = note.index("k", n), note.index("l", n)
    A = note.matrix("A", n, n, "how alike two examples are; only pairs count", "positive")
    Y = note.matrix("Y", n, m, "the map, one point per row")
    a, b = note.vector("a", m, "a point"), note.vector("b", m, "another point")

    note(r"""t-SNE places a point $y_i$ in the plane for each example, so that neighbours stay
        neighbours. In the map the similarity of two points falls off with their distance, with
        the heavy tail of Student's distribution, so that dissimilar points may lie far apart:""")
    y = note.rows("y", Y, "the points of the map: rows of $Y$ as columns")
    w = note.define("w", (a, b), 1 / (1 + norm2(a - b)))
    Z = note.let("Z", sum_over((k, l), w(y[k], y[l]), not_equal(k, l)), "sum over all pairs")
    note(r"""The probability of a pair is $w(y_i, y_j) / Z$. In the data it is $p_{ij}$, made
        symmetric and divided by the sum over all pairs. The objective is the divergence of the
        one from the other. A logarithm of a product splits it into three sums, and only two of
        them depend on the map.""")
    P = note.let(
        "p",
        (A + A.T) / sum_over((k, l), A[k, l] + A[l, k], not_equal(k, l)),
        "similarities in the data",
    )
    C = note.let(
        "C",
        sum_over((k, l), P[k, l] * log(P[k, l] / (w(y[k], y[l]) / Z)), not_equal(k, l)),
        "objective: a Kullback-Leibler divergence",
    )
    own = sum_over((k, l), P[k, l] * log(P[k, l]), not_equal(k, l))
    cross = sum_over((k, l), P[k, l] * log(w(y[k], y[l])), not_equal(k, l))
    note.calc(
        C,
        eq(
            own - cross + sum_over((k, l), P[k, l], not_equal(k, l)) * log(Z),
            "logarithm of a quotient",
        ),
        eq(own - cross + log(Z), "the similarities sum to one"),
    )
    note("""The kernel was chosen well: the derivative of its logarithm is the kernel itself,
        times the difference of the points.""")
    note.calc(
        grad(log(w(a, b)), a),
        eq(-1 / (1 + norm2(a - b)) * (2 * (a - b)), "chain rule"),
        eq(-2 * w(a, b) * (a - b), "definition of $w$"),
    )
    note(r"""Point $y_i$ occurs in the pairs $(i, j)$ and $(j, i)$, and both contribute equally,
        which doubles the factor. First the attraction, which comes from the data,""")
    note.calc(
        grad(-cross, y[i]),
        eq(
            -2 * sum_over(j, P[i, j] * (-2 * w(y[i], y[j]) * (y[i] - y[j]))),
            "each pair occurs twice",
        ),
        eq(
            4 * sum_over(j, P[i, j] * w(y[i], y[j]) * (y[i] - y[j])),
            "collect the numbers",
            rule="constant factor out of a sum",
        ),
    )
    note("then the repulsion, which comes from normalising:")
    note.calc(
        grad(log(Z), y[i]),
        eq(1 / Z * grad(Z, y[i]), "derivative of the logarithm", rule="chain rule"),
        eq(
            1 / Z * (2 * sum_over(j, -2 * w(y[i], y[j]) ** 2 * (y[i] - y[j]))),
            r"$\nabla w = w \nabla \log w$; each pair occurs twice",
        ),
        eq(
            -4 * sum_over(j, w(y[i], y[j]) / Z * w(y[i], y[j]) * (y[i] - y[j])),
            "collect",
            rule="constant factor out of a sum",
        ),
    )
    note(r"""Together they are a system of springs. A pair attracts if it is closer in the data
        than in the map, $p_{ij} > q_{ij}$, and repels otherwise; the factor $w$ makes distant
        pairs indifferent.""")
    note.calc(
        grad(C, y[i]),
        eq(
            4 * sum_over(j, P[i, j] * w(y[i], y[j]) * (y[i] - y[j]))
            - 4 * sum_over(j, w(y[i], y[j]) / Z * w(y[i], y[j]) * (y[i] - y[j])),
            "attraction and repulsion",
        ),
        eq(
            4 * sum_over(j, (P[i, j] - w(y[i], y[j]) / Z) * w(y[i], y[j]) * (y[i] - y[j])),
            "one sum",
            rule="distribute",
        ),
        result=True,
    )

    note(r"""For a program, write it with matrices. The squared distances are $D$, the kernel
        works on each entry, and the sum over $j$ of $M_{ij} (y_i - y_j)$ is a row of
        $(\operatorname{diag}(M \mathbf{1}) - M) Y$, a graph Laplacian times the map.""")
    sq = note.let("c", diagonal(Y @ Y.T), "squared lengths of the points")
    D = note.let("D", sq @ ones(n).T + ones(n) @ sq.T - 2 * Y @ Y.T, "squared distances")
    W = note.let("W", hadamard_divide(1, ones(n) @ ones(n).T + D), "kernel of each pair")
    M = note.let("M", hadamard(P - W / Z, W), "weight of each spring")
    note.calc(W[i, j], eq(w(y[i], y[j]), r"$D_{ij} = \lVert y_i - y_j \rVert^2$"))
    note.calc(
        grad(C, Y),
        eq(4 * (diag(M @ ones(n)) - M) @ Y, "the result for each row"),
        result=True,
    )
