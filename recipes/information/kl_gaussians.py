"""KL divergence between two Gaussians."""

from fractions import Fraction

from derive import Note, det, eq, exp, expectation, ge, inverse, log, pi, recipe, trace

HALF = Fraction(1, 2)


@recipe(
    "kl-gaussians",
    title="KL divergence between two Gaussians",
    chapter="information",
    needs=["entropy-gaussian"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), exercise 2.13; Kingma and "
    "Welling, Auto-Encoding Variational Bayes (2014), appendix B",
    level=3,
)
def kl_gaussians(note: Note) -> None:
    """The divergence of one Gaussian from another: a trace, a distance of the means, two determinants."""
    (d,) = note.dims("d")
    t, m = note.vector("t", d, "a point"), note.vector("m", d, "mean of any Gaussian")
    C = note.matrix("C", d, d, "covariance of any Gaussian", "pd")
    mu0 = note.vector(r"\mu_0", d, "mean of $p$")
    S0 = note.matrix(r"\Sigma_0", d, d, "covariance of $p$", "pd")
    mu1 = note.vector(r"\mu_1", d, "mean of $q$")
    S1 = note.matrix(r"\Sigma_1", d, d, "covariance of $q$", "pd")
    x = note.random("x", (d,), "normal", mu0, S0, meaning="a draw from $p$")

    note(r"""The Kullback-Leibler divergence measures how badly $q$ describes data that come from
        $p$: the mean of $\log p(x) - \log q(x)$ over draws from $p$. With the density of a
        Gaussian""")
    N = note.define(
        r"\mathcal{N}",
        (t, m, C),
        (2 * pi) ** (-d / 2) * det(C) ** (-HALF) * exp(-HALF * ((t - m).T @ inverse(C) @ (t - m))),
    )
    note("this is")
    KL = note.let(
        r"\mathrm{KL}",
        expectation(log(N(x, mu0, S0)) - log(N(x, mu1, S1)), x),
        "divergence of $q$ from $p$",
    )
    q0 = (x - mu0).T @ inverse(S0) @ (x - mu0)
    q1 = (x - mu1).T @ inverse(S1) @ (x - mu1)
    note(r"In the difference of the logarithms the powers of $2 \pi$ cancel.")
    note.calc(
        KL,
        eq(
            expectation(HALF * log(det(S1)) - HALF * log(det(S0)) + HALF * q1 - HALF * q0, x),
            "logarithm of a product",
        ),
        eq(
            HALF * (log(det(S1) / det(S0)) + expectation(q1, x) - expectation(q0, x)),
            "linearity of the expectation",
        ),
    )
    note("""The second form has its own covariance in the middle, and its mean is the dimension,
        as for the entropy:""")
    note.calc(
        expectation(q0, x),
        eq(trace(inverse(S0) @ expectation((x - mu0) @ (x - mu0).T, x)), "trace trick"),
        eq(trace(inverse(S0) @ S0), "definition of the covariance"),
        eq(d, r"$\operatorname{tr} I = d$"),
    )
    note(r"""The first has the wrong mean and the wrong covariance. Add and subtract $\mu_0$; the
        mixed terms have mean zero.""")
    note.calc(
        expectation(q1, x),
        eq(
            expectation((x - mu0).T @ inverse(S1) @ (x - mu0), x)
            + 2 * (mu0 - mu1).T @ inverse(S1) @ expectation(x - mu0, x)
            + (mu0 - mu1).T @ inverse(S1) @ (mu0 - mu1),
            r"$x - \mu_1 = (x - \mu_0) + (\mu_0 - \mu_1)$",
        ),
        eq(
            trace(inverse(S1) @ S0) + (mu1 - mu0).T @ inverse(S1) @ (mu1 - mu0),
            r"trace trick; $\mathbb{E}[x - \mu_0] = 0$",
        ),
    )
    note("Together:")
    note.calc(
        KL,
        eq(
            HALF
            * (
                trace(inverse(S1) @ S0)
                + (mu1 - mu0).T @ inverse(S1) @ (mu1 - mu0)
                - d
                + log(det(S1) / det(S0))
            ),
            "insert both means",
        ),
        result=True,
    )
    note.calc(KL, ge(0, "a divergence is never negative"))
    note(r"""It is zero for equal Gaussians, and it is not symmetric: a wide $q$ describes a
        narrow $p$ badly, but a narrow $q$ describes a wide $p$ worse, since draws of $p$ fall
        where $q$ expects none.""")
