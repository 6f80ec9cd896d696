"""The Newton step."""

from fractions import Fraction

from derive import Note, eq, ge, grad, inverse, recipe

HALF = Fraction(1, 2)


@recipe(
    "newton-step",
    title="The Newton step",
    chapter="optimisation",
    needs=["quadratic-form-gradient"],
    source="Boyd and Vandenberghe, Convex Optimization (2004), section 9.5; Bishop, Pattern "
    "Recognition and Machine Learning (2006), equation (4.92)",
    level=2,
)
def newton_step(note: Note) -> None:
    """The minimiser -H^-1 g of the quadratic model of a function, and the decrease that the model promises."""
    (n,) = note.dims("n")
    f = note.scalar("f", "value of the function at the present point")
    g = note.vector("g", n, "gradient there")
    H = note.matrix("H", n, n, "Hessian there", "pd")
    s = note.vector("s", n, "a step")

    note(r"""Gradient descent knows only the slope and has to be told how far to go. Newton's
        method asks the curvature as well. Near the present point a smooth function is close to
        its second-order Taylor polynomial, a quadratic function of the step $s$:""")
    m = note.define("m", s, f + g.T @ s + HALF * s.T @ H @ s)
    note("The quadratic form has a symmetric matrix, so that the factor one half cancels:")
    note.calc(
        grad(m(s), s),
        eq(grad(g.T @ s, s) + HALF * grad(s.T @ H @ s, s), rule="linearity of the derivative"),
        eq(g + H @ s, "gradient of a quadratic form", rule="product rule"),
    )
    note(r"""The Hessian is positive definite, so the model has one lowest point. There the
        gradient of the model is zero, and the linear system $H s = -g$ gives the Newton step.""")
    s_star = note.minimiser(r"s^\star", m(s), s, "Newton step: the minimiser of the model")
    note.calc(H @ s_star, eq(-g, r"$g + H s^\star = 0$"))
    note.calc(
        s_star,
        eq(inverse(H) @ (H @ s_star), "multiply by one"),
        eq(-inverse(H) @ g, "insert the equation before"),
        result=True,
    )
    note(r"""How much is gained? Substitute the step back. The linear term promises the full
        $g^\top H^{-1} g$, and the curvature takes half of it away.""")
    note.calc(
        m(s_star),
        eq(f + g.T @ s_star + HALF * s_star.T @ H @ s_star, "definition of the model"),
        eq(
            f - g.T @ inverse(H) @ g + HALF * g.T @ inverse(H) @ H @ inverse(H) @ g,
            r"insert $s^\star = -H^{-1} g$",
        ),
        eq(f - HALF * g.T @ inverse(H) @ g, "$H^{-1} H = I$", rule="a matrix times its inverse"),
        result=True,
    )
    note(r"""The same can be seen without any derivative. Completing the square shows at once
        where the model is lowest and how low it is:""")
    note.calc(
        m(s),
        eq(
            HALF * (s + inverse(H) @ g).T @ H @ (s + inverse(H) @ g)
            + f
            - HALF * g.T @ inverse(H) @ g,
            "completing the square",
        ),
        ge(f - HALF * g.T @ inverse(H) @ g, "$H$ is positive definite"),
    )
    note(r"""For a function that is quadratic the model is exact. Then one step from any point $x$
        leads to the minimum $A^{-1} b$:""")
    A = note.matrix("A", n, n, "Hessian of a quadratic function", "pd")
    b = note.vector("b", n, "its linear coefficients")
    x = note.vector("x", n, "any point")
    q = note.let("q", HALF * x.T @ A @ x - b.T @ x)
    note.calc(
        x - inverse(A) @ grad(q, x),
        eq(x - inverse(A) @ (A @ x - b), "gradient of a quadratic form", rule="product rule"),
        eq(inverse(A) @ b, r"$A^{-1} A x = x$"),
    )
