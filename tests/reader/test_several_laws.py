r"""One letter for several laws of a variable: `q(z \mid x)` beside `q(z)`, `q(z \mid x_n)` under a sum over n.

What is given may be left out where it is the same throughout; else different laws would be taken for one.
"""

from __future__ import annotations

import pytest

import derive

GIVEN = r"Let $z$ take finitely many values, $q(z|x) > 0$ be the encoder and %s. "
EACH = r"Let $z$ take finitely many values, $q(z|x_n) > 0$ be the encoder of $x_n$ and %s. "


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            GIVEN % "$q(z)$ its mean" + r"\[ \sum_z q(z|x) \log\frac{q(z|x)}{q(z)} = 0 \]",
            "unchecked",
        ),
        (
            EACH % "$p(z)$ the prior"
            + r"\[ \sum_{n=1}^N \sum_z q(z|x_n) \log p(z) = N \sum_z q(z|x_1) \log p(z) \]",
            "unchecked",
        ),
        (
            GIVEN
            % "$p(z)$ the prior"
            + r"\[ \sum_z q(z|x) \log\frac{q(z|x)}{p(z)} = \sum_z q(z|x) \log q(z|x)"
            r" - \sum_z q(z|x) \log p(z) \]",
            "holds",
        ),
    ],
)
def test_a_condition_is_left_out_only_where_it_stays_the_same(text: str, expected: str) -> None:
    found = derive.check_text(text).relations[0].verdict
    assert found.kind == expected, found.why
