"""Derivatives of the common activation functions."""

from derive import (
    Note,
    cases,
    cosh,
    elu,
    eq,
    exp,
    gelu,
    indicator,
    leaky_relu,
    log,
    normal_cdf,
    normal_pdf,
    partial,
    recipe,
    relu,
    sigmoid,
    silu,
    sinh,
    softplus,
    tanh,
)


@recipe(
    "activation-derivatives",
    title="Derivatives of the common activation functions",
    chapter="neural networks",
    needs=[],
    source="Goodfellow, Bengio and Courville, Deep Learning (2016), section 6.3; Bishop, Pattern "
    "Recognition and Machine Learning (2006), equation (4.88)",
    level=1,
)
def activation_derivatives(note: Note) -> None:
    """Sigmoid, tanh, ReLU, leaky ReLU, ELU, softplus, SiLU, GELU: derivatives, by the output where possible."""
    x = note.scalar("x", "the input of one unit, not at a kink", "nonzero")
    a = note.scalar("a", "slope of the leaky rectifier for negative inputs", "positive")

    note(r"""An activation is applied to each entry of an array, so its derivative is a matter of
        one variable. Wherever it can be written by the *output*, the backward pass needs nothing
        that the forward pass has not already computed. The sigmoid squeezes every number into
        $(0, 1)$. Its derivative falls apart into two factors that are its value and one minus its
        value.""")
    note.calc(
        partial(sigmoid(x), x),
        eq(
            partial(1 / (1 + exp(-x)), x),
            "definition of the sigmoid",
            rule="definition of the sigmoid",
        ),
        eq(exp(-x) / (1 + exp(-x)) ** 2, rule="chain rule"),
        eq(
            1 / (1 + exp(-x)) * (exp(-x) / (1 + exp(-x))), "split the fraction", rule="multiply out"
        ),
        eq(sigmoid(x) * (1 - sigmoid(x)), r"$1 - \sigma(x) = e^{-x} / (1 + e^{-x})$"),
        result=True,
    )

    note("The hyperbolic tangent is a sigmoid stretched to $(-1, 1)$; with the quotient rule,")
    note.calc(
        partial(tanh(x), x),
        eq(partial(sinh(x) / cosh(x), x), "definition of tanh"),
        eq((cosh(x) ** 2 - sinh(x) ** 2) / cosh(x) ** 2, rule="quotient rule"),
        eq(1 - tanh(x) ** 2, "divide each term"),
        result=True,
    )

    note(r"""Both are flat far from zero: there the derivative vanishes and a unit stops learning.
        The rectifier was adopted because its slope stays 1 for every positive input. It is
        defined by cases, and so is its derivative. At the kink $x = 0$ there is none; programs
        take 0 there, and we leave the point out.""")
    note.calc(
        partial(relu(x), x),
        eq(partial(cases((x, x > 0), otherwise=0), x), "definition of the rectifier"),
        eq(cases((1, x > 0), otherwise=0), "differentiate each case"),
        eq(indicator(x > 0), "indicator", rule="indicator as cases"),
        result=True,
    )

    note("""A unit that is negative for all examples has no gradient at all. The leaky rectifier
        keeps a small slope $a$,""")
    note.calc(
        partial(leaky_relu(x, a), x),
        eq(partial(cases((x, x > 0), otherwise=a * x), x), "definition of the leaky rectifier"),
        eq(cases((1, x > 0), otherwise=a), "differentiate each case"),
        eq(indicator(x > 0) + a * indicator(x <= 0), "indicator"),
        result=True,
    )
    note("and the exponential linear unit bends smoothly towards $-1$:")
    note.calc(
        partial(elu(x), x),
        eq(partial(cases((x, x > 0), otherwise=exp(x) - 1), x), "definition of the ELU"),
        eq(cases((1, x > 0), otherwise=exp(x)), "differentiate each case"),
        eq(indicator(x > 0) + exp(x) * indicator(x <= 0), "indicator"),
        result=True,
    )

    note("""The softplus is a rectifier without a kink. Its slope is the sigmoid, which is a
        smooth version of the step:""")
    note.calc(
        partial(softplus(x), x),
        eq(
            partial(log(1 + exp(x)), x),
            "definition of the softplus",
            rule="definition of the softplus",
        ),
        eq(exp(x) / (1 + exp(x)), rule="chain rule"),
        eq(sigmoid(x), "divide numerator and denominator by $e^x$"),
        result=True,
    )

    note(r"""Two activations of large networks weight the input by a smooth gate. For the SiLU the
        gate is the sigmoid, whose derivative we have:""")
    note.calc(
        partial(silu(x), x),
        eq(partial(x * sigmoid(x), x), "definition of the SiLU", rule="chain rule"),
        eq(sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)), rule="product rule"),
        eq(
            sigmoid(x) * (1 + x * (1 - sigmoid(x))),
            r"factor out $\sigma(x)$",
            rule="definition of the sigmoid",
        ),
        result=True,
    )
    note(r"""For the GELU it is the distribution function $\Phi$ of the standard normal, whose
        derivative is the density $\varphi$:""")
    note.calc(
        partial(gelu(x), x),
        eq(partial(x * normal_cdf(x), x), "definition of the GELU", rule="chain rule"),
        eq(normal_cdf(x) + x * partial(normal_cdf(x), x), rule="product rule"),
        eq(normal_cdf(x) + x * normal_pdf(x), r"$\Phi' = \varphi$", rule="chain rule"),
        result=True,
    )
