r"""Sums over sets of a partition: `\sum_{i \in I_j} g_i` is `\sum_i z_{ij} g_i` with one-hot vectors `z_i`.

Words have to say that each member is in one of the sets (a partition, clusters, leaves), and the numbers of members and
of sets have to be written somewhere. What a sentence says of the members of one set, `$f(x_i) = w_j$ for $i \in I_j$`,
is then `f(x_i) = \sum_j z_{ij} w_j`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.source.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Token, scan_math

_SAID = re.compile(
    r"\bpartition(?:s|ed)?\b|\bclusters?\b|\bleaf\b|\bleaves\b|\bexactly one\b|\bdisjoint\b", re.I
)
_NOT = re.compile(r"\bneighbo|\boverlap|\bnot disjoint|\bsoft\b|\bfuzzy\b", re.I)
_FOR = re.compile(r"\s*(?:,\s*)?(?:for(?: all| each| every)?|if|when(?:ever)?|where)\s*", re.I)
_DOTS = frozenset([r"\dots", r"\ldots", r"\cdots"])
_LETTERS = ("z", "q", "u", "s", "v", "b", "c", "r")


@dataclass(frozen=True)
class _Sets:
    """The sets `I_j`: their letter and label, the index of members, the numbers of both, and a letter for members."""

    base: str
    label: str
    index: str
    members: str
    count: str
    letter: str

    @property
    def membership(self) -> str:
        return f"{self.letter}_{{{self.index}{self.label}}}"


def with_index_sets(document: Document) -> Document:
    """The document with sums over the sets of a partition as sums with indicators."""
    formulas = [block.tokens for block in document.blocks if isinstance(block, Display)]
    blocks = [block for block in document.blocks if isinstance(block, Prose)]
    inline = [p.tokens for b in blocks for p in b.pieces if isinstance(p, Inline)]
    used = {found for tokens in (*formulas, *inline) for found in _summed(tokens)}
    if len(used) != 1:
        return document
    (base, label, index) = next(iter(used))
    numbers = (
        _limit(index, (*formulas, *inline)) or _listed([r"\{", "1"], [r"\}"], inline),
        _limit(label, (*formulas, *inline)) or _listed([base, "_", "1"], [], inline),
    )
    letters = {t.text for tokens in (*formulas, *inline) for t in tokens}
    letter = next((x for x in _LETTERS if x not in letters), "")
    alone = all(_only_below(tokens, base) for tokens in formulas)
    said = any(_speaks_of(block, base) for block in blocks)
    if not (said and all(numbers) and numbers[0] != numbers[1] and letter and alone):
        return document
    sets = _Sets(base, label, index, *numbers, letter)
    values = [value for block in blocks for value in _valued(block, sets)]
    sized = any(_size_at(t, i, sets) for t in (*formulas, *inline) for i in range(len(t)))
    changed = document.rewritten(lambda tokens: tuple(_rewritten(tokens, sets, values)))
    first = next(i for i, b in enumerate(document.blocks) if isinstance(b, (Prose, Display)))
    return replace(
        changed,
        blocks=(*changed.blocks[:first], _sentence(document, sets, sized), *changed.blocks[first:]),
    )


def _speaks_of(block: Prose, base: str) -> bool:
    """Whether a sentence with a set in it says that each member is in one of the sets."""
    sentence, shown = "", False
    found = False
    for piece in (*block.pieces, Text(". ", block.span)):
        if isinstance(piece, Inline):
            shown |= any(t.text == base for t in piece.tokens)
            sentence += " @ "
            continue
        first, *others = re.split(r"[.;](?=\s|$)", piece.text)
        sentence += first
        if others:
            found |= shown and bool(_SAID.search(sentence)) and not _NOT.search(sentence)
            sentence, shown = others[-1], False
    return found


def _sentence(document: Document, sets: _Sets, sized: bool) -> Block:
    """`Let $z_i \\in \\{0, 1\\}^T$ be one-hot for $i = 1, \\dots, n$.`; sets that are counted are not empty."""
    block = next(b for b in document.blocks if isinstance(b, (Prose, Display)))
    start = type(block.span)(block.span.start, block.span.start)
    one = _scanned(rf"{sets.letter}_{sets.index} \in \{{0, 1\}}^{{{sets.count}}}", start.start)
    each = _scanned(rf"{sets.index} = 1, \dots, {sets.members}", start.start)
    pieces: tuple[Text | Inline, ...] = (
        Text("Let ", start),
        Inline(one, start),
        Text(" be one-hot vectors for ", start),
        Inline(each, start),
        Text(". ", start),
    )
    if sized:
        size = rf"\sum_{{{sets.index}=1}}^{{{sets.members}}} {sets.membership} > 0"
        some = Inline(_scanned(size, start.start), start)
        label = Inline(_scanned(sets.label, start.start), start)
        pieces = (
            *pieces,
            Text("Suppose ", start),
            some,
            Text(" for all ", start),
            label,
            Text(". ", start),
        )
    return Prose(pieces, start, block.source)


def _scanned(text: str, place: int, end: int | None = None) -> tuple[Token, ...]:
    return tuple(
        t._replace(start=place, end=place if end is None else end) for t in scan_math(text)
    )


# ------------------------------------------------------------------------------------------- what is written


def _below_at(tokens: Sequence[Token], place: int) -> tuple[tuple[str, str, str], int] | None:
    r"""The set, its label and the index of `_{i \in I_j}` that begins here, and where it ends."""
    texts = [t.text for t in tokens[place : place + 9]]
    if texts[:2] != ["_", "{"] or texts[3:4] != [r"\in"] or texts[5:6] != ["_"]:
        return None
    braced = texts[6:7] == ["{"]
    label = texts[7] if braced and len(texts) > 7 else (texts[6] if len(texts) > 6 else "")
    end = place + (10 if braced else 8)
    closed = [t.text for t in tokens[place:end]][-1:] == ["}"]
    letters = [texts[2], texts[4], label]
    if not closed or not all(len(x) == 1 and x.isalpha() for x in letters):
        return None
    return (texts[4], label, texts[2]), end


def _summed(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    for place, token in enumerate(tokens):
        if token.text == r"\sum" and (found := _below_at(tokens, place + 1)) is not None:
            yield found[0]


def _only_below(tokens: Sequence[Token], base: str) -> bool:
    """Whether the letter of the sets stands nowhere but below sums and between bars."""
    for place, token in enumerate(tokens):
        if token.text != base:
            continue
        before = tokens[place - 1].text if place else ""
        if before == r"\in" and place > 4 and tokens[place - 4].text == "_":
            continue
        if before not in ("|", r"\lvert", r"\vert"):
            return False
    return True


def _limit(index: str, formulas: Sequence[Sequence[Token]]) -> str:
    r"""The letter up to which an index counts: `\sum_{i=1}^n`, `i = 1, \dots, n`."""
    for tokens in formulas:
        texts = [t.text for t in tokens]
        for place in range(len(texts)):
            if texts[place : place + 3] != [index, "=", "1"]:
                continue
            rest = texts[place + 3 : place + 8]
            above = rest[:2] == ["}", "^"] and len(rest) > 2
            upper = (
                rest[3]
                if above and rest[2] == "{" and rest[4:5] == ["}"]
                else rest[2]
                if above
                else ""
            )
            listed = rest[:1] == [","] and rest[1:2] and rest[1] in _DOTS and rest[2:3] == [","]
            upper = rest[3] if listed and len(rest) > 3 else upper
            if len(upper) == 1 and upper.isalpha():
                return upper
    return ""


def _listed(first: Sequence[str], last: Sequence[str], formulas: Sequence[Sequence[Token]]) -> str:
    r"""The last letter of a list with dots: n of `\{1, \dots, n\}`, K of `C_1, \dots, C_K`."""
    for tokens in formulas:
        texts = [t.text for t in tokens if t.text not in ("{", "}")]
        for place in range(len(texts)):
            stop = place + len(first)
            if texts[place:stop] != first or texts[stop : stop + 1] != [","]:
                continue
            end = stop + 3 + len(first) - 1
            dots = texts[stop + 1 : stop + 2] and texts[stop + 1] in _DOTS
            end = stop + 3 if last else end
            letter = texts[end] if dots and end < len(texts) else ""
            if (
                len(letter) == 1
                and letter.isalpha()
                and texts[end + 1 : end + 1 + len(last)] == list(last)
            ):
                return letter
    return ""


def _valued(block: Prose, sets: _Sets) -> Iterator[tuple[tuple[str, ...], str]]:
    r"""What is said of the members of one set: `$f(x_i) = w_j$ for $i \in I_j$`, as tokens and their value."""
    pieces = block.pieces
    for first, between, second in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if (
            not isinstance(first, Inline)
            or not isinstance(between, Text)
            or not isinstance(second, Inline)
        ):
            continue
        member = "".join(t.text for t in second.tokens).replace("{", "").replace("}", "")
        texts = [t.text for t in first.tokens]
        if member != rf"{sets.index}\in{sets.base}_{sets.label}" or texts.count("=") != 1:
            continue
        left, right = texts[: texts.index("=")], texts[texts.index("=") + 1 :]
        if _FOR.fullmatch(between.text) and sets.index in left and sets.label not in left:
            joined = "".join(right)
            yield (
                tuple(left),
                rf"{{(\sum_{{{sets.label}=1}}^{{{sets.count}}} {sets.membership} {joined})}}",
            )


def _rewritten(
    tokens: Sequence[Token], sets: _Sets, values: Sequence[tuple[tuple[str, ...], str]]
) -> Iterator[Token]:
    place = 0
    while place < len(tokens):
        end, text = place, ""
        if tokens[place].text == r"\sum" and (found := _below_at(tokens, place + 1)) is not None:
            end, text = found[1], rf"\sum_{{{sets.index}=1}}^{{{sets.members}}} {sets.membership} "
        elif (size := _size_at(tokens, place, sets)) is not None:
            end, text = size, rf"{{(\sum_{{{sets.index}=1}}^{{{sets.members}}} {sets.membership})}}"
        else:
            end, text = _value_at(tokens, place, values)
        if end == place:
            yield tokens[place]
            place += 1
            continue
        call = tokens[place].call or (tokens[place].start, tokens[end - 1].end)
        yield from (t._replace(call=call) for t in _scanned(text, *call))
        place = end


def _value_at(
    tokens: Sequence[Token], place: int, values: Sequence[tuple[tuple[str, ...], str]]
) -> tuple[int, str]:
    """What stands here for one of the values, and where it ends; of the equation that gives it the right side stays."""
    for written, value in values:
        stop = place + len(written)
        if tuple(t.text for t in tokens[place:stop]) != written:
            continue
        if not place and [t.text for t in tokens[stop : stop + 1]] == ["="]:
            return stop + 1, ""
        return stop, value
    return place, ""


def _size_at(tokens: Sequence[Token], place: int, sets: _Sets) -> int | None:
    """Where the number of members of a set ends, `|I_j|`, that begins here."""
    texts = [t.text for t in tokens[place : place + 7]]
    bars = ("|", r"\vert", r"\lvert")
    if not texts or texts[0] not in bars:
        return None
    for written in ([sets.base, "_", sets.label], [sets.base, "_", "{", sets.label, "}"]):
        stop = 1 + len(written)
        if (
            texts[1:stop] == written
            and texts[stop : stop + 1]
            and texts[stop] in (*bars, r"\rvert")
        ):
            return place + stop + 1
    return None


__all__ = ["with_index_sets"]
