"""Derivatives whose textbook value is known, the answers that other systems get wrong, and refusals."""

import pytest

from derive.errors import NoRuleError, UsageError
from derive.expr.build import (
    abstract_function,
    apply,
    call,
    dims,
    grad,
    hadamard,
    index,
    norm2,
    product_over,
    sum_over,
    symbol,
)
from derive.expr.core import Relation, as_expr
from derive.expr.nodes import NODE_TYPES, Expectation, Expr, Integral, Item, Matrix
from derive.tensor import derivative, entries, equal, gradients, normalise, textbook
from derive.tensor.lower import OPAQUE, RULES
from derive.tensor.vjp import RULES as REVERSE

n, m, d = dims("n m d")
A, S = symbol("A", n, n), symbol("S", n, n)
B, X = symbol("B", n, m), symbol("X", m, n)
x, y = symbol("x", n), symbol("y", n)
i, j = index("i", n), index("j", n)


def tr(e: Expr) -> Expr:
    return apply("trace", e)


def test_every_node_type_is_lowered_or_refused_by_name():
    for kind in NODE_TYPES:
        assert (kind in RULES) != (kind in OPAQUE), kind


def test_every_index_form_kind_has_a_rule_or_is_refused():
    with pytest.raises(NoRuleError, match="eigenvalues"):
        derivative(apply("eigenvalues", S)[1], (S,))
    assert set(REVERSE) >= {"einsum", "sum", "map", "inverse", "det", "softmax", "prod"}


def test_log_det_of_a_general_matrix_is_not_zero():
    assert equal(derivative(apply("logdet", S), (S,)), apply("inverse", S).T)
    assert equal(derivative(apply("log", apply("det", S)), (S,)), apply("inverse", S).T)


def test_sum_of_traces_is_not_zero():
    C = symbol("C", n, m)
    result = derivative(tr(B @ X) + tr(C @ X), (X,))
    assert equal(result, B.T + C.T)
    assert not equal(result, B.T)


def test_integral_and_expectation_are_refused_when_reached():
    t = symbol("t")
    area = Integral(t * x.T @ x, t, as_expr(0), as_expr(1))
    with pytest.raises(NoRuleError, match="Integral"):
        derivative(area, (x,))
    assert repr(derivative(area + x.T @ y, (y,))) == "x"
    mean = Expectation("E", (x.T @ y,), (y,))
    with pytest.raises(NoRuleError, match="Expectation"):
        derivative(mean, (x,))


def test_abstract_function_keeps_its_primes():
    phi = abstract_function(r"\phi")
    assert repr(derivative(sum_over(i, call(phi, x[i])), (x,))) == "phi'(x)"
    assert repr(derivative(sum_over(i, call(phi, x[i])), (x, x))) == "diag(phi''(x))"


def test_a_variable_with_a_definition_is_free_also_behind_other_definitions():
    z = symbol("z", definition=A @ x)
    h = symbol("h", definition=apply("tanh", z))
    loss = norm2(h - y)
    assert repr(derivative(loss, (h,))) == "2 (h - y)"
    assert repr(derivative(loss, (z,))) == "2 ((h - y) o (1 - h o h))"


def test_facts_of_the_variable_do_not_enter_before_the_derivative():
    Q = symbol("Q", n, n, facts=["orthogonal"])
    p = symbol("p", n, facts=["simplex"])
    u = symbol("u", n, facts=["unit_norm"])
    P = symbol("P", n, n, facts=["symmetric"])
    assert equal(derivative(tr(Q.T @ Q), (Q,)), 2 * Q)
    assert repr(derivative(sum_over(i, p[i]), (p,))) == "1"
    assert repr(derivative(u.T @ u, (u,))) == "2 u"
    assert repr(derivative(tr(A @ P), (P,))) == "A^T"


def test_symmetric_entries():
    P = symbol("P", n, n, facts=["symmetric_entries"])
    result = derivative(apply("logdet", P), (P,))
    assert repr(result) == "2 P^-1 - diag(diagonal(P^-1))"


def test_symmetry_merges_transposes():
    P = symbol("P", n, n, facts=["symmetric"])
    assert repr(derivative(x.T @ P @ x, (x,))) == "2 P x"
    assert repr(derivative(x.T @ A @ x, (x,))) == "(A + A^T) x"


def test_entry_and_member():
    assert equal(derivative(x.T @ A @ x, (Item(x, (i,)),)), ((A + A.T) @ x)[i])
    xs = symbol("x", n, d, family=1)
    u, ys = symbol("u", d), symbol("y", n, family=1)
    loss = sum_over(i, (u.T @ xs[i] - ys[i]) ** 2)
    assert repr(derivative(loss, (xs[i],))) == "2 (u^T x_i - y_i) u"
    assert derivative(loss, (xs,)).shape == xs.shape


def test_products_hold_where_a_factor_is_zero():
    result = derivative(product_over(i, x[i]), (x,))
    assert "prod_{i, i != j}" in repr(result)


def test_conditions_stay_conditions():
    pairs = sum_over([i, j], 1 / (x[i] - x[j]) ** 2, Relation("!=", i, j))
    assert "!=" in repr(derivative(pairs, (x,)))


def test_four_axes_need_entries():
    T, U, V = symbol("T", m, n), symbol("U", m, d), symbol("V", n, d)
    loss = norm2(T - U @ V.T)
    with pytest.raises(NoRuleError, match="entries"):
        derivative(loss, (U, U))
    found = entries(loss, (U, U))
    assert found.claim.shape == found.value.shape == ()
    assert len(found.layout) == 4
    assert repr(found.value) == "2 kronecker_delta(i, k) (V^T V)_jl"


def test_nested_derivative_is_lowered():
    inner = grad(x.T @ A @ x, x)
    assert equal(inner, (A + A.T) @ x)
    assert equal(derivative(inner.T @ y, (x,)), (A + A.T) @ y)


def test_no_variable_and_no_symbol():
    with pytest.raises(UsageError, match="variable"):
        derivative(x.T @ x, ())
    with pytest.raises(UsageError, match="variable"):
        derivative(x.T @ x, (x + y,))


def test_gradients_share_one_sweep_and_equal_single_derivatives():
    W = symbol("W", m, n)
    z = symbol("z", definition=W @ x)
    loss = norm2(apply("tanh", z))
    found = gradients(loss, [W, x])
    for variable, value in found.items():
        assert equal(value, derivative(loss, (variable,)))
    assert repr(found[W]).lstrip("\\") == "delta_{z} x^T"


def test_equality_is_proof():
    w = symbol("w", n)
    assert equal((x + y).T @ (x + y), x.T @ x + 2 * x.T @ y + norm2(y))
    assert equal(tr(A @ S), tr(S @ A))
    assert equal(sum_over(i, x[i] * y[i]), x.T @ y)
    assert equal(hadamard(x, y), hadamard(y, x))
    assert not equal(A @ S, S @ A)
    assert not equal(x.T @ A @ x, x.T @ A @ w)
    assert not equal(apply("sqrt", (x.T @ y) ** 2), x.T @ y)
    assert not equal(tr(A), as_expr(0))


def test_normal_form():
    assert repr(normalise(x.T @ A @ y + y.T @ A.T @ x)) == "2 x^T A y"
    P = symbol("P", n, n, facts=["pd"])
    assert repr(normalise(P @ apply("inverse", P).T @ x)) == "x"


def test_blocks_and_stacked_columns_leave_no_trace():
    c = symbol("c")
    block = Matrix(((A, x), (x.T, c)))
    assert repr(derivative(tr(block), (A,))) == "I"
    assert repr(derivative(norm2(apply("vec", X)), (X,))) == "2 X"
    assert equal(derivative(apply("vec", X).T @ apply("vec", B.T), (X,)), B.T)


def test_textbook_takes_entries_where_a_book_does():
    k = dims("k")[0]
    w, signal = symbol("w", k), symbol("x", n + k - 1)
    t, l = index("t", n), index("l", k)
    loss = sum_over(t, (y[t] - sum_over(l, w[l] * signal[t + l - 1])) ** 2)
    found = textbook(loss, (w,))
    assert isinstance(found.claim.wrt[0], Item)
    assert "unit_vector" not in repr(found.value)
    assert repr(textbook(norm2(x), (x,)).value) == "2 x"


def test_second_derivative_by_members_has_two_indices():
    k, d_ = dims("K d")
    w = symbol("w", k, d_, family=1)
    v = symbol("v", d_)
    a = index("a", k)
    loss = sum_over(a, apply("exp", w[a].T @ v))
    found = textbook(loss, (w[a], w[a]))
    first, second = (x.indices[0] for x in found.claim.wrt)
    assert first != second
    assert len(found.layout) == 4
    assert "kronecker_delta" in repr(found.value)
