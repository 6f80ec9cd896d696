r"""A copy of a LaTeX or Markdown source in which each relation carries its verdict.

A small mark of width zero stands above each relation sign; the messages follow as comments at the
end. The author's own text is unchanged to the byte. In LaTeX the marks are a macro defined before
`\begin{document}` (or at the top of a body).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from derive.checker.verdicts import FileReport, RelationReport
from derive.errors import UsageError

SIGNS = {"holds": r"\surd", "fails": r"\times", "unchecked": "?", "definition": r"\cdot"}
COLOURS = {"holds": "green", "fails": "red", "unchecked": "black", "definition": "black"}

PREAMBLE = r"""\providecommand{\textcolor}[2]{#2}% marks of derive: one above each relation sign
\providecommand{\derivemark}[2]{\rlap{\raisebox{1.7ex}{$\scriptscriptstyle\textcolor{#1}{#2}$}}}
"""
MARK_LATEX = re.compile(r"\\derivemark\{[a-z]+\}\{(?:\\surd|\\times|\?|\\cdot)\}")
MARK_PLAIN = re.compile(
    r"\\rlap\{\\raisebox\{1\.7ex\}\{\$\\scriptscriptstyle\\textcolor\{[a-z]+\}\{(?:\\surd|\\times|\?|\\cdot)\}\$\}\}"
)
TAIL_LATEX = "% derive: verdicts, by line and column\n"
TAIL_PLAIN = "<!-- derive: verdicts, by line and column\n"


def annotated(text: str, report: FileReport, suffix: str) -> str:
    """The source `text` of a `.tex`, `.md` or `.qmd` file with a mark at each relation of `report`.

    Relations of included files are left out: their files can be annotated by themselves. `plain`
    undoes it. Raises `UsageError` for another kind of file, for a text that is annotated already,
    or when a place of the report is not in it.
    """
    if suffix not in (".tex", ".md", ".qmd"):
        raise UsageError(
            f"only .tex, .md and .qmd files can be annotated, not {suffix or 'this one'}"
        )
    latex = suffix == ".tex"
    if (TAIL_LATEX if latex else TAIL_PLAIN) in text:
        raise UsageError("this copy carries marks already; annotate the original")
    starts = _line_starts(text)
    own = [relation for relation in report.relations if not relation.path]
    marks = sorted((_offset(r, starts, len(text)), _mark(r, latex)) for r in own)
    pieces, last = [], 0
    for offset, mark in marks:
        pieces.append(text[last:offset] + mark)
        last = offset
    body = "".join(pieces) + text[last:]
    return (_with_preamble(body) if latex else body) + _messages(own, latex)


def plain(text: str, suffix: str) -> str:
    """The author's text of an annotated copy, to the byte."""
    latex = suffix == ".tex"
    tail = text.rfind("\n" + (TAIL_LATEX if latex else TAIL_PLAIN))
    if tail < 0:
        return text
    body = text[:tail]
    return MARK_LATEX.sub("", body.replace(PREAMBLE, "", 1)) if latex else MARK_PLAIN.sub("", body)


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(at + 1 for at, char in enumerate(text) if char == "\n")
    return starts


def _offset(relation: RelationReport, starts: list[int], length: int) -> int:
    if not 1 <= relation.line <= len(starts):
        raise UsageError(
            f"relation {relation.index} stands at line {relation.line}, the text has {len(starts)}"
        )
    return min(starts[relation.line - 1] + max(relation.column, 1) - 1, length)


def _mark(relation: RelationReport, latex: bool) -> str:
    kind = relation.verdict.kind
    sign, colour = SIGNS[kind], COLOURS[kind]
    if latex:
        return rf"\derivemark{{{colour}}}{{{sign}}}"
    return rf"\rlap{{\raisebox{{1.7ex}}{{$\scriptscriptstyle\textcolor{{{colour}}}{{{sign}}}$}}}}"


def _with_preamble(body: str) -> str:
    at = body.find(r"\begin{document}")
    return body[:at] + PREAMBLE + body[at:] if at >= 0 else PREAMBLE + body


def _messages(relations: Sequence[RelationReport], latex: bool) -> str:
    lines = []
    for relation in relations:
        verdict = relation.verdict
        reason = verdict.diagnosis.message if verdict.diagnosis else verdict.why
        line = f"{relation.line}:{relation.column}: {verdict.kind}{': ' + reason if reason else ''}"
        lines.append(" ".join(line.split()))
    if latex:
        return "\n" + TAIL_LATEX + "".join(f"% {line}\n" for line in lines)
    safe = "\n".join(lines).replace("--", "- -")
    return f"\n{TAIL_PLAIN}{safe}\n-->\n"
