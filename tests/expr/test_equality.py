"""Equality of nodes that were built separately."""

from __future__ import annotations

from derive.expr.build import apply, symbol
from derive.expr.nodes import Expr


def network(layers: int, first: str = "x") -> Expr:
    """Layers h + tanh(h), each defined by the one before, which it uses twice."""
    layer: Expr = symbol(first, "n")
    for number in range(layers):
        layer = symbol(f"h_{number}", "n", definition=layer + apply("tanh", layer))
    return layer


def test_deep_networks_with_shared_layers_are_compared() -> None:
    assert network(2000) == network(2000)
    assert network(200) != network(200, "y")


def test_numbers_of_one_value_are_equal() -> None:
    x = symbol("x")
    assert x + 2 == x + 2
    assert x + 2 != x + 3
