"""Random and hostile texts: an answer in bounded time, and nothing but ReadError."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.errors import ReadError
from derive.reader.relations.chains import number
from derive.reader.source.documents import read_document
from derive.reader.source.places import Source, decode

# fmt: off
PIECES = [
    r"\begin{align}", r"\end{align}", r"\begin{aligned}", r"\end{aligned}",
    r"\begin{cases}", r"\end{cases}", r"\[", r"\]", r"\(", r"\)", "$", "$$", "{", "}", "&", r"\\", "=", ":=", r"\le",
    "<", ">", ",", ";", ".", ":", r"\quad", r"\,", r"\text{if}", r"\text{", "for", "all", "}", r"\overset",
    r"\stackrel{a}{=}", r"\mathrel", r"\boxed", r"\textcolor{r}", r"\left", r"\right", "(",
    ")", "[", "]", "|", r"\{", r"\}", "x", "y", "12", "0.5", "^", "_", "'", r"\frac", r"\sum_{i=1}^n",
    r"i=1,\dots,n", r"\forall", r"\Rightarrow", r"\in", r"\not", r"\label{a}",
    r"\newcommand{\q}[1]{#1#1}", r"\def\q", r"\q", r"\let\q\w", r"\w", "%", "~", "#", "#1",
    r"\item", r"\section{a}", r"\verb|a|", r"\input{a}", "-", "+", r"\cdot", "α", "≤", "ᵀ",
]
# fmt: on
SOUP = st.lists(
    st.sampled_from([*PIECES, " ", "\n", "\n\n", "% derive: x\n", "`", "```\n", "<!--", "-->"]),
    max_size=60,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(SOUP, st.sampled_from(["tex", "markdown"]))
def test_token_soup_is_read_or_refused(pieces: list[str], kind: str) -> None:
    text = "".join(pieces)
    document = read_document(Source("t", text, kind))
    for relation in number(document):
        assert 0 <= relation.span.start < relation.span.end <= len(text)
    for error in (*document.errors, *document.warnings):
        assert isinstance(error, ReadError)
        assert error.line >= 1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.text(max_size=200), st.sampled_from(["tex", "markdown"]))
def test_any_text_is_read(text: str, kind: str) -> None:
    for whole in (text, f"$${text}$$"):
        document = read_document(Source("t", whole, kind))
        for relation in number(document):
            assert 0 <= relation.span.start < relation.span.end <= len(whole)
        assert all(error.line >= 1 for error in document.errors)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    text = refused = None
    try:
        text = decode(data, "t")
    except ReadError as error:
        refused = error
    assert text.encode() == data if text is not None else refused is not None and refused.line >= 1


#: characters of a text; `DERIVE_SLOW_TESTS` reads longer ones
SIZE = 100_000 if os.environ.get("DERIVE_SLOW_TESTS") else 30_000
MADE_OF = [
    "(", "{", "[", r"\left(", r"\mathbf{", "$", "${", "$x ", r"\[", r"\[x ", r"\begin{align}",
    r"\begin{a}\begin{b}\end{a}",
    r"\begin{align}a&=b\end{align}", r"\item[", r"\section{", r"\input{x}", "% derive: x\n", "\\", "%", "`", "```\n",
    "$$a\n\n", "\\[a\n\n", "<!--", r"\\[", "a\n\n", r"\newcommand{\x}", r"\text{a", "#", "- ", "~", "&",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["tex", "markdown"])
@pytest.mark.parametrize("piece", MADE_OF)
def test_texts_made_of_one_piece(piece: str, kind: str) -> None:
    start = time.process_time()
    document = read_document(Source("t", piece * (SIZE // len(piece)), kind))
    number(document)
    assert time.process_time() - start < 30  # only an explosion takes longer


ROWS = [
    ("a,", 40_000), ("a=", 40_000), (r"a&=b,\quad x>0\\ ", 6_000), (r"&=b,\text{if }x>0\\ ", 5_000),
    ("<a,", 30_000),
    (r"(a&=b\\ ", 10_000), ("[(", 40_000), (r"\overset{a}", 9_000), (r"\text{a b}", 9_000), ("&", 90_000),
    (r"\begin{aligned}", 10_000), (r"\boxed{", 10_000), (r"i=1,\dots,n,", 8_000), (r"\forall x:", 15_000),
    (r"\\", 40_000),
]  # fmt: skip


@pytest.mark.parametrize(("piece", "count"), ROWS)
def test_displays_made_of_one_piece(piece: str, count: int) -> None:
    start = time.process_time()
    number(read_document(rf"\[ {piece * count} \]"))
    assert time.process_time() - start < 30  # only an explosion takes longer


def test_a_megabyte_of_brackets_is_refused_and_the_rest_is_read() -> None:
    for bracket, count in (("(", 10**6), ("{", 2 * 10**5), ("[", 2 * 10**5)):
        document = read_document(Source("t", f"$${bracket * count}$$ $$a = b$$"))
        (error,) = document.errors
        assert (error.line, error.column) == (1, 1)
        assert "formula of" in error.message
        assert [r.rhs.latex for r in number(document)] == ["b"]


def test_five_hundred_nested_fonts_are_read() -> None:
    document = read_document("$$" + r"\mathbf{" * 500 + "x" + "}" * 500 + " = y$$")
    assert not document.errors
    assert len(number(document)) == 1


def test_a_million_characters_of_notes() -> None:
    paragraph = r"""Let $X \in \mathbb{R}^{n \times d}$ and $w \in \mathbb{R}^d$ be given, so that the loss below is a
convex function of the weights; this is used again and again in the sections that follow, with and without a penalty.
\begin{align}
\nabla_w L(w) &= \frac{2}{n} X^\top (X w - y) + 2 \lambda w \\
&= \frac{2}{n} \left( X^\top X w - X^\top y \right) + 2 \lambda w .
\end{align}
"""
    start = time.process_time()
    document = read_document(paragraph * (10**6 // len(paragraph)))
    assert len(number(document)) == 2 * (10**6 // len(paragraph))
    assert time.process_time() - start < 30  # only an explosion takes longer
