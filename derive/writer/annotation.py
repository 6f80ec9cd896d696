r"""A copy of a LaTeX or Markdown source in which each relation carries its verdict.

A small mark of width zero stands above each relation sign; the messages follow as comments at the end. The author's own
text is unchanged to the byte. In LaTeX the marks are a macro defined before `\begin{document}` (or at the top of a body).
"""

from __future__ import annotations

from derive.checker.verdicts import FileReport, RelationReport
from derive.errors import UsageError

SIGNS = {"holds": r"\surd", "fails": r"\times", "unchecked": "?", "definition": r"\cdot"}
COLOURS = {"holds": "green", "fails": "red", "unchecked": "gray", "definition": "gray"}

PREAMBLE = r"""\providecommand{\textcolor}[2]{#2}% marks of derive: one above each relation sign
\providecommand{\derivemark}[2]{\rlap{\raisebox{1.7ex}{$\scriptscriptstyle\textcolor{#1}{#2}$}}}
"""


def annotated(text: str, report: FileReport, suffix: str) -> str:
    """The source `text` of a `.tex`, `.md` or `.qmd` file with a mark at each relation of `report`.

    Raises `UsageError` for another kind of file, or when a place of the report is not in the text.
    """
    if suffix not in (".tex", ".md", ".qmd"):
        raise UsageError(
            f"only .tex, .md and .qmd files can be annotated, not {suffix or 'this one'}"
        )
    latex = suffix == ".tex"
    starts = _line_starts(text)
    marks = sorted(
        (_offset(relation, starts, len(text)), _mark(relation, latex))
        for relation in report.relations
    )
    pieces, last = [], 0
    for offset, mark in marks:
        pieces.append(text[last:offset] + mark)
        last = offset
    body = "".join(pieces) + text[last:]
    return (_with_preamble(body) if latex else body) + _messages(report, latex)


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


def _messages(report: FileReport, latex: bool) -> str:
    lines = []
    for relation in report.relations:
        verdict = relation.verdict
        reason = verdict.diagnosis.message if verdict.diagnosis else verdict.why
        line = f"{relation.line}:{relation.column}: {verdict.kind}{': ' + reason if reason else ''}"
        lines.append(" ".join(line.split()))
    if latex:
        return "\n" + "".join(f"% derive: {line}\n" for line in lines)
    safe = "\n".join(lines).replace("--", "- -")
    return f"\n<!-- derive\n{safe}\n-->\n"
