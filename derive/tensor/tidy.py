"""Sums in the form that a book gives them: the shorter of what was found, its expansion, and its common factor
taken out.

Only sums that the derivative made are touched; what the author wrote stays a unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.tensor.graph import (
    Factor,
    Graph,
    Node,
    Numbered,
    Power,
    coefficient_of,
    factors_of,
    reachable,
)
from derive.tensor.rebuild import rebuilt
from derive.tensor.sums import scaled

F1 = Fraction(1)
#: what multiplying out a sum of the author's must save
UNITS = 2
#: a product with more terms is not multiplied out
TERMS, TERMS_OF_PROOF = 24, 300


def tidy_node(graph: Graph, root: Node) -> Node:
    """The node with every sum that the derivative made in its shortest form."""
    memo: dict[Node, Node] = graph.memo.setdefault("tidy", {})
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in memo:
            continue
        if node in graph.authored or node in graph.names or not node.args:
            memo[node] = node
            continue
        if not ready:
            stack.append((node, True))
            stack.extend((a, False) for a in node.args if a not in memo)
            continue
        new = rebuilt(graph, node, tuple(memo[a] for a in node.args))
        if new not in graph.authored and new not in graph.names:
            new = _improved(graph, new)
        memo[node] = new
        memo.setdefault(new, new)
    return memo[root]


def _improved(graph: Graph, node: Node) -> Node:
    """The shortest of a new sum or product and what multiplying out makes of it."""
    if node.op == "sum":
        return _content_out(graph, _shortest(graph, node))
    if node.op != "einsum":
        return node
    best = _content_out(graph, node)
    for candidate in _distributed(graph, best):
        if candidate.op == "sum":
            candidate = _content_out(graph, _shortest(graph, candidate))
        if cost(graph, candidate) < cost(graph, best):
            best = candidate
    return best


def _distributed(graph: Graph, node: Node) -> list[Node]:
    """A product with one of its sums multiplied out, for each of them."""
    if node.op != "einsum":
        return []
    data = node.data
    factors = factors_of(node)
    out = range(node.rank)
    found = []
    for place, (part, labels, power) in enumerate(factors):
        if power != 1 or len(part.args) > 6 or not _expandable(graph, part, power, False):
            continue
        rest = [f for k, f in enumerate(factors) if k != place]
        if not _cancels(part, labels, rest):
            continue
        sizes = dict(enumerate(data.sizes))
        found.append(
            graph.add(
                graph.product([*rest, (term, labels, F1)], out, data.coefficient, dict(sizes))
                for term in part.args
            )
        )
    return found


def _cancels(part: Node, labels: tuple[int, ...], rest: list[Numbered]) -> bool:
    """Whether a term of the sum has a factor that also occurs beside it, one of them in a denominator."""
    beside = {(n, own): p for n, own, p in rest}
    for term in part.args:
        for n, own, p in factors_of(term):
            if all(x < part.rank for x in own):
                other = beside.get((n, tuple(labels[x] for x in own)))
                if other is not None and (other < 0 or p < 0):
                    return True
    return False


def _content_out(graph: Graph, node: Node) -> Node:
    """A number that all terms of a factor share goes to the front: A (2 x - 2 y) is 2 A (x - y)."""
    if node.op != "einsum":
        return node
    scale = F1
    rows: list[Factor] = []
    for part, labels, power in factors_of(node):
        own = part.op == "sum" and power == 1 and part not in graph.authored
        sizes = (
            {abs(coefficient_of(t)) for t in part.args}
            if own and part not in graph.names
            else set()
        )
        if len(sizes) == 1 and sizes != {F1}:
            (size,) = sizes
            scale *= size
            part = graph.add(scaled(graph, t, 1 / size) for t in part.args)
        rows.append((part, labels, power))
    if scale == 1:
        return node
    data = node.data
    return graph.product(
        rows, range(node.rank), data.coefficient * scale, dict(enumerate(data.sizes))
    )


def cost(graph: Graph, node: Node) -> int:
    """How much there is to write."""
    memo: dict[Node, int] = graph.memo.setdefault("cost", {})
    if node in memo:
        return memo[node]
    for part in reachable([node], memo):
        if part in graph.names:
            memo[part] = 1
        elif part.op == "einsum":
            data = part.data
            units = sum(
                memo[a] + (p not in (1, -1)) for a, p in zip(part.args, data.powers, strict=True)
            )
            memo[part] = max(units, 1) + (abs(data.coefficient) != 1 and bool(part.args))
        elif part.op == "sum":
            memo[part] = sum(memo[a] for a in part.args) + len(part.args) - 1
        else:
            memo[part] = 1 + sum(memo[a] for a in part.args)
    return memo[node]


def _shortest(graph: Graph, node: Node) -> Node:
    """The shortest form; sums that the author wrote are multiplied out where that saves `UNITS`."""
    whole = _search(graph, node, False)
    if not any(_is_unit(graph, a) for term in node.args for a in term.args):
        return whole
    opened = _search(graph, node, True)
    return opened if cost(graph, opened) + UNITS <= cost(graph, whole) else whole


def _is_unit(graph: Graph, node: Node) -> bool:
    """Whether a factor is a sum that the author wrote; differences of all pairs f_i - f_j have no good notation."""
    return node.op == "sum" and node in graph.authored and node.rank < 2


def _search(graph: Graph, node: Node, opened: bool) -> Node:
    best = _paired(graph, node)
    for _ in range(4):
        before = best
        for candidate, saving in _candidates(graph, best, opened):
            if cost(graph, candidate) + saving < cost(graph, best):
                best = candidate
        if best is before or best.op != "sum":
            break
    return _paired(graph, best) if best.op == "sum" else best


def _candidates(graph: Graph, node: Node, opened: bool) -> Iterator[tuple[Node, int]]:
    """Other forms of a sum, each with what it must save to be taken."""
    expanded = expand(graph, node, opened=opened)
    if expanded is not None:
        yield expanded, 0
    for candidate, denominator in _common(graph, node, opened):
        yield candidate, 0 if denominator or node.rank else 1
    for candidate in _factored(graph, node):
        yield candidate, 0
    diagonal = _one_diagonal(graph, node)
    if diagonal is not None:
        yield diagonal, 0


# ------------------------------------------------------------------------------------ multiplying out


def expand(graph: Graph, node: Node, deep: bool = False, opened: bool = True) -> Node | None:
    """All products of terms, like terms collected; None when there are too many or nothing changes.

    Sums that the author wrote stay together unless they are `opened`.
    """
    terms = node.args if node.op == "sum" else (node,)
    found: list[Node] = []
    changed = False
    for term in terms:
        parts = _expanded_term(graph, term, deep, opened)
        changed = changed or parts != [term]
        found.extend(parts)
        if len(found) > (TERMS_OF_PROOF if deep else TERMS):
            return None
    return graph.add(found) if changed else None


def _expandable(graph: Graph, node: Node, power: Power, deep: bool) -> bool:
    if node.op != "sum" or (node in graph.names and not deep):
        return False
    return power.denominator == 1 and 1 <= power <= 3


def _expanded_term(graph: Graph, term: Node, deep: bool, opened: bool) -> list[Node]:
    if term.op != "einsum":
        return [term]
    data = term.data
    rest: list[Numbered] = []
    sums: list[Numbered] = []
    for factor in factors_of(term):
        free = opened or deep or not _is_unit(graph, factor[0])
        (sums if free and _expandable(graph, factor[0], factor[2], deep) else rest).append(factor)
    if not sums:
        return [term]
    rows: list[list[Factor]] = [list(rest)]
    for node, labels, power in sums:
        for _ in range(int(power)):
            rows = [[*row, (part, labels, F1)] for row in rows for part in node.args]
            if len(rows) > (TERMS_OF_PROOF if deep else TERMS):
                return [term]
    sizes = dict(enumerate(data.sizes))
    out = range(term.rank)
    return [graph.product(row, out, data.coefficient, dict(sizes)) for row in rows]


# ------------------------------------------------------------------------------------ common factors


def _common(graph: Graph, node: Node, opened: bool) -> Iterator[tuple[Node, bool]]:
    """The sum with entrywise factors that all terms share, or a common denominator, taken out."""
    rank = node.rank
    tables: list[dict[tuple[Node, tuple[int, ...]], Power]] = []
    diagonal = False
    for term in node.args:
        table = {}
        for part, labels, power in factors_of(term):
            diagonal = diagonal or part.op == "delta"
            whole = not labels or len(set(labels)) == rank
            if whole and all(x < rank for x in labels) and part.op != "delta":
                table[part, labels] = power
        tables.append(table)
    keys = list(dict.fromkeys(k for table in tables for k in table))
    if diagonal:
        keys = [k for k in keys if not k[1]]
    least = {k: min(t.get(k, Fraction(0)) for t in tables) for k in keys}
    every = {k: p for k, p in least.items() if all(k in t for t in tables)}
    mildest = {k: max(t[k] for t in tables) if p < 0 else p for k, p in every.items()}
    choices = [least, every, mildest] if not diagonal else [mildest]
    done: list[dict[tuple[Node, tuple[int, ...]], Power]] = []
    for choice in choices:
        shared = {k: p for k, p in choice.items() if p}
        if shared and shared not in done:
            done.append(shared)
            yield _taken_out(graph, node, shared, opened), any(p < 0 for p in shared.values())


def _one_diagonal(graph: Graph, node: Node) -> Node | None:
    """diag(u) + diag(v) is diag(u + v)."""
    rows = [factors_of(term) for term in node.args]
    deltas = [[f for f in row if f[0].op == "delta"] for row in rows]
    if any(len(own) != 1 or own != deltas[0] for own in deltas):
        return None
    delta = deltas[0][0]
    out = [k for k in range(node.rank) if k != delta[1][1]]
    sizes = {k: node.shape[k] for k in out}
    inner = graph.add(
        graph.product(
            [f for f in row if f[0].op != "delta"], out, coefficient_of(term), dict(sizes)
        )
        for row, term in zip(rows, node.args, strict=True)
    )
    return graph.product([(inner, tuple(out), F1), delta], range(node.rank))


def _factored(graph: Graph, node: Node) -> Iterator[Node]:
    """Two terms with equal factors on summed labels become one: X^T y - X^T p is X^T (y - p)."""
    terms = node.args
    if len(terms) > 8:
        return
    for i, first in enumerate(terms):
        for j in range(i + 1, len(terms)):
            for merged in _merged(graph, first, terms[j]):
                rest = [t for k, t in enumerate(terms) if k not in (i, j)]
                yield graph.add([*rest[:i], merged, *rest[i:]])


def _merged(graph: Graph, a: Node, b: Node) -> Iterator[Node]:
    rank = a.rank
    left, right = list(factors_of(a)), list(factors_of(b))
    for f in left:
        for g in right:
            if f[0] is not g[0] or f[2] != g[2] or all(x < rank for x in f[1]):
                continue
            change = dict(zip(g[1], f[1], strict=True))
            if any((x < rank or y < rank) and x != y for x, y in change.items()):
                continue
            moved = [
                (n, tuple(change.get(x, x if x < rank else x + 1000) for x in own), p)
                for n, own, p in right
            ]
            common = [x for x in left if x in moved]
            here, there = ([x for x in side if x not in common] for side in (left, moved))
            outer = {x for _, own, _ in common for x in own} | set(range(rank))
            used = [{x for _, own, _ in side for x in own} & outer for side in (here, there)]
            nested = used[0] <= used[1] or used[1] <= used[0]
            out = sorted(used[0] | used[1])
            if not nested or not here or not there or len(out) > 2:
                continue
            if len(out) == 2 and (len(here) > 1 or len(there) > 1) and used[0] == used[1]:
                continue
            sizes = dict(enumerate(a.data.sizes))
            own_sizes = {x: sizes[x] for x in out}
            inner = graph.add(
                graph.product(side, out, t.data.coefficient, dict(own_sizes))
                for side, t in ((here, a), (there, b))
            )
            row = [*common, (inner, tuple(out), F1)]
            yield graph.product(row, range(rank), 1, {k: sizes[k] for k in range(rank)})


def _taken_out(
    graph: Graph, node: Node, shared: dict[tuple[Node, tuple[int, ...]], Power], opened: bool
) -> Node:
    out = range(node.rank)
    sizes = dict(enumerate(node.shape))
    inverse = [(n, labels, -p) for (n, labels), p in shared.items()]
    inner = []
    for term in node.args:
        own = tuple(out)
        inner.append(graph.product([(term, own, F1), *inverse], out, 1, dict(sizes)))
    total = graph.add(inner)
    expanded = expand(graph, total, opened=opened)
    if expanded is not None and cost(graph, expanded) < cost(graph, total):
        total = expanded
    pulled = [(n, labels, p) for (n, labels), p in shared.items()]
    total, axes = _narrowed(graph, total)
    return graph.product([*pulled, (total, axes, F1)], out, 1, dict(sizes))


def _narrowed(graph: Graph, node: Node) -> tuple[Node, tuple[int, ...]]:
    """A sum without the axes along which every term is constant, and the axes that it keeps."""
    axes = tuple(range(node.rank))
    if node.op != "sum" or any(term.op != "einsum" for term in node.args):
        return node, axes
    used = {label for term in node.args for own in term.data.labels for label in own}
    kept = tuple(axis for axis in axes if axis in used)
    if kept == axes:
        return node, axes
    sizes = {axis: node.shape[axis] for axis in kept}
    terms = [
        graph.product(factors_of(term), kept, coefficient_of(term), dict(sizes))
        for term in node.args
    ]
    return graph.add(terms), kept


def _paired(graph: Graph, node: Node) -> Node:
    """A term with a factor A and the same term with A^T become one term with A + A^T."""
    terms = list(node.args)
    position = 0
    while position < len(terms):
        term = terms[position]
        found = _partner(graph, term, terms, position) if term.op == "einsum" else None
        if found is None:
            position += 1
            continue
        other, merged = found
        terms[position] = merged
        del terms[other]
    return graph.add(terms) if len(terms) != len(node.args) else node


def _partner(graph: Graph, term: Node, terms: list[Node], position: int) -> tuple[int, Node] | None:
    factors = factors_of(term)
    data = term.data
    if len(factors) < 2:
        return None
    sizes = dict(enumerate(data.sizes))
    out = range(term.rank)
    for place, (part, labels, power) in enumerate(factors):
        if part.rank != 2 or power != 1 or part.shape[0] != part.shape[1]:
            continue
        if labels[0] == labels[1] or part.op == "delta" or graph.symmetric(part):
            continue
        rest = [f for k, f in enumerate(factors) if k != place]
        turned = graph.product(
            [*rest, (part, labels[::-1], F1)], out, data.coefficient, dict(sizes)
        )
        for other in range(position + 1, len(terms)):
            if terms[other] is turned:
                both = graph.add([part, graph.transpose(part)])
                row = [*rest, (both, labels, F1)]
                return other, graph.product(row, out, data.coefficient, dict(sizes))
    return None
