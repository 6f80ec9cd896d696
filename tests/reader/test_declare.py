"""Declarations as formulas: shapes, facts, families, functions, laws."""

from __future__ import annotations

import pytest

from derive.errors import ReadError
from derive.reader.declarations.declare import declare
from derive.reader.grammar.table import Name, Table
from derive.reader.reading.expression import read_expression, table_of


def entry(table: Table, name: str, family: bool = False):
    known = table.families if family else table.entries
    found = next(e for e in known.values() if e.latex == name)
    return tuple(str(table.sizes.resolve(s)) for s in found.sizes or ()), sorted(
        f.name for f in found.facts
    )


SINGLE = [
    (r"A, X \in \mathbb{R}^{m \times n}", "A", ("m", "n"), []),
    (r"A, X \in \mathbb{R}^{m \times n}", "X", ("m", "n"), []),
    (r"X \in \mathbb{R}^{n\times d}, n \ge d", "X", ("n", "d"), []),
    (r"C \succ 0, C \in \mathbb{R}^{n\times n}", "C", ("n", "n"), ["pd"]),
    (r"B, C \succ 0, \; B, C \in \mathbb{R}^{n \times n}", "B", ("n", "n"), ["pd"]),
    (r"W = W^\top \in \mathbb{R}^{n\times n}", "W", ("n", "n"), ["symmetric"]),
    (r"W \in \mathbb{S}^n_{++}", "W", ("n", "n"), ["pd"]),
    (r"W \in \mathbb{S}^n_+", "W", ("n", "n"), ["psd"]),
    (r"y \in \{-1,1\}^m", "y", ("m",), ["sign"]),
    (r"y \in \{0, 1\}", "y", (), ["binary"]),
    (r"y \in \lbrace-1, 1\rbrace", "y", (), ["sign"]),
    (r"k \in \mathbb{N}", "k", (), ["natural"]),
    (r"x \in (0,1)", "x", (), ["probability"]),
    (r"x \in (10^{-7}, 10^{-6})", "x", (), ["interval"]),
    (r"\lambda > 0", r"\lambda", (), ["positive"]),
    (r"0 < \rho < 1", r"\rho", (), ["probability"]),
    (r"p > 1", "p", (), ["interval"]),
    (r"v \in \mathbb{R}^n, v \ne 0", "v", ("n",), ["nonzero"]),
    (r"y \in \mathbb{R}^k, \mathbf 1^\top y = 1", "y", ("k",), ["sums_to_one"]),
    (r"p \in \Delta^{k-1}", "p", ("k",), ["simplex"]),
    (r"K \in \mathbb{R}^{n\times n}\text{ symmetric}", "K", ("n", "n"), ["symmetric"]),
    (r"U \in \mathbb{R}^{n\times k}, U^\top U = I", "U", ("n", "k"), ["orthonormal_columns"]),
    (r"w \in \mathbb{R}^d, \|w\|_2 = 1", "w", ("d",), ["unit_norm"]),
    (r"x \in \mathbb{R}^{n+k-1}", "x", ("k+n-1",), []),
    (r"\sigma^2 > 0", r"\sigma^2", (), ["positive"]),
    (r"X \in \mathbb{R}_+^{n \times d}", "X", ("n", "d"), ["nonnegative"]),
]


@pytest.mark.parametrize(
    ("text", "name", "shape", "facts"), SINGLE, ids=[f"{s[0]} {s[1]}" for s in SINGLE]
)
def test_a_declaration_gives_shape_and_facts(text, name, shape, facts) -> None:
    assert entry(table_of([text]), name) == (shape, facts)


FAMILIES = [
    ([r"x_i \in \mathbb{R}^d, \; i = 1, \ldots, n"], "x", ("n", "d"), []),
    ([r"t_1, \ldots, t_n > 0"], "t", ("n",), ["positive"]),
    ([r"u_1, \dots, u_K \in \mathbb{R}^d"], "u", ("K", "d"), []),
    ([r"x^{(i)} \in \mathbb{R}^d", r"i = 1, \dots, m"], "x", ("m", "d"), []),
    (
        [r"t_{nk} \in \{0, 1\}, \; \sum_{k=1}^K t_{nk} = 1", r"n = 1, \dots, N"],
        "t",
        ("N", "K"),
        ["one_hot_rows"],
    ),
    (
        [r"\Sigma_k \succ 0, \Sigma_k \in \mathbb{R}^{d \times d}, \; k = 1, \ldots, K"],
        r"\Sigma",
        ("K", "d", "d"),
        ["pd"],
    ),
    ([r"\pi_k > 0, \; \sum_{k=1}^K \pi_k = 1"], r"\pi", ("K",), ["simplex"]),
]


@pytest.mark.parametrize(
    ("texts", "name", "shape", "facts"), FAMILIES, ids=[f[0][0] for f in FAMILIES]
)
def test_members_by_index_are_one_family(texts, name, shape, facts) -> None:
    assert entry(table_of(texts), name, family=True) == (shape, facts)


def test_a_subscript_that_is_no_index_is_a_label() -> None:
    table = table_of([r"u_o, v_c \in \mathbb{R}^d, W_1 \in \mathbb{R}^{m\times d}"])
    assert Name("u", sub="o") in table.entries
    assert Name("W", sub="1") in table.entries
    assert not table.families


def test_rows_of_a_matrix_have_names() -> None:
    given = [
        r"W \in \mathbb{R}^{m\times d}, x \in \mathbb{R}^d",
        r"w_j^\top\text{ is the }j\text{-th row of }W",
    ]
    assert repr(read_expression(r"\sum_{j=1}^m w_j^\top x", given)) == "sum_{j} W_j:^T x"


def test_functions_are_declared_in_words_and_by_mapping() -> None:
    given = [
        r"a \in \mathbb{R}, x \in \mathbb{R}^n",
        r"\psi\text{ is the digamma function}",
        r"f : \mathbb{R}^n \to \mathbb{R}",
    ]
    assert repr(read_expression(r"\psi(a) + f(2x)", given)) == "digamma(a) + f(2 x)"


def test_a_law_makes_an_expectation() -> None:
    given = [
        r"\mu \in \mathbb{R}^d, \Sigma \in \mathbb{R}^{d\times d}, \Sigma \succ 0",
        r"x \sim \mathcal N(\mu, \Sigma)",
    ]
    found = read_expression(r"\mathbb{E}[x x^\top]", given)
    assert [s.name for s in found.over] == ["x"]
    assert found.shape == read_expression(r"\Sigma", given).shape


@pytest.mark.parametrize(
    "text",
    [
        r"x \in \mathcal{H}",
        r"A \preceq B",
        r"x \in \mathbb{C}^n",
        r"x \in \{1, 3, 7\}",
        r"Ax \in \mathbb{R}^n",
        r"x \sim P",
    ],
)
def test_what_is_not_understood_is_refused(text) -> None:
    with pytest.raises(ReadError) as caught:
        declare(Table(), [text])
    assert caught.value.path == "declaration 1"


def test_a_function_of_a_number_acts_on_each_entry() -> None:
    given = [r"z \in \mathbb{R}^k, x \in \mathbb{R}^n", r"f(z) = z^2 + 1", r"g(z) = \|z\|^2"]
    assert read_expression("f(x)", given).shape == read_expression("x", given).shape
    assert read_expression("g(z)", given).shape == ()
    with pytest.raises(ReadError, match="g takes z"):
        read_expression("g(x)", given)


@pytest.mark.parametrize(
    "texts",
    [
        [r"x \in \mathbb{R}^n", r"n \in \mathbb{N}", r"i \in \{1, \dots, n\}"],
        [r"n \in \mathbb{N}", r"x \in \mathbb{R}^n", r"1 \le i \le n"],
        [r"n \ge 2", r"x \in \mathbb{R}^n", r"i \in [n]"],
        [r"x \in \mathbb{R}^{n}", r"n > 0", r"i = 1, \dots, n"],
    ],
    ids=lambda texts: texts[-1],
)
def test_sizes_and_indices_are_no_variables(texts) -> None:
    table = table_of(texts)
    kinds = {e.latex: e.kind for e in table.entries.values()}
    assert kinds == {"x": "variable", "n": "size", "i": "index"}
    assert str(next(e for e in table.entries.values() if e.latex == "i").upper) == "n"


def test_equal_entries_across_the_diagonal_are_symmetry() -> None:
    assert entry(table_of([r"p_{ij} \ge 0", r"p_{ij} = p_{ji}"]), "p", True)[1] == [
        "nonnegative",
        "symmetric",
    ]
