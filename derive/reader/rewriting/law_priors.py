r"""A prior without the parameter that its joint law has: p(z) beside `p_\theta(x, z)` and `p_\theta(x \mid z)`.

Where one parameter stands below a letter, and the same arguments never stand with and without it, `p(z)` is the
marginal of `p_\theta`. What is differentiated by the parameter would vary the prior too: then nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.finite_laws import BARS
from derive.reader.rewriting.counted_labels import formulas_of
from derive.reader.rewriting.law_words import are_given
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_LETTERS = frozenset("pqPQ")


@dataclass(frozen=True)
class _Call:
    """A letter at a place, what stands below it, and the arguments in its brackets."""

    letter: str
    place: int
    below: tuple[Token, ...]
    arguments: tuple[str, ...]

    @property
    def parameter(self) -> str:
        return "".join(t.text for t in self.below)


def with_law_priors(document: Document) -> Document:
    """The document with the parameter below the letters of priors."""
    formulas = list(formulas_of(document))
    if are_given(document):
        return document
    calls = [c for tokens in formulas for c in _calls(tokens)]
    shared: dict[str, tuple[Token, ...]] = {}
    for letter in dict.fromkeys(c.letter for c in calls):
        own = [c for c in calls if c.letter == letter]
        below = {c.parameter: c.below for c in own if c.below}
        bare, full = ({c.arguments for c in own if bool(c.below) is b} for b in (False, True))
        if len(below) == 1 and bare and len(full) > 1 and not bare & full:
            shared[letter] = next(iter(below.values()))
    if not shared:
        return document
    texts = [t.text for tokens in formulas for t in tokens]
    return document.rewritten(lambda tokens: _written(tokens, shared, r"\nabla" in texts))


def _calls(tokens: Sequence[Token]) -> Iterator[_Call]:
    for place, token in enumerate(tokens[:-1]):
        if token.text not in _LETTERS:
            continue
        first = place + 1
        if tokens[first].kind is Kind.SUB:
            first += 1
            depth = 0
            while first < len(tokens):
                depth += (tokens[first].kind is Kind.OPEN) - (tokens[first].kind is Kind.CLOSE)
                first += 1
                if depth <= 0:
                    break
        if first >= len(tokens) or tokens[first].text != "(":
            continue
        end = next((n for n in range(first, len(tokens)) if tokens[n].text == ")"), 0)
        inside = tuple("|" if t.text in BARS else t.text for t in tokens[first + 1 : end])
        yield _Call(token.text, place, tuple(tokens[place + 1 : first]), inside)


def _written(
    tokens: tuple[Token, ...], shared: dict[str, tuple[Token, ...]], varied: bool
) -> tuple[Token, ...]:
    bare = {c.place for c in _calls(tokens) if not c.below and c.letter in shared}
    found: list[Token] = []
    for place, token in enumerate(tokens):
        if place in bare and varied:
            found.append(token._replace(text=f"{token.text} without its parameter"))
            continue
        found.append(token)
        if place in bare:
            found.extend(t._replace(start=token.end, end=token.end) for t in shared[token.text])
    return tuple(found)


__all__ = ["with_law_priors"]
