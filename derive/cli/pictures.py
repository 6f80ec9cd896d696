"""The picture of a step that fails: its wrong place underlined, the smallest counterexample, the correction."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from derive.checker.verdicts import Counterexample, RelationReport

#: steps longer than this are shown in part
WIDEST = 160
SIGNS = {"=": "=", "<=": "<=", ">=": ">=", "!=": "!=", "~~": "~", "prop": "is proportional to"}


def lines(relation: RelationReport) -> Iterator[str]:
    """The picture in plain text, line by line."""
    step, marks = underlined(relation)
    yield step
    yield marks.rstrip()
    verdict = relation.verdict
    if verdict.counterexample is not None:
        yield from _counterexample(verdict.counterexample)
    if verdict.diagnosis is not None and verdict.diagnosis.suggestion:
        yield f"holds with: {one_line(verdict.diagnosis.suggestion)}"
    yield from verdict.assumptions


def underlined(relation: RelationReport) -> tuple[str, str]:
    """The step on one line, and the line below it with `^` under the place that is wrong.

    That is what the verified correction changes; without one it is the whole right side.
    """
    left, right = one_line(relation.lhs), one_line(relation.rhs)
    start, end = _changed(right, relation)
    head = f"{left} {SIGNS.get(relation.relation, relation.relation)} "
    step, at, stop = head + right, len(head) + start, len(head) + end
    if len(step) > WIDEST:
        first = max(min(at - 40, len(step) - WIDEST), 0)
        lead, step = ("... " if first else ""), step[first : first + WIDEST]
        step, at, stop = lead + step, at - first + len(lead), stop - first + len(lead)
        if first + WIDEST < len(head) + len(right):
            step += " ..."
        stop = min(stop, len(step))
    return step, " " * at + "^" * max(stop - at, 1)


def _changed(right: str, relation: RelationReport) -> tuple[int, int]:
    """Start and end of what differs between a right side and its correction, at the edges of its signs."""
    found = relation.verdict.diagnosis
    if found is None or not found.suggestion:
        return 0, len(right)
    old, new = _pieces(right), [text for text, _ in _pieces(one_line(found.suggestion))]
    first = 0
    while first < min(len(old), len(new)) and old[first][0] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last][0] == new[-1 - last]:
        last += 1
    if first == len(old):
        return max(len(right) - 1, 0), len(right)
    end = old[len(old) - 1 - last] if len(old) - last > first else old[first]
    return old[first][1], end[1] + len(end[0])


def _pieces(latex: str) -> list[tuple[str, int]]:
    """Control words and characters with their offsets; spaces do not count."""
    return [(m.group(), m.start()) for m in re.finditer(r"\\[a-zA-Z]+|\\?\S", latex)]


def _counterexample(point: Counterexample) -> Iterator[str]:
    sizes = ", ".join(f"{name} = {value}" for name, value in point.sizes.items())
    values = ", ".join(f"{name} = {plain_value(value)}" for name, value in point.values.items())
    place = "; ".join(part for part in (sizes, values) if part)
    if place:
        yield f"at {place}"
    yield f"the left side is {plain_value(point.lhs)}, the right side {plain_value(point.rhs)}"


def plain_value(value: Any) -> str:
    """Numbers and nested lists in a short form."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(plain_value(item) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def one_line(text: str) -> str:
    """Text without line ends and control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def framed(title: str, relation: RelationReport, width: int) -> str:
    """The picture in a frame with colours; the first line is `title` as it is, so that editors match it."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    step, marks = underlined(relation)
    body = Text()
    at = len(marks) - len(marks.lstrip())
    body.append(step[:at])
    body.append(step[at : len(marks)], style="bold red underline")
    body.append(step[len(marks) :] + "\n")
    for line in list(lines(relation))[2:]:
        style = "green" if line.startswith("holds with") else "dim"
        body.append("\n" + line, style=style)
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=max(width, 40), highlight=False)
    console.print(Text(title, style="bold"), soft_wrap=True)
    console.print(Panel(body, border_style="red", expand=False, padding=(0, 1)))
    return out.getvalue().rstrip("\n")
