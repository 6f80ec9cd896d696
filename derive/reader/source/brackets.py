r"""Which parts of a displayed formula are nested, and which wrappers are transparent.

A relation sign counts at the top level only. This module pairs braces, environments, `\left..\right` and brackets
in one pass and tolerates what authors leave open: a bracket without a partner (`]0, 1[`, a typing error) hides nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import (
    CLOSING,
    DISPLAYS,
    DROPPED_WITH_ARGUMENT,
    INNER_DISPLAYS,
    OPENING,
    RELATIONS,
    SIZES,
    THIN_SPACES,
    WIDE_SPACES,
    WITH_ARGUMENT,
)

ROW_ENDS = frozenset({r"\\", r"\cr", r"\newline", r"\tabularnewline"})
_BOXES = {
    r"\boxed": 0,
    r"\Aboxed": 0,
    r"\bbox": 0,
    r"\lefteqn": 0,
    r"\textcolor": 1,
    r"\fcolorbox": 2,
}
"""Wrappers -> groups (colours) before their content."""
PLAIN = frozenset({Kind.LETTER, Kind.NUMBER})
"""Tokens that are always part of a side."""
_ANGLES = ("<", ">")
_FAMILY = {"(": "(", ")": "(", "[": "[", "]": "["}


@dataclass
class _Frame:
    """A brace, an environment or a `\\left`; `brackets` are its open brackets as (family, index)."""

    kind: str
    index: int
    brackets: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """`closers`: index of the first token of a nested part -> index of its last. `skipped`: index of a token that is
    passed over -> index after it (delimiters of transparent wrappers, with their arguments)."""

    closers: dict[int, int]
    skipped: dict[int, int]


def layout(tokens: Sequence[Token]) -> Layout:
    """Pair everything that nests in the fine tokens of a display. Linear."""
    closers = groups = _Pairing(tokens, frozenset()).run()
    transparent = DISPLAYS | INNER_DISPLAYS
    skipped: dict[int, int] = {}
    if array := _whole_array(tokens, groups):
        transparent |= {array}
    if any(token.kind is Kind.BEGIN and token.text in transparent for token in tokens):
        closers = _Pairing(tokens, transparent).run()
    for index, token in enumerate(tokens):
        if token.kind is Kind.BEGIN and token.text in transparent:
            skipped[index] = _after_options(tokens, index, groups)
        elif token.kind is Kind.END and token.text in transparent:
            skipped[index] = index + 1
        elif token.kind is Kind.WORD and token.text in _BOXES:
            _open_box(tokens, index, closers, skipped)
    for index in skipped:
        closers.pop(index, None)
    return Layout(closers, skipped)


class _Pairing:
    def __init__(self, tokens: Sequence[Token], transparent: frozenset[str]) -> None:
        self.tokens = tokens
        self.transparent = transparent
        self.closers: dict[int, int] = {}
        self.frames = [_Frame("", -1)]
        self.open: dict[str, int] = {}
        self.continued = _continued_rows(tokens)

    def run(self) -> dict[int, int]:
        previous = ""
        for index, token in enumerate(self.tokens):
            kind, text = token.kind, token.text
            if kind in PLAIN and previous != r"\right":
                previous = ""
                continue
            if previous not in (r"\left", r"\right"):
                self._token(index, kind, text)
            elif previous == r"\right":
                self._close(r"\left", index)
            if text in _ANGLES and previous in SIZES:
                self._angle(index, text)
            previous = text if kind is Kind.WORD else ""
        return self.closers

    def _token(self, index: int, kind: Kind, text: str) -> None:
        if kind is Kind.OPEN:
            self._push("{", index)
        elif kind is Kind.CLOSE:
            self._close("{", index)
        elif kind is Kind.BEGIN and text not in self.transparent:
            self._push(f"begin {text}", index)
        elif kind is Kind.END and text not in self.transparent:
            self._close(f"begin {text}", index)
        elif text == r"\left":
            self._push(r"\left", index)
        elif text in OPENING:
            self.frames[-1].brackets.append((_FAMILY.get(text, "{"), index))
        elif text in CLOSING:
            self._close_bracket(_FAMILY.get(text, "{"), index)

    def _angle(self, index: int, text: str) -> None:
        r"""`\big< x, y \big>`."""
        if text == "<":
            self.frames[-1].brackets.append(("<", index))
        else:
            self._close_bracket("<", index)

    def _push(self, kind: str, index: int) -> None:
        self.frames.append(_Frame(kind, index))
        self.open[kind] = self.open.get(kind, 0) + 1

    def _close(self, kind: str, index: int) -> None:
        if not self.open.get(kind):
            return
        while True:
            frame = self.frames.pop()
            self.open[frame.kind] -= 1
            if frame.kind == kind:
                self.closers[frame.index] = index
                return

    def _close_bracket(self, family: str, index: int) -> None:
        brackets = self.frames[-1].brackets
        families = [name for name, _ in brackets[-40:]]
        if family not in families:
            if family not in "([" or not brackets or brackets[-1][0] not in "([":
                return
            family = brackets[-1][0]
        while brackets:
            name, start = brackets.pop()
            if name == family:
                if not self._has_row_sign(start, index):
                    self.closers[start] = index
                return

    def _has_row_sign(self, start: int, end: int) -> bool:
        """Whether a row that starts with a relation sign begins between: then the bracket was never closed."""
        position = bisect_left(self.continued, start)
        return position < len(self.continued) and self.continued[position] < end


def _continued_rows(tokens: Sequence[Token]) -> list[int]:
    """Indices of the signs with which rows begin."""
    found: list[int] = []
    fresh = False
    for index, token in enumerate(tokens):
        if token.text in ROW_ENDS and token.kind in (Kind.SYMBOL, Kind.WORD):
            fresh = True
        elif fresh and token.kind is not Kind.ALIGN and not is_space(token):
            if token.text in RELATIONS:
                found.append(index)
            fresh = False
    return found


def is_space(token: Token) -> bool:
    return token.kind in (Kind.SYMBOL, Kind.WORD) and (
        token.text in THIN_SPACES or token.text in WIDE_SPACES
    )


def _whole_array(tokens: Sequence[Token], closers: dict[int, int]) -> str | None:
    r"""The name `array` if the display is one array with relation signs in its cells: an alignment, not a matrix."""
    start = 0
    while start < len(tokens) and tokens[start].text in DROPPED_WITH_ARGUMENT:
        start = closers.get(start + 1, start) + 1
    if start >= len(tokens) or tokens[start].kind is not Kind.BEGIN:
        return None
    name, end = tokens[start].text, closers.get(start)
    if name not in ("array", "tabular") or end is None:
        return None
    behind = any(token.text not in ".,;" for token in tokens[end + 1 :])
    if behind or any(t.kind is Kind.BEGIN and t.text == name for t in tokens[start + 1 :]):
        return None
    index = start + 1
    while index < end:
        if tokens[index].text in RELATIONS:
            return name
        index = closers.get(index, index) + 1
    return None


def _after_options(tokens: Sequence[Token], index: int, closers: dict[int, int]) -> int:
    """Index after `\\begin{aligned}[t]{2}` with its options."""
    name, index = tokens[index].text, index + 1
    if index + 2 < len(tokens) and tokens[index].text == "[" and tokens[index + 2].text == "]":
        index += 3
    if (
        (name in WITH_ARGUMENT or name == "tabular")
        and index < len(tokens)
        and tokens[index].kind is Kind.OPEN
    ):
        index = closers.get(index, index) + 1
    return index


def _open_box(
    tokens: Sequence[Token], index: int, closers: dict[int, int], skipped: dict[int, int]
) -> None:
    r"""`\boxed{a = b}` lets its content through when that holds a sign or is a whole side; else its braces stay."""
    start = index + 1
    if start < len(tokens) and tokens[start].text == "[":  # the options of \\bbox
        start = closers.get(start, start) + 1
    for _ in range(_BOXES[tokens[index].text]):
        start = closers.get(start, start) + 1
    end = closers.get(start)
    if end is None or start >= len(tokens) or tokens[start].kind is not Kind.OPEN:
        return
    skipped[index] = start
    if _has_sign(tokens, start + 1, end, closers) or _is_whole_side(tokens, index, end):
        skipped[index] = start + 1
        skipped[end] = end + 1
        closers.pop(start, None)


def _has_sign(tokens: Sequence[Token], start: int, end: int, closers: dict[int, int]) -> bool:
    while start < end:
        token = tokens[start]
        if token.text in RELATIONS or token.kind is Kind.ALIGN or token.text in ROW_ENDS:
            return True
        start = closers.get(start, start) + 1
    return False


def _is_whole_side(tokens: Sequence[Token], index: int, end: int) -> bool:
    before = tokens[index - 1] if index else None
    after = tokens[end + 1] if end + 1 < len(tokens) else None
    opens = before is None or before.text in RELATIONS or before.kind in (Kind.ALIGN, Kind.BEGIN)
    edge = (Kind.ALIGN, Kind.END)
    closes = (
        after is None
        or after.text in RELATIONS
        or after.kind in edge
        or after.text in ROW_ENDS
        or after.text in ".,;"
    )
    return opens and closes
