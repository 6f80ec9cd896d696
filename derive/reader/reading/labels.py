r"""Scripts that are labels, found before anything is read: `a^l_j = \sigma(z^l_j)`, `x_{k+1} = x_k - \eta g_k`.

A letter in a superscript names layers or steps when a name with it is defined by names with its neighbours, and no
power is meant. Such superscripts are put in round brackets, as authors do who avoid the doubt. A letter in a subscript
names steps when something is defined by its own neighbour and no sum runs over the letter; each step is a symbol of
its own then. A letter counts members when a sum over another letter runs over the same name (`\alpha_t` beside
`\prod_{s=1}^t \alpha_s`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise

from derive.errors import ReadError
from derive.reader.grammar.cursor import Cursor
from derive.reader.grammar.table import INDEX_LETTERS, Labels, Name
from derive.reader.grammar.written import whole_name
from derive.reader.reading.upstream import names_in
from derive.reader.relations.chains import chains
from derive.reader.source.blocks import Display, Document, Inline, Prose, Text
from derive.reader.source.groups import tree
from derive.reader.source.places import Source
from derive.reader.source.scanner import Kind, Token

_LABEL = re.compile(r"(\\ell|[a-z])(?:([+-])(\d))?$")
_OFFSET = re.compile(r"\{?[a-z]\s*[+-]\s*\d|0$")
_UNITS = re.compile(r"\b(?:unit|bas[ei]s|canonical|coordinate|one-hot|indicator|shift\w*)\b", re.I)
_WORDS = re.compile(
    r"\b(?:layers?|iterations?|iterates?|steps?|epochs?|depth|times?)\s*(?:number\s*)?$", re.I
)
_LAST = re.compile(r"\(([LN]|n_\\?[a-z]+)(?:[+-]1)?\)$")
LAST = ("L", "K", "T", "N")
_SUMS = frozenset([r"\sum", r"\prod", r"\max", r"\min", r"\int", r"\bigcup", r"\lim"])
_AROUND = frozenset(
    [
        "=",
        ",",
        r"\in",
        "<",
        ">",
        r"\le",
        r"\leq",
        r"\ge",
        r"\geq",
        r"\to",
        ":",
        r"\forall",
        r"\ne",
        r"\neq",
    ]
)


def labels_of(document: Document) -> Labels:
    """What the scripts of a document are, as far as its definitions show it."""
    formulas = list(_formulas(document))
    summed = frozenset(letter for tokens, _ in formulas for letter in _summed(tokens))
    heads = list(_heads(document))
    named = frozenset(_named(document))
    values = frozenset(t for tokens, _ in formulas for t in _values(tokens))
    above = {
        letter: None
        for name, right in heads
        if (letter := _layer(name, right)) and (letter in named or letter not in summed | values)
    }
    below = {
        letter: None
        for name, right in heads
        if (letter := _step(name, right)) and letter not in summed
    }
    names = [n for tokens, source in formulas for n in _names(tokens, source)]
    bases = {n.base: None for n in names if (m := _LABEL.match(n.sup)) and m[1] in above}
    last = {n.sup[0]: None for n in names if n.base in bases and n.sup[:1] in LAST}
    layered = {n.base: None for n in names if n.sup in ("(l)", r"(\ell)", "(l+1)", r"(\ell+1)")}
    last |= {m[1]: None for n in names if n.base in layered and (m := _LAST.match(n.sup))}
    counters = frozenset(_counters(names, summed))
    strict = frozenset(t for tokens, _ in formulas for t in _values(tokens, (",",)))
    equal = frozenset(letter for tokens, _ in formulas for letter in _equated(tokens, summed))
    equal |= frozenset(letter for tokens, _ in formulas for letter in _unequal(tokens, summed))
    indices = {n.sub: None for n in names if n.sub in (summed | equal) - strict}
    indices |= dict.fromkeys(c for c in _paired(names, summed) if c not in strict)
    return Labels(
        frozenset(above),
        frozenset(below) - counters,
        counters,
        frozenset(bases),
        frozenset(last),
        frozenset(indices),
        frozenset(_recurring(heads, counters - summed)),
        any(n.base == "e" and _OFFSET.match(n.sub) for n in names) and not _has_units(document),
    )


def labelled(document: Document, labels: Labels) -> Document:
    """The document with round brackets around the superscripts that are labels."""
    if not labels.above:
        return document
    return document.rewritten(lambda tokens: _bracketed(tokens, labels))


# ------------------------------------------------------------------------------------------- what is written


def _formulas(document: Document) -> Iterator[tuple[tuple[Token, ...], Source]]:
    for block in document.blocks:
        if isinstance(block, Display) and block.error is None:
            yield block.tokens, block.source
        elif isinstance(block, Prose):
            yield from ((p.tokens, block.source) for p in block.pieces if isinstance(p, Inline))


def _names(tokens: Sequence[Token], source: Source) -> list[Name]:
    with suppress(ReadError):
        return list(names_in(tree(list(tokens), source)))
    return []


def _heads(document: Document) -> Iterator[tuple[Name, list[Name]]]:
    """Each name alone on a left side, with the names on the right side that follows."""
    for block in document.blocks:
        pairs: list[tuple[Sequence[Token], Sequence[Token]]] = []
        if isinstance(block, Display) and block.error is None:
            for chain in chains(block):
                pairs += [
                    (a.tokens, b.tokens)
                    for a, b in zip(chain.sides, chain.sides[1:2], strict=False)
                ]
        elif isinstance(block, Prose):
            for piece in block.pieces:
                if isinstance(piece, Inline):
                    texts = [t.text for t in piece.tokens]
                    if "=" in texts:
                        cut = texts.index("=")
                        pairs.append((piece.tokens[:cut], piece.tokens[cut + 1 :]))
        else:
            continue
        for left, right in pairs:
            name = _whole_name(left, block.source)
            if name is not None:
                signs = any(t.text in ("+", "-", "(") for t in right)
                yield name, _names(right, block.source) if signs else []


def _whole_name(tokens: Sequence[Token], source: Source) -> Name | None:
    try:
        cursor = Cursor(tree(list(tokens), source))
    except ReadError:
        return None
    return whole_name(cursor)


def _layer(name: Name, right: Sequence[Name]) -> str:
    """The letter of a superscript by which a definition goes from one layer or step to the next."""
    match = _LABEL.match(name.sup)
    if match is None:
        return ""
    for other in right:
        found = _LABEL.match(other.sup)
        if found and found[1] == match[1] and found[0] != match[0]:
            recursion = other.base == name.base and other.accents == name.accents
            if recursion or match[1] in ("l", r"\ell", "t"):
                return match[1]
    return ""


def _step(name: Name, right: Sequence[Name]) -> str:
    """The letter of a subscript when something is defined by its own neighbour: `x_{k+1} = x_k - ...`."""
    match = _LABEL.match(name.sub)
    if match is None or name.sup:
        return ""
    own = [n for n in right if n.base == name.base and n.accents == name.accents and not n.sup]
    found = [m for n in own if (m := _LABEL.match(n.sub)) and m[1] == match[1] and m[0] != match[0]]
    return match[1] if found else ""


def _recurring(
    heads: Sequence[tuple[Name, list[Name]]], letters: frozenset[str]
) -> Iterator[tuple[Name, str]]:
    """Names whose steps are given by their neighbours alone, with the letter of the step."""
    given = {name.without(sub=True): None for name, right in heads if not _step(name, right)}
    for name, right in heads:
        letter, bare = _step(name, right), name.without(sub=True)
        if letter in letters and bare not in given:
            yield bare, letter


def _has_units(document: Document) -> bool:
    """Whether some words speak of a basis or of unit vectors."""
    return any(
        isinstance(piece, Text) and _UNITS.search(piece.text)
        for block in document.blocks
        for piece in (block.pieces if isinstance(block, Prose) else ())
    )


def _named(document: Document) -> Iterator[str]:
    """Letters that prose calls a layer or a step: `layer $l$`."""
    for block in document.blocks:
        pieces = block.pieces if isinstance(block, Prose) else ()
        for before, piece in pairwise(pieces):
            if isinstance(before, Text) and isinstance(piece, Inline) and piece.tokens:
                alone = len(piece.tokens) == 1 or piece.tokens[1].text in _AROUND
                if alone and _WORDS.search(before.text):
                    yield piece.tokens[0].text


def _scripts(tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """Position of each `^` or `_`, and begin and end of what stands in it."""
    for position, token in enumerate(tokens):
        if token.kind not in (Kind.SUP, Kind.SUB) or position + 1 >= len(tokens):
            continue
        first = position + 1
        if tokens[first].kind is not Kind.OPEN:
            yield position, first, first + 1
            continue
        depth, end = 0, first
        while end < len(tokens):
            depth += (tokens[end].kind is Kind.OPEN) - (tokens[end].kind is Kind.CLOSE)
            if depth == 0:
                break
            end += 1
        yield position, first + 1, end


def _summed(tokens: Sequence[Token]) -> Iterator[str]:
    """The letters over which sums and products run."""
    for position, first, end in _scripts(tokens):
        if position and tokens[position - 1].text in _SUMS:
            for n in range(first, end):
                following = tokens[n + 1].text if n + 1 < end else ""
                if n == first or following in _AROUND or tokens[n - 1].text == ",":
                    yield tokens[n].text


def _equated(tokens: Sequence[Token], summed: frozenset[str]) -> Iterator[str]:
    r"""Letters that an indicator sets equal to one over which a sum runs: a of `1_{a = x}`."""
    for _, first, end in _scripts(tokens):
        texts = [t.text for t in tokens[first:end]]
        if len(texts) == 3 and texts[1] == "=" and not texts[0].isdigit():
            pairs = (texts[::2], texts[::-2])
            yield from (a for a, b in pairs if b in summed and not a.isdigit())


def _unequal(tokens: Sequence[Token], summed: frozenset[str]) -> Iterator[str]:
    r"""The letter that a line sets apart from an index: c of `$c \neq k$`."""
    texts = [t.text for t in tokens]
    if len(texts) == 3 and texts[1] in (r"\ne", r"\neq") and tokens[0].kind is Kind.LETTER:
        for a, b in (texts[::2], texts[::-2]):
            if b in INDEX_LETTERS or b in summed:
                yield a


def _values(tokens: Sequence[Token], excepted: tuple[str, ...] = ()) -> Iterator[str]:
    """Letters that stand on the line as factors or terms."""
    around = _AROUND - frozenset(excepted)
    inside = {n for _, first, end in _scripts(tokens) for n in range(first, end)}
    for n, token in enumerate(tokens):
        if n in inside or token.kind not in (Kind.LETTER, Kind.WORD) or len(tokens) == 1:
            continue
        following = tokens[n + 1].text if n + 1 < len(tokens) else ","
        before = tokens[n - 1].text if n else ""
        if following not in around and before not in around:
            yield token.text


def _counters(names: Sequence[Name], summed: frozenset[str]) -> Iterator[str]:
    """Letters of subscripts beside which a sum runs over members of the same name."""
    subs: dict[tuple[str, str, tuple[str, ...]], dict[str, None]] = {}
    for name in names:
        match = _LABEL.match(name.sub)
        if match and not name.sup.startswith("("):
            subs.setdefault((name.base, name.font, name.accents), {})[match[1]] = None
    for letters in subs.values():
        if any(letter in summed for letter in letters):
            yield from (letter for letter in letters if letter not in summed)


def _paired(names: Sequence[Name], summed: frozenset[str]) -> Iterator[str]:
    r"""Letters that stand beside an index in subscripts of two: over p a sum runs, or O_{ip} and V_{jp} share it."""
    beside: dict[str, dict[Name, None]] = {}
    for name in names:
        letters = name.sub.split(",") if "," in name.sub else list(name.sub)
        if len(letters) != 2 or not all(
            len(c) == 1 and c.isalpha() and c.islower() for c in letters
        ):
            continue
        known = [c for c in letters if c in INDEX_LETTERS or c in summed]
        for letter in (c for c in letters if known and c not in INDEX_LETTERS):
            beside.setdefault(letter, {})[name.without(sub=True)] = None
    yield from (c for c, bases in beside.items() if c in summed or len(bases) > 1)


# ---------------------------------------------------------------------------------------------- brackets


def _bracketed(tokens: Sequence[Token], labels: Labels) -> Iterator[Token]:
    """The tokens with `^l` as `^{(l)}`."""
    spans = {p: (first, end) for p, first, end in _scripts(tokens) if tokens[p].kind is Kind.SUP}
    position = 0
    while position < len(tokens):
        token = tokens[position]
        yield token
        position += 1
        if token.kind is not Kind.SUP or position - 1 not in spans:
            continue
        first, end = spans[position - 1]
        text = "".join(t.text for t in tokens[first:end])
        base = _base_before(tokens, position - 1)
        match = _LABEL.match(text)
        last = base in labels.bases and (text[0] in labels.last or text in ("0", "1"))
        if not base or base in _SUMS or not (last or (match and match[1] in labels.above)):
            continue
        begin, close = tokens[first], tokens[end - 1]
        single = first == position
        if single:
            yield begin._replace(kind=Kind.OPEN, text="{")
        else:
            yield tokens[position]
        yield begin._replace(kind=Kind.CHAR, text="(")
        yield from tokens[first:end]
        yield close._replace(kind=Kind.CHAR, text=")")
        if single:
            yield close._replace(kind=Kind.CLOSE, text="}")
        position = end


def _base_before(tokens: Sequence[Token], position: int) -> str:
    """The letter that a superscript stands on, behind its subscript perhaps; empty when it is a bracket."""
    before = position - 1
    for place, _first, end in _scripts(tokens[:position]):
        closed = end if end < position and tokens[end].kind is Kind.CLOSE else end - 1
        if tokens[place].kind is Kind.SUB and closed == before:
            before = place - 1
            break
    while before >= 0 and tokens[before].kind in (Kind.CLOSE,):
        before -= 1
    token = tokens[before] if before >= 0 else None
    return token.text if token is not None and token.kind in (Kind.LETTER, Kind.WORD) else ""
