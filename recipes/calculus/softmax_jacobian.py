"""Gradient of log-sum-exp and Jacobian of the softmax."""

from derive import (
    Note,
    cases,
    delta,
    diag,
    eq,
    equals,
    exp,
    grad,
    hessian,
    jacobian,
    log,
    logsumexp,
    not_equal,
    ones,
    partial,
    recipe,
    softmax,
    sum_over,
    zeros,
)


@recipe(
    "softmax-jacobian",
    title="Gradient of log-sum-exp and Jacobian of the softmax",
    chapter="calculus",
    needs=[],
    source="Bishop, Pattern Recognition and Machine Learning (2006), equation (4.106); Goodfellow, "
    "Bengio and Courville, Deep Learning (2016), section 6.2.2.3",
    level=2,
)
def softmax_jacobian(note: Note) -> None:
    """The gradient of log-sum-exp is the softmax p; the Jacobian of the softmax is diag(p) - p p^T."""
    (K,) = note.dims("K")
    z = note.vector("z", K, "logits")
    i, j, k = note.index("i", K), note.index("j", K), note.index("k", K)

    note(r"""A classifier computes one number for each class, its logit. The softmax turns logits
        into probabilities: exponentials make them positive, and division by their sum makes them
        add up to one.""")
    p = note.let("p", softmax(z), "probabilities: the softmax of the logits")
    note.calc(p[i], eq(exp(z[i]) / sum_over(k, exp(z[k])), "definition of the softmax"))

    note(r"""The logarithm of that sum occurs in every loss built on the softmax. It is called
        log-sum-exp, and is a smooth version of the maximum: the largest logit dominates the sum.
        Of the sum only one term depends on $z_i$.""")
    note.calc(
        partial(logsumexp(z), z[i]),
        eq(partial(log(sum_over(k, exp(z[k]))), z[i]), "definition of log-sum-exp"),
        eq(partial(sum_over(k, exp(z[k])), z[i]) / sum_over(k, exp(z[k])), rule="chain rule"),
        eq(exp(z[i]) / sum_over(k, exp(z[k])), "only the term $k = i$ depends on $z_i$"),
        eq(p[i], "definition of the softmax"),
    )
    note("So the gradient of log-sum-exp is the softmax itself:")
    note.calc(
        grad(logsumexp(z), z),
        eq(p, "the equation above for each entry", rule="gradient of the log-sum-exp"),
        result=True,
    )

    note(r"""Now differentiate $p_i$ by $z_j$. The logit $z_j$ occurs in the denominator in any
        case, and in the numerator only if $j = i$; the quotient rule has to be applied in both
        cases. If the indices agree,""")
    note.calc(
        partial(p[i], z[i]),
        eq(
            (exp(z[i]) * sum_over(k, exp(z[k])) - exp(z[i]) * exp(z[i]))
            / sum_over(k, exp(z[k])) ** 2,
            "quotient rule",
        ),
        eq(p[i] - p[i] ** 2, "divide each term"),
        eq(p[i] * (1 - p[i]), "factor out $p_i$", rule="distribute"),
    )
    note("and if they differ, the numerator is a constant:")
    with note.suppose(not_equal(i, j)):
        note.calc(
            partial(p[i], z[j]),
            eq(-(exp(z[i]) * exp(z[j])) / sum_over(k, exp(z[k])) ** 2, "quotient rule"),
            eq(-p[i] * p[j], "definition of the softmax"),
        )
    note(r"""A logit raises its own probability and lowers all others. The Kronecker delta, which
        is 1 for equal indices and 0 otherwise, joins the two cases into one formula.""")
    note.calc(
        partial(p[i], z[j]),
        eq(cases((p[i] * (1 - p[i]), equals(i, j)), otherwise=-p[i] * p[j]), "the two cases"),
        eq(p[i] * (delta(i, j) - p[j]), "Kronecker delta"),
        result=True,
    )

    note(r"""In matrix form the delta becomes a diagonal matrix and the product $p_i p_j$ an outer
        product. The Jacobian is symmetric, as it must be: it is the Hessian of log-sum-exp.""")
    note.calc(
        hessian(logsumexp(z), z),
        eq(jacobian(p, z), "the gradient of log-sum-exp is $p$"),
        eq(
            diag(p) - p @ p.T,
            r"entry $i, j$ is $p_i \delta_{ij} - p_i p_j$",
            rule="Jacobian of the softmax",
        ),
        result=True,
    )

    note("The Jacobian as a matrix, and one of its entries:")
    note.forms(
        jacobian(p, z),
        matrix=diag(p) - p @ p.T,
        index=((i, j), p[i] * (delta(i, j) - p[j])),
    )

    note(r"""Adding the same number to all logits changes nothing, since it cancels in the
        quotient. The Jacobian knows it: the vector of ones is sent to zero, because the
        probabilities sum to one.""")
    note.calc(
        jacobian(p, z) @ ones(K),
        eq(
            diag(p) @ ones(K) - p @ p.T @ ones(K),
            "insert the Jacobian",
            rule="Jacobian of the softmax",
        ),
        eq(p - p @ (p.T @ ones(K)), r"$\operatorname{diag}(p)\, \mathbf{1} = p$"),
        eq(zeros(K), r"$p^\top \mathbf{1} = 1$"),
        result=True,
    )
