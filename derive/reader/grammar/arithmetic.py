"""Sums, products, powers and quotients of values, decided by their shapes.

What mathematics does not allow but notes do (a scalar added to a vector, the square of a vector, a bias added to each
row) is accepted with a note; everything else is a `Misfit`. Shapes are in `shapes`, powers in `powers`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from derive.expr import shapes
from derive.expr.nodes import Add, Apply, Expr, Neg, Product, Quotient
from derive.expr.sizes import ONE, Shape
from derive.reader.grammar.powers import Powers
from derive.reader.grammar.shapes import FLEXIBLE
from derive.reader.grammar.sizes import is_open
from derive.reader.grammar.values import Misfit, Value, uses_of

#: more factors than this are only multiplied from left to right
GROUPED_FACTORS = 24


class Arithmetic(Powers):
    """Sums, products and quotients."""

    # ---------------------------------------------------------------------------------------- sums

    def add(self, terms: Sequence[tuple[bool, Value]]) -> Value:
        """A sum of (negative, value); one term alone is returned as it is or negated."""
        values = [value for _, value in terms]
        target = self.common_shape(values)
        fitted = [self.spread(value, target) for value in values]
        if len(terms) == 1:
            return self.negative(fitted[0]) if terms[0][0] else fitted[0]
        signs = [negative for negative, _ in terms]

        def build() -> Expr:
            parts = [v.build() for v in fitted]
            return Add(tuple(Neg(p) if s else p for s, p in zip(signs, parts, strict=True)))

        return Value(target, build, uses_of(values), start=values[0].start)

    def negative(self, value: Value) -> Value:
        """-value."""
        if value.kind in FLEXIBLE:
            return value.but(build=lambda: Neg(value.build()), kind="")
        return Value(value.shape, lambda: Neg(value.build()), value.uses, start=value.start)

    # ------------------------------------------------------------------------------------ products

    def multiply(self, factors: Sequence[Value], dot: str = "") -> Value:
        """Juxtaposed factors: scalars scale, matrices multiply."""
        flat: list[Value] = []
        for factor in factors:
            flat.extend(factor.parts if factor.kind == "product" and not dot else (factor,))
        if len(flat) == 1:
            return flat[0]
        flat, shape = self._fit(flat)
        parts = tuple(flat)
        self._note_repeated(parts)

        def build() -> Expr:
            return Product(tuple(f.build() for f in parts), dot)

        kind = "" if dot else "product"
        return Value(shape, build, uses_of(parts), kind, parts[0].start, parts)

    def _note_repeated(self, parts: Sequence[Value]) -> None:
        """Remember the indices that occur in two factors: unbound, they may mean a sum over them."""
        seen: frozenset[int] = frozenset()
        for part in parts:
            if part.uses:
                self.repeated |= seen & part.uses
                seen = seen | part.uses

    def fits(self, factors: Sequence[Value]) -> bool:
        """Whether the factors can be multiplied; learns nothing."""
        state = self.sizes.snapshot()
        try:
            self._fit(list(factors))
        except Misfit:
            return False
        finally:
            self.sizes.restore(state)
        return True

    def _fit(self, factors: list[Value]) -> tuple[list[Value], Shape]:
        state = self.sizes.snapshot()
        shape = self._along(factors)
        if shape is not None:
            return factors, shape
        self.sizes.restore(state)
        for position, factor in enumerate(factors):
            if factor.kind != "row":
                continue
            trial = [*factors[:position], self.transpose(factor), *factors[position + 1 :]]
            shape = self._along(trial)
            if shape is not None:
                self.note("a row of a matrix is multiplied as a row")
                return trial, shape
            self.sizes.restore(state)
        raise Misfit(self._why_not(factors))

    def _along(self, factors: Sequence[Value]) -> Shape | None:
        """The shape of the product from left to right, else of the first grouping that fits."""
        shape: Shape | None = self.shape(factors[0])
        for factor in factors[1:]:
            assert shape is not None
            shape = self._pair(shape, self.shape(factor))
            if shape is None:
                return self._grouped(factors)
        return shape

    def _pair(self, left: Shape, right: Shape) -> Shape | None:
        if not left or not right:
            return left or right
        if len(left) > 2 or len(right) > 2:
            return None
        if len(left) == len(right) == 1 and is_open(right[0]):
            return None  # no vector has one entry only so that a product of two columns fits
        rows, inner = (left[0], ONE) if len(left) == 1 else left
        other, columns = (right[0], ONE) if len(right) == 1 else right
        if not self.sizes.unify(inner, other):
            return None
        return self.sizes.shape((rows, columns))

    def _grouped(self, factors: Sequence[Value]) -> Shape | None:
        given = tuple(self.shape(f) for f in factors)
        if len(given) > GROUPED_FACTORS:
            return None
        if not any(is_open(size) for shape in given for size in shape):
            found = shapes.product_plan(given)
            return found[1] if found is not None else None
        return self._open_grouping(given)

    def _open_grouping(self, given: tuple[Shape, ...]) -> Shape | None:
        """With open sizes: scalars made by row times column are taken out first, then from left to right."""
        rest = [shape for shape in given if shape]
        changed = True
        while changed and len(rest) > 1:
            changed = False
            for i, (a, b) in enumerate(itertools.pairwise(rest)):
                if len(a) == 2 and a[0] == ONE and len(b) == 1 and self.sizes.unify(a[1], b[0]):
                    rest = rest[:i] + rest[i + 2 :]
                    changed = True
                    break
        shape: Shape | None = rest[0] if rest else ()
        for other in rest[1:]:
            shape = self._pair(shape or (), other)
            if shape is None:
                return None
        return shape

    def _why_not(self, factors: Sequence[Value]) -> str:
        try:
            shapes.product_shape(tuple(f.build() for f in factors))
        except Exception as error:
            return str(error)
        return "the factors do not fit: " + ", ".join(self.text(self.shape(f)) for f in factors)

    def hadamard(self, values: Sequence[Value]) -> Value:
        """Entrywise product; a scalar among the factors scales."""
        target = self.common_shape(values)
        arrays: list[Value] = []
        scalars: list[Value] = []
        for value in values:
            own = self.shape(value)
            if not own and target:
                scalars.append(value)
            elif len(own) == len(target) and self.sizes.unify_shapes(own, target):
                arrays.append(value)
            elif value.kind in FLEXIBLE:
                arrays.append(self.filled(value, target))
            else:
                raise Misfit(
                    f"an entrywise product needs equal shapes, got {self.text(target)} and {self.said(value)}"
                )
        if not target:
            return self.multiply(values)

        def build() -> Expr:
            return Apply("hadamard", tuple(v.build() for v in arrays))

        entrywise = (
            arrays[0]
            if len(arrays) == 1
            else Value(target, build, uses_of(arrays), start=arrays[0].start)
        )
        return self.multiply([*scalars, entrywise]) if scalars else entrywise

    def dot(self, left: Value, right: Value, sign: str) -> Value:
        """left . right: the inner product of two vectors, else a product."""
        a, b = self.shape(left), self.shape(right)
        if len(a) == 1 and len(b) == 1:
            if sign == "times":
                raise Misfit(
                    "a cross product of two vectors is not supported; write \\cdot or \\odot"
                )
            self._demand(self.sizes.unify(a[0], b[0]), "an inner product", left, right)
            return Value(
                (),
                lambda: Apply("inner", (left.build(), right.build())),
                uses_of((left, right)),
                start=left.start,
            )
        return self.multiply([left, right], sign)

    def _demand(self, fits: bool, what: str, left: Value, right: Value) -> None:
        if not fits:
            raise Misfit(f"{what} needs equal shapes, got {self.said(left)} and {self.said(right)}")

    # ----------------------------------------------------------------------------------- quotients

    def divide(
        self, top: Value, bottom: Value, style: str = "frac", entrywise: bool = False
    ) -> Value:
        """top / bottom; by an array entry by entry, with a note; by a square matrix only where the sign says so."""
        uses = uses_of((top, bottom))
        if not self.shape(bottom):
            return Value(
                top.shape,
                lambda: Quotient(top.build(), bottom.build(), style),
                uses,
                start=top.start,
            )
        if self.shape(top) and top.kind not in FLEXIBLE:
            self._demand(
                self.sizes.unify_shapes(top.shape, bottom.shape),
                "an entrywise quotient",
                top,
                bottom,
            )
        elif top.kind in FLEXIBLE:
            top = self.filled(top, bottom.shape)
        if (
            len(self.shape(bottom)) == 2
            and self.shape(bottom)[0] == self.shape(bottom)[1]
            and not top.shape
            and not entrywise
        ):
            raise Misfit(
                f"cannot divide by the matrix {self.said(bottom)}; write its inverse, or \\oslash for entries"
            )
        self.note("a quotient of arrays is taken entry by entry")
        return Value(
            bottom.shape,
            lambda: Apply("hadamard_divide", (top.build(), bottom.build())),
            uses,
            start=top.start,
        )
