"""Sizes that a formula leaves open, and their unification: the n of `\\mathbf 1`, the range of `\\sum_i`.

An open size is a `Size` whose one name starts with `?`. What is learnt in one formula holds in the next ones
that are read
with the same table, so that a document is pooled.
"""

from __future__ import annotations

from derive.expr.sizes import Shape, Size, normal


def is_open(size: Size) -> bool:
    """Whether a size contains an open name."""
    for monomial, _ in size.terms:  # asked ten times a formula: a loop takes a third of an `any`
        for name in monomial:
            if name.startswith("?"):
                return True
    return False


def _age(term: tuple[tuple[str, ...], int]) -> int:
    """The number of an open name that stands alone in a term."""
    name = term[0][0] if len(term[0]) == 1 else ""
    return int(name[1:]) if name[:1] == "?" and name[1:].isdigit() else -1


class Sizes:
    """A substitution of open sizes; grows while formulas are read."""

    def __init__(self) -> None:
        self._bound: dict[str, Size] = {}
        self._count = 0

    def fresh(self) -> Size:
        """A new open size."""
        self._count += 1
        return Size.of(f"?{self._count}")

    def snapshot(self) -> dict[str, Size]:
        """What is known now; give it to `restore` to forget what was learnt since."""
        return dict(self._bound)

    def restore(self, state: dict[str, Size]) -> None:
        """Forget what was learnt since `snapshot`."""
        self._bound = dict(state)

    def resolve(self, size: Size) -> Size:
        """The size with every known open name replaced."""
        while is_open(size):
            known = [name for name in size.names if name in self._bound]
            if not known:
                return size
            total = Size.of(0)
            for monomial, coefficient in size.terms:
                part = Size.of(coefficient)
                for name in monomial:
                    part = part * self._bound.get(name, Size.of(name))
                total = total + part
            size = total
        return size

    def shape(self, shape: Shape) -> Shape:
        """The shape with every known open name replaced, in normal form."""
        return normal(tuple(self.resolve(size) for size in shape))

    def unify(self, left: Size, right: Size) -> bool:
        """Make two sizes equal if that is possible."""
        a, b = self.resolve(left), self.resolve(right)
        if a == b:
            return True
        return self._solve(a - b)

    def _solve(self, difference: Size) -> bool:
        """Solve difference = 0 for one open name that occurs once, linearly, with coefficient 1 or -1.

        The newest one: older ones may stand in definitions that have been built.
        """
        for monomial, coefficient in sorted(difference.terms, key=_age, reverse=True):
            if len(monomial) != 1 or not monomial[0].startswith("?") or abs(coefficient) != 1:
                continue
            name = monomial[0]
            rest = difference + Size.of(name) * -coefficient
            if name not in rest.names:
                self._bound[name] = rest * -coefficient
                return True
        return self._cancel(difference)

    def _cancel(self, difference: Size) -> bool:
        """Solve m ?1 - m n = 0, as the axes of a Kronecker product leave it: the common factor is cancelled."""
        if len(difference.terms) != 2 or sum(c for _, c in difference.terms) != 0:
            return False
        for (own, _), (other, _) in (difference.terms, difference.terms[::-1]):
            unknown = [name for name in own if name.startswith("?")]
            rest = list(other)
            for name in own:
                if name in rest:
                    rest.remove(name)
            common = len(other) - len(rest) == len(own) - 1
            if len(unknown) == 1 and common and rest and unknown[0] not in other:
                size = Size.of(1)
                for name in rest:
                    size = size * Size.of(name)
                self._bound[unknown[0]] = size
                return True
        return False

    def unify_shapes(self, left: Shape, right: Shape) -> bool:
        """Make two shapes equal, axis by axis; nothing is learnt when it fails."""
        a, b = self.shape(left), self.shape(right)
        if len(a) != len(b):
            return False
        before = self.snapshot()
        if all(self.unify(x, y) for x, y in zip(a, b, strict=True)):
            return True
        self.restore(before)
        return False
