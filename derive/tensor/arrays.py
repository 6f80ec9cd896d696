"""Lowering of functions of whole arrays, and of sums and products over indices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.errors import NoRuleError
from derive.expr import nodes as e
from derive.expr.nodes import Index
from derive.expr.sizes import ONE, Shape, Size
from derive.tensor import matrices, patterns, values
from derive.tensor.graph import Factor, Graph, Label, Node, factors_of
from derive.tensor.spectra import NOT_SYMMETRIC
from derive.tensor.values import Value, aligned, extent, product

F1, HALF = Fraction(1), Fraction(1, 2)
Rule = Callable[[Graph, list[Value], e.Apply], "Value | None"]


def own_labels(value: Value) -> range:
    """0, 1, ...: one label for each axis of the expression."""
    return range(len(value.shape))


def total(graph: Graph, value: Value, power: Fraction | int = 1) -> Value:
    """The sum of all entries, each to a power."""
    return product(graph, [(value, own_labels(value))], (), 1, None, (power,))


def _trace(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    value = args[0]
    if not value.shape:
        return value
    if value.node.op == "reshape":
        inner, lead = Value(value.node.args[0], value.indices), len(value.indices)
        sizes = inner.shape
        if value.node.data == lead and len(sizes) == 4 and sizes[:2] == sizes[2:]:
            return product(graph, [(inner, ("i", "j", "i", "j"))], ())
    return product(graph, [(value, ("i", "i"))], ())


def _determinant(name: str, scalar: Callable[[Graph, Value], Value]) -> Rule:
    def rule(graph: Graph, args: list[Value], node: e.Apply) -> Value:
        value = args[0]
        if not value.shape:
            return scalar(graph, value)
        raised = matrices.determinant(graph, value.node, name)
        if raised is not None:
            return Value(raised)
        shape = value.node.shape[:-2]
        return Value(graph.function(name, None, (value.node,), shape), value.indices)

    return rule


def _log(graph: Graph, value: Value) -> Value:
    return values.entrywise(graph, "log", [value])


def _log_abs(graph: Graph, value: Value) -> Value:
    return _log(graph, values.entrywise(graph, "abs", [value]))


def _inverse(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    value = args[0]
    if not value.shape:
        return Value(graph.power(value.node, -1), value.indices)
    return Value(inverse(graph, value.node), value.indices)


def inverse(graph: Graph, node: Node) -> Node:
    """The inverse of the last two axes; products of invertible factors are taken apart."""
    from derive.tensor.facts import has

    if node.op in ("inverse",):
        return node.args[0]
    if node.op == "delta":
        return node
    if has(node, "orthogonal"):
        return graph.transpose(node)
    found = _inverse_of_product(graph, node) if node.op == "einsum" else None
    return graph.function("inverse", None, (node,), node.shape) if found is None else found


def _invertible(node: Node) -> bool:
    from derive.tensor.facts import has

    return has(node, "invertible") or node.op == "inverse"


def _inverse_of_product(graph: Graph, node: Node) -> Node | None:
    if not node.args or node in graph.names:
        return None
    factors = factors_of(node)
    scalars = [f for f in factors if not f[1]]
    matrices = [f for f in factors if f[1]]
    sides: list[Factor] = [(n, labels, -p) for n, labels, p in scalars]
    coefficient = 1 / node.data.coefficient
    out = tuple(range(node.rank))
    deltas = [f for f in matrices if f[0].op == "delta"]
    if deltas and set(deltas[0][1]) == {out[-1], out[-2]} and len(node.data.sizes) == node.rank:
        others = [(n, labels, -p) for n, labels, p in matrices if n.op != "delta"]
        if all(len(f[1]) <= 1 for f in others):
            return graph.product([*sides, *others, *deltas], out, coefficient)
    if any(p != 1 or len(labels) != 2 or labels[0] == labels[1] for _, labels, p in matrices):
        return None
    if node.rank != 2 or any(n.shape[0] != n.shape[1] for n, _, _ in matrices):
        return None
    if len(matrices) > 1 and not all(_invertible(n) for n, _, _ in matrices):
        return None
    if len(matrices) == 1 and not (scalars or coefficient != 1) and matrices[0][1] != (1, 0):
        return None
    swap = {0: 1, 1: 0}
    turned = [
        (inverse(graph, n), (swap.get(b, b), swap.get(a, a)), F1) for n, (a, b), _ in matrices
    ]
    return graph.product([*sides, *turned], out, coefficient)


def _norm1(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return total(graph, values.entrywise(graph, "abs", args))


def _norm(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    square = total(graph, args[0], 2)
    return Value(graph.power(square.node, HALF), square.indices)


def _norm_inf(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return extreme(graph, "max", values.entrywise(graph, "abs", args), len(args[0].shape))


def _entry(kind: str) -> Rule:
    return lambda graph, args, node: extreme(graph, kind, args[0], len(args[0].shape))


def extreme(graph: Graph, kind: str, value: Value, axes: int) -> Value:
    """The largest or smallest entry over the last `axes` axes."""
    if not axes:
        return value
    shape = value.node.shape[: value.node.rank - axes]
    if value.node.op == "eigenvalues" and value.node.rank == 1:  # they come in falling order
        size = value.node.shape[0]
        place = graph.number(1) if kind == "max" else graph.dim(size)
        hot = Value(graph.function("hot", ONE, (place,), (size,)))
        return product(graph, [(value, ("i",)), (hot, ("i",))], ())
    return Value(graph.function(kind, axes, (value.node,), shape), value.indices)


def _inner(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return product(graph, [(a, own_labels(a)) for a in args], ())


def _outer(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    if len(node.shape) != 2:
        return None
    return product(graph, [(args[0], ("i",)), (args[1], ("j",))], ("i", "j"))


def _hadamard(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return product(graph, [(a, own_labels(a)) for a in args], range(len(node.shape)))


def _divide(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    out = range(len(node.shape))
    sizes: dict[Label, Size] = dict(enumerate(node.shape))
    return product(graph, [(a, own_labels(a)) for a in args], out, 1, sizes, (1, -1))


def _entry_power(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    exponent = args[1].node
    if exponent.op == "einsum" and not exponent.args:
        base = args[0]
        sizes: dict[Label, Size] = dict(enumerate(base.shape))
        rows, powers = [(base, own_labels(base))], (exponent.data.coefficient,)
        return product(graph, rows, own_labels(base), 1, sizes, powers)
    return values.entrywise(graph, "power", args)


def _diag(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    size = node.shape[0]
    own = ("i",) if len(args[0].shape) == 1 else ("one", "i")
    return product(graph, [(args[0], own), (Value(graph.delta(size)), ("i", "j"))], ("i", "j"))


def _diagonal(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return product(graph, [(args[0], ("i", "i"))], ("i",))


def _matrix_axes(graph: Graph, value: Value) -> Value:
    """A scalar as 1 x 1 and a column as n x 1."""
    own = tuple(("i", "j")[: len(value.shape)])
    return product(graph, [(value, own)], ("i", "j"), 1, dict.fromkeys(("i", "j")[len(own) :], ONE))


def reshape(graph: Graph, value: Value, shape: Shape) -> Value:
    """The trailing axes read row by row into another shape."""
    lead = value.node.shape[: len(value.indices)]
    node = graph.function("reshape", len(lead), (value.node,), (*lead, *shape))
    return Value(node, value.indices)


def _kronecker(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    a, b = (_matrix_axes(graph, v) for v in args)
    whole = product(graph, [(a, ("m", "n")), (b, ("s", "t"))], ("m", "s", "n", "t"))
    return reshape(graph, whole, node.shape)


def _vec(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    value = args[0]
    if len(value.shape) < 2:
        return value
    return reshape(graph, product(graph, [(value, ("i", "j"))], ("j", "i")), node.shape)


def _sum(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return total(graph, args[0])


def _mean(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    factors = [(args[0], own_labels(args[0]))]
    counts = [(Value(graph.dim(s)), ()) for s in args[0].shape]
    return product(graph, [*factors, *counts], (), 1, None, (1, *(-1 for _ in counts)))


def _fold(name: str) -> Rule:
    def rule(graph: Graph, args: list[Value], node: e.Apply) -> Value:
        result = args[0]
        for other in args[1:]:
            result = values.entrywise(graph, name, [result, other])
        return result

    return rule


def _leaky(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    x, slope = args
    zero = Value(graph.number(0))
    own = own_labels(x)
    scaled = product(graph, [(slope, own_labels(slope)), (x, own)], own)
    return values.entrywise(graph, "select", [values.entrywise(graph, ">", [x, zero]), x, scaled])


def _logsumexp(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return Value(patterns.logsumexp(graph, args[0].node), args[0].indices)


def _softmax(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return Value(patterns.softmax(graph, args[0].node), args[0].indices)


def _log_softmax(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    return Value(graph.map("log", patterns.softmax(graph, args[0].node)), args[0].indices)


def _broadcast(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    value = args[0]
    out = range(len(node.shape))
    own = out if len(value.shape) == len(out) else out[1:] if value.shape else ()
    return product(graph, [(value, own)], out, 1, dict(enumerate(node.shape)))


def _kronecker_delta(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    a, b = args
    if (
        a.node.op == b.node.op == "iota"
        and len(a.indices) == len(b.indices) == 1
        and a.node is b.node
    ):
        delta = Value(graph.delta(a.node.shape[0]))
        if a.indices == b.indices:
            return Value(graph.number(1))
        pair = (a.indices[0], b.indices[0])
        return Value(delta.node, pair)
    return values.entrywise(graph, "=", args)


def _unit_vector(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    if len(node.shape) != 1:
        return None
    pick = args[0]
    hot = graph.function("hot", ONE, (pick.node,), (*pick.node.shape, node.shape[0]))
    if pick.node.op == "iota" and pick.node.data == ONE and pick.node.shape == node.shape:
        hot = graph.delta(node.shape[0])
    return Value(hot, pick.indices)


def _eigenvalues(graph: Graph, args: list[Value], node: e.Apply) -> Value:
    from derive.tensor.lower import Lowering

    value = args[0]
    plain = Graph()
    symmetric = value.indices or plain.symmetric(Lowering(plain)(node.args[0]).node)
    kind = None if symmetric else NOT_SYMMETRIC
    return Value(
        graph.function("eigenvalues", kind, (value.node,), value.node.shape[:-1]), value.indices
    )


def _eigenprojector(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    from derive.tensor.lower import item

    matrix, place = args
    if matrix.indices:
        return None
    size = matrix.shape[0]
    every = Value(graph.function("projectors", None, (matrix.node,), (size, size, size)))
    return item(graph, every, [place, None, None], [1, 1, 1])


def _nuclear_norm(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    if args[0].indices:
        return None
    return Value(graph.function("nuclear_norm", None, (args[0].node,), ()))


def _polar(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    if args[0].indices:
        return None
    return Value(graph.function("polar", None, (args[0].node,), args[0].shape))


def _spectral_norm(graph: Graph, args: list[Value], node: e.Apply) -> Value | None:
    """The root of the largest eigenvalue of X^T X."""
    if args[0].indices:
        return None
    gram = product(graph, [(args[0], ("k", "i")), (args[0], ("k", "j"))], ("i", "j"))
    values_of = Value(graph.function("eigenvalues", None, (gram.node,), gram.shape[:1]))
    largest = extreme(graph, "max", values_of, 1)
    return Value(graph.power(largest.node, HALF))


ARRAYS: dict[str, Rule] = {
    "trace": _trace,
    "det": _determinant("det", lambda graph, value: value),
    "logdet": _determinant("logdet", _log),
    "logabsdet": _determinant("logabsdet", _log_abs),
    "inverse": _inverse,
    "norm1": _norm1,
    "norm": _norm,
    "norm_frobenius": _norm,
    "norm_inf": _norm_inf,
    "inner": _inner,
    "outer": _outer,
    "hadamard": _hadamard,
    "hadamard_divide": _divide,
    "hadamard_power": _entry_power,
    "diag": _diag,
    "diagonal": _diagonal,
    "kronecker": _kronecker,
    "vec": _vec,
    "sum": _sum,
    "mean": _mean,
    "max": _fold("max"),
    "min": _fold("min"),
    "max_entry": _entry("max"),
    "min_entry": _entry("min"),
    "leaky_relu": _leaky,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "broadcast": _broadcast,
    "kronecker_delta": _kronecker_delta,
    "unit_vector": _unit_vector,
    "eigenvalues": _eigenvalues,
    "eigenprojector": _eigenprojector,
    "nuclear_norm": _nuclear_norm,
    "spectral_norm": _spectral_norm,
    "polar": _polar,
}


# ------------------------------------------------------------------------------------ blocks


def blocks(graph: Graph, rows: list[list[Value]], shape: Shape) -> Value:
    """A matrix of blocks: concatenation along both axes."""
    indices = values.joined([v for line in rows for v in line])
    lines = []
    for line in rows:
        parts = [_matrix_axes(graph, v) for v in line]
        lines.append(concatenate(graph, [aligned(graph, v, indices, v.shape) for v in parts], -1))
    whole = concatenate(graph, lines, -2)
    value = Value(whole, indices)
    if len(shape) == 2:
        return value
    return product(graph, [(value, ("i", "j"))], ("i", "j")[: len(shape)])


def concatenate(graph: Graph, parts: list[Node], axis: int) -> Node:
    """Arrays joined along an axis counted from the end."""
    if len(parts) == 1:
        return parts[0]
    size = parts[0].shape[axis]
    for part in parts[1:]:
        size = size + part.shape[axis]
    shape = list(parts[0].shape)
    shape[axis] = size
    return graph.function("concat", axis, tuple(parts), tuple(shape))


# ------------------------------------------------------------------------------------ sums over indices


def reduce_value(
    graph: Graph, kind: str, indices: Sequence[Index], body: Value, masks: list[Value]
) -> Value:
    """A sum, product, maximum or minimum over indices, restricted by conditions."""
    if kind == "sum":
        sizes: dict[Label, Size] = {i: extent(i)[1] for i in indices}
        factors = [body.factor(), *(m.factor(()) for m in masks)]
        kept = tuple(i for i in values.joined([body, *masks]) if i not in indices)
        own = own_labels(body)
        return Value(graph.product(factors, (*kept, *own), 1, sizes), kept)
    for mask in masks:
        neutral = {"prod": Value(graph.number(1))}.get(kind)
        if neutral is None:
            sign = -1 if kind == "max" else 1
            neutral = Value(graph.same(graph.constant("infty"), coefficient=sign))
        body = values.entrywise(graph, "select", [mask, body, neutral])
    kept = tuple(i for i in body.indices if i not in indices)
    node = aligned(graph, body, (*kept, *indices), ())
    if kind == "prod":
        for _ in indices:
            node = _product_over(graph, node)
        return Value(node, kept)
    if kind not in ("max", "min"):
        raise NoRuleError(f"no index form for a reduction of kind {kind!r}")
    return extreme(graph, kind, Value(node, kept), len(indices))


def _product_over(graph: Graph, node: Node) -> Node:
    """The product along the last axis; of the eigenvalues it is the determinant."""
    if node.op == "eigenvalues":
        return graph.function("det", None, node.args, node.shape[:-1])
    return graph.function("prod", None, (node,), node.shape[:-1])
