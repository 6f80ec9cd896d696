"""Forms of well-known functions in a product: e^u / sum e^u is softmax, 1 / (1 + e^u) is the sigmoid of -u."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.tensor.facts import Change

if TYPE_CHECKING:
    from derive.tensor.graph import Factor, Graph, Label, Node, Power

ONE = Fraction(1)


def fold(graph: Graph, work: dict[Any, Power], out: tuple[Label, ...]) -> Change | None:
    """One replacement, or None."""
    for key, power in work.items():
        node, labels = key
        if node.op == "sum" and power < 0 and power.denominator == 1:
            inner = one_plus_exp(node)
            if inner is not None:
                sigmoid = graph.map("sigmoid", graph.same(inner, coefficient=-1))
                return Change([key], [(sigmoid, labels, -power)])
        elif node.op == "map" and node.data[0] == "sigmoid":
            change = _sigmoid_times_exp(graph, work, key, power)
            if change is not None:
                return change
        elif node.op == "map" and node.data[0] == "power":
            change = _one_base(graph, work, key, power)
            if change is not None:
                return change
        elif node.op == "einsum" and power < 0 and power.denominator == 1:
            change = _softmax(graph, work, key, power)
            if change is not None:
                return change
    return None


def _one_base(graph: Graph, work: Any, key: Any, power: Power) -> Change | None:
    """b^e b = b^(e + 1) and b^e b^f = b^(e + f), for exponents that are letters."""
    node, labels = key
    base, exponent = node.args
    root, of_root = _root(base)
    for other, times in work.items():
        if other == key or other[1] != labels or power.denominator != 1:
            continue
        if other[0] is root and (times / of_root).denominator == 1:
            more = graph.number(times / of_root, node.shape)
        elif times.denominator != 1:
            continue
        elif other[0].op == "map" and other[0].data[0] == "power" and other[0].args[0] is base:
            more = graph.same(other[0].args[1], coefficient=times)
        else:
            continue
        total = graph.add([graph.same(exponent, coefficient=power), more])
        return Change([key, other], [(graph.map("power", base, total), labels, ONE)])
    return None


def _root(node: Node) -> tuple[Node, Fraction]:
    """(a, q) of a number a^q such as a norm; (node, 1) of anything else."""
    single = node.op == "einsum" and node.rank == 0 and len(node.args) == 1
    if single and node.data.coefficient == 1 and not node.data.sizes:
        return node.args[0], Fraction(node.data.powers[0])
    return node, ONE


def one_plus_exp(node: Node) -> Node | None:
    """u when the node is 1 + e^u."""
    if len(node.args) != 2:
        return None
    for one, other in (node.args, node.args[::-1]):
        unit = one.op == "einsum" and not one.args and one.data.coefficient == 1
        if unit and other.op == "map" and other.data[0] == "exp":
            return other.args[0]
    return None


def _sigmoid_times_exp(graph: Graph, work: Any, key: Any, power: Power) -> Change | None:
    """sigma(-u) e^u = sigma(u)."""
    node, labels = key
    negated = graph.same(node.args[0], coefficient=-1)
    exp = (graph.map("exp", negated), labels)
    if exp[0].op != "map" or exp not in work or work[exp] <= 0 or power <= 0:
        return None
    times = min(power, work[exp])
    added = [(graph.map("sigmoid", negated), labels, times)]
    for other, total in ((key, power), (exp, work[exp])):
        if total != times:
            added.append((other[0], labels, total - times))
    return Change([key, exp], added)


def summed_exp(node: Node) -> tuple[Node, int] | None:
    """(e^u, axis) when the node is the sum of e^u over one axis and the other axes are in order."""
    if node.op != "einsum" or len(node.args) != 1 or node.data.coefficient != 1:
        return None
    exp, labels = node.args[0], node.data.labels[0]
    if exp.op != "map" or exp.data[0] != "exp" or node.data.powers[0] != 1:
        return None
    if len(labels) != node.rank + 1 or len(set(labels)) != len(labels):
        return None
    return exp, labels.index(node.rank)


def _softmax(graph: Graph, work: Any, key: Any, power: Power) -> Change | None:
    """e^{u_l} / sum_k e^{u_k} = softmax(u)_l."""
    node, outer = key
    found = summed_exp(node)
    if found is None:
        return None
    exp, axis = found
    inner = node.data.labels[0]
    for (other, labels), exponent in work.items():
        if other is not exp or exponent < 1:
            continue
        wanted = tuple(labels[axis] if k == node.rank else outer[k] for k in inner)
        if labels != wanted:
            continue
        order = [k for k in range(exp.rank) if k != axis] + [axis]
        soft = softmax(graph, graph.permute(exp.args[0], order))
        added: list[Factor] = [(soft, tuple(labels[k] for k in order), ONE)]
        for whole, total, change in ((key, power, 1), ((other, labels), exponent, -1)):
            if total + change:
                added.append((whole[0], whole[1], total + change))
        return Change([key, (other, labels)], added)
    return None


def softmax(graph: Graph, node: Node) -> Node:
    """The softmax along the last axis."""
    return graph.function("softmax", None, (node,), node.shape)


def logsumexp(graph: Graph, node: Node) -> Node:
    """log sum exp along the last axis."""
    return graph.function("logsumexp", None, (node,), node.shape[:-1])
