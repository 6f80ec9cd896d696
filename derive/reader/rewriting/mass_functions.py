r"""Probabilities of the values of one variable: after `$P(X = k) = (1-p)^{k-1} p$`, a function of k, `P(X = x_i)` is
its value.

So is `$p(y = 1 \mid x) = \sigma(w^\top x)$` where displays call it at labels, `p(y_i \mid x_i)`: of zeros and ones it
is `\sigma^y (1 - \sigma)^{1-y}`. Laws of which a display asks the value of a label are those of events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from derive.reader.source.blocks import Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token, scan_math

Tokens = tuple[Token, ...]
_LAWS = frozenset(["p", "P", r"\Pr"])
_BARS = frozenset(["|", r"\mid", r"\vert"])
_SPACES = frozenset([r"\,", r"\;", r"\:", r"\!", r"\left", r"\right", r"\big", r"\Big"])
_VALUE = re.compile(r"\\?[A-Za-z]+")
_SIGNS = re.compile(r"\\\{-1|\\pm\s*1|\{-1,|-1,\+?1")


@dataclass(frozen=True)
class _Call:
    """A call of a law: where its bracket is, the variable and its value before the bar, what is given."""

    letter: str
    opened: int
    closed: int
    variable: Tokens
    value: Tokens
    given: Tokens

    @property
    def base(self) -> str:
        """The variable without its index, whichever case it has."""
        text = "".join(t.text for t in (self.variable or self.value))
        return re.sub(r"(?:_.*|\^\{\(.*)$", "", text)


def with_mass_functions(document: Document) -> Document:
    """The document with such laws as functions of the value."""
    heads = [c for tokens in _inline(document) if (c := _head(tokens)) is not None]
    if not heads:
        return document
    calls = [c for tokens in document.formulas() for c in _calls(tokens)]
    shown = [c for d in document.displays for c in _calls(d.tokens)]
    for head in heads:
        same = [c for c in calls if c.letter == head.letter and c.variable]
        if any(c.base != head.base for c in same):
            continue
        text = "".join(t.text for t in head.value)
        if _VALUE.fullmatch(text) and any(c.variable for c in shown if c.letter == head.letter):
            return document.rewritten(partial(_at_values, head=head))
        asked = [c for c in shown if c.letter == head.letter and c.base == head.base]
        if text == "1" and asked and not any(c.variable for c in asked) and _is_binary(document):
            return _of_labels(document, head)
    return document


def _is_binary(document: Document) -> bool:
    """Whether nothing says that labels are plus and minus one."""
    return not any(_SIGNS.search("".join(t.text for t in ts)) for ts in document.formulas())


def _inline(document: Document) -> Iterator[Tokens]:
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            if isinstance(piece, Inline):
                yield piece.tokens


def _head(tokens: Tokens) -> _Call | None:
    """The call at a value with which an equation begins."""
    call = next(_calls(tokens), None)
    if call is None or not call.variable or len(tokens) < call.closed + 3:
        return None
    first = call.opened <= 5 and all(
        t.text in ("{", "}", r"\mathbb", *_LAWS, *_SPACES) for t in tokens[: call.opened]
    )
    return call if first and tokens[call.closed + 1].text == "=" else None


def _calls(tokens: Sequence[Token]) -> Iterator[_Call]:
    for place, token in enumerate(tokens):
        if token.text not in _LAWS:
            continue
        opened = place + 1
        while opened < len(tokens) and tokens[opened].text in (*_SPACES, "}"):
            opened += 1
        if opened >= len(tokens) or tokens[opened].text != "(":
            continue
        depth, closed, bar, sign = 0, opened, 0, 0
        while closed < len(tokens):
            text = tokens[closed].text
            depth += (text in ("(", "{", "[")) - (text in (")", "}", "]"))
            if depth == 0:
                break
            if depth == 1 and (text in _BARS or text == ";") and not bar:
                bar = closed
            if depth == 1 and text == "=":
                sign = -1 if bar or sign else closed
            closed += 1
        stop = bar or closed
        own = [t.text for t in tokens[opened + 1 : stop]]
        if closed >= len(tokens) or sign < 0 or "," in own:
            continue
        inner = tuple(t for t in tokens[opened + 1 : stop] if t.text not in _SPACES)
        cut = next((i for i, t in enumerate(inner) if t.text == "="), 0) if sign else 0
        variable, value = (inner[:cut], inner[cut + 1 :]) if sign else ((), inner)
        if value and (variable or not sign):
            yield _Call(token.text, opened, closed, variable, value, tuple(tokens[stop:closed]))


def _at_values(tokens: Tokens, head: _Call) -> Tokens:
    """A formula with `P(k)` for each `P(X = k)`."""
    made: list[Token] = []
    done = 0
    for call in _calls(tokens):
        if call.letter != head.letter or not call.variable or call.opened < done:
            continue
        first = call.value[0]._replace(
            start=call.variable[0].start
        )  # what is shown is the author's
        made.extend([*tokens[done : call.opened + 1], first, *call.value[1:], *call.given])
        done = call.closed
    found = (*made, *tokens[done:])
    if head.letter != r"\Pr":
        return found
    return tuple(t._replace(kind=Kind.LETTER, text="P") if t.text == r"\Pr" else t for t in found)


def _of_labels(document: Document, head: _Call) -> Document:
    """The document with the law of a label of zeros and ones as a function of it."""
    given = {t.text for t in head.given if t.kind in (Kind.LETTER, Kind.WORD)}

    def stated(tokens: Tokens) -> Tokens:
        call = _head(tokens)
        if call is None or call.letter != head.letter or call.base != head.base:
            return tokens
        if [t.text for t in call.value] != ["1"]:
            return call.variable
        chance, rest = _first_side(tokens[call.closed + 2 :])
        opened = (*tokens[: call.opened + 1], *call.variable, *_bare(call.given, given))
        label = "".join(f"{t.text} " for t in call.variable)
        low, high = scan_math("("), scan_math(rf")^{{{label}}}(1 - (")
        end = scan_math(rf"))^{{1 - {label}}}")
        sign = tokens[call.closed : call.closed + 2]
        made = (*opened, *sign, *low, *chance, *high, *chance, *end)
        first = tokens[0]
        return (*(t._replace(start=first.start, end=first.end) for t in made), *rest)

    def shown(tokens: Tokens) -> Tokens:
        made: list[Token] = []
        done = 0
        for call in _calls(tokens):
            if call.letter == head.letter and call.base == head.base and call.opened >= done:
                start = call.closed - len(call.given)
                made.extend([*tokens[done:start], *_bare(call.given, given)])
                done = call.closed
        return (*made, *tokens[done:])

    return document.rewritten(shown, stated)


def _first_side(tokens: Tokens) -> tuple[Tokens, Tokens]:
    """The right side of an equation up to the next sign or comma."""
    depth = 0
    for place, token in enumerate(tokens):
        depth += (token.text in ("(", "{", "[")) - (token.text in (")", "}", "]"))
        if depth == 0 and token.text in ("=", ",", r"\quad"):
            return tokens[:place], tokens[place:] if token.text == "," else ()
    return tokens, ()


def _bare(given: Tokens, names: set[str]) -> Tokens:
    """What is given, without parameters that the law was not given with."""
    parts: list[list[Token]] = [[]]
    for token in given[1:]:
        if token.text in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(token)
    own = [p for p in parts if any(t.text in names for t in p)]
    made: list[Token] = []
    for part in own:
        made.extend([*(scan_math(",") if made else given[:1]), *part])
    return tuple(made)


__all__ = ["with_mass_functions"]
