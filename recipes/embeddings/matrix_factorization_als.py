"""Matrix factorisation with missing entries: gradient and alternating least squares."""

from derive import (
    Note,
    eq,
    grad,
    hadamard,
    identity,
    inverse,
    norm2,
    recipe,
    sum_over,
)


@recipe(
    "matrix-factorization-als",
    title="Matrix factorisation with missing entries: gradient and alternating least squares",
    chapter="embeddings",
    needs=["ridge-regression"],
    source="Koren, Bell and Volinsky, Matrix Factorization Techniques for Recommender Systems (2009)",
    level=3,
)
def matrix_factorization_als(note: Note) -> None:
    """Ratings as inner products of people and things, fitted where they are known, one side at a time."""
    m, n, k = note.dims("m n k")
    i, j = note.index("i", m), note.index("j", n)
    M = note.matrix("M", m, n, "ratings: people in rows, things in columns")
    O = note.matrix(r"\Omega", m, n, "which ratings are known, 1 or 0", "binary")
    U = note.matrix("U", m, k, "vectors of the people, one per row")
    V = note.matrix("V", n, k, "vectors of the things, one per row")
    lam = note.scalar(r"\lambda", "strength of the penalty", "positive")

    note("""Most people have rated few things. Guess the rest: give every person and every thing a vector, and let
        the rating be their inner product. Fit the vectors to the ratings that are known, and keep them
        small:""")
    u = note.rows("u", U, "the vectors of the people")
    v = note.rows("v", V, "the vectors of the things")
    J = note.let(
        "J",
        sum_over((i, j), O[i, j] * (M[i, j] - u[i].T @ v[j]) ** 2) + lam * (norm2(U) + norm2(V)),
        "objective",
    )
    note("The mask is zero or one, so the sum is that of all squares of a masked residual:")
    E = note.let("E", hadamard(O, U @ V.T - M), "masked residual")
    note.calc(
        J,
        eq(
            sum_over((i, j), (O[i, j] * (M[i, j] - (U @ V.T)[i, j])) ** 2)
            + lam * (norm2(U) + norm2(V)),
            r"$\Omega_{ij}^2 = \Omega_{ij}$",
        ),
        eq(norm2(E) + lam * (norm2(U) + norm2(V)), "squared norm of a matrix"),
    )
    note(
        "The residual passes through the product to each factor, as in a dense layer; the penalty adds its own:"
    )
    note.calc(
        grad(J, U),
        eq(2 * E @ V + 2 * lam * U, "backward pass of a product"),
        result=True,
    )
    note.calc(
        grad(J, V),
        eq(2 * E.T @ U + 2 * lam * V, "backward pass of a product"),
        result=True,
    )
    note("""Both together are no convex problem. But hold the things fixed: then each person is by itself, and has a
        ridge regression on the things that it rated, with ratings $r_j$ and mask $o_j$:""")
    r = note.vector("r", n, "ratings of one person")
    o = note.vector("o", n, "which of them are known", "binary")
    x = note.vector("x", k, "vector of that person")
    q = note.let(
        "q",
        sum_over(j, o[j] * (r[j] - x.T @ v[j]) ** 2) + lam * norm2(x),
        "its share of the objective",
    )
    note.calc(
        grad(q, x),
        eq(
            2 * (sum_over(j, o[j] * v[j] @ v[j].T) + lam * identity(k)) @ x
            - 2 * sum_over(j, o[j] * r[j] * v[j]),
            "gradient of each square",
        ),
    )
    best = note.minimiser(r"\hat{x}", q, x, "the best vector of that person")
    note.calc(
        best,
        eq(
            inverse(sum_over(j, o[j] * v[j] @ v[j].T) + lam * identity(k))
            @ sum_over(j, o[j] * r[j] * v[j]),
            "the gradient vanishes",
        ),
        result=True,
    )
    note("""Then the people are held fixed and the things solved for, in turns. No step raises the objective, and
        all people can be solved for at the same time.""")
