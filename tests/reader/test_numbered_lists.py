"""Lists with dots: which numbers count the members, and what the scripts of a member mean."""

import jax.numpy as jnp
import numpy as np
import pytest

import derive

W = np.array([0.5, -1.0, 2.0])
X = np.array([1.5, -0.5, 0.25, 2.0])

NUMBERS = r"w_0,\ldots,w_M\in\mathbb{R}"


@pytest.mark.parametrize(
    ("expr", "given", "answer"),
    [
        (r"\sum_{j=0}^M w_j x^j", [r"x\in\mathbb{R}", NUMBERS], X[0] ** np.arange(3)),
        (
            r"\sum_{j=0}^M w_j x^j",
            [r"x\in\mathbb{R}", r"w_j\in\mathbb{R}, j=0,\ldots,M"],
            X[0] ** np.arange(3),
        ),
        (r"\sum_{j=0}^M w_j^2 j", [NUMBERS], 2 * W * np.arange(3)),
        (r"\sum_{j=0}^M w_j^2", [r"w_0,w_1,\ldots,w_M\in\mathbb{R}"], 2 * W),
        (
            r"\sum_{n=1}^N\sum_{j=0}^M w_j x_n^j",
            [r"x_n\in\mathbb{R}, n=1,\ldots,N", NUMBERS],
            (X[:, None] ** np.arange(3)).sum(0),
        ),
    ],
)
def test_a_list_from_zero_keeps_its_own_count(expr, given, answer):
    found = derive.differentiate(expr, wrt="w_j", given=given)
    assert found.verdict == "holds"
    scope = {"jnp": jnp}
    exec(found.to_json()["result"]["jax"], scope)
    values = {"w": W, "x": X if "x_n" in expr else X[0]}
    names = found.to_json()["arguments"].values()
    np.testing.assert_allclose(scope["gradient"](**{k: values[k] for k in names}), answer)


@pytest.mark.parametrize("first", [r"x_1,x_2,\ldots,x_n", r"x_1,\ldots,x_n"])
def test_the_first_two_members_of_a_list_belong_to_it(first):
    found = derive.differentiate(
        r"x_1 + \sum_{j=1}^n x_j^2", wrt="x", given=[first + r"\in\mathbb{R}"]
    ).to_json()
    assert found["arguments"] == {"x": "x"}
    assert found["result"]["latex"] == r"\delta_{i, 1} + 2 x_i"
