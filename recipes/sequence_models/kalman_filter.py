"""Kalman filter."""

from derive import (
    Note,
    block,
    eq,
    expectation,
    hessian,
    identity,
    inverse,
    recipe,
    variance,
    zeros,
)


@recipe(
    "kalman-filter",
    title="Kalman filter",
    chapter="sequence models",
    needs=["gaussian-conditional"],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equations (13.89) to (13.92)",
    level=4,
)
def kalman_filter(note: Note) -> None:
    """A hidden state is predicted by its dynamics and corrected by each measurement, as much as both are trusted."""
    n, m = note.dims("n m")
    F = note.matrix("F", n, n, "dynamics of the state")
    H = note.matrix("H", m, n, "how the state is measured")
    P = note.matrix("P", n, n, "covariance of the state before the step", "pd")
    Q = note.matrix("Q", n, n, "covariance of the noise of the dynamics", "pd")
    R = note.matrix("R", m, m, "covariance of the noise of the measurement", "pd")
    m0 = note.vector(r"\mu", n, "mean of the state before the step")
    y = note.vector("y", m, "the measurement")
    x = note.vector("x", n, "the state")

    note("""Where is a moving thing, if it is measured with noise? Suppose that after the last measurement the
        state is Gaussian. It moves by a linear map and receives noise, and one predicts:""")
    u = note.random("u", (n,), "normal", m0, P, meaning="the state before the step")
    q = note.random("q", (n,), "normal", 0 * m0, Q, meaning="noise of the dynamics")
    mp = note.let(r"\mu^-", F @ m0, "predicted mean")
    Pp = note.let("P^-", F @ P @ F.T + Q, "predicted covariance")
    note.calc(
        expectation(F @ u, u) + expectation(q, q),
        eq(mp, "linear map of a Gaussian"),
        result=True,
    )
    note.calc(
        variance(F @ u, u) + variance(q, q),
        eq(F @ variance(u, u) @ F.T + Q, "covariance of a linear map"),
        eq(Pp, "independent noise"),
        result=True,
    )
    note("""The measurement is a linear map of the state plus noise, so state and measurement are jointly
        Gaussian. Their covariance has the blocks""")
    S = note.let("S", H @ Pp @ H.T + R, "covariance of the predicted measurement")
    I, E = identity(n), identity(m)
    note.calc(
        block([[I, zeros(n, m)], [H, E]])
        @ block([[Pp, zeros(n, m)], [zeros(m, n), R]])
        @ block([[I, zeros(n, m)], [H, E]]).T,
        eq(block([[Pp, Pp @ H.T], [H @ Pp, S]]), "linear map of state and noise"),
    )
    note("""Condition on the measurement. The mean moves in proportion to what was not predicted, and the
        factor is called the gain:""")
    G = note.let("G", Pp @ H.T @ inverse(S), "gain")
    mean = note.let(r"\mu^+", mp + G @ (y - H @ mp), "corrected mean")
    cov = note.let("P^+", (I - G @ H) @ Pp, "corrected covariance")
    note.calc(
        mean,
        eq(mp + Pp @ H.T @ inverse(H @ Pp @ H.T + R) @ (y - H @ mp), "conditional mean"),
        result=True,
    )
    note.calc(
        cov,
        eq(Pp - Pp @ H.T @ inverse(S) @ H @ Pp, "conditional covariance"),
        result=True,
    )
    note("""To be sure, look at the exponent of state and measurement together, as a function of the state. Its
        curvature is the sum of what prediction and measurement know, and its inverse the corrected covariance:""")
    J = note.let(
        "J",
        (x - mp).T @ inverse(Pp) @ (x - mp) + (y - H @ x).T @ inverse(R) @ (y - H @ x),
        "exponent",
    )
    note.calc(
        hessian(J, x) / 2,
        eq(inverse(Pp) + H.T @ inverse(R) @ H, "Hessian of a quadratic form"),
        eq(inverse(cov), "Woodbury identity"),
        result=True,
    )
    best = note.minimiser(r"\hat{x}", J, x, "the most probable state")
    note.calc(
        best,
        eq(
            inverse(inverse(Pp) + H.T @ inverse(R) @ H) @ (inverse(Pp) @ mp + H.T @ inverse(R) @ y),
            "the gradient vanishes",
        ),
        eq(mean, "Woodbury identity"),
        result=True,
    )
    note("""The corrected mean and covariance are those before the next step. A noisy measurement has a small
        gain, and a prediction that cannot be trusted a large one.""")
