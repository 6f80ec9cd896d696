"""Descent lemma and the decrease of one gradient step."""

from fractions import Fraction

from derive import (
    Note,
    diag,
    eq,
    grad,
    integral,
    le,
    norm,
    norm2,
    recipe,
    softplus,
    sum_over,
)

HALF = Fraction(1, 2)


@recipe(
    "descent-lemma",
    title="Descent lemma and the decrease of one gradient step",
    chapter="optimisation",
    needs=["taylor-second-order"],
    source="Boyd and Vandenberghe, Convex Optimization (2004), sections 9.1.2 and 9.3; Nesterov, "
    "Introductory Lectures on Convex Optimization (2004), section 1.2",
    level=3,
)
def descent_lemma(note: Note) -> None:
    """A function whose gradient changes no faster than L lies below a parabola, so a short step must lower it."""
    n, m = note.dims("n m")
    f = note.mapping("f", (n,), (), "a smooth function")
    x = note.vector("x", n, "a point")
    h = note.vector("h", n, "a step")
    t = note.scalar("t", "position on the way, from 0 to 1", "positive")
    L = note.scalar("L", "bound on the change of the gradient per length", "positive")

    note(r"""How long may a step of gradient descent be, if nothing is known of the function but a bound on
        its curvature? Let the gradient change by at most $L$ per length, $\lVert \nabla f(y) - \nabla f(x)
        \rVert \le L \lVert y - x \rVert$. Integrate the slope on the way from $x$ to $x + h$, and compare
        it with the slope at the start:""")
    change = grad(f(x + t * h), x) - grad(f(x), x)
    note.calc(
        f(x + h),
        eq(f(x) + integral(grad(f(x + t * h), x).T @ h, t, 0, 1), "integrate along the way"),
        eq(
            f(x) + grad(f(x), x).T @ h + integral(change.T @ h, t, 0, 1),
            "add and subtract the first slope",
        ),
    )
    note("""An inner product is at most the product of the lengths, by Cauchy and Schwarz, and after the
        share $t$ of the way the gradient $b$ has changed by at most $L t$ times the length of the step:""")
    b = note.vector("b", n, r"the change of the gradient, $\nabla f(x + t h) - \nabla f(x)$")
    with note.suppose(norm(b) <= L * t * norm(h)):
        note.calc(
            b.T @ h,
            le(norm(b) * norm(h), "Cauchy-Schwarz inequality"),
            le(L * t * norm2(h), "bound on the change of the gradient"),
        )
    note.calc(
        integral(L * t * norm2(h), t, 0, 1),
        eq(L / 2 * norm2(h), r"$\int_0^1 t \, \mathrm{d}t = \frac{1}{2}$"),
    )
    note("""So the integral $r$ in the first equation is at most that, and the function lies below a parabola
        with curvature $L$:""")
    r = note.scalar("r", "the integral in the first equation")
    with note.suppose(r <= L / 2 * norm2(h)):
        note.calc(
            f(x) + grad(f(x), x).T @ h + r,
            le(f(x) + grad(f(x), x).T @ h + L / 2 * norm2(h), "insert the bound"),
            result=True,
        )
    note("""For quadratic functions with curvatures between 0 and $L$, and for the logistic loss, no premise
        is needed:""")
    Q = note.matrix("Q", n, n, "eigenvectors", "orthogonal")
    p = note.vector("p", n, "curvatures as shares of $L$", "probability")
    c = note.vector("c", n, "linear coefficients")
    A = note.let("A", L * Q @ diag(p) @ Q.T, "Hessian of a quadratic function")
    q = note.define("q", x, HALF * x.T @ A @ x - c.T @ x)
    note.calc(
        q(x + h),
        le(q(x) + grad(q(x), x).T @ h + L / 2 * norm2(h), "the curvatures are at most $L$"),
    )
    i = note.index("i", m)
    X = note.matrix("X", m, n, "design matrix of a classifier")
    e = note.rows("e", X, "its examples")
    g = note.define("g", x, sum_over(i, softplus(e[i].T @ x)))
    note.calc(
        g(x + h),
        le(
            g(x) + grad(g(x), x).T @ h + norm2(X) / 8 * norm2(h),
            r"the slope of the sigmoid is at most $\frac{1}{4}$",
        ),
    )
    note(r"""Now go downhill, $h = -\eta \nabla f(x)$. The bound becomes a number times the squared length of
        the gradient $d$:""")
    d = note.vector("d", n, "gradient at the point")
    eta = note.scalar(r"\eta", "step size", "positive")
    note.calc(
        d.T @ (-eta * d) + L / 2 * norm2(-eta * d),
        eq(-(eta - L * eta**2 / 2) * norm2(d), "collect the squared length"),
        result=True,
    )
    note.calc(
        q(x - eta * grad(q(x), x)),
        le(
            q(x) - (eta - L * eta**2 / 2) * norm2(grad(q(x), x)),
            "insert the step into the bound",
        ),
        result=True,
    )
    note(
        """The decrease is a parabola in the step size, positive below $2 / L$. It is largest halfway:"""
    )
    a = note.scalar("a", "squared length of the gradient", "positive")
    best = note.maximiser(r"\eta^\star", (eta - L * eta**2 / 2) * a, eta, "the best step size")
    note.calc(best, eq(1 / L, "the derivative vanishes"), result=True)
    note.calc(
        (1 / L - L * (1 / L) ** 2 / 2) * a,
        eq(a / (2 * L), r"insert $\eta = 1 / L$"),
        result=True,
    )
