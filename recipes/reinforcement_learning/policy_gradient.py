"""Policy gradient (REINFORCE)."""

from derive import Note, eq, grad, log, recipe, softmax, sum_over, unit_vector


@recipe(
    "policy-gradient",
    title="Policy gradient",
    chapter="reinforcement learning",
    needs=["softmax-jacobian", "bellman-linear-system"],
    source="Williams, Simple Statistical Gradient-Following Algorithms (1992); Sutton and Barto, "
    "Reinforcement Learning (2018), chapter 13",
    level=4,
)
def policy_gradient(note: Note) -> None:
    """The gradient of the expected return is the mean of returns times scores, and past rewards do not count."""
    S, A, m = note.dims("S A m")
    s, u = note.index("s", S), note.index("u", S)
    a, b = note.index("a", A), note.index("b", A)
    f = note.mapping("f", (m,), (S, A), "a network: logits of the actions in each state")
    theta = note.vector(r"\theta", m, "parameters of the policy")
    start = note.vector("p", S, "probabilities of the first state", "simplex")
    T = note.tensor(
        "T", (S, A, S), "probability of the next state, given state and action", "positive"
    )
    r = note.matrix("R", S, A, "reward of an action in a state")
    gamma = note.scalar(r"\gamma", "discount", "probability")

    note("""An agent observes a state, draws an action from its policy, receives a reward, and the
        environment draws the next state. How should the parameters of the policy change to earn more? Take
        two steps, which show everything; longer histories have more factors of the same kind.""")
    pi = note.let(r"\pi", softmax(f(theta)), "policy: probabilities of the actions in each state")
    note(r"""A history $\tau = (s, a, u, b)$ is a state and an action, twice. Its probability is a product, in which
        only the factors of the policy depend on the parameters:""")
    P = start[s] * pi[s, a] * T[s, a, u] * pi[u, b]
    J = note.let(
        "J",
        sum_over((s, a, u, b), P * (r[s, a] + gamma * r[u, b])),
        "expected discounted return",
    )
    note("""The gradient of a product is the product times the sum of the gradients of the logarithms. The
        environment drops out, since its logarithm does not depend on the parameters:""")
    g1, g2 = grad(log(pi[s, a]), theta), grad(log(pi[u, b]), theta)
    note.calc(
        grad(P, theta),
        eq(P * grad(log(P), theta), "derivative of the logarithm"),
        eq(P * (g1 + g2), "logarithm of a product"),
    )
    note("So the gradient of the expected return is itself a mean over histories:")
    note.calc(
        grad(J, theta),
        eq(
            sum_over((s, a, u, b), (r[s, a] + gamma * r[u, b]) * grad(P, theta)),
            "linearity of the derivative",
        ),
        eq(
            sum_over((s, a, u, b), P * (g1 + g2) * (r[s, a] + gamma * r[u, b])),
            "insert",
        ),
        result=True,
    )
    note("""One of the four products cannot matter. The second action cannot change the first reward; and
        indeed the score of an action has mean zero, whatever happened before:""")
    note.calc(
        sum_over(b, pi[u, b] * grad(log(pi[u, b]), theta)),
        eq(grad(sum_over(b, pi[u, b]), theta), r"$\pi \, \nabla \log \pi = \nabla \pi$"),
        eq(0, "the probabilities sum to one"),
    )
    note.calc(
        sum_over((s, a, u, b), P * g2 * r[s, a]),
        eq(
            sum_over(
                (s, a, u),
                start[s] * pi[s, a] * T[s, a, u] * r[s, a] * sum_over(b, pi[u, b] * g2),
            ),
            "sum over the second action first",
        ),
        eq(0, "the score has mean zero"),
    )
    note("Each score is multiplied only by the rewards that follow it:")
    note.calc(
        grad(J, theta),
        eq(
            sum_over(
                (s, a, u, b),
                P * (g1 * (r[s, a] + gamma * r[u, b]) + g2 * (gamma * r[u, b])),
            ),
            "past rewards have mean zero against a score",
        ),
        result=True,
    )
    note("""A mean can be estimated by playing. No model of the environment is needed, neither its
        probabilities nor its rewards, only what was observed. For a table of logits the score is a one at the
        action that was taken, minus the probabilities:""")
    k = note.vector("k", A, "logits of the actions in one state")
    note.calc(
        grad(log(softmax(k)[a]), k),
        eq(unit_vector(a, A) - softmax(k), "Jacobian of the softmax"),
    )
