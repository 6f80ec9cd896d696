r"""Laws of the members of a data set: `p(x^{(i)}, z^{(i)})` and `Q_i(z^{(i)})` under sums over `z^{(i)}`.

A member that is only ever observed, `x^{(i)}`, is a variable whose value is that of the index; what is summed over,
`z^{(i)}`, is z inside its sum; and `Q_i(z)` is one law for each index, `Q(z \mid x^{(i)})`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.finite_laws import LAWS
from derive.reader.grammar.table import DATA_MARK
from derive.reader.rewriting.counted_labels import base_before, formulas_of
from derive.reader.rewriting.law_words import are_given
from derive.reader.source.blocks import Display, Document
from derive.reader.source.scanner import Kind, Token
from derive.reader.source.vocabulary import OTHER_RELATIONS, RELATIONS

_LETTERS = frozenset("ijnmt")
_SIGNS = frozenset([*RELATIONS, *OTHER_RELATIONS])
_OPEN, _CLOSE = frozenset("({["), frozenset(")}]")


@dataclass(frozen=True)
class _Member:
    """A name with an index: where it begins, where its label begins and ends, the name, the index."""

    start: int
    place: int
    end: int
    base: str
    letter: str


def with_law_members(document: Document) -> Document:
    """The document with laws of members as laws of an observed and a latent variable."""
    if are_given(document):
        return document
    formulas = list(formulas_of(document))
    summed = {m.base for tokens in formulas for m in _summed(tokens)}
    called = {m.base for tokens in formulas for m in _called(tokens)}
    letters = {m.letter for tokens in formulas for m in _called(tokens)}
    latent, observed = summed & called, called - summed
    shown = [b.tokens for b in document.blocks if isinstance(b, Display)]
    if not called:
        letters = {i for tokens in formulas for i in _labelled(tokens, set(_ranging(formulas)))}
    refused = any(_refused(tokens, latent, observed) for tokens in shown)
    if len(letters) != 1 or (called and not latent) or refused:
        return document
    (letter,) = letters
    name = (min(observed) if observed else r"\cdot") + DATA_MARK.format(letter)
    return document.rewritten(lambda tokens: _written(tokens, latent, observed, letter, name))


def _ranging(formulas: Sequence[Sequence[Token]]) -> Iterator[str]:
    r"""The letters below sums without limits: `\sum_z`."""
    for tokens in formulas:
        texts = [t.text for t in tokens]
        for a, b, c in zip(texts, texts[1:], texts[2:], strict=False):
            if (a, b) == (r"\sum", "_") and c not in _LETTERS:
                yield c


def _labelled(tokens: Sequence[Token], ranging: set[str]) -> Iterator[str]:
    """The labels of laws that are called at variables over which sums run: i of `Q_i(z)`."""
    spans = dict(_spans(tokens))
    for member in _members(tokens):
        if member.base in LAWS and member.end in spans:
            inside = {t.text for t in tokens[member.end + 1 : spans[member.end]]}
            if inside and inside <= ranging | {","}:
                yield member.letter


def _members(tokens: Sequence[Token]) -> Iterator[_Member]:
    r"""The names with one letter as their label: `x^{(i)}`, `\mathbf{z}_n`."""
    for place, token in enumerate(tokens[:-1]):
        if token.kind not in (Kind.SUB, Kind.SUP):
            continue
        base = base_before(tokens, place)
        if not base:
            continue
        end, inner = place + 2, [tokens[place + 1].text]
        if tokens[place + 1].kind is Kind.OPEN:
            end = next(
                (n + 1 for n in range(place, len(tokens)) if tokens[n].kind is Kind.CLOSE), 0
            )
            inner = [t.text for t in tokens[place + 2 : end - 1]]
        if inner[:1] == ["("] and inner[-1:] == [")"] and token.kind is Kind.SUP:
            inner = inner[1:-1]
        elif token.kind is Kind.SUP:
            continue
        if len(inner) != 1 or inner[0] not in _LETTERS or not end:
            continue
        closed = 0
        while tokens[place - 1 - closed].kind is Kind.CLOSE:
            closed += 1
        start = place - len(base) - 2 * closed
        yield _Member(start, place, end, "".join(t.text for t in tokens[start:place]), inner[0])


def _summed(tokens: Sequence[Token]) -> Iterator[_Member]:
    r"""The members below sums: `\sum_{z^{(i)}}`."""
    for member in _members(tokens):
        before = [t.text for t in tokens[max(0, member.start - 3) : member.start]]
        alone = [t.text for t in tokens[member.end : member.end + 1]] == ["}"]
        if before == [r"\sum", "_", "{"] and alone:
            yield member


def _spans(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The brackets of the calls of laws, whose letters may have a label."""
    labelled = {m.start: m.end for m in _members(tokens)}
    for place, token in enumerate(tokens):
        if token.text not in LAWS:
            continue
        first = labelled.get(place, place + 1)
        if first >= len(tokens) or tokens[first].text != "(":
            continue
        depth, end = 0, first
        while end < len(tokens):
            depth += (tokens[end].text in _OPEN) - (tokens[end].text in _CLOSE)
            if not depth:
                yield first, end
                break
            end += 1


def _called(tokens: Sequence[Token]) -> list[_Member]:
    """The members among the arguments of laws."""
    spans = list(_spans(tokens))
    return [m for m in _members(tokens) if any(a < m.start < b for a, b in spans)]


def _refused(tokens: Sequence[Token], latent: set[str], observed: set[str]) -> bool:
    """Whether a display speaks of members in another way: a latent one outside its sum and under one over the index, an
    observed one outside laws, or a name of either without its index."""
    spans = list(_spans(tokens))
    members = [m for m in _members(tokens) if m.base in latent | observed]
    summed = {m.start: m for m in _summed(tokens)}
    for member in members:
        inside = any(a < member.start < b for a, b in spans)
        if not inside and member.start not in summed:
            return True
        first = _side(tokens, member.start)
        bound = any(first <= s < member.start and m.base == member.base for s, m in summed.items())
        counted = any(
            t.text in (r"\sum", r"\prod")
            and tokens[n + 2 : n + 3]
            and member.letter in [u.text for u in tokens[n + 2 : n + 4]]
            for n, t in enumerate(tokens[first : member.start], first)
        )
        if member.base in latent and member.start not in summed and counted and not bound:
            return True
    taken = {n for m in members for n in range(m.start, m.end)}
    letters = {b.strip("}").split("{")[-1] for b in latent | observed}
    return any(t.text in letters and n not in taken for n, t in enumerate(tokens))


def _side(tokens: Sequence[Token], place: int) -> int:
    """Where the side of a relation begins that a place is in: signs in braces are those of limits."""
    depth = first = 0
    for n, token in enumerate(tokens[:place]):
        depth += (token.kind is Kind.OPEN) - (token.kind is Kind.CLOSE)
        if depth == 0 and (token.text in _SIGNS or token.text == r"\\"):
            first = n
    return first


def _written(
    tokens: tuple[Token, ...], latent: set[str], observed: set[str], letter: str, name: str
) -> tuple[Token, ...]:
    """The tokens with the members of laws as variables."""
    spans = dict(_spans(tokens))
    members = {m.start: m for m in _members(tokens) if m.letter == letter}
    bare = {b for b in observed if "{" not in b}
    found: list[Token] = []
    closing: list[int] = []
    place = 0
    while place < len(tokens):
        token, member = tokens[place], members.get(place)
        inside = any(a < place < b for a, b in spans.items())
        if member is not None and member.base in latent:
            kept = list(tokens[member.start : member.place])
            kept[-1] = kept[-1]._replace(end=tokens[member.end - 1].end)
            found.extend(kept)
            place = member.end
            continue
        if member is not None and member.base in observed and inside:
            text = member.base + DATA_MARK.format(letter)
            found.append(Token(Kind.LETTER, text, token.start, tokens[member.end - 1].end))
            place = member.end
            continue
        if member is not None and token.text in LAWS and member.end in spans:
            found.append(token._replace(end=tokens[member.end - 1].end))
            closing.append(spans[member.end])
            place = member.end
            continue
        if token.text in bare and inside:
            found.append(
                token._replace(kind=Kind.LETTER, text=token.text + DATA_MARK.format(letter))
            )
        elif place in closing:
            mark = token._replace(end=token.start)
            found.extend(
                [mark._replace(text="|"), mark._replace(kind=Kind.LETTER, text=name), token]
            )
        else:
            found.append(token)
        place += 1
    return tuple(found)


__all__ = ["with_law_members"]
