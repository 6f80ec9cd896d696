r"""Normal densities that prose gives by their moments: `let $p(x)$ be a Gaussian density with mean $\mu$ and variance
$\sigma^2$` is `$p(x) = \mathcal{N}(x; \mu, \sigma^2)$`, and so is each of `the densities of two Gaussians with means
$\mu_1, \mu_2$ and standard deviations $\sigma_1, \sigma_2$`, a product, and `its density` of a normal quantity.

Means and covariances of a density on $\mathbb{R}^d$ are declared before the sentence; `expectations are under $p$`
gives the name at which p is taken its law.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from derive.reader.declarations.moment_words import FORMULA, variance_of
from derive.reader.declarations.moments import spoken
from derive.reader.rewriting.density_heads import LETTERS, head_of, is_script, listed, name_of
from derive.reader.rewriting.normal_phrases import Normal, dimension_of, normals_said
from derive.reader.source.blocks import Block, Display, Document, Inline, Prose, Text
from derive.reader.source.scanner import Token, scan_math

_F = FORMULA
_LIST = r"((?:@\d+@\s*(?:,?\s*and\s*|,\s*)?)+)"
_PRODUCT = re.compile(
    rf"{_F}[^@.;]{{0,40}}?\bproduct of (?:\w+\s+)?(?:independent\s+|univariate\s+)*(?:normal|gaussian)s?\b"
    rf"[^@.;]{{0,30}}?"
    rf"\b(?:with|of)\s+(?:the )?(?:respective )?means\s+{_LIST}\s*(?:and|with|,)\s+(?:the )?(?:respective )?"
    rf"(variances|standard deviations)\s+{_LIST}",
    re.IGNORECASE,
)
_ITS = re.compile(
    rf"{_F}\s*(?:(?:is|be|denotes?|for|as)\s+)?(?:its|the)\s+(?:probability\s+)?(?:density|pdf)(?: function)?\b"
    rf"(?:\s+of\s+{_F})?(?!\s+(?:of|with|on|for))",
    re.IGNORECASE,
)
_UNDER = re.compile(
    rf"\bexpect(?:ations?|ed values?)\b[^.;@]{{0,40}}?\b(?:under|over|with respect to|w\.r\.t\.|against)\s+"
    rf"(?:the (?:density|distribution|law) )?{_F}",
    re.IGNORECASE,
)


def with_worded_densities(document: Document) -> Document:
    """The document with an equation for each normal density that its words describe."""
    places, spaces = dict(_places(document)), dict(_spaces(document))
    blocks = tuple(_written(block, places, spaces) for block in document.blocks)
    return replace(document, blocks=blocks)


def _written(
    block: Block, places: dict[str, tuple[Token, ...]], spaces: dict[str, tuple[Token, ...]]
) -> Block:
    if not isinstance(block, Prose):
        return block
    text, formulas = block.numbered()
    said = [*normals_said(text, formulas), *_products(text, formulas), *_owned(block)]
    found: dict[str, Normal] = {}
    last: tuple[Token, ...] = ()
    for normal in said:
        letter = _text(normal.head.tokens)
        called = normal.head.tokens[0].text
        if not (normal.head.place or normal.density or called in places):
            continue
        place = normal.head.place or normal.place or places.get(called, ()) or last
        if place or normal.dimension:
            last = place = place or _fresh(normal)
            found.setdefault(letter, replace(normal, place=place))
    sizes = {_text(n.place): n.dimension for n in found.values() if n.dimension}
    for letter, normal in list(found.items()):
        where = _text(normal.place)
        size = normal.dimension or sizes.get(where, ()) or spaces.get(where, ())
        found[letter] = replace(normal, dimension=size)
        if normal.entry is not None and not size and normal.mean[0].text not in _BOLD:
            del found[letter]  # whether its mean is a vector is not said
    if not found:
        return block
    pieces = list(block.pieces)
    at = [i for i, piece in enumerate(pieces) if isinstance(piece, Inline)]
    for number in dict.fromkeys(n.number for n in found.values()):
        own = [n for n in found.values() if n.number == number]
        piece = pieces[at[number]]
        assert isinstance(piece, Inline)
        made = _joined([_equation(normal) for normal in own])
        first = piece.tokens[0]
        tokens = tuple(t._replace(start=first.start, end=first.end) for t in made)
        pieces[at[number]] = replace(piece, tokens=tokens)
    for entry in {n.entry for n in found.values() if n.entry is not None}:
        piece = pieces[at[entry]]
        assert isinstance(piece, Inline)
        pieces[at[entry]] = replace(piece, tokens=_positive(listed(piece.tokens)[-1]))
    drawn = _drawn(text, formulas, found)
    ahead = _declared(list(found.values()))
    around = [_prose(words, pieces[0]) for words in (ahead, drawn)]
    return replace(block, pieces=(*around[0], *pieces, *around[1]))


def _spaces(document: Document) -> Iterator[tuple[str, tuple[Token, ...]]]:
    r"""The names that prose says to be in a space, and its dimension: of `$z, m \in \mathbb{R}^d$` the d."""
    for block in document.blocks:
        for piece in block.pieces if isinstance(block, Prose) else ():
            texts = [t.text for t in piece.tokens] if isinstance(piece, Inline) else []
            if isinstance(piece, Inline) and texts.count(r"\in") == 1:
                size = dimension_of(piece.tokens)
                for name in listed(piece.tokens) if size else ():
                    yield _text(name), size


def _text(tokens: Sequence[Token]) -> str:
    return "".join(t.text for t in tokens)


_BOLD = frozenset([r"\boldsymbol", r"\mathbf", r"\bm", r"\vec"])


def _positive(entry: tuple[Token, ...]) -> tuple[Token, ...]:
    r"""`\sigma_j > 0` of the entry `\sigma_j^2` of a diagonal covariance."""
    texts = [t.text for t in entry]
    cut = texts.index("^") if "^" in texts else len(entry)
    under = next((i for i in range(cut, len(entry)) if texts[i] == "_"), len(entry))
    sign = (t._replace(start=entry[0].start, end=entry[0].end) for t in scan_math("> 0"))
    return (*entry[:cut], *entry[under:], *sign)


def _prose(
    words: Sequence[str | Sequence[Token]], near: Inline | Text
) -> tuple[Inline | Text, ...]:
    """Words and formulas as pieces of a paragraph, at the place of another piece."""
    start, end = near.span.start, near.span.start
    return tuple(
        Text(part, near.span)
        if isinstance(part, str)
        else Inline(tuple(t._replace(start=start, end=end) for t in part), near.span)
        for part in words
    )


def _fresh(normal: Normal) -> tuple[Token, ...]:
    """A name at which a density is taken that no formula calls."""
    return tuple(scan_math("t" if _is_line(normal) else r"\mathbf{t}"))


def _is_line(normal: Normal) -> bool:
    return not normal.dimension or [t.text for t in normal.dimension] == ["1"]


def _drawn(
    text: str, formulas: Sequence[tuple[Token, ...]], found: dict[str, Normal]
) -> list[str | Sequence[Token]]:
    r"""`Let $x \sim \mathcal{N}(m, S)$.` where the words say under which density expectations are taken."""
    under = {"".join(t.text for t in formulas[int(m[1])]) for m in _UNDER.finditer(text)}
    names = {name: n for name, n in found.items() if name in under or name.split("(")[0] in under}
    if len(names) != 1:
        return []
    (normal,) = names.values()
    law = (*normal.place, *scan_math(r"\sim \mathcal{N}("), *normal.mean, *scan_math(","))
    return [" Let ", (*law, *_covariance(normal), *scan_math(")")), ". "]


def _declared(normals: Sequence[Normal]) -> list[str | Sequence[Token]]:
    r"""`Let $x, m \in \mathbb{R}^d$ and let $S \in \mathbb{R}^{d \times d}$ be symmetric positive definite.`"""
    words: list[str | Sequence[Token]] = []
    spaces: dict[str, list[Normal]] = {}
    for normal in normals:
        if not _is_line(normal):
            spaces.setdefault("".join(t.text for t in normal.dimension), []).append(normal)
    for own in spaces.values():
        size = own[0].dimension
        named = [n.place for n in own] + [n.mean for n in own]
        vectors = [*named, *(_diagonal_of(n.spread) for n in own)]
        squares = [
            n.spread for n in own if n.noun[:2].lower() in ("co", "pr") or _is_matrix(n.spread)
        ]
        space = (*scan_math(r"\in \mathbb{R}^{"), *size, *scan_math("}"))
        words += ["Let ", (*_joined(_once(vectors)), *space), ". "]
        if matrices := _once(squares):
            square = (
                *scan_math(r"\in \mathbb{R}^{"),
                *size,
                *scan_math(r"\times"),
                *size,
                *scan_math("}"),
            )
            words += ["Let ", (*_joined(matrices), *square), " be symmetric positive definite. "]
    return words


def _is_matrix(spread: Sequence[Token]) -> bool:
    r"""Whether a spread without a noun is a matrix by its letter: `\Sigma`, `S`, not `I`."""
    letters = [
        t.text for t in spread if t.text in _CAPITALS or (t.text.isalpha() and t.text.isupper())
    ]
    return bool(letters) and "I" not in letters


_CAPITALS = frozenset([r"\Sigma", r"\Lambda", r"\Omega", r"\Gamma"])


def _diagonal_of(spread: Sequence[Token]) -> tuple[Token, ...]:
    r"""The vector in bold whose squares are a diagonal: of `\boldsymbol\sigma^2` the `\boldsymbol\sigma`."""
    texts = [t.text for t in spread]
    if texts[:1] == [r"\operatorname"] and texts[-1:] == [")"]:
        start = texts.index("(") + 1
        spread, texts = spread[start:-1], texts[start:-1]
    elif not texts or texts[0] not in (r"\boldsymbol", r"\mathbf", r"\bm"):
        return ()
    cut = texts.index("^") if "^" in texts else len(texts)
    return () if _is_matrix(spread[:cut]) else tuple(spread[:cut])


def _once(names: Sequence[tuple[Token, ...]]) -> list[tuple[Token, ...]]:
    """The names among some formulas, each once."""
    found: dict[str, tuple[Token, ...]] = {}
    for name in names:
        texts = [t.text for t in name]
        cut = texts.index("_") if "_" in texts else len(texts)
        bare = [
            t
            for t in texts[:cut]
            if t not in ("{", "}", r"\boldsymbol", r"\mathbf", r"\bm", r"\vec")
        ]
        letter = len(bare) == 1 and (bare[0].isalpha() or bare[0].startswith("\\"))
        if letter and bare[0] != "I" and is_script(texts[cut:]):
            found.setdefault("".join(texts), name)
    return list(found.values())


def _products(text: str, formulas: Sequence[tuple[Token, ...]]) -> Iterator[Normal]:
    """Products of normal densities of the entries: normal with a diagonal covariance."""
    for match in _PRODUCT.finditer(text):
        subject, means, noun, spreads = match.groups()
        centres, widths = (
            [part for n in re.findall(r"\d+", group) for part in listed(formulas[int(n)])]
            for group in (means, spreads)
        )
        dots = any(t.text in (r"\dots", r"\ldots", r"\cdots") for w in widths for t in w)
        if len(centres) != len(widths) or len(widths) < 2 or dots:
            continue
        mean = (*scan_math("("), *_joined(centres), *scan_math(r")^\top"))
        variances = [variance_of(noun, width) for width in widths]
        spread = (*scan_math(r"\operatorname{diag}("), *_joined(variances), *scan_math(")"))
        head = head_of(formulas[int(subject)])
        if head is not None:
            yield Normal(int(subject), head, mean, spread, "covariance", density=True)


def _joined(parts: Sequence[Sequence[Token]]) -> list[Token]:
    found: list[Token] = []
    for part in parts:
        found.extend([*(scan_math(",") if found else ()), *part])
    return found


def _owned(block: Prose) -> Iterator[Normal]:
    """The densities that are said to be those of the one normal quantity of a paragraph."""
    text, formulas = block.numbered()
    matches = list(_ITS.finditer(text))
    normal = [s for s in spoken(block) if s.kind == "gaussian"] if matches else []
    if len(normal) != 1 or normal[0].independent or len(normal[0].parameters) != 2:
        return
    subject, (mean, variance) = normal[0].subject, normal[0].parameters
    name = name_of(subject)
    for match in matches:
        its = re.search(r"\bits\b", match[0], re.IGNORECASE)
        if match[2] is None and not its:
            continue
        of = name_of(formulas[int(match[2])]) if match[2] else name
        head = head_of(formulas[int(match[1])])
        if head is not None and name and [t.text for t in of] == [t.text for t in name]:
            place = head.place or of
            yield Normal(int(match[1]), head, mean, variance, "covariance", place, density=True)


def _places(document: Document) -> Iterator[tuple[str, tuple[Token, ...]]]:
    """The letters that displays call at one name, and that name."""
    for block in document.blocks:
        tokens = block.tokens if isinstance(block, Display) else ()
        for place, token in enumerate(tokens[:-3]):
            if token.text not in LETTERS or tokens[place + 1].text != "(":
                continue
            end = next((i for i in range(place, len(tokens)) if tokens[i].text == ")"), place)
            head = head_of(tokens[place : end + 1])
            if head is not None and head.place:
                yield token.text, head.place


def _equation(normal: Normal) -> tuple[Token, ...]:
    r"""`p(x) = \mathcal{N}(x; \mu, \sigma^2)`."""
    head, place = normal.head, normal.place
    called = head.tokens if head.place else (*head.tokens, *scan_math("("), *place, *scan_math(")"))
    law = (*scan_math(r"=\mathcal{N}("), *place, *scan_math(";"), *normal.mean, *scan_math(","))
    return (*called, *law, *_covariance(normal), *scan_math(")"), *_bound(normal))


def _covariance(normal: Normal) -> tuple[Token, ...]:
    """The variance; of a vector, for which one is the identity."""
    unit = [t.text for t in normal.spread] == ["1"]
    bold = normal.place[:1] and normal.place[0].text in _BOLD
    return tuple(scan_math("I")) if unit and (bold or not _is_line(normal)) else normal.variance


def _bound(normal: Normal) -> tuple[Token, ...]:
    """That a variance or a standard deviation with a name is positive, and that the mean beside it is a number."""
    texts = [t.text for t in normal.spread]
    named = texts[0].isalpha() or texts[0].startswith("\\")
    squared = texts[1:] in (["^", "2"], ["^", "{", "2", "}"]) or texts[-2:] == ["^", "2"]
    noun, bold = (
        normal.noun.lower()[:2],
        texts[0] in (r"\boldsymbol", r"\mathbf", r"\bm", r"\operatorname"),
    )
    if (
        noun in ("co", "pr")
        or not named
        or bold
        or "I" in texts
        or not (is_script(texts[1:]) or squared)
    ):
        return ()
    if not _is_line(normal) or _is_matrix(normal.spread):
        return ()
    mean = [t.text for t in normal.mean]
    number = (mean[0].isalpha() or mean[0].startswith("\\")) and is_script(mean[1:])
    centre = (*scan_math(","), *normal.mean, *scan_math(r"\in \mathbb{R}")) if number else ()
    return (*scan_math(","), *normal.spread, *scan_math("> 0"), *centre)


__all__ = ["with_worded_densities"]
