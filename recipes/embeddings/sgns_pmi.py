"""Negative sampling factorises shifted pointwise mutual information."""

from derive import Note, eq, exp, log, partial, recipe, sigmoid, sum_over


@recipe(
    "sgns-pmi",
    title="Negative sampling factorises shifted pointwise mutual information",
    chapter="embeddings",
    needs=["negative-sampling"],
    source="Levy and Goldberg, Neural Word Embedding as Implicit Matrix Factorization (2014), section 3",
    level=4,
)
def sgns_pmi(note: Note) -> None:
    """If the scores were free, each would become the mutual information of its pair, less a constant."""
    W, C = note.dims("W C")
    w, c = note.index("w", W), note.index("c", C)
    v, e = note.index("v", W), note.index("e", C)
    N = note.matrix("N", W, C, "how often each pair of words was seen", "positive")
    k = note.scalar("k", "negatives for each pair", "positive")
    X = note.matrix("X", W, C, "score of each pair")

    note("""Negative sampling learns vectors whose inner products are the scores of pairs. What scores does it aim
        at? Suppose that the vectors were long enough to give every pair any score. Then each score can be
        chosen by itself. From the counts come those of words and contexts, and the number of all pairs:""")
    n = note.array("n", (w,), sum_over(e, N[w, e]), "how often each word was seen")
    m = note.array("m", (c,), sum_over(v, N[v, c]), "how often each context was seen")
    D = note.let("D", sum_over((v, e), N[v, e]), "number of all pairs")
    note("""Each pair that was seen asks for a large score. For each of them $k$ contexts are drawn at random, by
        how often they were seen, and ask for small scores. On average the objective is""")
    L = note.let(
        "L",
        sum_over((w, c), N[w, c] * log(sigmoid(X[w, c])))
        + k * sum_over((w, c), n[w] * (m[c] / D) * log(sigmoid(-X[w, c]))),
        "expected objective",
    )
    note("One score occurs in one term of each sum. The slope of a log-sigmoid is a probability:")
    note.calc(
        partial(L, X[w, c]),
        eq(
            N[w, c] * (1 - sigmoid(X[w, c])) - k * n[w] * (m[c] / D) * sigmoid(X[w, c]),
            "derivative of the log-sigmoid",
        ),
        eq(
            N[w, c] - (N[w, c] + k * n[w] * (m[c] / D)) * sigmoid(X[w, c]),
            "collect the sigmoid",
        ),
        result=True,
    )
    note(r"""At the best score this vanishes. Take one pair, seen $a$ times, with $b$ for what is expected of random
        pairs, $k \, n_w m_c / D$:""")
    a = note.scalar("a", "how often the pair was seen", "positive")
    b = note.scalar("b", "how often it is drawn as a negative", "positive")
    x = note.scalar("x", "its score")
    best = note.maximiser(
        r"\hat{x}", a * log(sigmoid(x)) + b * log(sigmoid(-x)), x, "the best score of a pair"
    )
    note.calc(sigmoid(best), eq(a / (a + b), "the slope vanishes"))
    note.calc(
        exp(best),
        eq(sigmoid(best) / (1 - sigmoid(best)), "odds of a sigmoid"),
        eq(a / b, "insert"),
    )
    note.calc(best, eq(log(a / b), "logarithm of both sides"))
    note("""With the counts put back it is the logarithm of how much more often the pair was seen than words and
        contexts would meet by chance, less a constant:""")
    note.calc(
        log(N[w, c] / (k * n[w] * (m[c] / D))),
        eq(log(N[w, c] * D / (n[w] * m[c])) - log(k), "logarithm of a quotient"),
        eq(
            log((N[w, c] / D) / ((n[w] / D) * (m[c] / D))) - log(k),
            "counts as probabilities",
        ),
        result=True,
    )
    note("""The first term is the pointwise mutual information. Short vectors cannot reach all scores, so skip-gram
        finds a factorisation of this matrix, weighted by the counts.""")
