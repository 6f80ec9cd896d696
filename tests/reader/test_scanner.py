"""Tokens and the tree of groups."""

from __future__ import annotations

import time

import pytest

from derive.errors import ReadError
from derive.reader.source.groups import DEPTH, Group, tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token, plain_text, scan, scan_math


def texts(latex: str) -> list[str]:
    return [token.text for token in scan_math(latex)]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"x_{ij} = 2\alpha", ["x", "_", "{", "i", "j", "}", "=", "2", r"\alpha"]),
        (r"a\\ \| \{ \,", ["a", "\\\\", r"\|", r"\{", r"\,"]),
        ("0.5x 3. .25", ["0.5", "x", "3", ".", ".25"]),
        ("a % note\n b", ["a", "b"]),
        (r"50\% of", ["50", r"\%", "o", "f"]),
        (r"\begin {cases} x \end{cases}", ["cases", "x", "cases"]),
        ("a~b&c", ["a", "b", "&", "c"]),
        ("x'", ["x", "'"]),
    ],
)
def test_tokens(latex: str, expected: list[str]) -> None:
    assert texts(latex) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("α ≤ β", r"\alpha \leq \beta"),
        ("∇f", r"\nabla f"),
        ("Aᵀ", r"A^{\top}"),
        ("x⁻¹", "x^{-1}"),
        ("σ₁₂", r"\sigma_{12}"),
        ("ℝ", r"\mathbb{R}"),
        ("𝐱", r"\mathbf{x}"),
        ("Σ ∑", r"\Sigma \sum"),
        ("a − b", "a - b"),
        ("‖x‖", r"\|x\|"),
        ("a\u00a0b", "a b"),
    ],
)
def test_unicode_is_read_as_latex(written: str, meant: str) -> None:
    assert plain_text(scan_math(written)) == meant


def test_unicode_tokens_stand_where_the_character_stands() -> None:
    assert {(token.start, token.end) for token in scan_math("a + ℝ")[2:]} == {(4, 5)}


def test_spans_point_to_the_authors_characters() -> None:
    text = "  \\frac{ab}{c_1} % rest\n + 12.5"
    for token in scan_math(text):
        assert text[token.start : token.end] == token.text


def test_verbatim_is_one_token() -> None:
    kinds = [t.kind for t in scan(r"\begin{verbatim}$x$ \begin{align}\end{verbatim}\verb|$|")]
    assert kinds == [Kind.VERBATIM, Kind.VERBATIM]


def test_numbers_split_where_tex_takes_one_token() -> None:
    latex = r"\frac12 x^23 \frac{a}234 12"
    nodes = tree(scan_math(latex), Source("", latex))
    leaves = [n.text if isinstance(n, Token) else "{}" for n in nodes]
    assert leaves == [r"\frac", "1", "2", "x", "^", "2", "3", r"\frac", "{}", "2", "34", "12"]


def test_tree_nests_groups_and_environments() -> None:
    latex = r"\begin{cases} {a} & b \end{cases}"
    (group,) = tree(scan_math(latex), Source("", latex))
    assert isinstance(group, Group)
    assert group.name == "cases"
    assert isinstance(group.items[0], Group)
    assert [t.text for t in group.tokens()] == [t.text for t in scan_math(latex)]


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("a\n{b", "t:2:1: { is never closed"),
        ("a}", "t:1:2: } closes nothing"),
        (r"\begin{x}{\end{x}", r"t:1:11: \end{x} meets { of line 1"),
        (r"\begin{x}\end{y}", r"t:1:10: \end{y} meets \begin{x} of line 1"),
        ("{" * 3000, f"t:1:2001: groups are nested more than {DEPTH} deep"),
    ],
)
def test_unbalanced_groups_are_refused_with_their_place(latex: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        tree(scan_math(latex), Source("t", latex))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text", ["(" * 10**6, r"\verb|" * 10**5, r"\begin{verbatim}" * 50_000, "\n" * 10**6]
)
def test_a_megabyte_is_scanned_quickly(text: str) -> None:
    start = time.process_time()
    scan(text)
    assert time.process_time() - start < 30  # only an explosion takes longer
