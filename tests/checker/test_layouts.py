"""Arrays by their entries, entries beyond the range, blocks, and small sizes where there are many."""

from __future__ import annotations

import itertools

import pytest

from derive.checker import judge_relation
from derive.checker.sampling import MANY, choose_sizes
from derive.errors import RecipeError, ShapeError
from derive.expr.build import array_over, block, dims, identity, index, partial, sum_over, symbol
from derive.expr.nodes import Expr, Symbol
from derive.note import Note
from derive.tensor import derivative

n, m = dims("n m")
i, j, u = index("i", n - 1, 0), index("j", m - 1, 0), index("u", m - 1, 0)


def padded(name: str, *shape: Expr, definition: Expr | None = None) -> Symbol:
    rank = len(definition.shape) if definition is not None else len(shape)
    return symbol(
        name, *shape, facts=("zero_outside",), definition=definition, family=rank, origin=0
    )


X = padded("X", n)
K = padded("K", m)


def verdict(lhs: Expr, rhs: Expr, *premises: Expr) -> str:
    return judge_relation(lhs, "=", rhs, premises=premises).kind


def test_entries_outside_are_zero() -> None:
    assert verdict(X[i - n] + X[i], X[i]) == "holds"
    assert verdict(2 * X[i] - X[i + n], 2 * X[i]) == "holds"
    assert verdict(sum_over(u, K[u] * X[i - u]), sum_over(u, K[u] * X[i + u])) == "fails"


def test_without_the_fact_they_are_not() -> None:
    bare = symbol("X", n, family=1, origin=0)
    assert verdict(bare[i - n], 0 * bare[i]) == "unchecked"


def test_a_convolution_in_both_orders() -> None:
    full = index("a", n + m - 2, 0)
    first = sum_over(u, K[u] * X[full - u])
    other = sum_over(i, X[i] * K[full - i])
    assert verdict(first, other) == "holds"
    assert verdict(first, 2 * other) == "fails"


def test_derivative_by_an_entry_of_what_is_padded() -> None:
    Y = sum_over(u, K[u] * X[i + u])
    assert verdict(partial(Y, K[j]), X[i + j]) == "holds"
    assert verdict(partial(Y, K[j]), X[i - j]) == "fails"


def test_array_by_its_entries() -> None:
    A = symbol("A", n, m, family=2, origin=0)
    B = symbol("B", definition=array_over((j, i), A[i, j]), family=2, origin=0)
    assert B.shape == A.T.shape
    assert verdict(B[j, i], A[i, j]) == "holds"
    assert verdict(B, A.T) == "holds"
    assert verdict(B, 2 * A.T) == "fails"
    L = sum_over((j, i), B[j, i] ** 2)
    assert verdict(partial(L, B[j, i]), 2 * A[i, j]) == "holds"
    assert verdict(partial(L, A[i, j]), 2 * B[j, i]) == "holds"
    assert verdict(partial(L, A[i, j]), B[j, i]) == "fails"


def test_an_array_by_its_entries_has_a_derivative() -> None:
    A = symbol("A", n, m, family=2, origin=0)
    B = symbol("B", definition=array_over((j, i), A[i, j] ** 2), family=2, origin=0)
    made = derivative(sum_over((j, i), B[j, i]), (A,))
    assert verdict(made[i + 1, j + 1], 2 * A[i, j]) == "holds"


def test_padding_of_a_defined_array() -> None:
    B = padded("B", definition=array_over((i,), 3 * X[i]))
    assert verdict(B[i + 1], 3 * X[i + 1]) == "holds"
    assert verdict(B[i + 1], 3 * X[i]) == "fails"


def test_the_ranges_of_an_array_are_sizes() -> None:
    with pytest.raises(ShapeError):
        array_over((index("k", symbol("t")),), symbol("t"))


def test_arrays_of_a_note_start_at_one_number() -> None:
    note = Note()
    (size,) = note.dims("n")
    first, second = note.index("i", size), note.index("j", size, 0)
    with pytest.raises(RecipeError, match="start at one number"):
        note.array("A", (first, second), first * second)


def test_blocks() -> None:
    b = symbol("b", n)
    whole = block([[identity(n), b], [b.T, 2]])
    assert [str(size) for size in whole.shape] == ["n+1", "n+1"]
    assert verdict(whole @ whole, whole @ whole.T) == "holds"


def test_many_sizes_are_small_and_told_apart() -> None:
    names = [f"s{k}" for k in range(MANY + 5)]
    chosen = choose_sizes(names, lambda sizes: True, 5)
    assert all(1 <= size <= 3 for sizes in chosen for size in sizes.values())
    for a, b in itertools.combinations(names, 2):
        assert any(sizes[a] != sizes[b] for sizes in chosen), (a, b)


def test_zero_on_both_sides_proves_nothing() -> None:
    far = index("k", 3 * n, 2 * n)
    assert verdict(X[far], -X[far]) == "unchecked"
