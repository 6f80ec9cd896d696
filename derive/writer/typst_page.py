r"""Typst documents: the page for PDF without TeX, every formula with its words as alternative text (PDF/UA-1).

Text is escaped character by character, formulas go through `derive.writer.typst_math`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from derive.writer.book import Book, chapter_starts, sentence_case
from derive.writer.checked import how_checked, remarks
from derive.writer.latex_page import (
    BESIDE,
    NUMBER,
    REASON_MM,
    TEXT,
    TOGETHER,
    block_kind,
    line_width,
    widened,
)
from derive.writer.page import ChainView, DefinitionView, StepView
from derive.writer.pictures.embed import picture_typst
from derive.writer.prose import Run, paragraphs, runs
from derive.writer.spoken_latex import spoken_latex
from derive.writer.templates import tex_environment
from derive.writer.text_page import inline
from derive.writer.typst_math import string, typst_math

if TYPE_CHECKING:
    from jinja2 import Environment

#: fonts inside the Typst compiler, and those tried for letters that they lack
FONTS = ("New Computer Modern", "Libertinus Serif")
CHINESE = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimSun",
    "Songti SC",
    "PingFang SC",
)


def book_typst(book: Book) -> str:
    """The Typst source of one derivation, or of several with title page, contents, sources and index."""
    environment = environment_with_filters()
    return environment.get_template("page.typ.j2").render(
        book=book,
        say=book.language,
        title=book.title,
        plain_title=inline(book.title),
        pages=book.pages,
        collection=book.collection,
        chapters=chapter_starts(book.pages) if book.collection else {},
        fonts=fonts_of(book),
    )


def fonts_of(book: Book) -> str:
    """The list of fonts: those of the compiler, for Chinese also the usual ones of a system."""
    names = (*FONTS, *(CHINESE if book.language.code == "zh" else ()))
    return ", ".join(f'"{name}"' for name in names)


def environment_with_filters() -> Environment:
    """The templates of Typst, which share their delimiters with those of LaTeX."""
    environment = tex_environment().overlay()
    environment.filters = environment.filters | {
        "prose": prose_typst,
        "paragraphs": paragraphs_typst,
        "plain": escaped,
        "string": string,
        "kind": block_kind,
        "definition": definition_typst,
        "chain": chain_typst,
        "picture": lambda picture: picture_typst(picture, prose_typst, string),
    }
    environment.globals = environment.globals | {
        "remarks": remarks,
        "how_checked": how_checked,
        "sentence_case": sentence_case,
        "math": math_typst,
    }
    return environment


# --------------------------------------------------------------------------------------------- text


def escaped(text: str) -> str:
    """Plain text for Typst."""
    return re.sub(r"([\\*_`$#<>@\[\]~/=+;\-\"'])", r"\\\1", text).replace("\u00a0", "~")


def prose_typst(text: str) -> str:
    """Prose inside a line."""
    return _runs(runs(text))


def paragraphs_typst(text: str) -> str:
    """Paragraphs."""
    return "\n\n".join(_runs(p) for p in paragraphs(text))


def _runs(parts: Sequence[Run]) -> str:
    # the semicolon ends the code: what follows is text again, be it a bracket or a point
    wrap = {"emph": "#emph[%s];", "strong": "#strong[%s];", "text": "%s"}
    done = ""
    for run in parts:
        if run.kind == "math":
            done += math_typst(run.text)
        elif run.kind == "code":
            done += f"#raw({string(run.text)});"
        else:
            done += wrap[run.kind] % escaped(run.text)
    return done


# ----------------------------------------------------------------------------------------- formulas


def math_typst(latex: str, words: str = "") -> str:
    """A formula in a line with its words."""
    return f"#m({string(words or spoken_latex(latex))}, ${typst_math(latex)}$);"


def cell_typst(latex: str, words: str, before: str = "") -> str:
    """A formula in display style as a cell of a row; `before` is Typst mathematics in front of it."""
    body = f"{before} {typst_math(latex)}".strip()
    return f"#cell({string(words)}, $display({body})$);"


def definition_typst(block: DefinitionView) -> str:
    """The definition on a line of its own, in lines where it is long."""
    fits = block.lhs.width + block.rhs.width < TEXT - 4
    first, *more = (block.rhs.latex,) if fits else block.rhs.lines
    parts = [f"{block.lhs.latex} = {first}", *more]
    return display_typst(parts, block.spoken)


def display_typst(lines: Sequence[str], words: str, box: bool = False) -> str:
    """Lines of one formula, the further ones indented; only the first one speaks."""
    if len(lines) == 1:
        body = cell_typst(lines[0], words)
    else:
        rows = ", ".join(
            f"[{_further(line) if k else cell_typst(line, words)}]" for k, line in enumerate(lines)
        )
        body = f"#grid(align: left, row-gutter: .6em, {rows})"
    return f"#formula(boxed[{body}])" if box else f"#formula[{body}]"


def chain_typst(chain: ChainView) -> str:
    """The steps in rows with reasons and numbers; the result in a box."""
    if chain.half:
        return _half(chain)
    if chain.boxed and len(chain.steps) == 1 and len(chain.steps[0].rhs.lines) == 1:
        return _single(chain)
    room = TEXT - NUMBER - 3.0 if any(step.rhs.wide for step in chain.steps) else BESIDE
    chain = widened(chain)
    widest = max((line_width(step.rhs) for step in chain.steps), default=0.0)
    stacked = chain.lhs.width > 9 or chain.lhs.width + widest + 2 > room
    beside = widest <= BESIDE - (1.5 if stacked else chain.lhs.width) - 1
    rows = []
    if stacked:
        first, *more = chain.lhs.lines
        rows.append(f"grid.cell(colspan: 4, line[{cell_typst(first, chain.lhs.spoken)}])")
        rows += [f"[], grid.cell(colspan: 3, line[{_further(text)}])" for text in more]
    for position, step in enumerate(chain.steps):
        shown = position == 0 and not stacked
        left = f"[{cell_typst(chain.lhs.latex, chain.lhs.spoken)}]" if shown else "[]"
        rows += _rows(step, left, beside)
    reasons = f"{REASON_MM}mm" if beside else "0mm"
    first_column = "1.2em" if stacked else "auto"
    columns = f"({first_column}, 1fr, {reasons}, auto)"
    box = "\n" + boxed_typst(chain) if chain.boxed and chain.steps else ""
    together = ", together: true" if box and len(rows) <= TOGETHER else ""
    return f"#steps({columns}{together},\n  " + ",\n  ".join(rows) + ")" + box


def right_typst(sign: str, latex: str, words: str) -> str:
    """The sign of a step and what follows it; the empty text in front gives the sign its space."""
    return cell_typst(latex, words, f'"" {typst_math(sign)}')


def _further(latex: str) -> str:
    signed = '""' if latex[:1] in "+-" else ""
    return f"#h(2em){cell_typst(latex, 'continued', signed)}"


def _rows(step: StepView, left: str, beside: bool) -> list[str]:
    """One step: further lines of its right side in rows of their own, and below them a reason that has no column."""
    first, *more = step.rhs.lines
    right = right_typst(step.sign, first, step.spoken)
    reason, number = reason_typst(step), number_typst(step)
    span = "" if beside else "grid.cell(colspan: 2, "
    rows = [
        f"{left}, line[{right}], why[{reason}], {number}"
        if beside
        else f"{left}, {span}line[{right}]), {number}"
    ]
    rows += [
        f"[], line[{_further(line)}], [], []"
        if beside
        else f"[], {span}line[{_further(line)}]), []"
        for line in more
    ]
    if reason and not beside:
        rows.append(f"[], grid.cell(colspan: 3, pad(left: 1.6em, why[{reason}]))")
    return rows


def number_typst(step: StepView) -> str:
    mark = f'#mark("{step.mark.kind}", {string(step.mark.word)})' if step.mark.kind else ""
    return f'no("{step.label}")[{mark}]'


def reason_typst(step: StepView) -> str:
    """The reason and the name of the rule."""
    text = prose_typst(step.why)
    if step.rule:
        shown = "~#marks.holds" if step.mark.explained else ""
        rule = f"#emph[{escaped(step.mark.language('rule'))}: {escaped(step.rule)}{shown}];"
        text = f"{text}\\; {rule}" if text else rule
    return text


def _single(chain: ChainView) -> str:
    """A result of one step: the whole equation in a box."""
    step = chain.steps[0]
    whole = f"{chain.lhs.latex} {step.sign} {step.rhs.latex}"
    words = chain.result_spoken or step.spoken
    body = f"fit(box(boxed[#box[{cell_typst(whole, words)}]]))"
    reason = reason_typst(step)
    if chain.lhs.width + step.rhs.width + 4 <= BESIDE:
        return (
            f"#steps((auto, 1fr, {REASON_MM}mm, auto),\n  "
            f"grid.cell(colspan: 2, {body}), why[{reason}], {number_typst(step)})"
        )
    below = f",\n  grid.cell(colspan: 4, why[{reason}])" if reason else ""
    return (
        "#steps((auto, 1fr, 0mm, auto),\n  "
        f"grid.cell(colspan: 3, {body}), {number_typst(step)}{below})"
    )


def _half(chain: ChainView) -> str:
    """One of two forms of a value, in its half of the page, with the reason, which names the form, above it."""
    rows = []
    for step in chain.steps:
        left = cell_typst(chain.lhs.latex, chain.lhs.spoken)
        right = right_typst(step.sign, step.rhs.latex, step.spoken)
        rows.append(f"grid.cell(colspan: 2, why[{reason_typst(step)}])")
        rows.append(f"line[{left} {right}], {number_typst(step)}")
    body = "#grid(columns: (1fr, auto), row-gutter: .6em, align: (left, right),\n  "
    body += ",\n  ".join(rows) + ")"
    if chain.place == "first":
        return f"#grid(columns: (1fr, 1fr), column-gutter: 1.6em, [{body}], ["
    return f"{body}])"


def boxed_typst(chain: ChainView) -> str:
    last = chain.steps[-1].rhs
    fits = chain.lhs.width + last.width + 6 <= TEXT
    first, *more = (last.latex,) if fits else last.lines
    lines = [f"{chain.lhs.latex} {chain.sign} {first}", *more]
    return display_typst(lines, chain.result_spoken, box=True)
