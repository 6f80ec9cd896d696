"""What is known of a node, and the facts that simplify a product: sums to one, inverse pairs, ..."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from derive.expr.facts import declared
from derive.expr.nodes import Symbol
from derive.tensor.graph import is_number
from derive.tensor.spectra import summed
from derive.tensor.sums import scaled

if TYPE_CHECKING:
    from derive.tensor.graph import Factor, Graph, Label, Node, Power

ONE = Fraction(1)
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "and", "or", "not")
POSITIVE_MAPS = ("exp", "sigmoid", "softplus", "normal_cdf", "normal_pdf")


@dataclass(slots=True)
class Change:
    """A rewriting of a product: factors (node, labels) that go, factors that come, labels that are no longer summed."""

    removed: list[Any] = field(default_factory=list)
    added: list[Factor] = field(default_factory=list)
    dropped: list[Label] = field(default_factory=list)
    coefficient: Fraction = ONE


def has(node: Node, fact: str) -> bool:
    """Whether a symbol's declared facts make `fact` true."""
    if node.op != "leaf":
        return False
    symbol: Symbol = node.data
    return bool(symbol.facts) and declared(symbol.facts, fact) is True


def idempotent(node: Node) -> bool:
    """Whether every entry is 0 or 1."""
    if node.op == "map":
        return node.data[0] in COMPARISONS
    return node.op in ("delta", "hot") or has(node, "binary") or has(node, "one_hot_rows")


def positive(node: Node) -> bool:
    """Whether every entry is known to be > 0."""
    if node.op == "map":
        return node.data[0] in POSITIVE_MAPS
    if node.op == "einsum":
        data = node.data
        return data.coefficient > 0 and all(
            positive(a) or (data.sizes == node.shape and p % 2 == 0 and has(a, "nonzero"))
            for a, p in zip(node.args, data.powers, strict=True)
        )
    if node.op == "sum":
        return all(map(nonnegative, node.args)) and any(map(positive, node.args))
    if node.op == "constant":
        return node.data in ("pi", "e", "eulergamma")
    return node.op in ("dim", "softmax") or has(node, "positive")


def nonnegative(node: Node) -> bool:
    """Whether every entry is known to be >= 0."""
    if node.op == "einsum":
        data = node.data
        return data.coefficient >= 0 and all(
            nonnegative(a) or (p.denominator == 1 and p % 2 == 0)
            for a, p in zip(node.args, data.powers, strict=True)
        )
    if node.op == "sum":
        return all(map(nonnegative, node.args))
    if node.op == "map" and node.data[0] in ("abs", "relu"):
        return True
    if node.op == "map" and node.data[0] == "power":
        return nonnegative(node.args[0])
    return idempotent(node) or positive(node) or has(node, "nonnegative") or has(node, "count")


def is_symmetric(graph: Graph, node: Node) -> bool:
    """Whether node == node^T in the last two axes, by facts or because both have one normal form."""
    if node.op == "leaf":
        symbol: Symbol = node.data
        return len(symbol.dims) - symbol.family == 2 and has(node, "symmetric")
    if node.op in ("inverse", "matrix_power"):
        return graph.symmetric(node.args[0])
    if node.op in ("delta", "projectors"):
        return True
    if node.op == "map":
        return all(map(graph.symmetric, node.args))
    if node.op == "sum":
        swapped = [graph.transpose(a) for a in node.args]
        return sorted(n.id for n in swapped) == sorted(n.id for n in node.args)
    if node.op == "einsum":
        return bool(node.args) and graph.transpose(node) is node
    return False


def exchanged(graph: Graph, node: Node) -> int:
    """1 where a node is the same with its first two axes exchanged, -1 where it is its negative, else 0."""
    if node.shape[0] != node.shape[1] or node in graph.names:
        return 0
    key = ("exchanged", node)
    found = graph.memo.get(key)
    if found is None:
        graph.memo[key] = 0  # guards the recursion
        order = (1, 0, *range(2, node.rank))
        turned = [graph.permute(part, order).id for part in node.args]
        kept = [part.id for part in node.args]
        if node.op == "map":
            even = turned == kept or (node.data[0] in ("=", "!=") and turned == kept[::-1])
            found = int(even)
        else:
            against = [scaled(graph, part, Fraction(-1)).id for part in node.args]
            even = sorted(turned) == sorted(kept)
            found = 1 if even else -1 if sorted(turned) == sorted(against) else 0
        graph.memo[key] = found
    return int(found)


def sums_to_one(node: Node) -> bool:
    """Whether the entries along the last axis sum to one."""
    if node.op == "softmax" or (node.op == "hot" and is_number(node.args[0])):
        return True
    if node.op != "leaf" or not node.rank:
        return False
    symbol: Symbol = node.data
    member = len(symbol.dims) - symbol.family
    if has(node, "rows_sum_to_one") or has(node, "stochastic_rows"):
        return node.rank >= 2
    return has(node, "sums_to_one") and (member == 1 or node.rank == 1)


def apply_fact(graph: Graph, work: dict[Any, Power], out: tuple[Label, ...]) -> Change | None:
    """One simplification of a product by a fact, or None."""
    uses: dict[Label, list[Any]] = {}
    for key in work:
        for label in key[1]:
            uses.setdefault(label, []).append(key)
    for key, power in work.items():
        node, labels = key
        change = (
            _of_factor(node, labels, power, uses, out)
            or _of_spectrum(graph, node, labels, power, uses, out)
            or _of_sign(work, node, labels, power)
        )
        if change is not None:
            return change
    for label, keys in uses.items():
        if label not in out and len(keys) == 2:
            change = _of_pair(graph, label, keys, work)
            if change is not None:
                return change
        elif label not in out and len(keys) == 1:
            node, labels = keys[0]
            if (
                labels.count(label) == 1
                and work[keys[0]] == 2
                and labels[-1] == label
                and _unit(node)
            ):
                return Change([keys[0]], [], [label])
    return None


def _unit(node: Node) -> bool:
    """Whether the squares along the last axis sum to one."""
    if node.op != "leaf" or not has(node, "unit_norm"):
        return False
    return len(node.data.dims) - node.data.family == 1


def _of_factor(
    node: Node, labels: Any, power: Power, uses: dict[Label, list[Any]], out: Any
) -> Change | None:
    key = (node, labels)
    if node.op == "map" and node.data[0] == "abs" and power.denominator == 1 and power % 2 == 0:
        return Change([key], [(node.args[0], labels, power)])
    if has(node, "sign") and power.denominator == 1 and power not in (0, 1):
        return Change([key], [(node, labels, power % 2)])
    if not labels:
        return None
    last = labels[-1]
    alone = last not in out and len(uses[last]) == 1 and labels.count(last) == 1 and power == 1
    if alone and sums_to_one(node):
        return Change([key], [], [last])
    if node.rank == 2 and has(node, "centred") and power == 1:
        first = labels[0]
        if first not in out and len(uses[first]) == 1 and labels[0] != labels[1]:
            return Change([key], [], [], Fraction(0))
    return None


def _of_spectrum(
    graph: Graph,
    node: Node,
    labels: Any,
    power: Power,
    uses: dict[Label, list[Any]],
    out: tuple[Label, ...],
) -> Change | None:
    """A sum over all eigenvalues of a matrix."""
    if not labels or labels[-1] in out or len(uses[labels[-1]]) != 1:
        return None
    if labels.count(labels[-1]) != 1:
        return None
    found = summed(graph, node, labels, power, labels[-1])
    if found is None:
        return None
    kept = any(labels[-1] in own for _, own, _ in found)
    return Change([(node, labels)], found, [] if kept else [labels[-1]])


def _of_sign(work: dict[Any, Power], node: Node, labels: Any, power: Power) -> Change | None:
    """sign(x) x / |x| is 1 where it is defined."""
    if node.op != "map" or node.data[0] != "sign" or power != 1:
        return None
    base = node.args[0]
    for (other, places), below in work.items():
        is_abs = other.op == "map" and other.data[0] == "abs" and other.args[0] is base
        above = work.get((base, labels), 0)
        if is_abs and places == labels and below <= -1 and above >= 1:
            left = [(base, labels, above - 1), (other, labels, below + 1)]
            kept = [factor for factor in left if factor[2]]
            return Change([(node, labels), (base, labels), (other, labels)], kept)
    return None


def _entry_of_sum(
    graph: Graph, label: Label, hot: Node, whole: Any, keys: list[Any], work: Any
) -> Change | None:
    """An entry of a sum is the sum of the entries."""
    node, labels = whole
    if node.op != "sum" or node in graph.names or work[whole] != 1 or labels.count(label) != 1:
        return None
    others = tuple(x for x in labels if x != label)
    if len(set(others)) != len(others):
        return None
    terms = [graph.product([(hot, (label,), ONE), (t, labels, ONE)], others) for t in node.args]
    return Change(list(keys), [(graph.add(terms), others, ONE)], [label])


def _of_pair(graph: Graph, label: Label, keys: list[Any], work: Any) -> Change | None:
    """A(i,k) A^-1(k,j), U(k,i) U(k,j) and two unit vectors, where k occurs nowhere else."""
    numbered = [node for node, _ in keys if node.op == "hot" and is_number(node.args[0])]
    if len(numbered) == 2:
        same = numbered[0] is numbered[1]
        return Change(list(keys), [], [label], Fraction(int(same)))
    if len(numbered) == 1:
        whole = next(key for key in keys if key[0] is not numbered[0])
        return _entry_of_sum(graph, label, numbered[0], whole, keys, work)
    (a, la), (b, lb) = keys
    if keys[0] == keys[1] or work[keys[0]] != 1 or work[keys[1]] != 1:
        return None
    if len(la) < 2 or len(lb) < 2 or la[:-2] != lb[:-2] or label in la[:-2]:
        return None
    if la[-1] == la[-2] or lb[-1] == lb[-2]:
        return None
    here, there = _seat(la, label), _seat(lb, label)
    left, right = la[here - 2], lb[there - 2]
    joined = Change(list(keys), [(graph.delta(a.shape[-1]), (left, right), ONE)], [label])
    if (a.op == "inverse" and a.args[0] is b) or (b.op == "inverse" and b.args[0] is a):
        loose = graph.symmetric(a) or graph.symmetric(b)
        return joined if here != there or loose else None
    if a is b and here == there:
        rows = has(a, "orthogonal") and here == 0
        if a.rank == 2 and ((has(a, "orthonormal_columns") and here == 1) or rows):
            joined.added = [(graph.delta(a.shape[-1 if here else -2]), (left, right), ONE)]
            return joined
    return None


def _seat(labels: Any, label: Label) -> int:
    """0 when the label is the last axis, 1 when it is the one before."""
    return 0 if labels[-1] == label else 1
