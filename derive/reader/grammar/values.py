"""What a part of a formula denotes while it is read: its shape, and how to build its node once all sizes are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.expr.nodes import Constant, Expr, Number
from derive.expr.sizes import Shape, Size

NOTHING: frozenset[int] = frozenset()
ONE, TWO, HALF = Number(Fraction(1)), Number(Fraction(2)), Number(Fraction(1, 2))


class Misfit(Exception):
    """Shapes that do not fit (internal; the grammar adds the position)."""


@dataclass(slots=True)
class Value:
    """A typed part of a formula. `uses` holds the bound indices that occur, by the identity of their binding.

    kind: `number` a literal; `ones` or `zeros` a constant array whose axes may still change; `size` an integer size;
    `row` a row slice; `tuple` entries in round brackets; `bracket` an expression in brackets; `product`
    juxtaposed factors.
    `parts` are the factors of a product, in order.
    """

    shape: Shape
    build: Callable[[], Expr]
    uses: frozenset[int] = NOTHING
    kind: str = ""
    start: int = 0
    parts: tuple[Value, ...] = ()

    def but(self, **changes: object) -> Value:
        """A copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(slots=True)
class Binding:
    """An index in scope. `extent` is its upper limit as a size, open while it is not known; `value` overrides all.

    `lower`, `upper`: its limits where they are written; `fallback`: its declared range, when no axis says another one;
    `label`: what it is called in the expression when its own name means another index there.
    """

    name: str
    extent: Size
    lower: Value | None = None
    upper: Value | None = None
    value: Value | None = None
    explicit: bool = False
    start: int = 0
    fallback: Size | None = None
    label: str = ""

    @property
    def use(self) -> frozenset[int]:
        return frozenset((id(self),))


def uses_of(values: Iterable[Value]) -> frozenset[int]:
    """The bound indices that occur in any of the values."""
    total = NOTHING
    for value in values:
        if value.uses:
            total = total | value.uses if total else value.uses
    return total


def number(text: str, start: int = 0) -> Value:
    """A literal; decimals keep their text."""
    node = Number(Fraction(text), text if "." in text else "")
    return Value((), lambda: node, kind="number", start=start)


def constant(name: str, start: int = 0) -> Value:
    """A named constant."""
    node = Constant(name)
    return Value((), lambda: node, kind="constant", start=start)


def is_literal(value: Value, number_value: int) -> bool:
    """Whether a value is this integer, written as a literal."""
    if value.kind != "number":
        return False
    node = value.build()
    return isinstance(node, Number) and node.value == number_value
