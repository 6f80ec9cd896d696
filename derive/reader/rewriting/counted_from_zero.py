r"""Entries that are counted from zero: `\sum_{j=0}^p \beta_j x_{ij}` is `\sum_{j=1}^{p+1} \beta_j x_{ij}` with arrays
that are counted from one; their `\beta_0` is the first entry, `\beta_1`.

A letter that is bound by no sum takes all values of its axis and stays. Lists such as `w_0, \dots, w_M` and the steps
of a recursion have a count of their own and are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from derive.reader.rewriting.counted_labels import Base, formulas_of, subscripted
from derive.reader.rewriting.steps import NotFollowed, script
from derive.reader.source.blocks import Document
from derive.reader.source.scanner import Kind, Token, scan_math

_SIGNS = frozenset([r"\sum", r"\prod"])
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
#: a base with the number of its indices and the place of one of them
Axis = tuple[Base, int, int]


@dataclass(frozen=True)
class _Sum:
    r"""A sum: where it starts, where its first number (none in `k \ne j`) and its upper limit stand, and where its sign
    ends."""

    letter: str
    start: int
    number: int | None
    upper: tuple[int, int]
    end: int

    def first(self, tokens: Sequence[Token]) -> str:
        return "" if self.number is None else tokens[self.number].text

    def limit(self, tokens: Sequence[Token]) -> str:
        return "".join(t.text for t in tokens[slice(*self.upper)] if t.text not in ("{", "}"))


def with_counts_from_one(document: Document) -> Document:
    """The document with the entries of such arrays counted from one."""
    formulas = [f for f in formulas_of(document) if any(t.text in _SIGNS for t in f)]
    if not any(s.first(f) == "0" for f in formulas for s in _sums(f)):
        return document
    axes = _axes(list(formulas_of(document)))
    return document.rewritten(lambda tokens: tuple(_shifted(tokens, axes))) if axes else document


def _sums(tokens: Sequence[Token]) -> Iterator[_Sum]:
    """The sums and products with a number below and a limit above."""
    for place, token in enumerate(tokens):
        if token.text not in _SIGNS:
            continue
        below = above = None
        end = place + 1
        while end < len(tokens) and tokens[end].text in (r"\limits", r"\nolimits"):
            end += 1
        try:
            while end + 1 < len(tokens) and tokens[end].kind in (Kind.SUB, Kind.SUP):
                after = script(tokens, end)[1]
                if tokens[end].kind is Kind.SUB:
                    below = (end + 1, after)
                else:
                    above = (end + 1, after)
                end = after
        except NotFollowed:
            continue
        if below is None or above is None:
            continue
        texts = [t.text for t in tokens[slice(*below)]]
        if len(texts) != 5 or tokens[below[0] + 1].kind is not Kind.LETTER:
            continue
        if texts[2] == "=" and tokens[below[0] + 3].kind is Kind.NUMBER:
            yield _Sum(texts[1], place, below[0] + 3, above, end)
        elif texts[2] in (r"\ne", r"\neq"):
            yield _Sum(texts[1], place, None, above, end)


def _pieces(tokens: Sequence[Token], first: int, last: int) -> list[int]:
    """The places of the indices in a subscript of single letters and digits; none for any other."""
    places = [n for n in range(first, last) if tokens[n].text != ","]
    simple = all(
        tokens[n].kind is Kind.LETTER
        or (tokens[n].kind is Kind.NUMBER and len(tokens[n].text) == 1)
        for n in places
    )
    return places if simple else []


def _ranges(tokens: Sequence[Token]) -> Iterator[str]:
    r"""The letters whose range is listed from zero, `i = 0, \dots, n`: what they count is declared by this range."""
    texts = [t.text for t in tokens]
    for place in range(len(texts) - 3):
        listed = set(texts[place + 4 : place + 9]) & _DOTS
        if texts[place + 1 : place + 4] == ["=", "0", ","] and listed:
            yield texts[place]


def _axes(formulas: Sequence[Sequence[Token]]) -> frozenset[Axis]:
    """The axes over which sums run from zero, all sums to the same limit."""
    limits: dict[Axis, dict[str, None]] = {}
    zero: dict[Axis, None] = {}
    apart: set[Base] = set()
    ranges = {letter for tokens in formulas for letter in _ranges(tokens)}
    for tokens in formulas:
        bound = list(_sums(tokens))
        for found in subscripted(tokens):
            places = _pieces(tokens, found.first, found.last)
            if not places:
                apart.add(found.base)  # a step beside its neighbour, or an index that is worked out
            texts = [t.text for t in tokens[found.last : found.last + 9]]
            if found.sub == "0" and set(texts[:2]) & {","} and set(texts) & _DOTS:
                apart.add(found.base)
            for position, place in enumerate(places):
                axis = (found.base, len(places), position)
                for own in (s for s in bound if s.letter == tokens[place].text):
                    start = own.first(tokens)
                    limits.setdefault(axis, {})[own.limit(tokens)] = None
                    if own.letter in ranges:
                        apart.add(found.base)
                    elif start == "0" and own.end <= place:
                        zero[axis] = None
                    elif start not in ("0", "1", ""):
                        apart.add(found.base)
    found_axes = {
        axis
        for axis in zero
        if len(limits[axis]) == 1 and r"\infty" not in limits[axis] and axis[0] not in apart
    }
    return frozenset(found_axes - {a for f in formulas for a in _beside_steps(f, found_axes)})


def _beside_steps(tokens: Sequence[Token], axes: set[Axis]) -> Iterator[Axis]:
    r"""The axes that share a letter with names that are not counted so: the steps in `\sum_{t=0}^k a_t f(x_t)`."""
    by_letter: dict[str, dict[Axis, None]] = {}
    others: set[str] = set()
    for found in subscripted(tokens):
        places = _pieces(tokens, found.first, found.last)
        for position, place in enumerate(places):
            axis, letter = (found.base, len(places), position), tokens[place].text
            if axis in axes:
                by_letter.setdefault(letter, {})[axis] = None
            elif found.base[-1] != r"\delta":
                others.add(letter)
    bound = {s.letter for s in _sums(tokens)}
    for letter in others & bound & by_letter.keys():
        yield from by_letter[letter]


def _shifted(tokens: Sequence[Token], axes: frozenset[Axis]) -> Iterator[Token]:
    """The formula with the limits of such sums and the numbers of such entries one higher, and the letters that count
    them one less where they are numbers."""
    new = dict(_numbers(tokens, axes))
    own = set(_entries(tokens, axes))
    bound = list(_sums(tokens))
    for found in bound:
        starts = [s.start for s in bound if s.letter == found.letter and s.start >= found.end]
        scope = range(found.end, min(starts, default=len(tokens)))
        inside = [p for p in own if p in scope and tokens[p].text == found.letter]
        if not inside or found.first(tokens) not in ("0", "1", ""):
            continue
        if found.number is not None:
            token = tokens[found.number]
            new[found.number] = _like(token, str(int(token.text) + 1))
        new.update(_raised(tokens, found))
    letters = {tokens[p].text for p in own if tokens[p].kind is Kind.LETTER}
    signs = {
        p
        for place in range(len(tokens))
        if tokens[place].text in _SIGNS
        for p in _sign(tokens, place)
    }
    deltas = {
        p for f in subscripted(tokens) if f.base[-1] == r"\delta" for p in range(f.first, f.last)
    }
    for place, token in enumerate(tokens):
        if (
            token.text in letters
            and token.kind is Kind.LETTER
            and place not in own | signs | deltas
        ):
            new[place] = _one_less(tokens, place)
    for place, token in enumerate(tokens):
        yield from new.get(place, (token,))


def _sign(tokens: Sequence[Token], place: int) -> range:
    """The places of a sum's sign with its scripts."""
    end = place + 1
    with suppress(NotFollowed):
        while end + 1 < len(tokens):
            if tokens[end].kind in (Kind.SUB, Kind.SUP):
                end = script(tokens, end)[1]
            elif tokens[end].text in (r"\limits", r"\nolimits"):
                end += 1
            else:
                break
    return range(place, end)


def _one_less(tokens: Sequence[Token], place: int) -> tuple[Token, ...]:
    """A letter that counts from zero as a number: one less than where its entry stands."""
    letter, before = tokens[place].text, tokens[place - 1] if place else None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if before is not None and before.kind in (Kind.SUB, Kind.SUP):
        return _like(tokens[place], f"{{{letter} - 1}}")
    alone = before is not None and before.kind is Kind.OPEN
    alone = alone and after is not None and after.kind is Kind.CLOSE
    return _like(tokens[place], f"{letter} - 1" if alone else f"({letter} - 1)")


def _entries(tokens: Sequence[Token], axes: frozenset[Axis]) -> Iterator[int]:
    """The places of the indices that stand at such axes."""
    for found in subscripted(tokens):
        places = _pieces(tokens, found.first, found.last)
        for position, place in enumerate(places):
            if (found.base, len(places), position) in axes:
                yield place


def _numbers(
    tokens: Sequence[Token], axes: frozenset[Axis]
) -> Iterator[tuple[int, Sequence[Token]]]:
    """The numbers among the indices, one higher."""
    for place in _entries(tokens, axes):
        if tokens[place].kind is Kind.NUMBER:
            yield place, _like(tokens[place], str(int(tokens[place].text) + 1))


def _raised(tokens: Sequence[Token], found: _Sum) -> Iterator[tuple[int, tuple[Token, ...]]]:
    """The upper limit of a sum plus one, in braces: what stands at its first and its last place."""
    first, last = found.upper[0], found.upper[1] - 1
    opening, *more = _like(tokens[last], "{+1}")
    opening = opening._replace(start=tokens[first].start, end=tokens[first].start)
    if first == last:
        yield first, (opening, tokens[first], *more)
    else:
        yield last, tuple(more)


def _like(token: Token, latex: str) -> tuple[Token, ...]:
    """Tokens that stand where another one does."""
    made = scan_math(latex)
    return tuple(t._replace(start=token.start, end=token.end, call=token.call) for t in made)


__all__ = ["with_counts_from_one"]
