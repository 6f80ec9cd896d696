r"""Functions of several classes of which one is written out: `$f_k(x) = ...$ and likewise $f_\ell$`.

Where another letter or number stands in place of the index of such a definition, and nothing else defines that
function, its definition is the same with the other index.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.reader.rewriting.label_ratios import reindexed
from derive.reader.source.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token

_SIGNS = frozenset(["=", r"\equiv", r"\triangleq", r"\propto"])
_BOUND = frozenset([r"\sum", r"\prod", r"\max", r"\min", r"\bigcup", r"\int"])
_LETTERS = frozenset(["i", "j", "k", "l", "m", "n", "c", "s", "t", r"\ell"])


@dataclass(frozen=True)
class _Function:
    """A function with an index, and where its definition stands in the pieces of a paragraph."""

    name: str
    index: str
    piece: Inline


def with_other_members(document: Document) -> Document:
    """The document with the definitions of the other functions behind the one that is written out."""
    defined = [head for tokens in _formulas(document) if (head := _head(tokens)) is not None]
    shown = {id(b): f for b in document.blocks if isinstance(b, Display) and (f := _shown(b))}
    written = [
        f for block in document.blocks if isinstance(block, Prose) for f in _functions(block)
    ] + list(shown.values())
    if not written:
        return document
    bound = frozenset(letter for tokens in _formulas(document) for letter in _bound(tokens))
    called = dict.fromkeys(call for tokens in _formulas(document) for call in _calls(tokens))
    others: dict[int, list[Inline]] = {}
    for function in written:
        if sum(head[0] == function.name for head in defined) > 1 or function.index in bound:
            continue
        found = [i for name, i in called if name == function.name and i != function.index]
        if any(index in bound for index in found):
            continue
        others[id(function.piece)] = [_with_index(function, index) for index in found]
    if not any(others.values()):
        return document
    blocks: list[Block] = []
    for block in document.blocks:
        blocks.append(_written(block, others) if isinstance(block, Prose) else block)
        own = shown.get(id(block))
        members = others.get(id(own.piece), []) if own is not None else []
        if members:
            pieces = [
                p for m in members for p in (Text(" Likewise ", m.span), m, Text(".", m.span))
            ]
            blocks.append(Prose(tuple(pieces), block.span, document.source))
    return replace(document, blocks=tuple(blocks))


def _shown(block: Display) -> _Function | None:
    """The function that is all that a display defines, by one equation."""
    tokens = block.tokens
    while tokens and tokens[-1].text in (".", ",", ";"):
        tokens = tokens[:-1]
    texts = [t.text for t in tokens]
    head = _head(tokens) if block.error is None else None
    if head is None or head[1] not in _LETTERS or texts.count("=") != 1 or r"\\" in texts:
        return None
    if any(t.kind in (Kind.BEGIN, Kind.END) or t.text == "&" for t in tokens):
        return None
    function = _Function(*head, Inline(tokens, block.span))
    alone = sum(name == head[0] for name, _ in _calls(tokens)) == 1
    numbered = [t.text for t in _with_index(function, "0").tokens]
    return function if alone and head[1] not in numbered else None


def _formulas(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _head(tokens: Sequence[Token]) -> tuple[str, str] | None:
    r"""The function and the index that a formula defines: `f_k(x) = ...`; None for anything else."""
    call = next(_calls(tokens[:5]), None)
    if call is None or _call_at(tokens, 0) != call:
        return None
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text in _SIGNS:
            return call
        if depth == 0 and token.text in ("+", "-", "/"):
            return None
    return None


def _functions(block: Prose) -> Iterator[_Function]:
    for piece in block.pieces:
        if isinstance(piece, Inline) and piece.error is None:
            head = _head(piece.tokens)
            if head is None or head[1] not in _LETTERS:
                continue
            function = _Function(*head, piece)
            alone = sum(name == head[0] for name, _ in _calls(piece.tokens)) == 1
            if alone and head[1] not in [t.text for t in _with_index(function, "0").tokens]:
                yield function  # neither by its neighbours nor with the index as a number, as in `x^j`


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for position in range(len(tokens)):
        call = _call_at(tokens, position)
        if call is not None:
            yield call


def _call_at(tokens: Sequence[Token], position: int) -> tuple[str, str] | None:
    r"""The name and the index of `f_k(`, `f_{k}(` that begins here."""
    texts = [t.text for t in tokens[position : position + 6]]
    if len(texts) < 4 or tokens[position].kind not in (Kind.LETTER, Kind.WORD) or texts[1] != "_":
        return None
    braced = len(texts) == 6 and texts[2] == "{" and texts[4] == "}" and texts[5] == "("
    if not braced and texts[3] != "(":
        return None
    index = tokens[position + (3 if braced else 2)]
    if index.kind not in (Kind.LETTER, Kind.WORD, Kind.NUMBER):
        return None
    return texts[0], index.text


def _bound(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters under the signs of sums and the like."""
    for position, token in enumerate(tokens):
        if token.text in _BOUND:
            below = tokens[position + 1 : position + 5]
            yield from (t.text for t in below if t.kind in (Kind.LETTER, Kind.WORD))


def _with_index(function: _Function, index: str) -> Inline:
    """The definition with another index: in the subscripts, nowhere else."""
    kind = Kind.NUMBER if index.isdigit() else Kind.WORD if index[0] == "\\" else Kind.LETTER
    tokens = reindexed(function.piece.tokens, function.index, Token(kind, index, 0, 0))
    return replace(function.piece, tokens=tokens)


def _written(block: Prose, others: dict[int, list[Inline]]) -> Prose:
    pieces: list[Text | Inline] = []
    for piece in block.pieces:
        pieces.append(piece)
        for other in others.get(id(piece), ()):
            pieces += [Text(" and ", piece.span), other]
    return replace(block, pieces=tuple(pieces))
