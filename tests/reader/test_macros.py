"""Macro definitions and expansion."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from derive.reader.source.macros import Macros
from derive.reader.source.scanner import Kind, Token, plain_text, refine, scan


def expand(text: str) -> list[Token]:
    return refine(Macros().expand(scan(text)))


def text_of(text: str) -> str:
    return plain_text(expand(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\newcommand{\R}{\mathbb{R}}\R^n", r"\mathbb{R}^n"),
        (r"\newcommand\v[1]{\mathbf{#1}}\v x + \v{yz}", r"\mathbf{x} + \mathbf{yz}"),
        (r"\newcommand{\x}[2][k]{x_{#1,#2}}\x3 \x[j]{4}", r"x_{k,3} x_{j,4}"),
        (r"\def\v#1{\vec{#1}}\v 12", r"\vec{1}2"),
        (r"\DeclareMathOperator{\tr}{tr}\tr(A)", r"\operatorname{tr}(A)"),
        (r"\DeclareMathOperator*{\argmin}{arg\,min}\argmin_x", r"\operatorname*{arg\,min}_x"),
        (r"\DeclarePairedDelimiter{\norm}{\lVert}{\rVert}\norm*{x}", r"\left\lVert x\right\rVert"),
        (r"\let\eps\varepsilon\eps", r"\varepsilon"),
        (r"\let\old\vec\renewcommand{\vec}[1]{\old{\mathbf{#1}}}\vec q", r"\vec{\mathbf{q}}"),
        (r"\providecommand{\a}{1}\providecommand{\a}{2}\a", "1"),
        (r"\newcommand{\a}{1}\renewcommand{\a}{2}\a", "2"),
        (r"\newcommand{\a}{\b}\newcommand{\b}{x}\a", "x"),
        (r"\NewDocumentCommand{\x}{m O{2}}{#1^{#2}}\x{a}[3]\x{b}", "a^{3}b^{2}"),
        (r"\newcommand{\add}[2]{#1+#2}\add{\add{a}{b}}{c}", "a+b+c"),
        (
            r"\newenvironment{eq}{\begin{align}}{\end{align}}\begin{eq}x\end{eq}",
            r"\begin{align}x\end{align}",
        ),
        (r"a \iffalse b \ifx c \fi d \fi e", "a e"),
        (r"\def\set{\def\inner{y}}\set\inner", "y"),
    ],
)
def test_expansion(text: str, expected: str) -> None:
    assert text_of(text).replace("  ", " ") == expected


def test_a_definition_holds_from_where_it_stands() -> None:
    assert text_of(r"\R \newcommand{\R}{r}\R") == r"\R r"


def test_expanded_tokens_stand_at_the_call_and_arguments_where_they_were_typed() -> None:
    text = r"\newcommand{\v}[1]{\mathbf{#1}}a \v{x}"
    tokens = expand(text)
    call = (text.index(r"\v{x}"), len(text))
    bold, letter = tokens[1], tokens[3]
    assert (bold.start, bold.end) == call == bold.call
    assert text[letter.start : letter.end] == "x"
    assert letter.call == call
    assert tokens[0].call is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (r"\def\a{\a x}\a", r"macro \a does not come to an end within 100000 tokens"),
        (r"\def\a{\b\b}\def\b{\a\a}\a", r"macro \a does not come to an end within 100000 tokens"),
        (r"\newcommand{\v}[1]{#1}\v", r"macro \v: the text ends inside a macro call"),
        (
            r"\newcommand{\v}[1]{#1}\v{x",
            r"macro \v: an opening brace of its argument is never closed",
        ),
        (r"\newcommand{\v}[1]{#2}\v x", r"macro \v uses #2 but takes 1 arguments"),
        (r"\def\v(#1){#1}\v(x)", r"macro \v: the parameter text '(#1)' is not supported"),
        (r"\newcommand{x}{y}", r"\newcommand: a definition needs the name of a command, not 'x'"),
    ],
)
def test_what_cannot_be_expanded_is_an_error_at_its_place(text: str, message: str) -> None:
    errors = [token for token in expand(text) if token.kind is Kind.ERROR]
    assert errors[0].text == message
    assert text[errors[0].start] == "\\"


def test_ten_thousand_macros_defined_by_one_another() -> None:
    names = ["\\" + "".join(chr(97 + int(d)) for d in f"{i:05d}") for i in range(10_000)]
    following = names[1:] + names[:1]
    text = "".join(f"\\def{a}{{{b}{b}}}\n" for a, b in zip(names, following, strict=True))
    start = time.process_time()
    out = Macros().expand(scan(text + "".join(names)))
    assert time.process_time() - start < 30  # only an explosion takes longer
    assert sum(token.kind is Kind.ERROR for token in out) == len(names)


def test_a_chain_of_ten_thousand_macros_that_ends_is_expanded() -> None:
    names = ["\\" + "".join(chr(97 + int(d)) for d in f"{i:05d}") for i in range(10_000)]
    text = "".join(f"\\def{a}{{{b}}}\n" for a, b in pairwise(names))
    assert text_of(rf"\def{names[-1]}{{x}}" + text + names[0]) == "x"


@pytest.mark.parametrize(
    "piece", [r"\v{", r"\v[", r"\def\a", r"\iffalse ", r"\newcommand{\x}", r"$\v"]
)
def test_texts_made_of_failures_stay_cheap(piece: str) -> None:
    text = r"\newcommand{\v}[2][a]{#1#2}" + piece * (200_000 // len(piece))
    start = time.process_time()
    Macros().expand(scan(text))
    assert time.process_time() - start < 30  # only an explosion takes longer
