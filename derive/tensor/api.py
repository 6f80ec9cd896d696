"""The public functions on expressions: derivatives in textbook notation, normal forms, proofs of equality."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from derive.errors import NoRuleError, UsageError
from derive.expr.nodes import (
    Apply,
    Derivative,
    Expr,
    Index,
    Item,
    Matrix,
    Number,
    Symbol,
    Transpose,
)
from derive.expr.plain import plain
from derive.expr.walk import bound_indices, children, free_indices, post_order, substitute
from derive.tensor.canonical import canonical
from derive.tensor.graph import Graph, Node, reachable
from derive.tensor.lift import LETTERS, Lift, Pin, deep_recursion
from derive.tensor.lower import Lowering
from derive.tensor.notation import CannotWrite, number
from derive.tensor.rebuild import replaced
from derive.tensor.reverse import derivative_value, free_variable, sweep
from derive.tensor.terms import by_entries
from derive.tensor.tidy import tidy_node
from derive.tensor.values import Value, aligned, extent

#: position of an axis of a generated array: an axis number of the expression, or a free index
Layout = tuple[int | Index, ...]


@dataclass(frozen=True)
class Entries:
    """A derivative in index notation: `claim` by entries (`d^2 f / dU_ij dU_kl`), its `value`, and the
    `layout` that puts the indices in the places of the axes of the whole array (see `derive.tensor.generate`)."""

    claim: Derivative
    value: Expr
    layout: Layout


def written(graph: Graph, value: Value) -> Expr:
    """A lowered value in textbook notation; raises `NoRuleError` when its axes have none."""
    pins = tuple(Pin(i, extent(i)[0]) for i in value.indices)
    scope = tuple(i.name for i in value.indices)
    node, full = value.node, (*pins, *(None for _ in value.shape))
    members = any(flag == 1 for flag in Lift(graph).loops(node)[len(pins) :])
    with deep_recursion(graph):
        for families in (False, True) if members else (True,):  # an open family is one array
            lift = graph.memo.setdefault(
                ("lift", scope, families), Lift(graph, scope, families=families)
            )
            with suppress(CannotWrite):
                return lift(node, full)
        try:
            return by_entries(Lift(graph, scope), node, full, value.shape)
        except CannotWrite as error:
            axes = " x ".join(map(str, value.shape)) or "scalar"
            raise NoRuleError(
                f"an array of shape {axes} has no matrix notation here ({error}); take it by entries"
            ) from None


def derivative(body: Expr, wrt: Sequence[Expr]) -> Expr:
    """The derivative of `body` by each of `wrt` in turn, of shape body.shape + wrt[0].shape + ..., in textbook
    notation.

    A variable is a symbol (with a definition it is treated as free) or an `Item` of one. Raises `NoRuleError`
    for a node without a rule, and when the result has more than two axes (then `entries` gives it in index notation).
    """
    if not wrt:
        raise UsageError(f"a derivative of {plain(body)} needs a variable")
    blocks = _by_blocks(body, wrt)
    if blocks is not None:
        return blocks
    graph = Graph()
    value = derivative_value(Lowering(graph), body, wrt)
    return written(graph, value)


def _by_blocks(body: Expr, wrt: Sequence[Expr]) -> Expr | None:
    """The derivative of a matrix written out: block by block by a number; a column of numbers by a vector has the
    gradients as rows. None for other shapes."""
    if not isinstance(body, Matrix) or len(wrt) != 1:
        return None
    variable = wrt[0]
    if not variable.shape:
        return Matrix(tuple(tuple(derivative(b, wrt) for b in line) for line in body.rows))
    column = all(len(line) == 1 and not line[0].shape for line in body.rows)
    if not column or len(variable.shape) != 1:
        return None
    return Matrix(tuple((Transpose(derivative(line[0], wrt)),) for line in body.rows))


def textbook(body: Expr, wrt: Sequence[Expr]) -> Entries:
    """The derivative as a book gives it: of the whole variable where matrix notation suffices, else entry by entry."""
    listed = _by_listed_entries(body, wrt)
    if listed is not None:
        return Entries(Derivative(body, tuple(wrt)), listed, _places(body, wrt, ()))
    wrt = _apart(body, wrt)
    try:
        value = derivative(body, wrt)
    except NoRuleError:
        if all(x.is_scalar for x in (body, *wrt)):
            raise
        return entries(body, wrt)
    if _unit_vectors(value) and not any(map(_unit_vectors, (body, *wrt))):
        return entries(body, wrt)
    indices = tuple(dict.fromkeys(i for x in (body, *wrt) for i in free_indices(x)))
    return Entries(Derivative(body, tuple(wrt)), value, _places(body, wrt, indices))


#: the longest vector whose partial derivatives are written one below the other
MOST_LISTED = 4


def _by_listed_entries(body: Expr, wrt: Sequence[Expr]) -> Expr | None:
    """The partial derivatives as a column or a square where the body speaks of x_1, x_2, ... by their numbers and
    never of x as a whole; None of another body."""
    first = wrt[0] if wrt else None
    if not isinstance(first, Symbol) or first.rank != 1 or body.shape or len(wrt) > 2:
        return None
    count = first.dims[0].constant
    if (
        first.family
        or count is None
        or not 2 <= count <= MOST_LISTED
        or any(x != first for x in wrt)
    ):
        return None
    uses = 0
    for node in post_order(body, into_definitions=True):
        for part in children(node, into_definitions=True):
            if part == first and not _is_numbered(node):
                return None
            uses += part == first
    if not uses:
        return None
    entries_of = [Item(first, (number(k),)) for k in range(1, count + 1)]
    partials = [derivative(body, (x,)) for x in entries_of]
    if len(wrt) == 1:
        return Matrix(tuple((p,) for p in partials))
    return Matrix(tuple(tuple(derivative(p, (x,)) for x in entries_of) for p in partials))


def _is_numbered(node: Expr) -> bool:
    return isinstance(node, Item) and all(isinstance(k, Number) for k in node.indices)


def _unit_vectors(expr: Expr) -> bool:
    return any(isinstance(x, Apply) and x.function == "unit_vector" for x in post_order(expr))


def _places(body: Expr, wrt: Sequence[Expr], indices: tuple[Index, ...]) -> Layout:
    """Free indices in the places of the axes that they pick; those of the body come first."""
    layout: list[int | Index] = [i for i in indices if i in free_indices(body)]
    axis = body.rank
    layout.extend(range(axis))
    for x in wrt:
        picks = x.indices if isinstance(x, Item) else (None,) * x.rank
        for pick in picks:
            if pick is None:
                layout.append(axis)
                axis += 1
            elif isinstance(pick, Index) and pick not in layout:
                layout.append(pick)
    return tuple(layout)


def _apart(body: Expr, wrt: Sequence[Expr]) -> tuple[Expr, ...]:
    """The variables with indices of their own: a second derivative by w_j twice is by w_j and w_k."""
    taken = dict.fromkeys(i.name for x in (body, *wrt) for i in free_indices(x))
    taken.update((i.name, None) for i in bound_indices(body))
    letters = iter(x for x in LETTERS if x not in taken)
    used: dict[Index, None] = {}
    found = []
    for x in wrt:
        own = free_indices(x)
        change: dict[Expr, Expr] = {
            i: replace(i, name=next(letters)) for i in own if i in used and isinstance(x, Item)
        }
        used.update(dict.fromkeys(own))
        found.append(substitute(x, change) if change else x)
    return tuple(found)


def entries(body: Expr, wrt: Sequence[Expr]) -> Entries:
    """The derivative entry by entry, with free indices for the axes of `body` and of the variables."""
    wrt = _apart(body, wrt)
    taken = dict.fromkeys(i.name for x in (body, *wrt) for i in free_indices(x))
    taken.update((i.name, None) for i in bound_indices(body))
    letters = iter(x for x in LETTERS if x not in taken)
    layout: list[int | Index] = list(free_indices(body))

    def pointed(node: Expr, picks: Sequence[Expr | None]) -> Item | Expr:
        chosen: list[Expr] = []
        for size, pick in zip(node.shape, picks, strict=True):
            if pick is None:
                from derive.tensor.lift import size_expr

                pick = Index(next(letters), number(1), size_expr(size))
            if isinstance(pick, Index):
                layout.append(pick)
            chosen.append(pick)
        return Item(node, tuple(chosen)) if chosen else node

    entry = pointed(body, [None] * body.rank)
    variables = [
        pointed(x.base, x.indices) if isinstance(x, Item) else pointed(x, [None] * x.rank)
        for x in wrt
    ]
    claim = Derivative(entry, tuple(variables), "partial")
    return Entries(claim, derivative(entry, variables), tuple(layout))


def gradients(body: Expr, variables: Sequence[Symbol]) -> dict[Symbol, Expr]:
    """The gradients of a scalar by many variables, from one reverse sweep.

    Cotangents that several gradients use are symbols of their own (`\\delta_{z}` for a node called z), with
    definitions.
    """
    from derive.tensor.network import shared_cotangents

    if body.shape:
        raise UsageError(f"gradients need a scalar, {plain(body)} has shape {body.shape}")
    graph = Graph()
    lowering = Lowering(graph)
    lowering.variables.update((s, free_variable(s)) for s in variables)
    graph.aliases.update((stand_in, s) for s, stand_in in lowering.variables.items())
    value = lowering(body)
    leaves = {s: graph.leaf(stand_in) for s, stand_in in lowering.variables.items()}
    graph.authored.update(dict.fromkeys(reachable([value.node])))
    found = sweep(graph, value.node, list(leaves.values()), shared_cotangents(graph))
    changes = {leaf: graph.leaf(s) for s, leaf in leaves.items() if leaf is not graph.leaf(s)}
    result: dict[Symbol, Expr] = {}
    for symbol, leaf in leaves.items():
        node = found.get(leaf, graph.number(0, leaf.shape))
        if changes:
            node = tidy_node(graph, replaced(graph, node, changes))
        result[symbol] = written(graph, Value(node, value.indices))
    return result


def lowered(expr: Expr, graph: Graph | None = None) -> Value:
    """The index form of an expression."""
    return Lowering(Graph() if graph is None else graph)(expr)


def normalise(expr: Expr) -> Expr:
    """The expression through the index form and back: products joined, like terms collected, facts applied."""
    graph = Graph()
    value = Lowering(graph)(expr)
    return written(graph, Value(tidy_node(graph, value.node), value.indices))


def equal(a: Expr, b: Expr) -> bool:
    """Whether a = b is proved: both have one canonical form under the declared facts. False means not proved."""
    if a.shape != b.shape:
        return False
    graph = Graph(named=False)
    lowering = Lowering(graph)
    try:
        left, right = lowering(a), lowering(b)
        indices = tuple(dict.fromkeys((*left.indices, *right.indices)))
        nodes = [aligned(graph, v, indices, a.shape) for v in (left, right)]
        return _agree(graph, nodes[0], nodes[1])
    except NoRuleError:
        return False


def _agree(graph: Graph, a: Node, b: Node) -> bool:
    if a is b:
        return True
    first, second = canonical(graph, a), canonical(graph, b)
    if first is second:
        return True
    minus = graph.same(second, coefficient=-1)
    return canonical(graph, graph.add([first, minus])) is graph.number(0, a.shape)
