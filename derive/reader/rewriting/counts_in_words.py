r"""Totals that words give: `$n_k$ is the number of times that k occurs among $N$ samples` says `\sum_k n_k = N`, and
`$P(X = k) = \pi_k$` that the `\pi_k` are positive and sum to one, where no formula says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from derive.reader.source.blocks import Block, Document, Inline, Prose, Text
from derive.reader.source.scanner import scan_math

_MEMBER = r"(\\?[A-Za-z]+)_\{?([a-z])\}?"
_COUNTED = re.compile(
    r"\b(?:number of (?:times|occurrences|samples|observations|examples|points|tokens|draws|trials|outcomes|words|"
    r"rolls|data)|counts?\b|how (?:often|many)|occurrences)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"\b(?:among|out of|of (?:the|all|a total of)|in (?:the|all|a total of|a sample of|a document of)?|total(?:s|ling)?"
    r"(?: of)?|from)\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_SAMPLES = re.compile(
    r"\s*(?:independent |i\.i\.d\.? )?(?:samples?|observations?|draws?|trials?|examples?|data|points|tokens|words|"
    r"rolls|tosses|experiments|in total|outcomes)\b",
    re.IGNORECASE,
)
_CHANCE = re.compile(rf"(?:[pP]|\\Pr|\\mathbb\{{P\}})\(\\?\w+=([a-z])\)={_MEMBER}")


def with_counts(document: Document) -> Document:
    """The document with an equation for each total that words give."""
    said = tuple(_plain(piece) for block in document.blocks for piece in _formulas(block))
    if not any(re.search(_MEMBER, text) for text in said):
        return document
    shown = tuple("".join(t.text for t in d.tokens) for d in document.displays)
    texts = _Texts(said, (*said, *shown))
    return replace(document, blocks=tuple(_told(block, texts) for block in document.blocks))


@dataclass(frozen=True)
class _Texts:
    """The formulas of a document's prose, and all of them, as plain text."""

    said: tuple[str, ...]
    every: tuple[str, ...]


def _formulas(block: Block) -> Iterator[Inline]:
    for piece in block.pieces if isinstance(block, Prose) else ():
        if isinstance(piece, Inline):
            yield piece


def _plain(piece: Inline) -> str:
    return "".join(t.text for t in piece.tokens)


def _told(block: Block, texts: _Texts) -> Block:
    """A paragraph with what its words say of totals."""
    if not isinstance(block, Prose):
        return block
    said = [*_totals(block, texts), *_chances(block, texts)]
    if not said:
        return block
    last = block.pieces[-1]
    pieces = list(block.pieces)
    lead = " Let "
    for formula in dict.fromkeys(said):
        place = last.span.end
        tokens = tuple(t._replace(start=place, end=place) for t in scan_math(formula))
        pieces.extend([Text(lead, last.span), Inline(tokens, last.span)])
        lead = " with " if formula.endswith("> 0") else ". Let "
    pieces.append(Text(". ", last.span))
    return replace(block, pieces=tuple(pieces))


def _totals(block: Prose, texts: _Texts) -> Iterator[str]:
    r"""`\sum_{k=1}^{K} n_k = N` for counts `n_k` whose sentence names their total."""
    pieces = block.pieces
    for place, piece in enumerate(pieces):
        match = re.fullmatch(_MEMBER, _plain(piece)) if isinstance(piece, Inline) else None
        if match is None:
            continue
        said = _around(pieces, place)
        if not said or not _COUNTED.search(said):
            continue
        for behind in range(place + 1, min(place + 7, len(pieces))):
            total = pieces[behind]
            before = pieces[behind - 1]
            after = pieces[behind + 1] if behind + 1 < len(pieces) else None
            if isinstance(before, Text) and re.search(r"[.;](?:\s|$)", before.text):
                break
            if not isinstance(total, Inline) or not re.fullmatch(r"[A-Za-z]", _plain(total)):
                continue
            ahead = isinstance(before, Text) and _TOTAL.search(before.text)
            if ahead and isinstance(after, Text) and _SAMPLES.match(after.text):
                name, index = match.groups()
                upper = _upper(index, texts.every)
                if upper and not _is_said(name, index, texts.said):
                    yield rf"\sum_{{{index}=1}}^{{{upper}}} {name}_{{{index}}} = {_plain(total)}"


def _around(pieces: tuple[Inline | Text, ...], place: int) -> str:
    """The words before and behind a formula."""
    around = [pieces[i] for i in (place - 1, place + 1) if 0 <= i < len(pieces)]
    return " | ".join(p.text for p in around if isinstance(p, Text))


def _chances(block: Prose, texts: _Texts) -> Iterator[str]:
    r"""`\pi_k > 0` and `\sum_{k=1}^{K} \pi_k = 1` for the chances of all values."""
    for piece in _formulas(block):
        match = _CHANCE.match(_plain(piece))
        if match is None or match[1] != match[3]:
            continue
        upper = _upper(match[3], texts.every)
        if upper and not _is_said(match[2], match[3], texts.said):
            yield rf"{match[2]}_{{{match[3]}}} > 0"
            yield rf"\sum_{{{match[3]}=1}}^{{{upper}}} {match[2]}_{{{match[3]}}} = 1"


def _upper(index: str, texts: tuple[str, ...]) -> str:
    """How far an index runs in all ranges and sums of a document."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(re.findall(rf"(?:^|,){index}=1,\\[lc]?dots,([A-Za-z])", text)))
        ends = re.findall(rf"_\{{{index}=1\}}\^(?:([A-Za-z])|\{{([A-Za-z])\}})", text)
        found.update(dict.fromkeys(a or b for a, b in ends))
    return next(iter(found)) if len(found) == 1 else ""


def _is_said(name: str, index: str, texts: tuple[str, ...]) -> bool:
    """Whether a formula gives the sum of all members."""
    member = rf"{re.escape(name)}_\{{?{index}\}}?"
    total = re.compile(
        rf"(?:^|,|=)\\sum_\{{?{index}(?:=1)?\}}?(?:\^\{{?\w\}}?)?{member}=|=\\sum_[^=]*{member}$"
    )
    return any(total.search(text) for text in texts)


__all__ = ["with_counts"]
