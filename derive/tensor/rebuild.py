"""Nodes rebuilt with other arguments, and replacement of nodes throughout a graph."""

from __future__ import annotations

from collections.abc import Mapping

from derive.tensor import patterns
from derive.tensor.graph import Graph, Node, reachable


def rebuilt(graph: Graph, node: Node, args: tuple[Node, ...]) -> Node:
    """The node with other arguments of the same shapes; the same object when nothing changes."""
    if args == node.args:
        return node
    if node.op == "einsum":
        data = node.data
        factors = zip(args, data.labels, data.powers, strict=True)
        sizes = dict(enumerate(data.sizes))
        return graph.product(factors, range(node.rank), data.coefficient, sizes)
    if node.op == "sum":
        return graph.add(args)
    if node.op == "map":
        return graph.map(node.data[0], *args, data=node.data[1])
    if node.op == "inverse":
        from derive.tensor.arrays import inverse

        return inverse(graph, args[0])
    if node.op == "softmax":
        return patterns.softmax(graph, args[0])
    return graph.function(node.op, node.data, args, node.shape)


def replaced(graph: Graph, root: Node, changes: Mapping[Node, Node]) -> Node:
    """`root` with nodes replaced by others of the same shape; names, letters and authorship go with them."""
    done: dict[Node, Node] = dict(changes)
    hints = [(key, index) for key, index in graph.hints.items() if key[0] in changes]
    for (node, axis), index in hints:
        graph.hints.setdefault((changes[node], axis), index)
    for node in reachable([root]):
        if node in done:
            continue
        new = done[node] = rebuilt(graph, node, tuple(done[a] for a in node.args))
        if new is not node:
            if node in graph.names and new.args:
                graph.names.setdefault(new, graph.names[node])
            if node in graph.authored:
                graph.authored[new] = None
    return done[root]
