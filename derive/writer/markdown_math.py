r"""LaTeX mathematics inside Markdown, in words that every renderer leaves alone.

GitHub reads Markdown before mathematics: it takes the backslash from `\{` and `\,`, opens emphasis at an underscore
after a bracket (github/markup issue 1575), makes a link of `[a](b)`, and refuses `\operatorname`. What is written here
instead means the same to MathJax, KaTeX and pandoc.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"\\operatorname(\*?)\s*\{([^{}]*)\}")
#: control symbols, whose backslash is lost -> control words
_WORDS: dict[str, str] = {
    r"\{": r"\lbrace",
    r"\}": r"\rbrace",
    r"\,": r"\thinspace",
    r"\;": r"\quad",
    r"\:": r"\medspace",
    r"\!": r"\negthinspace",
    r"\|": r"\Vert",
}
_SYMBOL = re.compile(r"(?<!\\)((?:\\\\)*)(\\[{},;:!|])( *)(?=(.?))")
#: an underscore that would open emphasis: one that follows neither a letter nor a digit
_OPENS = re.compile(r"(?<![0-9A-Za-z\\])_(?=\S)")


def safe(latex: str) -> str:
    r"""The same formula for Markdown: `\operatorname{tr}(A)` is `\mathop{\mathrm{tr}}(A)`, `\hat{x}_i` `\hat{x}_ i`."""
    text = _NAME.sub(_operator, latex)
    text = _SYMBOL.sub(_word, text)
    text = _OPENS.sub("_ ", text)
    text = text.replace("](", "] (").replace("^*", r"^{\ast}").replace("^{*}", r"^{\ast}")
    return re.sub(r"(?<!\\)<(?=\S)", "< ", text)


def _word(match: re.Match[str]) -> str:
    space = " " if match[3] or match[4].isalpha() else ""
    return f"{match[1]}{_WORDS[match[2]]}{space}"


def _operator(match: re.Match[str]) -> str:
    limits = r"\limits" if match[1] else ""
    return rf"\mathop{{\mathrm{{{match[2]}}}}}{limits}"
