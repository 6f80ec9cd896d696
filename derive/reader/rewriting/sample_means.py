r"""Sample means in words: `with sample mean $\bar{x}$` beside `$x_i$, $i = 1, \dots, n$` is
`$\bar{x} = \frac{1}{n} \sum_{i=1}^n x_i$`; where a formula says what the name is, the words are left as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from derive.reader.rewriting.counted_labels import Base, base_before, subscripted
from derive.reader.source.blocks import Block, Document, Inline, Prose, Text
from derive.reader.source.scanner import Token, scan_math

_BARS = frozenset([r"\bar", r"\overline"])
_KIND = r"(?:sample|empirical|arithmetic|batch|data)"
_BEFORE = re.compile(rf"\b{_KIND}\s+(?:mean|average)s?\s*$|\b(?:mean|average) of the \w+\s*$", re.I)
_AFTER = re.compile(
    rf"\s*,?\s*(?:is|be|denotes?|being|for|as)?\s*(?:(?:the|their)\s+{_KIND}\s+(?:mean|average)\b"
    r"|their\s+(?:mean|average)\b|(?:the\s+)?(?:mean|average) of (?:the|all)\s+"
    r"(?:data|samples?|observations?|points|inputs?|values?|examples?)\b)(?!\s+(?:vector\s+)?of\s+(?:the\s+)?class)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?:^|,)([a-z])=1,(?:\\[lc]?dots),([A-Za-z])$")


def with_sample_means(document: Document) -> Document:
    """The document with an equation for each sample mean that words name."""
    formulas = list(document.formulas())
    if not any(t.text in _BARS for tokens in formulas for t in tokens):
        return document
    members = dict(_members(formulas))
    given = {base for tokens in formulas for base in _given(tokens)}
    known = {base: text for base, text in members.items() if base not in given}
    if not known:
        return document
    return replace(document, blocks=tuple(_written(block, known) for block in document.blocks))


def _written(block: Block, members: dict[Base, str]) -> Block:
    if not isinstance(block, Prose):
        return block
    pieces = list(block.pieces)
    for place, piece in enumerate(pieces):
        base = _mean(piece.tokens) if isinstance(piece, Inline) else ()
        if not isinstance(piece, Inline) or base not in members:
            continue
        around = [pieces[i] if 0 <= i < len(pieces) else None for i in (place - 1, place + 1)]
        before, after = (p.text if isinstance(p, Text) else "" for p in around)
        if _BEFORE.search(before) or _AFTER.match(after):
            first = piece.tokens[0]
            made = (t._replace(start=first.start, end=first.end) for t in scan_math(members[base]))
            pieces[place] = replace(piece, tokens=(*piece.tokens, *made))
    return replace(block, pieces=tuple(pieces))


def _mean(tokens: Sequence[Token]) -> Base:
    r"""The name under the bar of a formula that is nothing else: of `\bar{\mathbf{x}}` the x."""
    base = base_before(tokens, len(tokens)) if tokens and tokens[0].text in _BARS else ()
    letters = [t.text for t in tokens if t.text not in ("{", "}")]
    return base[1:] if base and list(base) == letters else ()


def _given(tokens: Sequence[Token]) -> Iterator[Base]:
    """The names whose means equations give."""
    for place, token in enumerate(tokens):
        base = base_before(tokens, place) if token.text in ("=", ":=", r"\equiv", ":") else ()
        if base and base[0] in _BARS:
            yield base[1:]


def _members(formulas: Sequence[Sequence[Token]]) -> Iterator[tuple[Base, str]]:
    """The families of which a range or a list says how many there are, with what their mean is."""
    ranges: dict[str, dict[str, None]] = {}
    indices: dict[Base, dict[str, None]] = {}
    names: dict[Base, str] = {}
    listed: dict[Base, str] = {}
    for tokens in formulas:
        texts = [t.text for t in tokens]
        if match := _RANGE.search("".join(texts)):
            ranges.setdefault(match[1], {})[match[2]] = None
        found = list(subscripted(tokens))
        for one in found:
            indices.setdefault(one.base, {})[one.sub] = None
            names[one.base] = _spelled(one.base)
        dots = [i for i, text in enumerate(texts) if text in (r"\dots", r"\ldots")]
        for a, b in pairwise(found):
            if a.base == b.base and a.sub == "1" and any(a.last <= d < b.start for d in dots):
                listed[a.base] = b.sub
    for base, labels in indices.items():
        letters = [x for x in labels if x in ranges and len(ranges[x]) == 1]
        if base in listed and re.fullmatch("[A-Za-z]", listed[base]):
            index, last = "k", listed[base]
        elif len(letters) == 1:
            index, last = letters[0], next(iter(ranges[letters[0]]))
        else:
            continue
        yield (
            base,
            rf"= \frac{{1}}{{{last}}} \sum_{{{index}=1}}^{{{last}}} {names[base]}_{{{index}}}",
        )


def _spelled(base: Base) -> str:
    r"""A name as LaTeX: `\mathbf{x}`."""
    spelled = base[-1]
    for font in reversed(base[:-1]):
        spelled = rf"{font}{{{spelled}}}"
    return spelled


__all__ = ["with_sample_means"]
