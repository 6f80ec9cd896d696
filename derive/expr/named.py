"""Functions of the table under their own names, so that a recipe reads as the formula: `log(det(S))`.

Each takes numbers, expressions or sizes and builds one `Apply` node; the shapes are those of the row.
"""

from __future__ import annotations

from derive.expr.core import Apply, ExprLike, as_expr
from derive.expr.nodes import Quotient


class Named:
    """A function of the table as a Python function."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, *args: ExprLike) -> Apply:
        """The function applied to its arguments; raises `ShapeError` as its row says."""
        return Apply(self.name, tuple(as_expr(a) for a in args))

    def __repr__(self) -> str:
        return f"<function {self.name} of the table>"


exp = Named("exp")
log = Named("log")
sqrt = Named("sqrt")
sin = Named("sin")
cos = Named("cos")
sinh = Named("sinh")
cosh = Named("cosh")
tanh = Named("tanh")
erf = Named("erf")
sign = Named("sign")
floor = Named("floor")
factorial = Named("factorial")
gamma_function = Named("gamma")
sigmoid = Named("sigmoid")
softplus = Named("softplus")
relu = Named("relu")
leaky_relu = Named("leaky_relu")
elu = Named("elu")
silu = Named("silu")
gelu = Named("gelu")
normal_cdf = Named("normal_cdf")
normal_pdf = Named("normal_pdf")
trace = Named("trace")
det = Named("det")
logdet = Named("logdet")
inverse = Named("inverse")
norm_inf = Named("norm_inf")
inner = Named("inner")
outer = Named("outer")
kronecker = Named("kronecker")
vec = Named("vec")
total = Named("sum")
mean = Named("mean")
softmax = Named("softmax")
log_softmax = Named("log_softmax")
logsumexp = Named("logsumexp")
hadamard_divide = Named("hadamard_divide")
hadamard_power = Named("hadamard_power")
absolute = Named("abs")
maximum = Named("max")
minimum = Named("min")
max_entry = Named("max_entry")
min_entry = Named("min_entry")
diagonal = Named("diagonal")


def binomial(n: ExprLike, k: ExprLike) -> Quotient:
    """n over k, written with factorials: n! / (k! (n - k)!)."""
    top, below = as_expr(n), as_expr(k)
    return Quotient(factorial(top), factorial(below) * factorial(top - below))
