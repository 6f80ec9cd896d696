r"""LaTeX documents: an article that pdflatex compiles with a small TeX set and without overfull boxes.

Relations stand in `align` with one row for each step, so that the document reads back; long sides are broken into
lines by an estimate of their width (`derive.writer.breaking`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from derive.writer.book import Book, chapter_starts, sentence_case
from derive.writer.checked import how_checked, remarks
from derive.writer.languages import Language
from derive.writer.letters import WORDS
from derive.writer.page import (
    ChainView,
    DefinitionView,
    Formula,
    ProseView,
    StepView,
)
from derive.writer.pictures.embed import picture_tex
from derive.writer.prose import Run, paragraphs, runs
from derive.writer.templates import tex_environment

if TYPE_CHECKING:
    from jinja2 import Environment

#: widths in em of 10 pt: the text, the column of reasons, number and mark, gaps
TEXT, REASON_MM, NUMBER = 43.5, 44, 4.0
REASON = REASON_MM / 3.515
#: what is left for left side, sign and right side beside a reason
BESIDE = TEXT - REASON - NUMBER - 2.5
#: widths of the column of reasons in mm, that beside a long formula, and about what a letter takes
REASONS_MM, NARROW_MM, LETTER_MM = (REASON_MM, 56, 68), 32, 1.75
#: rows of a chain that a page does not part from the box of their result
TOGETHER = 6

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "\u00a0": "~",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "…": r"\dots{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "✓": r"\ensuremath{\checkmark}",
    "✗": r"\ensuremath{\times}",
    "−": r"\ensuremath{-}",
    "²": r"\ensuremath{^2}",
    "ᵀ": r"\ensuremath{^\top}",
    "‖": r"\ensuremath{\Vert}",
}
#: letters that T1 with inputenc sets as they are
_LATIN = re.compile(r"[\u0400-\u045f\x20-\x7e\u00a1-\u00ac\u00ae-\u017e]")
#: letters and punctuation that need xelatex and the package ctex
_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_SIGNS = {
    sign: word
    for word, sign in reversed(WORDS.items())
    if len(sign) == 1 and ord(sign) > 127 and word not in ("top",)
}


#: babel's names of the languages that this route can set
BABEL = {"de": "german", "fr": "french", "es": "spanish", "nb": "norwegianbokmal", "ru": "russian"}


def book_tex(book: Book) -> str:
    """One derivation as an article, or several as its sections with contents, sources and index."""
    environment = environment_with_filters()
    chapters = chapter_starts(book.pages) if book.collection else {}
    text = environment.get_template("page.tex.j2").render(
        book=book,
        say=book.language,
        title=book.title,
        chapters=chapters,
        level="subsection" if chapters else "section",
        pages=book.pages,
        collection=book.collection,
        checked=book.checked,
        reason_width=REASON_MM,
        babel=BABEL.get(book.language.code, ""),
        chinese=book.language.code == "zh",
    )
    text = only_letters_of(book.language, text)
    # two halves of a page stand in one paragraph
    text = re.sub(r"(\\end\{minipage\}%\n)\s*\n", r"\1", text)
    # an empty line between two displays would be a paragraph of its own
    return re.sub(r"(\\end\{align\*?\}|\\\])\n\s*\n(?=\\begin\{align|\\\[|\\keep)", r"\1\n", text)


def environment_with_filters() -> Environment:
    """The templates of LaTeX with the filters of this module."""
    environment = tex_environment()
    environment.filters |= {
        "prose": prose_tex,
        "paragraphs": paragraphs_tex,
        "plain": escaped,
        "kind": block_kind,
        "definition": definition_tex,
        "chain": chain_tex,
        "picture": lambda picture: picture_tex(picture, prose_tex, escaped),
    }
    environment.globals |= {
        "remarks": remarks,
        "how_checked": how_checked,
        "sentence_case": sentence_case,
    }
    return environment


def only_letters_of(language: Language, text: str) -> str:
    """The source with Chinese letters by their number where the language has no fonts for them."""
    if language.code == "zh":
        return text
    return _CHINESE.sub(lambda m: f"[U+{ord(m[0]):04X}]", text)


def block_kind(block: ProseView | DefinitionView | ChainView) -> str:
    """`prose`, `definition` or `chain`."""
    kinds = {ProseView: "prose", DefinitionView: "definition", ChainView: "chain"}
    return kinds[type(block)]


# --------------------------------------------------------------------------------------------- text


def escaped(text: str) -> str:
    """Plain text for LaTeX; a character that the fonts lack is set as its mathematical sign or by its number."""
    return "".join(_SPECIAL.get(c) or _character(c) for c in text)


def _character(character: str) -> str:
    if _LATIN.match(character) or _CHINESE.match(character):
        return character
    word = _SIGNS.get(character)
    return rf"\ensuremath{{\{word}}}" if word else f"[U+{ord(character):04X}]"


def prose_tex(text: str) -> str:
    """Prose inside a line."""
    return _runs(runs(text))


def paragraphs_tex(text: str) -> str:
    """Paragraphs."""
    return "\n\n".join(_runs(p) for p in paragraphs(text))


def _runs(parts: Sequence[Run]) -> str:
    wrap = {"emph": r"\emph{%s}", "strong": r"\textbf{%s}", "code": r"\texttt{%s}", "text": "%s"}
    return "".join(
        f"${run.text}$" if run.kind == "math" else wrap[run.kind] % escaped(run.text)
        for run in parts
    )


# ----------------------------------------------------------------------------------------- formulas


def definition_tex(block: DefinitionView) -> str:
    """`\\[ L = ... \\]`, in lines where it is long."""
    if block.lhs.width + block.rhs.width < TEXT - 4:
        return rf"\[ {block.lhs.latex} = {block.rhs.latex} \]"
    rows = _broken(block.rhs)
    rows[0] = f"{block.lhs.latex} &= {rows[0]}"
    return _display("align*", [rows[0], *(rf"&\quad {row}" for row in rows[1:])])


def _display(name: str, rows: Sequence[str]) -> str:
    # a line that goes on is not parted from the next by the end of a page
    ends = [r" \\*" if goes_on(*pair) else r" \\" for pair in pairwise(rows)] + [""]
    body = "\n".join(row + end for row, end in zip(rows, ends, strict=True))
    return f"\\begin{{{name}}}\n{body}\n\\end{{{name}}}"


def goes_on(row: str, after: str) -> bool:
    """Whether the next row belongs to this one: a further line, a reason, or the first step below a long left side."""
    return after.startswith(r"&\quad") or (row.startswith("& ") and row.endswith(r"\notag"))


def _broken(formula: Formula, room: float = TEXT - NUMBER - 3.0) -> list[str]:
    """The lines of a formula; one that cannot be broken and is too long for the page is set smaller."""
    return [
        line if width <= room else _shrunk(line)
        for line, width in zip(formula.lines, formula.widths, strict=True)
    ]


def _shrunk(line: str) -> str:
    return rf"\resizebox{{0.86\linewidth}}{{!}}{{$\displaystyle {line}$}}"


def chain_tex(chain: ChainView) -> str:
    """The steps in `align` with reasons on the right; the result in a box."""
    if chain.half:
        return _half(chain)
    if chain.boxed and len(chain.steps) == 1 and len(chain.steps[0].rhs.lines) == 1:
        return _single(chain)
    parted = any(step.rhs.wide for step in chain.steps)
    chain = widened(chain)
    room = TEXT - NUMBER - 3.0 if parted else BESIDE
    long_left = chain.lhs.width > 9 or chain.lhs.width + _widest(chain) > room
    first, *more = _broken(chain.lhs)
    rows = [rf"& {first} \notag", *(rf"&\quad {line} \notag" for line in more)] if long_left else []
    left = "" if long_left else chain.lhs.latex
    indent = r"\;" if long_left else ""
    room = BESIDE - (0 if long_left else chain.lhs.width) - 2
    beside = all(line_width(step.rhs) <= room for step in chain.steps)
    used = _widest(chain) + (1.5 if long_left else chain.lhs.width)
    why = why_tex(chain, used) if beside else ""
    for step in chain.steps:
        rows += _rows(step, left, indent, why)
        left = ""
    text = _display("align", rows)
    box = _boxed(chain) if chain.boxed and chain.steps else ""
    if box and len(rows) <= TOGETHER:
        return f"\\keep\n{text}\\loose\n{box}"
    return f"{text}\n{box}" if box else text


def widened(chain: ChainView) -> ChainView:
    """The chain in lines over the whole page, its reasons below them, where a narrow column would part factors."""
    if not any(step.rhs.wide for step in chain.steps):
        return chain
    steps = tuple(replace(step, rhs=step.rhs.widened) for step in chain.steps)
    return replace(chain, steps=steps)


def _widest(chain: ChainView) -> float:
    return max((line_width(step.rhs) for step in chain.steps), default=0.0) + 2


def line_width(formula: Formula) -> float:
    """The width of the longest line; lines after the first are indented by 2 em."""
    first, *more = formula.widths
    return max([first, *(width + 2 for width in more)])


def why_tex(chain: ChainView, used: float) -> str:
    r"""`\why`, with the width in mm of the column of reasons where they need more and `used` em leave more."""
    room = 3.515 * (TEXT - 2 * NUMBER - 2.5 - 1.15 * used)
    longest = max(
        (len(step.why) + len(step.rule) + 8 * bool(step.rule) for step in chain.steps), default=0
    )
    fitting = [mm for mm in REASONS_MM if mm <= room] or [NARROW_MM]
    width = next((mm for mm in fitting if mm >= longest * LETTER_MM), fitting[-1])
    return r"\why" if width == REASON_MM else rf"\why[{width}]"


def _rows(step: StepView, left: str, indent: str, why: str) -> list[str]:
    """One step: sign and right side, further lines of it, reason (beside it by the macro `why`, or below), number and
    mark."""
    first, *more = _broken(step.rhs)
    tag = rf"\tag{{{step.label}{_mark(step)}}}"
    reason = _reason(step)
    head = f"{left} &{indent} {step.sign} {first}".lstrip()
    rows = [f"{head} && {why}{{{reason}}} {tag}" if why and reason else f"{head} {tag}"]
    rows += [rf"&\quad {line} \notag" for line in more]
    if reason and not why:
        rows.append(rf"&\quad \below{{{reason}}} \notag")
    return rows


def _mark(step: StepView) -> str:
    return rf"\{step.mark.kind}" if step.mark.kind else ""


def _reason(step: StepView) -> str:
    text = prose_tex(step.why)
    if step.rule:
        rule = rf"\emph{{{escaped(step.mark.language('rule'))}: {escaped(step.rule)}}}"
        rule += r"\,\ensuremath{\checkmark}" if step.mark.explained else ""
        text = f"{text}; {rule}" if text else rule
    return text


def _single(chain: ChainView) -> str:
    """A result of one step: the whole equation in a box."""
    step = chain.steps[0]
    tag = rf"\tag{{{step.label}{_mark(step)}}}"
    reason = _reason(step)
    whole = rf"\boxed{{\;{chain.lhs.latex} {step.sign} {step.rhs.latex}\;}}"
    if not reason:
        return _display("align", [rf"& {whole} {tag}"])
    used = chain.lhs.width + step.rhs.width + 4
    if used <= BESIDE:
        return _display("align", [f"& {whole} && {why_tex(chain, used)}{{{reason}}} {tag}"])
    below = rf"& \below{{{reason}}} \notag"
    return _display("align", [rf"& {whole} {tag}", below])


def _half(chain: ChainView) -> str:
    """One of two forms of a value, in its half of the page: the reason, which names the form, above the equation."""
    rows = []
    for step in chain.steps:
        tag = rf"\tag{{{step.label}{_mark(step)}}}"
        rows.append(rf"& {chain.lhs.latex} {step.sign} {step.rhs.latex} {tag}")
    heading = r"\\".join(rf"\emph{{{_reason(step)}}}" for step in chain.steps)
    body = _display("align", rows)
    box = f"\\begin{{minipage}}[t]{{.49\\linewidth}}\\raggedright\n{heading}\n{body}\n\\end{{minipage}}"
    if chain.place == "first":
        return rf"\par\medskip\noindent{box}%"
    return rf"\hfill{box}\par\medskip"


def _boxed(chain: ChainView) -> str:
    last = chain.steps[-1]
    if chain.lhs.width + line_width(last.rhs) + 4 > TEXT:
        return ""
    if len(last.rhs.lines) == 1 or chain.lhs.width + last.rhs.width + 6 <= TEXT:
        return rf"\[ \boxed{{\;{chain.lhs.latex} {chain.sign} {last.rhs.latex}\;}} \]"
    rows = [f"{chain.lhs.latex} &{chain.sign} {last.rhs.lines[0]}"]
    rows += [rf"&\quad {line}" for line in last.rhs.lines[1:]]
    return "\\[ \\boxed{" + _display("aligned", rows) + "} \\]"
