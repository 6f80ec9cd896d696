"""Members of a family as variables: Kronecker deltas, and indices that are never confused."""

from __future__ import annotations

from itertools import pairwise

from derive.checker import judge_relation
from derive.derivation import Chain
from derive.engine import explain, worked
from derive.expr import build as b
from derive.expr.nodes import Expr
from derive.rules.scalars import kronecker, kronecker_square

X, t = b.symbol("X", "n", "d"), b.symbol("t", "n", "k")
w = b.symbol("w", "k", "d", family=1)
n, j, k = b.index("n", "n"), b.index("j", "k"), b.index("k", "k")


def check(chain: Chain) -> None:
    for before, after in pairwise(chain.sides()):
        assert isinstance(before, Expr)
        assert isinstance(after, Expr)
        verdict = judge_relation(before, "=", after)
        assert verdict.kind == "holds", (before, after, verdict.why)


def test_softmax_regression_by_one_weight_vector() -> None:
    total = b.sum_over(j, b.apply("exp", w[j].T @ X[n]))
    loss = -b.sum_over(
        n, b.sum_over(k, t[n, k] * b.apply("log", b.apply("exp", w[k].T @ X[n]) / total))
    )
    chain = worked(loss, w[j])
    reasons = [step.reason.text for step in chain.steps]
    assert any("Kronecker delta" in reason for reason in reasons)
    assert "rules of the logarithm before the derivative" in reasons
    check(chain)


def test_bound_index_with_the_letter_of_the_variable() -> None:
    loss = b.sum_over(j, b.norm2(w[j]))
    chain = worked(loss, w[j])
    assert repr(chain.steps[-1].rhs) == "2 w_j"
    check(chain)


def test_false_confusion_of_indices_is_not_explained() -> None:
    loss = b.sum_over(j, b.norm2(w[j]))
    gradient = b.grad(loss, w[j])
    assert explain(gradient, 2 * w[j], "chain rule for a squared norm")
    assert not explain(gradient, 2 * b.sum_over(j, w[j]), "linearity")
    assert not explain(gradient, 2 * b.sum_over(j, w[j]), "chain rule for a squared norm")


def test_kronecker_delta_captures_no_index() -> None:
    A = b.symbol("A", "k", "k")
    inner = b.sum_over(j, A[j, k])
    assert kronecker(b.sum_over(k, b.delta(j, k) * inner)) is None
    assert kronecker_square(b.delta(j, k) * inner) is None
    assert repr(kronecker(b.sum_over(k, b.delta(j, k) * A[k, k]))) == "A_jj"


def test_symmetric_entries_are_left_to_the_machine() -> None:
    S = b.symbol("S", "n", "n", facts=["symmetric_entries"])
    A = b.symbol("A", "n", "n")
    chain = worked(b.apply("trace", A @ S), S)
    assert all("reverse accumulation" in step.reason.text for step in chain.steps)
    assert not explain(b.grad(b.apply("trace", A @ S), S), A.T, "linear form")
