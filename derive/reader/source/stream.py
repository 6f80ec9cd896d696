r"""Reading macro arguments from tokens: braces, single tokens, optional brackets, stars.

A stream has two levels: what expansion has pushed back (`pending`, last token first) and the author's own tokens. When
an argument takes only the first character of a run (`\vec x + y`), the remainder of the author's run waits in `front`.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.reader.source.scanner import Kind, Token

OPTIONAL_LIMIT = 200
"""Tokens in an optional argument; a bracket that stays open longer is not one."""
_BLANK = frozenset({Kind.COMMENT, Kind.TIE})


class Stream:
    """Tokens ahead of a macro call. Every method raises ValueError when the text ends inside the call."""

    def __init__(self, tokens: Sequence[Token], position: int, closers: dict[int, int]) -> None:
        """`closers`: index of each opening brace of `tokens` -> index of its closing brace."""
        self.tokens = tokens
        self.position = position
        self.closers = closers
        self.pending: list[Token] = []
        self.front: list[Token] = []
        self._deep = False

    def peek(self) -> Token | None:
        if self.pending:
            return self.pending[-1]
        if self.front:
            return self.front[-1]
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def next(self) -> Token:
        if self.pending:
            self._deep = True
            return self.pending.pop()
        self._deep = False
        if self.front:
            return self.front.pop()
        if self.position >= len(self.tokens):
            raise ValueError("the text ends inside a macro call")
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _back(self, token: Token) -> None:
        """Put the remainder of the token just read back where it came from."""
        (self.pending if self._deep else self.front).append(token)

    def skip_spaces(self) -> None:
        while (token := self.peek()) is not None:
            if token.kind in _BLANK or (token.kind is Kind.RUN and token.text.isspace()):
                self.next()
                continue
            if token.kind is Kind.RUN and token.text[0].isspace():
                run = self.next()
                self._back(_cut(run, len(run.text) - len(run.text.lstrip()), len(run.text)))
            return

    def takes(self, character: str) -> bool:
        """Consume one given character if it comes next (after spaces)."""
        self.skip_spaces()
        token = self.peek()
        if token is None or token.kind not in (Kind.RUN, Kind.CHAR) or token.text[0] != character:
            return False
        run = self.next()
        if len(run.text) > 1:
            self._back(_cut(run, 1, len(run.text)))
        return True

    def argument(self) -> list[Token]:
        """A group without its braces, or a single token; of a run or a number, its first character."""
        self.skip_spaces()
        token = self.next()
        if token.kind is Kind.OPEN:
            return self._group()
        if token.kind in (Kind.RUN, Kind.NUMBER) and len(token.text) > 1:
            self._back(_cut(token, 1, len(token.text)))
            return [_cut(token, 0, 1)]
        if token.kind in (Kind.CLOSE, Kind.BREAK):
            raise ValueError("a macro argument is missing")
        return [token]

    def _group(self) -> list[Token]:
        if not self._deep:
            closer = self.closers.get(self.position - 1)
            if closer is None:
                raise ValueError("an opening brace of its argument is never closed")
            start, self.position = self.position, closer + 1
            return list(self.tokens[start:closer])
        depth = 1
        inside: list[Token] = []
        while True:
            token = self.next()
            if token.kind is Kind.OPEN:
                depth += 1
            elif token.kind is Kind.CLOSE:
                depth -= 1
                if depth == 0:
                    return inside
            inside.append(token)

    def optional(self) -> list[Token] | None:
        """An argument in brackets, or None when there is none."""
        if not self.takes("["):
            return None
        depth = 0
        inside: list[Token] = []
        while True:
            token = self.next()
            if token.kind in (Kind.RUN, Kind.CHAR) and depth == 0 and "]" in token.text:
                cut = token.text.index("]")
                if cut:
                    inside.append(_cut(token, 0, cut))
                if cut + 1 < len(token.text):
                    self._back(_cut(token, cut + 1, len(token.text)))
                return inside
            depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
            if depth < 0 or token.kind is Kind.BREAK or len(inside) > OPTIONAL_LIMIT:
                raise ValueError("an optional argument has no closing bracket")
            inside.append(token)

    def word(self) -> Token:
        r"""A control sequence, bare or in braces: the name in `\newcommand{\x}` or `\newcommand\x`."""
        tokens = [
            token
            for token in self.argument()
            if token.kind is not Kind.RUN or not token.text.isspace()
        ]
        if len(tokens) != 1 or tokens[0].kind not in (Kind.WORD, Kind.SYMBOL):
            raise ValueError(
                f"a definition needs the name of a command, not {text_of(tokens)[:40]!r}"
            )
        return tokens[0]


def closers(tokens: Sequence[Token]) -> dict[int, int]:
    """Index of each opening brace -> index of the brace that closes it; braces without a partner are absent."""
    found: dict[int, int] = {}
    stack: list[int] = []
    opening, closing = Kind.OPEN, Kind.CLOSE
    for index, token in enumerate(tokens):
        kind = token[0]
        if kind is opening:
            stack.append(index)
        elif kind is closing and stack:
            found[stack.pop()] = index
    return found


def pair_environments(tokens: Sequence[Token]) -> dict[int, int]:
    r"""Index of each `\begin` -> index of its `\end`; those without a partner are absent. Linear."""
    found: dict[int, int] = {}
    stack: list[tuple[str, int]] = []
    opened: dict[str, int] = {}
    beginning, ending = Kind.BEGIN, Kind.END
    for index, token in enumerate(tokens):
        kind = token[0]
        if kind is beginning:
            stack.append((token.text, index))
            opened[token.text] = opened.get(token.text, 0) + 1
        elif kind is ending and opened.get(token.text):
            name, start = stack.pop()
            opened[name] -= 1
            while name != token.text:
                name, start = stack.pop()
                opened[name] -= 1
            found[start] = index
    return found


def _cut(token: Token, start: int, end: int) -> Token:
    """Characters start..end of a run; without a place of its own (start < 0) it keeps none."""
    text = token.text[start:end]
    if token.start < 0:
        return token._replace(text=text, spaced=token.spaced and start == 0)
    return token._replace(
        text=text,
        start=token.start + start,
        end=token.start + end,
        spaced=token.spaced and start == 0,
    )


def text_of(tokens: Sequence[Token]) -> str:
    """The characters of tokens as they stand (for names, messages and file names)."""
    return "".join(
        (" " if token.spaced and index else "") + token.text for index, token in enumerate(tokens)
    ).strip()
