"""Array code for the nodes of one graph: one Python expression each, variables for what is used more than once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from derive.errors import NoRuleError, UsageError
from derive.expr.nodes import Symbol
from derive.expr.sizes import Shape, Size
from derive.tensor import matrices, spectra
from derive.tensor.facts import COMPARISONS
from derive.tensor.graph import Graph, Node, is_number, reachable
from derive.tensor.names import identifier, parameter_of, unique

ATOM, MUL, ADD, LOW = 4, 3, 2, 1
LONG = 46


@dataclass(frozen=True, slots=True)
class Code:
    """Python text with its precedence; `loose` when an axis may be missing although the node has it (a scalar)."""

    text: str
    level: int = ATOM
    loose: bool = False

    def at(self, level: int) -> str:
        """The text, in brackets where the context binds tighter."""
        return self.text if self.level >= level else f"({self.text})"


class Emitter:
    """Writes nodes as code; `sizes` collects the size symbols that the code needs."""

    def __init__(self, graph: Graph, target: str, parameters: dict[Symbol | str, str]) -> None:
        self.graph = graph
        self.np = "jnp" if target == "jax" else "np"
        self.jax = target == "jax"
        self.parameters = parameters
        self.sizes: dict[str, None] = {}
        self.special = False
        self.lines: list[str] = []
        self.done: dict[Node, Code] = {}
        self.uses: dict[Node, int] = {}
        self.taken: dict[str, None] = {}

    def imports(self) -> list[str]:
        """The import that the body needs."""
        if not self.special:
            return []
        return [f"from {'jax.scipy' if self.jax else 'scipy'} import special"]

    def source(self, root: Node) -> list[str]:
        """The statements of the body, the last of which returns the value of `root`."""
        nodes = reachable([root])
        for node in nodes:
            for part in node.args:
                self.uses[part] = self.uses.get(part, 0) + 1
        self.taken = dict.fromkeys((*self.parameters.values(), "jax", "jnp", "np", "special"))
        for node in nodes:
            for size in (*node.shape, *(_sizes(node))):
                self.taken.update((identifier(n), None) for n in size.names)
        for node in nodes:
            code = self._code(node)
            if node is not root and self._worth_a_name(node, code):
                variable = self._variable(node)
                self.lines.append(f"{variable} = {code.text}")
                code = Code(variable, ATOM, code.loose)
            self.done[node] = code
        return [*self.lines, f"return {self.full(root)}"]

    def _worth_a_name(self, node: Node, code: Code) -> bool:
        if node.op in ("leaf", "dim", "constant", "delta", "iota") or is_number(node):
            return False
        if code.level == ATOM and code.text.isidentifier():
            return False
        if self.uses.get(node, 0) > 1 and len(code.text) > 6:
            return True
        return len(code.text) > LONG

    def _variable(self, node: Node) -> str:
        name = self.graph.names.get(node)
        if name is not None and isinstance(name.expr, Symbol):
            wanted = identifier(name.expr.name)
        else:
            wanted = next(f"t{k}" for k in count(1) if f"t{k}" not in self.taken)
        (found,) = unique([wanted], self.taken)
        self.taken[found] = None
        return found

    # ------------------------------------------------------------------------------ parts

    def get(self, node: Node) -> Code:
        """The code of a node already written; conditions are truth values."""
        return self.done[node]

    def value(self, node: Node) -> Code:
        """The code for arithmetic: a condition as 1.0 or 0.0."""
        code = self.done[node]
        if node.op == "map" and node.data[0] in COMPARISONS:
            return Code(f"{self.np}.where({code.text}, 1.0, 0.0)", ATOM, code.loose)
        return code

    def full(self, node: Node) -> str:
        """The code with all axes of the node present."""
        code = self.value(node)
        if is_number(node) and node.data.coefficient.denominator == 1:
            code = Code(f"{node.data.coefficient.numerator}.0", code.level, code.loose)
        if not code.loose or not node.rank:
            return code.text
        return f"{self.np}.broadcast_to({code.text}, {self.shape(node.shape)})"

    def size(self, size: Size) -> str:
        """A size as Python arithmetic."""
        from derive.tensor.code import size_code

        self.sizes.update(dict.fromkeys(size.names))
        return size_code(size)

    def shape(self, shape: Shape) -> str:
        """A shape as a tuple."""
        inner = ", ".join(self.size(s) for s in shape)
        return f"({inner},)" if len(shape) == 1 else f"({inner})"

    def _code(self, node: Node) -> Code:
        rule = RULES.get(node.op)
        if rule is None:
            raise NoRuleError(f"no code for {node.op}")
        return rule(self, node)


def _sizes(node: Node) -> tuple[Size, ...]:
    if node.op == "einsum":
        return tuple(node.data.sizes)
    return (node.data,) if isinstance(node.data, Size) else ()


def fraction(value: Fraction) -> Code:
    """A rational number."""
    if value.denominator == 1:
        return Code(str(value.numerator), ATOM if value >= 0 else ADD)
    return Code(f"{value.numerator} / {value.denominator}", MUL if value >= 0 else ADD)


def _leaf(self: Emitter, node: Node) -> Code:
    symbol: Symbol = node.data
    parameter = parameter_of(self.parameters, symbol)
    if parameter is None:
        raise UsageError(f"{symbol.name} occurs in the expression but is not an argument")
    return Code(parameter)


def _dim(self: Emitter, node: Node) -> Code:
    text = self.size(node.data)
    return Code(text, ATOM if text.isidentifier() else ADD)


def _constant(self: Emitter, node: Node) -> Code:
    names = {"pi": "pi", "e": "e", "infty": "inf", "eulergamma": "euler_gamma"}
    if node.data not in names:
        raise NoRuleError(f"no code for the constant {node.data}")
    return Code(f"{self.np}.{names[node.data]}")


def _iota(self: Emitter, node: Node) -> Code:
    end = node.data + node.shape[0]
    return Code(f"{self.np}.arange({self.size(node.data)}, {self.size(end)})")


def _delta(self: Emitter, node: Node) -> Code:
    return Code(f"{self.np}.eye({self.size(node.shape[0])})")


def _hot(self: Emitter, node: Node) -> Code:
    index = self.get(node.args[0])
    end = node.data + node.shape[-1]
    values = f"{self.np}.arange({self.size(node.data)}, {self.size(end)})"
    picked = (
        f"{self.np}.asarray({index.text})[..., None]"
        if node.rank == 1
        else f"{index.at(ATOM)}[..., None]"
    )
    return Code(f"{self.np}.where({picked} == {values}, 1.0, 0.0)")


def _sum(self: Emitter, node: Node) -> Code:
    text = ""
    loose = all(self.get(a).loose for a in node.args)
    codes = sorted((self.value(a) for a in node.args), key=lambda c: c.text.startswith("-"))
    for code in codes:
        if not text:
            text = code.at(ADD)
        elif code.text.startswith("-") and code.level >= ADD:
            text += f" - {code.text[1:]}"
        else:
            text += f" + {code.at(MUL if code.level < ADD else ADD)}"
    return Code(text, ADD, loose)


def _call(name: str) -> Callable[[Emitter, str], str]:
    return lambda self, x: f"{self.np}.{name}({x})"


def _special(name: str) -> Callable[[Emitter, str], str]:
    def write(self: Emitter, x: str) -> str:
        self.special = True
        return f"special.{name}({x})"

    return write


def _either(jax: str, other: Callable[[Emitter, str], str]) -> Callable[[Emitter, str], str]:
    return lambda self, x: f"{jax}({x})" if self.jax else other(self, x)


def _density(self: Emitter, x: str) -> str:
    return f"({self.np}.exp(-({x}) ** 2 / 2) / {self.np}.sqrt(2 * {self.np}.pi))"


def _elu(self: Emitter, x: str) -> str:
    k = self.np
    return f"{k}.where({x} > 0, {x}, {k}.expm1({k}.minimum({x}, 0)))"


def _trigamma(self: Emitter, x: str) -> str:
    self.special = True
    return f"special.polygamma(1, {x})"


def _gamma_of_next(self: Emitter, x: str) -> str:
    self.special = True
    return f"special.gamma({x} + 1)"


UNARY: dict[str, Callable[[Emitter, str], str]] = {
    **{n: _call(n) for n in ("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan")},
    **{n: _call(n) for n in ("sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "abs")},
    **{n: _call(n) for n in ("arcsinh", "arccosh", "arctanh")},
    **{n: _call(n) for n in ("sign", "floor")},
    "erf": _special("erf"),
    "bessel_i0": _special("i0"),
    "bessel_i1": _special("i1"),
    "gamma": _special("gamma"),
    "lgamma": _special("gammaln"),
    "digamma": _special("digamma"),
    "trigamma": _trigamma,
    "factorial": _gamma_of_next,
    "sigmoid": _either("jax.nn.sigmoid", _special("expit")),
    "softplus": _either("jax.nn.softplus", lambda self, x: f"np.logaddexp(0, {x})"),
    "relu": lambda self, x: f"{self.np}.maximum({x}, 0)",
    "elu": _elu,
    "normal_cdf": _special("ndtr"),
    "normal_pdf": _density,
    "gelu": lambda self, x: f"({x}) * {_special('ndtr')(self, x)}",
    "silu": lambda self, x: f"({x}) * {UNARY['sigmoid'](self, x)}",
}
OPERATORS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def _map(self: Emitter, node: Node) -> Code:
    name = node.data[0]
    raw = [self.get(a) for a in node.args]
    args = [self.value(a) for a in node.args]
    loose = all(a.loose for a in args)
    k = self.np
    if name in OPERATORS:
        return Code(f"{args[0].at(ADD)} {OPERATORS[name]} {args[1].at(ADD)}", LOW, loose)
    texts = [a.text for a in args]
    if name == "not":
        return Code(f"{k}.logical_not({raw[0].text})", ATOM, loose)
    if name == "or":
        return Code(f"{k}.logical_or({raw[0].text}, {raw[1].text})", ATOM, loose)
    if name == "select":
        return Code(f"{k}.where({raw[0].text}, {texts[1]}, {texts[2]})", ATOM, loose)
    if name in ("max", "min"):
        return Code(f"{k}.{name}imum({', '.join(texts)})", ATOM, loose)
    if name == "power":
        return Code(f"{args[0].at(ATOM)} ** {args[1].at(ATOM)}", MUL, loose)
    rule = UNARY.get(name)
    if rule is None:
        what = node.data[1][0].name if name == "call" else name
        raise NoRuleError(f"no code for the function {what}")
    text = rule(self, texts[0])
    level = (
        MUL if (" * " in text and not text.startswith("(")) or name in ("gelu", "silu") else ATOM
    )
    return Code(text, level, loose)


def _over(function: str) -> Callable[[Emitter, Node], Code]:
    def rule(self: Emitter, node: Node) -> Code:
        return Code(f"{self.np}.linalg.{function}({self.full(node.args[0])})")

    return rule


def _logdet(self: Emitter, node: Node) -> Code:
    return Code(f"{self.np}.linalg.slogdet({self.full(node.args[0])})[1]")


def _eigenvalues(self: Emitter, node: Node) -> Code:
    return Code(f"{self.np}.linalg.eigvalsh({self.full(node.args[0])})[..., ::-1]")


def _last_axis(jax: str, other: str) -> Callable[[Emitter, Node], Code]:
    def rule(self: Emitter, node: Node) -> Code:
        inner = node.args[0]
        x = self.full(inner)
        axis = ", axis=-1" if inner.rank > 1 else ""
        if self.jax:
            return Code(f"{jax}({x}{axis})")
        self.special = True
        return Code(f"special.{other}({x}{axis})")

    return rule


def _prod(self: Emitter, node: Node) -> Code:
    return Code(f"{self.np}.prod({self.full(node.args[0])}, axis=-1)")


def _extreme(self: Emitter, node: Node) -> Code:
    axes = tuple(range(-node.data, 0))
    return Code(f"{self.np}.{node.op}({self.full(node.args[0])}, axis={axes})")


def _reshape(self: Emitter, node: Node) -> Code:
    return Code(f"{self.np}.reshape({self.full(node.args[0])}, {self.shape(node.shape)})")


def _concat(self: Emitter, node: Node) -> Code:
    parts = ", ".join(self.full(a) for a in node.args)
    return Code(f"{self.np}.concatenate([{parts}], axis={node.data})")


def _slice(self: Emitter, node: Node) -> Code:
    axis, start = node.data
    stop = start + node.shape[axis]
    rest = ", :" * (-1 - axis)
    inner = node.args[0]
    base = Code(self.full(inner), self.get(inner).level if not self.get(inner).loose else ATOM)
    return Code(f"{base.at(ATOM)}[..., {self.size(start)} : {self.size(stop)}{rest}]")


def _einsum(self: Emitter, node: Node) -> Code:
    from derive.tensor.contract import emit_product

    return emit_product(self, node)


def _opaque(self: Emitter, node: Node) -> Code:
    expr = node.data[0]
    raise NoRuleError(f"no code for {type(expr).__name__} {expr!r}")


RULES: dict[str, Callable[[Emitter, Node], Code]] = {
    "leaf": _leaf,
    "dim": _dim,
    "constant": _constant,
    "iota": _iota,
    "delta": _delta,
    "hot": _hot,
    "sum": _sum,
    "map": _map,
    "einsum": _einsum,
    "inverse": _over("inv"),
    "det": _over("det"),
    "logdet": _logdet,
    "logabsdet": _logdet,
    "eigenvalues": _eigenvalues,
    "matrix_power": lambda self, node: Code(matrices.emit_power(self, node)),
    "projectors": lambda self, node: Code(spectra.emit_projectors(self, node)),
    "nuclear_norm": lambda self, node: Code(spectra.emit_singular(self, node)),
    "polar": lambda self, node: Code(spectra.emit_singular(self, node)),
    "power_sum": lambda self, node: Code(matrices.emit_sum(self, node)),
    "softmax": _last_axis("jax.nn.softmax", "softmax"),
    "logsumexp": _last_axis("jax.nn.logsumexp", "logsumexp"),
    "prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "reshape": _reshape,
    "concat": _concat,
    "slice": _slice,
    "opaque": _opaque,
}
