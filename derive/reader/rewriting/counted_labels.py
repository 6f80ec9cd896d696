r"""Labels that tell after how many observations a quantity stands: `S_N` and `S_{N+1}`, the noise level `\sigma_n`.

A letter that counts something as a whole, and over which nothing runs, is no index of the names whose members never
stand with any other one: each of these names is a symbol of its own. A family keeps its members: beside `x_i` the
`x_n` is the last of them.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from derive.reader.grammar.written import ACCENTS, FONTS, GREEK
from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Kind, Token, scan_math

Base = tuple[str, ...]
_BINDERS = frozenset(
    [r"\sum", r"\prod", r"\max", r"\min", r"\lim", r"\int", r"\argmax", r"\argmin", r"\sup"]
)
_AFTER = frozenset(
    ["=", r"\to", r"\rightarrow", r"\in", r"\ge", r"\geq", r"\le", r"\leq", "<", ">"]
)
_CONSTANTS = frozenset("IO0123456789e")
_LABEL = re.compile(r"([A-Z]|[a-z])(?:[+-]1)?$")
_COUNTS = frozenset("nmNMT")


@dataclass(frozen=True)
class _Subscripted:
    """A base with a subscript: what it reads, where it starts and where its inside stands."""

    base: Base
    sub: str
    start: int
    first: int
    last: int


def with_counted_labels(document: Document) -> Document:
    """The document with each such subscript written as a text."""
    formulas = list(formulas_of(document))
    bound = {letter for tokens in formulas for letter in _bound(tokens)}
    subs: dict[Base, dict[str, None]] = {}
    plain: dict[Base, None] = {}
    for tokens in formulas:
        for found in subscripted(tokens):
            subs.setdefault(found.base, {})[found.sub] = None
        plain.update(dict.fromkeys(_without(tokens)))
    counted = {m[1] for labels in subs.values() for label in labels if (m := _LABEL.match(label))}
    counted = {c for c in counted & _COUNTS if c not in bound and _counts(formulas, c)}
    alone = frozenset(_alone(document))
    labelled: dict[Base, None] = {}
    updated: dict[Base, None] = {}
    for letter in sorted(counted):
        own = [base for base, labels in subs.items() if _only(base, labels, letter)]
        written = {label for base in own for label in subs[base]}
        steps = letter in written and len(written) > 1
        labelled |= {b: None for b in own if steps or (b in alone and b not in plain)}
        updated |= dict.fromkeys(_updated(document, formulas, subs, letter))
    if not labelled and not updated:
        return document
    return document.rewritten(
        lambda tokens: tuple(_written(tuple(_told_apart(tokens, updated)), labelled))
    )


def _only(base: Base, labels: Iterable[str], letter: str) -> bool:
    """Whether a base has no other subscripts than a letter and its neighbours."""
    matches = [_LABEL.match(label) for label in labels]
    return base[-1] not in _CONSTANTS and all(m and m[1] == letter for m in matches)


_BAYES = re.compile(r"\b(?:prior|posterior|conjugate|bayes)", re.IGNORECASE)


def _updated(
    document: Document,
    formulas: Sequence[Sequence[Token]],
    subs: dict[Base, dict[str, None]],
    letter: str,
) -> Iterator[Base]:
    r"""The parameters of a prior and of the posterior after n observations: `\mu_0`, `\mu_n`, never those in a row
    with dots."""
    own = [base for base, labels in subs.items() if set(labels) == {"0", letter}]
    blocks = (b for b in document.blocks if isinstance(b, Prose) and own)
    if not any(_BAYES.search(p.text) for b in blocks for p in b.pieces if isinstance(p, Text)):
        return
    dotted = {
        found.base
        for tokens in formulas
        if any(t.text in (r"\dots", r"\ldots", r"\cdots") for t in tokens)
        for found in subscripted(tokens)
    }
    yield from (base for base in own if base not in dotted)


def _told_apart(tokens: Sequence[Token], updated: Container[Base]) -> Iterator[Token]:
    r"""The tokens with `_{\text{post}}` for the `_n` of such a parameter, which is no index."""
    done = 0
    for found in subscripted(tokens):
        inside = tokens[found.first : found.last]
        if found.base not in updated or found.sub == "0":
            continue
        yield from tokens[done : found.first]
        braced = tokens[found.first - 1].kind is Kind.OPEN
        label = scan_math(r"\text{post}" if braced else r"{\text{post}}")
        yield from (t._replace(start=inside[0].start, end=inside[-1].end) for t in label)
        done = found.last
    yield from tokens[done:]


def _alone(document: Document) -> Iterator[Base]:
    r"""The bases of which prose speaks: `the noise variance $\sigma_n^2$`."""
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            if isinstance(piece, Inline) and len(found := list(subscripted(piece.tokens))) == 1:
                rest = [t.text for t in piece.tokens[found[0].last :]]
                if not set(rest) - {"}", "^", "2", "{"}:
                    yield found[0].base


def formulas_of(document: Document) -> Iterator[Sequence[Token]]:
    for block in document.blocks:
        if isinstance(block, Display):
            yield block.tokens
        elif isinstance(block, Prose):
            yield from (piece.tokens for piece in block.pieces if isinstance(piece, Inline))


def _bound(tokens: Sequence[Token]) -> Iterator[str]:
    """Letters that run: below a sum, before `= 1`, before dots and arrows, and those with a derivative by them."""
    texts = [t.text for t in tokens]
    for n, text in enumerate(texts):
        if text in _BINDERS and texts[n + 1 : n + 2] == ["_"]:
            yield from texts[n + 2 : n + (4 if texts[n + 2 : n + 3] == ["{"] else 3)]
        if (
            texts[n + 1 : n + 2]
            and texts[n + 1] in _AFTER
            and texts[n - 1 : n] not in (["_"], ["^"])
        ):
            yield text  # also where a size is given a number: then its names are other ones


def _counts(formulas: Sequence[Sequence[Token]], letter: str) -> bool:
    r"""Whether a letter is a size, an upper limit, or a number that prose speaks of by itself."""
    for tokens in formulas:
        texts = [t.text for t in tokens]
        if texts == [letter]:
            return True
        for n, text in enumerate(texts):
            if text == letter and n == len(texts) - 1 and texts[n - 2 : n] == [r"\dots", ","]:
                return "1" in texts  # i = 1, \dots, n
            if (
                text == letter
                and n > 1
                and (texts[n - 1] == r"\times" or texts[n - 2 : n] == ["}", "^"])
            ):
                return True
            if text == letter and texts[n - 1 : n] == ["{"] and texts[n - 3 : n - 1] == ["}", "^"]:
                return True
    return False


def base_before(tokens: Sequence[Token], end: int) -> Base:
    r"""The base that ends here: `x`, `\sigma`, `\mathbf{S}`, `\boldsymbol\phi`, `\bar{\mathbf{w}}`; empty for else."""
    begin = end
    while begin > 0 and tokens[begin - 1].kind is Kind.CLOSE:
        begin -= 1
    closed = end - begin
    if begin == 0 or (
        tokens[begin - 1].kind is not Kind.LETTER and tokens[begin - 1].text not in GREEK
    ):
        return ()
    base = [tokens[begin - 1].text]
    begin -= 1
    while begin > 0 and (
        closed or tokens[begin - 1].text in FONTS or tokens[begin - 1].text in ACCENTS
    ):
        token = tokens[begin - 1]
        if token.kind is Kind.OPEN and closed:
            closed -= 1
        elif token.text in FONTS or token.text in ACCENTS:
            base.append(token.text)
        else:
            return ()
        begin -= 1
    return tuple(reversed(base)) if not closed else ()


def subscripted(tokens: Sequence[Token]) -> Iterator[_Subscripted]:
    for n, token in enumerate(tokens[:-1]):
        if token.kind is not Kind.SUB or not n:
            continue
        first, last = n + 1, n + 2
        if tokens[first].kind is Kind.OPEN:
            depth = 1
            while last < len(tokens) and depth:
                depth += (tokens[last].kind is Kind.OPEN) - (tokens[last].kind is Kind.CLOSE)
                last += 1
            first, last = first + 1, last - 1
        if base := base_before(tokens, n):
            yield _Subscripted(base, "".join(t.text for t in tokens[first:last]), n, first, last)


def _without(tokens: Sequence[Token]) -> Iterator[Base]:
    """The bases that stand without a subscript."""
    for n in range(1, len(tokens) + 1):
        following = tokens[n].kind if n < len(tokens) else None
        if following not in (Kind.SUB, Kind.CLOSE) and (base := base_before(tokens, n)):
            yield base


def _written(tokens: Sequence[Token], labelled: Container[Base]) -> Iterator[Token]:
    r"""The tokens with `_{\text{N}}` for `_N`; all of them stand where the author's label stands."""
    done = 0
    for found in subscripted(tokens):
        if found.base not in labelled:
            continue
        inside = tokens[found.first : found.last]
        braced = tokens[found.first - 1].kind is Kind.OPEN
        yield from tokens[done : found.first]
        start, end = inside[0].start, inside[-1].end
        opening = inside[0]._replace(kind=Kind.OPEN, text="{", start=start, end=start, spaced=False)
        closing = inside[0]._replace(kind=Kind.CLOSE, text="}", start=end, end=end, spaced=False)
        if not braced:
            yield opening
        yield opening._replace(kind=Kind.WORD, text=r"\text")
        yield opening
        yield from inside
        yield closing
        if not braced:
            yield closing
        done = found.last
    yield from tokens[done:]
