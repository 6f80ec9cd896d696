"""From factors with labelled axes to matrix notation: labels are eliminated one by one as matrix products.

A label between two matrices is a product, on one matrix and vectors a matrix-vector product, on vectors alone
an inner product; equal label pairs are entrywise products; what remains on the labels of the result is an
outer product, a diagonal matrix, or rows and columns scaled by diag. A label on three matrices has no matrix
notation: `CannotWrite`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.expr.nodes import Apply, Expr, Filled, Transpose
from derive.expr.sizes import ONE, Size
from derive.tensor.notation import (
    CannotWrite,
    Chain,
    Link,
    Scalar,
    filled,
    hadamard,
    multiplied,
    turned,
    written,
)

F1 = Fraction(1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A vector (one label) or matrix (two) as a chain; `power` applies entry by entry to a chain of one link."""

    labels: tuple[int, ...]
    chain: Chain
    power: Fraction | int = F1

    def oriented(self, label: int, last: bool) -> Chain:
        """The chain of a matrix with `label` as its last (or first) axis."""
        chain = plain_chain(self)
        return chain if (self.labels[1] == label) == last else turned(chain)

    def other(self, label: int) -> int:
        """The other label of a matrix."""
        return self.labels[0] if self.labels[1] == label else self.labels[1]


def plain_chain(piece: Piece) -> Chain:
    """The chain with its entrywise power applied."""
    if piece.power == 1:
        return piece.chain
    symmetric = len(piece.chain) == 1 and piece.chain[0].symmetric
    return (Link(hadamard([(written(piece.chain), piece.power)]), symmetric),)


def _transposes(chain: Chain) -> int:
    """How many matrices of a chain are written with a transpose."""
    return sum(
        isinstance(link.expr, Transpose) and len(link.expr.operand.shape) == 2 for link in chain
    )


class Contraction:
    """Pieces, scalars, and the sizes of the labels; `solve` leaves pieces on `out` labels only."""

    def __init__(self, pieces: Sequence[Piece], out: Sequence[int], sizes: dict[int, Size]) -> None:
        self.pieces = [p for p in pieces if p.labels]
        self.out = tuple(out)
        self.sizes = sizes
        self.scalars: list[Scalar] = []

    def summed(self) -> list[int]:
        """The labels that must go, in order of first use."""
        seen = dict.fromkeys(x for p in self.pieces for x in p.labels)
        return [x for x in seen if x not in self.out]

    def solve(self) -> None:
        """Eliminate every summed label."""
        while True:
            labels = self.summed()
            if not labels:
                return
            for step in (
                self._norms,
                self._diagonals,
                self._vectors,
                self._matrices,
                self._entrywise,
            ):
                if step(labels):
                    break
            else:
                raise CannotWrite(f"labels {labels}")

    def _on(self, label: int) -> tuple[list[Piece], list[Piece]]:
        vectors = [p for p in self.pieces if p.labels == (label,)]
        matrices = [p for p in self.pieces if len(p.labels) == 2 and label in p.labels]
        return vectors, matrices

    def _swap(self, old: Sequence[Piece], new: Piece | None) -> bool:
        place = min(k for k, p in enumerate(self.pieces) if any(p is o for o in old))
        rest = [p for p in self.pieces if not any(p is o for o in old)]
        if new is not None:
            rest.insert(place, new)
        self.pieces = rest
        return True

    def _norms(self, labels: list[int]) -> bool:
        """A squared matrix whose labels occur nowhere else is a squared Frobenius norm."""
        for piece in self.pieces:
            if len(piece.labels) != 2 or piece.power != 2 or piece.labels[0] == piece.labels[1]:
                continue
            shared = any(x in p.labels for p in self.pieces if p is not piece for x in piece.labels)
            if not shared and all(x in labels for x in piece.labels):
                norm = Apply("norm_frobenius", (written(piece.chain),))
                self.scalars.append((norm, Fraction(2)))
                return self._swap([piece], None)
        return False

    def _diagonals(self, labels: list[int]) -> bool:
        """A(k,k): the trace when k occurs nowhere else, the diagonal otherwise."""
        for piece in self.pieces:
            if len(piece.labels) == 2 and piece.labels[0] == piece.labels[1]:
                label = piece.labels[0]
                alone = sum(label in p.labels for p in self.pieces) == 1
                matrix = written(plain_chain(piece))
                if alone and label not in self.out:
                    self.scalars.append((Apply("trace", (matrix,)), F1))
                    return self._swap([piece], None)
                diagonal = Link(Apply("diagonal", (matrix,)))
                return self._swap([piece], Piece((label,), (diagonal,)))
        return False

    def _vectors(self, labels: list[int]) -> bool:
        """Labels on vectors alone, then on one matrix."""
        for label in labels:
            vectors, matrices = self._on(label)
            if not matrices:
                self._inner(label, vectors)
                return self._swap(vectors, None)
        for label in labels:
            vectors, matrices = self._on(label)
            if len(matrices) == 1:
                matrix = matrices[0]
                vector = self.merged(vectors) if vectors else self.ones(label)
                chain = (*matrix.oriented(label, last=True), *vector)
                return self._swap([matrix, *vectors], Piece((matrix.other(label),), chain))
        return False

    def _inner(self, label: int, vectors: list[Piece]) -> None:
        if len(vectors) == 1 and vectors[0].power == 2:
            self.scalars.append((Apply("norm", (written(vectors[0].chain),)), Fraction(2)))
            return
        pair = (
            (self.ones(label), plain_chain(vectors[0]))
            if len(vectors) == 1
            else (self.merged(vectors[:-1]), plain_chain(vectors[-1]))
        )
        ways = [(*turned(left), *right) for left, right in (pair, pair[::-1])]
        best = min(ways, key=_transposes)
        self.scalars.append((multiplied([link.expr for link in best]), F1))

    def ones(self, label: int) -> Chain:
        """The vector of ones along a label."""
        return (Link(Filled("ones", (self.sizes[label],))),)

    def merged(self, vectors: Sequence[Piece]) -> Chain:
        """The entrywise product of vectors on one label."""
        if len(vectors) == 1 and vectors[0].power == 1:
            return vectors[0].chain
        return (Link(hadamard([(written(v.chain), v.power) for v in vectors])),)

    def _matrices(self, labels: list[int]) -> bool:
        """Labels on two matrices: A B, or A diag(v) B with vectors there."""
        for trace in (False, True):
            for label in labels:
                vectors, matrices = self._on(label)
                if len(matrices) != 2 or matrices[0] is matrices[1]:
                    continue
                a, b = matrices
                i, j = a.other(label), b.other(label)
                if (i == j) != trace:
                    continue
                if trace and (i in self.out or len(self._on(i)[1]) != 2):
                    continue
                middle: Chain = ()
                if vectors:
                    middle = (Link(Apply("diag", (written(self.merged(vectors)),)), True),)
                chain = (*a.oriented(label, True), *middle, *b.oriented(label, False))
                return self._swap([*matrices, *vectors], Piece((i, j), chain))
        return False

    def _entrywise(self, labels: list[int]) -> bool:
        """Matrices on one pair of labels are multiplied entry by entry; a lone squared matrix is a squared norm."""
        for piece in self.pieces:
            if len(piece.labels) != 2:
                continue
            same = [p for p in self.pieces if sorted(p.labels) == sorted(piece.labels)]
            if len(same) > 1:
                return self._swap(same, self.entrywise(same, piece.labels))
        return False

    def entrywise(self, same: Sequence[Piece], labels: tuple[int, ...]) -> Piece:
        """The entrywise product of matrices on one pair of labels, in the orientation with fewer transposes."""
        ways = []
        for order in (labels, labels[::-1]):
            chains = [p.chain if p.labels == order else turned(p.chain) for p in same]
            ways.append(
                (sum(isinstance(x.expr, Transpose) for c in chains for x in c), order, chains)
            )
        _, order, chains = min(ways, key=lambda way: way[0])
        parts = [(written(c), p.power) for c, p in zip(chains, same, strict=True)]
        symmetric = all(len(p.chain) == 1 and p.chain[0].symmetric for p in same)
        return Piece(order, (Link(hadamard(parts), symmetric),))

    # ------------------------------------------------------------------------------ the result

    def result(self, deltas: Sequence[tuple[int, int]]) -> Expr | None:
        """The pieces on the labels of the result as one expression; None for a scalar without array factors."""
        if not self.out:
            assert not self.pieces
            return None
        if len(self.out) == 1:
            self._diagonals([])
            if not self.pieces:
                return None
            return written(self.merged(self.pieces))
        if deltas:
            return self._diagonal_matrix()
        return self._matrix()

    def _diagonal_matrix(self) -> Expr:
        while self._diagonals([]):
            pass
        label = self.out[0]
        vectors, matrices = self._on(label)
        if matrices:
            raise CannotWrite("a matrix on a diagonal")
        if not vectors:
            return Filled("identity", (self.sizes[label], self.sizes[label]))
        return Apply("diag", (written(self.merged(vectors)),))

    def _matrix(self) -> Expr | None:
        row, column = self.out
        while self._diagonals([]):
            pass
        left, _ = self._on(row)
        right, _ = self._on(column)
        matrices = [p for p in self.pieces if len(p.labels) == 2]
        if not matrices:
            return self._outer(left, right)
        whole = self.entrywise(matrices, (row, column)) if len(matrices) > 1 else matrices[0]
        body = plain_chain(whole)
        if whole.labels != (row, column):
            body = turned(body)
        if left:
            body = (Link(Apply("diag", (written(self.merged(left)),)), True), *body)
        if right:
            body = (*body, Link(Apply("diag", (written(self.merged(right)),)), True))
        return written(body)

    def _outer(self, left: list[Piece], right: list[Piece]) -> Expr | None:
        row, column = self.out
        if not left and not right:
            return None
        if not left and self.sizes[row] == ONE:
            return written(turned(self.merged(right)))
        first = self.merged(left) if left else self.ones(row)
        second = self.merged(right) if right else self.ones(column)
        return written((*first, *turned(second)))


def spread(scalar: Expr, shape: tuple[Size, ...]) -> Expr:
    """A scalar as an array."""
    return filled(scalar, shape) if shape else scalar
