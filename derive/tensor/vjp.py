"""The rules of reverse accumulation: what a node's cotangent contributes to its arguments, one rule for each
kind of node.

There is no default: a kind without a rule raises `NoRuleError`. `lead` counts the leading axes of cotangents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from derive.errors import NoRuleError
from derive.expr.sizes import Size
from derive.tensor import matrices, patterns, spectra
from derive.tensor.facts import COMPARISONS
from derive.tensor.graph import Factor, Graph, Label, Node, factors_of
from derive.tensor.sums import is_zero

F1 = Fraction(1)
Contribution = tuple[Node, Node]
Rule = Callable[[Graph, Node, Node, int], Iterator[Contribution]]


def contributions(
    graph: Graph, node: Node, cotangent: Node, lead: int, active: dict[Node, None]
) -> Iterator[Contribution]:
    """(argument, part of its cotangent) for each argument on which a variable acts."""
    if is_zero(cotangent):
        return
    rule = RULES.get(node.op)
    if rule is None:
        raise NoRuleError(f"no derivative rule for {node.op}")
    for part, value in rule(graph, node, cotangent, lead):
        if part in active and not is_zero(value):
            yield part, value


def _leads(lead: int) -> tuple[Label, ...]:
    return tuple(("lead", k) for k in range(lead))


def _axes(node: Node) -> tuple[Label, ...]:
    return tuple(range(node.rank))


def _product(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    factors = factors_of(node)
    first = _leads(lead)
    sizes: dict[Label, Size] = dict(enumerate(node.data.sizes))
    own: Factor = (g, (*first, *range(node.rank)), F1)
    for place, (part, labels, power) in enumerate(factors):
        rest: list[Factor] = [own, *factors[:place], *factors[place + 1 :]]
        if power != 1:
            rest.append((part, labels, power - 1))
        out: list[Label] = []
        for axis, label in enumerate(labels):
            if label in out:
                fresh = ("axis", axis)
                rest.append((graph.delta(part.shape[axis]), (label, fresh), F1))
                out.append(fresh)
            else:
                out.append(label)
        scale = node.data.coefficient * power
        yield part, graph.product(rest, (*first, *out), scale, dict(sizes))


def _sum(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    for part in node.args:
        yield part, g


def _times(graph: Graph, g: Node, lead: int, local: Node, scale: Fraction | int = 1) -> Node:
    """Cotangent times a local derivative with the axes of the node."""
    first, axes = _leads(lead), _axes(local)
    return graph.product([(g, (*first, *axes), F1), (local, axes, F1)], (*first, *axes), scale)


def _map(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    from derive.tensor.calls import tabulated_derivative

    name, data = node.data
    args = node.args
    if name in COMPARISONS:
        return
    if name == "call":
        function, order = data
        yield args[0], _times(graph, g, lead, graph.map("call", *args, data=(function, order + 1)))
    elif name == "select":
        zero = graph.number(0, node.shape)
        one = graph.number(1, node.shape)
        yield args[1], _times(graph, g, lead, graph.map("select", args[0], one, zero))
        yield args[2], _times(graph, g, lead, graph.map("not", args[0]))
    elif name == "power":
        yield from _symbolic_power(graph, node, g, lead)
    elif name in ("max", "min"):
        yield from _extreme_of_two(graph, node, g, lead)
    elif name == "log" and args[0].op == "prod":
        inner = args[0].args[0]
        own = tuple(range(inner.rank))
        first = _leads(lead)
        rows = [(g, (*first, *own[:-1]), F1), (inner, own, Fraction(-1))]
        yield inner, graph.product(rows, (*first, *own))
    else:
        yield args[0], _times(graph, g, lead, tabulated_derivative(graph, name, args[0], node))


def _symbolic_power(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    base, exponent = node.args
    lowered = graph.add([exponent, graph.number(-1, node.shape)])
    yield base, _times(graph, g, lead, graph.same(exponent, graph.map("power", base, lowered)))
    yield exponent, _times(graph, g, lead, graph.same(node, graph.map("log", base)))


def _extreme_of_two(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """The larger (smaller) one gets it all; at a tie each gets one half, as in JAX."""
    a, b = node.args
    op = ">" if node.data[0] == "max" else "<"
    tie = graph.map("=", a, b)
    half = graph.same(tie, coefficient=Fraction(1, 2))
    numeric = any(n.op == "einsum" and not n.args for n in (a, b))
    for mine, other in ((a, b), (b, a)):
        chosen = graph.map(op, mine, other)
        yield mine, _times(graph, g, lead, chosen if numeric else graph.add([chosen, half]))


def _inverse(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """d(A^-1) = -A^-1 dA A^-1."""
    first = _leads(lead)
    batch = tuple(range(node.rank - 2))
    rows: list[Factor] = [
        (g, (*first, *batch, "p", "q"), F1),
        (node, (*batch, "p", "i"), F1),
        (node, (*batch, "j", "q"), F1),
    ]
    yield node.args[0], graph.product(rows, (*first, *batch, "i", "j"), -1)


def _determinant(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """d log det A = tr(A^-1 dA), and det A times that."""
    from derive.tensor.arrays import inverse

    first = _leads(lead)
    batch = tuple(range(node.rank))
    rows: list[Factor] = [(g, (*first, *batch), F1)]
    rows.append((inverse(graph, node.args[0]), (*batch, "j", "i"), F1))
    if node.op == "det":
        rows.append((node, batch, F1))
    yield node.args[0], graph.product(rows, (*first, *batch, "i", "j"))


def _softmax(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """p g - p (p . g) along the last axis."""
    first = _leads(lead)
    axes = tuple(range(node.rank))
    inner = (*axes[:-1], "k")
    direct = graph.product([(g, (*first, *axes), F1), (node, axes, F1)], (*first, *axes))
    rows: list[Factor] = [
        (g, (*first, *inner), F1),
        (node, inner, F1),
        (node, axes, F1),
    ]
    yield node.args[0], graph.add([direct, graph.product(rows, (*first, *axes), -1)])


def _logsumexp(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    first = _leads(lead)
    soft = patterns.softmax(graph, node.args[0])
    axes = tuple(range(soft.rank))
    rows: list[Factor] = [(g, (*first, *axes[:-1]), F1), (soft, axes, F1)]
    yield node.args[0], graph.product(rows, (*first, *axes))


def _prod(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """The product of the other entries, which also holds where an entry is zero."""
    inner = node.args[0]
    first = _leads(lead)
    axes = tuple(range(inner.rank))
    size = inner.shape[-1]
    shape = (*inner.shape, size)
    iota = graph.iota(Size.of(1), size)
    spread: dict[Label, Size] = dict(enumerate(shape))
    last, other = inner.rank - 1, inner.rank
    here = graph.product([(iota, (last,), F1)], range(len(shape)), 1, dict(spread))
    there = graph.product([(iota, (other,), F1)], range(len(shape)), 1, dict(spread))
    entries = graph.product([(inner, (*axes[:-1], other), F1)], range(len(shape)), 1, dict(spread))
    rest = graph.map("select", graph.map("!=", there, here), entries, graph.number(1, shape))
    others = graph.function("prod", None, (rest,), inner.shape)
    rows: list[Factor] = [(g, (*first, *axes[:-1]), F1), (others, axes, F1)]
    yield inner, graph.product(rows, (*first, *axes))


def _extreme(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """The entries that reach the maximum share it equally, as in JAX."""
    inner = node.args[0]
    first = _leads(lead)
    axes = tuple(range(inner.rank))
    outer = axes[: node.rank]
    spread = graph.product([(node, outer, F1)], axes, 1, dict(enumerate(inner.shape)))
    reached = graph.map("=", inner, spread)
    ties = graph.product([(reached, axes, F1)], outer)
    rows: list[Factor] = [
        (g, (*first, *outer), F1),
        (reached, axes, F1),
        (ties, outer, Fraction(-1)),
    ]
    yield inner, graph.product(rows, (*first, *axes))


def _reshape(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    inner = node.args[0]
    shape = g.shape[:lead] + inner.shape
    yield inner, graph.function("reshape", lead + node.data, (g,), shape)


def _concat(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    start = Size.of(0)
    for part in node.args:
        shape = g.shape[:lead] + part.shape
        yield part, graph.function("slice", (node.data, start), (g,), shape)
        start = start + part.shape[node.data]


def _slice(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    from derive.tensor.arrays import concatenate

    axis, start = node.data
    inner = node.args[0]
    after = inner.shape[axis] - start - node.shape[axis]
    parts = []
    for size in (start, None, after):
        if size is None:
            parts.append(g)
        elif size != Size.of(0):
            shape = list(g.shape)
            shape[axis] = size
            parts.append(graph.number(0, tuple(shape)))
    yield inner, concatenate(graph, parts, axis)


def _nothing(graph: Graph, node: Node, g: Node, lead: int) -> Iterator[Contribution]:
    """A one-hot or an index value: a step function of integers."""
    return iter(())


RULES: dict[str, Rule] = {
    "einsum": _product,
    "sum": _sum,
    "map": _map,
    "inverse": _inverse,
    "det": _determinant,
    "logdet": _determinant,
    "logabsdet": _determinant,
    "matrix_power": matrices.through_power,
    "eigenvalues": spectra.through_eigenvalues,
    "nuclear_norm": spectra.through_nuclear_norm,
    "softmax": _softmax,
    "logsumexp": _logsumexp,
    "prod": _prod,
    "max": _extreme,
    "min": _extreme,
    "reshape": _reshape,
    "concat": _concat,
    "slice": _slice,
    "hot": _nothing,
}
