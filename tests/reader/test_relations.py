"""Relations are counted and chained as the rules of the hand derivations say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from derive.reader.relations.chains import Chain, chains, number
from derive.reader.source.documents import read_document, read_file
from derive.reader.source.scanner import plain_text

HAND = sorted((Path(__file__).parents[1] / "data" / "hand").glob("*.tex"))


def shown(chain: Chain) -> str:
    """`a = b <= c`, with the signs as written."""
    parts = [chain.sides[0].latex]
    for sign, side in zip(chain.signs, chain.sides[1:], strict=True):
        parts += [sign.text, side.latex]
    return " ".join(parts)


def read(latex: str) -> list[str]:
    found = [shown(c) for d in read_document(latex).displays for c in chains(d)]
    return [text for text in found if text]


def test_there_are_hand_derivations() -> None:
    assert len(HAND) == 32


@pytest.mark.parametrize("path", HAND, ids=lambda path: path.stem)
def test_hand_derivations(path: Path) -> None:
    labels = json.loads(path.with_suffix(".json").read_text("utf-8"))["relations"]
    found = number(read_file(path))
    squeezed = [
        (
            r.index,
            r.display,
            "".join(r.lhs.latex.split()),
            r.sign.text,
            "".join(r.rhs.latex.split()),
        )
        for r in found
    ]
    expected = [
        (
            x["index"],
            x["display"],
            "".join(x["latex_lhs"].split()),
            x["sign"],
            "".join(x["latex_rhs"].split()),
        )
        for x in labels
    ]
    assert squeezed == expected


def test_relations_stand_where_their_sign_stands() -> None:
    for path in HAND:
        document = read_file(path)
        for relation in number(document):
            assert document.source.slice(relation.span) == relation.sign.text


ALIGN = r"\begin{{align}}{}\end{{align}}"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # rows that start with a sign, an operator, or go on after an operator
        (r"a &= b \\ &\le c \\ = & d", [r"a = b \le c = d"]),
        (r"a &= b \\ & + c \\ &\quad - d \\ &\cdot e", [r"a = b + c - d \cdot e"]),
        (r"a &= b + \\ & c", ["a = b + c"]),
        (r"a = \\ = b", ["a = b"]),
        (r"f(x) \\ &= b", ["f(x) = b"]),
        (r"a &= w^* \\ b &= c_+ \\ d &= e", ["a = w^*", "b = c_+", "d = e"]),
        (r"a &= b \\ \text{data loss} &= c", ["a = b", r"\text{data loss} = c"]),
        (r"p &= \prod_i p_i \\ & \left( a \right)", [r"p = \prod_i p_i \left( a \right)"]),
        (r"a &= b \\ -c &= d", ["a = b", "-c = d"]),
        (r"a &= b \\ \\ &= c \\\\ &= d", ["a = b = c = d"]),
        (r"a &= b &= c", ["a = b = c"]),
        (r"L =& a \\ =& b", ["L = a = b"]),
        (r"a & = & b \\ & = & c \\ d &=& e", ["a = b = c", "d = e"]),
        # columns
        (r"a &= b & c &= d \\ e &= f && g = h", ["a = b", "c = d", "e = f", "g = h"]),
        (r"a &= b & c &= d \\ &= e & &= f", ["a = b = e", "c = d = f"]),
        # what ends a chain, and what goes on all the same
        (r"a &= b, \quad c = d", ["a = b", "c = d"]),
        (r"a &= b \quad \text{(chain rule)} \\ &= c && \text{by 3} \\ &= d", ["a = b = c = d"]),
        (r"a &= b, \quad x > 0 \\ &= c", ["a = b = c", "x > 0"]),
        (r"a &= b \text{ (why)} \\ & + c", ["a = b + c"]),
        (r"a &= b \\ \intertext{and so} c &= d", ["a = b", "c = d"]),
        (
            r"a &= 0 \Leftrightarrow \\ & b = c \\ \Rightarrow\quad d &= e",
            ["a = 0", "b = c", "d = e"],
        ),
        (r"a &= b \quad\quad = c \qquad + d", ["a = b = c + d"]),
        (r"a &= b\hspace{1cm} c = d", ["a = b", "c = d"]),
        (r"a = b \quad -1 \le x \le 1", ["a = b", r"-1 \le x \le 1"]),
        (r"\min f &= a \\ \text{s.t. } & x \ge 0", [r"\min f = a", r"x \ge 0"]),
        # dropped
        (r"a &= b \label{x} \\ &= c. \tag{3} \\ d &= e, \notag", ["a = b = c", "d = e"]),
        (r"a &= b \\[2pt] [x]_i &= c \\* d &= e", ["a = b", "[x]_i = c", "d = e"]),
        (r"a &= b \\ &\phantom{=} + c", ["a = b + c"]),
        (r"a &= b {}+ c \\ {} &= d. \;\square", ["a = b {}+ c = d"]),
        # nested
        (r"a &= \Bigl[ b \\ &\qquad + c \Bigr] \\ &= d", [r"a = \Bigl[ b \qquad + c \Bigr] = d"]),
        (
            r"p &\propto \exp\Big( & x \\ & + b \Big) \\ &= c",
            [r"p \propto \exp\Big( x + b \Big) = c"],
        ),
        (r"( a &= b \\ &= c", ["( a = b = c"]),
        (r"x &\in ]0, 1[ \\ a &= [b]", ["x", "a = [b]"]),
    ],
)
def test_rows(rows: str, expected: list[str]) -> None:
    assert read(ALIGN.format(rows)) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\boxed{a = b}", ["a = b"]),
        (r"a = \boxed{b + c}", ["a = b + c"]),
        (r"a = \boxed{b + c} d", ["a = {b + c} d"]),
        (r"\textcolor{red}{a = b}", ["a = b"]),
        (r"\begin{split} a &= b \\ &= c \end{split}", ["a = b = c"]),
        (r"\begin{array}{rcl} a &=& b \\ &=& c \end{array}", ["a = b = c"]),
        (
            r"\begin{aligned}[t] a &= b \\ c &= d \end{aligned} \qquad e = f",
            ["a = b", "c = d", "e = f"],
        ),
        (
            r"\underbrace{a = b}_{c = d} + \left( e = f \right) = g",
            [r"\underbrace{a = b}_{c = d} + \left( e = f \right) = g"],
        ),
        (
            r"f = \begin{cases} 1 & x = 1 \\ 0 & x < 1 \end{cases}",
            [r"f = \begin{cases} 1 & x = 1 \\ 0 & x < 1 \end{cases}"],
        ),
        (
            r"p(y = 1 \mid x) = \mathbf{1}\{y = k\} = [a = b]",
            [r"p(y = 1 \mid x) = \mathbf{1}\{y = k\} = [a = b]"],
        ),
        (r"\sum_{i=1}^n x_i \ge 0", [r"\sum_{i=1}^n x_i \ge 0"]),
        (r"\langle x, y\rangle = <x, y>", [r"\langle x, y\rangle = <x, y>"]),
        (r"0 < x < 1 \leqslant y", [r"0 < x < 1 \leqslant y"]),
        (r"a := b \equiv c \triangleq d \approx e", [r"a := b \equiv c \triangleq d \approx e"]),
        (
            r"a : = b, c \mathrel{\mathop:}= d, e \mathrel{=} f, g {=} h",
            ["a := b", "c := d", "e = f", "g = h"],
        ),
        (r"a \not= b = c", ["a", "b = c"]),
        (r"a =_{(1)} b \xlongequal{x} c", ["a = b = c"]),
        (r"\big< x, y \big> = z", [r"\big< x, y \big> = z"]),
        (r"\label{e} \begin{array}{l} a = b \\ = c \end{array}", ["a = b = c"]),
        (r"a = b \hfill (3)", ["a = b"]),
        (r"\lefteqn{a} \\ & = & b", ["a = b"]),
        (r"x \sim \mathcal{N}(0, I)", ["x"]),
        (r"y = Ax \in \mathbb{R}^m", ["y = Ax"]),
        (
            r"\text{data loss} = x_\text{max} + \text{const.}",
            [r"\text{data loss} = x_\text{max} + \text{const.}"],
        ),
        (r"x = 1 \text{ if } y > 0", ["x = 1", "y > 0"]),
        (r"x = 10,000 \text{ and } y = 0.5.", ["x = 10,000", "y = 0.5"]),
        (r"a = b \ldots", [r"a = b \ldots"]),
        (r"a = b + \dots.", [r"a = b + \dots"]),
        (
            r"f(x)\right|_{x=0} = \left. g \right|_{x=0}.",
            [r"f(x)\right|_{x=0} = \left. g \right|_{x=0}"],
        ),
    ],
)
def test_formulas(formula: str, expected: list[str]) -> None:
    assert read(rf"\[ {formula} \]") == expected


@pytest.mark.parametrize(
    ("formula", "annotation"),
    [
        (r"a_i = b_i, \quad i = 1, \dots, n", r"i=1, \dots, n"),
        (r"a_i = b_i, \quad i = 1, 2, \ldots, n.", r"i=1, 2, \ldots, n"),
        (r"a_{ij} = b_i \quad \text{for all } i,j = 1,\cdots,n", r"i,j=1,\cdots, n"),
        (r"a_i = b_i \; (i = 1,\dots,n)", r"i = 1,\dots,n"),
        (r"a_i = b_i\ \forall i = 1..n", "i= 1..n"),
        (r"a_l = b, \quad l = L-1, \dots, 1", r"l=L-1, \dots, 1"),
        (r"a_i = b_i, \; k = 0, 1, 2", "k=0, 1, 2"),
        (r"a_i = b_i, \quad 1 \le i \le n", r"1\le i\le n"),
    ],
)
def test_index_ranges_are_annotations(formula: str, annotation: str) -> None:
    (display,) = read_document(rf"\[ {formula} \]").displays
    (chain,) = chains(display)
    assert len(chain.relations) == 1
    (note,) = chain.annotations
    assert plain_text(note.tokens).replace(" ", "") == annotation.replace(" ", "")


def test_words_and_links_are_kept() -> None:
    (display,) = read_document(
        r"\[ a = b \quad \text{if } x > 0, \; \forall i \Rightarrow c = d \]"
    ).displays
    first, condition, last = chains(display)
    assert (first.link, first.words) == ("", "")
    assert (condition.words, shown(condition)) == ("if", "x > 0")
    assert [(n.link, plain_text(n.tokens)) for n in condition.annotations] == [(r"\forall", "i")]
    assert last.link == r"\Rightarrow"


def test_reasons_are_annotations() -> None:
    (display,) = read_document(ALIGN.format(r"a &= b && \text{(Jensen)} \\ c &= d")).displays
    first, second = chains(display)
    assert [note.words for note in first.annotations] == ["(Jensen)"]
    assert second.words == ""


def test_what_stands_over_a_sign_is_kept() -> None:
    latex = r"\[ a \overset{(4.88)}{=} b \stackrel{\text{def}}{=} c \overset{!}{\le} 0 \]"
    (display,) = read_document(latex).displays
    (chain,) = chains(display)
    assert shown(chain) == r"a = b = c \le 0"
    assert plain_text(chain.signs[0].over) == "(4.88)"
    assert plain_text(chain.signs[2].over) == "!"
    assert latex[chain.signs[0].span.start : chain.signs[0].span.end] == r"\overset{(4.88)}{=}"


def test_signs_say_what_they_claim() -> None:
    (display,) = read_document(r"\[ a \leqslant b \lt c <= d =: e \coloneqq f \]").displays
    (chain,) = chains(display)
    assert [sign.relation for sign in chain.signs] == ["<=", "<", "<=", "=:", ":="]


def test_a_display_that_begins_with_a_sign_goes_on_with_the_one_before() -> None:
    first, second = number(read_document("$$a = b$$ which is $$= c$$"))
    assert second.lhs == first.rhs
    assert (second.index, second.display) == (2, 2)


def test_relations_are_numbered_in_reading_order() -> None:
    found = number(read_document(ALIGN.format(r"a &= b \text{ if } x > 0 \\ &= c")))
    assert [(r.lhs.latex, r.rhs.latex) for r in found] == [("a", "b"), ("x", "0"), ("b", "c")]


def test_sides_show_macro_calls_as_typed() -> None:
    latex = r"\newcommand{\v}[1]{\mathbf{#1}}\def\R{\mathbb{R}} \[ \v{x}^\top \v y = \R + 1 \]"
    ((relation,)) = number(read_document(latex))
    assert relation.lhs.latex == r"\v{x}^\top \v y"
    assert relation.rhs.latex == r"\R + 1"
    assert plain_text(relation.rhs.tokens) == r"\mathbb{R} + 1"
    assert latex[relation.lhs.span.start : relation.lhs.span.end] == r"\v{x}^\top \v y"


def test_a_macro_around_a_whole_equation() -> None:
    latex = r"\newcommand{\eqn}[1]{\begin{equation}#1\end{equation}} \eqn{a + b = c}"
    ((relation,)) = number(read_document(latex))
    assert (relation.lhs.latex, relation.rhs.latex) == ("a + b", "c")


def test_multline_is_one_formula() -> None:
    assert read(r"\begin{multline} a = b \\ (c + d) \\ + e \end{multline}") == ["a = b (c + d) + e"]


def test_rows_of_gather_are_formulas_of_their_own() -> None:
    assert read(r"\begin{gather} a = b \\ c \\ d = e \end{gather}") == ["a = b", "c", "d = e"]


def test_a_display_with_an_error_still_counts_its_signs() -> None:
    (display,) = read_document(r"\[ a = \frac{b}{c \] ").displays
    assert display.error is not None
    assert sum(len(chain.signs) for chain in chains(display)) == 1
