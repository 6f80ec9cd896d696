r"""Prose with inline mathematics: cut into runs once, then laid out by each format.

Known are `$...$`, `\(...\)`, `*emphasis*` or `\emph{...}`, `**strong**` or `\textbf{...}` and `` `code` `` or
`\texttt{...}`. Of other commands the argument is kept, so that no text of the author is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RUN = re.compile(
    r"\$\$(?P<display>.+?)\$\$|\$(?P<dollar>[^$]+)\$|\\\((?P<round>.+?)\\\)"
    r"|\\(?:emph|textit)\{(?P<emph>[^{}]*)\}|\\textbf\{(?P<strong>[^{}]*)\}|\\texttt\{(?P<code>[^{}]*)\}"
    r"|\*\*(?P<stars>[^*\n]+)\*\*|\*(?P<star>[^*\s][^*\n]*)\*|`(?P<ticks>[^`\n]+)`",
    re.S,
)
_KINDS = {
    "display": "math",
    "dollar": "math",
    "round": "math",
    "emph": "emph",
    "star": "emph",
    "strong": "strong",
    "stars": "strong",
    "code": "code",
    "ticks": "code",
}
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?\s*(?:\[[^\]]*\])?(?:\{([^{}]*)\})?")
_ESCAPED = re.compile(r"\\([%&#_${}])")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of prose: kind (text, math, emph, strong, code) and its text, LaTeX for math."""

    kind: str
    text: str


def runs(text: str) -> list[Run]:
    """The runs of a paragraph in order."""
    done: list[Run] = []
    position = 0
    for match in _RUN.finditer(text):
        _append_text(done, text[position : match.start()])
        group = match.lastgroup or ""
        content = match[group].strip() if _KINDS[group] == "math" else match[group]
        done.append(Run(_KINDS[group], content))
        position = match.end()
    _append_text(done, text[position:])
    return done


def paragraphs(text: str) -> list[list[Run]]:
    """The paragraphs of a text, separated by empty lines."""
    return [runs(part.strip()) for part in re.split(r"\n\s*\n", text) if part.strip()]


def _append_text(done: list[Run], text: str) -> None:
    plain = _COMMAND.sub(lambda m: m[2] or "", text)
    plain = _ESCAPED.sub(r"\1", plain).replace("~", "\u00a0")
    plain = re.sub(r"[ \t\n]+", " ", plain)
    if plain:
        done.append(Run("text", plain))
