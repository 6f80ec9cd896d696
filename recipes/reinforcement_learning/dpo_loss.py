"""The KL-regularised policy and the DPO gradient."""

from derive import (
    Note,
    eq,
    exp,
    grad,
    le,
    log,
    not_equal,
    recipe,
    sigmoid,
    softmax,
    sum_over,
    unit_vector,
)


@recipe(
    "dpo-loss",
    title="The KL-regularised policy and the DPO gradient",
    chapter="reinforcement learning",
    needs=["categorical-loglik-gradient", "kl-nonnegativity", "logistic-regression"],
    source="Rafailov et al., Direct Preference Optimization (2023), equations (4) to (7)",
    level=4,
)
def dpo_loss(note: Note) -> None:
    """The best policy near a reference in closed form, and preferences as a loss on the policy alone."""
    (K,) = note.dims("K")
    k, l = note.index("k", K), note.index("l", K)
    i, j = note.index("i", K), note.index("j", K)
    r = note.vector("r", K, "reward of each answer")
    p0 = note.vector(r"\pi_0", K, "reference policy", "simplex")
    p = note.vector(r"\pi", K, "any policy", "simplex")
    beta = note.scalar(r"\beta", "price of leaving the reference", "positive")
    t = note.vector(r"\theta", K, "logits of the policy that is trained")

    note("""A language model shall earn high rewards without moving far from a reference. So it
        maximises the expected reward minus a multiple of the divergence from the reference:""")
    J = note.let(
        "J",
        sum_over(k, p[k] * r[k]) - beta * sum_over(k, p[k] * log(p[k] / p0[k])),
        "objective",
    )
    note("""Tilt the reference by the exponential of the reward, and normalise. That is a policy too,
        and with it the objective is one divergence and a constant:""")
    Z = note.let("Z", sum_over(l, p0[l] * exp(r[l] / beta)), "normaliser")
    best = note.array(r"\hat{\pi}", (k,), p0[k] * exp(r[k] / beta) / Z, "tilted reference")
    note.calc(sum_over(k, best[k]), eq(1, "definition of the normaliser"))
    note.calc(
        J,
        eq(
            beta * sum_over(k, p[k] * (log(exp(r[k] / beta)) - log(p[k] / p0[k]))),
            r"$r_k = \beta \log e^{r_k / \beta}$",
        ),
        eq(
            beta * sum_over(k, p[k] * (log(Z) - log(p[k] / best[k]))),
            r"$e^{r_k / \beta} = Z \hat{\pi}_k / \pi_{0, k}$",
        ),
        eq(
            beta * log(Z) - beta * sum_over(k, p[k] * log(p[k] / best[k])),
            "probabilities sum to one",
        ),
    )
    note(
        "A divergence is never negative, and zero only if the two agree. So the tilted reference is "
        "the best policy:"
    )
    note.calc(J, le(beta * log(Z), "a divergence is not negative"), result=True)
    note.calc(
        sum_over(k, best[k] * r[k]) - beta * sum_over(k, best[k] * log(best[k] / p0[k])),
        eq(beta * log(Z), r"$\pi = \hat{\pi}$"),
    )
    note("Read the definition the other way, and a policy tells the reward that it is best for:")
    note.calc(
        r[k],
        eq(beta * log(best[k] / p0[k]) + beta * log(Z), "solve for the reward"),
        result=True,
    )
    note(r"""The normaliser is a sum over all answers, out of reach. But people compare answers, and
        if $i$ is preferred to $j$ with probability $\sigma(r_i - r_j)$, then only differences of
        rewards occur:""")
    note.calc(
        sigmoid(r[i] - r[j]),
        eq(
            sigmoid(beta * log(best[i] / p0[i]) - beta * log(best[j] / p0[j])),
            "the normaliser cancels",
        ),
        result=True,
    )
    note("""So train a policy directly, as the classifier of preferences. For one comparison of
        two different answers, the gradient of its loss is""")
    q = note.let("q", softmax(t), "the policy that is trained")
    gap = beta * log(q[i] / p0[i]) - beta * log(q[j] / p0[j])
    with note.suppose(not_equal(i, j)):
        note.calc(
            grad(-log(sigmoid(gap)), t),
            eq(-sigmoid(-gap) * grad(gap, t), "derivative of the log-sigmoid"),
            eq(-beta * sigmoid(-gap) * grad(log(q[i]) - log(q[j]), t), "the reference is fixed"),
            eq(
                -beta * sigmoid(-gap) * (unit_vector(i, K) - unit_vector(j, K)),
                "Jacobian of the softmax",
            ),
            result=True,
        )
    note("""A step lifts the preferred answer and lowers the other one, the more so the more wrong the
        policy was about the pair.""")
