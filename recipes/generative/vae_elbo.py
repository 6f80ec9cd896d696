"""The evidence lower bound of a variational autoencoder."""

from fractions import Fraction

from derive import (
    Note,
    det,
    diag,
    eq,
    exp,
    expectation,
    ge,
    grad,
    identity,
    inverse,
    log,
    norm2,
    ones,
    pi,
    recipe,
    sum_over,
    trace,
)

HALF = Fraction(1, 2)


@recipe(
    "vae-elbo",
    title="The evidence lower bound of a variational autoencoder",
    chapter="generative",
    needs=["kl-gaussians"],
    source="Kingma and Welling, Auto-Encoding Variational Bayes (2014), equation (3) and appendix B;"
    " Goodfellow, Bengio and Courville, Deep Learning (2016), section 20.10.3",
    level=3,
)
def vae_elbo(note: Note) -> None:
    """log p(x) is reconstruction minus divergence from the prior, plus the divergence from the true posterior."""
    K, d = note.dims("K d")
    k = note.index("k", K)
    i = note.index("i", d)
    r = note.vector("r", K, r"prior probabilities $p(z_k)$", "simplex")
    a = note.vector("a", K, r"likelihoods $p(x \mid z_k)$ of the observed $x$", "positive")
    q = note.vector("q", K, r"probabilities $q(z_k \mid x)$ of the encoder", "simplex")

    note(r"""A variational autoencoder explains an observation $x$ by a latent variable $z$.
        Training wants to maximise $\log p(x)$, but $p(x)$ sums over all values of $z$. The
        encoder proposes a distribution $q(z \mid x)$ that concentrates on the values that matter.
        We write the derivation with $K$ values of $z$; with an integral in place of the sum it is
        the same.""")
    px = note.let("p_x", sum_over(k, a[k] * r[k]), "evidence $p(x)$")
    note(r"""The posterior of a value is $a_k r_k / p_x$. As $q$ sums to one, $\log p(x)$ is its
        own mean under $q$. Insert $q / q$ and split the logarithm:""")
    post = a[k] * r[k] / px
    note.calc(
        log(px),
        eq(sum_over(k, q[k] * log(px)), "$q$ sums to one"),
        eq(sum_over(k, q[k] * log(a[k] * r[k] / q[k] * (q[k] / post))), "multiply by one"),
        eq(
            sum_over(k, q[k] * log(a[k] * r[k] / q[k])) + sum_over(k, q[k] * log(q[k] / post)),
            "logarithm of a product",
        ),
    )
    note(r"""The second sum is the divergence of the encoder from the true posterior, which is
        never negative. What is left is a lower bound that does not contain $p(x)$. Split the
        joint probability in it:""")
    elbo = note.let(
        r"\mathcal{L}", sum_over(k, q[k] * log(a[k] * r[k] / q[k])), "evidence lower bound"
    )
    note.calc(
        elbo,
        eq(
            sum_over(k, q[k] * log(a[k])) - sum_over(k, q[k] * log(q[k] / r[k])),
            "logarithm of a product",
        ),
        result=True,
    )
    note.calc(
        log(px),
        eq(elbo + sum_over(k, q[k] * log(q[k] / post)), "the equation above"),
        result=True,
    )
    note.calc(log(px), ge(elbo, "a divergence is never negative"), result=True)
    note(r"""The first term asks for good reconstructions, the second keeps the encoder near the
        prior. In practice $z$ is a vector, the prior a standard Gaussian, and the encoder a
        Gaussian with mean $m$ and variances $e^{v_i}$. Then the second term has a closed form,
        the divergence of two Gaussians.""")
    m = note.vector("m", d, "mean of the encoder")
    v = note.vector("v", d, "log-variances of the encoder")
    t = note.vector("t", d, "a point")
    S = note.let("S", diag(exp(v)), "covariance of the encoder")
    z = note.random("z", (d,), "normal", m, S, meaning="a draw from the encoder")
    enc = note.define(
        r"q_z",
        t,
        (2 * pi) ** (-d / 2) * det(S) ** (-HALF) * exp(-HALF * ((t - m).T @ inverse(S) @ (t - m))),
    )
    prior = note.define(r"p_z", t, (2 * pi) ** (-d / 2) * exp(-HALF * norm2(t)))
    KL = note.let(
        r"\mathrm{KL}",
        expectation(log(enc(z)) - log(prior(z)), z),
        "divergence of the encoder from the prior",
    )
    note.calc(
        KL,
        eq(
            HALF * (trace(S) + m.T @ m - d - log(det(S))),
            r"divergence of two Gaussians, $\mu_1 = 0$ and $\Sigma_1 = I$",
        ),
        eq(HALF * sum_over(i, exp(v[i]) + m[i] ** 2 - 1 - v[i]), "a diagonal covariance"),
        result=True,
    )
    note("It pulls means to zero and variances to one:")
    note.calc(grad(KL, m), eq(m, "derivative of the square"), result=True)
    note.calc(
        grad(KL, v), eq(HALF * (exp(v) - ones(d)), "derivative of the exponential"), result=True
    )
    note(r"""And the bound itself, with the integral? Take a decoder that is linear with Gaussian noise;
        then the evidence is known, a Gaussian with covariance $W W^\top + s^2 I$, and the bound can be
        compared with it.""")
    (c,) = note.dims("c")
    x = note.vector("x", c, "an observation")
    W = note.matrix("W", c, d, "weights of a linear decoder")
    s = note.scalar("s", "standard deviation of the noise of the decoder", "positive")
    C = note.let("C", W @ W.T + s**2 * identity(c), "covariance of the observation")
    f = note.define("f", t, (2 * pi * s**2) ** (-c / 2) * exp(-norm2(x - W @ t) / (2 * s**2)))
    g = note.let(
        "g",
        (2 * pi) ** (-c / 2) * det(C) ** (-HALF) * exp(-HALF * (x.T @ inverse(C) @ x)),
        "evidence of the observation",
    )
    note("""The derivation is the same, with expectations under the encoder in place of sums. The gap
        is again a divergence, that of the encoder from the true posterior,""")
    gap = expectation(log(enc(z)) - log(f(z) * prior(z) / g), z)
    note.calc(gap, ge(0, "a divergence is never negative"))
    note("and what is left of the evidence is the bound, again reconstruction minus divergence:")
    note.calc(
        log(g),
        eq(
            expectation(log(f(z)) + log(prior(z)) - log(enc(z)), z) + gap,
            "multiply by one; logarithm of a product",
        ),
        result=True,
    )
    note.calc(
        expectation(log(f(z)) + log(prior(z)) - log(enc(z)), z),
        eq(expectation(log(f(z)), z) - KL, "linearity of the expectation"),
        result=True,
    )
    note("Here the reconstruction, too, has a closed form: a squared error, and a price for noise.")
    note.calc(
        expectation(log(f(z)), z),
        eq(
            -c / 2 * log(2 * pi * s**2) - (norm2(x - W @ m) + trace(W @ S @ W.T)) / (2 * s**2),
            "mean of a quadratic form",
        ),
        result=True,
    )
