"""Reshaped and sliced arrays: taken apart where the parts are known, so that blocks and vec leave no trace."""

from __future__ import annotations

from typing import Any

from derive.expr.sizes import ONE, Shape, Size
from derive.tensor.graph import Graph, Node, factors_of, is_number


def folded(graph: Graph, op: str, data: Any, node: Node, shape: Shape) -> Node | None:
    """The value of a reshape or slice of `node` without that reshape or slice, or None."""
    if node.shape == shape:
        return node
    if is_number(node):
        return graph.number(node.data.coefficient, shape)
    if node.op == "sum":
        parts = [_part(graph, op, data, a, shape) for a in node.args]
        if op == "slice" or all(p.op != op for p in parts):
            return graph.add(parts)
        return None
    return (
        _reshaped(graph, data, node, shape)
        if op == "reshape"
        else _sliced(graph, data, node, shape)
    )


def _part(graph: Graph, op: str, data: Any, node: Node, shape: Shape) -> Node:
    return graph.function(op, data, (node,), shape)


def _reshaped(graph: Graph, lead: int, node: Node, shape: Shape) -> Node | None:
    """A reshape of a reshape, or of a multiple of one."""
    if node.op == "reshape":
        return graph.function("reshape", min(lead, node.data), node.args, shape)
    if node.op == "einsum" and len(node.args) == 1 and node.data.powers[0] == 1:
        own = node.data.labels[0] == tuple(range(node.rank))
        if own and len(node.data.sizes) == node.rank and node.args[0].op == "reshape":
            inner = graph.function("reshape", lead, node.args, shape)
            return graph.same(inner, coefficient=node.data.coefficient)
    return None


def _sliced(graph: Graph, data: tuple[int, Size], node: Node, shape: Shape) -> Node | None:
    """A slice of joined parts is one of them; a slice of a product is the product of slices."""
    axis, start = data
    size = shape[axis]
    if node.op == "concat" and node.data == axis:
        here = Size.of(0)
        for part in node.args:
            if here == start and part.shape[axis] == size:
                return part
            here = here + part.shape[axis]
        return None
    if node.op == "concat":
        parts = [
            graph.function("slice", data, (p,), _changed(p.shape, axis, size)) for p in node.args
        ]
        return graph.function("concat", node.data, tuple(parts), shape)
    if node.op == "slice" and node.args[0].op == "delta" and node.data[0] != axis:
        return _block_of_identity(graph, data, node, shape)
    if node.op == "einsum":
        return _slice_of_product(graph, data, node, shape)
    if size == ONE and node.op not in ("slice", "delta"):
        return _one_entry(graph, data, node)
    return None


def _one_entry(graph: Graph, data: tuple[int, Size], node: Node) -> Node:
    """A slice of one row or column, selected by its index."""
    axis, start = data
    place = node.rank + axis
    length = node.shape[axis]
    hot = graph.function("hot", ONE, (graph.dim(start + 1),), (length,))
    own = tuple(range(node.rank))
    out = tuple("one" if k == place else k for k in own)
    return graph.product([(node, own, 1), (hot, (place,), 1)], out, 1, {"one": ONE})


def _changed(shape: Shape, axis: int, size: Size) -> Shape:
    sizes = list(shape)
    sizes[axis] = size
    return tuple(sizes)


def _block_of_identity(
    graph: Graph, data: tuple[int, Size], node: Node, shape: Shape
) -> Node | None:
    start, other = data[1], node.data[1]
    if start == other and shape[0] == shape[1]:
        return graph.delta(shape[0])
    sizes = {data[0]: shape[data[0]], node.data[0]: shape[node.data[0]]}
    starts = {data[0]: start, node.data[0]: other}
    ends = {axis: starts[axis] + sizes[axis] for axis in starts}
    first, second = starts
    apart = [(starts[second] - ends[first]).constant, (starts[first] - ends[second]).constant]
    symbolic = (start - other).constant is None
    if any(gap is not None and gap >= 0 for gap in apart) or (
        symbolic
        and Size.of(0) in (start, other)
        and (starts[second] == ends[first] or starts[first] == ends[second])
    ):
        return graph.number(0, shape)
    return None


def _slice_of_product(
    graph: Graph, data: tuple[int, Size], node: Node, shape: Shape
) -> Node | None:
    axis, start = data
    label = node.rank + axis
    size = shape[axis]
    rows = []
    for part, labels, power in factors_of(node):
        place = [k for k, x in enumerate(labels) if x == label]
        if len(place) > 1:
            return None
        if place:
            back = place[0] - part.rank
            cut = _changed(part.shape, back, size)
            part = graph.function("slice", (back, start), (part,), cut)
        rows.append((part, labels, power))
    sizes = dict(enumerate(node.data.sizes))
    sizes[label] = size
    return graph.product(rows, range(node.rank), node.data.coefficient, sizes)
