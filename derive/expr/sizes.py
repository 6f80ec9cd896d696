"""Symbolic sizes: polynomials with integer coefficients in size symbols, such as `n`, `n - 1`, `2 d`, `n k`.

A size is a value of its own, not a SymPy expression, because every shape check compares sizes and
the command line must answer before SymPy could be imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from derive.errors import ShapeError

Monomial = tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Size:
    """A polynomial: pairs (sorted names of the monomial, non-zero integer coefficient), sorted."""

    terms: tuple[tuple[Monomial, int], ...]

    @staticmethod
    def of(value: Size | int | str) -> Size:
        """A size from an integer, a name or a size."""
        if isinstance(value, Size):
            return value
        if isinstance(value, str):
            return Size((((value,), 1),))
        return Size((((), int(value)),) if value else ())

    @staticmethod
    def _of_dict(terms: dict[Monomial, int]) -> Size:
        return Size(tuple(sorted((m, c) for m, c in terms.items() if c)))

    def __add__(self, other: Size | int) -> Size:
        terms = dict(self.terms)
        for monomial, coefficient in Size.of(other).terms:
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return Size._of_dict(terms)

    def __mul__(self, other: Size | int) -> Size:
        terms: dict[Monomial, int] = {}
        for left, a in self.terms:
            for right, b in Size.of(other).terms:
                monomial = tuple(sorted(left + right))
                terms[monomial] = terms.get(monomial, 0) + a * b
        return Size._of_dict(terms)

    def __sub__(self, other: Size | int) -> Size:
        return self + Size.of(other) * -1

    def __radd__(self, other: int) -> Size:
        return self + other

    def __rmul__(self, other: int) -> Size:
        return self * other

    @property
    def names(self) -> tuple[str, ...]:
        """The size symbols that occur, sorted."""
        return tuple(sorted({name for monomial, _ in self.terms for name in monomial}))

    @property
    def constant(self) -> int | None:
        """The integer that this size is, or None when it contains a symbol."""
        if not self.terms:
            return 0
        return self.terms[0][1] if self.terms[0][0] == () and len(self.terms) == 1 else None

    def value(self, sizes: Mapping[str, int]) -> int:
        """The number under an assignment of the size symbols."""
        total = 0
        for monomial, coefficient in self.terms:
            for name in monomial:
                if name not in sizes:
                    raise ShapeError(f"size {name} has no value; known sizes: {sorted(sizes)}")
                coefficient *= sizes[name]
            total += coefficient
        return total

    def __str__(self) -> str:
        ordered = sorted(self.terms, key=lambda t: (t[1] < 0, -len(t[0]), t[0]))
        text = ""
        for monomial, coefficient in ordered:
            sign = "-" if coefficient < 0 else "+" if text else ""
            number = str(abs(coefficient)) if abs(coefficient) != 1 or not monomial else ""
            gap = " " if number and monomial and monomial[0].startswith("\\") else ""
            text += sign + number + gap + " ".join(monomial)
        return text or "0"

    def __repr__(self) -> str:
        return str(self)


Shape = tuple[Size, ...]
ONE = Size.of(1)


def normal(shape: Shape) -> Shape:
    """The shape in which 1 x 1 is a scalar and n x 1 is a column: `(n, 1) -> (n,)`, `(1,) -> ()`."""
    if len(shape) == 2 and shape[1] == ONE:
        shape = shape[:1]
    return () if shape == (ONE,) else shape


def shape_text(shape: Shape) -> str:
    """`scalar`, `n`, `n x d`: the form in which messages show a shape."""
    return " x ".join(map(str, shape)) if shape else "scalar"
