"""Probabilistic PCA: maximum likelihood."""

from fractions import Fraction

from derive import (
    Note,
    det,
    diag,
    eq,
    grad,
    identity,
    inverse,
    log,
    ones,
    partial,
    pi,
    recipe,
    sqrt,
    sum_over,
    trace,
)

HALF = Fraction(1, 2)


@recipe(
    "ppca-mle",
    title="Probabilistic PCA: maximum likelihood",
    chapter="latent variables",
    needs=["ppca-marginal", "pca-max-variance"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (12.45) and (12.46); "
    "Tipping and Bishop, Probabilistic Principal Component Analysis (1999)",
    level=5,
)
def ppca_mle(note: Note) -> None:
    """The likelihood is largest on the principal axes, with the mean of the left-out variances as noise."""
    d, q = note.dims("d q")
    S = note.matrix("S", d, d, "covariance of the sample", "pd")
    W = note.matrix("W", d, q, "weights of the latent numbers")
    v = note.scalar("v", "variance of the noise", "positive")
    R = note.matrix("R", q, q, "any rotation of the latent numbers", "orthogonal")

    note.suppose(q < d)
    note("""Which weights and which noise make a sample most probable? With the mean of the sample as mean, minus the
        log-likelihood of each observation is on average""")
    C = note.let("C", W @ W.T + v * identity(d), "covariance of the model")
    L = note.let(
        "L",
        HALF * (d * log(2 * pi) + log(det(C)) + trace(inverse(C) @ S)),
        "negative log-likelihood",
    )
    note(
        "Differentiate by the weights. The log-determinant and the inverse have known differentials:"
    )
    note.calc(
        grad(L, W),
        eq(inverse(C) @ W - inverse(C) @ S @ inverse(C) @ W, "chain rule through $C$"),
        eq(inverse(C) @ (W - S @ inverse(C) @ W), "factor out"),
        result=True,
    )
    note("""So at a stationary point $S C^{-1} W = W$. Try weights along eigenvectors of the covariance: the leading
        ones, each scaled so that the model has the variance of the sample in its direction. What is left over is
        noise, the mean of the other eigenvalues:""")
    U = note.eigenvectors("U_q", S, q, "leading eigenvectors of $S$")
    lam = note.eigenvalues(r"\lambda", S, d, "all eigenvalues of $S$, in falling order")
    kept, left = note.index("i", q), note.index("j", d, lower=q + 1)
    l = note.array("l", (kept,), lam[kept], "the leading eigenvalues")
    v_hat = note.let(
        r"\hat{v}", 1 / (d - q) * sum_over(left, lam[left]), "mean of the discarded eigenvalues"
    )
    root = diag(sqrt(l - v_hat * ones(q)))
    W_hat = note.let(r"\hat{W}", U @ root @ R, "weights along the leading eigenvectors")
    C_hat = note.let(
        r"\hat{C}", W_hat @ W_hat.T + v_hat * identity(d), "covariance of the model with them"
    )
    note(
        "The rotation does not matter. In the leading directions the model has the variances of the sample,"
    )
    note.calc(
        C_hat @ U,
        eq(U @ root @ root + v_hat * U, r"$R R^\top = I$ and $U_q^\top U_q = I$"),
        eq(U @ diag(l), "the noise cancels"),
    )
    note("and so has the sample itself, so that the condition for the weights is satisfied:")
    note.calc(S @ U, eq(U @ diag(l), "eigenvectors of $S$"))
    note.calc(
        S @ inverse(C_hat) @ W_hat,
        eq(
            S @ U @ inverse(diag(l)) @ root @ R,
            r"$\hat{C}^{-1} U_q = U_q \operatorname{diag}(l)^{-1}$",
        ),
        eq(W_hat, "eigenvectors of $S$"),
        result=True,
    )
    note("Now the noise. The derivative of the negative log-likelihood by its variance is")
    note.calc(
        partial(L, v),
        eq(
            HALF * (trace(inverse(C)) - trace(inverse(C) @ S @ inverse(C))),
            "differentials of the log-determinant and the inverse",
        ),
        result=True,
    )
    note(r"""With these weights the leading directions cancel. In each of the others the model has the variance
        $\hat{v}$, and the sample its eigenvalue:""")
    note.calc(
        trace(inverse(C_hat)) - trace(inverse(C_hat) @ S @ inverse(C_hat)),
        eq(
            (d - q) / v_hat - 1 / v_hat**2 * sum_over(left, lam[left]),
            "traces as sums over the eigenvectors",
        ),
        eq(0, "definition of the noise"),
        result=True,
    )
    note("""So both gradients vanish. Any choice of eigenvectors would be stationary; the leading ones give the
        largest likelihood, since they leave the least to the noise:""")
    note.calc(
        HALF * (log(det(C_hat)) + trace(inverse(C_hat) @ S)),
        eq(
            HALF * (sum_over(kept, log(lam[kept])) + (d - q) * log(v_hat) + d),
            "determinant and trace by eigenvalues",
        ),
        result=True,
    )
