r"""What functions known by name do with their arguments: one row a name, shapes checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Expr,
    Function,
    Number,
    Product,
    Quotient,
    Symbol,
)
from derive.expr.sizes import ONE, Shape
from derive.reader.grammar.core import Formula
from derive.reader.grammar.names import function_call
from derive.reader.grammar.values import Misfit, Value, number, uses_of

Build = Callable[[Formula, list[Value], int], Value]


ELEMENTWISE = {
    "exp": "exp", "log": "log", "ln": "log", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "erf": "erf",
    "sign": "sign", "sgn": "sign",
    "abs": "abs", "sigmoid": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid",
    "softplus": "softplus", "relu": "relu",
    "elu": "elu", "gelu": "gelu", "silu": "silu", "swish": "silu", "digamma": "digamma", "trigamma": "trigamma",
    "lgamma": "lgamma", "loggamma": "lgamma", "gammaln": "lgamma", "floor": "floor", "log1p": "log1p", "expm1": "expm1",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "tg": "tan", "arctg": "arctan", "sqrt": "sqrt",
    "arsinh": "arcsinh", "arcsinh": "arcsinh", "asinh": "arcsinh", "arcosh": "arccosh", "arccosh": "arccosh",
    "acosh": "arccosh", "artanh": "arctanh", "arctanh": "arctanh", "atanh": "arctanh",
    "hardtanh": "", "signum": "sign", "lg": "",
}  # fmt: skip


ARC = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"} | {
    "sinh": "arcsinh",
    "cosh": "arccosh",
    "tanh": "arctanh",
}


SHAPED = {
    "tr": "trace", "trace": "trace", "det": "det", "logdet": "logdet", "vec": "vec", "sum": "sum", "mean": "mean",
    "softmax": "softmax", "smax": "softmax", "logsoftmax": "log_softmax", "log_softmax": "log_softmax",
    "logsumexp": "logsumexp", "lse": "logsumexp", "inv": "inverse", "transpose": "transpose",
}  # fmt: skip


BY_NAME = {r"\Gamma": "gamma", r"\Phi": "normal_cdf"}


def elementwise(reader: Formula, function: str, arguments: list[Value], start: int) -> Value:
    """One argument, entry by entry; matrices with a note where a matrix function is possible."""
    value = _only(arguments, function)
    own = reader.arithmetic.shape(value)
    if function in ("exp", "log", "sqrt", "sin", "cos") and len(own) == 2 and own[0] == own[1]:
        reader.note(f"{function} of a square matrix is taken entry by entry")
        reader.state.entrywise = True
    return Value(value.shape, lambda: Apply(function, (value.build(),)), value.uses, start=start)


def _only(arguments: Sequence[Value], name: str) -> Value:
    if len(arguments) != 1:
        raise Misfit(f"{name} takes 1 argument, got {len(arguments)}")
    return arguments[0]


def call_word(reader: Formula, word: str, arguments: list[Value], start: int) -> Value:
    """A function by the word that authors write."""
    function = ELEMENTWISE.get(word)
    if function:
        return elementwise(reader, function, arguments, start)
    special = SPECIAL.get(word)
    if special is not None:
        return special(reader, arguments, start)
    name = SHAPED.get(word)
    if not name:
        raise Misfit(f"the function {word} is not known; define it by {word}(x) = ...")
    value = _only(arguments, word)
    if name == "transpose":
        return reader.arithmetic.transpose(value)
    return shaped(reader, name, value, start)


def shaped(reader: Formula, name: str, value: Value, start: int) -> Value:
    """A function of the table that changes the shape."""
    own = reader.arithmetic.shape(value)
    sizes = reader.table.sizes
    result: Shape = ()
    if name in ("trace", "det", "logdet", "logabsdet", "inverse") and own:
        if len(own) != 2 or not sizes.unify(own[0], own[1]):
            raise Misfit(f"{name} needs a square matrix, got {reader.arithmetic.said(value)}")
        result = reader.arithmetic.shape(value) if name == "inverse" else ()
    elif name == "inverse":
        return reader.arithmetic.inverse(value)
    elif name in ("softmax", "log_softmax", "logsumexp"):
        if not own:
            raise Misfit(f"{name} needs a vector, got the scalar {reader.arithmetic.said(value)}")
        if len(own) == 2 and own[0] != ONE:
            reader.note(f"{name} of a matrix is taken row by row")
        result = own if name != "logsumexp" else (() if len(own) == 1 or own[0] == ONE else own[:1])
    elif name == "vec":
        result = (own[0] * own[1],) if len(own) == 2 else own
    return Value(result, lambda: Apply(name, (value.build(),)), value.uses, start=start)


def derivative_call(
    function: str, name: str, arguments: list[Value], primes: int, start: int
) -> Value:
    """The derivative of an elementwise function of the table, as a call of its own definition."""
    parameter = Symbol("t")
    body = Function(name, (parameter,), Apply(function, (parameter,)), (), True)
    return function_call(body, [_only(arguments, name)], primes, start)


def diag(reader: Formula, arguments: list[Value], start: int) -> Value:
    """diag(vector) is a matrix, diag(matrix) its diagonal, diag(a, b, c) of scalars a matrix."""
    if len(arguments) > 1:
        if any(reader.arithmetic.shape(a) for a in arguments):
            raise Misfit("diag of several arguments needs scalars")
        column = stacked(arguments, start)
        return diag(reader, [column], start)
    value = arguments[0]
    own = reader.arithmetic.shape(value)
    if len(own) == 1 or (len(own) == 2 and own[0] == ONE):
        size = own[-1]
        return Value((size, size), lambda: Apply("diag", (value.build(),)), value.uses, start=start)
    if len(own) == 2 and reader.table.sizes.unify(own[0], own[1]):
        return Value(own[:1], lambda: Apply("diagonal", (value.build(),)), value.uses, start=start)
    raise Misfit(f"diag needs a vector or a square matrix, got {reader.arithmetic.said(value)}")


def stacked(values: Sequence[Value], start: int) -> Value:
    """Scalars as a column vector."""
    from derive.expr.nodes import Matrix
    from derive.expr.sizes import Size

    def build() -> Expr:
        return Matrix(tuple((v.build(),) for v in values))

    return Value((Size.of(len(values)),), build, uses_of(values), start=start)


def extreme(kind: str) -> Build:
    """max(a, b, ...) of several, max(x) the largest entry of one."""

    def build_extreme(reader: Formula, arguments: list[Value], start: int) -> Value:
        if len(arguments) == 1:
            value = arguments[0]
            if not reader.arithmetic.shape(value):
                raise Misfit(f"{kind} of one scalar")
            return Value(
                (), lambda: Apply(f"{kind}_entry", (value.build(),)), value.uses, start=start
            )
        target = reader.arithmetic.common_shape(arguments)
        fitted = [
            a if not reader.arithmetic.shape(a) else reader.arithmetic.spread(a, target)
            for a in arguments
        ]
        return Value(
            target,
            lambda: Apply(kind, tuple(a.build() for a in fitted)),
            uses_of(arguments),
            start=start,
        )

    return build_extreme


def leaky(reader: Formula, arguments: list[Value], start: int) -> Value:
    """LeakyReLU(x) with slope 0.01 unless it is the second argument."""
    slope = arguments[1] if len(arguments) == 2 else number("0.01")
    if len(arguments) == 1:
        reader.note("LeakyReLU has slope 0.01")
    value = arguments[0]
    return Value(
        value.shape,
        lambda: Apply("leaky_relu", (value.build(), slope.build())),
        uses_of(arguments),
        start=start,
    )


def of_scalar(make: Callable[[Expr], Expr]) -> Build:
    """A function that is an expression of its scalar argument; arrays are refused."""

    def build_scalar(reader: Formula, arguments: list[Value], start: int) -> Value:
        value = arguments[0]
        if len(arguments) != 1 or reader.arithmetic.shape(value):
            raise Misfit("this function is read for one scalar only")
        return Value((), lambda: make(value.build()), value.uses, start=start)

    return build_scalar


ONE_NODE = Number(Fraction(1))


def _logit(x: Expr) -> Expr:
    return Apply("log", (Quotient(x, ONE_NODE - x),))


def entropy(reader: Formula, arguments: list[Value], start: int) -> Value:
    """-sum p log p."""
    value = _only(arguments, "the entropy")
    if len(reader.arithmetic.shape(value)) != 1:
        raise Misfit("an entropy is read for a probability vector")

    def build() -> Expr:
        p = value.build()
        return -Apply("inner", (p, Apply("log", (p,))))

    return Value((), build, value.uses, start=start)


def norm_of(reader: Formula, value: Value, kind: str, start: int) -> Value:
    """A norm by its kind: `2`, `1`, `inf`, `F`."""
    own = reader.arithmetic.shape(value)
    matrix = len(own) == 2 and own[0] != ONE and own[1] != ONE
    if kind == "F" or (matrix and kind == ""):
        name = "norm_frobenius"
        if kind == "":
            reader.note("a norm of a matrix without an index is the Frobenius norm")
    elif matrix:
        raise Misfit(
            f"the {kind}-norm of the matrix {reader.arithmetic.said(value)} may be spectral, induced or entrywise; "
            "write \\|.\\|_F for the Frobenius norm"
        )
    elif not own:
        name = "abs"
    else:
        name = {"2": "norm", "": "norm", "1": "norm1", "inf": "norm_inf"}[kind]
    return Value((), lambda: Apply(name, (value.build(),)), value.uses, start=start)


SPECIAL: dict[str, Build] = {
    "diag": diag,
    "max": extreme("max"),
    "min": extreme("min"),
    "leakyrelu": leaky,
    "logit": of_scalar(_logit),
    "sec": of_scalar(lambda x: Quotient(ONE_NODE, Apply("cos", (x,)))),
    "csc": of_scalar(lambda x: Quotient(ONE_NODE, Apply("sin", (x,)))),
    "cot": of_scalar(lambda x: Quotient(Apply("cos", (x,)), Apply("sin", (x,)))),
    "coth": of_scalar(lambda x: Quotient(ONE_NODE, Apply("tanh", (x,)))),
    "sech": of_scalar(lambda x: Quotient(ONE_NODE, Apply("cosh", (x,)))),
    "softsign": of_scalar(lambda x: Quotient(x, Add((ONE_NODE, Apply("abs", (x,)))))),
    "relu6": of_scalar(lambda x: Apply("min", (Apply("relu", (x,)), Number(Fraction(6))))),
    "erfc": of_scalar(lambda x: Add((ONE_NODE, -Apply("erf", (x,))))),
    "hardtanh": of_scalar(lambda x: _clipped(x, -ONE_NODE, ONE_NODE)),
    "clip": lambda r, a, s: _clip(r, a, s),
    "clamp": lambda r, a, s: _clip(r, a, s),
    "adj": lambda r, a, s: _adjugate(r, a, s),
    "adjugate": lambda r, a, s: _adjugate(r, a, s),
    "beta": lambda r, a, s: _beta(r, a, s),
    "entropy": entropy,
}


def _clipped(x: Expr, low: Expr, high: Expr) -> Expr:
    return Apply("min", (Apply("max", (x, low)), high))


def _clip(reader: Formula, arguments: list[Value], start: int) -> Value:
    """clip(x, a, b): x within a and b, entry by entry."""
    if len(arguments) != 3 or any(reader.arithmetic.shape(a) for a in arguments[1:]):
        raise Misfit("clip takes what is clipped and two scalars")
    x, low, high = arguments
    return Value(
        x.shape,
        lambda: _clipped(x.build(), low.build(), high.build()),
        uses_of(arguments),
        start=start,
    )


def _adjugate(reader: Formula, arguments: list[Value], start: int) -> Value:
    """det(A) A^{-1}, which is the adjugate where A is invertible."""
    value = _only(arguments, "the adjugate")
    inverse = shaped(reader, "inverse", value, start)
    reader.note("the adjugate is read as det(A) inv(A)")
    return Value(
        inverse.shape,
        lambda: Product((Apply("det", (value.build(),)), inverse.build())),
        value.uses,
        start=start,
    )


def _beta(reader: Formula, arguments: list[Value], start: int) -> Value:
    if len(arguments) != 2 or any(reader.arithmetic.shape(a) for a in arguments):
        raise Misfit("the beta function takes two scalars")
    a, b = arguments

    def build() -> Expr:
        x, y = a.build(), b.build()
        top = Product((Apply("gamma", (x,)), Apply("gamma", (y,))))
        return Quotient(top, Apply("gamma", (Add((x, y)),)))

    return Value((), build, uses_of(arguments), start=start)


def shaped_entry(name: str, value: Value, start: int) -> Value:
    """The largest or smallest entry."""
    return Value((), lambda: Apply(name, (value.build(),)), value.uses, start=start)


def all_words() -> list[str]:
    """The words that are functions."""
    return list(dict.fromkeys((*ELEMENTWISE, *SHAPED, *SPECIAL)))
