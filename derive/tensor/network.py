"""Names for the cotangents of a deep expression: the delta of a layer, shared by the gradients that use it."""

from __future__ import annotations

from collections.abc import Callable

from derive.errors import NoRuleError
from derive.expr.nodes import Symbol
from derive.tensor.graph import Graph, Name, Node
from derive.tensor.lift import Lift
from derive.tensor.notation import CannotWrite

Namer = Callable[[Node, Node], None]


def shared_cotangents(graph: Graph) -> Namer:
    """A function that names the cotangent of each node that the document names: `\\delta_{z}` for z."""
    taken = {name.expr.name for name in graph.names.values() if isinstance(name.expr, Symbol)}
    lift = Lift(graph)

    def name_it(node: Node, cotangent: Node) -> None:
        name = graph.names.get(node)
        if name is None or not isinstance(name.expr, Symbol) or name.indices or not node.rank:
            return
        if node.op == "map" or not cotangent.args or cotangent in graph.names:
            return
        text = r"\delta_{" + name.expr.name + "}"
        if text in taken or cotangent.shape != node.shape:
            return
        try:
            value = lift(cotangent, (None,) * cotangent.rank)
        except (CannotWrite, NoRuleError):
            return
        taken.add(text)
        symbol = Symbol(text, cotangent.shape, definition=value)
        graph.names[cotangent] = Name(symbol)

    return name_it
