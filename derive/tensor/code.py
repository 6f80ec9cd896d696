"""Python source for JAX or NumPy from the index form: one function whose arguments are arrays.

Sizes are read off the shapes of the arguments; a size that occurs in none of them is a parameter of its own,
after the others. A family is one array whose first axis counts its members. Free indices of the expression
become axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from derive.errors import UsageError
from derive.expr.nodes import Expr, Symbol
from derive.expr.plain import plain
from derive.expr.sizes import Size
from derive.expr.walk import free_symbols
from derive.tensor.api import Layout
from derive.tensor.emit import Emitter
from derive.tensor.graph import Graph, Node, factors_of
from derive.tensor.lower import Lowering
from derive.tensor.names import identifier, parameter_names, parameter_of
from derive.tensor.tidy import tidy_node
from derive.tensor.torch_code import in_torch
from derive.tensor.values import Value


@dataclass(frozen=True)
class Structure:
    """How the array that a structured function returns stands for the whole: `pairs` of axes of the whole on
    which it is an identity matrix; the second axis of each pair is absent from what is returned."""

    pairs: tuple[tuple[int, int], ...]
    rank: int


def generate(
    expr: Expr,
    arguments: Sequence[Symbol],
    target: str = "jax",
    name: str = "gradient",
    *,
    layout: Layout | None = None,
    structured: bool = False,
) -> str:
    """The source of `def name(arguments): ...` whose value is `expr` as an array of `target`: jax, numpy or torch.

    `layout` says which free index (an `Index`) or axis (a number) of the expression each axis of the array is;
    by default the free indices come first. With `structured=True` the function leaves out identity factors:
    see `structure`.
    """
    if target not in ("jax", "numpy", "torch"):
        raise UsageError(f"code is generated for jax, numpy or torch, not {target!r}")
    graph, root = _root(expr, layout)
    if structured:
        root, _ = without_identities(graph, root)
    _check_arguments(expr, arguments)
    parameters = parameter_names(arguments)
    emitter = Emitter(graph, "numpy" if target == "torch" else target, parameters)
    body = emitter.source(root)
    sizes, extra = size_lines(emitter.sizes, arguments, parameters)
    head = ", ".join([*parameters.values(), *extra])
    lines = [*emitter.imports(), *sizes, *body]
    code = f"def {name}({head}):\n" + "".join(f"    {line}\n" for line in lines)
    return in_torch(code) if target == "torch" else code


#: the expression that was lowered last, with its layout: both targets are generated one after the other
_last: list[tuple[Expr, Layout | None, tuple[Graph, Node]]] = []


def _root(expr: Expr, layout: Layout | None) -> tuple[Graph, Node]:
    """The lowered expression, kept until another one is asked for (by identity: deep networks are not compared)."""
    for known, arrangement, found in _last:
        if known is expr and arrangement == layout:
            return found
    _last[:] = [(expr, layout, _lowered(expr, layout))]
    return _last[0][2]


def _lowered(expr: Expr, layout: Layout | None) -> tuple[Graph, Node]:
    """The lowered expression; declared facts are not used, so that the code computes what is written."""
    graph = Graph()
    lowering = Lowering(graph)
    for symbol in free_symbols(expr):
        if symbol.facts:
            lowering.variables[symbol] = replace(symbol, facts=())
    return graph, tidy_node(graph, arranged(graph, lowering(expr), layout))


def size_arguments(
    expr: Expr, arguments: Sequence[Symbol], layout: Layout | None = None
) -> tuple[str, ...]:
    """The size symbols that the generated function takes as parameters, because no argument's shape tells them."""
    graph, root = _root(expr, layout)
    emitter = Emitter(graph, "jax", parameter_names(arguments))
    emitter.source(root)
    return tuple(_unknown(emitter.sizes, arguments))


def structure(expr: Expr, layout: Layout | None = None) -> Structure:
    """The identity factors that `generate(..., structured=True)` leaves out."""
    graph, root = _root(expr, layout)
    _, pairs = without_identities(graph, root)
    return Structure(pairs, root.rank)


def arranged(graph: Graph, value: Value, layout: Layout | None) -> Node:
    """The node with its axes in the order of `layout`."""
    if layout is None:
        return value.node
    position = {i: k for k, i in enumerate(value.indices)}
    count = len(value.indices)
    labels = tuple(range(value.node.rank))
    order: list[int] = []
    for place in layout:
        axis = position.get(place) if not isinstance(place, int) else count + place
        if axis is None:
            from derive.tensor.values import extent

            axis = value.node.rank + len(order)
            sizes = {axis: extent(place)[1]} if not isinstance(place, int) else {}
            value = Value(
                graph.product([(value.node, labels, 1)], (*labels, axis), 1, dict(sizes)),
                value.indices,
            )
            labels = (*labels, axis)
        order.append(axis)
    if sorted(order) != sorted(labels):
        raise UsageError(f"layout {layout} does not name each axis of {value.node.shape} once")
    return graph.product([(value.node, labels, 1)], order)


def without_identities(graph: Graph, node: Node) -> tuple[Node, tuple[tuple[int, int], ...]]:
    """The node without the identity factors between its axes, and the pairs of axes that they join."""
    pairs = [labels for n, labels, _ in factors_of(node) if n.op == "delta"]
    if not pairs or node.op != "einsum":
        return node, ()
    rest = [f for f in factors_of(node) if f[0].op != "delta"]
    absent = {b for _, b in pairs}
    out = [k for k in range(node.rank) if k not in absent]
    sizes = {k: node.data.sizes[k] for k in out}
    core = graph.product(rest, out, node.data.coefficient, dict(sizes))
    return core, tuple((a, b) for a, b in pairs)


def _check_arguments(expr: Expr, arguments: Sequence[Symbol]) -> None:
    names = {a.name for a in arguments}
    for symbol in free_symbols(expr):
        if symbol.name not in names:
            raise UsageError(f"{plain(symbol)} occurs in the expression but is not an argument")


def size_lines(
    needed: dict[str, None], arguments: Sequence[Symbol], parameters: dict[Symbol | str, str]
) -> tuple[list[str], list[str]]:
    """Statements that read the needed sizes off the arguments, and the sizes that must be given."""
    unknown = _unknown(needed, arguments)
    lines: list[str] = []
    known: dict[str, str] = {name: identifier(name) for name in unknown}
    wanted = _closure(needed, arguments, unknown)
    for name, argument, axis, rest in wanted:
        own = f"{parameter_of(parameters, argument)}.shape[{axis}]"
        if rest != Size.of(0):
            minus = rest * -1
            own += _signed(minus)
        lines.append(f"{identifier(name)} = {own}")
        known[name] = identifier(name)
    return lines, [known[name] for name in unknown]


Row = tuple[str, Symbol, int, Size]


def _direct(arguments: Sequence[Symbol]) -> dict[str, Row]:
    """How each size is read: (name, argument, axis, what to subtract)."""
    found: dict[str, Row] = {}
    axes = [(s, k, size) for s in arguments for k, size in enumerate(s.dims)]
    for _ in range(len(axes) + 1):
        for symbol, axis, size in axes:
            fresh = [n for n in size.names if n not in found]
            if len(fresh) != 1:
                continue
            rest = size - Size.of(fresh[0])
            if fresh[0] not in rest.names:
                found[fresh[0]] = (fresh[0], symbol, axis, rest)
    return found


def _unknown(needed: dict[str, None], arguments: Sequence[Symbol]) -> list[str]:
    known = _direct(arguments)
    return [n for n in needed if n not in known]


def _closure(
    needed: dict[str, None], arguments: Sequence[Symbol], unknown: Sequence[str]
) -> list[Row]:
    known = _direct(arguments)
    order = list(known)
    wanted = [n for n in needed if n in known]
    for name in wanted:
        wanted.extend(x for x in known[name][3].names if x not in wanted)
    return [known[n] for n in sorted(wanted, key=order.index)]


def _signed(size: Size) -> str:
    text = size_code(size)
    return (
        f" - {text[1:]}"
        if text.startswith("-") and "+" not in text and " - " not in text
        else f" + ({text})"
    )


def size_code(size: Size) -> str:
    """A size as Python arithmetic."""
    parts: list[str] = []
    for monomial, coefficient in sorted(size.terms, key=lambda t: (t[1] < 0, -len(t[0]), t[0])):
        factors = [identifier(n) for n in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, str(abs(coefficient)))
        sign = (
            ("-" if coefficient < 0 else "") if not parts else (" - " if coefficient < 0 else " + ")
        )
        parts.append(sign + " * ".join(factors))
    return "".join(parts) or "0"
