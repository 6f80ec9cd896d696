r"""Chains of relations in displayed formulas: which signs count, and what stands on either side.

Only signs at the top level count. Rows that start with a sign or a binary operator go on with the row before; commas,
wide spaces, words and arrows end a chain. Index ranges (`i = 1, \dots, n`) and remarks after a chain are its
annotations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from derive.reader.relations.rows import Rows
from derive.reader.relations.sides import Segment, trimmed
from derive.reader.source.blocks import Display, Document
from derive.reader.source.kept import Kept
from derive.reader.source.places import Source, Span
from derive.reader.source.scanner import Kind, Token, as_typed
from derive.reader.source.signs import Sign
from derive.reader.source.vocabulary import ARROWS, DOTS

_QUANTIFIERS = frozenset({r"\forall", r"\exists"})
_INDEX_LETTERS = frozenset("abcdhijklmnpqrstuv")


@dataclass(frozen=True)
class Side:
    """One side of a relation: its tokens, where it stands, and the author's own LaTeX with white space collapsed."""

    tokens: tuple[Token, ...]
    span: Span
    latex: str


@dataclass(frozen=True)
class Annotation:
    """What is said about a chain in its row: an index range, a condition without a counted sign, a reason in words.

    `link` is what separates it from the chain (",", "\\quad", "words", "\\in", ...).
    """

    link: str
    words: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True)
class RawRelation:
    """A relation sign with its two sides, untyped. `index` counts from 1 in reading order (in the display, or in the
    document when it comes from `number`); `display` counts the displays from 1."""

    index: int
    lhs: Side
    sign: Sign
    rhs: Side
    chain: Chain
    position: int
    display: int = 1

    @property
    def span(self) -> Span:
        """Where the sign stands."""
        return self.sign.span


@dataclass(frozen=True)
class Chain:
    """Sides and the signs between them: len(sides) == len(signs) + 1. One side and no sign is a lone expression.

    `link` is what separates it from the chain before ("" for a new row, else ",", "\\quad", "&", "words", an arrow, an
    uncounted relation such as "\\in"); `words` are the words before it ("if", "where").
    """

    sides: tuple[Side, ...]
    signs: tuple[Sign, ...]
    annotations: tuple[Annotation, ...]
    link: str
    words: str
    source: Source
    display: Display

    @property
    def relations(self) -> tuple[RawRelation, ...]:
        """The relations of the chain, numbered from 1."""
        pairs = zip(self.sides, self.signs, self.sides[1:], strict=False)
        return tuple(RawRelation(i + 1, a, s, b, self, i) for i, (a, s, b) in enumerate(pairs))


def chains(display: Display) -> tuple[Chain, ...]:
    """The chains of a display in reading order. It never raises; `display.error` says when tokens are not balanced."""
    found = _CHAINS.get((display,))
    return _CHAINS.put((display,), _chains(display)) if found is None else found


_CHAINS: Kept[tuple[Chain, ...]] = Kept()


def _chains(display: Display) -> tuple[Chain, ...]:
    segments = Rows(display.tokens, display.environment).run()
    for segment in segments:
        segment.sides = [trimmed(side) for side in segment.sides]
    segments = [piece for segment in segments for piece in _without_range(segment)]
    calls = Counter(token.call for token in display.tokens if token.call is not None)
    groups = _annotated([segment for segment in segments if not segment.empty or segment.words])
    return tuple(_chain(segment, notes, display, calls) for segment, notes in groups)


def number(displays: Iterable[Display] | Document) -> tuple[RawRelation, ...]:
    """All relations of a document, numbered from 1 in reading order.

    A display that begins with a sign goes on with the right side before it, in the display before.
    """
    if isinstance(displays, Document):
        displays = displays.displays
    found: list[RawRelation] = []
    for place, display in enumerate(displays, start=1):
        here = [relation for chain in chains(display) for relation in chain.relations]
        for r in sorted(here, key=lambda relation: relation.span.start):
            lhs = found[-1].rhs if not r.lhs.tokens and found and r.position == 0 else r.lhs
            found.append(
                RawRelation(len(found) + 1, lhs, r.sign, r.rhs, r.chain, r.position, place)
            )
    return tuple(found)


def _chain(
    segment: Segment, notes: list[Segment], display: Display, calls: Counter[tuple[int, int]]
) -> Chain:
    edges = [Span(display.span.start, display.span.start), *(sign.span for sign in segment.signs)]
    sides = tuple(
        side_of(tokens, display.source, calls, edge.end)
        for tokens, edge in zip(segment.sides, edges, strict=True)
    )
    annotations = tuple(Annotation(n.link, n.words, tuple(_flat(n))) for n in notes)
    return Chain(
        sides,
        tuple(segment.signs),
        annotations,
        segment.link,
        segment.words,
        display.source,
        display,
    )


def _flat(segment: Segment) -> list[Token]:
    """The tokens of a segment; its signs as the author's tokens would be."""
    flat = list(segment.sides[0])
    for sign, side in zip(segment.signs, segment.sides[1:], strict=True):
        flat.append(Token(Kind.CHAR, sign.text, sign.span.start, sign.span.end))
        flat.extend(side)
    return flat


def side_of(
    tokens: Sequence[Token], source: Source, calls: Counter[tuple[int, int]], otherwise: int
) -> Side:
    """Tokens as a side; without tokens it is empty and stands at offset `otherwise`."""
    if not tokens:
        return Side((), Span(otherwise, otherwise), "")
    own = Counter(token.call for token in tokens if token.call is not None)
    whole = {call for call, count in own.items() if calls[call] == count}
    latex = _latex(tokens, source.text, whole)
    if not own:
        return Side(tuple(tokens), Span(tokens[0].start, tokens[-1].end), latex)
    places = [t.call if t.call and t.call in whole else (t.start, t.end) for t in tokens]
    span = Span(min(start for start, _ in places), max(end for _, end in places))
    return Side(tuple(tokens), span, latex)


def _latex(tokens: Sequence[Token], text: str, whole: set[tuple[int, int]]) -> str:
    """The author's own text: macro calls that lie in the side as they were typed, other expansions as tokens."""
    parts: list[str] = []
    reached = -1
    last = (-1, -1)
    for token in tokens:
        call = token.call
        if call is not None and call not in whole:
            word = bool(parts) and parts[-1][:1] == "\\" and parts[-1][-1].isalpha()
            parts += [" "] * (token.spaced or (word and token.text[:1].isalpha()))
            parts.append(as_typed(token))
            reached, last = call[1], (-1, -1)
            continue
        place = call or (token.start, token.end)
        if place == last:
            continue
        if place[0] != reached and parts:
            parts.append(" ")
        piece = text[place[0] : place[1]]
        parts.append(" ".join(piece.split()) if call else piece)
        reached, last = place[1], place
    return "".join(parts).strip()


# annotations


def _annotated(segments: list[Segment]) -> list[tuple[Segment, list[Segment]]]:
    """Chains with their annotations: index ranges anywhere, signless remarks beside a chain in its row."""
    result: list[tuple[Segment, list[Segment]]] = []
    waiting: list[Segment] = []  # annotations of the chain that follows
    position = 0
    while position < len(segments):
        segment = segments[position]
        count = _index_range(segments, position) or int(_is_remark(segment))
        if not count:
            result.append((segment, waiting))
            waiting = []
            position += 1
            continue
        note = _merged(segments[position : position + count]) if count > 1 else segment
        position += count
        ahead = segment.link in _QUANTIFIERS and (not result or result[-1][0].row != segment.row)
        (waiting if ahead or not result or not result[-1][0].signs else result[-1][1]).append(note)
    if waiting and result:
        result[-1][1].extend(waiting)
    return result


def _is_remark(segment: Segment) -> bool:
    return (
        not segment.signs
        and bool(segment.link or not segment.sides[0])
        and segment.link not in ARROWS
    )


def _without_range(segment: Segment) -> list[Segment]:
    r"""`b_i \; (i = 1, \dots, n)`: the range in brackets behind the last side becomes a segment of its own."""
    side = segment.sides[-1]
    if not segment.signs or len(side) < 4 or side[-1].text != ")":
        return [segment]
    start = max(
        (i for i in range(max(0, len(side) - 24), len(side)) if side[i].text == "("), default=0
    )
    inside = side[start + 1 : -1]
    ranged = len(inside) > 2 and _lone(inside[:1]) and inside[1].text == "=" and _has_dots(inside)
    if not start or not (ranged or (inside and inside[0].text in _QUANTIFIERS)):
        return [segment]
    segment.sides[-1] = trimmed(side[:start])
    return [segment, Segment([inside], [], "(", "", segment.row)]


def _merged(segments: list[Segment]) -> Segment:
    """An index range that commas had cut into pieces, as one signless segment."""
    tokens = _flat(segments[0])
    for segment in segments[1:]:
        comma = tokens[-1] if tokens else segment.sides[0][0]
        tokens.append(Token(Kind.CHAR, ",", comma.end, comma.end))
        tokens.extend(_flat(segment))
    return Segment([tokens], [], segments[0].link, segments[0].words, segments[0].row)


def _index_range(segments: list[Segment], position: int) -> int:
    """How many segments from here are one index range: `i = 1, \\dots, n`; `1 \\le i \\le n` after a chain."""
    start = position
    while (
        position < start + 6
        and _is_letter(segments[position])
        and _linked(segments, position + 1, ",")
    ):
        position += 1
    segment = segments[position]
    if _is_bounds(segment):
        return position - start + 1 if start else 0
    if (
        len(segment.signs) != 1
        or not segment.sides[1]
        or segment.signs[0].relation != "="
        or not _lone(segment.sides[0])
    ):
        return 0
    if _is_span(segment.sides[1]):
        return position - start + 1
    if not _is_bound(segment.sides[1]):
        return 0
    end = position + 1
    while (
        _linked(segments, end, ",") and not segments[end].signs and _simple(segments[end].sides[0])
    ):
        end += 1
        if _has_dots(segments[end - 1].sides[0]):
            last = (
                _linked(segments, end, ",")
                and not segments[end].signs
                and _simple(segments[end].sides[0])
            )
            return end - start + bool(last)
    counted = (
        end > position + 1
        and start > 0
        and all(s.sides[0][0].kind is Kind.NUMBER for s in segments[position + 1 : end])
    )
    return end - start if counted else 0


def _linked(segments: list[Segment], position: int, link: str) -> bool:
    return (
        position < len(segments)
        and segments[position].link == link
        and not segments[position].words
    )


def _lone(side: Sequence[Token]) -> bool:
    return len(side) == 1 and side[0].kind in (Kind.LETTER, Kind.WORD)


def _is_letter(segment: Segment) -> bool:
    return (
        not segment.signs and _lone(segment.sides[0]) and segment.sides[0][0].text in _INDEX_LETTERS
    )


def _simple(side: Sequence[Token]) -> bool:
    """A bound: dots, a number, a name, `n-1`, `n_k`, `|S|`."""
    return 0 < len(side) <= 10


def _is_span(side: Sequence[Token]) -> bool:
    r"""`1 \dots n`, `1..n`, `1:n`."""
    if (
        not 3 <= len(side) <= 12
        or side[0].kind is not Kind.NUMBER
        or side[1].text in (r"\cdots", r"\dotsb")
    ):
        return False
    dots = _has_dots(side[1:2]) or [token.text for token in side[1:3]] == [".", "."]
    return dots or side[1].text == ":"


def _is_bound(side: Sequence[Token]) -> bool:
    """A number, a letter, or `L-1`: what an index range may begin with."""
    kinds = (Kind.NUMBER, Kind.LETTER, Kind.WORD)
    return 0 < len(side) <= 5 and side[0].kind in kinds and not _has_dots(side)


def _has_dots(side: Sequence[Token]) -> bool:
    r"""Whether `\dots` or two full stops in a row stand in a side."""
    if any(token.kind is Kind.WORD and token.text in DOTS for token in side):
        return True
    return any(a.text == "." and b.text == "." for a, b in pairwise(side))


def _is_bounds(segment: Segment) -> bool:
    r"""`1 \le i \le n`: an index letter between two bounds, the first a number."""
    if len(segment.signs) != 2 or any(sign.relation not in ("<=", "<") for sign in segment.signs):
        return False
    low, middle, high = segment.sides
    letters = _lone(middle) and middle[0].text in _INDEX_LETTERS
    return (
        letters
        and len(low) == 1
        and low[0].kind is Kind.NUMBER
        and low[0].text.isdigit()
        and len(high) <= 4
    )
