"""Formulas made to break readers: a refusal with its place in bounded time, and never another exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from derive.errors import DeriveError, ReadError
from derive.reader.declarations.declare import declare
from derive.reader.grammar.table import Table
from derive.reader.reading.expression import read_expression, table_of

GIVEN = [
    r"A \in \mathbb{R}^{n\times n}, x, y \in \mathbb{R}^n, a, b \in \mathbb{R}",
    r"x_i \in \mathbb{R}^d, i=1,\dots,n",
]
ROWS = (
    r"\sum_{i=1}^n \prod_i \frac \sqrt \nabla_x \partial \int \lim_{t\to0} \log \exp \operatorname{tr} \det",
    r"\| | || \lvert \rvert ( ) [ ] \{ \} { } ^ _ ' ! + - \cdot \odot \otimes / , ; : = < > \mid",
    r"A x y a b i j n d 1 2 0.5 T \top ^\top ^{-1} _{ij} _i ^2 e \pi \sigma \mathbf{1} I \delta_{ij} \mathbf",
    r"\left( \right) \left| \right| \max \min \arg \mathcal{N} \mathbb{E} \text{if} \dots d dx \mathrm{d}",
    r"\begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} & \\ \over \underbrace \hat \vec \mathbb",
)
PIECES = [piece for row in ROWS for piece in row.split()]
SOUP = st.lists(st.sampled_from([*PIECES, " "]), max_size=40).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_soup_is_read_or_refused(latex: str) -> None:
    start = time.thread_time()
    try:
        read_expression(latex, table=table_of(GIVEN))
    except ReadError as error:
        assert str(error)  # noqa: PT017
    assert time.thread_time() - start < 20


@settings(max_examples=200, deadline=None)
@given(SOUP)
@example("1 <")
def test_soup_as_a_declaration_is_read_or_refused(latex: str) -> None:
    table, refused = Table(), ""
    try:
        declare(table, [latex, r"x \in \mathbb{R}^n"])
    except DeriveError as error:
        refused = str(error)
    assert refused or table.known() != Table().known()


DEEP = [
    "(" * 300 + "a" + ")" * 300,
    "{" * 300 + "a" + "}" * 300,
    r"\mathbf{" * 500 + "x" + "}" * 500,
    r"\frac{1}{" * 200 + "a" + "}" * 200,
    r"\sqrt{" * 200 + "a" + "}" * 200,
    "a^{" * 200 + "2" + "}" * 200,
    "a_{" * 200 + "2" + "}" * 200,
    "|" * 400 + "a" + "|" * 400,
    r"\sum_{i=1}^n " * 200 + "a",
    r"\nabla_x " * 200 + "x",
    "-" * 5000 + "a",
    "(" * 100_000,
    "9^{9^{9^{9}}}",
    r"\binom{10^9}{5\cdot10^8}",
    r"\sum_{i=1}^{1000000000000} a",
    "+".join(["a"] * 3000),
    " ".join(["a"] * 9000),
    r" \odot ".join(["x"] * 1500),
]


@pytest.mark.parametrize("latex", DEEP, ids=[d[:12] for d in DEEP])
def test_deep_and_long_formulas_are_answered_fast(latex: str) -> None:
    table = table_of(GIVEN)
    start = time.thread_time()
    try:
        read_expression(latex, table=table)
    except ReadError as error:
        assert len(str(error)) < 2000  # noqa: PT017
    assert time.thread_time() - start < 10
