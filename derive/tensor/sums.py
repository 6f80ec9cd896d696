"""Sums in normal form: nested sums joined, like terms collected."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from derive.tensor.graph import Node, Terms, coefficient_of, is_number

if TYPE_CHECKING:
    from derive.tensor.graph import Graph


def core(graph: Graph, node: Node) -> tuple[Fraction, Node]:
    """Coefficient and the node with coefficient 1."""
    coefficient = coefficient_of(node)
    if coefficient == 1 or coefficient == 0:
        return coefficient, node
    return coefficient, scaled(graph, node, 1 / coefficient)


def scaled(graph: Graph, node: Node, factor: Fraction) -> Node:
    """A rational multiple: only the coefficient of a product changes."""
    if node.op != "einsum" or not factor:
        return graph.same(node, coefficient=factor)
    data: Terms = node.data
    value = data.coefficient * factor
    alone = value == 1 and len(node.args) == 1 and data.powers[0] == 1
    if alone and len(data.sizes) == node.rank and data.labels[0] == tuple(range(node.rank)):
        return node.args[0]
    changed = Terms(value, data.labels, data.powers, data.sizes)
    return graph.make("einsum", changed, node.args, node.shape)


def flat(graph: Graph, terms: tuple[Node, ...]) -> list[Node]:
    """The terms, with those of unnamed sums among them in place."""
    found: list[Node] = []
    for node in terms:
        if node.op == "sum" and node not in graph.names:
            found.extend(node.args)
        else:
            found.append(node)
    return found


def build_sum(graph: Graph, terms: tuple[Node, ...]) -> Node:
    """The sum node; a single term is itself, no term is zero."""
    shape = terms[0].shape
    collected: dict[Node, Fraction] = {}
    for node in flat(graph, terms):
        coefficient, base = core(graph, node)
        if coefficient:
            collected[base] = collected.get(base, Fraction(0)) + coefficient
    kept = [(base, c) for base, c in collected.items() if c]
    if not kept:
        return graph.number(0, shape)
    nodes = tuple(scaled(graph, base, c) if c != 1 else base for base, c in kept)
    if len(nodes) == 1:
        return nodes[0]
    return graph.make("sum", None, nodes, shape, tuple(sorted(n.id for n in nodes)))


def is_zero(node: Node) -> bool:
    """Whether the node is the zero array."""
    return is_number(node) and node.data.coefficient == 0
