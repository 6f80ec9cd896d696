r"""Shapes of values as far as they are known: said in messages, brought to one another by the conventions of sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.expr import shapes
from derive.expr.nodes import Apply, Expr, Filled, Transpose
from derive.expr.sizes import ONE, Shape
from derive.reader.grammar.sizes import Sizes, is_open
from derive.reader.grammar.values import Misfit, Value

FLEXIBLE = ("ones", "zeros")


class Shapes:
    """Values and their shapes; `note` receives what was accepted by convention.

    `rows_differ`: the author keeps rows and columns apart (numerator layout), so that a column
    added to a row is a slip.
    """

    def __init__(self, sizes: Sizes, note: Callable[[str], None]) -> None:
        self.sizes = sizes
        self.note = note
        self.rows_differ = False
        self.repeated: set[int] = set()

    def shape(self, value: Value) -> Shape:
        """The shape as far as it is known now."""
        return self.sizes.shape(value.shape) if value.shape else value.shape

    def said(self, value: Value) -> str:
        """`X w (n)`: the value for a message."""
        try:
            return shapes.described(value.build())
        except Exception:  # a part that cannot be built yet is shown by its shape alone
            return f"an expression of shape {self.text(self.shape(value))}"

    def text(self, shape: Shape) -> str:
        """The shape for a message; open sizes are shown as `?`."""
        return " x ".join("?" if is_open(s) else str(s) for s in shape) if shape else "scalar"

    def common_shape(self, values: Sequence[Value]) -> Shape:
        """The shape that all terms are brought to: that of the arrays, else scalar."""
        fixed = [v for v in values if v.shape and v.kind not in FLEXIBLE]
        arrays = fixed or [v for v in values if v.shape]
        if not arrays:
            return ()
        return max((self.shape(v) for v in arrays), key=len)

    def spread(self, value: Value, target: Shape) -> Value:
        """The value brought to a shape by the conventions of sums, else a Misfit."""
        own = self.shape(value)
        if len(own) == len(target) and self.sizes.unify_shapes(own, target):
            return value
        if value.kind in FLEXIBLE:
            return self.filled(value, target)
        if not target:
            raise Misfit(f"{self.said(value)} stands where a scalar is due")
        if not own:
            if value.kind != "number":
                self.note("a scalar added to an array is added to each entry")
            return self._broadcast(value, target)
        row = len(target) == 2 and self.sizes.resolve(target[0]) == ONE
        if row and self.rows_differ and len(own) == 1:
            raise Misfit(
                f"{self.said(value)} is a column beside a row of shape {self.text(target)}"
            )
        if len(target) == 2 and len(own) == 1 and self.sizes.unify(own[0], target[1]):
            self.note("a vector added to a matrix is added to each row")
            return self._broadcast(value, target)
        if (
            len(target) == 2
            and len(own) == 2
            and own[0] == ONE
            and self.sizes.unify(own[1], target[1])
        ):
            self.note("a row added to a matrix is added to each row")
            column = value.but(build=lambda: Transpose(value.build()), shape=own[1:])
            return self._broadcast(column, target)
        if len(target) == 2 and len(own) == 1 and own[0] == self.sizes.resolve(target[0]):
            self.note("a vector added to a matrix with as many rows is added to each column")
            rows = self._broadcast(value, target[::-1])
            return rows.but(build=lambda: Transpose(rows.build()), shape=target)
        raise Misfit(
            f"{self.said(value)} does not fit the shape {self.text(target)} of the other terms"
        )

    def _broadcast(self, value: Value, target: Shape) -> Value:
        def build() -> Expr:
            return Apply("broadcast", (value.build(),), self.sizes.shape(target))

        return Value(target, build, value.uses, start=value.start)

    def filled(self, value: Value, target: Shape) -> Value:
        """A constant array (`\\mathbf 1`, `\\mathbf 0`) in another shape."""
        kind = value.kind
        return value.but(
            shape=target, build=lambda: Filled(kind, self.sizes.shape(target)), kind=""
        )

    def transpose(self, base: Value) -> Value:
        """The transpose; of a scalar it is the scalar."""
        own = self.shape(base)
        if not own:
            return base.but(build=lambda: Transpose(base.build()), kind="", parts=())
        if len(own) > 2:
            raise Misfit(f"{self.said(base)} has {len(own)} axes and no transpose")
        if base.kind == "ones" or base.kind == "zeros":
            base = self.filled(base, own)
        shape = (ONE, own[0]) if len(own) == 1 else (own[1], own[0])
        kind = ""
        return Value(
            self.sizes.shape(shape), lambda: Transpose(base.build()), base.uses, kind, base.start
        )
