"""Gradient and Hessian of a quadratic form."""

from derive import Note, differential, eq, grad, hessian, jacobian, recipe


@recipe(
    "quadratic-form-gradient",
    title="Gradient and Hessian of a quadratic form",
    chapter="calculus",
    needs=[],
    source="Petersen and Pedersen, The Matrix Cookbook (2012), equation (81); Deisenroth, Faisal and"
    " Ong, Mathematics for Machine Learning (2020), section 5.5",
    level=1,
)
def quadratic_form_gradient(note: Note) -> None:
    """f(x) = x^T A x + b^T x + c has the gradient (A + A^T) x + b and the Hessian A + A^T."""
    (n,) = note.dims("n")
    A = note.matrix("A", n, n, "coefficients of the quadratic term; need not be symmetric")
    b = note.vector("b", n, "coefficients of the linear term")
    c = note.scalar("c", "constant term")
    x = note.vector("x", n, "variable")

    note(r"""Near a minimum every smooth loss looks like a quadratic function, and squared errors
        are one everywhere. Whoever can differentiate a quadratic form can therefore differentiate
        half of machine learning. We start from""")
    f = note.let("f", x.T @ A @ x + b.T @ x + c)

    note(r"""The variable occurs twice in $x^\top A x$, so the product rule gives one term for
        each place. A differential is the tool that keeps both apart: it treats $\mathrm{d}x$ as a
        small vector and never asks for a layout of derivatives. The aim is to bring every
        $\mathrm{d}x$ to the right end. The first term has it on the left; but it is a number, and
        a number does not change when it is transposed.""")
    dx = differential(x)
    note.calc(
        differential(f, x),
        eq(
            dx.T @ A @ x + x.T @ A @ dx + b.T @ dx,
            rule="product rule for differentials",
        ),
        eq(x.T @ A.T @ dx + x.T @ A @ dx + b.T @ dx, rule="transpose of a scalar"),
        eq(
            ((A + A.T) @ x + b).T @ dx,
            r"collect the terms in front of $\mathrm{d}x$",
            rule="distribute",
        ),
    )

    note(r"""The gradient is by definition the vector in $\mathrm{d}f = (\nabla f)^\top
        \mathrm{d}x$, so it can be read off. No coefficient of $A$ is lost: both $A$ and its
        transpose stand in the result.""")
    note.calc(
        grad(f, x),
        eq((A + A.T) @ x + b, "identify the gradient", rule="product rule"),
        result=True,
    )

    note(r"""The gradient is affine in $x$, so differentiating once more leaves the matrix in
        front of $x$. It is symmetric whether or not $A$ is, as a matrix of second derivatives
        must be.""")
    note.calc(
        hessian(f, x),
        eq(jacobian((A + A.T) @ x + b, x), "the Hessian is the Jacobian of the gradient"),
        eq(A + A.T, rule="Jacobian of an affine map"),
        result=True,
    )

    note(r"""Most quadratic forms in practice have a symmetric matrix $S$. Then the two terms
        agree, and the formula is the one that is known from a single variable, where $(s x^2 + b
        x)' = 2 s x + b$.""")
    S = note.matrix("S", n, n, "coefficients of a symmetric quadratic form", "symmetric")
    q = note.let("q", x.T @ S @ x + b.T @ x + c)
    note.calc(
        grad(q, x),
        eq((S + S.T) @ x + b, "the result above", rule="product rule"),
        eq(2 * S @ x + b, r"$S^\top = S$", rule="symmetric matrix"),
        result=True,
    )
    note.calc(
        hessian(q, x),
        eq(S + S.T, "the result above"),
        eq(2 * S, r"$S^\top = S$", rule="symmetric matrix"),
    )
