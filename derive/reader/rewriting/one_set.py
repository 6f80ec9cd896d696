r"""Sums over one set of indices, `\frac{1}{|S|} \sum_{i \in S} x_i`: the same as sums over all of `1, \dots, N`.

That is so where no other range of the index is spoken of: what holds for all members of any set holds for the members
`1, \dots, N` of a set of N, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Token, scan_math

_BARS = frozenset(["|", r"\vert", r"\lvert", r"\rvert"])
_SUMS = frozenset([r"\sum", r"\prod", r"\max", r"\min"])
_OTHERS = frozenset([r"\notin", r"\setminus", r"\complement", r"\cup", r"\cap", r"\bigcup"])
_WHOLES = re.compile(
    r"\b(?:rows?|columns?|stack\w*|collect\w*|matri(?:x|ces)|entries|components?|others?|rest)\b",
    re.I,
)
_LETTERS = ("N", "M", "Q", "L", "H", "P")


def with_one_set(document: Document) -> Document:
    """The document with sums over the one set that it has as sums over a range."""
    displays = [block.tokens for block in document.blocks if isinstance(block, Display)]
    inline = [
        p.tokens
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Inline)
    ]
    found = [one for tokens in (*displays, *inline) for one in _summed(tokens)]
    sets = {name for name, _ in found}
    if len(sets) != 1:
        return document
    name = next(iter(sets))
    indices = frozenset(letter for _, letters in found for letter in letters)
    label = name[-1] if len(name) == 3 else ""
    bound = frozenset({*indices, label})
    if any(_binds(tokens, bound) for tokens in (*displays, *inline)):
        return document
    if not all(_only_counted(tokens, name[0]) for tokens in displays):
        return document
    if not all(_always_below(tokens, indices) for tokens in (*displays, *inline)):
        return document
    if _speaks_of_others(document, displays, inline, indices):
        return document
    letters = {t.text for tokens in (*displays, *inline) for t in tokens}
    size = next((x for x in _LETTERS if x not in letters), "")
    if not size:
        return document
    return document.rewritten(lambda tokens: tuple(_ranged(tokens, name, size)))


def _speaks_of_others(
    document: Document,
    displays: Sequence[Sequence[Token]],
    inline: Sequence[Sequence[Token]],
    indices: frozenset[str],
) -> bool:
    """Whether more is spoken of than the members of the set: what is not in it, a whole array, one member by number."""
    texts = (
        p.text
        for b in document.blocks
        if isinstance(b, Prose)
        for p in b.pieces
        if isinstance(p, Text)
    )
    if any(_WHOLES.search(text) for text in texts):
        return True
    formulas = (*displays, *inline)
    if any(t.text in _OTHERS for tokens in formulas for t in tokens):
        return True
    bases = {base for tokens in formulas for base, index in _indexed(tokens) if index & indices}
    numbered = any(
        base in bases and not index <= indices and any(x.isdecimal() for x in index)
        for tokens in formulas
        for base, index in _indexed(tokens)
    )
    given = {t.text for tokens in formulas for t, after in pairwise(tokens) if after.text == "="}
    bare = {
        t.text
        for tokens in formulas
        for t, after in zip(tokens, (*(u.text for u in tokens[1:]), ""), strict=True)
        if t.text in bases and after not in ("_", "}")
    }
    varied = any(
        first.text == r"\partial" and second.text in bases
        for tokens in formulas
        for first, second in pairwise(tokens)
    )
    return (
        numbered
        or varied
        or bool(bare - given)
        or any(r"\nabla" in {t.text for t in f} for f in displays)
    )


def _always_below(tokens: Sequence[Token], letters: frozenset[str]) -> bool:
    r"""Whether the indices stand in subscripts alone, and in `i \in S`: no values, as in `\sum_{a \in A} p(a)`."""
    depth = 0  # of braces below the line
    for place, token in enumerate(tokens):
        before = tokens[place - 1].text if place else ""
        if token.text == "{" and (depth or before == "_"):
            depth += 1
        elif token.text == "}" and depth:
            depth -= 1
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.text in letters and not depth and before != "_" and after != r"\in":
            return False
    return True


def _indexed(tokens: Sequence[Token]) -> Iterator[tuple[str, frozenset[str]]]:
    """The letters with a subscript, and what stands in it."""
    for place, token in enumerate(tokens):
        if not (_is_letter(token.text) or token.text.startswith("\\")) or place + 2 >= len(tokens):
            continue
        if tokens[place + 1].text == "_" and token.text not in _SUMS:
            inside = [tokens[place + 2].text]
            if inside == ["{"]:
                stop = next((i for i in range(place, len(tokens)) if tokens[i].text == "}"), place)
                inside = [t.text for t in tokens[place + 3 : stop]]
            yield token.text, frozenset(inside)


def _plain(tokens: Sequence[Token], place: int, count: int) -> tuple[list[str], int]:
    """The next texts without braces, and where they end."""
    texts: list[str] = []
    while place < len(tokens) and len(texts) < count:
        if tokens[place].text not in ("{", "}"):
            texts.append(tokens[place].text)
        place += 1
    return texts, place


def _is_letter(text: str) -> bool:
    return len(text) == 1 and text.isalpha()


def _below(
    tokens: Sequence[Token], place: int
) -> tuple[tuple[str, ...], tuple[str, ...], int] | None:
    r"""The set and the indices of `_{i, j \in S}` that begins here, and where it ends."""
    texts = [t.text for t in tokens[place : place + 2]]
    if texts != ["_", "{"]:
        return None
    depth, end = 1, place + 2
    while end < len(tokens) and depth:
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        end += 1
    inside = [t.text for t in tokens[place + 2 : end - 1] if t.text not in ("{", "}")]
    if depth or inside.count(r"\in") != 1:
        return None
    cut = inside.index(r"\in")
    letters, name = [x for x in inside[:cut] if x != ","], tuple(inside[cut + 1 :])
    if name[:1] == (r"\mathcal",):
        name = name[1:]
    fits = len(name) in (1, 3) and _is_letter(name[0]) and (len(name) == 1 or name[1] == "_")
    if not fits or not letters or not all(_is_letter(x) for x in letters):
        return None
    return name, tuple(letters), end


def _summed(tokens: Sequence[Token]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for place, token in enumerate(tokens):
        if token.text in _SUMS and (found := _below(tokens, place + 1)) is not None:
            yield found[0], found[1]


def _binds(tokens: Sequence[Token], letters: frozenset[str]) -> bool:
    """Whether a sum binds one of these letters without a set, or a list says its range."""
    for place, token in enumerate(tokens):
        texts, _ = _plain(tokens, place + 1, 3)
        if token.text in _SUMS and texts[:1] == ["_"] and _below(tokens, place + 1) is None:
            inside, _ = _plain(tokens, place + 2, 4)
            if letters & set(inside):
                return True
        listed = not place or tokens[place - 1].text == ","
        after = tokens[place + 1].text if place + 1 < len(tokens) else ""
        if token.text in letters and listed and after == "=":
            return True
    return False


def _only_counted(tokens: Sequence[Token], base: str) -> bool:
    """Whether the letter of the set stands nowhere but below sums and between bars."""
    for place, token in enumerate(tokens):
        before = next(
            (t.text for t in reversed(tokens[:place]) if t.text not in ("{", r"\mathcal")), ""
        )
        if token.text == base and before != r"\in" and before not in _BARS:
            return False
    return True


def _ranged(tokens: Sequence[Token], name: tuple[str, ...], size: str) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        token, end, text = tokens[place], place, ""
        below = _below(tokens, place + 1) if token.text in _SUMS else None
        if below is not None:
            end = below[2]
            text = "".join(rf"{token.text}_{{{letter}=1}}^{{{size}}}" for letter in below[1])
        elif token.text in _BARS:
            start = (
                place + 4
                if [t.text for t in tokens[place + 1 : place + 2]] == [r"\mathcal"]
                else place
            )
            inside, stop = _plain(tokens, place + 1, len(name) + (2 if start > place else 1))
            inside = [x for x in inside if x != r"\mathcal"]
            if tuple(inside[:-1]) == name and inside[-1:] and inside[-1] in _BARS:
                end, text = stop, size
        if end == place:
            yield token
            place += 1
            continue
        call = token.call or (token.start, tokens[end - 1].end)
        found = scan_math(f"{text} ")
        yield from (t._replace(start=call[0], end=call[1], call=call) for t in found)
        place = end


__all__ = ["with_one_set"]
