"""Mutants are well-typed, deterministic and rejected; what is the same function is said to be so."""

from __future__ import annotations

from collections import Counter

import pytest

from derive.checker.mutants import mutants, mutants_of_relation, spread
from derive.checker.neighbours import mutant_table, power
from derive.checker.positions import positions, put
from derive.derivation import Chain, Derivation, Step
from derive.expr.build import (
    apply,
    dims,
    grad,
    hadamard,
    identity,
    index,
    norm2,
    product_over,
    sum_over,
    symbol,
)
from derive.expr.nodes import Expr, Relation

N, D = dims("n d")
X, w, y = symbol("X", N, D), symbol("w", D), symbol("y", N)
LAM = symbol(r"\lambda", facts=["positive"])
LOSS = symbol("L", definition=norm2(X @ w - y) / N + LAM * norm2(w))
GRADIENT = (2 / N) * X.T @ (X @ w - y) + 2 * LAM * w


def kinds_and_exprs(expr: Expr) -> dict[Expr, str]:
    return {m.expr: m.kind for m in mutants(expr)}


@pytest.mark.parametrize(
    ("expr", "wrong", "kind"),
    [
        (GRADIENT, 2 * X.T @ (X @ w - y) + 2 * LAM * w, "factor_n"),
        (GRADIENT, (1 / N) * X.T @ (X @ w - y) + 2 * LAM * w, "factor_2_or_half"),
        (GRADIENT, (2 / N) * X.T @ (X @ w + y) + 2 * LAM * w, "sign"),
        (GRADIENT, (2 / N) * X.T @ (X @ w - y), "dropped_regulariser"),
        (GRADIENT, (2 / D) * X.T @ (X @ w - y) + 2 * LAM * w, "wrong_size"),
    ],
)
def test_named_mistakes_of_a_gradient_are_among_its_mutants(
    expr: Expr, wrong: Expr, kind: str
) -> None:
    assert kinds_and_exprs(expr)[wrong] == kind


def test_transposes_inverses_and_orders() -> None:
    a, b = symbol("A", N, N), symbol("B", N, N)
    found = kinds_and_exprs(apply("inverse", a) @ b.T)
    assert found[a @ b.T] == "missing_inverse"
    assert found[apply("inverse", a) @ b] == "missing_transpose"
    assert found[b.T @ apply("inverse", a)] == "order_swap"


def test_indices_ranges_and_complements() -> None:
    i, j = index("i", N), index("j", N)
    p = symbol("p", N, facts=["probability"])
    found = kinds_and_exprs(sum_over(i, p[i] * y[i], Relation("!=", i, j)))
    assert found[sum_over(i, p[i] * y[i])] == "off_by_one_range"
    assert found[sum_over(i, p[j] * y[i], Relation("!=", i, j))] == "index"
    assert found[sum_over(i, (1 - p[i]) * y[i], Relation("!=", i, j))] == "complement"
    assert found[sum_over(i, y[i] * y[i], Relation("!=", i, j))] == "wrong_symbol"


def test_every_mutant_has_the_shape_of_the_original_and_none_is_repeated() -> None:
    listed = list(mutants(GRADIENT))
    assert len(listed) > 40
    assert all(m.expr.shape == GRADIENT.shape for m in listed)
    assert len({m.expr for m in listed}) == len(listed)
    assert GRADIENT not in {m.expr for m in listed}


def test_mutants_come_in_the_same_order_every_time() -> None:
    assert [repr(m.expr) for m in mutants(GRADIENT)] == [repr(m.expr) for m in mutants(GRADIENT)]


def test_bound_indices_and_variables_of_derivatives_are_no_positions() -> None:
    i = index("i", N)
    f = grad(sum_over(i, y[i] * w.T @ w), w)
    roles = Counter(here.role for here in positions(f))
    assert roles["index"] == 1
    assert roles["root"] == 1
    assert sum(here.node == w for here in positions(f)) == 2
    assert all(put(f, here.path, here.node) == f for here in positions(f))


def test_the_budget_is_respected() -> None:
    assert len(list(mutants(GRADIENT, limit=10))) == 10


def test_spread_takes_every_kind_before_a_second_of_one() -> None:
    listed = list(mutants_of_relation(grad(LOSS, w), "=", GRADIENT))
    kinds = {m.kind for m in listed}
    chosen = spread(listed, len(kinds))
    assert {m.kind for m in chosen} == kinds


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_all_mutants_of_a_true_gradient_are_rejected(seed: int) -> None:
    found = power(grad(LOSS, w), "=", GRADIENT, seed=seed, count=60)
    assert found.survivors == ()
    assert found.tried == found.rejected > 30


def test_a_mutant_that_is_the_same_function_is_named_equivalent() -> None:
    s = symbol("S", D, D, facts=["symmetric"])
    found = power(grad(w.T @ s @ w, w), "=", 2 * s @ w, count=60)
    same = [row for row in found.rows if row.outcome == "equivalent"]
    assert any(row.kind == "extra_transpose" for row in same)
    assert found.survivors == ()


def test_a_judge_that_accepts_everything_is_found_out() -> None:
    from derive.checker.mutants import power_check
    from derive.checker.verdicts import Verdict

    accepting = power_check(
        w, "=", w, lambda a, op, b: Verdict("holds"), lambda a, op, b: Verdict("fails")
    )
    assert accepting.rejected == 0
    assert len(accepting.survivors) == accepting.tried > 0


def test_the_table_of_a_derivation_names_recipe_and_relation() -> None:
    chain = Chain(grad(LOSS, w), (Step("=", GRADIENT),))
    table = list(mutant_table(Derivation(slug="ridge", blocks=(chain,)), count=8))
    assert len(table) == 8
    assert {(row.recipe, row.relation) for row in table} == {("ridge", 1)}
    assert {row.outcome for row in table} == {"rejected"}


def test_products_over_an_index_and_entrywise_products_are_mutated() -> None:
    i = index("i", N)
    assert len(list(mutants(product_over(i, y[i])))) >= 4
    dropped = kinds_and_exprs(hadamard(y, X @ w))
    assert dropped[y] == "dropped_factor"
    assert identity(D).shape == (D.size, D.size)
