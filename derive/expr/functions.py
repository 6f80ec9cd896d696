"""The table of functions: one row each, with LaTeX, shape rule, meaning over primitives, domain.

A new elementwise function is one row in `ELEMENTWISE` and its derivative one row in
`derive.expr.derivatives`. Nothing else names functions one by one, except where a function of whole
arrays has its own rule (`derive.tensor`) or form on the page (`derive.writer`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from derive.errors import ShapeError, UnknownFunctionError
from derive.expr import meanings, shape_rules, spectral
from derive.expr.meanings import Meaning
from derive.expr.shapes import described
from derive.expr.sizes import ONE, Shape

if TYPE_CHECKING:
    from derive.expr.nodes import Expr

ShapeRule = Callable[[str, tuple[Shape, ...], tuple[Any, ...]], Shape | None]


@dataclass(frozen=True)
class FunctionRow:
    """One function of the table.

    name, sympy: what it is called in Python and by SymPy.
    latex: `{0}` is its argument when the form is not `name(argument)`; words: for reading aloud.
    needs: what its arguments must be, for messages.
    domain: bounds of an elementwise function (None is unbounded); kinks: where it has no derivative.
    """

    name: str
    latex: str
    words: str
    rule: ShapeRule
    meaning: Meaning
    arity: int = 1
    needs: str = "any shape"
    elementwise: bool = False
    domain: tuple[float | None, float | None] | None = None
    kinks: tuple[float, ...] = ()
    sympy: str = ""

    def shape_of(self, args: tuple[Expr, ...], params: tuple[Any, ...]) -> Shape:
        """The shape of the value, or a `ShapeError` that says what is needed."""
        if self.arity >= 0 and len(args) != self.arity:
            raise ShapeError(f"{self.name} takes {self.arity} arguments, got {len(args)}")
        shape = self.rule(self.name, tuple(a.shape for a in args), params)
        if shape is None:
            given = " and ".join(described(a) for a in args)
            raise ShapeError(f"{self.name} needs {self.needs}, got {given}")
        return shape


def row(name: str) -> FunctionRow:
    """The row of a function, or an `UnknownFunctionError` with near names."""
    found = TABLE.get(name)
    if found is None:
        near = [n for n in TABLE if n.startswith(name[:3])][:5]
        raise UnknownFunctionError(
            f"unknown function {name!r}" + (f"; near names: {', '.join(near)}" if near else "")
        )
    return found


def _row_of(name: str, latex: str, words: str, meaning: Meaning, **more: Any) -> FunctionRow:
    return FunctionRow(name, latex, words, shape_rules.same, meaning, elementwise=True, **more)


def _named(name: str, latex: str, words: str, **more: Any) -> FunctionRow:
    return _row_of(name, latex, words, meanings.unary(name), sympy=more.pop("sympy", name), **more)


ELEMENTWISE: tuple[FunctionRow, ...] = (
    _named("exp", r"\exp", "the exponential of"),
    _named("log", r"\log", "the logarithm of", domain=(0, None)),
    _named(
        "log1p", r"\operatorname{log1p}", "the logarithm of one plus", domain=(-1, None), sympy=""
    ),
    _named("expm1", r"\operatorname{expm1}", "the exponential minus one of", sympy=""),
    _named("sqrt", r"\sqrt{{{0}}}", "the square root of", domain=(0, None)),
    _named("sin", r"\sin", "the sine of"),
    _named("cos", r"\cos", "the cosine of"),
    _named("tan", r"\tan", "the tangent of"),
    _named("sinh", r"\sinh", "the hyperbolic sine of"),
    _named("cosh", r"\cosh", "the hyperbolic cosine of"),
    _named("tanh", r"\tanh", "the hyperbolic tangent of"),
    _named("arcsin", r"\arcsin", "the arc sine of", domain=(-1, 1), sympy="asin"),
    _named("arccos", r"\arccos", "the arc cosine of", domain=(-1, 1), sympy="acos"),
    _named("arctan", r"\arctan", "the arc tangent of", sympy="atan"),
    _row_of(
        "arcsinh",
        r"\operatorname{arsinh}",
        "the inverse hyperbolic sine of",
        meanings.of(meanings.arcsinh),
        sympy="asinh",
    ),
    _row_of(
        "arccosh",
        r"\operatorname{arcosh}",
        "the inverse hyperbolic cosine of",
        meanings.of(meanings.arccosh),
        domain=(1, None),
        sympy="acosh",
    ),
    _row_of(
        "arctanh",
        r"\operatorname{artanh}",
        "the inverse hyperbolic tangent of",
        meanings.of(meanings.arctanh),
        domain=(-1, 1),
        sympy="atanh",
    ),
    _named("erf", r"\operatorname{erf}", "the error function of"),
    _named("gamma", r"\Gamma", "the gamma function of"),
    _named(
        "lgamma", r"\log\Gamma", "the log gamma function of", domain=(0, None), sympy="loggamma"
    ),
    _named("digamma", r"\psi", "the digamma function of", domain=(0, None)),
    _named("trigamma", r"\psi'", "the trigamma function of", domain=(0, None)),
    _named("bessel_i0", r"I_0", "the modified Bessel function of order zero of", sympy=""),
    _named("bessel_i1", r"I_1", "the modified Bessel function of order one of", sympy=""),
    _named("abs", r"\lvert {0} \rvert", "the absolute value of", kinks=(0,), sympy="Abs"),
    _named("sign", r"\operatorname{sign}", "the sign of", kinks=(0,)),
    _named("floor", r"\lfloor {0} \rfloor", "the floor of"),
    _row_of(
        "factorial", r"{0}!", "the factorial of", meanings.of(meanings.factorial), sympy="factorial"
    ),
    _row_of("sigmoid", r"\sigma", "the sigmoid of", meanings.of(meanings.sigmoid)),
    _row_of(
        "softplus", r"\operatorname{softplus}", "the softplus of", meanings.of(meanings.softplus)
    ),
    _row_of(
        "relu", r"\operatorname{ReLU}", "the rectifier of", meanings.of(meanings.relu), kinks=(0,)
    ),
    _row_of(
        "elu", r"\operatorname{ELU}", "the exponential linear unit of", meanings.of(meanings.elu)
    ),
    _row_of(
        "normal_cdf", r"\Phi", "the normal distribution function of", meanings.of(meanings.gauss)
    ),
    _row_of("normal_pdf", r"\varphi", "the normal density of", meanings.of(meanings.gauss_density)),
    _row_of(
        "gelu",
        r"\operatorname{GELU}",
        "the GELU of",
        meanings.of(lambda k, x: k.multiply(x, meanings.gauss(k, x))),
    ),
    _row_of(
        "silu",
        r"\operatorname{SiLU}",
        "the SiLU of",
        meanings.of(lambda k, x: k.multiply(x, meanings.sigmoid(k, x))),
    ),
)

ARRAYS: tuple[FunctionRow, ...] = (
    FunctionRow(
        "trace",
        r"\operatorname{tr}",
        "the trace of",
        shape_rules.square_scalar,
        meanings.trace,
        needs="a square matrix",
    ),
    FunctionRow(
        "det",
        r"\det",
        "the determinant of",
        shape_rules.square_scalar,
        meanings.matrix_or_scalar("det", lambda k, x: x),
        needs="a square matrix",
    ),
    FunctionRow(
        "logdet",
        r"\log\det",
        "the log determinant of",
        shape_rules.square_scalar,
        meanings.matrix_or_scalar("logdet", lambda k, x: k.unary("log", x)),
        needs="a square matrix",
    ),
    FunctionRow(
        "logabsdet",
        r"\log\lvert\det {0}\rvert",
        "the log of the absolute determinant of",
        shape_rules.square_scalar,
        meanings.matrix_or_scalar("logabsdet", lambda k, x: k.unary("log", k.unary("abs", x))),
        needs="a square matrix",
    ),
    FunctionRow(
        "inverse",
        r"{0}^{{-1}}",
        "the inverse of",
        shape_rules.square,
        meanings.inverse,
        needs="a square matrix",
    ),
    FunctionRow(
        "norm1",
        r"\lVert {0} \rVert_1",
        "the one-norm of",
        shape_rules.vector_scalar,
        lambda k, a, r, p: meanings.over_all(k, k.unary("abs", a[0]), r[0]),
        needs="a vector",
    ),
    FunctionRow(
        "norm",
        r"\lVert {0} \rVert",
        "the norm of",
        lambda n, s, p: () if len(s[0]) < 2 or s[0][0] == ONE else None,
        meanings.norm2,
        needs="a vector (a matrix has norm_frobenius)",
    ),
    FunctionRow(
        "norm_frobenius",
        r"\lVert {0} \rVert_F",
        "the Frobenius norm of",
        shape_rules.to_scalar,
        meanings.norm2,
    ),
    FunctionRow(
        "norm_inf",
        r"\lVert {0} \rVert_\infty",
        "the maximum norm of",
        shape_rules.vector_scalar,
        lambda k, a, r, p: k.max(k.unary("abs", a[0]), r[0]),
        needs="a vector",
    ),
    FunctionRow(
        "inner",
        r"\langle {0}, {1} \rangle",
        "the inner product of",
        shape_rules.equal_scalar,
        lambda k, a, r, p: meanings.over_all(k, k.multiply(a[0], a[1]), r[0]),
        arity=2,
        needs="two arguments of one shape",
    ),
    FunctionRow(
        "outer",
        r"{0} {1}^\top",
        "the outer product of",
        shape_rules.outer,
        meanings.outer_product,
        arity=2,
        needs="two vectors",
    ),
    FunctionRow(
        "hadamard",
        r"\odot",
        "the entrywise product of",
        shape_rules.same,
        meanings.fold("multiply"),
        arity=-1,
        needs="equal shapes",
    ),
    FunctionRow(
        "hadamard_divide",
        r"\oslash",
        "the entrywise quotient of",
        shape_rules.scalar_or_same,
        meanings.pair("divide"),
        arity=2,
        needs="equal shapes or a scalar",
    ),
    FunctionRow(
        "hadamard_power",
        r"{0}^{{\odot {1}}}",
        "the entrywise power of",
        shape_rules.power_like,
        meanings.pair("power"),
        arity=2,
        needs="an array and an exponent",
    ),
    FunctionRow(
        "diag",
        r"\operatorname{diag}",
        "the diagonal matrix of",
        shape_rules.diag,
        meanings.diag_matrix,
        needs="a vector",
    ),
    FunctionRow(
        "diagonal",
        r"\operatorname{diag}",
        "the diagonal of",
        shape_rules.diagonal,
        lambda k, a, r, p: k.diagonal(a[0]),
        needs="a square matrix",
    ),
    FunctionRow(
        "kronecker",
        r"\otimes",
        "the Kronecker product of",
        shape_rules.kronecker,
        meanings.kron,
        arity=2,
        needs="matrices or vectors",
    ),
    FunctionRow(
        "vec",
        r"\operatorname{vec}",
        "the stacked columns of",
        shape_rules.vec,
        meanings.column_vec,
        needs="a matrix",
    ),
    FunctionRow(
        "sum",
        r"\operatorname{sum}",
        "the sum of the entries of",
        shape_rules.to_scalar,
        lambda k, a, r, p: meanings.over_all(k, a[0], r[0]),
    ),
    FunctionRow(
        "mean",
        r"\operatorname{mean}",
        "the mean of the entries of",
        shape_rules.to_scalar,
        meanings.mean,
    ),
    FunctionRow(
        "max",
        r"\max",
        "the maximum of",
        shape_rules.scalar_or_same,
        meanings.fold("maximum"),
        arity=-1,
        needs="equal shapes or scalars",
    ),
    FunctionRow(
        "min",
        r"\min",
        "the minimum of",
        shape_rules.scalar_or_same,
        meanings.fold("minimum"),
        arity=-1,
        needs="equal shapes or scalars",
    ),
    FunctionRow(
        "max_entry",
        r"\max",
        "the largest entry of",
        shape_rules.to_scalar,
        lambda k, a, r, p: k.max(a[0], r[0]) if r[0] else a[0],
    ),
    FunctionRow(
        "min_entry",
        r"\min",
        "the smallest entry of",
        shape_rules.to_scalar,
        lambda k, a, r, p: k.min(a[0], r[0]) if r[0] else a[0],
    ),
    FunctionRow(
        "leaky_relu",
        r"\operatorname{LeakyReLU}",
        "the leaky rectifier of",
        shape_rules.power_like,
        meanings.leaky,
        arity=2,
        kinks=(0,),
        needs="an array and a scalar slope",
    ),
    FunctionRow(
        "logsumexp",
        r"\operatorname{logsumexp}",
        "the log-sum-exp of",
        shape_rules.row_scalar,
        meanings.of(meanings.logsumexp),
        needs="a vector or a matrix (by rows)",
    ),
    FunctionRow(
        "softmax",
        r"\operatorname{softmax}",
        "the softmax of",
        shape_rules.by_rows,
        meanings.of(lambda k, x: k.unary("exp", meanings.log_softmax(k, x))),
        needs="a vector or a matrix (by rows)",
    ),
    FunctionRow(
        "log_softmax",
        r"\operatorname{log\,softmax}",
        "the log-softmax of",
        shape_rules.by_rows,
        meanings.of(meanings.log_softmax),
        needs="a vector or a matrix (by rows)",
    ),
    FunctionRow(
        "broadcast",
        r"{0}",
        "",
        shape_rules.broadcast,
        meanings.broadcast_to,
        needs="a scalar, or a vector for each row",
    ),
    FunctionRow(
        "kronecker_delta",
        r"\delta_{{{0}{1}}}",
        "the Kronecker delta of",
        shape_rules.all_scalars,
        meanings.kronecker_delta,
        arity=2,
        needs="two indices",
    ),
    FunctionRow(
        "unit_vector",
        r"e_{{{0}}}",
        "the unit vector",
        shape_rules.unit,
        meanings.unit_vector,
        needs="an index",
    ),
    FunctionRow(
        "eigenvalues",
        r"\lambda",
        "the eigenvalues of",
        shape_rules.eigenvalues,
        lambda k, a, r, p: k.eigvals(a[0]),
        needs="a square matrix",
    ),
    FunctionRow(
        "eigenprojector",
        r"\operatorname{proj}",
        "the projection onto the eigenvector of",
        shape_rules.eigenprojector,
        spectral.eigenprojector,
        arity=2,
        needs="a square matrix and the number of an eigenvalue",
    ),
    FunctionRow(
        "nuclear_norm",
        r"\lVert {0} \rVert_*",
        "the nuclear norm of",
        shape_rules.matrix_scalar,
        spectral.nuclear_norm,
        needs="a matrix",
    ),
    FunctionRow(
        "spectral_norm",
        r"\lVert {0} \rVert_{{\mathrm{{op}}}}",
        "the spectral norm of",
        shape_rules.matrix_scalar,
        spectral.spectral_norm,
        needs="a matrix",
    ),
    FunctionRow(
        "polar",
        r"\operatorname{polar}",
        "the orthogonal polar factor of",
        shape_rules.matrix_same,
        spectral.polar,
        needs="a matrix",
    ),
)

TABLE: dict[str, FunctionRow] = {entry.name: entry for entry in (*ELEMENTWISE, *ARRAYS)}
