"""The rule of the verdicts: premises, orders, shapes, undefined sides, bounds on time and size, reports."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pytest

from derive.checker import judge, judge_relation
from derive.checker.sampling import Points
from derive.checker.verdicts import Report
from derive.derivation import Chain, Derivation, Reason, Step, Unreadable
from derive.expr.build import (
    abstract_function,
    apply,
    call,
    defined_function,
    dims,
    equals,
    grad,
    hadamard,
    index,
    indicator,
    item,
    norm,
    norm2,
    not_equal,
    ones,
    pi,
    sum_over,
    symbol,
    zeros,
)
from derive.expr.facts import Fact, Law
from derive.expr.nodes import Expr, Relation, as_expr

n, d = dims("n d")
X, w, y = symbol("X", n, d, facts=["full_column_rank"]), symbol("w", d), symbol("y", n)
a, b = symbol("a", n), symbol("b", n)
x, t = symbol("x"), symbol("t")
loss = norm2(X @ w - y)
solution = apply("inverse", X.T @ X) @ X.T @ y


def kind(lhs: Expr, op: str, rhs: Expr | int | float, *premises: Expr) -> str:
    return judge_relation(lhs, op, as_expr(rhs), premises=premises, time_limit=20.0).kind


# ------------------------------------------------------------------------------------ premises


def test_an_equation_for_a_symbol_defines_it() -> None:
    assert kind(loss, "=", norm2(y), equals(w, zeros(d))) == "holds"
    assert kind(loss, "=", norm2(y)) == "fails"


def test_a_stationary_point_is_solved_for() -> None:
    stationary = equals(grad(loss, w), zeros(d))
    assert kind(w, "=", solution, stationary) == "holds"
    assert kind(w, "=", 2 * solution, stationary) == "fails"
    assert kind(X.T @ X @ w, "=", X.T @ y, stationary) == "holds"


def test_equations_for_several_symbols_are_solved_together() -> None:
    lam = symbol("lambda")
    first = equals(2 * a - lam * b, zeros(n))
    second = equals(a.T @ b, as_expr(1))
    assert kind(a, "=", b / (b.T @ b), first, second) == "holds"
    assert kind(a, "=", 2 * b / (b.T @ b), first, second) == "fails"


def test_a_nonlinear_equation_is_solved_exactly_enough_for_a_proof() -> None:
    root = equals(x**3, as_expr(2))
    assert kind(x**6, "=", 4, root) == "holds"
    assert kind(x**6, "=", as_expr(4) + as_expr(1e-20), root) == "fails"


def test_inequalities_restrict_the_points() -> None:
    log = apply("log", x**2)
    assert kind(log, "=", 2 * apply("log", x), x > 0) == "holds"
    assert kind(apply("abs", x - t), "=", x - t, x >= t) == "holds"
    assert kind(apply("abs", x - t), "=", x - t, x <= t) == "fails"


def test_a_premise_on_sizes_and_one_on_indices() -> None:
    i, j = index("i", n), index("j", n)
    product = apply("kronecker_delta", i, j) * a[i]
    assert kind(product, "=", 0, Relation("!=", i, j)) == "holds"
    assert kind(product, "=", 0) == "fails"
    assert kind(indicator(Relation(">=", n, d)), "=", 1, Relation(">=", n, d)) == "holds"


def test_a_contradiction_is_unchecked() -> None:
    verdict = judge_relation(x, "=", x + 1, premises=[x > 0, x < 0])
    assert verdict.kind == "unchecked"
    assert "no sampled point satisfies" in verdict.why


# ------------------------------------------------------------------------------------ orders


@pytest.mark.parametrize(
    ("lhs", "op", "rhs", "wanted"),
    [
        ((a.T @ b) ** 2, "<=", norm2(a) * norm2(b), "holds"),
        (a.T @ b, ">=", norm(a) * norm(b), "fails"),
        (apply("exp", x), ">=", 1 + x, "holds"),
        (x**2 - 2 * x, ">=", as_expr(-0.9999999), "fails"),
        (x**2, ">", as_expr(0), "unchecked"),
        (x**2 + 1, ">", as_expr(0), "holds"),
        (-norm2(a), "<", as_expr(0), "unchecked"),
        (apply("exp", x), ">", 1 + x, "fails"),
        (x * (1 - x), "<", as_expr(0.25), "fails"),
        (apply("sign", x) ** 2, "=", as_expr(1), "fails"),
        (apply("max", x, as_expr(-500)), "=", x, "fails"),
        (indicator(not_equal(x, 5)), "=", as_expr(1), "fails"),
        (apply("max", as_expr(0), as_expr(0.0001) - norm(a - b)), "=", as_expr(0), "fails"),
        (x**2 + 1, "!=", as_expr(0), "holds"),
        (hadamard(a, a), ">=", as_expr(0), "holds"),
        (a, ">=", as_expr(0), "fails"),
        (norm(a + b), "<", norm(a) + norm(b) - 1e-6, "fails"),
        (pi, "~~", as_expr(3.14), "holds"),
        (pi, "~~", as_expr(3.5), "fails"),
        (apply("sin", x), "~~", x, "unchecked"),
        (apply("exp", -(x**2)), "prop", 3 * apply("exp", 1 - x**2), "holds"),
        (apply("exp", -(x**2)), "prop", apply("exp", -2 * x**2), "fails"),
        (2 * a, "prop", a, "holds"),
        (hadamard(a, a), "prop", a, "fails"),
    ],
)
def test_orders(lhs: Expr, op: str, rhs: Expr, wanted: str) -> None:
    assert kind(lhs, op, rhs) == wanted


def test_an_inequality_is_not_called_proved() -> None:
    verdict = judge_relation(apply("exp", x), ">=", 1 + x)
    assert verdict.evidence is not None
    assert verdict.evidence.referee.startswith("not refuted (")


def test_sides_of_a_counterexample_stand_as_written() -> None:
    found = judge_relation(as_expr(0) * x, ">=", x**2 + 1).counterexample
    assert found is not None
    assert found.lhs == 0
    assert found.rhs > 0


# ------------------------------------------------------------------------------------ shapes and undefined sides


def test_a_layout_difference_is_told() -> None:
    verdict = judge_relation(grad(loss, w), "=", (2 * X.T @ (X @ w - y)).T)
    assert verdict.kind == "fails"
    assert "the other layout" in verdict.why


def test_zero_may_stand_for_an_array_of_zeros_and_no_other_number() -> None:
    assert kind(a - a, "=", 0) == "holds"
    assert kind(ones(n), "=", 1) == "fails"


def test_one_sided_definedness_is_not_holds() -> None:
    verdict = judge_relation(apply("log", x**2), "=", 2 * apply("log", x))
    assert verdict.kind == "unchecked"
    assert verdict.why.startswith("holds only where both sides are defined")


def test_saturation_is_not_equality() -> None:
    near = symbol("x", facts=[Fact("interval", (50, 60))])
    assert kind(apply("tanh", near), "=", 1 + 0 * near) == "fails"
    far = symbol("x", facts=[Fact("interval", (10**4, 10**5))])
    assert kind(apply("tanh", far), "=", 1 + 0 * far) == "unchecked"


def test_thin_regions_are_found() -> None:
    assert (
        kind(apply("max", apply("abs", x - 5) - 1e-5, 0 * x), "=", apply("abs", x - 5) - 1e-5)
        == "fails"
    )
    assert kind(indicator((x - 5) ** 2 >= 1e-4), "=", 1 + 0 * x) == "fails"


def test_both_sides_zero_everywhere_compare_nothing() -> None:
    far = symbol("x", facts=[Fact("interval", (0, 1))])
    verdict = judge_relation(apply("relu", far - 2), "=", apply("relu", far - 3))
    assert verdict.kind == "unchecked"
    assert "zero" in verdict.why


def test_a_symbol_that_cannot_be_sampled_is_named() -> None:
    odd = symbol("Q", n, n, facts=["orthogonal", "positive"])
    verdict = judge_relation(odd, "=", odd.T)
    assert verdict.kind == "unchecked"
    assert "at once" in verdict.why


def test_an_index_that_leaves_its_range_is_told() -> None:
    i = index("i", n)
    verdict = judge_relation(a[i + 1], "=", a[i + 1] * 1)
    assert verdict.kind == "unchecked"
    assert "leaves its range" in verdict.why


# ------------------------------------------------------------------------------------ functions and definitions


def test_defined_functions() -> None:
    f = defined_function("f", [t], t**2 + 1, elementwise=True)
    assert kind(call(f, x + 1), "=", x**2 + 2 * x + 2) == "holds"
    assert kind(call(f, a), "=", hadamard(a, a) + ones(n)) == "holds"
    assert kind(call(f, x, order=1), "=", 2 * x) == "holds"
    assert kind(call(f, x, order=2), "=", 2) == "holds"
    assert kind(call(f, a, order=1), "=", a) == "fails"


def test_abstract_functions_are_smooth_and_nothing_more() -> None:
    phi = abstract_function("phi")
    assert kind(grad(call(phi, x**2), x), "=", 2 * x * call(phi, x**2, order=1)) == "holds"
    assert kind(grad(call(phi, x**2), x), "=", call(phi, x**2, order=1)) == "fails"
    assert kind(call(phi, -x), "=", -call(phi, x)) == "fails"
    assert kind(call(phi, x), "<=", as_expr(10)) == "fails"


def test_a_defined_symbol_is_a_free_variable_of_a_derivative() -> None:
    z = symbol("z", definition=x**2)
    top = symbol("L", definition=apply("sin", z))
    assert kind(grad(top, z), "=", apply("cos", z)) == "holds"
    assert kind(grad(top, x), "=", grad(top, z) * grad(z, x)) == "holds"
    assert kind(grad(top, x), "=", grad(top, z)) == "fails"


def test_a_thousand_layers() -> None:
    h: Expr = x
    for layer in range(1000):
        h = symbol(f"h^{{({layer})}}", definition=apply("tanh", h) + x / 1000)
    assert kind(h, "=", h + 0 * x) == "holds"
    assert judge_relation(grad(h, x), "=", grad(h, x) * 2, time_limit=20.0).kind == "fails"


def test_a_law_without_a_sampler_is_refused() -> None:
    strange = symbol("z", n, law=Law("mystery", ()))
    verdict = judge_relation(strange, "=", strange * 2)
    assert verdict.kind == "unchecked"
    assert "mystery" in verdict.why


# ------------------------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    "side",
    [
        as_expr(9) ** (as_expr(9) ** (as_expr(9) ** as_expr(9))),
        sum_over(index("i", 10**12), index("i", 10**12)),
        as_expr(9) ** (as_expr(9) ** as_expr(9)),
        (1 + 1 / as_expr(3 * 10**9)) ** as_expr(10**9),
        apply("factorial", as_expr(10**9)),
        apply("exp", apply("exp", apply("exp", apply("exp", x**2 + 10)))),
    ],
)
def test_hostile_expressions_end_in_time(side: Expr) -> None:
    start = time.thread_time()
    verdict = judge_relation(side, "=", as_expr(1))
    assert time.thread_time() - start < 20
    assert verdict.kind in ("unchecked", "fails")


def test_a_deep_expression_ends() -> None:
    deep: Expr = x
    for _ in range(3000):
        deep = apply("sin", deep) + 1
    assert kind(deep, "=", deep * 1) == "holds"


def test_the_time_limit_is_kept() -> None:
    i, j, k = index("i", 25), index("j", 25), index("k", 25)
    slow = sum_over([i, j, k], apply("exp", apply("sin", a[1] * i * j * k)))
    start = time.thread_time()
    verdict = judge_relation(slow, "=", slow + 1e-9 * x, time_limit=0.2)
    assert time.thread_time() - start < 20
    assert verdict.kind in ("unchecked", "fails")


# ------------------------------------------------------------------------------------ reports


def derivation() -> Derivation:
    steps = (
        Step("=", 2 * X.T @ (X @ w - y), Reason("chain rule")),
        Step("=", 2 * X.T @ X @ w - X.T @ y),
        Step("=", Unreadable(r"\dots", "dots")),
        Step(":=", 2 * X.T @ X @ w, role="definition"),
    )
    normal = Chain(w, (Step("=", solution),), premises=(equals(grad(loss, w), zeros(d)),))
    return Derivation(path="notes.tex", blocks=(Chain(grad(loss, w), steps), normal))


def test_a_report_numbers_the_relations_and_keeps_verdicts_apart() -> None:
    seen: list[tuple[int, int]] = []
    report = judge(derivation(), progress=lambda done, total: seen.append((done, total)))
    assert [r.verdict.kind for r in report.relations] == [
        "holds",
        "fails",
        "unchecked",
        "definition",
        "holds",
    ]
    assert [r.index for r in report.relations] == [1, 2, 3, 4, 5]
    assert seen[-1] == (5, 5)
    counts = Report((report,)).counts()
    assert counts == {"holds": 2, "fails": 1, "unchecked": 1, "definitions": 1}
    json.dumps(Report((report,)).to_json(), allow_nan=False)


def test_the_same_seed_gives_the_same_report() -> None:
    first, second = (judge(derivation(), seed=3).to_json() for _ in range(2))
    assert first == second


def test_a_counterexample_is_small_and_plain() -> None:
    found = judge_relation(grad(loss, w), "=", X.T @ (X @ w - y)).counterexample
    assert found is not None
    assert found.sizes == {"d": 1, "n": 1}
    assert all(isinstance(v, int) for v in (found.values["w"][0], found.values["y"][0]))
    assert found.lhs[0] == 2 * found.rhs[0]


def test_evidence_names_the_referee() -> None:
    first = judge_relation(a.T @ b, "=", b.T @ a).evidence
    second = judge_relation(grad(loss, w), "=", 2 * X.T @ (X @ w - y)).evidence
    assert first is not None
    assert second is not None
    assert (first.referee, second.referee) == ("balls", "balls, jax.grad")
    assert len(first.sizes) == 3
    assert first.points >= 192


def test_differences_that_are_rounding_are_not_reported_as_large() -> None:
    small = symbol("x", facts=[Fact("interval", (1e-7, 1e-6))])
    verdict = judge_relation(
        (1 - apply("cos", small)) / small**2, "=", (apply("sin", small / 2) / small) ** 2 * 2
    )
    assert verdict.kind == "holds"
    assert verdict.evidence is not None
    assert verdict.evidence.worst <= 1e-9


def test_jax_is_not_loaded_for_an_identity() -> None:
    code = (
        "import sys\nfrom derive.checker import judge_relation\nfrom derive.expr.build import symbol\n"
        "x = symbol('x')\nassert judge_relation(x + x, '=', 2 * x).kind == 'holds'\n"
        "assert not {'jax', 'scipy', 'sympy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Points.__name__ == "Points"
    assert item(a, 1).shape == ()


def test_a_premise_is_no_name_for_what_a_derivative_varies() -> None:
    wide, right = symbol("A", 2, 3, facts=["full_row_rank"]), symbol("b", 2)
    short, price = symbol("x", 3), symbol("p", 2)
    lagrangian = short.T @ short / 2 - price.T @ (wide @ short - right)
    given = (equals(grad(lagrangian, short), zeros(3)), equals(wide @ short, right))
    assert kind(short, "=", wide.T @ price, *given) == "holds"
    assert kind(short, "=", 2 * wide.T @ price, *given) == "fails"


def test_premises_for_all_values_of_an_index() -> None:
    i = index("i", n)
    r = symbol("r", n)
    entrywise = equals(r[i], y[i] - (X @ w)[i])
    assert kind(norm2(r), "=", loss, entrywise) == "holds"
    assert kind(norm2(r), "=", 2 * loss, entrywise) == "fails"
    assert kind(apply("norm1", a), "=", ones(n).T @ a, a[i] > 0) == "holds"
    assert kind(apply("norm1", a), "=", ones(n).T @ a) == "fails"


def test_sides_that_never_vary_compare_little() -> None:
    low = symbol("x", facts=[Fact("interval", (0, 1))])
    verdict = judge_relation(apply("floor", low), "=", apply("floor", low / 2))
    assert verdict.kind == "unchecked"
    verdict = judge_relation(1 + apply("floor", low), "=", 1 + apply("floor", low / 2))
    assert verdict.kind == "unchecked"
    assert "varies" in verdict.why


def test_a_differential_is_confirmed_by_jax() -> None:
    from derive.expr.nodes import Differential

    square = symbol("A", n, n)
    claim = Differential(apply("logabsdet", square), (square,))
    change = apply("trace", apply("inverse", square) @ Differential(square, (square,)))
    verdict = judge_relation(claim, "=", change)
    assert verdict.kind == "holds"
    assert verdict.evidence is not None
    assert verdict.evidence.referee == "balls, jax.grad"


def test_a_tiny_difference_is_printed_with_enough_digits() -> None:
    near = symbol("x", facts=[Fact("interval", (50, 60))])
    found = judge_relation(apply("tanh", near), "=", 1 + 0 * near).counterexample
    assert found is not None
    assert found.lhs != found.rhs
    assert str(found.lhs).startswith("0.99999")
    large = judge_relation(apply("exp", 1000 * near), "=", 0 * near).counterexample
    assert large is not None
    json.dumps(large.lhs, allow_nan=False)
