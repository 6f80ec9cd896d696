r"""Powers and inverses: of scalars, of square matrices to integers, entry by entry."""

from __future__ import annotations

from fractions import Fraction

from derive.expr.facts import declared
from derive.expr.nodes import (
    Add,
    Apply,
    Constant,
    Dim,
    Expr,
    Index,
    Neg,
    Number,
    Power,
    Product,
    Symbol,
)
from derive.expr.sizes import ONE, Shape
from derive.reader.grammar.shapes import Shapes
from derive.reader.grammar.values import Misfit, Value, uses_of


class Powers(Shapes):
    """The operations with an exponent."""

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
