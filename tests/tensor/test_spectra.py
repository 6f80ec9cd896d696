"""Sums over all eigenvalues are traces, products are determinants; single ones have projections as gradients."""

import numpy as np
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


@pytest.mark.parametrize(
    ("expr", "given", "answer"),
    [
        (r"\lambda_{\max}(X)", SYMMETRIC, r"v_1 v_1^\top"),
        (r"\lambda_i(X)", SYMMETRIC, r"v_i v_i^\top"),
        (r"\sum_i a_i \lambda_i(X)", SYMMETRIC, r"\sum_{i=1}^{n} a_i\,(v_i v_i^\top)"),
        (r"\lambda_2(X)^2", SYMMETRIC, r"2 \lambda_2(X) (v_2 v_2^\top)"),
        (r"\|X\|_*", [r"X \in \mathbb{R}^{m\times n}"], r"\operatorname{polar}(X)"),
    ],
)
def test_single_eigenvalues_and_singular_values(expr, given, answer):
    found = derive.differentiate(expr, wrt="X", given=[*given, r"a \in \mathbb{R}^n"])
    assert found.verdict == "holds"
    assert found.to_json()["result"]["latex"] == answer


@pytest.mark.parametrize("shape", [(4, 3), (2, 5)])
def test_the_gradients_of_the_norms_of_singular_values(shape):
    x = np.cos(np.arange(float(np.prod(shape)))).reshape(shape)
    u, _, v = np.linalg.svd(x, full_matrices=False)
    for expr, want in ((r"\|X\|_*", u @ v), (r"\|X\|_{\mathrm{op}}", np.outer(u[:, 0], v[0]))):
        given = [r"X \in \mathbb{R}^{m\times n}"]
        scope = {"np": np}
        exec(derive.differentiate(expr, wrt="X", given=given, check=False).numpy, scope)
        np.testing.assert_allclose(scope["gradient"](X=x), want, atol=1e-12)


def test_eigenvalues_of_a_matrix_that_is_not_symmetric_are_refused():
    with pytest.raises(NoRuleError, match="declared symmetric"):
        derive.differentiate(r"\lambda_{\max}(X)", wrt="X", given=[r"X \in \mathbb{R}^{n\times n}"])


def test_the_trace_of_a_kronecker_product():
    found = derive.differentiate(
        r"\operatorname{tr}(X\otimes X)", wrt="X", given=[r"X\in\mathbb{R}^{n\times n}"]
    )
    assert found.verdict == "holds"
    assert found.to_json()["result"]["latex"] == r"2 \operatorname{tr}(X) I_n"
