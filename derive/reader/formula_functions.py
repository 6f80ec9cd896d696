r"""Functions known by name: `\log x`, `\operatorname{softmax}(z)`, `\sigma'(z)`, `\tr AB`, and calls of declared functions.

One row of `WORDS` for each name that authors write. An argument without brackets is the next factor; what else could be
meant is an option of the reading, never a silent choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.expr.nodes import (
    Add,
    Apply,
    Call,
    Expr,
    Function,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.sizes import ONE, Shape
from derive.reader.formula_core import Formula
from derive.reader.formula_cursor import Cursor, clean, plain
from derive.reader.formula_names import (
    GREEK,
    Applied,
    Unknown,
    filled,
    function_call,
    split_indices,
    select,
)
from derive.reader.formula_values import Misfit, Value, number, uses_of
from derive.reader.groups import Group, Node
from derive.reader.scanner import Kind, Token
from derive.reader.table import Declaration, Name

Build = Callable[[Formula, list[Value], int], Value]

ELEMENTWISE = {
    "exp": "exp", "log": "log", "ln": "log", "sin": "sin", "cos": "cos", "tan": "tan", "sinh": "sinh", "cosh": "cosh",
    "tanh": "tanh", "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan", "erf": "erf", "sign": "sign", "sgn": "sign",
    "abs": "abs", "sigmoid": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid", "softplus": "softplus", "relu": "relu",
    "elu": "elu", "gelu": "gelu", "silu": "silu", "swish": "silu", "digamma": "digamma", "trigamma": "trigamma",
    "lgamma": "lgamma", "loggamma": "lgamma", "gammaln": "lgamma", "floor": "floor", "log1p": "log1p", "expm1": "expm1",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "tg": "tan", "arctg": "arctan", "sqrt": "sqrt",
    "hardtanh": "", "signum": "sign", "lg": "",
}  # fmt: skip
ARC = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}
SHAPED = {
    "tr": "trace", "trace": "trace", "det": "det", "logdet": "logdet", "vec": "vec", "sum": "sum", "mean": "mean",
    "softmax": "softmax", "smax": "softmax", "logsoftmax": "log_softmax", "log_softmax": "log_softmax",
    "logsumexp": "logsumexp", "lse": "logsumexp", "inv": "inverse", "transpose": "transpose",
}  # fmt: skip
BY_NAME = {r"\Gamma": "gamma", r"\Phi": "normal_cdf"}
TRACES = ("tr", "trace")


def function_scripts(
    reader: Formula, cursor: Cursor
) -> tuple[Sequence[Node] | None, Sequence[Node] | None, int]:
    """Subscript, superscript and primes between a function's name and its argument."""
    sub: Sequence[Node] | None = None
    sup: Sequence[Node] | None = None
    primes = 0
    while (token := cursor.token) is not None:
        if token.kind is Kind.SUB and sub is None:
            cursor.pos += 1
            sub = reader.argument(cursor)
        elif token.kind is Kind.SUP and sup is None:
            cursor.pos += 1
            nodes = reader.argument(cursor)
            marks = [n for n in clean(nodes) if isinstance(n, Token) and n.text == "'"]
            if marks and len(marks) == len(clean(nodes)):
                primes += len(marks)
            else:
                sup = nodes
        elif token.text == "'" and token.kind is Kind.CHAR:
            cursor.pos += 1
            primes += 1
        else:
            break
    return sub, sup, primes


OPENERS = {"(": ")", "[": "]", r"\{": r"\}"}


def read_arguments(reader: Formula, cursor: Cursor, name: str) -> list[Value]:
    """The arguments of a function: in brackets, in a brace group, or the next factor."""
    token = cursor.token
    if token is not None and token.text in OPENERS:
        cursor.pos += 1
        return reader.arguments(cursor, OPENERS[token.text])
    node = cursor.node
    if isinstance(node, Group) and not node.name and node.items:
        cursor.pos += 1
        inside = Cursor(node.items)
        first = inside.token
        if first is not None and first.text in OPENERS and _closes_last(inside):
            inside.pos += 1
            found = reader.arguments(inside, OPENERS[first.text])
            if inside.node is not None:
                raise reader.unexpected(inside, "an operator")
            return found
        value = reader.whole(inside)
        return [reader.postfix(value, cursor, value.start)]
    return [bare_argument(reader, cursor, name)]


def _closes_last(cursor: Cursor) -> bool:
    """Whether the bracket that opens here is closed by the last node."""
    depth = 0
    last = len(cursor.items) - 1
    for position, node in enumerate(cursor.items):
        text = node.text if isinstance(node, Token) else ""
        depth += (text in OPENERS) - (text in OPENERS.values())
        if depth == 0:
            return position == last
    return False


def bare_argument(reader: Formula, cursor: Cursor, name: str) -> Value:
    """An argument without brackets: `\\log 2\\pi`, `\\sin \\omega t`, `\\log p(x)`, `\\tr AB`."""
    start = cursor.start
    if cursor.node is None or cursor.at("+", "-", "=", ",", ")"):
        raise reader.unexpected(cursor, f"the argument of {name}")
    first_node = cursor.node
    factors = [reader.factor(cursor)]
    simple = _is_simple(reader, first_node)
    if name in TRACES:
        while reader.starts_factor(cursor) and not _is_function(reader, cursor):
            factors.append(reader.factor(cursor))
        if len(factors) > 1:
            reader.note("tr without brackets takes the whole product")
    elif factors[0].kind == "number" or (simple and name in ("sin", "cos", "tan")):
        while reader.starts_factor(cursor) and _is_simple(reader, cursor.node):
            factors.append(reader.factor(cursor))
    elif simple and reader.starts_factor(cursor) and _is_simple(reader, cursor.node):
        reader.ambiguity("functions_absorb")
        if reader.options.functions_absorb:
            while reader.starts_factor(cursor) and _is_simple(reader, cursor.node):
                factors.append(reader.factor(cursor))
        else:
            reader.note(f"\\{name} a b is read as (\\{name} a) b")
    with reader.at(start):
        return reader.arithmetic.multiply(factors)


def _is_simple(reader: Formula, node: Node | None) -> bool:
    """A letter, a Greek letter, a number, or a letter in a font: what a function without brackets may run over."""
    if not isinstance(node, Token):
        return False
    if node.kind in (Kind.LETTER, Kind.NUMBER):
        return True
    return node.kind is Kind.WORD and node.text in GREEK and node.text not in reader.words


def _is_function(reader: Formula, cursor: Cursor) -> bool:
    token = cursor.token
    return token is not None and token.text.startswith("\\") and token.text[1:].lower() in (*ELEMENTWISE, *SHAPED)


# ---------------------------------------------------------------------------------------- known functions


def word_handler(word: str) -> Callable[[Formula, Cursor], Value]:
    """The handler of `\\word`."""

    def handler(reader: Formula, cursor: Cursor) -> Value:
        start = cursor.start
        cursor.pos += 1
        sub, sup, primes = function_scripts(reader, cursor)
        declared = reader.table.exact(Name(word, "word"))
        if declared is not None and declared.kind == "function" and _takes(declared, cursor):
            return read_call(reader, Applied(declared, cursor, sub, tuple(sup or ()), primes, start))
        return known_function(reader, cursor, word, sub, sup, primes, start)

    return handler


def _takes(entry: Declaration, cursor: Cursor) -> bool:
    """Whether the arguments that follow are as many as a declared function takes: `\\cos(a, b)` beside `\\cos x`."""
    token = cursor.token
    if entry.function is None or token is None or token.text not in OPENERS:
        return False
    depth = commas = 0
    for node in cursor.items[cursor.pos :]:
        if not isinstance(node, Token):
            continue
        depth += (node.text in OPENERS) - (node.text in OPENERS.values())
        if depth == 0:
            break
        commas += node.text in (",", ";", "|", r"\mid") and depth == 1
    return commas + 1 == len(entry.function.parameters)


def read_function_word(reader: Formula, request: object) -> Value:
    """`\\operatorname{word}` with its scripts."""
    assert isinstance(request, Unknown)
    word = request.name.base
    found = request.written
    handler = reader.words.get(f"word:{word}") or reader.words.get(f"word:{word.lower()}")
    if handler is not None:
        return handler(reader, request)  # type: ignore[arg-type]
    return known_function(
        reader, request.cursor, word.lower(), found.sub, found.sup, found.primes, found.start
    )


def known_function(
    reader: Formula,
    cursor: Cursor,
    word: str,
    sub: Sequence[Node] | None,
    sup: Sequence[Node] | None,
    primes: int,
    start: int,
) -> Value:
    """A function of the table by its written name, with scripts between name and argument."""
    if primes or (sup is not None and plain(sup) == "-1" and word in ARC):
        if primes:
            return _derived(reader, cursor, word, sup, primes, start)
        return _finished(reader, cursor, ARC[word], word, None, None, start)
    if word == "log" and sub is not None:
        return _log_base(reader, cursor, sub, sup, start)
    if word == "det" and cursor.at("|"):
        raise reader.error("\\det | ... | has no meaning", start)
    return _finished(reader, cursor, "", word, sub, sup, start)


def _finished(
    reader: Formula,
    cursor: Cursor,
    function: str,
    word: str,
    sub: Sequence[Node] | None,
    sup: Sequence[Node] | None,
    start: int,
) -> Value:
    bracketed = cursor.at(*OPENERS)
    arguments = read_arguments(reader, cursor, word)
    if bracketed and word in ("log", "ln", "det", "exp", "sqrt") and _power_follows(cursor):
        reader.ambiguity("power_inside")
        if reader.options.power_inside:
            arguments = [reader.postfix(arguments[0], cursor, start), *arguments[1:]]
    with reader.at(start):
        if function:
            value = elementwise(reader, function, arguments, start)
        else:
            value = call_word(reader, word, arguments, start)
    if sub is not None:
        if word not in ("softmax", "logsoftmax"):
            raise reader.error(f"the subscript {plain(sub)!r} of {word} has no meaning", start)
        value = reader.entries(value, sub, start)
    if sup is not None:
        value = reader.raised(value, sup, start)
    return value


def _power_follows(cursor: Cursor) -> bool:
    token, following = cursor.token, cursor.ahead()
    if token is None or token.kind is not Kind.SUP or following is None:
        return False
    text = plain(following.items if isinstance(following, Group) else (following,))
    return text not in (r"\top", "T")


def elementwise(reader: Formula, function: str, arguments: list[Value], start: int) -> Value:
    """One argument, entry by entry; matrices with a note where a matrix function is possible."""
    value = _only(arguments, function)
    own = reader.arithmetic.shape(value)
    if function in ("exp", "log", "sqrt", "sin", "cos") and len(own) == 2 and own[0] == own[1]:
        reader.note(f"{function} of a square matrix is taken entry by entry")
    return Value(
        value.shape, lambda: Apply(function, (value.build(),)), value.uses, start=start
    )


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


def _log_base(
    reader: Formula, cursor: Cursor, sub: Sequence[Node], sup: Sequence[Node] | None, start: int
) -> Value:
    """\\log_b x is log x / log b; a base e is dropped."""
    base = reader.whole(sub)
    value = _finished(reader, cursor, "log", "log", None, sup, start)
    if plain(sub) == "e":
        return value
    reader.demand_scalar(base, "the base of a logarithm", start)
    return Value(
        value.shape,
        lambda: Quotient(value.build(), Apply("log", (base.build(),))),
        value.uses,
        start=start,
    )


def _derived(
    reader: Formula, cursor: Cursor, word: str, sup: Sequence[Node] | None, primes: int, start: int
) -> Value:
    """f'(x) of a known elementwise function."""
    function = ELEMENTWISE.get(word, "")
    if not function:
        raise reader.error(f"{word} with a prime has no meaning", start)
    with reader.at(start):
        value = derivative_call(function, "\\" + word, read_arguments(reader, cursor, word), primes, start)
    return reader.raised(value, sup, start) if sup is not None else value


def derivative_call(function: str, name: str, arguments: list[Value], primes: int, start: int) -> Value:
    """The derivative of an elementwise function of the table, as a call of its own definition."""
    parameter = Symbol("t")
    body = Function(name, (parameter,), Apply(function, (parameter,)), (), True)
    return function_call(body, [_only(arguments, name)], primes, start)


# ------------------------------------------------------------------------------ functions of several kinds


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
        return Value(
            (size, size), lambda: Apply("diag", (value.build(),)), value.uses, start=start
        )
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


def _binary(name: str) -> Build:
    def build_binary(reader: Formula, arguments: list[Value], start: int) -> Value:
        if len(arguments) != 2:
            raise Misfit(f"{name} takes 2 arguments, got {len(arguments)}")
        return reader.arithmetic.dot(arguments[0], arguments[1], "")

    return build_binary


def _cosine(reader: Formula, arguments: list[Value], start: int) -> Value:
    if len(arguments) != 1:
        raise Misfit("cos takes 1 argument; define cos(a, b) first")
    return elementwise(reader, "cos", arguments, start)


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
    "beta": lambda r, a, s: _beta(r, a, s),
    "entropy": entropy,
}


def _beta(reader: Formula, arguments: list[Value], start: int) -> Value:
    if len(arguments) != 2 or any(reader.arithmetic.shape(a) for a in arguments):
        raise Misfit("the beta function takes two scalars")
    a, b = arguments

    def build() -> Expr:
        x, y = a.build(), b.build()
        top = Product((Apply("gamma", (x,)), Apply("gamma", (y,))))
        return Quotient(top, Apply("gamma", (Add((x, y)),)))

    return Value((), build, uses_of(arguments), start=start)


# -------------------------------------------------------------------------------------------- declared


def read_call(reader: Formula, request: object) -> Value:
    """A declared function with what follows it: its arguments, primes, powers; bare, it is its value at its parameters."""
    assert isinstance(request, Applied)
    entry, cursor, start = request.entry, request.cursor, request.start
    index = request.sub
    if entry.word == "eigenvalues":
        return eigenvalue(reader, cursor, index, request.sup, start)
    arguments = _call_arguments(reader, cursor)
    if entry.kind == "word":
        if arguments is None:
            arguments = [bare_argument(reader, cursor, entry.word)]
        with reader.at(start):
            if request.primes:
                value = derivative_call(entry.word, entry.latex, arguments, request.primes, start)
            elif entry.word in ELEMENTWISE.values() or entry.word in BY_NAME.values():
                value = elementwise(reader, entry.word, arguments, start)
            else:
                value = call_word(reader, entry.word, arguments, start)
    else:
        value = _declared_call(reader, entry.latex, entry.function, arguments, request.primes, start)
    if index is not None:
        value = reader.entries(value, index, start)
    return reader.raised(value, request.sup, start) if request.sup else value


def _call_arguments(reader: Formula, cursor: Cursor) -> list[Value] | None:
    token = cursor.token
    if token is None or token.text not in OPENERS:
        return None
    cursor.pos += 1
    return reader.arguments(cursor, OPENERS[token.text])


def _declared_call(
    reader: Formula,
    latex: str,
    function: Function | None,
    arguments: list[Value] | None,
    primes: int,
    start: int,
) -> Value:
    if function is None:
        raise reader.error(f"{latex} is a function without a definition", start)
    if arguments is None:
        arguments = [
            Value(p.shape, lambda p=p: p, start=start, kind="symbol") for p in function.parameters  # type: ignore[misc]
        ]
    if len(arguments) != len(function.parameters):
        raise reader.error(
            f"{latex} takes {len(function.parameters)} arguments, got {len(arguments)}", start, ill_typed=True
        )
    if not (function.elementwise and len(arguments) == 1):
        for parameter, given in zip(function.parameters, arguments, strict=True):
            if not reader.table.sizes.unify_shapes(given.shape, parameter.shape):
                raise reader.error(
                    f"{latex} takes {parameter.name} of shape {reader.arithmetic.text(parameter.shape)}, "
                    f"got {reader.arithmetic.said(given)}",
                    start,
                    ill_typed=True,
                )
    return function_call(function, arguments, primes, start)


def read_named_function(reader: Formula, request: object) -> Value | None:
    """An undeclared letter that is a function by convention when it is called: sigma, Gamma, Phi, lambda_i(A)."""
    assert isinstance(request, Unknown)
    found, cursor = request.written, request.cursor
    base = found.name.base
    if base == r"\lambda":
        if cursor.at("(") and found.sub is not None:
            reader.note(r"\lambda_i(A) is the i-th largest eigenvalue of A")
            return eigenvalue(reader, cursor, found.sub, found.sup or (), found.start)
        return None
    if not cursor.at("(", "[") or found.sub is not None:
        return None
    function = "sigmoid" if base == r"\sigma" else BY_NAME.get(base, "")
    if not function:
        return None
    said = {"sigmoid": "the logistic sigmoid", "normal_cdf": "the standard normal distribution function"}
    if function in said:
        reader.note(f"{base} is read as {said[function]}")
    arguments = _call_arguments(reader, cursor) or []
    with reader.at(found.start):
        if found.primes:
            value = derivative_call(function, base, arguments, found.primes, found.start)
        else:
            value = elementwise(reader, function, arguments, found.start)
    return reader.raised(value, found.sup, found.start) if found.sup is not None else value


def eigenvalue(
    reader: Formula,
    cursor: Cursor,
    index: Sequence[Node] | None,
    sup: Sequence[Node],
    start: int,
) -> Value:
    """\\lambda_i(A), \\lambda_{\\max}(A), \\lambda_{\\min}(A): of a symmetric matrix, largest first."""
    arguments = _call_arguments(reader, cursor)
    if arguments is None or len(arguments) != 1:
        raise reader.error("eigenvalues need their matrix, as in \\lambda_i(A)", start)
    matrix = arguments[0]
    own = reader.arithmetic.shape(matrix)
    if len(own) != 2 or not reader.table.sizes.unify(own[0], own[1]):
        raise reader.error(
            f"eigenvalues need a square matrix, got {reader.arithmetic.said(matrix)}", start, ill_typed=True
        )
    all_values = Value(
        own[:1], lambda: Apply("eigenvalues", (matrix.build(),)), matrix.uses, start=start
    )
    text = plain(index) if index is not None else ""
    if text in (r"\max", "max"):
        value = shaped_entry("max_entry", all_values, start)
    elif text in (r"\min", "min"):
        value = shaped_entry("min_entry", all_values, start)
    elif index is None:
        value = all_values
    else:
        value = select(reader, all_values, split_indices(reader, index, (1,), start), start)
    return reader.raised(value, sup, start) if sup else value


def shaped_entry(name: str, value: Value, start: int) -> Value:
    """The largest or smallest entry."""
    return Value((), lambda: Apply(name, (value.build(),)), value.uses, start=start)


def transposed_node(node: Expr) -> Expr:
    """The transpose, without doubling one."""
    return node.operand if isinstance(node, Transpose) else Transpose(node)


def all_words() -> list[str]:
    """The words that are functions."""
    return list(dict.fromkeys((*ELEMENTWISE, *SHAPED, *SPECIAL)))


__all__ = ["Call", "Power", "all_words", "filled", "known_function", "word_handler"]
