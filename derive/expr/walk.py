"""Traversal of expressions: children, post-order, rebuilding, substitution, free symbols.

Expressions are graphs with shared parts (a 1000-layer network through its definitions), so every
traversal here is iterative and visits a node once. `into_definitions` decides whether the
definition of a defined symbol counts as its child.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from derive.expr.nodes import Expr, Function, Index, Item, Reduce, Symbol
from derive.expr.sizes import Size

#: the most nodes of a formula whose order of traversal is kept with it, and the most free symbols
MOST_KEPT = 300


def children(node: Expr, into_definitions: bool = False) -> tuple[Expr, ...]:
    """The parts of a node in written order; a symbol has its definition as a part only on request."""
    if isinstance(node, Symbol):
        return (node.definition,) if into_definitions and node.definition is not None else ()
    if isinstance(node, Function):
        return (node.body,) if into_definitions and node.body is not None else ()
    return node.parts


def post_order(root: Expr, into_definitions: bool = False) -> Iterator[Expr]:
    """Every distinct node once, parts before wholes."""
    if into_definitions:
        return _post_order(root, True)
    found = root.__dict__.get("_order")
    if found is None:
        found = tuple(_post_order(root, False))
        if len(found) <= MOST_KEPT:
            object.__setattr__(root, "_order", found)
    return iter(found)


def _post_order(root: Expr, into_definitions: bool) -> Iterator[Expr]:
    done: dict[Expr, None] = {}
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if not ready:
            parts = children(node, into_definitions)
            if parts:
                stack.append((node, True))
                stack.extend([(c, False) for c in reversed(parts) if c not in done])
                continue
        done[node] = None
        yield node


def _mapped(value: Any, mapping: Mapping[Expr, Expr]) -> Any:
    if isinstance(value, Expr):
        return mapping.get(value, value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, mapping) for item in value)
    return value


def rebuild(node: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """The node with its direct parts replaced; the same object when nothing changes. Shapes are checked again."""
    if isinstance(node, (Symbol, Function)):
        return node
    for part in node.parts:
        if mapping.get(part, part) is not part:
            break
    else:
        return node
    old = node.key()
    new = tuple(_mapped(value, mapping) for value in old)
    return node if new == old else type(node)(*new)


def transform(
    root: Expr, change: Callable[[Expr], Expr | None], into_definitions: bool = False
) -> Expr:
    """Bottom-up rewriting: `change` sees each node with rebuilt parts and returns a replacement or None to keep it."""
    done: dict[Expr, Expr] = {}
    for node in post_order(root, into_definitions):
        if into_definitions and isinstance(node, Symbol) and node.definition is not None:
            new: Expr = _with_definition(node, done)
        else:
            new = rebuild(node, done)
        changed = change(new)
        done[node] = new if changed is None else changed
    return done[root]


def _with_definition(node: Symbol, done: Mapping[Expr, Expr]) -> Symbol:
    assert node.definition is not None
    body = done[node.definition]
    if body is node.definition:
        return node
    return replace(node, definition=body, dims=body.shape)


def substitute(root: Expr, mapping: Mapping[Expr, Expr], into_definitions: bool = False) -> Expr:
    """Replace nodes by others of the same shape, everywhere at once; bound indices are not renamed."""
    return transform(root, mapping.get, into_definitions)


def inline(root: Expr, names: Mapping[Symbol, Any] | None = None) -> Expr:
    """Defined symbols replaced by their definitions (all of them, or those in `names`).

    A definition counts from 1, so that the indices of a symbol that counts from elsewhere are shifted."""

    def named(node: Expr) -> bool:
        known = isinstance(node, Symbol) and node.definition is not None
        return known and (names is None or node in names)

    def shifted(node: Expr) -> Expr | None:
        base = node.base if isinstance(node, Item) else None
        if not (isinstance(node, Item) and isinstance(base, Symbol) and named(base)):
            return None
        if base.origin == 1 or base.definition is None:
            return None
        indices = tuple(k if k is None else k + (1 - base.origin) for k in node.indices)
        return Item(inline(base.definition, names), indices)

    def change(node: Expr) -> Expr | None:
        if isinstance(node, Symbol) and node.definition is not None and named(node):
            return inline(node.definition, names)
        return None

    if any(isinstance(n, Symbol) and n.origin != 1 and named(n) for n in post_order(root)):
        root = transform(root, shifted)
    return transform(root, change)


def symbols(root: Expr, into_definitions: bool = True) -> tuple[Symbol, ...]:
    """The symbols that occur, in order of first use; with definitions, also those behind them."""
    return tuple(n for n in post_order(root, into_definitions) if isinstance(n, Symbol))


def free_symbols(root: Expr) -> tuple[Symbol, ...]:
    """The symbols without a definition on which the value depends; parameters of functions are none of them."""
    kept: tuple[Symbol, ...] | None = root.__dict__.get("_free")
    if kept is None:
        kept = _free_symbols(root)
        if len(kept) <= MOST_KEPT:
            object.__setattr__(root, "_free", kept)
    return kept


def _free_symbols(root: Expr) -> tuple[Symbol, ...]:
    found: dict[Symbol, None] = {}
    functions: dict[Function, None] = {}
    for node in _outside_functions(root):
        if isinstance(node, Function):
            functions[node] = None
        elif isinstance(node, Symbol) and node.definition is None:
            found[node] = None
    for function in functions:
        if function.body is not None:
            inside = free_symbols(function.body)
            found.update(dict.fromkeys(s for s in inside if s not in function.parameters))
    return tuple(found)


def _outside_functions(root: Expr) -> Iterator[Expr]:
    """`post_order` with definitions, without the bodies of functions."""
    done: dict[Expr, None] = {}
    stack: list[tuple[Expr, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = None
            yield node
            continue
        stack.append((node, True))
        parts = children(node, not isinstance(node, Function))
        stack.extend((part, False) for part in reversed(parts) if part not in done)


def bound_indices(root: Expr) -> tuple[Index, ...]:
    """The indices bound by a sum or product inside."""
    found: dict[Index, None] = {}
    for node in post_order(root, into_definitions=True):
        if isinstance(node, Reduce):
            found.update(dict.fromkeys(node.indices))
    return tuple(found)


def free_indices(root: Expr) -> tuple[Index, ...]:
    """The indices that are not bound where they stand, in order of first use."""
    free: dict[Expr, dict[Index, None]] = {}
    for node in post_order(root, into_definitions=True):
        own: dict[Index, None] = {node: None} if isinstance(node, Index) else {}
        for part in children(node, into_definitions=True):
            own.update(free[part])
        if isinstance(node, Reduce):
            for index in node.indices:
                own.pop(index, None)
        free[node] = own
    return tuple(free[root])


def size_names(root: Expr) -> tuple[str, ...]:
    """The size symbols on which shapes and values depend, sorted."""
    found: dict[str, None] = {}
    for node in post_order(root, into_definitions=True):
        for value in (node.shape, node.key()):
            for size in _sizes_in(value):
                found.update(dict.fromkeys(size.names))
    return tuple(sorted(found))


def _sizes_in(value: Any) -> Iterator[Size]:
    if isinstance(value, Size):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _sizes_in(item)
