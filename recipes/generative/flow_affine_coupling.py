"""Log-likelihood of an affine coupling flow."""

from derive import (
    Note,
    absolute,
    block,
    det,
    diag,
    eq,
    exp,
    hadamard,
    identity,
    jacobian,
    log,
    recipe,
    sum_over,
    zeros,
)


@recipe(
    "flow-affine-coupling",
    title="Log-likelihood of an affine coupling flow",
    chapter="generative",
    needs=["change-of-variables"],
    source="Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP (2017), section 3",
    level=3,
)
def flow_affine_coupling(note: Note) -> None:
    """Half of the entries scale and shift the other half, so the determinant is a product and the inverse is free."""
    a, b = note.dims("a b")
    i = note.index("i", b)
    s = note.mapping("s", (a,), (b,), "a network that gives logarithms of scales")
    t = note.mapping("t", (a,), (b,), "a network that gives shifts")
    p = note.mapping("r", (a + b,), (), "logarithm of the base density")
    x1 = note.vector("x_1", a, "entries that are kept")
    x2 = note.vector("x_2", b, "entries that are changed")

    note("""A flow turns data into noise by an invertible map, and gets the density of the data by a change of
        variables. For that its Jacobian must have a determinant that is cheap. A coupling layer keeps one
        part of the entries, and lets it scale and shift the other part by any networks:""")
    y2 = note.let("y_2", hadamard(x2, exp(s(x1))) + t(x1), "entries after the change")
    y = note.let("y", block([[x1], [y2]]), "output of the layer")
    note("The four blocks of the Jacobian: the part that is kept depends on itself only,")
    note.calc(jacobian(x1, x1), eq(identity(a), "Jacobian of the identity"))
    note.calc(jacobian(x1, x2), eq(zeros(a, b), "the kept entries do not depend on the others"))
    note("""and each changed entry depends on its own old value with the factor $e^{s_i}$, whatever the
        networks are. How it depends on the kept part will not matter.""")
    note.calc(jacobian(y2, x2), eq(diag(exp(s(x1))), "each entry is scaled by itself"), result=True)
    B = note.let("B", jacobian(y2, x1), "the block that does not matter")
    note("""So the Jacobian is triangular in blocks, and its determinant is the product of the diagonal
        ones:""")
    J = note.let(
        "J", block([[identity(a), zeros(a, b)], [B, diag(exp(s(x1)))]]), "Jacobian of the layer"
    )
    note.calc(
        det(J),
        eq(det(identity(a)) * det(diag(exp(s(x1)))), "a triangular matrix of blocks"),
        eq(exp(sum_over(i, s(x1)[i])), "the determinant of a diagonal matrix is a product"),
        result=True,
    )
    note(
        "Change of variables gives the density of the data. The determinant is positive, and its logarithm a sum:"
    )
    note.calc(
        p(y) + log(absolute(det(J))),
        eq(p(y) + sum_over(i, s(x1)[i]), "logarithm of the exponential"),
        result=True,
    )
    note("""To draw data from noise the layer must be inverted. The kept part is known from the output, so the
        networks are evaluated forwards and never inverted themselves:""")
    note.calc(
        hadamard(y2 - t(x1), exp(-s(x1))),
        eq(hadamard(hadamard(x2, exp(s(x1))), exp(-s(x1))), "subtract the shift"),
        eq(x2, "divide by the scale"),
        result=True,
    )
    note("""The next layer keeps the other part. Determinants of layers multiply, so their logarithms add
        up.""")
