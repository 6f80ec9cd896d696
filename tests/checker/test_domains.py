"""Each generator satisfies its facts exactly, and grants no more than they say."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from derive.checker.domains import bounds_of, draw
from derive.checker.draws import Draw
from derive.checker.sampling import choose_sizes, fits, sample
from derive.errors import EvaluationError
from derive.expr.build import dims, symbol
from derive.expr.facts import FACTS, Fact

POINTS = 64
n, d = dims("n d")


def drawn(names: str, *size: int, bounds: tuple[Any, ...] = (), seed: int = 0) -> Any:
    facts = tuple(
        Fact(name, bounds if name in ("interval", "finite_set") else ()) for name in names.split()
    )
    request = Draw(POINTS, size, np.random.default_rng(seed), bounds_of(facts))
    return draw(facts, request)


def exact(values: Any) -> Any:
    return np.vectorize(Fraction, otypes=[object])(values)


def test_real_numbers_have_all_signs_scales_and_no_zero() -> None:
    values = drawn("real", 2)
    patterns = {tuple(np.sign(row)) for row in values}
    assert len(patterns) == 4
    assert (values != 0).all()
    assert np.abs(values).max() > 20
    assert np.abs(values).min() < 0.1
    assert len(np.unique(values)) > 110


@pytest.mark.parametrize(
    ("name", "true"),
    [
        ("positive", lambda v: v > 0),
        ("nonnegative", lambda v: v >= 0),
        ("negative", lambda v: v < 0),
        ("nonzero", lambda v: v != 0),
        ("integer", lambda v: v == np.floor(v)),
        ("natural", lambda v: (v == np.floor(v)) & (v > 0)),
        ("count", lambda v: (v == np.floor(v)) & (v >= 0)),
        ("binary", lambda v: (v == 0) | (v == 1)),
        ("sign", lambda v: np.abs(v) == 1),
        ("probability", lambda v: (v > 0) & (v < 1)),
    ],
)
def test_entrywise_facts(name: str, true: Any) -> None:
    values = drawn(name, 4)
    assert true(values).all()
    assert len(np.unique(values)) > 1
    assert (values != values[:, :1]).any(axis=1).sum() > POINTS / 2


def test_integers_are_odd_even_zero_and_negative() -> None:
    values = drawn("integer", 3)
    assert (values % 2 == 0).any()
    assert (values % 2 == 1).any()
    assert (values == 0).any()
    assert (values < 0).any()


@pytest.mark.parametrize("name", ["simplex", "one_hot", "sums_to_one"])
def test_entries_sum_to_one_exactly(name: str) -> None:
    values = exact(drawn(name, 5))
    assert all(row.sum() == 1 for row in values)
    if name == "simplex":
        assert (values > 0).all()
        assert not any((row == row[0]).all() for row in values)


@pytest.mark.parametrize("name", ["stochastic_rows", "one_hot_rows", "rows_sum_to_one"])
def test_rows_sum_to_one_exactly(name: str) -> None:
    values = exact(drawn(name, 3, 4))
    assert (values.sum(axis=-1) == 1).all()
    assert (values.sum(axis=-2) != 1).any()


def test_symmetric_and_no_more() -> None:
    values = drawn("symmetric", 4, 4)
    assert (values == np.swapaxes(values, -1, -2)).all()
    lowest = np.linalg.eigvalsh(values)[:, 0]
    assert (lowest < 0).any()
    assert (np.linalg.det(values) > 0).any()
    assert (np.linalg.det(values) < 0).any()


def test_a_general_matrix_is_neither_symmetric_nor_of_one_sign() -> None:
    for name in ("invertible", "square", "real"):
        values = drawn(name, 4, 4)
        assert (values != np.swapaxes(values, -1, -2)).any(axis=(1, 2)).all()
        signs = np.sign(np.linalg.det(values))
        assert {-1.0, 1.0} <= set(signs)


def test_positive_definite_to_the_last_bit_and_not_diagonal() -> None:
    values = drawn("pd", 4, 4)
    assert (values == np.swapaxes(values, -1, -2)).all()
    assert (np.linalg.eigvalsh(values) > 0).all()
    off = values[:, ~np.eye(4, dtype=bool)]
    assert (off < 0).any()
    assert (off != 0).any(axis=1).all()


def test_positive_semidefinite_is_sometimes_singular() -> None:
    values = drawn("psd", 4, 4)
    lowest = np.linalg.eigvalsh(values)[:, 0]
    assert (lowest > -1e-12).all()
    assert (np.abs(lowest) < 1e-9).any()
    assert (lowest > 1e-3).any()


def test_orthogonal_exactly_with_both_determinants_and_not_symmetric() -> None:
    values = drawn("orthogonal", 3, 3)
    one = np.eye(3, dtype=int)
    for q in values:
        assert ((q.T @ q) == one).all()
    assert any((q != q.T).any() for q in values)
    determinants = {round(float(np.linalg.det(q.astype(float)))) for q in values}
    assert determinants == {-1, 1}


def test_orthonormal_columns_have_no_orthonormal_rows() -> None:
    values = drawn("orthonormal_columns", 4, 2)
    for q in values:
        assert ((q.T @ q) == np.eye(2, dtype=int)).all()
    assert any(((q @ q.T) != np.eye(4, dtype=int)).any() for q in values)
    with pytest.raises(EvaluationError, match="2 x 4"):
        drawn("orthonormal_columns", 2, 4)


def test_unit_vectors_exactly() -> None:
    values = drawn("unit_norm", 4)
    assert all(sum(v * v for v in row) == 1 for row in values)
    assert (values[:, 0] > 0).any()
    assert (values[:, 0] < 0).any()


def test_structured_matrices() -> None:
    lower = drawn("lower_triangular", 3, 3)
    assert (np.triu(lower, 1) == 0).all()
    assert (np.tril(lower, -1) != 0).any()
    assert (np.tril(drawn("upper_triangular", 3, 3), -1) == 0).all()
    diagonal = drawn("diagonal", 3, 3)
    assert (diagonal[:, ~np.eye(3, dtype=bool)] == 0).all()
    assert (np.diagonal(diagonal, axis1=1, axis2=2) < 0).any()
    skew = drawn("antisymmetric", 3, 3)
    assert (skew == -np.swapaxes(skew, -1, -2)).all()
    hollow = drawn("zero_diagonal", 3, 3)
    assert (np.diagonal(hollow, axis1=1, axis2=2) == 0).all()
    assert (hollow != np.swapaxes(hollow, -1, -2)).any()


def test_centred_exactly_and_only_by_columns() -> None:
    values = exact(drawn("centred", 4, 3))
    assert (values.sum(axis=1) == 0).all()
    assert (values.sum(axis=2) != 0).any()
    assert (exact(drawn("centred", 4)).sum(axis=1) == 0).all()


def test_joint_probabilities() -> None:
    values = exact(drawn("symmetric zero_diagonal nonnegative total_one", 4, 4))
    assert all(p.sum() == 1 for p in values)
    assert (values >= 0).all()
    assert (values == np.swapaxes(values, -1, -2)).all()
    loose = exact(drawn("zero_diagonal nonnegative total_one", 4, 4))
    assert all(p.sum() == 1 for p in loose)
    assert (loose != np.swapaxes(loose, -1, -2)).any()


def test_intervals_are_open_and_reach_both_ends() -> None:
    values = drawn("interval", bounds=(Fraction(1, 10), Fraction(3, 10)))
    rational = exact(values)
    assert (rational > Fraction(1, 10)).all()
    assert (rational < Fraction(3, 10)).all()
    assert values.min() < 0.12
    assert values.max() > 0.28
    assert (drawn("interval", bounds=(2, None)) > 2).all()
    assert (drawn("interval", bounds=(None, -2)) < -2).all()
    whole = drawn("interval integer", bounds=(-1, 10))
    assert set(np.unique(whole)) == set(range(10))
    assert (drawn("interval positive", bounds=(-5, 1)) > 0).all()


def test_a_finite_set_is_exact() -> None:
    values = drawn("finite_set", 4, bounds=(Fraction(1, 3), Fraction(2)))
    assert set(values.flat) == {Fraction(1, 3), Fraction(2)}


def test_every_fact_alone_has_a_sample() -> None:
    for name in FACTS:
        if name in ("finite_set", "interval"):
            continue
        assert len(drawn(name, 3, 3)) == POINTS, name


def test_a_combination_without_a_generator_is_refused_by_name() -> None:
    with pytest.raises(EvaluationError, match=r"at once .*orthogonal"):
        drawn("orthogonal positive", 3, 3)
    with pytest.raises(EvaluationError, match="full column rank"):
        drawn("full_column_rank", 2, 4)


def test_families_have_different_members_with_the_facts_of_a_member() -> None:
    family = symbol("S", n, d, d, facts=["pd"], family=1)
    values = sample([family], {"n": 3, "d": 2}, 8, 0).values[family]
    assert values.shape == (8, 3, 2, 2)
    assert (np.linalg.eigvalsh(values) > 0).all()
    assert (values[:, 0] != values[:, 1]).any()


def test_the_same_seed_gives_the_same_points_and_another_gives_others() -> None:
    x = symbol("x", n)
    first, again, other = (sample([x], {"n": 3}, 5, s).values[x] for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_sizes_differ_and_lie_on_both_sides() -> None:
    found = choose_sizes(["n", "d"], lambda sizes: True)
    assert all(s["n"] != s["d"] for s in found)
    assert any(s["n"] > s["d"] for s in found)
    assert any(s["n"] < s["d"] for s in found)
    single = [s["n"] for s in choose_sizes(["n"], lambda sizes: True)]
    assert {v % 2 for v in single} == {0, 1}
    tall = symbol("X", n, d, facts=["full_column_rank"])
    assert all(s["n"] >= s["d"] for s in choose_sizes(["n", "d"], fits([tall])))
    shorter = symbol("x", n - 3)
    assert all(s["n"] > 3 for s in choose_sizes(["n"], fits([shorter])))


def test_sizes_that_a_premise_ties_together_are_not_all_one() -> None:
    tied = choose_sizes(list("abchow"), lambda s: s["a"] <= s["h"] and s["b"] <= s["w"], 8)
    assert all(list(sizes.values()).count(1) <= 2 for sizes in tied)
