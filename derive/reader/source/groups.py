r"""Tokens as a tree of groups and environments, so that every nested piece is read once.

The tree is built without recursion. In it a number that stands where TeX takes one token as an argument (`x^23`,
`\frac12`) has been split, so that a reader may take the next node as the argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derive.reader.source.kept import Kept
from derive.reader.source.places import Source, Span
from derive.reader.source.scanner import Kind, Token

DEPTH = 2000
"""Braces and environments within one another; deeper formulas are refused."""

ARITY = {
    name: count
    for count, names in (
        (1, r"\sqrt \hat \bar \tilde \vec \dot \ddot \widehat \widetilde \overline \underline \mathbf \mathbb \mathcal "
            r"\mathrm \mathsf \mathit \mathfrak \mathscr \boldsymbol \bm \pmb \text \operatorname"),
        (2, r"\frac \dfrac \tfrac \cfrac \nicefrac \sfrac \binom \dbinom \tbinom \overset \underset \stackrel"),
    )
    for name in names.split()
}  # fmt: skip
"""How many single tokens or groups a command takes."""


@dataclass(frozen=True, slots=True)
class Group:
    """`{...}` (name "") or an environment. `open` and `close` are its delimiting tokens."""

    open: Token
    close: Token
    items: tuple[Node, ...]
    name: str = ""

    @property
    def span(self) -> Span:
        return Span(self.open.start, max(self.open.end, self.close.end))

    def tokens(self) -> Iterator[Token]:
        """All tokens in order, delimiters included."""
        stack: list[Iterator[Node]] = [iter((self,))]
        closing: list[Token] = []
        while stack:
            for node in stack[-1]:
                if isinstance(node, Token):
                    yield node
                    continue
                yield node.open
                closing.append(node.close)
                stack.append(iter(node.items))
                break
            else:
                stack.pop()
                if closing:
                    yield closing.pop()


Node = Token | Group


def text_of(node: Node) -> str:
    """The text of a token; empty for a group."""
    return node.text if isinstance(node, Token) else ""


_STRUCTURE = frozenset({Kind.OPEN, Kind.CLOSE, Kind.BEGIN, Kind.END, Kind.ERROR})


@dataclass
class _Level:
    open: Token | None
    items: list[Node] = field(default_factory=list)
    awaited: int = 0  # arguments that the last command or script still takes

    def add(self, node: Node) -> None:
        self.items.append(node)
        if isinstance(node, Token) and node.kind is Kind.WORD and node.text in ARITY:
            self.awaited = ARITY[node.text]
        elif isinstance(node, Token) and node.kind in (Kind.SUP, Kind.SUB):
            self.awaited += 1
        elif self.awaited:
            self.awaited -= 1


def tree(tokens: Sequence[Token], source: Source) -> tuple[Node, ...]:
    """Fine tokens as nodes. ReadError, with its place, on unbalanced braces or environments and beyond DEPTH."""
    found = _TREES.get(tokens)
    return _TREES.put(tokens, _tree(tokens, source)) if found is None else found


#: the place of an error is the source's, so that only what is balanced is kept
_TREES: Kept[tuple[Node, ...]] = Kept()


def _tree(tokens: Sequence[Token], source: Source) -> tuple[Node, ...]:
    levels = [_Level(None)]
    for token in tokens:
        kind = token.kind
        if kind is Kind.OPEN or kind is Kind.BEGIN:
            if len(levels) > DEPTH:
                raise source.error(f"groups are nested more than {DEPTH} deep", token.start)
            levels.append(_Level(token))
        elif kind is Kind.CLOSE or kind is Kind.END:
            _close(levels, token, source)
        elif kind is Kind.ERROR:
            raise source.error(token.text, token.start)
        elif kind is Kind.NUMBER and levels[-1].awaited and len(token.text) > 1:
            _split_number(levels[-1], token)
        else:
            levels[-1].add(token)
    _all_closed(levels, source)
    return tuple(levels[0].items)


def check(tokens: Sequence[Token], source: Source) -> None:
    """The errors of `tree`, without building the tree."""
    levels = [_Level(None)]
    for token in tokens:
        kind = token.kind
        if kind not in _STRUCTURE:
            continue
        if kind is Kind.OPEN or kind is Kind.BEGIN:
            if len(levels) > DEPTH:
                raise source.error(f"groups are nested more than {DEPTH} deep", token.start)
            levels.append(_Level(token))
        elif kind is Kind.ERROR:
            raise source.error(token.text, token.start)
        else:
            _close(levels, token, source)
    _all_closed(levels, source)


def _all_closed(levels: list[_Level], source: Source) -> None:
    opened = levels[-1].open
    if opened is not None:
        raise source.error(f"{_shown(opened)} is never closed", opened.start)


def _close(levels: list[_Level], token: Token, source: Source) -> None:
    level = levels[-1]
    if level.open is None:
        raise source.error(f"{_shown(token)} closes nothing", token.start)
    wanted = Kind.CLOSE if level.open.kind is Kind.OPEN else Kind.END
    if token.kind is not wanted or (wanted is Kind.END and token.text != level.open.text):
        line = source.place(level.open.start).line
        raise source.error(
            f"{_shown(token)} meets {_shown(level.open)} of line {line}", token.start
        )
    levels.pop()
    name = token.text if wanted is Kind.END else ""
    levels[-1].add(Group(level.open, token, tuple(level.items), name))


def _split_number(level: _Level, token: Token) -> None:
    """`\frac12` is one half: each awaited argument takes one digit, the rest is a number again."""
    text, position = token.text, 0
    while level.awaited and position < len(text):
        level.add(_digits(token, position, position + 1))
        position += 1
    if position < len(text):
        level.add(_digits(token, position, len(text)))


def _digits(token: Token, start: int, end: int) -> Token:
    text = token.text[start:end]
    kind = Kind.CHAR if text == "." else Kind.NUMBER
    if token.end - token.start != len(token.text):
        return token._replace(kind=kind, text=text, spaced=token.spaced and start == 0)
    return token._replace(
        kind=kind,
        text=text,
        start=token.start + start,
        end=token.start + end,
        spaced=token.spaced and start == 0,
    )


def _shown(token: Token) -> str:
    if token.kind in (Kind.BEGIN, Kind.END):
        return f"\\{token.kind}{{{token.text}}}"
    return token.text
