r"""Markdown, Quarto and notebook text to blocks.

Mathematics is `$..$`, `$$..$$`, `\(..\)`, `\[..\]` (also with the backslash doubled, as some renderers want it) and
bare `\begin{align}`. Code fences, inline code, HTML comments and a YAML header are passed over. A lone `$` is money.
"""

from __future__ import annotations

import re

from derive.reader.source.blocks import BlockBuilder, Directive, Heading, ParagraphBreak
from derive.reader.source.macro_definitions import DEFINERS
from derive.reader.source.macros import Macros
from derive.reader.source.places import Span
from derive.reader.source.scanner import Token, scan
from derive.reader.source.vocabulary import DISPLAYS, INNER_DISPLAYS, WITH_ARGUMENT

_DEFINERS = "|".join(re.escape(name) for name in DEFINERS)
_POINT = re.compile(
    rf"""
      (?P<fence>^[ ]{{0,3}}(?:>[ ]?)*(?P<ticks>`{{3,}}|~{{3,}})[^\n]*)
    | (?P<code>`+)
    | (?P<comment><!--)
    | (?P<directive>^[ \t]*%+[ \t]*derive[ \t]*:[ \t]*(?P<directed>[^\n]*))
    | (?P<heading>^[ ]{{0,3}}(?P<marks>\#{{1,6}})[ \t]+(?P<title>[^\n]*))
    | (?P<display>\$\$)
    | (?P<bracket>\\\\?\[)
    | (?P<parenthesis>\\\\?\()
    | (?P<begin>\\begin[ ]*\{{(?P<environment>[a-zA-Z]+\*?)\}})
    | (?P<define>(?:{_DEFINERS})(?![a-zA-Z]))
    | (?P<escaped>\\.)
    | (?P<dollar>\$)
    | (?P<item>^[ \t]*(?:[-*+]|\d{{1,3}}[.)])[ \t]+)
    | (?P<row>^[ ]{{0,3}}\|[^\n]*\|[ \t]*$)
    | (?P<blank>\n[ \t\r]*\n\s*)
    """,
    re.VERBOSE | re.MULTILINE,
)
_CELL = re.compile(r"(?P<code>`+)|(?P<parenthesis>\\\\?\()|(?P<escaped>\\.)|(?P<dollar>\$)")
_BAR = re.compile(r"\\.|\$(?:[^$\\\n|]|\\.)*\$|\|")
_RULE = re.compile(r"[\s|:-]+")
_INLINE = re.compile(r"\$(?=[^\s$])((?:[^$\\\n]|\\.|\\\n|\n(?![ \t\r]*\n))*)(?<![\s\\])\$(?!\d)")
_LOOSE = re.compile(r"\$[ \t]*([^$\n]*[\\^_={}+*/][^$\n]*|[ \t]+[A-Za-z]'?)[ \t]*\$(?!\d)")
_QUOTE = re.compile(r"[ \t]*>")
_QUOTED = re.compile(r"\n[ \t]*(?:>[ \t]?)+")
_BLANK = re.compile(r"\n[ \t\r]*\n")
_PROSE = re.compile(
    r"\n[ \t\r]*\n\s*(?:\#|[A-Za-z]{3,}[\s,.:;]|[A-Z][a-z]*\s+[a-z]{2,})|[a-z]{3,}\s+[a-z]{3,}\s+[a-z]{3,}"
)
_HEADER = re.compile(r"\ufeff?---[ \t]*\r?\n.*?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_COMMENTED = re.compile(r"\s*derive\s*:\s*(.*?)\s*$", re.DOTALL)

_WORDS = re.compile(r"[A-Za-z]{2}")
_SINGLE = re.compile(r"(?<![\\$])\$(?!\$)")
MANY = 5


def is_doubled(text: str) -> bool:
    """Whether a text writes formulas in its lines with two dollars, as kramdown wants it, and never with one."""
    if "$$" not in text or _SINGLE.search(text):
        return False
    found = 0
    for line in text.splitlines():
        parts = line.split("$$")
        found += len(parts) > 2 and len(parts) % 2 == 1 and any(map(_WORDS.search, parts[::2]))
    return found >= MANY


class MarkdownReader:
    """Fills a BlockBuilder from the text of its source."""

    def __init__(self, builder: BlockBuilder, macros: Macros) -> None:
        self.builder = builder
        self.source = builder.source
        self.text = builder.source.text
        self.macros = macros
        self.doubled = is_doubled(self.text)
        self._found: dict[str, tuple[int, int]] = {}  # needle -> where it was looked for and found

    def read(self) -> None:
        header = _HEADER.match(self.text)
        position = header.end() if header else 0
        while (match := _POINT.search(self.text, position)) is not None:
            self._prose(position, match.start())
            position = getattr(self, f"_{match.lastgroup}")(match)
        self._prose(position, len(self.text))
        self.builder.flush()

    def _prose(self, start: int, end: int) -> None:
        if end > start:
            self.builder.text(self.text[start:end], start, end)

    def _find(self, needle: str, start: int) -> int:
        """Like str.find; an answer is kept while it holds, so that hostile texts stay linear."""
        since, found = self._found.get(needle, (len(self.text) + 1, -1))
        if since <= start and (found < 0 or start <= found):
            return found
        found = self.text.find(needle, start)
        self._found[needle] = (start, found)
        return found

    # what is passed over

    def _fence(self, match: re.Match[str]) -> int:
        ticks = match["ticks"]
        position = match.end()
        closing = re.compile(
            rf"^[ >]{{0,8}}{re.escape(ticks[0])}{{{min(len(ticks), 1000)},}}[ \t\r]*$", re.MULTILINE
        )
        found = closing.search(self.text, position) if self._find(ticks, position) >= 0 else None
        self.builder.add(ParagraphBreak(Span(match.start(), position), self.source))
        return found.end() if found else len(self.text)

    def _code(self, match: re.Match[str]) -> int:
        ticks = match.group()
        closing = self.text.find(ticks, match.end(), match.end() + 2000)
        if closing < 0:
            return match.end()
        self.builder.text(" ", match.start(), closing + len(ticks))
        return closing + len(ticks)

    def _comment(self, match: re.Match[str]) -> int:
        end = self._find("-->", match.end())
        if end < 0:
            return match.end()
        if directive := _COMMENTED.match(self.text[match.end() : end]):
            self.builder.aside(Directive(directive[1], Span(match.start(), end + 3), self.source))
        return end + 3

    def _directive(self, match: re.Match[str]) -> int:
        self.builder.aside(Directive(match["directed"].strip(), Span(*match.span()), self.source))
        return match.end()

    def _define(self, match: re.Match[str]) -> int:
        r"""A `\newcommand` in the prose: it is carried out and leaves no words."""
        start = match.start()
        message = "the limit of definitions is reached"
        for length in (500, 5000):
            if self.macros.fuel <= 0:
                break
            try:
                return self.macros.define(
                    scan(self.text, start, min(start + length, len(self.text)))
                )
            except ValueError as error:
                message = str(error)
        self.builder.warn(f"{match.group()}: {message}", start)
        return match.end()

    def _escaped(self, match: re.Match[str]) -> int:
        self.builder.text(match.group()[1], match.start(), match.end())
        return match.end()

    # structure

    def _heading(self, match: re.Match[str]) -> int:
        title = re.sub(r"\s*\{[^{}]*\}\s*$|\s+#+\s*$", "", match["title"]).strip()
        self.builder.add(Heading(title, len(match["marks"]), Span(*match.span()), self.source))
        return match.end()

    def _item(self, match: re.Match[str]) -> int:
        self.builder.add(ParagraphBreak(Span(*match.span()), self.source))
        return match.end()

    _blank = _item

    def _row(self, match: re.Match[str]) -> int:
        """A line between bars is a row of a table; one of dashes parts the head from the body."""
        if _RULE.fullmatch(match.group()):
            return match.end()
        self.builder.table(opens=True)
        self._cells(match.start(), match.end())
        self.builder.table(opens=False)
        return match.end()

    def _cells(self, start: int, end: int) -> None:
        """The cells of a row, each read like a line of its own; a bar in a formula or after a backslash parts none."""
        begin = self.text.index("|", start) + 1
        for bar in _BAR.finditer(self.text, begin, end):
            if bar.group() != "|":
                continue
            self._within(begin, bar.start())
            begin = bar.end()
            if self.text[begin:end].strip():
                self.builder.cell()

    def _within(self, position: int, end: int) -> None:
        """A cell: words, code and formulas."""
        while (match := _CELL.search(self.text, position, end)) is not None:
            self._prose(position, match.start())
            position = min(getattr(self, f"_{match.lastgroup}")(match), end)
        self._prose(position, end)

    # mathematics

    def _tokens(self, start: int, end: int) -> list[Token]:
        if self.text.find("\n", start, end) >= 0:
            line = self.text.rfind("\n", 0, start) + 1
            if _QUOTE.match(self.text, line, start):
                return self.macros.expand(self._quoted(start, end))
        return self.macros.expand(scan(self.text, start, end))

    def _quoted(self, start: int, end: int) -> list[Token]:
        """Tokens of a formula in a block quote: the `>` at the beginning of its lines are no signs."""
        plain = _QUOTED.sub(lambda m: "\n" + " " * (len(m.group()) - 1), self.text[start:end])
        return [t._replace(start=t.start + start, end=t.end + start) for t in scan(plain)]

    def _dollar(self, match: re.Match[str]) -> int:
        start = match.start()
        found = _INLINE.match(self.text, start) or _LOOSE.match(self.text, start)
        if found is None:
            self.builder.text("$", start, start + 1)
            return start + 1
        self.builder.inline(self._tokens(start + 1, found.end() - 1), Span(start, found.end()))
        return found.end()

    def _parenthesis(self, match: re.Match[str]) -> int:
        closing = match.group()[:-1] + ")"
        end = self.text.find(closing, match.end(), match.end() + 5000)
        if end < 0 or _BLANK.search(self.text, match.end(), end):
            self.builder.text("(", match.start(), match.end())
            return match.end()
        span = Span(match.start(), end + len(closing))
        self.builder.inline(self._tokens(match.end(), end), span)
        return span.end

    def _display(self, match: re.Match[str]) -> int:
        end = self._find("$$", match.end()) if self.doubled else -1
        line = self.text.find("\n", match.end())
        if end >= 0 and (line < 0 or end < line) and self._in_words(match.start(), end + 2):
            tokens = self._tokens(match.end(), end)
            self.builder.inline(tokens, Span(match.start(), end + 2))
            return end + 2
        return self._delimited(match, "$$", "$$")

    def _in_words(self, start: int, end: int) -> bool:
        """Whether words stand on the same line, before or after."""
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", end)
        around = self.text[first:start] + self.text[end : last if last >= 0 else len(self.text)]
        return _WORDS.search(around) is not None

    def _bracket(self, match: re.Match[str]) -> int:
        return self._delimited(match, match.group()[:-1] + "]", r"\[")

    def _begin(self, match: re.Match[str]) -> int:
        name = match["environment"]
        if name not in DISPLAYS and name not in INNER_DISPLAYS:
            return match.end()
        return self._delimited(match, rf"\end{{{name}}}", name)

    def _delimited(self, match: re.Match[str], closing: str, name: str) -> int:
        """A display; a blank line inside is allowed, a paragraph of prose means that its end is missing."""
        start = match.end()
        end = self._closing(closing, start)
        blank = _BLANK.search(self.text, start, end if end >= 0 else len(self.text))
        if end < 0 or (blank and self._is_elsewhere(match.group(), blank.start(), end)):
            stop = blank.start() if blank else len(self.text)
            error = self.source.error(f"{match.group()} is never closed", match.start())
            self.builder.display(self._tokens(start, stop), name, Span(match.start(), stop), error)
            return stop
        body = start
        if name in WITH_ARGUMENT and (
            argument := re.compile(r"\s*\{[^{}]*\}").match(self.text, start, end)
        ):
            body = argument.end()
        tokens = self._tokens(body, end)
        span = Span(match.start(), end + len(closing))
        if tokens:
            self.builder.display(tokens, name, span)
        return span.end

    def _is_elsewhere(self, opening: str, start: int, end: int) -> bool:
        """Whether a delimiter at `end` belongs to a later display: prose or another opening stands between."""
        if opening == "$$":
            return _PROSE.search(self.text, start, end) is not None
        return self.text.find(opening, start, end) >= 0

    def _closing(self, closing: str, start: int) -> int:
        """Where the display ends; an escaped dollar sign does not end it, nor does `\\\\]` for `\\]`."""
        end = self._find(closing, start)
        while end > 0 and self.text[end - 1] == "\\" and closing in ("$$", r"\]"):
            end = self._find(closing, end + 1)
        return end
