"""Entrywise functions of nodes: known values and forms are folded, everything else is a `map` node."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.tensor import patterns
from derive.tensor.facts import nonnegative, positive
from derive.tensor.graph import Node, is_number

if TYPE_CHECKING:
    from derive.tensor.graph import Graph

#: f(0) where it is rational
AT_ZERO = {"exp": 1, "sin": 0, "cos": 1, "tan": 0, "sinh": 0, "cosh": 1, "tanh": 0, "arctan": 0} | {
    "arcsin": 0,
    "arcsinh": 0,
    "arctanh": 0,
    "erf": 0,
    "log1p": 0,
    "expm1": 0,
    "abs": 0,
    "sign": 0,
    "relu": 0,
}
COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
#: the condition that holds where another does not
NEGATED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def build_map(graph: Graph, name: str, args: tuple[Node, ...], data: Any) -> Node:
    """The node of an entrywise function; `data` is (Function, order) for the document's own functions."""
    known = _known(graph, name, args)
    if known is not None:
        return known
    return graph.make("map", (name, data), args, args[0].shape)


def _known(graph: Graph, name: str, args: tuple[Node, ...]) -> Node | None:
    if name in COMPARE and all(map(is_number, args)):
        values = [a.data.coefficient for a in args]
        return graph.number(int(COMPARE[name](*values)), args[0].shape)
    if name in ("=", "<=", ">=") and args[0] is args[1]:
        return graph.number(1, args[0].shape)
    if len(args) == 1:
        return _unary(graph, name, args[0])
    if name == "power" and is_number(args[1]):
        return graph.power(args[0], args[1].data.coefficient)
    if name == "power" and args[0].op == "map" and args[0].data[0] == "power":
        base, inner = args[0].args
        return _power_of_power(graph, base, inner, args[1])
    if name in ("max", "min") and args[0] is args[1]:
        return args[0]
    if name == "select":
        return _select(graph, args)
    return None


def _power_of_power(graph: Graph, base: Node, inner: Node, outer: Node) -> Node | None:
    """(b^e)^f = b^(e f) of a base that is not negative."""
    if not nonnegative(base):
        return None
    terms = outer.args if outer.op == "sum" else (outer,)
    return graph.map("power", base, graph.add([graph.same(inner, t) for t in terms]))


def _select(graph: Graph, args: tuple[Node, ...]) -> Node | None:
    condition, yes, no = args
    if is_number(condition):
        return yes if condition.data.coefficient else no
    if is_number(yes) and is_number(no) and condition.op == "map":
        pair = (yes.data.coefficient, no.data.coefficient)
        if pair == (1, 0):
            return condition
        if pair == (0, 1):
            return graph.map("not", condition)
    return yes if yes is no else None


def _unary(graph: Graph, name: str, x: Node) -> Node | None:
    if name == "sqrt":
        return graph.power(x, Fraction(1, 2))
    if is_number(x):
        value = x.data.coefficient
        if value == 0 and name in AT_ZERO:
            return graph.number(AT_ZERO[name], x.shape)
        if value == 1 and name == "log":
            return graph.number(0, x.shape)
        if name in ("abs", "sign"):
            size = abs(value) if name == "abs" else (value > 0) - (value < 0)
            return graph.number(size, x.shape)
    if name == "log":
        return _log(graph, x)
    if name == "log1p" and x.op == "map" and x.data[0] == "exp":
        return graph.map("softplus", x.args[0])
    if name == "not" and x.op == "map" and x.data[0] in NEGATED:
        return graph.map(NEGATED[x.data[0]], *x.args)
    if name == "exp" and x.op == "map" and x.data[0] == "log":
        return x.args[0]
    if name == "abs" and positive(x):
        return x
    if name == "sign" and positive(x):
        return graph.number(1, x.shape)
    return None


def _log(graph: Graph, x: Node) -> Node | None:
    if x.op == "map" and x.data[0] == "exp":
        return x.args[0]
    if x.op == "sum":
        inner = patterns.one_plus_exp(x)
        if inner is not None:
            return graph.map("softplus", inner)
    if x.op == "softmax":
        inner = x.args[0]
        total = patterns.logsumexp(graph, inner)
        rank = inner.rank
        spread = graph.product(
            [(total, tuple(range(rank - 1)), Fraction(1))],
            range(rank),
            -1,
            dict(enumerate(x.shape)),
        )
        return graph.add((inner, spread))
    found = patterns.summed_exp(x)
    if found is not None:
        exp, axis = found
        order = [k for k in range(exp.rank) if k != axis] + [axis]
        return patterns.logsumexp(graph, graph.permute(exp.args[0], order))
    return None
