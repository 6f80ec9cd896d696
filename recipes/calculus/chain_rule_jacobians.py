"""Chain rule as a product of Jacobians."""

from derive import Note, differential, eq, grad, jacobian, partial, recipe, sum_over


@recipe(
    "chain-rule-jacobians",
    title="Chain rule as a product of Jacobians",
    chapter="calculus",
    needs=[],
    source="Deisenroth, Faisal and Ong, Mathematics for Machine Learning (2020), sections 5.3 and 5.6; "
    "Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.5.2",
    level=2,
)
def chain_rule_jacobians(note: Note) -> None:
    """The Jacobian of a composition is a product, which can be multiplied from the right or from the left."""
    n, m, k = note.dims("n m k")
    i, j, l = note.index("i", k), note.index("j", n), note.index("l", m)
    g = note.mapping("g", (n,), (m,), "inner map")
    f = note.mapping("f", (m,), (k,), "outer map")
    x = note.vector("x", n, "input")
    v = note.vector("v", n, "a direction of the input")
    c = note.vector("c", k, "weights of the outputs")

    note("""A network is a composition of maps. Near a point each of them is almost linear, and its
        Jacobian is the matrix of that linear map. Take two, one after the other:""")
    u = note.let("u", g(x), "output of the inner map")
    h = note.let("h", f(u), "output of the outer map")
    note("""A small change of the input changes the output of the inner map by its Jacobian, and that
        change is passed on by the Jacobian of the outer map, at the place where it stands:""")
    dx = differential(x)
    note.calc(differential(u, x), eq(jacobian(u, x) @ dx, "definition of the Jacobian"))
    note.calc(
        differential(h, x),
        eq(jacobian(h, u) @ differential(u, x), "definition of the Jacobian"),
        eq(jacobian(h, u) @ jacobian(u, x) @ dx, "insert the change of the inner map"),
    )
    note("Linear maps one after the other are multiplied, and so are Jacobians.")
    note.calc(
        jacobian(h, x),
        eq(jacobian(h, u) @ jacobian(u, x), "identify the Jacobian"),
        result=True,
    )
    note("""In entries this is a sum over all paths: input $j$ reaches output $i$ through every
        intermediate value.""")
    note.calc(
        partial(h[i], x[j]),
        eq(sum_over(l, partial(h[i], u[l]) * partial(u[l], x[j])), "definition of the product"),
        result=True,
    )
    note("""One rarely wants the whole matrix. How does the output move if the input moves in one
        direction? Multiply from the right, beginning with the input: this is forward mode, a product
        of a matrix and a vector for each map.""")
    note.calc(
        jacobian(h, x) @ v,
        eq(jacobian(h, u) @ (jacobian(u, x) @ v), "matrix products are associative"),
    )
    note("""And how does one combination of the outputs, such as a loss, depend on all inputs? Multiply
        from the left, beginning with the output: this is reverse mode.""")
    note.calc(
        grad(c.T @ h, x),
        eq(jacobian(h, x).T @ c, "gradient of a combination of outputs"),
        eq(jacobian(u, x).T @ (jacobian(h, u).T @ c), "transpose of a product"),
        result=True,
    )
    note("Both compute the same number, from different ends.")
    note.calc(
        (jacobian(h, x) @ v).T @ c,
        eq(v.T @ (jacobian(u, x).T @ (jacobian(h, u).T @ c)), "transpose of a product"),
        result=True,
    )
    note("""For a single output and many inputs reverse mode needs one sweep where forward mode needs as
        many as there are inputs. That is why training goes backwards.""")
