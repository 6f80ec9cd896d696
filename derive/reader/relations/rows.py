r"""Walking through the rows of a display and cutting it into segments: sides joined by relation signs.

A segment is a chain in the making. What ended it (a comma, an arrow, words, a column) is kept in the next segment, so
that relations.py can tell conditions and index ranges from chains of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from derive.reader.relations.sides import (
    Segment,
    after_row_end,
    angle_end,
    ends_open,
    in_number,
    is_aside,
    is_row_end,
    trimmed,
)
from derive.reader.source.brackets import PLAIN, Layout, is_space, layout
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.signs import Sign, link_at, separates, sign_at, words_at
from derive.reader.source.vocabulary import (
    ARROWS,
    CONTINUING,
    DROPPED,
    DROPPED_WITH_ARGUMENT,
    ONE_FORMULA,
    TEXT,
    WIDE_SPACES,
)

_QUANTIFIERS = frozenset({r"\forall", r"\exists"})


@dataclass(frozen=True)
class _Outlook:
    """What a row holds: whether its first cell is empty, a sign stands in it, and a sign follows its first `&`."""

    indented: bool
    signed: bool
    aligned: bool


class Rows:
    """One pass over a display. `segments` is the result."""

    def __init__(self, tokens: Sequence[Token], environment: str) -> None:
        self.tokens = tokens
        self.layout: Layout = layout(tokens)
        self.closers = self.layout.closers
        self.joined = environment in ONE_FORMULA or any(
            t.kind is Kind.BEGIN and t.text in ONE_FORMULA and i in self.layout.skipped
            for i, t in enumerate(tokens)
        )
        self.segments: list[Segment] = []
        self.now = Segment()
        self.row = 0
        self.fresh = True  # nothing of the row has been read yet
        self.cells = 0
        self.row_signs = 0
        self.main: Segment | None = None  # the last segment that is no aside: rows go on with it
        self.aligned: dict[int, Segment] = {}  # the last chain with a sign after the n-th `&`
        self.columns = False  # an earlier row has `lhs &= rhs`
        self.outlook = self._look_ahead(0)

    def run(self) -> list[Segment]:
        index, total = 0, len(self.tokens)
        while index < total:
            index = self._step(index)
        if self.now.words and self.now.empty:
            self._keep(self.now)
        self._end_segment("")
        return self.segments

    def _step(self, index: int) -> int:
        token = self.tokens[index]
        if token.kind in PLAIN:
            self._begin_row(token)
            self.now.sides[-1].append(token)
            return index + 1
        if index in self.layout.skipped:
            return self.layout.skipped[index]
        if is_row_end(token):
            return self._end_row(index)
        if token.kind is Kind.ALIGN:
            return self._column(index)
        dropped = self._dropped(index)
        if dropped is not None:
            return dropped
        if is_space(token):
            return self._space(index)
        found = sign_at(self.tokens, index, self.closers)
        if found and not self._is_angle(index):
            return self._sign(*found, self._column_of(index))
        if token.kind is Kind.WORD:
            after = self._word(index)
            if after is not None:
                return after
        if (
            token.text in (",", ";")
            and token.kind is Kind.CHAR
            and not in_number(self.tokens, index)
        ):
            self._end_segment(token.text)
            return index + 1
        if (
            token.text == ":"
            and (self.now.words or self.now.link in _QUANTIFIERS)
            and not self.now.signs
        ):
            self._end_segment(":")
            return index + 1
        return self._operand(index)

    # rows and columns

    def _end_row(self, index: int) -> int:
        if self.outlook.aligned and not self.outlook.indented:
            self.columns = True
        if self.now.empty and self.now.words and not self.fresh:
            self._keep(self.now)  # a remark at the end of the row
            self.now = Segment()
        self.row += 1
        if self.now.empty and self.now.link not in ARROWS:
            self.now.link = ""
        self.fresh, self.cells, self.row_signs = True, 0, 0
        index = after_row_end(self.tokens, index)
        self.outlook = self._look_ahead(index)
        return index

    def _look_ahead(self, index: int) -> _Outlook:
        indented, signed, aligned, seen = False, False, False, False
        columns = 0
        while index < len(self.tokens) and not is_row_end(self.tokens[index]):
            token = self.tokens[index]
            if token.kind in PLAIN:
                seen = True
                index += 1
                continue
            if index in self.layout.skipped:
                index = self.layout.skipped[index]
                continue
            if token.kind is Kind.ALIGN:
                indented = indented or not seen
                columns += 1
            elif sign_at(self.tokens, index, self.closers) or link_at(
                self.tokens, index, self.closers
            ):
                aligned = aligned or (columns == 1 and self.tokens[index - 1].kind is Kind.ALIGN)
                signed = seen = True
            elif not is_space(token):
                seen = True
            index = self.closers.get(index, index) + 1
        return _Outlook(indented, signed, aligned)

    def _begin_row(self, token: Token) -> None:
        """The first token of a row that is no sign: does it go on with the row before, or begin anew?"""
        if not self.fresh:
            return
        self.fresh = False
        if not self.row:
            return
        if self._continues(token):
            if self.now.empty or is_aside(self.now):
                self._resume(self.main)
        else:
            self._end_segment("")

    def _continues(self, token: Token) -> bool:
        before = self.main if self.now.empty or is_aside(self.now) else self.now
        if before is None or (self.now.empty and self.now.link in ARROWS):
            return False
        if self.now.empty and self.now.words and token.text not in CONTINUING:
            return False
        side = before.sides[-1]
        if self.joined or not side or ends_open(side):
            return True
        if token.text in CONTINUING:
            new = (
                token.text == "-"
                and not self.outlook.indented
                and self.outlook.aligned
                and self.columns
            )
            return not new
        return self.outlook.indented and not self.outlook.signed and bool(before.signs)

    def _column(self, index: int) -> int:
        """An `&`: a mere alignment beside a sign, the end of the chain between pairs of columns."""
        self.cells += 1
        after = index + 1
        while after < len(self.tokens) and (
            is_space(self.tokens[after]) or after in self.layout.skipped
        ):
            after += 1
        if self.fresh or after >= len(self.tokens) or not self.now.sides[-1]:
            return index + 1
        following = self.tokens[after]
        if following.text in CONTINUING or sign_at(self.tokens, after, self.closers):
            return index + 1
        if self.cells % 2 == 0 or self.row_signs:
            self._end_segment("&")
        return index + 1

    # signs and separators

    def _column_of(self, index: int) -> int:
        """The number of the `&` directly before a sign, 0 when none stands there."""
        index -= 1
        while index >= 0 and (is_space(self.tokens[index]) or index in self.layout.skipped):
            index -= 1
        return self.cells if index >= 0 and self.tokens[index].kind is Kind.ALIGN else 0

    def _sign(self, sign: Sign, after: int, column: int) -> int:
        chain = self.aligned.get(column, self.main)
        other = (
            self.fresh and chain is not None and chain is not self.now and column in self.aligned
        )
        if other or (self.fresh and is_aside(self.now)) or self._is_bare():
            self._resume(chain)
        self.fresh = False
        if column:
            self.aligned[column] = self.now
        if self.now.signs and not self.now.sides[-1] and self.now.signs[-1].text == sign.text:
            return after
        self.now.signs.append(sign)
        self.now.sides.append([])
        self.row_signs += 1
        return after

    def _is_bare(self) -> bool:
        """Whether nothing stands before the sign that comes next, in its row or after the last comma."""
        return self.now.empty and not (self.now.words and not self.fresh)

    def _resume(self, chain: Segment | None) -> None:
        """Go on with an earlier chain: that of the same column, or the last one that is no mere condition."""
        if chain is None:
            return
        if self.now.words or not self.now.empty:
            self._keep(self.now)
        self.now = chain
        self.now.sides[-1] = trimmed(self.now.sides[-1])

    def _keep(self, segment: Segment) -> None:
        if not segment.listed:
            segment.listed = True
            self.segments.append(segment)
        if self.main is None or not is_aside(segment):
            self.main = segment

    def _end_segment(self, link: str, words: str = "") -> None:
        """Close the current segment (if it holds anything) and open the next."""
        if not self.now.empty:
            self._keep(self.now)
            self.now = Segment(link=link, words=words, row=self.row)
        else:
            strong = link in _QUANTIFIERS or link in ARROWS
            self.now.link = link if strong else self.now.link or link
            self.now.words = f"{self.now.words} {words}".strip()
            self.now.row = self.row

    def _space(self, index: int) -> int:
        token = self.tokens[index]
        if token.text not in WIDE_SPACES:
            if self.now.sides[-1]:
                self.now.sides[-1].append(token)
            return index + 1
        after = index + 1
        while after < len(self.tokens) and is_space(self.tokens[after]):
            after += 1
        following = self.tokens[after] if after < len(self.tokens) else None
        spacing = self.fresh or not self.now.sides[-1]
        if following is not None and not spacing:
            column = following.kind is Kind.ALIGN or self._goes_on(after)
            spacing = column or sign_at(self.tokens, after, self.closers) is not None
        if not spacing:
            self._end_segment(r"\quad")
        return after

    def _goes_on(self, index: int) -> bool:
        r"""Whether an operator behind a wide space goes on with the side; `\quad -1 \le x \le 1` does not."""
        if self.tokens[index].text != "-":
            return self.tokens[index].text in CONTINUING
        end = min(index + 400, len(self.tokens))
        while index < end and not is_row_end(self.tokens[index]):
            if sign_at(self.tokens, index, self.closers):
                return False
            index = self.closers.get(index, index) + 1
        return True

    def _word(self, index: int) -> int | None:
        """Arrows, uncounted relations, quantifiers and words; None for everything that is part of a side."""
        token = self.tokens[index]
        after = link_at(self.tokens, index, self.closers)
        if after is not None:
            self._begin_row(token)
            self._end_segment(token.text)
            return after
        if token.text in _QUANTIFIERS:
            self._begin_row(token)
            self._end_segment(token.text)
            return index + 1
        words = words_at(self.tokens, index, self.closers)
        if words is None:
            return None
        following = self.tokens[words.after] if words.after < len(self.tokens) else None
        if following is not None and (following.kind is Kind.ALIGN or is_row_end(following)):
            following = None
        opens = self.fresh or not self.now.sides[-1] or ends_open(self.now.sides[-1])
        remark = self.fresh and self.row > 0 and self.outlook.indented and token.text in TEXT
        if not (separates(words, token.text, opens, following) or remark):
            return None
        if self.now.sides[-1]:
            self._end_segment("words", words.text.strip(" ,;"))
        elif not self.now.signs:
            self.now.words = f"{self.now.words} {words.text.strip(' ,;')}".strip()
        return words.after

    # what belongs to a side

    def _operand(self, index: int) -> int:
        token = self.tokens[index]
        end = self.closers.get(index, index)
        starts = self.fresh or not self.now.sides[-1]
        if token.kind is Kind.OPEN and end == index + 1 and starts and not self._scripted(end + 1):
            return end + 1
        self._begin_row(token)
        if token.text == "<" and token.kind is Kind.CHAR:
            end = angle_end(self.tokens, index) or index
        side = self.now.sides[-1]
        if end == index:
            side.append(token)
        else:
            self._copy(index, end + 1, side)
        return end + 1

    def _scripted(self, index: int) -> bool:
        return index < len(self.tokens) and self.tokens[index].kind in (Kind.SUP, Kind.SUB)

    def _copy(self, start: int, end: int, side: list[Token]) -> None:
        """Tokens of a nested part; row ends and columns directly inside a bracket are dropped."""
        bracket = self.tokens[start].kind not in (Kind.OPEN, Kind.BEGIN)
        if not bracket or any(
            self.tokens[i].kind is Kind.BEGIN for i in range(start, end) if i in self.layout.skipped
        ):
            side.extend(self.tokens[start:end])
            return
        index, columns = start, 0
        while index < end:
            token = self.tokens[index]
            words = words_at(self.tokens, index, self.closers) if columns else None
            if index in self.layout.skipped:
                index = self.layout.skipped[index]
            elif words is not None and token.text in TEXT:
                index = words.after  # a reason beside the first row of a bracket
            elif token.kind in (Kind.OPEN, Kind.BEGIN) and index in self.closers:
                after = self.closers[index] + 1
                side.extend(self.tokens[index:after])
                index = after
            elif is_row_end(token):
                index = self._end_row(index)
                self.fresh, columns = False, 0
            elif token.kind is Kind.ALIGN:
                columns, index = columns + 1, index + 1
            else:
                side.append(token)
                index += 1

    def _dropped(self, index: int) -> int | None:
        """The index after something that has no meaning (a label, a tag), or None."""
        token = self.tokens[index]
        if token.kind is not Kind.WORD:
            return None
        if token.text in DROPPED:
            return index + 1
        if token.text not in DROPPED_WITH_ARGUMENT:
            return None
        if token.text == r"\hspace" and not self.fresh and self.now.sides[-1]:
            self._end_segment(r"\quad")
        after = index + 1
        if after < len(self.tokens) and self.tokens[after].text == "*":
            after += 1
        if after < len(self.tokens) and self.tokens[after].text == "[":
            after = self.closers.get(after, after) + 1
        if after < len(self.tokens) and self.tokens[after].kind is Kind.OPEN:
            return self.closers.get(after, after) + 1
        return after

    def _is_angle(self, index: int) -> bool:
        """`<x, y>` typed with the signs: a `<` where an operand is due, with its `>` in the row."""
        if self.tokens[index].text != "<":
            return False
        side = self.now.sides[-1]
        due = (bool(self.now.signs) or self.now.empty) if not side else ends_open(side)
        if self.fresh and self.row and self.segments:
            due = False
        return due and angle_end(self.tokens, index) is not None
