"""Cross-entropy = entropy + KL; its gradient in the logits."""

from derive import Note, eq, grad, log, logsumexp, recipe, softmax, sum_over


@recipe(
    "cross-entropy-decomposition",
    title="Cross-entropy is entropy plus divergence",
    chapter="information",
    needs=["softmax-jacobian"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (4.108); Goodfellow, "
    "Bengio and Courville, Deep Learning (2016), section 3.13",
    level=1,
)
def cross_entropy_decomposition(note: Note) -> None:
    """Minimising cross-entropy over the model minimises a divergence, and its gradient in the logits is q - p."""
    (K,) = note.dims("K")
    k = note.index("k", K)
    p = note.vector("p", K, "probabilities of the data", "simplex")
    z = note.vector("z", K, "logits of the model")

    note(r"""Classifiers are trained with the cross-entropy between the distribution of the labels
        and that of the model. Why is it a measure of fit? Add and subtract the entropy of the
        data:""")
    q = note.let("q", softmax(z), "probabilities of the model")
    H = note.let("H", -sum_over(k, p[k] * log(q[k])), "cross-entropy")
    note.calc(
        H,
        eq(
            -sum_over(k, p[k] * log(p[k]))
            + sum_over(k, p[k] * log(p[k]))
            - sum_over(k, p[k] * log(q[k])),
            "add and subtract",
        ),
        eq(
            -sum_over(k, p[k] * log(p[k])) + sum_over(k, p[k] * log(p[k] / q[k])),
            "logarithm of a quotient",
        ),
        result=True,
    )
    note(r"""The first sum is the entropy of the data, which the model cannot change; the second
        is the divergence of the model from the data. To make one small is to make the other
        small. In the logits the cross-entropy is the difference of a smooth maximum and a linear
        function,""")
    note.calc(
        H,
        eq(-sum_over(k, p[k] * (z[k] - logsumexp(z))), "logarithm of the softmax"),
        eq(logsumexp(z) - p.T @ z, "the probabilities sum to one"),
    )
    note("and its gradient is the error of the model, prediction minus data.")
    note.calc(
        grad(H, z),
        eq(
            grad(logsumexp(z), z) - grad(p.T @ z, z),
            "linearity of the derivative",
        ),
        eq(
            q - p,
            "gradients of log-sum-exp and of a linear form",
            rule="gradient of the log-sum-exp",
        ),
        result=True,
    )
