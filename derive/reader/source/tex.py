r"""LaTeX documents to blocks: prose, displays, headings, breaks and directives, in reading order.

An error stays in its block. Environments are paired once for the whole text; `$` and `\[` are followed to their
partner, and where there is none the block ends at the next blank line and carries the error.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from derive.reader.source.blocks import Block, BlockBuilder, Heading, ParagraphBreak, directive
from derive.reader.source.places import Span
from derive.reader.source.scanner import Kind, Token, plain_text
from derive.reader.source.stream import closers, pair_environments
from derive.reader.source.vocabulary import (
    ARGUMENTS_DROPPED,
    COLUMNS,
    DISPLAYS,
    HEADINGS,
    INNER_DISPLAYS,
    SKIPPED,
    TABLES,
    THIN_SPACES,
    WIDE_SPACES,
    WITH_ARGUMENT,
)

_Closes = Callable[[Token], bool]
_STOPS = frozenset({Kind.BREAK, Kind.INPUT, Kind.VERBATIM})
_TEXT_SYMBOLS = {rf"\{c}": c for c in "%$&#_{}"} | {r"\\": " ", "\\ ": " ", r"\-": "", r"\/": ""}
_ACCENTS = frozenset({r"\'", r"\"", r"\^", r"\~", r"\=", r"\.", r"\`"})
_WORDS = {
    r"\dots": "...",
    r"\ldots": "...",
    r"\LaTeX": "LaTeX",
    r"\TeX": "TeX",
    r"\ss": "ß",
    r"\newline": " ",
}
_PROSE = re.compile(r"[a-z]{3,}\s+[a-z]{3,}\s+[a-z]{2,}")
_PROSE_START = re.compile(r"\s*[A-Za-z]{3,}(?:[\s,.:;]|$)")
_PARAMETER = re.compile(r"(?:penalty|skip|indent|tolerance|stretch|badness|fuzz|width|depth)$")
_VALUE = re.compile(r"\s*=?\s*-?\d[\d.]*\s*(?:pt|em|ex|mm|cm|in|sp|bp)?")
_OPTION = re.compile(r"\s*\*?\s*\[|\s*\*")


class TexReader:
    """Walks over the expanded tokens of one source and fills a BlockBuilder.

    `included[n]` are the blocks of the n-th INPUT token.
    """

    def __init__(
        self, tokens: Sequence[Token], builder: BlockBuilder, included: Sequence[Sequence[Block]]
    ) -> None:
        self.tokens = tokens
        self.builder = builder
        self.source = builder.source
        self.included = included
        self.closers = closers(tokens)
        self.ends = pair_environments(tokens)
        self.breaks = [index for index, token in enumerate(tokens) if token[0] in _STOPS]

    def read(self) -> None:
        position = self._preamble()
        total = len(self.tokens)
        while position < total:
            token = self.tokens[position]
            handler = _HANDLERS.get(token.kind)
            if handler is None:
                self.builder.text(
                    (" " if token.spaced else "") + token.text, token.start, token.end
                )
                position += 1
            elif token.kind is Kind.END and token.text == "document":
                break
            else:
                position = handler(self, position)
        self.builder.flush()

    def _preamble(self) -> int:
        r"""Index after `\begin{document}`; before it only directives and files count."""
        starts = (
            i for i, t in enumerate(self.tokens) if t.kind is Kind.BEGIN and t.text == "document"
        )
        index = next(starts, -1)
        for token in self.tokens[: max(index, 0)]:
            if found := directive(token, self.source):
                self.builder.aside(found)
            elif token.kind is Kind.ERROR:
                self.builder.warn(token.text, token.start)
        return index + 1

    # mathematics

    def _math(self, position: int) -> int:
        token = self.tokens[position]
        following = self.tokens[position + 1] if position + 1 < len(self.tokens) else None
        double = (
            following is not None
            and following.kind is Kind.MATH
            and following.start in (token.end, token.start)
        )
        return self._display_dollars(position) if double else self._inline(position, 1, _is_dollar)

    def _inline(self, position: int, width: int, closes: _Closes) -> int:
        end = self._partner(position + width, closes)
        first = self.tokens[position]
        if end is None:
            stop = self._next_stop(position)
            span = Span(first.start, self._end_before(stop, position))
            error = self.source.error(f"{first.text} is never closed in its paragraph", first.start)
            self.builder.inline(self.tokens[position + 1 : stop], span, error)
            return stop
        span = Span(first.start, self.tokens[end].end)
        self.builder.inline(self.tokens[position + width : end], span)
        return end + width

    def _partner(self, position: int, closes: _Closes) -> int | None:
        """Index of the first closing token outside of groups, before the paragraph ends."""
        stop = self._next_stop(position)
        while position < stop:
            token = self.tokens[position]
            if token.kind is Kind.OPEN:
                closer = self.closers.get(position, stop)
                if closer < stop:
                    position = closer + 1
                    continue
            elif closes(token):
                return position
            position += 1
        return None

    def _next_stop(self, position: int) -> int:
        """Index of the next blank line (or the end)."""
        index = bisect_right(self.breaks, position)
        return self.breaks[index] if index < len(self.breaks) else len(self.tokens)

    def _end_before(self, stop: int, position: int) -> int:
        return self.tokens[max(stop - 1, position)].end

    def _display_dollars(self, position: int) -> int:
        end = self._double_dollar(position + 2)
        if end is None:
            return self._unclosed(position, 2, "$$")
        span = Span(self.tokens[position].start, self.tokens[end + 1].end)
        self.builder.display(self.tokens[position + 2 : end], "$$", span)
        return end + 2

    def _double_dollar(self, position: int) -> int | None:
        """Index of the closing `$$`; a blank line may come before it, a paragraph of prose may not."""
        stop = self._next_stop(position)
        while True:
            end = self._partner(position, _is_dollar)
            while end is not None and not self._is_double(end):
                end = self._partner(end + 1, _is_dollar)
            if (
                end is not None
                or stop >= len(self.tokens)
                or self.tokens[stop].kind is not Kind.BREAK
            ):
                return end
            position, before = stop + 1, stop
            stop = self._next_stop(position)
            runs = [
                token.text for token in self.tokens[before + 1 : stop] if token.kind is Kind.RUN
            ]
            if any(map(_PROSE.search, runs)) or (runs and _PROSE_START.match(runs[0])):
                return None

    def _is_double(self, index: int) -> bool:
        following = self.tokens[index + 1] if index + 1 < len(self.tokens) else None
        return following is not None and following.kind is Kind.MATH

    def _bracket(self, position: int) -> int:
        r"""`\[`: its `\]` may come after blank lines, but not after another display or a heading."""
        index = position + 1
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.is_word(r"\]"):
                span = Span(self.tokens[position].start, token.end)
                self.builder.display(self.tokens[position + 1 : index], r"\[", span)
                return index + 1
            if (
                token.is_word(r"\[")
                or token.text in HEADINGS
                or (token.kind is Kind.BEGIN and token.text in DISPLAYS)
            ):
                break
            index += 1
        return self._unclosed(position, 1, r"\[", limit=index)

    def _unclosed(self, position: int, width: int, name: str, limit: int | None = None) -> int:
        """A display without its end: it reaches to the blank line (or `limit`) and carries the error."""
        stop = self._next_stop(position)
        for index in range(position + width, stop):
            token = self.tokens[index]
            if (
                index == limit
                or (token.kind is Kind.END and token.text in DISPLAYS)
                or token.text in HEADINGS
            ):
                stop = index
                break
        first = self.tokens[position]
        span = Span(first.start, self._end_before(stop, position))
        error = self.source.error(f"{_delimiter(name)} is never closed", first.start)
        self.builder.display(self.tokens[position + width : stop], name, span, error)
        return max(stop, position + width)

    # commands and environments

    def _symbol(self, position: int) -> int:
        token = self.tokens[position]
        if token.text == r"\(":
            return self._inline(position, 1, _is_parenthesis)
        if token.text == r"\[":
            return self._bracket(position)
        if token.text in (r"\]", r"\)"):
            self.builder.warn(f"{token.text} closes nothing", token.start)
        elif token.text == r"\\" and self.builder.in_table:
            self.builder.flush()
        elif token.text not in _ACCENTS:
            self.builder.text(_TEXT_SYMBOLS.get(token.text, " "), token.start, token.end)
        return position + 1

    def _begin(self, position: int) -> int:
        token, name = self.tokens[position], self.tokens[position].text
        end = self.ends.get(position)
        if name in DISPLAYS or name in INNER_DISPLAYS:
            if end is None:
                return self._unclosed(position, 1, name)
            start = position + 1
            if name in WITH_ARGUMENT:
                start = self.closers.get(start, start - 1) + 1
            self.builder.display(
                self.tokens[start:end], name, Span(token.start, self.tokens[end].end)
            )
            return end + 1
        if name == "math" and end is not None:
            self.builder.inline(
                self.tokens[position + 1 : end], Span(token.start, self.tokens[end].end)
            )
            return end + 1
        if name in SKIPPED and end is not None:
            return end + 1
        self.builder.add(ParagraphBreak(token.span, self.source))
        if name in TABLES:
            self.builder.table(opens=True)
        if name in COLUMNS:
            return self._skip_arguments(position + 1, 1)
        return self._skip_options(position + 1)

    def _end(self, position: int) -> int:
        token = self.tokens[position]
        if token.text in DISPLAYS:
            self.builder.warn(rf"\end{{{token.text}}} closes nothing", token.start)
        if token.text in TABLES:
            self.builder.table(opens=False)
        self.builder.add(ParagraphBreak(token.span, self.source))
        return position + 1

    def _word(self, position: int) -> int:
        token = self.tokens[position]
        if token.text in HEADINGS:
            return self._heading(position)
        if token.text in (r"\par", r"\item"):
            self.builder.add(ParagraphBreak(token.span, self.source))
            return self._skip_options(position + 1) if token.text == r"\item" else position + 1
        if token.text == r"\ensuremath" and position + 1 in self.closers:
            end = self.closers[position + 1]
            self.builder.inline(
                self.tokens[position + 2 : end], Span(token.start, self.tokens[end].end)
            )
            return end + 1
        if token.text in ARGUMENTS_DROPPED:
            return self._skip_arguments(position + 1, ARGUMENTS_DROPPED[token.text])
        if _PARAMETER.search(token.text):
            return self._value(position + 1)
        space = token.text in THIN_SPACES or token.text in WIDE_SPACES
        self.builder.text(
            _WORDS.get(token.text, " " if space or token.spaced else ""), token.start, token.end
        )
        return position + 1

    def _value(self, position: int) -> int:
        """Pass over what a parameter of TeX is set to: `=10000 `, `=-2pt`; in a macro it stands in single tokens."""
        if position < len(self.tokens) and self.tokens[position].kind is Kind.RUN:
            value = _VALUE.match(self.tokens[position].text)
            return self._rest(position, value.end()) if value is not None else position
        text, end = "", position
        for index in range(position, min(position + 6, len(self.tokens))):
            text += self.tokens[index].text
            if _VALUE.fullmatch(text):
                end = index + 1
        return end

    def _heading(self, position: int) -> int:
        token = self.tokens[position]
        start = self._skip_options(position + 1)
        end = self.closers.get(start)
        if end is None:
            self.builder.warn(f"{token.text} has no title in braces", token.start)
            return position + 1
        title = _title(self.tokens[start + 1 : end])
        span = Span(token.start, self.tokens[end].end)
        self.builder.add(Heading(title, HEADINGS[token.text], span, self.source))
        return end + 1

    def _skip_options(self, position: int) -> int:
        """Pass over a star and one option in brackets; words after them in the same run are kept."""
        if position >= len(self.tokens) or self.tokens[position].kind is not Kind.RUN:
            return position
        match = _OPTION.match(self.tokens[position].text)
        if match is None:
            return position
        if not match.group().endswith("["):
            return self._rest(position, match.end())
        for index in range(position, min(position + 40, len(self.tokens))):
            token = self.tokens[index]
            if token.kind is Kind.BREAK:
                break
            if token.kind is Kind.RUN and "]" in token.text:
                return self._rest(index, token.text.index("]") + 1)
        return position

    def _rest(self, position: int, used: int) -> int:
        """Keep the words of a run behind its first `used` characters; returns the index after it."""
        run = self.tokens[position]
        if run.text[used:].strip():
            self.builder.text(run.text[used:], run.start + used, run.end)
        return position + 1

    def _skip_arguments(self, position: int, count: int) -> int:
        position = self._skip_options(position)
        while count and position in self.closers:
            position = self.closers[position] + 1
            count -= 1
        return position

    # the rest

    def _break(self, position: int) -> int:
        self.builder.add(ParagraphBreak(self.tokens[position].span, self.source))
        return position + 1

    def _comment(self, position: int) -> int:
        if found := directive(self.tokens[position], self.source):
            self.builder.aside(found)
        return position + 1

    def _input(self, position: int) -> int:
        self.builder.flush()
        self.builder.blocks.extend(self.included[int(self.tokens[position].text)])
        return position + 1

    def _error(self, position: int) -> int:
        self.builder.warn(self.tokens[position].text, self.tokens[position].start)
        return position + 1

    def _space(self, position: int) -> int:
        token = self.tokens[position]
        self.builder.text(" ", token.start, token.end)
        return position + 1

    def _bar(self, position: int) -> int:
        if self.builder.in_table:
            self.builder.cell()
            return position + 1
        return self._space(position)

    def _skip(self, position: int) -> int:
        return position + 1


_HANDLERS = {
    Kind.MATH: TexReader._math,
    Kind.SYMBOL: TexReader._symbol,
    Kind.WORD: TexReader._word,
    Kind.BEGIN: TexReader._begin,
    Kind.END: TexReader._end,
    Kind.BREAK: TexReader._break,
    Kind.COMMENT: TexReader._comment,
    Kind.INPUT: TexReader._input,
    Kind.ERROR: TexReader._error,
    Kind.TIE: TexReader._space,
    Kind.ALIGN: TexReader._bar,
    Kind.OPEN: TexReader._skip,
    Kind.CLOSE: TexReader._skip,
    Kind.VERBATIM: TexReader._skip,
    Kind.PARAMETER: TexReader._skip,
}


def _is_dollar(token: Token) -> bool:
    return token.kind is Kind.MATH


def _is_parenthesis(token: Token) -> bool:
    return token.is_word(r"\)")


def _delimiter(name: str) -> str:
    return name if name in ("$$", r"\[") else rf"\begin{{{name}}}"


def _title(tokens: Sequence[Token]) -> str:
    """The words of a heading; commands and braces count in its formulas only."""
    kept: list[Token] = []
    mathematics = False
    for token in tokens:
        mathematics ^= token.kind is Kind.MATH
        if mathematics or token.kind not in (Kind.WORD, Kind.OPEN, Kind.CLOSE, Kind.COMMENT):
            kept.append(token)
    return re.sub(r"\s+", " ", plain_text(kept)).strip()
