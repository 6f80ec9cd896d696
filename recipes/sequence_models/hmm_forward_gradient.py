"""Forward-backward in a hidden Markov model; its marginals are a gradient."""

from derive import Note, eq, exp, grad, hadamard, log, ones, partial, recipe, sum_over


@recipe(
    "hmm-forward-gradient",
    title="Forward-backward in a hidden Markov model; its marginals are a gradient",
    chapter="sequence models",
    needs=["em-lower-bound", "softmax-jacobian"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (13.33), (13.36) and "
    "(13.38); Rabiner, A Tutorial on Hidden Markov Models (1989)",
    level=4,
)
def hmm_forward_gradient(note: Note) -> None:
    """A sum over all state paths is done step by step, and its derivatives are the posterior of each state."""
    (K,) = note.dims("K")
    i, j, k = note.index("i", K), note.index("j", K), note.index("k", K)
    l = note.index("l", K)
    p0 = note.vector("p", K, "probabilities of the first state", "simplex")
    A = note.matrix("A", K, K, "transition probabilities", "stochastic_rows")
    E = [
        note.vector(f"E_{t}", K, f"logarithm of the likelihood of observation {t}, for each state")
        for t in (1, 2, 3)
    ]
    a = note.vector("a", K, "forward message of the step before", "positive")
    b = note.vector("b", K, "backward message of the step after", "positive")

    note("""A hidden state moves by a Markov chain, and each step shows an observation whose probability
        depends on the state. The likelihood of the observations is a sum over all paths of states, of which
        there are $K$ to the power of the length. Take three steps:""")
    px = note.let(
        "p_x",
        sum_over(
            (i, j, k),
            p0[i] * exp(E[0][i]) * A[i, j] * exp(E[1][j]) * A[j, k] * exp(E[2][k]),
        ),
        "likelihood of the observations",
    )
    note("""Each factor contains two neighbouring states at most. So sum over the first state first, then the second:
        what has been summed up is a vector over the next state, the forward message.""")
    a1 = note.let(r"\alpha_1", hadamard(p0, exp(E[0])), "forward message of step 1")
    a2 = note.let(r"\alpha_2", hadamard(exp(E[1]), A.T @ a1), "forward message of step 2")
    a3 = note.let(r"\alpha_3", hadamard(exp(E[2]), A.T @ a2), "forward message of step 3")
    note.calc(
        a2[j],
        eq(exp(E[1][j]) * sum_over(i, A[i, j] * a1[i]), "definition"),
        eq(sum_over(i, p0[i] * exp(E[0][i]) * A[i, j] * exp(E[1][j])), "sum over the first state"),
        result=True,
    )
    note.calc(
        px,
        eq(sum_over(k, exp(E[2][k]) * sum_over(j, A[j, k] * a2[j])), "distribute the sums"),
        eq(sum_over(k, a3[k]), "definition"),
        result=True,
    )
    note("From the end it works as well. The backward message holds what is still to come:")
    b3 = note.let(r"\beta_3", ones(K), "backward message of step 3")
    b2 = note.let(r"\beta_2", A @ hadamard(exp(E[2]), b3), "backward message of step 2")
    b1 = note.let(r"\beta_1", A @ hadamard(exp(E[1]), b2), "backward message of step 1")
    note.calc(
        b1[i],
        eq(sum_over(j, A[i, j] * exp(E[1][j]) * b2[j]), "definition"),
        result=True,
    )
    note("In every step the two messages together give the likelihood:")
    note.calc(a1.T @ b1, eq(px, "sum over the later states"))
    note.calc(a2.T @ b2, eq(px, "sum over both sides"))
    note.calc(a3.T @ b3, eq(px, "sum over the earlier states"))
    note("""Their product for one state, divided by the likelihood, is the posterior probability of that state, the
        share of all paths through it. It is also a derivative. In the log-likelihood the term of a state is
        multiplied by its emission, so its slope is the share of the paths through it:""")
    note.calc(
        partial(log(px), E[1][j]),
        eq(1 / px * partial(px, E[1][j]), "derivative of the logarithm"),
        eq(a2[j] * b2[j] / px, "each path through the state contains the factor once"),
        result=True,
    )
    note.calc(
        partial(log(px), E[0][i]),
        eq(a1[i] * b1[i] / px, "the same for the first step"),
        result=True,
    )
    note.calc(
        sum_over(j, a2[j] * b2[j] / px),
        eq(1, "one of the states was passed"),
    )
    note("""So an automatic derivative of the forward recursion computes the backward one. For any step, with the
        messages $a$ of the step before and $b$ of the step after, both recursions are sums over one state:""")
    e = note.vector("e", K, "logarithm of the likelihood of any observation")
    note.calc(
        hadamard(exp(e), A.T @ a).T @ b,
        eq(sum_over((l, k), a[l] * A[l, k] * exp(e[k]) * b[k]), "write the sums"),
        eq(a.T @ (A @ hadamard(exp(e), b)), "exchange the sums"),
    )
    note.calc(
        grad(a.T @ (A @ hadamard(exp(e), b)), a),
        eq(A @ hadamard(exp(e), b), "the backward message is the gradient by the forward one"),
    )
