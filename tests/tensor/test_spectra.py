"""Sums over all eigenvalues are traces, products are determinants."""

import pytest

import derive
from derive.errors import NoRuleError

SYMMETRIC = [r"X = X^\top \in \mathbb{R}^{n\times n}"]
POSITIVE = [r"X \succ 0, X \in \mathbb{R}^{n\times n}"]


@pytest.mark.parametrize(
    ("expr", "given", "answer"),
    [
        (r"\sum_i \lambda_i(X)^2", SYMMETRIC, "2 X"),
        (r"\sum_i \lambda_i(X)^3", SYMMETRIC, "3 X X"),
        (r"\sum_i \log \lambda_i(X)", POSITIVE, "X^{-1}"),
        (r"\sum_i \frac{1}{\lambda_i(X)}", POSITIVE, "-X^{-1} X^{-1}"),
        (r"\sum_i (\lambda_i(X) - 1)^2", SYMMETRIC, "2 (X - I)"),
        (r"\sum_i \lambda_i(X) - \log \lambda_i(X)", POSITIVE, "I - X^{-1}"),
        (r"\log\prod_i \lambda_i(X)", POSITIVE, "X^{-1}"),
    ],
)
def test_spectral_sums(expr, given, answer):
    found = derive.differentiate(expr, wrt="X", given=given, check=False).to_json()
    assert found["result"]["latex"] == answer


def test_a_weighted_sum_of_eigenvalues_is_refused():
    given = [*SYMMETRIC, r"a \in \mathbb{R}^n"]
    with pytest.raises(NoRuleError, match="eigenvalues"):
        derive.differentiate(r"\sum_i a_i \lambda_i(X)", wrt="X", given=given)


def test_the_trace_of_a_kronecker_product():
    found = derive.differentiate(
        r"\operatorname{tr}(X\otimes X)", wrt="X", given=[r"X\in\mathbb{R}^{n\times n}"]
    )
    assert found.verdict == "holds"
    assert found.to_json()["result"]["latex"] == r"2 \operatorname{tr}(X) I_n"
