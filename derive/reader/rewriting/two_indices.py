r"""Members that are counted below and above: sample $x_t^i \in \mathbb{R}^d$ of class i is read as $x_{t,i}$.

A letter above is an index, and neither a power nor the name of a layer, where a vector or a matrix is declared with it
and a sum runs over it somewhere. Weights `w_j^{(i)}` with `\sum_j w_j^{(i)} = 1` are the rows of a matrix, `w_{i,j}`,
and so are numbers that never stand without both of their indices, each of which is summed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from derive.reader.source.blocks import Display, Document, Inline, Prose
from derive.reader.source.scanner import Kind, Token

_TRANSPOSED = ((r"\top",), ("T",), (r"\intercal",))


@dataclass(frozen=True)
class _Scripts:
    """A subscript and a superscript on one base, in either order, from `start` to `end` in the tokens."""

    base: tuple[str, ...]
    below: tuple[Token, ...]
    above: tuple[Token, ...]
    start: int
    end: int


def with_two_indices(document: Document) -> Document:
    """The document with both indices of such members below."""
    formulas = list(_formulas(document))
    summed = frozenset(letter for tokens in formulas for letter in _summed(tokens))
    weights = frozenset(found for tokens in formulas for found in _weights(tokens))
    members = frozenset(found for tokens in formulas for found in _declared(tokens, summed))
    weights |= frozenset(_always_both(formulas, summed))
    members |= weights
    if not members:
        return document
    return document.rewritten(lambda tokens: tuple(_below(tokens, members, summed, weights)))


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _summed(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters over which sums run: `\\sum_{i=1}`, `\\sum_i`, `\\sum_{i,t}`."""
    for position, token in enumerate(tokens):
        if token.text in (r"\sum", r"\prod"):
            for script, part, _ in _scripts(tokens, position + 1):
                if script is Kind.SUB:
                    yield from (t.text for t in part if t.kind in (Kind.LETTER, Kind.WORD))


def _declared(tokens: Sequence[Token], summed: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The bases of members that are declared as arrays with an index above: `x_t^i \\in \\mathbb{R}^d`."""
    for found in _both(tokens):
        sides = [t.text for t in tokens[found.end : found.end + 6]]
        array = sides[:1] == [r"\in"] and "^" in sides and set(sides) & {r"\mathbb", r"\R"}
        if array and _letter(found.above) in summed and _letter(found.below):
            yield found.base


def _weights(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    r"""The bases of weights that a sum over the index below makes one: `\sum_{j=1}^k w_j^{(i)} = 1`."""
    for found in _both(tokens):
        first = found.start - len(found.base) - 2 * (tokens[found.start - 1].kind is Kind.CLOSE)
        sums = [place for place in range(max(first, 0)) if tokens[place].text == r"\sum"]
        one = [t.text for t in tokens[found.end : found.end + 2]] == ["=", "1"]
        if not one or not sums or not _letter(found.above) or found.above[0].text != "(":
            continue
        limits = list(_scripts(tokens, sums[-1] + 1))
        below = next((part for kind, part, _ in limits if kind is Kind.SUB), ())
        alone = bool(limits) and limits[-1][2] == first
        over = below[0].text if len(below) == 1 or [t.text for t in below[1:2]] == ["="] else ""
        if alone and over and over == _letter(found.below):
            yield found.base


def _always_both(
    formulas: Sequence[Sequence[Token]], summed: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    r"""The bases that only stand as `w_j^{(i)}`, and of whose letters sums run over one above and one below."""
    pairs: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for tokens in formulas:
        for found in _both(tokens):
            above = _letter(found.above) if found.above[0].text == "(" else ""
            pairs.setdefault(found.base, []).append((above, _letter(found.below)))
    for base, letters in pairs.items():
        if not all(above and below for above, below in letters):
            continue
        if any(a in summed for a, _ in letters) and any(b in summed for _, b in letters):
            times = sum(_standing(tokens, base) for tokens in formulas)
            if times == len(letters):
                yield base


def _standing(tokens: Sequence[Token], base: tuple[str, ...]) -> int:
    """How often a base stands in a formula, with or without scripts."""
    texts = [t.text for t in tokens if t.kind not in (Kind.OPEN, Kind.CLOSE)]
    width = len(base)
    return sum(tuple(texts[n : n + width]) == base for n in range(len(texts)))


def _below(
    tokens: Sequence[Token],
    members: frozenset[tuple[str, ...]],
    summed: frozenset[str],
    weights: frozenset[tuple[str, ...]],
) -> Iterator[Token]:
    """The tokens with `x_{t,i}` for `x_t^i`, what else stands above left there."""
    done = 0
    for found in _both(tokens):
        transposed = _transpose(found.above)
        index = found.above[: len(found.above) - len(transposed)]
        weight = found.base in weights and bool(_letter(index)) and index[0].text == "("
        if found.base not in members or not (weight or _letter(index) in summed):
            continue
        yield from tokens[done : found.start]
        place = (tokens[found.start].start, tokens[found.end - 1].end)
        over = [t for t in index if t.text not in "()"]
        first, second = (over, found.below) if weight else (found.below, over)
        inner = (*first, _token(Kind.CHAR, ","), *second)
        written = [_token(Kind.SUB, "_"), _token(Kind.OPEN, "{"), *inner, _token(Kind.CLOSE, "}")]
        if transposed:
            written += [_token(Kind.SUP, "^"), *transposed]
        call = tokens[found.start].call
        # all of them stand where the two scripts stood, so that the author's text is shown once
        yield from (t._replace(start=place[0], end=place[1], call=call) for t in written)
        done = found.end
    yield from tokens[done:]


def _token(kind: Kind, text: str) -> Token:
    return Token(kind, text, 0, 0)


def _both(tokens: Sequence[Token]) -> Iterator[_Scripts]:
    """What has a subscript and a superscript."""
    for position in range(1, len(tokens)):
        if tokens[position].kind not in (Kind.SUB, Kind.SUP):
            continue
        parts = {kind: (part, end) for kind, part, end in _scripts(tokens, position)}
        base = _base(tokens, position)
        if base and len(parts) == 2:
            end = max(end for _, end in parts.values())
            yield _Scripts(base, parts[Kind.SUB][0], parts[Kind.SUP][0], position, end)


def _scripts(
    tokens: Sequence[Token], position: int
) -> Iterator[tuple[Kind, tuple[Token, ...], int]]:
    """The scripts that begin here: their kind, what is in them, and where they end."""
    while position + 1 < len(tokens) and tokens[position].kind in (Kind.SUB, Kind.SUP):
        kind, first = tokens[position].kind, position + 1
        end = first + 1
        if tokens[first].kind is Kind.OPEN:
            depth = 1
            while end < len(tokens) and depth:
                depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
                end += 1
            yield kind, tuple(tokens[first + 1 : end - 1]), end
        else:
            yield kind, (tokens[first],), end
        position = end


def _base(tokens: Sequence[Token], end: int) -> tuple[str, ...]:
    r"""The base that ends here: `x`, `\phi`, `\mathbf{x}`, `\boldsymbol x`; empty for anything else."""
    last = tokens[end - 1]
    if last.kind is Kind.CLOSE and end >= 4 and tokens[end - 3].kind is Kind.OPEN:
        fonted = tokens[end - 4].kind is Kind.WORD
        return (tokens[end - 4].text, tokens[end - 2].text) if fonted else ()
    if last.kind not in (Kind.LETTER, Kind.WORD):
        return ()
    before = tokens[end - 2].text if end >= 2 else ""
    return (before, last.text) if before in (r"\boldsymbol", r"\mathbf", r"\bm") else (last.text,)


def _letter(part: Sequence[Token]) -> str:
    """The one letter of a script, in round brackets or bare; empty for anything else."""
    inner = part[1:-1] if len(part) == 3 and part[0].text == "(" else part
    alone = len(inner) == 1 and inner[0].kind in (Kind.LETTER, Kind.WORD)
    return inner[0].text if alone and inner[0].text not in ("T", r"\top") else ""


def _transpose(part: Sequence[Token]) -> Sequence[Token]:
    """The transpose at the end of a superscript."""
    return part[-1:] if len(part) > 1 and tuple(t.text for t in part[-1:]) in _TRANSPOSED else ()
