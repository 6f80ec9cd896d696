"""Second-order Taylor expansion and the shape of the error surface."""

from fractions import Fraction

from derive import (
    Note,
    eq,
    equals,
    grad,
    gt,
    hessian,
    integral,
    limit,
    lt,
    partial,
    recipe,
)

HALF = Fraction(1, 2)


@recipe(
    "taylor-second-order",
    title="Second-order Taylor expansion and the shape of the error surface",
    chapter="calculus",
    needs=["quadratic-form-gradient"],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), section 5.8; "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 4.3.1",
    level=2,
)
def taylor_second_order(note: Note) -> None:
    """Near a point a smooth function is quadratic, with a known error; curvature tells minimum from saddle."""
    (n,) = note.dims("n")
    f = note.mapping("f", (n,), (), "a smooth function")
    x = note.vector("x", n, "a point")
    h = note.vector("h", n, "a step")
    t = note.scalar("t", "position on the way, from 0 to 1")

    note(r"""Walk from $x$ to $x + h$ in a straight line. Along it the function depends on one number
        only, and the rules of one variable apply.""")
    phi = note.define(r"\varphi", t, f(x + t * h))
    note.calc(
        phi(t, order=1),
        eq(grad(f(x + t * h), x).T @ h, "chain rule"),
    )
    note.calc(
        phi(t, order=2),
        eq(partial(grad(f(x + t * h), x).T @ h, t), "differentiate once more"),
        eq(h.T @ hessian(f(x + t * h), x) @ h, "chain rule"),
    )
    note(r"""The value at the end is that at the start plus an integral of the slope. Integrate by parts,
        with $t - 1$ as the integral of $1$:""")
    note.calc(
        f(x + h),
        eq(f(x) + integral(phi(t, order=1), t, 0, 1), "fundamental theorem of calculus"),
        eq(
            f(x) + phi(0, order=1) + integral((1 - t) * phi(t, order=2), t, 0, 1),
            "integration by parts",
        ),
    )
    note("Insert the two derivatives. This is exact, however long the step:")
    note.calc(
        f(x + h),
        eq(
            f(x)
            + grad(f(x), x).T @ h
            + integral((1 - t) * (h.T @ hessian(f(x + t * h), x) @ h), t, 0, 1),
            "insert both derivatives",
        ),
        result=True,
    )
    note(r"""Over a short way the Hessian hardly changes, and $\int_0^1 (1 - t) \, \mathrm{d}t =
        \frac{1}{2}$. What is left beyond the slope is the quadratic term, and all else falls faster
        than the square of the length of the step:""")
    s = note.scalar("s", "length of the step, in units of $h$", "positive")
    note.calc(
        limit((f(x + s * h) - f(x) - s * grad(f(x), x).T @ h) / s**2, s, 0, "+"),
        eq(HALF * h.T @ hessian(f(x), x) @ h, "the Hessian is continuous"),
        result=True,
    )
    note(r"""Where the gradient vanishes the curvature alone decides. Let the Hessian there be $A$, and
        take the model for the function. If $A$ is positive definite, every step goes up:""")
    c = note.scalar("c", "value at the critical point")
    v = note.vector("v", n, "a step other than zero", "nonzero")
    A = note.matrix("A", n, n, "Hessian at a minimum", "pd")
    with note.suppose(equals(grad(f(x), x).T @ h, 0)):
        note.calc(
            f(x) + grad(f(x), x).T @ h + HALF * h.T @ hessian(f(x), x) @ h - f(x),
            eq(HALF * h.T @ hessian(f(x), x) @ h, "the gradient vanishes"),
        )
    note.calc(c + HALF * v.T @ A @ v, gt(c, "$A$ is positive definite"), result=True)
    note("if it is negative definite, every step goes down,")
    note.calc(c + HALF * v.T @ (-A) @ v, lt(c, "$-A$ is negative definite"))
    note("""and if it has eigenvalues of both signs, the point is a saddle: up along one eigenvector, down
        along another.""")
    B = note.matrix("B", n, n, "Hessian at any critical point", "symmetric")
    lam, u = note.eigenpair(B, 1, r"\lambda", "u", "an eigenvalue of the Hessian")
    note.calc(
        c + HALF * s**2 * u.T @ B @ u - c,
        eq(HALF * s**2 * lam, r"$B u = \lambda u$, and $u$ has length one"),
        result=True,
    )
