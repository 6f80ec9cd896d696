"""Positions in an expression: where an edit can be made, what role the node plays there, and how the whole is rebuilt.

A position is a path of slots; a slot names a field of a node and, in nested tuples, the places inside. Definitions of
symbols, bound indices and the variables of derivatives are not positions: they are declared, not written at that place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from derive.expr.nodes import (
    LEAVES,
    Add,
    Apply,
    Call,
    Cases,
    Expr,
    Function,
    Index,
    Indicator,
    Item,
    Neg,
    Power,
    Product,
    Quotient,
    Reduce,
    Transpose,
)

Slot = tuple[int, ...]
Path = tuple[Slot, ...]

#: fields that hold variables or declarations, not written parts
DECLARING = {"wrt", "variable", "over", "indices", "function", "params"}

#: functions that a factor passes through, so that scaling the argument is scaling the whole
LINEAR = {"trace", "sum", "mean", "diag", "diagonal", "vec", "broadcast", "inner", "hadamard"}


@dataclass(frozen=True, slots=True)
class Position:
    """A node with its path from the root, its role in its parent, and the indices bound around it."""

    path: Path
    node: Expr
    role: str
    scope: tuple[Index, ...]


def slots(node: Expr) -> Iterator[tuple[Slot, Expr]]:
    """The editable parts of a node."""
    if isinstance(node, (*LEAVES, Function)):
        return
    for place, entry in enumerate(f for f in fields(node) if f.init):
        declares = entry.name in DECLARING and not (
            entry.name == "indices" and isinstance(node, Item)
        )
        if not declares:
            yield from _inside((place,), getattr(node, entry.name))


def _inside(slot: Slot, value: Any) -> Iterator[tuple[Slot, Expr]]:
    if isinstance(value, Expr):
        yield slot, value
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _inside((*slot, place), part)


def replaced(node: Expr, slot: Slot, new: Expr) -> Expr:
    """The node with another part in a slot; shapes are checked again (`ShapeError`)."""
    return type(node)(*_placed(node.key(), slot, new))


def _placed(values: tuple[Any, ...], slot: Slot, new: Expr) -> tuple[Any, ...]:
    inner = new if len(slot) == 1 else _placed(values[slot[0]], slot[1:], new)
    return (*values[: slot[0]], inner, *values[slot[0] + 1 :])


def at(root: Expr, path: Path) -> Expr:
    """The node at a path."""
    node: Any = root
    for slot in path:
        node = node.key()
        for place in slot:
            node = node[place]
    return node


def put(root: Expr, path: Path, new: Expr) -> Expr:
    """The whole expression with another node at a path; shapes are checked all the way up (`ShapeError`)."""
    chain = [root]
    for slot in path:
        chain.append(at(chain[-1], (slot,)))
    for node, slot in zip(reversed(chain[:-1]), reversed(path), strict=True):
        old = at(node, (slot,))
        if isinstance(node, Add) and isinstance(new, Add) and not isinstance(old, Add):
            new = Add((*node.terms[: slot[1]], *new.terms, *node.terms[slot[1] + 1 :]))
        elif isinstance(node, Product) and isinstance(new, Product) and not _nested(old, new, node):
            factors = (*node.factors[: slot[1]], *new.factors, *node.factors[slot[1] + 1 :])
            new = Product(factors, node.dot)
        else:
            new = replaced(node, slot, new)
    return new


def _nested(old: Expr, new: Product, around: Product) -> bool:
    """Whether a product inside a product keeps its own brackets."""
    return isinstance(old, Product) or new.dot != around.dot


def positions(root: Expr, limit: int = 400) -> Iterator[Position]:
    """Every position, wholes before parts, at most `limit` of them."""
    queue = [Position((), root, "root", ())]
    count = 0
    while queue and count < limit:
        here = queue.pop()
        yield here
        count += 1
        scope = here.scope + (here.node.indices if isinstance(here.node, Reduce) else ())
        found = [
            Position((*here.path, slot), part, role(here, slot), scope)
            for slot, part in slots(here.node)
        ]
        queue.extend(reversed(found))


def role(parent: Position, slot: Slot) -> str:
    """What a part is to its parent, such as term, factor, argument, exponent, denominator or index."""
    node = parent.node
    if parent.role in ("condition", "index"):
        return parent.role
    if isinstance(node, Add):
        return "term"
    if isinstance(node, Transpose):
        return "factor"
    if isinstance(node, Neg):
        return "negated" if parent.role == "term" else "factor"
    if isinstance(node, Product):
        return "factor"
    if isinstance(node, Quotient):
        return "denominator" if slot[0] == 1 else "factor"
    if isinstance(node, Power):
        return "exponent" if slot[0] == 1 else "base"
    if isinstance(node, Item):
        return "index" if slot[0] == 1 else "part"
    if isinstance(node, (Apply, Call)):
        linear = isinstance(node, Apply) and node.function in LINEAR
        return "factor" if linear else "argument"
    if isinstance(node, Indicator) or (isinstance(node, Cases) and slot[-1] == 1):
        return "condition"
    if isinstance(node, Reduce):
        return "condition" if slot[0] == 3 else "factor" if node.kind == "sum" else "body"
    return "part"
