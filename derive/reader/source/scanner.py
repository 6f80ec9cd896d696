r"""LaTeX text to tokens with spans, in time linear in its length.

Two granularities, because most of a document is prose. `scan` makes coarse tokens: control sequences, braces, and
`RUN`s of ordinary characters. `refine` splits the runs of a formula into letters, numbers and single characters, and
writes Unicode mathematics as control words. `scan_math` does both. Verbatim material becomes one token, so that nothing
in it is ever taken for mathematics.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from derive.reader.source.letters import SUBSCRIPTS, SUPERSCRIPTS, as_latex
from derive.reader.source.places import Span


class Kind(StrEnum):
    """What a token is. RUN, BREAK, COMMENT, VERBATIM, PARAMETER and MATH occur in coarse tokens only."""

    WORD = "word"  # \alpha: text with the backslash
    SYMBOL = "symbol"  # \, \\ \{ \|: backslash and one character
    OPEN = "open"  # {
    CLOSE = "close"  # }
    SUP = "sup"  # ^
    SUB = "sub"  # _
    ALIGN = "align"  # &
    LETTER = "letter"
    NUMBER = "number"  # digits with an optional decimal part
    CHAR = "char"  # any other single character
    BEGIN = "begin"  # \begin{name}: text is the name
    END = "end"
    MATH = "math"  # $
    RUN = "run"  # ordinary characters with spaces
    TIE = "tie"  # ~
    BREAK = "break"  # a blank line
    COMMENT = "comment"
    VERBATIM = "verbatim"
    PARAMETER = "parameter"  # #1 or ##
    INPUT = "input"  # put by macro expansion: \input, text is the file name
    ERROR = "error"  # put by macro expansion: text is the message


class Token(NamedTuple):
    """A token; `start`, `end` are offsets into the author's text.

    `spaced`: white space stands before it. `call`: for a token that came through a macro, the offsets of the whole
    outermost call; a token of the macro's body has them as its own start and end, a token of an argument keeps its own.
    """

    kind: Kind
    text: str
    start: int
    end: int
    spaced: bool = False
    call: tuple[int, int] | None = None

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    def is_word(self, *names: str) -> bool:
        """Whether it is one of these control sequences, named with their backslash."""
        return self.text in names and self.kind in (Kind.WORD, Kind.SYMBOL)


VERBATIM_ENVIRONMENTS = frozenset(
    name + star
    for name in (
        "verbatim",
        "Verbatim",
        "lstlisting",
        "minted",
        "comment",
        "filecontents",
        "alltt",
        "tikzpicture",
    )
    for star in ("", "*")
)

_COARSE = re.compile(
    r"""
      (?P<run>(?:[^\\{}$&\#^_~%\n]+|\n(?![\ \t\r]*\n))+)
    | (?P<begin>\\begin[ \t]*\{(?P<opened>[^{}\\$\#%\n]*)\})
    | (?P<end>\\end[ \t]*\{(?P<closed>[^{}\\$\#%\n]*)\})
    | (?P<verb>\\verb\*?(?P<mark>[^a-zA-Z\s*])[^\n]{0,500}?(?P=mark))
    | (?P<word>\\[a-zA-Z]+(?:@[a-zA-Z@]+)?)
    | (?P<symbol>\\[^a-zA-Z])
    | (?P<open>\{)
    | (?P<close>\})
    | (?P<math>\$)
    | (?P<sup>\^)
    | (?P<sub>_)
    | (?P<align>&)
    | (?P<break>\n[\ \t\r]*\n\s*)
    | (?P<comment>%[^\n]*)
    | (?P<parameter>\#\#|\#[1-9])
    | (?P<tie>~)
    | (?P<char>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KIND_OF = {str(kind): kind for kind in Kind} | {"verb": Kind.VERBATIM}


def scan(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Coarse tokens of text[start:end]; their offsets count from the start of `text`."""
    tokens: list[Token] = []
    stop = len(text) if end is None else end
    unclosed: dict[str, None] = {}
    position: int | None = start
    while position is not None:
        position = _scan_from(text, position, stop, tokens, unclosed)
    return tokens


def _scan_from(
    text: str, start: int, stop: int, tokens: list[Token], unclosed: dict[str, None]
) -> int | None:
    """Append tokens until a verbatim environment has been passed (returns its end) or the text ends (None)."""
    spaced = bool(tokens) and tokens[-1].text[-1:].isspace()
    append, kind_of, new = tokens.append, _KIND_OF, tuple.__new__
    for match in _COARSE.finditer(text, start, stop):
        name = match.lastgroup or "char"
        body = match.group()
        first, last = match.span()
        if name == "run":
            append(new(Token, (Kind.RUN, body, first, last, spaced, None)))
            spaced = body[-1].isspace()
            continue
        if name in _NAMED:
            body = (match["opened"] if name == "begin" else match["closed"]).strip()
            if name == "begin" and body in VERBATIM_ENVIRONMENTS and body not in unclosed:
                end = text.find(f"\\end{{{body}}}", last, stop)
                if end >= 0:
                    end += len(f"\\end{{{body}}}")
                    append(Token(Kind.VERBATIM, text[first:end], first, end))
                    return end
                unclosed[body] = None
        append(new(Token, (kind_of[name], body, first, last, spaced, None)))
        spaced = name in _SPACING
    return None


_NAMED = frozenset({"begin", "end"})
_SPACING = frozenset({"comment", "break", "tie"})
_FINE = re.compile(
    rf"""(?P<space>\s+)|(?P<letter>[A-Za-z])|(?P<number>\d+(?:\.\d+)?|\.\d+)
    |(?P<raised>[{"".join(SUPERSCRIPTS)}]+)|(?P<lowered>[{"".join(SUBSCRIPTS)}]+)|(?P<char>.)""",
    re.ASCII | re.VERBOSE,
)
_DROPPED = frozenset({Kind.COMMENT, Kind.BREAK, Kind.TIE})


def refine(tokens: Iterable[Token]) -> list[Token]:
    r"""Coarse tokens of a formula to fine ones: runs are split, spaces and comments dropped, Unicode written as LaTeX.

    A word or symbol that is only a space (`\ `, `~`, a line end) is dropped too; `\,` and the like are kept.
    """
    fine: list[Token] = []
    spaced = False
    for token in tokens:
        kind = token.kind
        if kind is Kind.RUN:
            spaced = _split(token, spaced, fine)
        elif kind in _DROPPED or (kind is Kind.SYMBOL and token.text[1].isspace()):
            spaced = True
        else:
            if spaced and not token.spaced:
                token = token._replace(spaced=True)
            if kind is Kind.CHAR and not token.text.isascii():
                _unicode(token, fine)
            else:
                fine.append(token)
            spaced = False
    return fine


def _split(run: Token, spaced: bool, fine: list[Token]) -> bool:
    """Append the fine tokens of a run; returns whether it ends in white space."""
    base, call = run.start, run.call
    letter, number, char = Kind.LETTER, Kind.NUMBER, Kind.CHAR
    new, append = tuple.__new__, fine.append
    spaced = spaced or run.spaced
    for match in _FINE.finditer(run.text):
        name = match.lastgroup
        if name == "space":
            spaced = True
            continue
        body = match.group()
        first = base + match.start()
        kind = letter if name == "letter" else number if name == "number" else char
        token = new(Token, (kind, body, first, first + len(body), spaced, call))
        if name == "raised" or name == "lowered":
            _script(token, name == "raised", fine)
        elif kind is char and not body.isascii():
            spaced = _unicode(token, fine)
            continue
        else:
            append(token)
        spaced = False
    return spaced


def _unicode(token: Token, fine: list[Token]) -> bool:
    """Append a non-ASCII character as LaTeX tokens with its own span; returns whether it was a space."""
    latex = as_latex(token.text)
    if latex is None:
        fine.append(token)
        return False
    if latex == " ":
        return True
    _append_latex(latex, token, fine)
    return False


@lru_cache(maxsize=4096)
def _fine_tokens(latex: str) -> tuple[Token, ...]:
    return tuple(refine(scan(latex)))


def _append_latex(latex: str, token: Token, fine: list[Token]) -> None:
    spaced = token.spaced
    for piece in _fine_tokens(latex):
        fine.append(Token(piece.kind, piece.text, token.start, token.end, spaced, token.call))
        spaced = False


def _script(token: Token, raised: bool, fine: list[Token]) -> None:
    r"""`x⁻¹` is `x^{-1}`, `Aᵀ` is `A^{\top}`: characters that follow one another share one group."""
    table = SUPERSCRIPTS if raised else SUBSCRIPTS
    start, end, call = token.start, token.end, token.call
    latex = "".join(table[character] for character in token.text)
    fine.append(
        Token(
            Kind.SUP if raised else Kind.SUB, "^" if raised else "_", start, end, token.spaced, call
        )
    )
    fine.append(Token(Kind.OPEN, "{", start, end, False, call))
    _append_latex(
        latex.replace("T", r"\top ") if raised else latex, token._replace(spaced=False), fine
    )
    fine.append(Token(Kind.CLOSE, "}", start, end, False, call))


def scan_math(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Fine tokens of a formula: no spaces, no comments, Unicode as control words; macros are not expanded."""
    return refine(scan(text, start, end))


def plain_text(tokens: Iterable[Token]) -> str:
    """Tokens as text with one space where the author had white space; words before a letter keep a space."""
    return "".join(_pieces(tokens)).strip()


def _pieces(tokens: Iterable[Token]) -> Iterator[str]:
    after_word = False
    for token in tokens:
        text = as_typed(token)
        if token.spaced or (after_word and text[:1].isalpha()):
            yield " "
        yield text
        after_word = token.kind is Kind.WORD


def as_typed(token: Token) -> str:
    r"""The text of one token; of the begin of an environment, `\begin{name}`."""
    if token.kind is Kind.BEGIN or token.kind is Kind.END:
        return f"\\{token.kind}{{{token.text}}}"
    return token.text
