"""The canonical form in which equality is proved: every product over sums multiplied out, everywhere."""

from __future__ import annotations

from derive.tensor.graph import Graph, Node
from derive.tensor.rebuild import rebuilt
from derive.tensor.tidy import expand


def canonical(graph: Graph, root: Node) -> Node:
    """The node with all products multiplied out, in a bounded number of rounds; equal results prove equality."""
    memo: dict[Node, Node] = graph.memo.setdefault("canonical", {})
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in memo:
            continue
        if not ready:
            stack.append((node, True))
            stack.extend((a, False) for a in node.args if a not in memo)
            continue
        memo[node] = _expanded(graph, rebuilt(graph, node, tuple(memo[a] for a in node.args)))
        memo.setdefault(memo[node], memo[node])
    return memo[root]


def _expanded(graph: Graph, node: Node) -> Node:
    for _ in range(8):
        if node.op not in ("sum", "einsum"):
            return node
        further = expand(graph, node, deep=True)
        if further is None or further is node:
            return node
        node = further
    return node
