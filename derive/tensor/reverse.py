"""Reverse accumulation: derivatives of one node by many, with leading axes for everything that is differentiated.

A cotangent of a node has the leading axes of the root followed by the axes of the node. For a scalar root
there are none, so that the same sweep gives gradients, Jacobians and, applied to its own result, Hessians.
Nodes are visited once, wholes before parts: cost is linear in the number of nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from derive.errors import NoRuleError, UsageError
from derive.expr.facts import Fact, declared
from derive.expr.nodes import Expr, Item, Reduce, Symbol
from derive.expr.plain import plain
from derive.expr.walk import children, post_order
from derive.tensor.graph import Graph, Node, reachable
from derive.tensor.lower import Lowering, item
from derive.tensor.rebuild import replaced
from derive.tensor.values import Value


def sweep(
    graph: Graph,
    root: Node,
    leaves: Sequence[Node],
    seen: Callable[[Node, Node], None] | None = None,
) -> dict[Node, Node]:
    """The derivative of `root` by each leaf that it depends on: shape root.shape + leaf.shape.

    `seen` is told every node with its cotangent.
    """
    from derive.tensor.vjp import contributions

    nodes = reachable([root])
    active: dict[Node, None] = dict.fromkeys(leaves)
    for node in nodes:
        if node.op == "opaque":
            _check_opaque(graph, node, leaves, active)
        if any(a in active for a in node.args):
            active[node] = None
    places = _places(root)
    pending: dict[Node, list[tuple[int, Node]]] = {root: [(0, seed(graph, root))]}
    found: dict[Node, Node] = {}
    for node in reversed(nodes):
        parts = pending.pop(node, None)
        if parts is None or node not in active:
            continue
        parts.sort(key=lambda part: part[0])  # stable: the terms stand in the author's order
        total = _tidied(graph, graph.add([cotangent for _, cotangent in parts]))
        if node in leaves:
            found[node] = total
            continue
        if seen is not None:
            seen(node, total)
        for part, cotangent in contributions(graph, node, total, root.rank, active):
            pending.setdefault(part, []).append((places.get((node, part), 0), cotangent))
    return found


def _places(root: Node) -> dict[tuple[Node, Node], int]:
    """Where each whole first uses each of its parts, in the order in which the formula is written."""
    places: dict[tuple[Node, Node], int] = {}
    stack: list[tuple[Node, Node]] = [(root, part) for part in reversed(root.args)]
    opened = {root: None}
    while stack:
        whole, part = stack.pop()
        places.setdefault((whole, part), len(places))
        if part not in opened:
            opened[part] = None
            stack.extend((part, inner) for inner in reversed(part.args))
    return places


def _tidied(graph: Graph, node: Node) -> Node:
    from derive.tensor.tidy import tidy_node

    return tidy_node(graph, node)


def _check_opaque(
    graph: Graph, node: Node, leaves: Sequence[Node], active: dict[Node, None]
) -> None:
    """An opaque node that a variable reaches refuses."""
    from derive.expr.walk import symbols
    from derive.tensor.lower import refuse

    inside = symbols(node.data[0])
    if any(leaf.op == "leaf" and leaf.data in inside for leaf in leaves):
        raise refuse(node)


def seed(graph: Graph, root: Node) -> Node:
    """The derivative of a node by itself: one delta for each axis."""
    rank = root.rank
    deltas = [(graph.delta(s), (k, rank + k), 1) for k, s in enumerate(root.shape)]
    return graph.product(deltas, range(2 * rank))


def derivative_value(lowering: Lowering, body: Expr, wrt: Sequence[Expr]) -> Value:
    """The lowered derivative of `body` by each of `wrt` in turn; `lowering` must not have seen the variables yet."""
    graph = lowering.graph
    leaves: dict[Node, Node] = {}
    for variable in wrt:
        symbol = variable_symbol(variable)
        if symbol not in lowering.variables:
            lowering.variables[symbol] = free_variable(symbol)
    if all(not variable.shape for variable in wrt):
        graph.listed.update(_listed(body))
    value = lowering(body)
    for symbol, stand_in in lowering.variables.items():
        leaves[graph.leaf(stand_in)] = graph.leaf(symbol)
        graph.aliases[stand_in] = symbol
    graph.authored.update(dict.fromkeys(reachable([value.node])))
    for variable in wrt:
        value = one_derivative(lowering, value, variable)
    changes = {free: leaf for free, leaf in leaves.items() if free is not leaf}
    if not changes:
        return value
    return Value(_tidied(graph, replaced(graph, value.node, changes)), value.indices)


def _listed(body: Expr) -> dict[Symbol, None]:
    """Vectors whose entries the formula uses under sums, and never the vector as a whole."""
    entries: dict[Symbol, int] = {}
    uses: dict[Symbol, int] = {}
    nodes = list(post_order(body, into_definitions=True))
    bound = {index: None for node in nodes if isinstance(node, Reduce) for index in node.indices}
    for node in nodes:
        for part in children(node, into_definitions=True):
            if isinstance(part, Symbol) and part.rank == 1:
                uses[part] = uses.get(part, 0) + 1
                if isinstance(node, Item) and node.indices[0] in bound:
                    entries[part] = entries.get(part, 0) + 1
    return {symbol: None for symbol, count in entries.items() if count == uses[symbol]}


#: facts that hold in an open set, so that the entries still vary one by one
OPEN = ("real", "nonzero", "nonnegative", "positive", "negative", "probability", "invertible")


def free_variable(symbol: Symbol) -> Symbol:
    """The variable without the facts that tie its entries to one another."""
    if not symbol.facts:
        return symbol
    kept = tuple(Fact(name) for name in OPEN if declared(symbol.facts, name) is True)
    return replace(symbol, facts=kept, definition=None)


def variable_symbol(variable: Expr) -> Symbol:
    """The symbol of a variable, which is a symbol or an item of one."""
    base = variable.base if isinstance(variable, Item) else variable
    if not isinstance(base, Symbol):
        raise UsageError(
            f"cannot differentiate by {plain(variable)}: a variable is a symbol or an entry of one"
        )
    return base


def one_derivative(lowering: Lowering, value: Value, variable: Expr) -> Value:
    """The derivative of a value by one variable; its axes come last."""
    graph = lowering.graph
    symbol = variable_symbol(variable)
    leaf = lowering(symbol).node
    found = sweep(graph, value.node, [leaf])
    rank = value.node.rank
    shape = value.node.shape + leaf.shape
    node = found.get(leaf)
    if node is None:
        node = graph.number(0, shape)
    node = _structured(graph, variable_symbol(variable), node)
    result = Value(node, value.indices)
    if isinstance(variable, Item):
        own = len(value.shape)
        picks: list[Value | None] = [None] * own
        picks += [None if i is None else lowering(i) for i in variable.indices]
        origins = [1] * own + [symbol.origin if k < symbol.family else 1 for k in range(leaf.rank)]
        for axis, pick in enumerate(picks[own:]):
            if pick is not None and len(pick.indices) == 1:
                graph.hints.setdefault((leaf, axis), pick.indices[0])
        result = item(graph, result, picks, origins)
    assert rank >= len(value.indices)
    return Value(_tidied(graph, result.node), result.indices)


def _structured(graph: Graph, symbol: Symbol, node: Node) -> Node:
    """G + G^T - diag(G) where the entries on and above the diagonal are the variables."""
    if not any(f.name == "symmetric_entries" for f in symbol.facts):
        return node
    if len(symbol.dims) - symbol.family != 2:
        raise NoRuleError(f"{symbol.name} has entries of a symmetric matrix, but is not a matrix")
    rank = node.rank
    axes = tuple(range(rank))
    delta = (graph.delta(node.shape[-1]), axes[-2:], 1)
    diagonal = graph.product([(node, axes, 1), delta], axes, -1)
    return graph.add([node, graph.transpose(node), diagonal])
