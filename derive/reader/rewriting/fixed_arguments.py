r"""Values at one point that never varies: `\phi(x)` and `\sigma_N^2(x)` beside the vectors `\phi_{N+1}`.

Where a point only ever stands as the argument of calls, and one of the names that are called stands beside it with a
label and no argument, `\phi(x)` is one more vector and `\sigma_N^2(x)` the square of a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from derive.reader.rewriting.counted_labels import Base, base_before, formulas_of, subscripted
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token

_AVERAGES = frozenset(
    [r"\mathbb", r"\int", r"\sim", r"\iint", "KL", "E", "H", r"\E", r"\mid", r"\|", "|", r"\KL"]
)


def with_fixed_arguments(document: Document) -> Document:
    """The document without the argument that is always the same."""
    formulas = list(formulas_of(document))
    if any(_averages(tokens) for tokens in formulas):
        return document
    calls = [call for tokens in formulas for call in _calls(tokens)]
    points = {point for _, point, *_ in calls}
    if len(points) != 1:
        return document
    point = points.pop()
    standing = sum(_standing(tokens, point[-1]) for tokens in formulas)
    if standing != len(calls):
        return document
    called = {base for base, *_ in calls}
    bare = {base for tokens in formulas for base in _uncalled(tokens)}
    return document.rewritten(_without_calls) if called & bare else document


def _uncalled(tokens: Sequence[Token]) -> Iterator[Base]:
    """The bases that stand with a subscript and no argument."""
    called = {_before_scripts(tokens, first) for *_, first, _ in _calls(tokens)}
    for found in subscripted(tokens):
        if found.start not in called:
            yield found.base


def _averages(tokens: Sequence[Token]) -> bool:
    """Whether something may average over what looks fixed, or set conditions on it; `\\mathbb{R}` does not."""
    texts = [t.text for t in tokens]
    real = {n for n, text in enumerate(texts) if text == r"\mathbb" and "R" in texts[n + 1 : n + 3]}
    return any(text in _AVERAGES and n not in real for n, text in enumerate(texts))


def _standing(tokens: Sequence[Token], letter: str) -> int:
    return sum(t.text == letter for t in tokens)


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[Base, Base, int, int]]:
    r"""What is called at one bare letter, that letter, and where its brackets begin and end: `\phi(\mathbf{x})`."""
    for first, token in enumerate(tokens):
        if token.text != "(" or not first:
            continue
        close = next(
            (n for n in range(first, min(first + 6, len(tokens))) if tokens[n].text == ")"), 0
        )
        point = base_before(tokens, close) if close else ()
        inside = [t for t in tokens[first + 1 : close] if t.kind not in (Kind.OPEN, Kind.CLOSE)]
        if not point or tuple(t.text for t in inside) != point:
            continue
        start = _before_scripts(tokens, first)
        if base := base_before(tokens, start):
            yield base, point, first, close + 1


def _before_scripts(tokens: Sequence[Token], end: int) -> int:
    """Where the scripts begin that end here; the place itself where there are none."""
    while end > 1:
        begin = end - 1
        if tokens[begin].kind is Kind.CLOSE:
            depth = 0
            for begin in range(end - 1, -1, -1):
                depth += (tokens[begin].kind is Kind.CLOSE) - (tokens[begin].kind is Kind.OPEN)
                if not depth:
                    break
        if begin < 1 or tokens[begin - 1].kind not in (Kind.SUB, Kind.SUP):
            return end
        end = begin - 1
    return end


def _without_calls(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without what is called; the token before it reaches over it, so that the author's text is shown."""
    last = {first - 1: end for *_, first, end in _calls(tokens)}
    dropped = {n for first, end in last.items() for n in range(first + 1, end)}
    return tuple(
        token._replace(end=tokens[last[n] - 1].end) if n in last else token
        for n, token in enumerate(tokens)
        if n not in dropped
    )
