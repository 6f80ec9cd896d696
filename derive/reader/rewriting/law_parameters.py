r"""Parameters of laws in brackets: `p(x; \theta)` and `p(x \mid \theta)` are `p_{\theta}(x)`.

The law of another parameter is another law: `p(z \mid x; \theta')` beside `p(z \mid x; \theta)`. A law that stands
without its parameter is the same law only where the text says so, or where it is never written with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.reader.grammar.finite_laws import BARS, LAWS
from derive.reader.rewriting.counted_labels import formulas_of
from derive.reader.rewriting.law_words import are_given
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token, scan_math

_SPACES = frozenset([r"\,", r"\;", r"\:", r"\!", r"\left", r"\right", r"\big", r"\Big"])
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")


@dataclass(frozen=True)
class _Call:
    """A letter with brackets: where they begin and end, where the parameter begins, and what is written."""

    letter: str
    first: int
    cut: int
    end: int
    own: tuple[str, ...]
    parameter: tuple[str, ...]


def with_law_parameters(document: Document) -> Document:
    """The document with the parameters of abstract laws below their letters."""
    formulas = list(formulas_of(document))
    texts = [t.text for tokens in formulas for t in tokens]
    if are_given(document) or not any(_ranges(tokens) for tokens in formulas):
        return document
    varied = set(_varied(texts))
    calls = [c for tokens in formulas for c in _calls(tokens, varied)]
    changed: dict[str, dict[tuple[str, ...], bool]] = {}
    for letter in dict.fromkeys(c.letter for c in calls):
        own = [c for c in calls if c.letter == letter]
        parameters = dict.fromkeys(c.parameter for c in own if c.parameter)
        if len(parameters) > 1 or any(p in varied for p in parameters):
            changed[letter] = dict.fromkeys(parameters, True)
    if not changed:
        return document
    said = {c for tokens in formulas for c in _same(tokens, varied)}
    shared = {
        letter: next(iter(parameters))
        for letter, parameters in changed.items()
        if len(parameters) == 1 and (letter in said or not _both(letter, calls))
    }
    return document.rewritten(lambda tokens: _written(tokens, varied, changed, shared))


def _both(letter: str, calls: Sequence[_Call]) -> bool:
    """Whether a letter stands with the same arguments with and without a parameter."""
    own = [c for c in calls if c.letter == letter]
    return bool({c.own for c in own if c.parameter} & {c.own for c in own if not c.parameter})


def _same(tokens: Sequence[Token], varied: set[tuple[str, ...]]) -> Iterator[str]:
    r"""The letters of which a formula says `p(x) = p(x; \theta)`."""
    calls = list(_calls(tokens, varied))
    for a, b in pairwise(calls):
        between = [t.text for t in tokens[a.end : b.first]]
        equal = between in (["="], [":", "="], [":="], [r"\equiv"])
        if (
            a.letter == b.letter
            and a.own == b.own
            and equal
            and bool(a.parameter) != bool(b.parameter)
        ):
            yield a.letter


def _ranges(tokens: Sequence[Token]) -> bool:
    r"""Whether something runs over all values: a sum without limits, an integral, an expectation, a divergence."""
    texts = [t.text for t in tokens]
    for place, text in enumerate(texts):
        if text == r"\sum":
            depth, end = 0, place + 1
            while end < len(texts) and (depth or end < place + 3):
                depth += (texts[end] == "{") - (texts[end] == "}")
                end += 1
            if "=" not in texts[place:end]:
                return True
    return bool({r"\int", "E", "KL", r"\KL", r"\E"} & set(texts))


def _varied(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """What is differentiated by, as it is written."""
    for place, text in enumerate(texts):
        start = place + 2 if text == r"\nabla" and texts[place + 1 : place + 2] == ["_"] else 0
        start = place + 1 if text == r"\partial" else start
        if not start or start >= len(texts):
            continue
        if texts[start] != "{":
            yield (texts[start],)
            continue
        depth, end = 1, start + 1
        while end < len(texts) and depth:
            depth += (texts[end] == "{") - (texts[end] == "}")
            end += 1
        yield tuple(texts[start + 1 : end - 1])


def _calls(tokens: Sequence[Token], varied: set[tuple[str, ...]]) -> Iterator[_Call]:
    for first, token in enumerate(tokens):
        if token.text not in LAWS:
            continue
        place = first + 1
        while place < len(tokens) and tokens[place].text in _SPACES:
            place += 1
        if place >= len(tokens) or tokens[place].text != "(":
            continue
        depth, end = 0, place
        cuts: list[int] = []
        while end < len(tokens):
            text = tokens[end].text
            depth += (text in _OPEN) - (text in _CLOSE)
            if not depth:
                break
            if depth == 1 and text in (";", ",", *BARS):
                cuts.append(end)
            end += 1
        if end >= len(tokens):
            continue
        cut = next((c for c in cuts if tokens[c].text == ";"), end)
        if cut == end and cuts and _texts(tokens[cuts[-1] + 1 : end]) in varied:
            behind = tokens[cuts[-1]].text in BARS or any(tokens[c].text in BARS for c in cuts)
            cut = cuts[-1] if behind else end
        yield _Call(
            token.text,
            first,
            cut,
            end + 1,
            _texts(tokens[place:cut]),
            _texts(tokens[cut + 1 : end]),
        )


def _texts(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple("|" if t.text in BARS else t.text for t in tokens if t.text not in _SPACES)


def _written(
    tokens: tuple[Token, ...],
    varied: set[tuple[str, ...]],
    changed: dict[str, dict[tuple[str, ...], bool]],
    shared: dict[str, tuple[str, ...]],
) -> tuple[Token, ...]:
    """The tokens with parameters below the letters; a letter that may be any of several laws gets no name."""
    found: list[Token] = []
    done = 0
    for call in _calls(tokens, varied):
        if call.letter not in changed or call.first < done:
            continue
        letter, last = tokens[call.first], tokens[call.end - 1]
        below = call.parameter or shared.get(call.letter, ("?",))
        marks = [
            Token(Kind.SUB, "_", letter.end, letter.end),
            Token(Kind.OPEN, "{", letter.end, letter.end),
        ]
        marks += [
            t._replace(start=letter.end, end=letter.end) for t in _scanned(tokens, call, below)
        ]
        marks.append(Token(Kind.CLOSE, "}", letter.end, letter.end))
        found.extend(tokens[done : call.first])
        if below == ("?",):
            found.append(letter._replace(text=f"{letter.text} without its parameter"))
            marks = []
        else:
            found.append(letter)
        inner = list(tokens[call.first + 1 : call.cut])
        inner[-1] = inner[-1]._replace(
            end=tokens[call.end - 2].end
        )  # what is shown is the author's text
        found.extend([*marks, *inner, last])
        done = call.end
    return (*found, *tokens[done:])


def _scanned(tokens: Sequence[Token], call: _Call, below: Sequence[str]) -> list[Token]:
    """The tokens of a parameter."""
    if call.parameter:
        return [t for t in tokens[call.cut + 1 : call.end - 1] if t.text not in _SPACES]
    return list(scan_math(" ".join(below)))


__all__ = ["with_law_parameters"]
