"""Sums, products, powers and quotients of values, decided by their shapes.

What mathematics does not allow but notes do (a scalar added to a vector, the square of a vector, a bias added
to each row)
is accepted with a note; everything else is a `Misfit`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction

from derive.expr import shapes
from derive.expr.facts import declared
from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Filled,
    Index,
    Neg,
    Number,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
)
from derive.expr.sizes import ONE, Shape
from derive.reader.formula_sizes import Sizes, is_open
from derive.reader.formula_values import Misfit, Value, uses_of

FLEXIBLE = ("ones", "zeros")
#: more factors than this are only multiplied from left to right
GROUPED_FACTORS = 24


class Arithmetic:
    """The operations; `note` receives what was accepted by convention.

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

    # -------------------------------------------------------------------------- quotients and powers

    def divide(self, top: Value, bottom: Value, style: str = "frac") -> Value:
        """top / bottom; by an array it is entrywise, with a note."""
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

    def entrywise_power(self, base: Value, exponent: Value) -> Value:
        """base^{odot exponent}."""
        return Value(
            base.shape,
            lambda: Apply("hadamard_power", (base.build(), exponent.build())),
            uses_of((base, exponent)),
            start=base.start,
        )

    def power(self, base: Value, exponent: Value) -> Value:
        """base^exponent: scalars, square matrices to integers, entrywise for vectors (with a note)."""
        own = self.shape(base)
        if self.shape(exponent):
            if not own:
                return self.applied_power(base, exponent)
            raise Misfit(f"an exponent is a scalar, not {self.said(exponent)}")
        uses = uses_of((base, exponent))
        if not own:
            return Value(
                (), lambda: _scalar_power(base.build(), exponent.build()), uses, start=base.start
            )
        if len(own) == 1 or own[0] == ONE:
            if _integer(exponent.build()) == -1:
                raise Misfit(f"{self.said(base)} has no inverse; write \\oslash for entries")
            self.note("a power of a vector is taken entry by entry")
            return self.entrywise_power(base, exponent)
        return self._matrix_power(base, exponent, own)

    def applied_power(self, base: Value, exponent: Value) -> Value:
        """e^x of an array: the exponential of each entry."""
        if base.build() != Constant("e"):
            raise Misfit(f"an exponent is a scalar, not {self.said(exponent)}")
        if len(self.shape(exponent)) == 2 and self.shape(exponent)[0] != ONE:
            raise Misfit(
                "e to the power of a matrix may be entrywise or the matrix exponential; write \\exp"
            )
        self.note("e to the power of a vector is taken entry by entry")
        return Value(
            exponent.shape,
            lambda: Apply("exp", (exponent.build(),)),
            exponent.uses,
            start=base.start,
        )

    def _matrix_power(self, base: Value, exponent: Value, own: Shape) -> Value:
        node = exponent.build()
        whole = _integer(node)
        if whole is None and not is_integer_like(node):
            if _is_diagonal(base):
                diagonal = Value(own[:1], lambda: Apply("diagonal", (base.build(),)), base.uses)
                powers = self.entrywise_power(diagonal, exponent)
                return Value(
                    own, lambda: Apply("diag", (powers.build(),)), base.uses, start=base.start
                )
            raise Misfit(
                f"a power {node!r} of the matrix {self.said(base)} is not supported; only integers"
            )
        if not self.sizes.unify(own[0], own[1]):
            raise Misfit(f"only a square matrix has powers, not {self.said(base)}")
        shape = self.shape(base)
        if whole == -1:
            return self.inverse(base)
        if whole is not None and whole < 0:
            inner = self.inverse(base)
            positive = Number(Fraction(-whole))
            return inner.but(build=lambda: Power(inner.build(), positive))
        return Value(
            shape,
            lambda: Power(base.build(), exponent.build()),
            uses_of((base, exponent)),
            start=base.start,
        )

    def inverse(self, base: Value) -> Value:
        """base^{-1}."""
        own = self.shape(base)
        if not own:
            minus_one = Number(Fraction(-1))
            return base.but(build=lambda: Power(base.build(), minus_one), kind="", parts=())
        if len(own) != 2 or not self.sizes.unify(own[0], own[1]):
            raise Misfit(f"only a square matrix has an inverse, not {self.said(base)}")
        return Value(
            self.shape(base), lambda: Apply("inverse", (base.build(),)), base.uses, start=base.start
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


def _integer(node: Expr) -> int | None:
    if isinstance(node, Neg):
        inner = _integer(node.operand)
        return None if inner is None else -inner
    if isinstance(node, Number) and node.value.denominator == 1:
        return node.value.numerator
    return None


def is_integer_like(node: Expr) -> bool:
    """Whether an exponent is an integer, as sizes, indices, and sums and products of integers are."""
    if isinstance(node, (Add, Product)):
        parts = node.terms if isinstance(node, Add) else node.factors
        return all(is_integer_like(part) for part in parts)
    if isinstance(node, Neg):
        return is_integer_like(node.operand)
    if isinstance(node, Symbol):
        return declared(node.facts, "integer") is True
    return isinstance(node, (Dim, Index)) or _integer(node) is not None


def _scalar_power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent; e to a power is the exponential function."""
    if isinstance(base, Constant) and base.name == "e":
        return Apply("exp", (exponent,))
    return Power(base, _plain_negative(exponent))


def _plain_negative(exponent: Expr) -> Expr:
    """The exponent with a negated literal as one number."""
    if (
        isinstance(exponent, Neg)
        and isinstance(exponent.operand, Number)
        and not exponent.operand.text
    ):
        return Number(-exponent.operand.value)
    return exponent


def _is_diagonal(value: Value) -> bool:
    """Whether a value is a diagonal matrix: by declaration, or as it is defined."""
    node = value.build()
    while isinstance(node, Symbol) and node.definition is not None:
        node = node.definition
    if isinstance(node, Symbol):
        return bool(declared(node.facts, "diagonal"))
    return isinstance(node, Apply) and node.function == "diag"
