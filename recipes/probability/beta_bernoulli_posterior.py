"""Beta-Bernoulli posterior and evidence."""

from derive import Note, eq, gamma_function, integral, recipe


@recipe(
    "beta-bernoulli-posterior",
    title="Beta-Bernoulli posterior and evidence",
    chapter="probability",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (2.18) and section 2.1.1; "
    "Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 6.6.1",
    level=2,
)
def beta_bernoulli_posterior(note: Note) -> None:
    """A Beta prior on the probability of heads stays a Beta law when tosses are seen: counts are added to counts."""
    theta = note.scalar(r"\theta", "probability of heads", "probability")
    a = note.scalar("a", "prior weight of heads", "positive")
    b = note.scalar("b", "prior weight of tails", "positive")
    h = note.scalar("h", "heads that were seen", "natural")
    t = note.scalar("t", "tails that were seen", "natural")
    u, v = note.scalar("u", "a number", "positive"), note.scalar("v", "a number", "positive")

    note("""A coin was tossed a few times. What should one believe about its probability of heads? Before
        the tosses, let the belief be a Beta law, a power of the probability times a power of its
        complement. Its normaliser is the Beta function, an integral that the gamma function tells:""")
    B = note.define("B", (u, v), gamma_function(u) * gamma_function(v) / gamma_function(u + v))
    note.calc(
        integral(theta ** (a - 1) * (1 - theta) ** (b - 1), theta, 0, 1),
        eq(B(a, b), "Euler's integral"),
    )
    prior = note.let("p", theta ** (a - 1) * (1 - theta) ** (b - 1) / B(a, b), "prior density")
    like = note.let("L", theta**h * (1 - theta) ** t, "likelihood of the tosses")
    note("""By Bayes' rule the posterior is the prior times the likelihood, divided by what makes it a
        density. Powers of the same base add up:""")
    note.calc(
        prior * like,
        eq(
            theta ** (a - 1) * theta**h * (1 - theta) ** (b - 1) * (1 - theta) ** t / B(a, b),
            "insert",
        ),
        eq(theta ** (a + h - 1) * (1 - theta) ** (b + t - 1) / B(a, b), "add the exponents"),
    )
    note("""It has the form of the prior, with other exponents. So the normaliser is known without another
        integral; it is the probability of the tosses, called the evidence:""")
    note.calc(
        integral(prior * like, theta, 0, 1),
        eq(
            integral(theta ** (a + h - 1) * (1 - theta) ** (b + t - 1), theta, 0, 1) / B(a, b),
            "the equation above",
        ),
        eq(B(a + h, b + t) / B(a, b), "Euler's integral"),
        result=True,
        name="evidence",
    )
    note("Divide by it. Heads have been added to heads, and tails to tails:")
    posterior = theta ** (a + h - 1) * (1 - theta) ** (b + t - 1) / B(a + h, b + t)
    note.calc(
        prior * like / (B(a + h, b + t) / B(a, b)),
        eq(posterior, r"$B(a, b)$ cancels"),
        result=True,
        name="posterior",
    )
    note(r"""The probability that the next toss gives heads is the mean of the posterior. One more power of
        $\theta$, and $\Gamma(x + 1) = x \, \Gamma(x)$, give""")
    note.calc(
        integral(theta * posterior, theta, 0, 1),
        eq(B(a + h + 1, b + t) / B(a + h, b + t), "Euler's integral"),
        eq((a + h) / (a + b + h + t), r"$\Gamma(x + 1) = x \, \Gamma(x)$"),
        result=True,
        name="posterior mean",
    )
    note("""This is a weighted mean of what was believed and what was seen; the prior counts as much as
        $a + b$ tosses.""")
    note.calc(
        (a + h) / (a + b + h + t),
        eq(
            (a + b) / (a + b + h + t) * (a / (a + b)) + (h + t) / (a + b + h + t) * (h / (h + t)),
            "split the fraction",
        ),
    )
