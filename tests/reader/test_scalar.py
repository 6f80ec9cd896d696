"""The second reader: right within its guard, refused outside, and no trace left behind."""

from __future__ import annotations

import sys

import pytest

from derive.errors import ReadError
from derive.reader.reading import scalar
from derive.reader.reading.expression import table_of, tokens_of
from derive.reader.reading.scalar import read_scalar
from derive.reader.source.places import Source

GIVEN = [r"x \in \mathbb{R}, a, b > 0, \lambda > 0, w \in \mathbb{R}^n"]


def read(latex: str):
    return read_scalar(tokens_of(latex), table_of(GIVEN), Source("", latex))


@pytest.mark.filterwarnings("ignore:typing.io")
@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\int_0^1 x^2 dx", "integral x^2 dx"),
        (r"\frac{d}{dx} x^2", "d(x^2)/d(x)"),
        (r"\sin x + \log a", "sin(x) + log(a)"),
        (r"\sum_{k=1}^{5} k^2", "sum_{k} k^2"),
        (r"\lambda x", "lambda x"),
    ],
)
def test_scalar_calculus_is_read(latex: str, text: str) -> None:
    assert repr(read(latex)) == text


@pytest.mark.filterwarnings("ignore:typing.io")
@pytest.mark.parametrize(
    ("latex", "why"),
    [
        (r"w x", "w is not declared as a scalar"),
        (r"a b c", "c is not declared as a scalar"),
        (r"a'", "is not read as scalar calculus"),
        (r"\nabla x", "is not read as scalar calculus"),
        (r"a + b)", "goes on after what was read"),
        (r"10^{99999}", "larger than 1000"),
        ("(" * 12 + "a" + ")" * 12, "nested more than"),
        ("a+" * 100 + "a", "tokens"),
    ],
)
def test_outside_the_guard_it_is_refused(latex: str, why: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(latex)
    assert why in str(caught.value)


@pytest.mark.filterwarnings("ignore:typing.io")
def test_nothing_is_left_in_the_module() -> None:
    read(r"\int_0^1 x^2 dx")
    module = sys.modules["latex2sympy2"]
    assert (module.var, module.variances, module.VARIABLE_VALUES, module.is_real) == (
        {},
        {},
        {},
        None,
    )


def test_without_the_package_it_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scalar, "_module", lambda: None)
    with pytest.raises(ReadError, match="not installed"):
        read(r"\sin x")
