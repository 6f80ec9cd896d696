"""Lowering of calls: a defined function by its body, an abstract one as an entrywise map, and tabulated derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from derive.errors import ShapeError
from derive.expr.derivatives import elementwise_derivative
from derive.expr.nodes import Call, Expr, Index, Symbol
from derive.expr.walk import free_indices
from derive.tensor import values
from derive.tensor.graph import Graph, Node
from derive.tensor.values import Value, aligned, placeholder

if TYPE_CHECKING:
    from derive.tensor.lower import Lowering

X, Y = Symbol(" x"), Symbol(" y")


def call(self: Lowering, node: Call) -> Value:
    """`f(args)`: by the body of f where it has one."""
    from derive.tensor.lower import name_node, opaque

    function = node.function
    args = [self.done[a] for a in node.args]
    if function.body is None:
        if not (function.elementwise and len(args) == 1) and not _scalars(args):
            return opaque(self, node)
        if len(args) > 1 or (function.shape and not function.elementwise):
            return opaque(self, node)  # `K(\\theta)`, a matrix at a number, is no map of entries
        return values.entrywise(self.graph, "call", args, (function, node.order))
    body = function.body
    if node.order:
        from derive.tensor import derivative

        if len(args) != 1 or function.parameters[0].shape:
            return opaque(self, node)
        for _ in range(node.order):
            body = derivative(body, (function.parameters[0],))
    given = dict(zip(function.parameters, args, strict=True))
    value = instantiate(self.graph, body, given, self.variables)
    if not node.order and set(free_indices(node)) == set(value.indices):
        name_node(self.graph, value, node)
    return value


def _scalars(args: list[Value]) -> bool:
    return all(not v.shape for v in args)


def instantiate(
    graph: Graph,
    body: Expr,
    given: dict[Symbol, Value],
    variables: Mapping[Symbol, Symbol] | None = None,
) -> Value:
    """`body` with values for its parameters; a scalar parameter takes an array entry by entry.

    `variables` are differentiated by, also where they stand in the body without being parameters.
    The indices of the arguments are renamed while the body is lowered, so that no sum in it can capture them.
    """
    from derive.tensor.lower import Lowering

    outer: dict[Index, Index] = {}
    shape: tuple[object, ...] = ()
    extra: list[Index] = []
    passed: dict[Expr, Value] = {}
    for parameter, value in given.items():
        for index, size in zip(value.indices, value.node.shape, strict=False):
            outer.setdefault(index, placeholder(size))
        moved = values.reindexed(value, outer)
        if value.shape and not parameter.shape:
            if shape and shape != value.shape:
                raise ShapeError(
                    f"arguments of shapes {shape} and {value.shape} in one entrywise call"
                )
            shape = value.shape
            extra = extra or [placeholder(size) for size in value.shape]
            moved = Value(moved.node, (*moved.indices, *extra))
        passed[parameter] = moved
    inner = Lowering(graph, passed)
    inner.variables.update(variables or {})
    result = inner(body)
    back = {new: old for old, new in outer.items()}
    if extra:
        lead = tuple(i for i in result.indices if i not in extra)
        node = aligned(graph, result, (*lead, *extra), result.shape)
        result = Value(node, lead)
    return values.reindexed(result, back)


@lru_cache(maxsize=256)
def _rule(name: str) -> Expr:
    return elementwise_derivative(name, X, Y)


def tabulated_derivative(graph: Graph, name: str, x: Node, y: Node) -> Node:
    """f'(x) entry by entry from the table of elementwise derivatives; y is the node of f(x)."""
    rule = _rule(name)
    indices = tuple(placeholder(size) for size in x.shape)
    from derive.tensor.lower import Lowering

    lowered = Lowering(graph, {X: Value(x, indices), Y: Value(y, indices)})(rule)
    return aligned(graph, lowered, indices, ())
