"""Documents to blocks: LaTeX, Markdown, notebooks, included files, and what is left open."""

from __future__ import annotations

from pathlib import Path

import pytest
from pylatexenc.latexwalker import LatexEnvironmentNode, LatexMathNode, LatexWalker

from derive.errors import ReadError
from derive.reader.source.blocks import (
    Directive,
    Display,
    Document,
    Heading,
    Inline,
    ParagraphBreak,
    Prose,
    Text,
)
from derive.reader.source.documents import read_document, read_file
from derive.reader.source.places import Source
from derive.reader.source.scanner import plain_text
from derive.reader.source.vocabulary import DISPLAYS

HAND = sorted((Path(__file__).parents[1] / "data" / "hand").glob("*.tex"))


def shown(document: Document) -> list[str]:
    """One line a block: `prose: words $x$`, `align: a&=b`, `--`."""
    lines = []
    for block in document.blocks:
        if isinstance(block, Prose):
            pieces = (
                p.text if isinstance(p, Text) else f"${plain_text(p.tokens)}$" for p in block.pieces
            )
            lines.append("prose: " + "".join(pieces).strip())
        elif isinstance(block, Display):
            lines.append(f"{block.environment}: {plain_text(block.tokens)}")
        elif isinstance(block, Heading):
            lines.append(f"{'#' * block.level} {block.text}")
        elif isinstance(block, Directive):
            lines.append(f"derive: {block.text}")
        else:
            lines.append("--")
    return lines


def markdown(text: str) -> Document:
    return read_document(Source("a.md", text, "markdown"))


def test_a_latex_document() -> None:
    text = r"""\documentclass{article}
\usepackage{amsmath} \newcommand{\R}{\mathbb{R}} % $not$ this
\begin{document}
\section*{The \emph{loss}}\label{s}
Let $X \in \R^n$, see~\cite[p.~3]{bishop}, be 50\% \textbf{bold}. % $comment$
% derive: X in R^n
\[ a = b \]
and so
\begin{align*} c &= d \\ e &= f \end{align*}

\begin{itemize}\item one \item two\end{itemize}
\begin{verbatim} $$x=y$$ \end{verbatim}
$$g = h$$
\end{document} $$after = end$$"""
    assert shown(read_document(text)) == [
        "### The loss",
        "derive: X in R^n",
        r"prose: Let $X \in \mathbb{R}^n$, see , be 50% bold.",
        r"\[: a = b",
        "prose: and so",
        r"align*: c &= d \\ e &= f",
        "--",
        "prose: one",
        "--",
        "prose: two",
        "--",
        "$$: g = h",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\(x\) and $y$", ["prose: $x$ and $y$"]),
        (r"\begin{equation}\label{a} x\end{equation}", [r"equation: \label{a} x"]),
        (r"\begin{alignat}{2} a &= b\end{alignat}", ["alignat: a &= b"]),
        (r"$a \text{ for $i$ in } b$ c", [r"prose: $a \text{ for $i$ in } b$ c"]),
        (
            r"\newcommand\be{\begin{equation}}\newcommand\ee{\end{equation}}\be x \ee",
            ["equation: x"],
        ),
        (r"\newcommand{\eqn}[1]{\begin{equation}#1\end{equation}}\eqn{a=b}", ["equation: a=b"]),
        (r"a\par b", ["prose: a", "--", "prose: b"]),
        (r"in $\mathbb{R}$", [r"prose: in $\mathbb{R}$"]),
        (
            r"\newcommand{\R}{\ensuremath{\mathbb{R}}} \R and $\R$",
            [r"prose: $\mathbb{R}$ and ${\mathbb{R}}$"],
        ),
        (r"costs \$5, \{x\} \& Erd\H{o}s", ["prose: costs $5, {x} & Erdos"]),
        (r"\begin{theorem}[Main] $x$ \end{theorem}", ["--", "prose: $x$", "--"]),
        (r"\begin{tabular}{ll} $n$ & size \\ \end{tabular}", ["--", "prose: $n$ size", "--"]),
        (r"\begin{comment} $$a=b$$ \end{comment} x", ["prose: x"]),
        ("$$a = b$$\n$$c = d$$", ["$$: a = b", "$$: c = d"]),
        ("$a$$b$", ["prose: $a$$b$"]),
        ("$$\na\n\n= b\n$$", ["$$: a = b"]),
    ],
)
def test_latex_pieces(text: str, expected: list[str]) -> None:
    assert [line for line in shown(read_document(text)) if line != "prose: "] == expected


def test_markdown() -> None:
    text = r"""---
title: "$$no = yes$$"
---
# Loss {#sec}

Costs $5 and $6, let $x \in \R$, `$code$` and \\(z\\).
\newcommand{\R}{\mathbb{R}}
<!-- derive: x in R -->
```python
y = "$$a = b$$"
```
- item $\R$
$$
\begin{aligned} a &= \R \\ b &= c \end{aligned}
$$
\begin{align} d &= e \end{align}
\\[ f = g \\]
    % derive: y in R
Text $ h $ and $i=j$."""
    assert shown(markdown(text)) == [
        "# Loss",
        "--",
        "derive: x in R",
        r"prose: Costs $5 and $6, let $x \in \R$, and $z$.",
        "--",
        r"prose: item $\mathbb{R}$",
        r"$$: \begin{aligned} a &= \mathbb{R} \\ b &= c \end{aligned}",
        "align: d &= e",
        r"\[: f = g",
        "derive: y in R",
        "prose: Text $h$ and $i=j$.",
    ]


def test_markdown_block_quotes() -> None:
    document = markdown("> Note\n> $$\n> a\n>   = b\n> $$\n\nx\n$$\na\n> b\n$$")
    assert shown(document)[1:] == ["$$: a = b", "--", "prose: x", "$$: a > b"]


def test_directives_inside_a_display_come_before_it() -> None:
    document = read_document("\\begin{align}\na &= b % derive: a in R\n\\end{align}")
    assert shown(document) == ["derive: a in R", "align: a &= b"]


def test_every_token_stands_where_it_was_typed() -> None:
    for path in HAND:
        document = read_file(path)
        for display in document.displays:
            assert document.source.slice(display.span).count("$") in (0, 4)
            for token in display.tokens:
                if token.kind not in ("begin", "end"):
                    assert document.source.slice(token.span) == token.text


# what is left open


@pytest.mark.parametrize(
    ("text", "error", "rest"),
    [
        ("$$ a = b\n\nThen we have more.\n\n$$c = d$$", "1:1: $$ is never closed", "$$: c = d"),
        ("\\[ a = b\n\nThen\n\n\\[c = d\\]", r"1:1: \[ is never closed", r"\[: c = d"),
        ("\\begin{align} a\n\nx\n\n$$c$$", r"1:1: \begin{align} is never closed", "$$: c"),
        (
            "\\begin{equation} a \\end{align}\n\n$$c$$",
            r"1:1: \begin{equation} is never closed",
            "$$: c",
        ),
        ("x $a = b\n\n$$c$$", "1:3: $ is never closed in its paragraph", "$$: c"),
        ("$$\\frac{a}{b$$\n\n$$c$$", "1:11: { is never closed", "$$: c"),
        ("$$a}$$\n\n$$c$$", "1:4: } closes nothing", "$$: c"),
        ("$$\\begin{cases} a $$\n\n$$c$$", r"1:3: \begin{cases} is never closed", "$$: c"),
        (
            "\\def\\a{\\a}$$\\a$$ $$c$$",
            r"1:13: macro \a does not come to an end within 100000 tokens",
            "$$: c",
        ),
    ],
)
def test_an_error_stays_in_its_block(text: str, error: str, rest: str) -> None:
    for kind in ("tex", "markdown"):
        if kind == "markdown" and (text.startswith("x $") or "equation" in text):
            continue
        document = read_document(Source("t", text, kind))
        assert str(document.errors[0]) == f"t:{error}"
        assert len(document.errors) == 1
        assert shown(document)[-1] == rest


def test_stray_ends_are_warnings() -> None:
    document = read_document(Source("t", r"a \] b \end{align} $$c$$"))
    assert [str(w) for w in document.warnings] == [
        r"t:1:3: \] closes nothing",
        r"t:1:8: \end{align} closes nothing",
    ]
    assert shown(document)[-1] == "$$: c"


def test_a_formula_that_is_too_long_is_refused_and_the_rest_is_read() -> None:
    document = read_document("$$" + "x" * 200_000 + "$$ $$c$$")
    assert "exceeds the limit of 100000" in str(document.errors[0])
    assert shown(document)[-1] == "$$: c"


# files


def test_files_are_drawn_in_with_their_macros(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(
        "\\usepackage{mine,amsmath}\n\\input{parts/one}\n$$\\v{y}$$\\include{none}\\input{main}"
    )
    (tmp_path / "mine.sty").write_text(r"\newcommand{\v}[1]{\mathbf{#1}}")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "one.tex").write_text("$$\\v{x}$$\n\\input{two}\\input{parts/two}")
    (tmp_path / "parts" / "two.tex").write_text("$$z$$")
    document = read_file(tmp_path / "main.tex")
    assert [line for line in shown(document) if line.startswith("$$")][:4] == [
        r"$$: \mathbf{x}",
        "$$: z",
        "$$: z",
        r"$$: \mathbf{y}",
    ]
    inner = document.displays[0]
    assert inner.source.path.endswith("one.tex")
    assert [w.message for w in document.warnings] == [
        r"cannot find the file 'none' of \include",
        "'main' draws in itself",
    ]


def test_a_broken_file_that_is_drawn_in_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text("\\input{bad} $$a = b$$")
    (tmp_path / "bad.tex").write_bytes(b"\xff")
    document = read_file(tmp_path / "main.tex")
    assert len(document.displays) == 1
    assert "cannot be read: not valid UTF-8" in document.warnings[0].message


def test_a_text_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.reader.source.documents.MAXIMUM_CHARACTERS", 10)
    with pytest.raises(ReadError, match="11 characters exceed the limit of 10"):
        read_document("x" * 11)


# a second opinion


def displays_by_pylatexenc(text: str) -> list[int]:
    """Offsets of the displays that pylatexenc finds."""
    found = []

    def visit(nodes: list[object]) -> None:
        for node in nodes:
            display = isinstance(node, LatexMathNode) and node.displaytype == "display"
            named = isinstance(node, LatexEnvironmentNode) and node.environmentname in DISPLAYS
            if display or named:
                found.append(node.pos)  # type: ignore[attr-defined]
            elif getattr(node, "nodelist", None):
                visit(node.nodelist)  # type: ignore[attr-defined]

    visit(LatexWalker(text).get_latex_nodes()[0])
    return found


@pytest.mark.parametrize("path", HAND, ids=lambda path: path.stem)
def test_displays_agree_with_pylatexenc(path: Path) -> None:
    document = read_file(path)
    expected = displays_by_pylatexenc(document.source.text)
    assert expected
    assert [display.span.start for display in document.displays] == expected


def test_inline_formulas_and_breaks_are_typed() -> None:
    (prose, pause, last) = read_document("a $x$ b\n\nc").blocks
    assert isinstance(prose, Prose)
    assert isinstance(prose.pieces[1], Inline)
    assert isinstance(pause, ParagraphBreak)
    assert isinstance(last, Prose)
