"""Naive Bayes with binary features is a linear classifier."""

from derive import Note, eq, exp, log, product_over, recipe, sigmoid, sum_over


@recipe(
    "naive-bayes-log-odds",
    title="Naive Bayes with binary features is a linear classifier",
    chapter="classification",
    needs=["bernoulli-loglik-gradient"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), section 4.2.3; Hastie, Tibshirani "
    "and Friedman, The Elements of Statistical Learning (2009), section 6.6.3",
    level=2,
)
def naive_bayes_log_odds(note: Note) -> None:
    """Independent features multiply their likelihoods, so their logarithms add up to a linear function."""
    (d,) = note.dims("d")
    j = note.index("j", d)
    x = note.vector("x", d, "features, 0 or 1", "binary")
    t0 = note.vector(r"\theta_0", d, "probability of each feature in class 0", "probability")
    t1 = note.vector(r"\theta_1", d, "probability of each feature in class 1", "probability")
    p0 = note.scalar(r"\pi_0", "prior probability of class 0", "positive")
    p1 = note.scalar(r"\pi_1", "prior probability of class 1", "positive")

    note("""Which words occur in a message, and is it spam? Naive Bayes supposes that within a class the words
        occur independently. Then the probability of a message is a product over the words, of the
        probability of each one that occurs and of the complement of each one that does not:""")
    like0 = note.let(
        "L_0", product_over(j, t0[j] ** x[j] * (1 - t0[j]) ** (1 - x[j])), "likelihood of class 0"
    )
    like1 = note.let(
        "L_1", product_over(j, t1[j] ** x[j] * (1 - t1[j]) ** (1 - x[j])), "likelihood of class 1"
    )
    note("""By Bayes' rule the odds of the classes are the ratio of prior times likelihood, in which the
        evidence cancels. The logarithm makes a sum of the products:""")
    odds = note.let("a", log(p1 * like1 / (p0 * like0)), "log-odds of class 1")
    note.calc(
        odds,
        eq(log(p1 / p0) + log(like1) - log(like0), "logarithm of a product"),
        eq(
            log(p1 / p0)
            + sum_over(j, x[j] * log(t1[j]) + (1 - x[j]) * log(1 - t1[j]))
            - sum_over(j, x[j] * log(t0[j]) + (1 - x[j]) * log(1 - t0[j])),
            "logarithm of a power",
        ),
        eq(
            log(p1 / p0)
            + sum_over(j, log((1 - t1[j]) / (1 - t0[j])))
            + sum_over(j, x[j] * (log(t1[j] / t0[j]) - log((1 - t1[j]) / (1 - t0[j])))),
            "collect the terms with $x_j$",
        ),
    )
    note("So each feature has a weight, and what does not depend on the features is the offset:")
    w = note.array(
        "w", (j,), log(t1[j] * (1 - t0[j]) / (t0[j] * (1 - t1[j]))), "weight of each feature"
    )
    w0 = note.let("w_0", log(p1 / p0) + sum_over(j, log((1 - t1[j]) / (1 - t0[j]))), "offset")
    note.calc(odds, eq(w.T @ x + w0, "collect the logarithms"), result=True)
    note("The posterior probability is the sigmoid of it, as in logistic regression:")
    note.calc(
        p1 * like1 / (p1 * like1 + p0 * like0),
        eq(1 / (1 + exp(-odds)), "divide by the first term"),
        eq(sigmoid(w.T @ x + w0), "definition of the sigmoid"),
        result=True,
    )
    note("""A weight compares the odds of a feature in both classes. Here the weights are counted, while
        logistic regression fits them together, and does not count dependent words twice.""")
